"""What would have been otherwise: a run of ours again, without one of its commands or with another, beside the first.

Chance is keyed by what it is for, not by the order of draws: so the two runs differ by what follows from the change,
and by nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core.errors import CommandError
from raftlab.core.events import CommandGiven, CommandLeftOut
from raftlab.session.lane import Lane, Simulated
from raftlab.view.command_words import describe_command
from raftlab.view.tape import TermTape

if TYPE_CHECKING:
    from raftlab.core.commands import AnyCommand
    from raftlab.trace import Timeline


class Course(Struct, frozen=True):
    """How a whole run went: elections begun, who led which term, microseconds without a leader, the highest commit."""

    elections: int
    leaders: tuple[tuple[int, str], ...]
    leaderless_us: int
    commit: int
    broken: tuple[str, ...]


def without(lane: Lane, position: int) -> Lane:
    """The run that `lane` recorded, again, without the command at `position`; as long as the original lasted.

    Raises:
        CommandError: no command stands there, or the trace isn't a run of ours.
    """
    _ours(lane)
    old = lane.timeline
    given = old.event(position) if position >= 0 else None
    if not isinstance(given, CommandGiven):
        raise CommandError("this event is no command; go to one (a crash, a partition, a proposal) to leave it out")
    from raftlab.core.invariants import Checker
    from raftlab.sim import Simulation

    timeline, cluster, checker = old.fork(position - 1), old.state(position - 1), Checker()
    for place, event in enumerate(old.events(0, position)):
        checker.observe(place, event)
    if given.scripted:
        skipped = CommandLeftOut(given.at_us, given.node, None, None, given.command)
        checker.observe(position, skipped)
        cluster.fold([skipped])
        timeline.append(skipped)
    simulation = Simulation.resume(cluster, timeline.append, checker=checker)
    timeline.follow(simulation.cluster)
    other = Lane(timeline, live=Simulated(simulation), title=f"without: {describe_command(given.command)}")
    other.move_to(old.end_us)
    return other


def instead(lane: Lane, position: int, command: AnyCommand) -> Lane:
    """The run, again, with a command given right after `position`; as long as the original lasted.

    Raises:
        CommandError: it can't be carried out there, or the trace isn't a run of ours.
    """
    _ours(lane)
    other = Lane(lane.timeline, title=f"with: {describe_command(command)}")
    other.position = position
    other.do(command, other.now_us)
    other.move_to(lane.timeline.end_us)
    return other


def first_difference(one: Timeline, other: Timeline) -> int | None:
    """The first position at which two runs differ; None if one is the beginning of the other (or they are the same)."""
    shared = min(len(one), len(other))
    return next((place for place in range(shared) if one.event(place) != other.event(place)), None)


def course(timeline: Timeline) -> Course:
    """How a run went, from its first event to its last."""
    tape = TermTape()
    tape.extend(timeline)
    spans = tape.spans
    led = [(span.term, span.leader) for span in spans if span.term is not None and span.leader is not None]
    state = timeline.state(len(timeline) - 1)
    commits = (node.commit_index for node in state.nodes.values() if isinstance(node.commit_index, int))
    broken = (timeline.event(place) for place in timeline.postings("InvariantBroken"))
    return Course(
        len(timeline.postings("BecameCandidate")),
        tuple(dict.fromkeys(led)),
        sum(span.to_us - span.from_us for span in spans if span.term is None),
        max(commits, default=0),
        tuple(dict.fromkeys(event.invariant for event in broken)),  # type: ignore[attr-defined]
    )


def _ours(lane: Lane) -> None:
    if not lane.can_fork:
        raise CommandError(
            "this trace was recorded from another system: it shows what happened, and can't go on differently"
        )
