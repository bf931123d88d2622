"""Taking a line of Consul, Nomad or Vault apart: who wrote it, when, and what raft said.

    2016/05/02 01:00:14 [WARN] raft: Heartbeat timeout reached, starting election         (until 2019)
    2020-11-09T12:20:06.604Z [WARN]  storage.raft: heartbeat timeout reached, starting election: last-leader=
    {"@level":"warn","@message":"heartbeat timeout reached, starting election","@module":"agent.server.raft",...}

Before it may stand what carried it: syslog's time and host, a container's name.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from raftlab.importers.stamps import micros

_RAFT: Final = re.compile(
    r"^(?P<head>.*?)(?:\[(?P<level>[A-Z]{3,5})\]\s+)?(?P<module>(?:[\w-]+\.)*raft): (?P<text>.*)$", re.DOTALL
)
_NAMES: Final = re.compile(
    r"^(?P<head>.*?)(?:\[[A-Z]{3,5}\]\s+)?(?P<text>(?:[\w.-]+: )?(?:EventMemberJoin: |Adding LAN server).*)$"
)
_STAMP: Final = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d\.\d{3,9}\b"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d\b"
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PROCESS: Final = re.compile(r"\[\d+\]")
_FIELD: Final = re.compile(r'([\w.-]+(?: [\w-]+)?)=("(?:[^"\\]|\\.)*"|\[.*?\](?= [\w.-]+=|$)|\S*)')
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


class RaftLine(Struct):
    """A line about raft. `writer` is what tells one writer's lines from another's in the same file."""

    writer: str
    stamp: str
    at_us: int | None
    text: str
    fields: dict[str, str]


def taken_apart(line: str) -> RaftLine | None:
    """A line of raft's, or one that tells a server's name; None if it is neither."""
    if '"@message"' in line:
        return _from_json(line)
    found = _RAFT.match(line) or _NAMES.match(line)
    if found is None:
        return None
    head = found["head"]
    stamps = _STAMP.findall(head)
    stamp = stamps[-1] if stamps else ""
    writer = " ".join(_PROCESS.sub("", _STAMP.sub(" ", head)).replace("|", " ").split())
    text, fields = _fields(found["text"].strip())
    return RaftLine(writer, stamp, _time(stamp), text, fields)


def _from_json(line: str) -> RaftLine | None:
    start = line.find("{")
    try:
        whole = _decode(line[start:])
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return None
    text, module = str(whole.get("@message", "")), str(whole.get("@module", ""))
    if not (module == "raft" or module.endswith(".raft")) and not _NAMES.match(text):
        return None
    fields = {name: _plain(value) for name, value in whole.items() if not name.startswith("@")}
    stamp = str(whole.get("@timestamp", ""))
    writer = " ".join(_PROCESS.sub("", _STAMP.sub(" ", line[:start])).replace("|", " ").split())
    return RaftLine(writer, stamp, micros(stamp), text, fields)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _fields(text: str) -> tuple[str, dict[str, str]]:
    """hclog's `message: key=value key="a value"`; the older lines have no fields."""
    message, colon, rest = text.partition(": ")
    if not colon or not re.match(r"[\w.-]+(?: [\w-]+)?=", rest):
        return (message.rstrip(":") if text.endswith(":") else text), {}
    return message, {name: value.strip('"') for name, value in _FIELD.findall(rest)}


def _time(stamp: str) -> int | None:
    """Microseconds since the epoch. A stamp without a year counts in 2000, one without a day on its 1st of January."""
    if not stamp:
        return None
    if stamp[:3] in _MONTHS:
        return micros(f"2000-{_MONTHS.index(stamp[:3]) + 1:02}-{stamp[4:6].strip():0>2}T{stamp[-8:]}")
    if stamp[2:3] == ":":
        return micros(f"2000-01-01T{stamp}")
    return micros(stamp.replace("/", "-"))
