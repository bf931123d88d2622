"""A trace of a million events, and one of ten: opening, seeking, the next of its kind, searching, paging."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from raftlab.cli.bench.engine import scenario
from raftlab.cli.bench.figure import Figure
from raftlab.session.lane import header_of
from raftlab.sim import Simulation
from raftlab.trace.writer import TraceWriter

_MILLION = 1_000_000
_TRIES = 3
_UNITS = {"s": "s", "mb": "MB", "ms": "ms", "events_per_s": "events/s"}


def measure() -> list[Figure]:
    """What a trace of a million events costs on disk, each size measured in a process of its own.

    timeline.first_screen_s, .open_first_s, .open_whole_s, .open_rss_mb, .seek_ms.{median,p99},
    .next_ms.{kind,node,term,message}, .{text,text_again,predicate,predicate_back,event}_search_events_per_s,
    .page_down_ms and .page_down_list_ms.{plain,filtered}, .index_s; some of them in timeline.ten_million as well.
    """
    with tempfile.TemporaryDirectory() as folder:
        one, ten = Path(folder) / "million.trace", Path(folder) / "ten-million.trace"
        _write(one, _MILLION)
        found = _first_screen(one) + _measured(one, "one", "timeline", _MILLION)
        one.unlink()
        _write(ten, 10 * _MILLION)
        return found + _measured(ten, "ten", "timeline.ten_million", 10 * _MILLION)


def _write(path: Path, events: int) -> None:
    """A healthy cluster of five; a client writes ten times a second."""
    what = replace(scenario(5, 100_000), end_us=None)
    with TraceWriter(path, header_of(what)) as writer:
        Simulation.begin(what, writer.append).run_events(events)


def _measured(path: Path, size: str, name: str, events: int) -> list[Figure]:
    params: dict[str, Any] = {"events": events, "megabytes": round(path.stat().st_size / 1e6)}
    command = [sys.executable, "-m", "raftlab.cli.bench.opening", size, str(path)]
    output = subprocess.run(command, capture_output=True, check=True).stdout
    found = msgspec.json.decode(output, type=dict[str, float])
    return [(f"{name}.{part}", value, _unit(part), params) for part, value in found.items()]


def _first_screen(path: Path) -> list[Figure]:
    """The best of a few tries: other work on the machine only ever slows it down."""
    if sys.platform == "win32":
        return []
    from raftlab.cli.bench.terminal import first_screen_s

    params: dict[str, Any] = {"events": _MILLION, "from": "the start of the process"}
    return [("timeline.first_screen_s", min(first_screen_s(str(path)) for _ in range(_TRIES)), "s", params)]


def _unit(part: str) -> str:
    """By the end of the figure's name, or of what stands before its last dot."""
    word = part if "." not in part else part.rpartition(".")[0]
    return next(unit for end, unit in reversed(_UNITS.items()) if word.endswith(f"_{end}"))
