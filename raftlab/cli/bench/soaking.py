"""How much faster two processes soak than one."""

from __future__ import annotations

import time

from raftlab.cli.bench.figure import Figure
from raftlab.cli.soak import runs_of

_RUNS = 600


def measure() -> list[Figure]:
    """soak.events_per_s with one process and with two, soak.speedup."""
    one, two = _rate(1), _rate(2)
    params = {"runs": _RUNS, "invariants": "all", "client histories": "checked"}
    return [
        ("soak.events_per_s", one, "events/s", {**params, "jobs": 1}),
        ("soak.events_per_s", two, "events/s", {**params, "jobs": 2}),
        ("soak.speedup", two / one, "times", {**params, "jobs": "2 against 1"}),
    ]


def _rate(jobs: int) -> float:
    begin = time.perf_counter()
    events = sum(run.events for run in runs_of(0, _RUNS, jobs))
    return events / (time.perf_counter() - begin)
