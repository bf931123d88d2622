"""Diagnoses of our own runs, and of traces made by hand."""

from __future__ import annotations

from collections.abc import Iterable

from raftlab.core import events as e
from raftlab.diagnose import Diagnosis, diagnose
from raftlab.session import open_scenario
from raftlab.trace import Timeline, TraceHeader
from tests.runs import record


def simulated(scenario: str) -> tuple[Diagnosis, Timeline]:
    """A scenario that ships, run and diagnosed."""
    events, _ = record(open_scenario(scenario))
    timeline = Timeline()
    for event in events:
        timeline.append(event)
    return diagnose(timeline, f"{scenario}.trace"), timeline


def told(events: Iterable[e.Event], **header: object) -> Diagnosis:
    """The diagnosis of an imported trace that tells just these events, in whole seconds of a clock."""
    fields = {"source": "etcd-log", "unit": "clock", "nodes": ("n1", "n2", "n3"), **header}
    timeline = Timeline(TraceHeader(1, **fields))  # type: ignore[arg-type]
    timeline.append(e.ClusterCreated(0, None, None, None))
    for event in events:
        timeline.append(event)
    return diagnose(timeline, "hand.trace")
