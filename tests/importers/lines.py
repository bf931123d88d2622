"""Writes the logs that these tests read: only what matters, in the spelling that is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = "cfef663973881f92", "e1a65d5b2738bb67", "7580081b5360633"


def zap34(millis: int, text: str, **fields: Any) -> str:
    """A line of a 3.4 server, so many milliseconds after the start."""
    stamp = f"2026-11-23T19:50:{millis // 1000:02}.{millis % 1000:03}Z"
    return _json({"level": "info", "ts": stamp, "caller": "raft/raft.go:706", "msg": text, **fields})


def zap35(millis: int, text: str, **fields: Any) -> str:
    """The same of a 3.5 server: a logger, another caller, microseconds."""
    stamp = f"2026-11-23T19:50:{millis // 1000:02}.{millis % 1000:03}417Z"
    head = {"level": "info", "ts": stamp, "logger": "raft", "caller": "etcdserver/zap_raft.go:77", "msg": text}
    return _json({**head, **fields})


def zap_epoch(millis: int, text: str, **fields: Any) -> str:
    """A line with zap's other stamp: seconds since the epoch."""
    return _json({"level": "info", "ts": 1795463430.0 + millis / 1000, "caller": "x", "msg": text, **fields})


def _json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":")) + "\n"


def write(path: Path, *lines: str) -> Path:
    """A file of these lines."""
    path.write_text("".join(lines))
    return path
