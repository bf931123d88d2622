"""A trace of a million events: opening it, seeking in it."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from raftlab.cli.bench.engine import scenario
from raftlab.cli.bench.figure import Figure
from raftlab.session.lane import header_of
from raftlab.sim import Simulation
from raftlab.trace.writer import TraceWriter

_EVENTS = 1_000_000
_SEEKS = 2_000


def measure() -> list[Figure]:
    """timeline.open_first_s, .open_whole_s, .open_rss_mb, timeline.seek_ms.{median,p99}; in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "million.trace"
        what = replace(scenario(5, 100_000), end_us=None)
        with TraceWriter(path, header_of(what)) as writer:
            Simulation.begin(what, writer.append).run_events(_EVENTS)
        params: dict[str, Any] = {"events": _EVENTS, "megabytes": round(path.stat().st_size / 1e6)}
        output = subprocess.run(
            [sys.executable, "-m", "raftlab.cli.bench.timeline", str(path)], capture_output=True, check=True
        ).stdout
    found = msgspec.json.decode(output, type=dict[str, float])
    units = {"open_first_s": "s", "open_whole_s": "s", "open_rss_mb": "MB"}
    return [(f"timeline.{name}", value, units.get(name, "ms"), params) for name, value in found.items()]


def _measure(path: str) -> dict[str, float]:
    import resource

    from raftlab.trace import Timeline

    begin = time.perf_counter()
    timeline = Timeline.open(path)
    timeline.state(len(timeline) - 1)
    first = time.perf_counter() - begin
    timeline.load()
    whole = time.perf_counter() - begin
    dice = random.Random(1)
    seeks = []
    for _ in range(_SEEKS):
        position = dice.randrange(len(timeline))
        before = time.perf_counter()
        timeline.state(position)
        seeks.append((time.perf_counter() - before) * 1000)
    seeks.sort()
    return {
        "open_first_s": first,
        "open_whole_s": whole,
        "open_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "seek_ms.median": seeks[_SEEKS // 2],
        "seek_ms.p99": seeks[_SEEKS * 99 // 100],
    }


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_measure(sys.argv[1])))
