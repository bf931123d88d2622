"""Sessions: lanes under one time; commands now, and in the past."""

from __future__ import annotations

from pathlib import Path

import pytest

from raftlab.core.commands import Crash, Propose, Restart
from raftlab.core.errors import CommandError
from raftlab.core.events import NodeCrashed
from raftlab.core.model import CRASHED, Cluster
from raftlab.core.scenario import Scenario
from raftlab.session import Lane, Session, open_scenario, open_traces

DATA = Path(__file__).parents[1] / "data" / "etcd" / "part_leader3-zap"


def three() -> Scenario:
    return Scenario("three", nodes=("n1", "n2", "n3"))


def test_a_live_cluster_lives_on_as_time_moves() -> None:
    session = Session([Lane.begin(three())])
    session.move_to(1_000_000)
    assert session.state().leader() is not None
    session.playing, session.speed = True, 0.5
    session.advance(1_000_000)
    assert session.now_us == 1_500_000


def test_stepping_makes_a_live_cluster_go_on() -> None:
    session = Session([Lane.begin(three())])
    positions = []
    for _ in range(50):
        assert session.step()
        positions.append(session.position)
    assert positions == list(range(positions[0], positions[0] + 50))
    assert session.step_back()
    assert session.position == positions[-2]


def test_a_command_happens_now() -> None:
    session = Session([Lane.begin(three())])
    session.move_to(1_000_000)
    session.do(Propose("x=1"))
    session.move_to(2_000_000)
    assert {node.machine.value("x") for node in session.state().nodes.values()} == {"1"}


def test_a_command_in_the_past_leaves_the_recorded_future_behind() -> None:
    scenario = open_scenario("leader-crash")
    lane = Lane.begin(scenario)
    lane.move_to(scenario.end_us or 0)
    session = Session([lane])
    session.move_to(1_500_000)
    before = session.timeline.events(0, session.position + 1)
    leader = session.state().leader()
    assert leader is not None
    session.do(Crash(leader.name))
    assert session.timeline.events(0, len(before)) == before
    assert session.state().nodes[leader.name].status is CRASHED
    session.move_to(5_000_000)
    new = session.state().leader()
    assert new is not None
    assert new.name != leader.name
    # The scenario's own script goes on in the fork: it crashes whoever leads at 2.5 s.
    assert session.timeline.postings(NodeCrashed.__name__).tolist()[0] >= len(before)


def test_a_fork_in_the_middle_of_a_step_finishes_it() -> None:
    lane = Lane.begin(open_scenario("healthy-cluster"))
    lane.move_to(3_000_000)
    whole = lane.timeline.events()
    session = Session([lane])
    middle = next(at for at in range(400, len(whole)) if session.timeline.step_start(at) < at - 1)
    session.seek(middle)
    end = middle + 1
    while not whole[end].starts_step:
        end += 1
    session.do(Crash("n3"))
    assert session.timeline.events(0, end) == whole[:end]
    assert type(session.timeline.event(end)).__name__ == "CommandGiven"


def test_a_command_that_can_not_be_changes_nothing() -> None:
    session = Session([Lane.begin(three())])
    session.move_to(1_000_000)
    length = len(session.timeline)
    with pytest.raises(CommandError, match="n9"):
        session.do(Crash("n9"))
    with pytest.raises(CommandError, match="Restart wants a node that is crashed"):
        session.do(Restart("n1"))
    assert len(session.timeline) == length
    assert not session.can(Restart("n1"))
    assert session.can(Crash("n1"))


def test_two_lanes_stand_under_one_time() -> None:
    session = Session([Lane.begin(three()), Lane.begin(Scenario("four", nodes=("n1", "n2", "n3", "n4")))])
    session.move_to(1_000_000)
    session.do(Crash("n1"), lane=1)
    session.move_to(1_200_000)
    assert len(session.lanes[0].state().leaders()) == 1
    assert session.lanes[1].state().nodes["n1"].status is CRASHED
    session.focus = 0
    session.step_back()
    assert all(lane.now_us <= session.now_us for lane in session.lanes)


def test_a_foreign_trace_says_why_it_can_not_fork() -> None:
    opened = open_traces([str(DATA / f"n{number}.log") for number in (1, 2, 3)])
    session = Session([Lane(opened.timeline)])
    session.seek(100)
    with pytest.raises(CommandError, match="recorded from another system"):
        session.do(Crash("n1"))
    assert session.position == 100


def test_a_live_timelines_keyframes_are_the_fold_of_its_events() -> None:
    lane = Lane.begin(open_scenario("leader-crash"))
    lane.move_to(4_000_000)
    session = Session([lane])
    session.move_to(1_800_000)
    session.do(Crash("n3"))
    session.move_to(4_000_000)
    timeline = session.timeline
    assert len(timeline) > 1_600
    for position in range(-1, len(timeline), 97):
        folded = Cluster.empty()
        folded.fold(timeline.events(0, position + 1))
        assert timeline.state(position) == folded
