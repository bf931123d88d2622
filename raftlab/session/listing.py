"""Which events the list shows: those that criteria leave, of a weight at least; found slice by slice, in order."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from time import perf_counter
from typing import TYPE_CHECKING

from raftlab.view.importance import importance

if TYPE_CHECKING:
    from raftlab.session.criteria import Criteria
    from raftlab.trace import Timeline

_SLICE = 512


class Listing:
    """The positions that a filter leaves of a timeline, as far as it has been looked through (`seen`)."""

    def __init__(self, timeline: Timeline, criteria: Criteria, weight: int = 0) -> None:
        self.timeline, self.criteria, self.weight = timeline, criteria, weight
        self.positions = array("q")
        self.seen = 0

    @property
    def behind(self) -> bool:
        """Whether there are events that haven't been looked at."""
        return self.seen < len(self.timeline)

    @property
    def words(self) -> str:
        """What it lists."""
        return self.criteria.words

    def catch_up(self, budget_s: float = 0.004) -> None:
        """Look at more events, for about that long."""
        until = perf_counter() + budget_s
        criteria, timeline, weight, keep = self.criteria, self.timeline, self.weight, self.positions.append
        while self.behind:
            start, stop = self.seen, min(self.seen + _SLICE, len(timeline))
            required = criteria.required()
            places = timeline.posted.within(required, start, stop) if required else range(start, stop)
            for position in places:
                event = timeline.event(position)
                if criteria.matches(event, position, timeline) and (not weight or importance(event) >= weight):
                    keep(position)
            self.seen = stop
            if perf_counter() >= until:
                return

    def row_of(self, position: int) -> int:
        """The row at or before a position; -1 when there is none."""
        return bisect_right(self.positions, position) - 1
