"""The engine's speed: five nodes, a proposal every 100 simulated milliseconds.

Params give the events by kind, so that a heartbeat's padding can't win.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from raftlab.cli.bench.figure import Figure, best_rate
from raftlab.core.events import Event
from raftlab.core.invariants import Checker
from raftlab.core.model import Cluster, Workload
from raftlab.core.scenario import Scenario
from raftlab.session.lane import header_of
from raftlab.sim import Simulation
from raftlab.trace import Timeline
from raftlab.trace.writer import TraceWriter

_SIMULATED_US = 240_000_000
SCENARIO = Scenario("bench", workloads=(Workload(100_000, "x={n}"),), end_us=_SIMULATED_US)


def measure() -> list[Figure]:
    """engine.events_per_s.{bare,emit,invariants,file}, engine.messages_per_s, engine.fold_per_s."""
    events: list[Event] = []
    Simulation.begin(SCENARIO, events.append).run(_SIMULATED_US)
    kinds = Counter(type(event).__name__ for event in events)
    params: dict[str, Any] = {
        "nodes": 5,
        "simulated_s": _SIMULATED_US / 1e6,
        "events": len(events),
        "kinds": dict(sorted(kinds.items(), key=lambda item: -item[1])),
    }
    bare = best_rate(lambda: _run(lambda event: None, None))
    figures: list[Figure] = [
        ("engine.events_per_s.bare", bare, "events/s", {**params, "trace": "none"}),
        ("engine.events_per_s.emit", best_rate(_emit), "events/s", {**params, "trace": "list"}),
        (
            "engine.events_per_s.invariants",
            best_rate(_invariants),
            "events/s",
            {**params, "trace": "timeline with keyframes", "invariants": 5},
        ),
        (
            "engine.events_per_s.file",
            best_rate(_file),
            "events/s",
            {**params, "trace": "file", "invariants": 5},
        ),
        (
            "engine.messages_per_s",
            bare * kinds["MessageReceived"] / len(events),
            "messages/s",
            {**params, "trace": "none"},
        ),
        ("engine.fold_per_s", best_rate(lambda: _fold(events)), "events/s", {"events": len(events)}),
    ]
    return figures


def _run(sink: Callable[[Event], object], checker: Checker | None) -> int:
    simulation = Simulation.begin(SCENARIO, sink, checker=checker)
    simulation.run(_SIMULATED_US)
    return simulation.cluster.position


def _emit() -> int:
    events: list[Event] = []
    return _run(events.append, None)


def _invariants() -> int:
    timeline = Timeline(header_of(SCENARIO))
    simulation = Simulation.begin(SCENARIO, timeline.append, checker=Checker())
    timeline.follow(simulation.cluster)
    simulation.run(_SIMULATED_US)
    return len(timeline)


def _file() -> int:
    with tempfile.TemporaryDirectory() as folder, TraceWriter(Path(folder) / "t", header_of(SCENARIO)) as writer:
        return _run(writer.append, Checker())


def _fold(events: list[Event]) -> int:
    Cluster.empty().fold(events)
    return len(events)
