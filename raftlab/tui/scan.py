"""A look at every event of a timeline once, slice by slice: for the tape, the filter of the list, the jumps.

Kept beside the timeline, so that a trace of a million events opens at once and is looked through while a person reads
its beginning. Positions count from 0.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from time import perf_counter
from typing import TYPE_CHECKING, Final

from raftlab.trace.query import Query
from raftlab.trace.search import KeyMatcher, QueryMatcher, nearest
from raftlab.view.importance import importance
from raftlab.view.tape import TermTape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.trace import Timeline
    from raftlab.trace.search import Matcher

LEVELS: Final = 4
"""Filters of the list: 0 shows everything, 1 hides noise, 2 shows steps of the story, 3 only its turns."""

_SLICE: Final = 512
_JUMPS: Final[dict[str, Matcher]] = {
    "election": KeyMatcher(("BecameCandidate", "BecamePreCandidate")),
    "conflict": KeyMatcher(("LogTruncated", "AppendRefused")),
    "broken": KeyMatcher(("InvariantBroken",)),
    "commit": QueryMatcher(Query('kind == "CommitAdvanced" and rule != "follow_commit"')),
}
"""What is found by the timeline's posting lists, also where nobody has looked yet."""

_FAULTS: Final = frozenset({"crash", "restart", "pause", "resume", "partition", "heal", "cut", "broken"})


class Scan:
    """What has been seen of a timeline so far.

    `tape` is the band of terms; `listed(level)` the positions that a filter leaves; `jump` finds elections, commits and
    faults.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.tape = TermTape()
        self._levels: list[array[int]] = [array("I") for _ in range(LEVELS)]
        self._faults = array("I")
        self._marks = 0

    @property
    def seen(self) -> int:
        """How many events have been looked at."""
        return self.tape.length

    @property
    def behind(self) -> bool:
        """Whether there are events that haven't been looked at."""
        return self.seen < len(self.timeline)

    def catch_up(self, budget_s: float = 0.004) -> bool:
        """Look at more events, for about that long; whether any were left to look at."""
        if not self.behind:
            return False
        until = perf_counter() + budget_s
        while self.behind:
            self._take(self.seen, min(self.seen + _SLICE, len(self.timeline)))
            if perf_counter() >= until:
                break
        return True

    def _take(self, start: int, stop: int) -> None:
        events = self.timeline.events(start, stop)
        levels = self._levels
        for position, event in enumerate(events, start):
            level = importance(event)
            if not level:
                continue
            for number in range(1, min(level, LEVELS - 1) + 1):
                levels[number].append(position)
        self.tape.extend(events)
        marks = self.tape.marks
        while self._marks < len(marks):
            mark = marks[self._marks]
            if mark.kind in _FAULTS:
                self._faults.append(mark.position)
            self._marks += 1

    def listed(self, level: int) -> Sequence[int]:
        """The positions that a filter leaves: a range for all, else those found so far."""
        return range(len(self.timeline)) if level == 0 else self._levels[level]

    def row_of(self, level: int, position: int) -> int:
        """The row of the filtered list at or before a position; -1 when there is none."""
        return position if level == 0 else bisect_right(self._levels[level], position) - 1

    def jump(self, kind: str, position: int, way: int) -> int | None:
        """The nearest event of a kind after (way 1) or before (-1) a position.

        Kinds: "election", "commit", "conflict" (entries that don't fit), "broken" (an invariant), "fault", "important".
        """
        if kind == "important":
            tape = self.tape
            return tape.next_important(position) if way > 0 else tape.previous_important(position)
        matcher = _JUMPS.get(kind)
        if matcher is not None:
            start, stop = (position + 1, len(self.timeline)) if way > 0 else (0, position)
            return nearest(self.timeline, matcher, start, stop, way)
        found = self._faults
        at = bisect_right(found, position) if way > 0 else bisect_left(found, position) - 1
        return found[at] if 0 <= at < len(found) else None
