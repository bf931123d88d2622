"""A lane: one timeline, a position in it, and perhaps the live cluster that makes it grow.

A recorded run of ours is live too: any position can be forked, and its simulation resumed from there. A step is
atomic, so a fork in the middle of one finishes it first (the same events follow), and then what was asked for
happens.

The simulation and the checker are imported when a cluster lives: a recording that is only looked at opens without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.errors import CommandError
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION

if TYPE_CHECKING:
    from raftlab.core.commands import AnyCommand
    from raftlab.core.events import Event
    from raftlab.core.live import Live
    from raftlab.core.model import Cluster
    from raftlab.core.scenario import Scenario
    from raftlab.sim import Simulation


class Simulated:
    """A simulation as a live source (core.live.Live)."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def can(self, command: AnyCommand) -> bool:
        from raftlab.sim.commands import can, resolve

        cluster = self._simulation.cluster
        return can(cluster, resolve(cluster, command))

    def do(self, command: AnyCommand, at_us: int) -> None:
        self._simulation.give(command, at_us)

    def run(self, until_us: int) -> None:
        self._simulation.run(until_us)

    def next_due_us(self) -> int | None:
        return self._simulation.next_due_us()


class Lane:
    """One timeline and where we are in it.

    `position` is that of the last event that has happened (-1: none). `live` is None for a recording that is only
    looked at.
    """

    def __init__(self, timeline: Timeline, *, live: Live | None = None, title: str = "") -> None:
        self.timeline = timeline
        self.live = live
        self.title = title
        self.position = len(timeline) - 1 if live is not None else -1

    @classmethod
    def begin(cls, scenario: Scenario) -> Lane:
        """A new cluster, alive, at time 0."""
        from raftlab.core.invariants import Checker
        from raftlab.sim import Simulation

        timeline = Timeline(header_of(scenario))
        simulation = Simulation.begin(scenario, timeline.append, checker=Checker())
        timeline.follow(simulation.cluster)
        return cls(timeline, live=Simulated(simulation), title=scenario.title or scenario.name)

    @property
    def can_fork(self) -> bool:
        """Whether commands can be given: a run of our own, live or recorded."""
        return self.timeline.header.source == "raftlab" and self.timeline.header.unit == "us"

    @property
    def at_end(self) -> bool:
        """Whether nothing recorded lies ahead."""
        return self.position >= len(self.timeline) - 1

    @property
    def now_us(self) -> int:
        """The time of the event that we stand on."""
        return self.timeline.time_of(self.position)

    def state(self) -> Cluster:
        """The cluster as it stands here; the caller's own."""
        return self.timeline.state(self.position)

    def event(self) -> Event | None:
        """The event that happened last."""
        return self.timeline.event(self.position) if self.position >= 0 else None

    def move_to(self, time_us: int) -> None:
        """Stand at a time; a live cluster at its end lives on until then."""
        if self.live is not None and time_us > self.timeline.end_us:
            self.live.run(time_us)
        self.position = self.timeline.index_at(time_us)

    def forward(self) -> bool:
        """One event on; False when there is none."""
        if self.at_end and self.live is not None:
            due_us = self.live.next_due_us()
            while self.at_end and due_us is not None:
                self.live.run(due_us)
                due_us = self.live.next_due_us()
        if self.at_end:
            return False
        self.position += 1
        return True

    def back(self) -> bool:
        """One event back; False before the first."""
        if self.position < 0:
            return False
        self.position -= 1
        return True

    def do(self, command: AnyCommand, at_us: int) -> None:
        """Carry out a command here. What was recorded after this position gives way to what follows from the command.

        Raises:
            CommandError: it can't be carried out, or this timeline isn't ours to change. Nothing has changed then.
        """
        before = (self.timeline, self.live, self.position)
        if not (self.live is not None and self.at_end):
            self.fork()
        assert self.live is not None
        try:
            self.live.do(command, at_us)
        except CommandError:
            self.timeline, self.live, self.position = before
            raise
        self.position = len(self.timeline) - 1

    def fork(self) -> None:
        """Leave the recorded future behind and let the cluster live on from here.

        Raises:
            CommandError: a foreign trace shows what happened; it can't happen otherwise.
        """
        if not self.can_fork:
            raise CommandError(
                "this trace was recorded from another system: it shows what happened, and can't go on differently"
            )
        from raftlab.core.invariants import Checker
        from raftlab.sim import Simulation

        old = self.timeline
        start = old.step_start(self.position)
        done = old.events(start, self.position + 1)
        checker = Checker()
        for position, event in enumerate(old.events(0, start)):
            checker.observe(position, event)
        self.timeline = old.fork(self.position)
        simulation = Simulation.resume(old.state(start - 1), self.timeline.append, done=done, checker=checker)
        self.timeline.follow(simulation.cluster)
        self.live = Simulated(simulation)
        self.position = len(self.timeline) - 1


def header_of(scenario: Scenario) -> TraceHeader:
    """The header of a scenario's trace: no wall time, no path."""
    return TraceHeader(
        VERSION, nodes=scenario.nodes, seed=scenario.seed, scenario=scenario.name, modified=tuple(scenario.off)
    )
