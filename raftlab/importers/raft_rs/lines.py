"""Taking a line of raft-rs apart: stamp, text and fields, in the forms that its users' loggers give them.

TiKV's, TiKV's before 3.0, env_logger's, and that of slog's terminal:

    [2022/03/01 19:09:54.620 +08:00] [INFO] [raft.rs:1112] ["became candidate at term 8"] [term=8] [raft_id=32835]
    2019/03/07 14:02:39.778 INFO <unknown>:742: [region 1994] 1996 became candidate at term 25
    [2022-10-06T14:01:09.600Z INFO  raft::raft] became candidate at term 8, raft_id: 2, term: 8
    Aug 14 14:13:00.366 INFO became follower at term 3, term: 3, raft_id: 2, tag: peer_2
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from raftlab.importers.stamps import micros

_TIKV: Final = re.compile(
    r"\[(?P<stamp>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d)\] \[\w+\] \[[^\]]*\] (?P<rest>\[.*)$", re.DOTALL
)
_PART: Final = re.compile(
    r'\[(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\]="\[]*))(?:=(?:"(?P<long>(?:[^"\\]|\\.)*)"|(?P<value>[^\]]*)))?\]'
)
_OLD: Final = re.compile(
    r"(?P<stamp>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{3}) \w+ \S+ \[region (?P<region>\d+)\] (?P<id>\d+) (?P<text>.*)$"
)
_ENV: Final = re.compile(r"\[(?P<stamp>\d{4}-\d\d-\d\dT[\d:.]+Z) \w+\s+raft(?:::\w+)*\] (?P<text>.*)$")
_SLOG: Final = re.compile(r"(?P<stamp>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\.\d{3}) [A-Z]{4} (?P<text>.*)$")
_TAIL: Final = re.compile(r", ([\w ]+): ((?:[^,{\[]|\{[^}]*\}|\[[^\]]*\])*)")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class RaftRsLine(Struct):
    """One line; `id` is the raft node's (a number, as printed), `group` its Raft group ("" where there is one only)."""

    stamp: str
    at_us: int | None
    id: str
    group: str
    text: str
    fields: dict[str, str]


def taken_apart(line: str) -> RaftRsLine | None:
    """A line that may be raft-rs's; None for another."""
    found = _TIKV.search(line)
    if found is not None:
        return _tikv(found["stamp"], found["rest"])
    found = _OLD.search(line)
    if found is not None:
        stamp = found["stamp"]
        return RaftRsLine(stamp, micros(stamp.replace("/", "-")), found["id"], found["region"], found["text"], {})
    found = _ENV.search(line) or _SLOG.search(line)
    if found is None:
        return None
    text, fields = _with_tail(found["text"])
    if not fields.get("raft_id", "").isdigit():
        return None
    return RaftRsLine(found["stamp"], _time(found["stamp"]), fields["raft_id"], "", text, fields)


def _tikv(stamp: str, rest: str) -> RaftRsLine | None:
    parts = list(_PART.finditer(rest))
    if not parts:
        return None
    text = _unquoted(parts[0]["quoted"]) if parts[0]["quoted"] is not None else parts[0]["plain"]
    fields = {}
    for part in parts[1:]:
        name = part["quoted"] if part["quoted"] is not None else part["plain"]
        fields[name] = _unquoted(part["long"]) if part["long"] is not None else part["value"] or ""
    if not fields.get("raft_id", "").isdigit():
        return None
    at_us = micros(stamp.replace("/", "-").replace(" +", "+").replace(" -", "-"))
    return RaftRsLine(stamp, at_us, fields["raft_id"], fields.get("region_id", ""), text, fields)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _with_tail(text: str) -> tuple[str, dict[str, str]]:
    """The fields that stand behind the text, each as `, name: value`."""
    start = text.find(", ")
    while start >= 0:
        fields = dict(_TAIL.findall(text[start:]))
        if "raft_id" in fields:
            return text[:start], {name: value.strip() for name, value in fields.items()}
        start = text.find(", ", start + 2)
    return text, {}


def _time(stamp: str) -> int | None:
    """Microseconds since the epoch; a stamp without a year counts in 2000."""
    if stamp[:3] in _MONTHS:
        return micros(f"2000-{_MONTHS.index(stamp[:3]) + 1:02}-{stamp[4:6].strip():0>2}T{stamp[-12:]}")
    return micros(stamp)
