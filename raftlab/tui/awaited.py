"""Reads that a person asked for and waits on: their answers are worth a notice when they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import ClientAnswered, ClientAsked, ReadAnswered
from raftlab.view.describe import describe

if TYPE_CHECKING:
    from raftlab.trace import Timeline


class Awaited:
    """Looks for answers among the events that come after the questions."""

    def __init__(self) -> None:
        self._open: set[tuple[str, int]] = set()
        self._timeline: Timeline | None = None
        self._at = 0

    def ask(self, timeline: Timeline, since: int) -> None:
        """Whoever asked in the events from `since` on waits for an answer. An older future has no answers any more."""
        if self._timeline is not timeline or since < self._at:
            self._open.clear()
        self._timeline = timeline
        if not self._open:
            self._at = since
        for event in timeline.events(since):
            if isinstance(event, ClientAsked) and event.reads is not None:
                self._open.add((event.client, event.sequence))

    def news(self, timeline: Timeline, position: int) -> list[str]:
        """What was answered up to a position, in sentences; each once."""
        if not self._open or timeline is not self._timeline or position < self._at:
            return []
        found = []
        for event in timeline.events(self._at, position + 1):
            if isinstance(event, ReadAnswered | ClientAnswered) and (event.client, event.sequence) in self._open:
                self._open.discard((event.client, event.sequence))
                found.append(describe(event))
        self._at = position + 1
        return found
