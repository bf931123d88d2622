"""Whether a cluster works: what becomes of the writes that clients ask for late in a run.

Safety is broken at an event; life is lost by what doesn't happen, so only the whole run can tell. A cluster that lives
carries out what it is asked for, once its faults are over; so the last third of a run is looked at, where a scenario
about life has had its faults long before. It doesn't live if it carries out less than nine writes of ten there (the
last ones may be still under way when the run ends).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.events import ClientAnswered, ClientAsked
from raftlab.core.rulebook import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.core.events import Event

LIVENESS: Final = "Liveness"
"""The name of what is broken, beside those of the invariants."""

FAIR_SHARE: Final = 0.9
"""The least part of the late writes that a living cluster carries out."""


class LateWrites:
    """Counts the writes asked for in the last third of a run that ends at `end_us`, and those carried out of them."""

    def __init__(self, end_us: int) -> None:
        self._since_us = end_us * 2 // 3
        self._asked: set[tuple[str, int]] = set()
        self._done: set[tuple[str, int]] = set()

    def observe(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, ClientAsked):
            if event.reads is None and event.at_us >= self._since_us:
                self._asked.add((event.client, event.sequence))
        elif isinstance(event, ClientAnswered) and event.outcome == "ok":
            self._done.add((event.client, event.sequence))

    @property
    def asked(self) -> int:
        """How many there are."""
        return len(self._asked)

    @property
    def done(self) -> int:
        """How many of them were carried out."""
        return len(self._asked & self._done)

    @property
    def part_done(self) -> float | None:
        """The part that was carried out, 0 to 1; None when nobody asked for anything."""
        return self.done / self.asked if self.asked else None

    @property
    def lives(self) -> bool:
        """Whether nothing speaks against life: the part is fair, or nobody asked."""
        part = self.part_done
        return part is None or part >= FAIR_SHARE

    def words(self) -> str:
        """What was found, as a sentence without its full stop."""
        if not self.asked:
            return "nobody asked for a write in the last third of the run, so nothing is known of life"
        counted = f"of {self.asked} writes asked for in the last third of the run, {self.done or 'none'}"
        return f"{counted} {'was' if self.done <= 1 else 'were'} carried out"


def costs_life(variants: Iterable[str]) -> bool:
    """Whether one of these variants is said to cost life, and nothing else."""
    off = set(variants)
    return any(it.breaks == (LIVENESS,) for rule in RULES for it in rule.variants if it.id in off)
