"""Linearizable Read (dissertation 6.4): no such read is older than what some client knew before it was asked.

Time goes by revisions of the store: each change makes the next one, and all stores make the same ones. What a client
was told, by a write's answer or by a linearizable read, is known from then on. A read that is asked again is as old as
its first asking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from raftlab.core.events import ClientAnswered, ClientAsked, ReadAnswered
    from raftlab.core.invariants.broken import Report
    from raftlab.core.invariants.machines import Machines

MOST_READS: Final = 4096
"""So many unanswered reads are remembered, at least half as many; most clients have given up older ones."""


class Reads:
    """Keeps the highest revision that a client was told, and what it was when each read was asked."""

    def __init__(self, machines: Machines, report: Report) -> None:
        self._machines = machines
        self._report = report
        self._known = 0
        self._asked: dict[tuple[str, int], int] = {}

    def asked(self, event: ClientAsked) -> None:
        """A read must show all that is known now."""
        if event.reads == "linearizable":
            self._asked.setdefault((event.client, event.sequence), self._known)
            if len(self._asked) > MOST_READS:
                self._asked = dict(list(self._asked.items())[MOST_READS // 2 :])

    def answered(self, event: ClientAnswered) -> None:
        """A client knows that its request has been applied, and so has all before it."""
        if event.outcome == "ok" and event.index:
            revision = self._machines.revision_at(event.index)
            if revision > self._known:
                self._known = revision

    def read_answered(self, event: ReadAnswered) -> None:
        """A client is told a value."""
        if event.consistency != "linearizable":
            return
        known = self._asked.pop((event.client, event.sequence), 0)
        if event.revision < known:
            self._report(
                "Linearizable Read",
                f"{event.node} answers a read of {event.key!r} from revision {event.revision} of its store, "
                f"and a client knew of revision {known} before the read was asked",
            )
        self._known = max(self._known, event.revision)
