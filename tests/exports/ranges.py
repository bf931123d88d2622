"""Timelines that the tests of exports share: a run of ours, one of modified Raft, real logs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from msgspec.structs import replace

from raftlab.core import events as e
from raftlab.exports.range import Range
from raftlab.session import Opened, open_scenario, open_traces
from raftlab.session.lane import header_of
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION
from tests.runs import record

LOGS = [str(Path(__file__).parents[1] / "data" / "etcd" / "part_leader3-zap" / f"n{it}.log") for it in (1, 2, 3)]


@cache
def run(name: str, end_us: int | None = None, off: tuple[str, ...] = ()) -> Timeline:
    """A scenario's timeline, as far as `end_us`."""
    scenario = open_scenario(name)
    scenario = replace(scenario, end_us=end_us or scenario.end_us, off=off)
    timeline = Timeline(header_of(scenario))
    for event in record(scenario)[0]:
        timeline.append(event)
    return timeline


@cache
def real() -> Opened:
    """A real etcd cluster's logs."""
    return open_traces(LOGS)


def whole(timeline: Timeline) -> Range:
    """All of a timeline."""
    return Range(0, len(timeline))


def told(*events: e.Event, nodes: tuple[str, ...] = ("n1", "n2")) -> Timeline:
    """A timeline of these events."""
    timeline = Timeline(TraceHeader(VERSION, nodes=nodes))
    for event in events:
        timeline.append(event)
    return timeline
