"""Taking a line of dragonboat apart: where the replica stands, and what it says.

    2022-03-01 10:00:00.000001 I | raft: [f:1,l:7,t:2,c:6,a:6] [00101:00001] t3 became leader

First index, last index, term of the last entry, committed, handed on to be applied; shard and replica; the current
term. The same text stands in the message field where the library's user has plugged in another logger. Numbers of
shards and replicas are printed modulo 100,000 by the library: two that differ by just that can't be told apart.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from raftlab.importers.stamps import micros

_N: Final = r"(\d{1,18})"
_STATE: Final = re.compile(
    rf"\[f:{_N},l:{_N},t:{_N},c:{_N},a:{_N}\] \[(\d{{5}}):(\d{{5}})\] t{_N},? (.*)$", re.DOTALL | re.ASCII
)
_START: Final = re.compile(r"\[(\d{5}):(\d{5})\] (raft log rate limit enabled: .*)$", re.DOTALL | re.ASCII)
_STAMP: Final = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_TIMES: Final = ("ts", "time", "logtime", "timestamp", "@timestamp", "T")
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


class DragonboatLine(Struct):
    """One line. A replica's start says nothing of where it stands: `term` and what follows are None then."""

    stamp: str
    at_us: int | None
    shard: str
    replica: str
    text: str
    term: int | None = None
    last_index: int | None = None
    last_term: int | None = None
    commit: int | None = None


def taken_apart(line: str) -> DragonboatLine | None:
    """A line that a replica's raft writes; None for another."""
    stamps: list[str] = []
    start = line.find("{")
    if start >= 0:
        try:
            whole = _decode(line[start:])
        except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
            pass
        else:
            line = next((text for text in whole.values() if isinstance(text, str) and _found(text)), "")
            stamps = [str(whole[name]) for name in _TIMES if micros(whole.get(name)) is not None][:1]
    found = _found(line)
    if found is None:
        return None
    stamps = stamps or _STAMP.findall(line[: found.start()])
    stamp = stamps[-1] if stamps else ""
    if found.re is _START:
        return DragonboatLine(stamp, micros(stamp), found[1], f"n{found[2]}", found[3])
    _, last, last_term, commit, _, shard, replica, term, text = found.groups()
    return DragonboatLine(
        stamp, micros(stamp), shard, f"n{replica}", text, int(term), int(last), int(last_term), int(commit)
    )


def _found(text: str) -> re.Match[str] | None:
    return _STATE.search(text) or _START.search(text)
