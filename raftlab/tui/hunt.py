"""A search over a timeline that goes on slice by slice, so that the screen stays awake and the search can be left."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from raftlab.view.describe import describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.trace import Timeline
    from raftlab.trace.query import Query

_EACH = 32


class Hunt:
    """Looks for the next position (way 1) or the previous one (-1) that matches.

    `found` is the position once there is one; `over` says that the search has ended, with or without.
    """

    def __init__(self, timeline: Timeline, what: str, start: int, way: int, *, query: Query | None = None) -> None:
        self.what, self.query, self.way = what, query, way
        self.found: int | None = None
        self.over = False
        self._timeline = timeline
        self._matches = self._by_query(query) if query is not None else self._by_text(what)
        self._at = start
        self._begin = start

    @property
    def words(self) -> str:
        """What it looks for, and how far it has got."""
        whole = len(self._timeline) - self._begin if self.way > 0 else self._begin + 1
        part = abs(self._at - self._begin) / max(1, whole)
        return f"searching {self.what!r} {part:.0%} · esc stops"

    def step(self, budget_s: float = 0.02) -> None:
        """Go on for about that long.

        Raises:
            QueryError: the predicate asks for something that isn't there.
        """
        until = perf_counter() + budget_s
        while not self.over:
            for _ in range(_EACH):
                self._at += self.way
                if not 0 <= self._at < len(self._timeline):
                    self.over = True
                    return
                if self._matches(self._at):
                    self.found, self.over = self._at, True
                    return
            if perf_counter() >= until:
                return

    def _by_text(self, text: str) -> Callable[[int], bool]:
        needle, timeline = text.lower(), self._timeline
        return lambda at: needle in describe(timeline.event(at)).lower()

    def _by_query(self, query: Query) -> Callable[[int], bool]:
        """Where it holds; of a predicate about the state: where it comes to hold."""
        timeline = self._timeline
        if not query.needs_state:
            return lambda at: query.matches(timeline, at)
        return lambda at: not (at > 0 and query.matches(timeline, at - 1)) and query.matches(timeline, at)
