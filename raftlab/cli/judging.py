"""What only a whole run can be judged by: what its clients were told, and whether the cluster lived."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from raftlab.core.events import Event
from raftlab.core.linearizability import History, Outcome, Verdict, check
from raftlab.sim.campaign import LINEARIZABILITY
from raftlab.sim.liveness import LIVENESS, LateWrites, costs_life
from raftlab.view.history_words import histories_line

if TYPE_CHECKING:
    from raftlab.core.scenario import Scenario


class Judging:
    """Looks at a run of a scenario (its `end_us` is known), and judges when it is over."""

    def __init__(self, scenario: Scenario) -> None:
        self._history = History()
        self._note = self._history.handlers.get
        # Life is only asked for where a variant is said to take it: other scenarios may end in the midst of a fault.
        self._writes = LateWrites(scenario.end_us or 0) if costs_life(scenario.off) else None
        self._position = -1

    def observe(self, event: Event) -> None:
        """Take the next event, from the first one on."""
        self._position += 1
        handler = self._note(type(event))
        if handler is not None:
            handler(self._position, event)
            if self._writes is not None:
                self._writes.observe(event)

    def broken(self) -> list[dict[str, Any]]:
        """What doesn't hold, as a summary lists it; a cluster that doesn't live is found so at the last event."""
        found = [
            {"invariant": LINEARIZABILITY, "event": it.offender.complete, "text": it.words}
            for it in self._verdicts
            if it.outcome is Outcome.VIOLATED and it.offender is not None
        ]
        if self._writes is not None and not self._writes.lives:
            found.append({"invariant": LIVENESS, "event": self._position, "text": self._writes.words()})
        return found

    def lines(self) -> list[str]:
        """What was found and isn't broken, for people."""
        said = [histories_line(self._verdicts, self._history.left_out())]
        if self._writes is not None and self._writes.lives:
            said.append(f"{LIVENESS}: {self._writes.words()}")
        return [*said, *self.doubts()]

    def doubts(self) -> list[str]:
        """What couldn't be found out, and why."""
        return [f"unknown: {it.words}" for it in self._verdicts if it.outcome is Outcome.UNKNOWN]

    @cached_property
    def _verdicts(self) -> tuple[Verdict, ...]:
        return check(self._history.operations(), when=self._history.when)
