"""The engine's speed: 3, 5 and 7 nodes, a proposal every 100 simulated milliseconds; and what a kept event weighs.

Params give the events by kind, so that a heartbeat's padding can't win. Messages are counted in a cluster that is asked
every 400 ms, as the healthy cluster that ships is; commits in batches have a module of their own.
"""

from __future__ import annotations

import gc
import tempfile
import tracemalloc
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

_SIMULATED_US = 120_000_000
_SIZES = (5, 3, 7)


def measure() -> list[Figure]:
    """engine.events_per_s.{bare,emit,invariants,file}, engine.messages_per_s, engine.fold_per_s,
    engine.bytes_per_event, and what raftlab.cli.bench.commits measures."""
    from raftlab.cli.bench import commits

    figures: list[Figure] = []
    for nodes in _SIZES:
        figures += _events(scenario(nodes, 100_000))
        figures.append(_messages(scenario(nodes, 400_000)))
    figures += [_fold(scenario(5, 100_000)), _bytes(scenario(5, 100_000))]
    return figures + commits.measure()


def scenario(nodes: int, every_us: int) -> Scenario:
    """A quiet cluster with one client."""
    names = tuple(f"n{number}" for number in range(1, nodes + 1))
    return Scenario("bench", nodes=names, workloads=(Workload(every_us, "x={n}"),), end_us=_SIMULATED_US)


def _events(what: Scenario) -> list[Figure]:
    params = _params(what)
    works: list[tuple[str, Callable[[], int], dict[str, Any]]] = [
        ("bare", lambda: _run(what, _nobody, None), {"trace": "none"}),
        ("emit", lambda: _emit(what), {"trace": "list"}),
        ("invariants", lambda: _invariants(what), {"trace": "timeline with keyframes", "invariants": "all"}),
        ("file", lambda: _file(what), {"trace": "file", "invariants": "all"}),
    ]
    return [
        (f"engine.events_per_s.{name}", best_rate(work), "events/s", {**params, **more}) for name, work, more in works
    ]


def _messages(what: Scenario) -> Figure:
    params = _params(what)
    rate = best_rate(lambda: _run(what, _nobody, None))
    share = params["kinds"]["MessageReceived"] / params["events"]
    return ("engine.messages_per_s", rate * share, "messages/s", {**params, "trace": "none"})


def _params(what: Scenario) -> dict[str, Any]:
    """What makes a figure repeatable: the cluster, and its events by kind."""
    kinds: Counter[str] = Counter()
    _run(what, lambda event: kinds.update((type(event).__name__,)), None)
    return {
        "nodes": len(what.nodes),
        "simulated_s": _SIMULATED_US / 1e6,
        "a proposal every ms": what.workloads[0].every_us // 1000,
        "events": kinds.total(),
        "kinds": dict(kinds.most_common()),
    }


def _nobody(event: Event) -> None:
    """Nobody keeps the events."""


def _run(what: Scenario, sink: Callable[[Event], object], checker: Checker | None) -> int:
    simulation = Simulation.begin(what, sink, checker=checker)
    simulation.run(_SIMULATED_US)
    return simulation.cluster.position


def _emit(what: Scenario) -> int:
    events: list[Event] = []
    return _run(what, events.append, None)


def _invariants(what: Scenario) -> int:
    timeline = Timeline(header_of(what))
    simulation = Simulation.begin(what, timeline.append, checker=Checker())
    timeline.follow(simulation.cluster)
    simulation.run(_SIMULATED_US)
    return len(timeline)


def _file(what: Scenario) -> int:
    with tempfile.TemporaryDirectory() as folder, TraceWriter(Path(folder) / "t", header_of(what)) as writer:
        return _run(what, writer.append, Checker())


def _fold(what: Scenario) -> Figure:
    events: list[Event] = []
    _run(what, events.append, None)

    def fold() -> int:
        Cluster.empty().fold(events)
        return len(events)

    return ("engine.fold_per_s", best_rate(fold), "events/s", {"nodes": len(what.nodes), "events": len(events)})


def _bytes(what: Scenario) -> Figure:
    """What a live timeline with keyframes weighs, by all that Python has allocated for it, divided by its events."""
    gc.collect()
    tracemalloc.start()
    try:
        timeline = Timeline(header_of(what))
        simulation = Simulation.begin(what, timeline.append)
        timeline.follow(simulation.cluster)
        simulation.run(_SIMULATED_US)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    params = {"nodes": len(what.nodes), "events": len(timeline), "what": "timeline, keyframes and simulation"}
    return ("engine.bytes_per_event", held / len(timeline), "bytes", params)
