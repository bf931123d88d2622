"""A run again, without one of its commands, or with another."""

from __future__ import annotations

import pytest

from raftlab.core.commands import Crash
from raftlab.core.errors import CommandError
from raftlab.core.events import CommandGiven, CommandLeftOut
from raftlab.session import Lane, open_scenario, open_traces
from raftlab.session.what_if import course, first_difference, instead, without
from raftlab.sim import Simulation
from raftlab.trace import Timeline
from tests.importers.recordings import COPY, logs


def recorded(name: str = "leader-crash", until_us: int = 6_000_000) -> Lane:
    live = Lane.begin(open_scenario(name))
    live.move_to(until_us)
    return Lane(live.timeline)


def crash_of(timeline: Timeline) -> int:
    return next(
        place
        for place in timeline.postings("CommandGiven")
        if isinstance(event := timeline.event(place), CommandGiven) and isinstance(event.command, Crash)
    )


def test_without_the_crash_there_is_no_second_election() -> None:
    lane = recorded()
    place = crash_of(lane.timeline)

    other = without(lane, place)

    was, would = course(lane.timeline), course(other.timeline)
    assert len(was.leaders) == 2
    assert len(would.leaders) == 1
    assert would.leaderless_us < was.leaderless_us
    assert would.broken == ()
    assert other.timeline.end_us >= lane.timeline.end_us - 200_000
    assert first_difference(lane.timeline, other.timeline) == place
    assert isinstance(other.timeline.event(place), CommandLeftOut)


def test_the_original_is_left_as_it_was() -> None:
    lane = recorded()
    before = list(lane.timeline)

    without(lane, crash_of(lane.timeline))

    assert list(lane.timeline) == before


def test_such_a_run_can_be_taken_up_at_any_place() -> None:
    other = without(recorded(), crash_of(recorded().timeline)).timeline
    whole = list(other)
    for place in (len(whole) // 2, len(whole) - 300):
        start = other.step_start(place)
        again: list[object] = []
        Simulation.resume(other.state(start - 1), again.append, done=whole[start : place + 1]).run(other.end_us)

        assert again[: len(whole) - place - 1] == whole[place + 1 :]


def test_with_a_crash_that_was_not(tmp_path: object) -> None:
    lane = recorded("healthy-cluster", 3_000_000)
    place = lane.timeline.index_at(1_500_000)
    leader = lane.timeline.state(place).leader()
    assert leader is not None

    other = instead(lane, place, Crash(leader.name))

    assert len(course(other.timeline).leaders) > len(course(lane.timeline).leaders)


def test_only_commands_can_be_left_out() -> None:
    lane = recorded()

    with pytest.raises(CommandError, match="no command"):
        without(lane, crash_of(lane.timeline) + 1)


def test_a_recorded_cluster_says_why_it_cant_be_otherwise() -> None:
    lane = Lane(open_traces([str(log) for log in logs(COPY)]).timeline)

    with pytest.raises(CommandError, match="recorded from another system"):
        without(lane, 5)
