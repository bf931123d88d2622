"""A search over a timeline that goes on slice by slice, so that the screen stays awake and the search can be left."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from raftlab.trace.search import QueryMatcher, TextMatcher, sweep
from raftlab.view.describe import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from raftlab.trace import Timeline
    from raftlab.trace.query import Query
    from raftlab.trace.search import Matcher


class Hunt:
    """Looks for the next position (way 1) or the previous one (-1) that matches a text, or a predicate.

    Of a predicate about the state it looks for where that comes to hold. `found` is the position once there is one;
    `over` says that the search has ended, with or without. Where the trace is still being loaded, it waits for more.
    """

    def __init__(self, timeline: Timeline, what: str, start: int, way: int, *, query: Query | None = None) -> None:
        self.what, self.query, self.way = what, query, way
        self.found: int | None = None
        self.over = False
        self._timeline = timeline
        self._matcher: Matcher = (
            TextMatcher(what, timeline.sentences(describe)) if query is None else QueryMatcher(query, rising=True)
        )
        self._begin = self._at = start + 1 if way > 0 else start
        self._sweep = self._go_on()

    @property
    def words(self) -> str:
        """What it looks for, and how far it has got."""
        whole = len(self._timeline) - self._begin if self.way > 0 else self._begin
        part = abs(self._at - self._begin) / max(1, whole)
        return f"searching {self.what!r} {part:.0%} · esc stops"

    def step(self, budget_s: float = 0.02) -> None:
        """Go on for about that long.

        Raises:
            QueryError: the predicate asks for something that isn't there.
            TraceError: the trace can't be read there.
        """
        until = perf_counter() + budget_s
        while not self.over:
            block = next(self._sweep, None)
            if block is None:
                if self.way > 0 and self._waits():
                    self._sweep = self._go_on()
                    return
                self.over = True
                return
            self._at, matches = block
            if matches:
                self.found, self.over = matches[0], True
                return
            if perf_counter() >= until:
                return

    def _go_on(self) -> Iterator[tuple[int, list[int]]]:
        """Look through what hasn't been looked at, as far as it is there."""
        if self.way > 0:
            return sweep(self._timeline, self._matcher, self._at, len(self._timeline), 1)
        return sweep(self._timeline, self._matcher, 0, self._at, -1)

    def _waits(self) -> bool:
        """Whether there is more to look at, or will be."""
        timeline = self._timeline
        loading = not timeline.complete and timeline.failure is None
        return loading or self._at < len(timeline)
