"""A session: one or more lanes under one cursor time.

Two clusters side by side (three nodes and four, say) move together: the focus lane is stepped event by event, the
others stand where that time finds them. Playing is a matter of time, never of frames: whoever shows the session says
how much time has passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.session.lane import Lane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.commands import AnyCommand
    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.trace import Timeline
    from raftlab.trace.query import Query

SPEEDS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Simulated seconds in a second of the watcher."""


class Session:
    """What is being looked at.

    `now_us` is the cursor's time; `focus` the lane that steps and commands go to; `playing` and `speed` are what the
    faces show.
    """

    def __init__(self, lanes: Sequence[Lane], *, speed: float = 1 / 4) -> None:
        assert lanes, "a session has at least one lane"
        self.lanes = list(lanes)
        self.focus = 0
        self.playing = False
        self.speed = speed
        self.now_us = max(lane.now_us for lane in lanes) if lanes[0].live else lanes[0].timeline.time_of(0)
        self.end_us: int | None = None

    # -- looking ---------------------------------------------------------------------------------------------

    @property
    def lane(self) -> Lane:
        """The lane in focus."""
        return self.lanes[self.focus]

    @property
    def timeline(self) -> Timeline:
        """The timeline in focus."""
        return self.lane.timeline

    @property
    def position(self) -> int:
        """Where the lane in focus stands: its last event (-1: before any)."""
        return self.lane.position

    def state(self) -> Cluster:
        """The cluster in focus as it stands; the caller's own."""
        return self.lane.state()

    def event(self) -> Event | None:
        """The last event of the lane in focus."""
        return self.lane.event()

    # -- moving ----------------------------------------------------------------------------------------------

    def advance(self, elapsed_us: int) -> None:
        """So much of the watcher's time has passed; moves on if the session plays."""
        if self.playing:
            self.move_to(self.now_us + int(elapsed_us * self.speed))
            if self._nothing_ahead():
                self.playing = False

    def move_to(self, time_us: int) -> None:
        """Stand at a time, in all lanes. A live cluster lives on until then."""
        if self.end_us is not None:
            time_us = min(time_us, self.end_us)
        for lane in self.lanes:
            lane.move_to(time_us)
        self.now_us = time_us

    def step(self) -> bool:
        """One event on, in the lane in focus; False when there is none."""
        moved = self.lane.forward()
        self._follow()
        return moved

    def step_back(self) -> bool:
        """One event back."""
        moved = self.lane.back()
        self._follow()
        return moved

    def seek(self, position: int) -> None:
        """Stand on an event of the lane in focus (-1: before any)."""
        self.lane.position = max(-1, min(position, len(self.timeline) - 1))
        self._follow()

    def next(self, query: Query | str) -> bool:
        """On to the next event that matches; False, and nothing moves, when none does."""
        found = self.timeline.next(query, self.position)
        if found is not None:
            self.seek(found)
        return found is not None

    def previous(self, query: Query | str) -> bool:
        """Back to the last event before that matches."""
        found = self.timeline.prev(query, self.position)
        if found is not None:
            self.seek(found)
        return found is not None

    def faster(self) -> None:
        """One notch up."""
        self.speed = next((speed for speed in SPEEDS if speed > self.speed), SPEEDS[-1])

    def slower(self) -> None:
        """One notch down."""
        self.speed = next((speed for speed in reversed(SPEEDS) if speed < self.speed), SPEEDS[0])

    # -- acting ----------------------------------------------------------------------------------------------

    def can(self, command: AnyCommand) -> bool:
        """Whether a command could be carried out by the cluster in focus."""
        from raftlab.sim.commands import can, resolve

        state = self.state()
        return self.lane.can_fork and can(state, resolve(state, command))

    def do(self, command: AnyCommand, lane: int | None = None) -> None:
        """Carry out a command now, in the lane in focus (or another).

        Raises:
            CommandError: it can't be.
        """
        target = self.lane if lane is None else self.lanes[lane]
        target.do(command, max(self.now_us, target.now_us))
        self.now_us = max(self.now_us, target.now_us)

    def _follow(self) -> None:
        """The others stand where the focus lane's time finds them."""
        self.now_us = self.lane.now_us
        for number, lane in enumerate(self.lanes):
            if number != self.focus:
                lane.move_to(self.now_us)

    def _nothing_ahead(self) -> bool:
        if self.end_us is not None and self.now_us >= self.end_us:
            return True
        return all(lane.live is None and lane.at_end for lane in self.lanes)
