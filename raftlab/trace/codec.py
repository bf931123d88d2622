"""Traces as text: NDJSON, a header line, then one event a line.

    {"raftlab_trace":1,"source":"raftlab","nodes":["n1","n2","n3"],"unit":"us","seed":1,...}
    {"kind":"ClusterCreated","at_us":0,"node":null,...}

An imported event's line carries "origin" as well: where it came from. The header holds no wall time and no path, so
that the same seed gives the same bytes. Lines are encoded in blocks: a line at a time costs twice as much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from raftlab.core.errors import TraceError
from raftlab.core.events import AnyEvent, Event
from raftlab.core.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = 1
BLOCK = 512
"""How many events make a block: one keyframe, one piece of encoded text."""

EVERYTHING = (
    "roles", "terms", "votes", "leaders", "entries", "commits", "messages", "timers", "config", "progress", "clients",
    "disk",
)  # fmt: skip
"""What a trace of our own knows."""


class TraceHeader(Struct, frozen=True, omit_defaults=True):
    """The first line of a trace.

    `unit` is "us" (microseconds since the start), "clock" (microseconds since the Unix epoch) or "step" (no clock:
    at_us counts events). `modified` are the broken variants in force: such a run is modified Raft, and says so for
    good. `clocks`: by how many microseconds the clocks of some nodes of a real cluster were ahead, before their stamps
    were put right.
    """

    raftlab_trace: int
    source: str = "raftlab"
    nodes: tuple[str, ...] = ()
    unit: str = "us"
    seed: int | None = None
    scenario: str = ""
    modified: tuple[str, ...] = ()
    knows: tuple[str, ...] = EVERYTHING
    skipped: dict[str, int] = {}
    clocks: dict[str, int] = {}


class _WithOrigin(Struct, frozen=True):
    origin: Origin | None = None


_encoder = msgspec.json.Encoder()
_header = msgspec.json.Decoder(TraceHeader)
_event: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_origin = msgspec.json.Decoder(_WithOrigin)


def encode_header(header: TraceHeader) -> bytes:
    """The header's line, with its end of line."""
    return _encoder.encode(header) + b"\n"


def decode_header(line: bytes, file: str) -> TraceHeader:
    """Read a trace's first line.

    Raises:
        TraceError: it isn't one, or of a version that this raftlab doesn't know.
    """
    try:
        header = _header.decode(line)
    except msgspec.MsgspecError as error:
        raise TraceError(
            f"this is no raftlab trace: its first line is no header ({error})", file=file, line=1
        ) from None
    if header.raftlab_trace != VERSION:
        raise TraceError(
            f"this trace has format {header.raftlab_trace}; this raftlab reads format {VERSION}", file=file, line=1
        )
    return header


def encode_block(events: Sequence[Event], origins: Sequence[Origin | None] | None = None) -> bytes:
    """Events as lines, each with its end of line."""
    if origins is None or not any(origins):
        return _encoder.encode_lines(events)
    lines = []
    for event, origin in zip(events, origins, strict=True):
        line = _encoder.encode(event)
        if origin is not None:
            line = line[:-1] + b',"origin":' + _encoder.encode(origin) + b"}"
        lines.append(line)
    return b"\n".join(lines) + b"\n"


def decode_block(lines: bytes) -> list[Event]:
    """Events from whole lines.

    Raises:
        msgspec.MsgspecError: a line isn't an event; the store says which.
    """
    return _event.decode_lines(lines)  # type: ignore[return-value]


def decode_event(line: bytes) -> Event:
    """One event from one line."""
    return _event.decode(line)


def decode_origin(line: bytes) -> Origin | None:
    """Where the event of a line came from, if it says so."""
    return _origin.decode(line).origin
