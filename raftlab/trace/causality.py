"""Happens-before over a whole trace: which event could have influenced which (Lamport), by vector clocks in one array.

Each node is a lane, and what belongs to nobody (commands, links) is one more. An event comes after those of its lane
that stand before it, and after its cause. Its clock counts, for each lane, the events that happened before it, itself
included; so one comparison of two numbers answers a question.

What the network does with a message happens on no lane: the one that it doesn't reach learns nothing from it, nor the
one that sent it. Such an event has a clock (all that its sending knew) and stands in nobody else's, but for those that
name it as their cause (a second copy that arrives).

The clocks grow block by block as far as somebody asks; 1,000,000 events of a cluster of five take some 25 MB.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from raftlab.core.events import MessageDropped, MessageDuplicated

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.trace.timeline import Timeline

_BLOCK: Final = 4096
_WORLD: Final = 0
_NO_LANE: Final = 0xFFFF


class Causality:
    """The happens-before relation of a timeline; it follows as the timeline grows.

    Args:
        timeline: whose events; only those that are there when a question is asked.
        start: leave out what stands before this position, as if the story began there.
    """

    def __init__(self, timeline: Timeline, start: int = 0) -> None:
        self._timeline = timeline
        self._start = start
        self._lanes: dict[str | None, int] = {None: _WORLD}
        for name in timeline.header.nodes:
            self._lanes[name] = len(self._lanes)
        self._width = len(self._lanes)
        self._clocks = array("I")  # a row of `width` numbers for each event
        self._lane_of = array("H")
        self._now: list[list[int]] = [[0] * self._width for _ in range(self._width)]
        self._heirs: dict[int, list[int]] = {}  # of what the network did: who names it as its cause

    # -- questions ---------------------------------------------------------------------------------------------

    def before(self, one: int, other: int) -> bool:
        """Whether the event at `one` could have influenced the one at `other`; never so of an event and itself.

        Raises:
            IndexError: there is no such event.
        """
        if one >= other or one < self._start:
            self._reach(one)
            return False
        if other - self._start >= len(self._lane_of):
            self._reach(other)
        lane = self._lane_of[one - self._start]
        if lane == _NO_LANE:
            return any(heir == other or self.before(heir, other) for heir in self._heirs.get(one, ()))
        width, clocks = self._width, self._clocks
        return clocks[(other - self._start) * width + lane] >= clocks[(one - self._start) * width + lane]

    def concurrent(self, one: int, other: int) -> bool:
        """Whether neither of two events could have influenced the other."""
        return one != other and not self.before(one, other) and not self.before(other, one)

    def clock(self, position: int) -> dict[str | None, int]:
        """An event's vector clock: how many events of each node (None: of nobody) happened before it or are it.

        Lanes of which it knows nothing are left out.
        """
        self._reach(position)
        first = (position - self._start) * self._width
        row = self._clocks[first : first + self._width]
        return {name: row[lane] for name, lane in self._lanes.items() if row[lane]}

    # -- growing -----------------------------------------------------------------------------------------------

    def _reach(self, position: int) -> None:
        """Have the clocks of all events up to a position."""
        if not self._start <= position < len(self._timeline):
            raise IndexError(f"there is no event {position}; there are {self._start} to {len(self._timeline) - 1}")
        while (done := self._start + len(self._lane_of)) <= position:
            for place, event in enumerate(self._timeline.events(done, done + _BLOCK), done):
                self._take(place, event)

    def _take(self, position: int, event: Event) -> None:
        """Give an event its clock."""
        causes: tuple[int | None, ...] = (event.cause,)
        kind = type(event)
        if kind is MessageDropped or kind is MessageDuplicated:
            causes = (event.cause, getattr(event, "original", None))
            row = [0] * self._width
            self._lane_of.append(_NO_LANE)
        else:
            lane = self._lanes.get(event.node)
            if lane is None:
                lane = self._widen(event.node)
            row = self._now[lane]
            row[lane] += 1
            self._lane_of.append(lane)
        for cause in causes:
            if cause is not None and self._start <= cause < position:
                self._join(row, cause, position)
        self._clocks.extend(row)

    def _join(self, row: list[int], cause: int, position: int) -> None:
        """What an event's cause knew, the event knows too."""
        width = self._width
        place = cause - self._start
        lane = self._lane_of[place]
        if lane == _NO_LANE:
            self._heirs.setdefault(cause, []).append(position)
        elif row[lane] >= self._clocks[place * width + lane]:
            return
        known = self._clocks[place * width : place * width + width]
        for at, count in enumerate(known):
            if count > row[at]:
                row[at] = count

    def _widen(self, name: str | None) -> int:
        """A node that nobody has spoken of yet gets a lane: all rows become longer by one."""
        old, new = self._width, self._width + 1
        clocks = array("I", bytes(4 * new * len(self._lane_of)))
        for lane in range(old):
            clocks[lane::new] = self._clocks[lane::old]
        self._clocks, self._width = clocks, new
        for row in self._now:
            row.append(0)
        self._now.append([0] * new)
        self._lanes[name] = old
        return old
