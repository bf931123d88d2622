"""State is the fold of the events, whichever way they came; any position can be taken up again."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from raftlab.core.model import Cluster
from raftlab.session.lane import header_of
from raftlab.sim import Simulation
from raftlab.trace import Timeline
from raftlab.trace.codec import decode_block, encode_block
from tests.runs import faulted, record

SEEDS = st.integers(0, 2**32)


def fold(events: list) -> Cluster:
    cluster = Cluster.empty()
    cluster.fold(events)
    return cluster


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_live_state_is_the_fold_of_the_events_and_of_their_text(seed: int) -> None:
    events, simulation = record(faulted(seed))
    decoded = decode_block(encode_block(events))
    assert decoded == events
    assert fold(events) == simulation.cluster
    assert fold(decoded) == simulation.cluster


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_same_seed_same_bytes(seed: int) -> None:
    scenario = faulted(seed)
    assert encode_block(record(scenario)[0]) == encode_block(record(scenario)[0])


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.integers(0, 10_000))
def test_timeline_state_is_the_fold_up_to_there(seed: int, at: int) -> None:
    events, _ = record(faulted(seed))
    timeline = Timeline()
    for event in events:
        timeline.append(event)
    position = at % (len(events) + 1) - 1
    assert timeline.state(position) == fold(events[: position + 1])
    # Asking for another one meanwhile changes nothing of what was handed out.
    held = timeline.state(position)
    timeline.state(len(events) - 1)
    assert held == fold(events[: position + 1])


def resumed(timeline: Timeline, position: int, until_us: int) -> list:
    """What follows `position` when the simulation is taken up again there."""
    start = timeline.step_start(position)
    following: list = []
    done = timeline.events(start, position + 1)
    simulation = Simulation.resume(timeline.state(start - 1), following.append, done=done)
    simulation.run(until_us)
    return following


def test_every_position_goes_on_to_the_very_same_bytes() -> None:
    scenario = faulted(27, 900_000)
    events, _ = record(scenario)
    timeline = Timeline(header_of(scenario))
    for event in events:
        timeline.append(event)
    assert len(events) > 400
    for position in range(len(events)):
        assert resumed(timeline, position, scenario.end_us) == events[position + 1 :], position


@settings(max_examples=40, deadline=None)
@example(198, 571)  # a paused node crashes: what waited for it is lost at once, not when somebody resumes the run
@given(SEEDS, st.integers(0, 100_000))
def test_any_position_of_any_run_goes_on_to_the_very_same_bytes(seed: int, at: int) -> None:
    scenario = faulted(seed)
    events, _ = record(scenario)
    timeline = Timeline(header_of(scenario))
    for event in events:
        timeline.append(event)
    position = at % len(events)
    assert encode_block(resumed(timeline, position, scenario.end_us)) == encode_block(events[position + 1 :])
