"""Taking a line of ra apart: who wrote it, when, of which cluster it is, and what it says.

    2022-03-01 10:00:00.000 [info] <0.9.0> queue 'q' in vhost '/': detected a new leader {'%2F_q','rabbit@b'} in term 2
    2024-03-01 10:00:00.000001+00:00 [notice] <0.9.0> RabbitMQ metadata store: candidate -> leader in term: 1 ...
    10:00:00.000 [debug] {kv,'a@host'}: pre_vote election called for in term 1

A member is named by its node. Only the last form says whose line it is; in RabbitMQ's the file is one node's, which the
banner at its start names, or the directory of its data.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from raftlab.importers.rabbitmq_ra.forms import form_of
from raftlab.importers.stamps import micros

_DAY: Final = r"\d{4}-\d\d-\d\d[T ]"
_LINE: Final = re.compile(
    rf"^(?P<head>.*?)(?P<stamp>(?:{_DAY})?\d\d:\d\d:\d\d\.\d{{3,6}}(?:Z|[+-]\d\d:\d\d)?) \[[a-z]+\]\s+(?:<[\d.]+>\s)?"
    r"(?P<rest>.*)$",
    re.DOTALL | re.ASCII,
)
_GROUP: Final = re.compile(
    r"(?P<id>queue '.*?' in vhost '.*?'|RabbitMQ metadata store|\{[^{}]+\}):? (?P<text>.*)$", re.DOTALL
)
_OTHER: Final = re.compile(r"(?P<id>[^:]{1,200}): (?P<text>.*)$", re.DOTALL)
_MEMBER: Final = re.compile(r"\{(?:'([^']*)'|([\w.-]+)), ?'?([\w.-]+@[\w.-]+)'?\}", re.ASCII)
_BANNER: Final = re.compile(r"^(?P<head>.*?)\bnode\s{2,}: (?P<name>[\w.-]+@[\w.-]+)\s*$", re.ASCII)
_DIRECTORY: Final = re.compile(r"starting Ra system: \w+ in directory: \S*/([\w.-]+@[\w.-]+)\s*$", re.ASCII)
_STAMPS: Final = re.compile(rf"{_DAY}\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?|\[[a-z]+\]|<[\d.]+>", re.ASCII)


class RaLine(Struct):
    """A line of a member's. `writer` is what tells one writer's lines from another's in the same file; `node` is ""
    where the line doesn't say it."""

    writer: str
    stamp: str
    at_us: int | None
    node: str
    group: str
    form: str
    pieces: dict[str, str]
    text: str


def taken_apart(line: str) -> RaLine | None:
    """A line that a member writes; None for another."""
    found = _LINE.match(line)
    if found is None:
        return None
    said = _GROUP.match(found["rest"])
    if said is None:
        said = _OTHER.match(found["rest"])
        if said is None or form_of(said["text"]) is None:
            return None
    form, pieces = form_of(said["text"]) or ("note", {})
    pieces = {name: node_of(value) if name in ("peer", "other") else value for name, value in pieces.items()}
    group, node = said["id"], ""
    member = _MEMBER.fullmatch(group)
    if member is not None:
        group, node = member[1] or member[2], member[3]
    stamp = found["stamp"]
    return RaLine(_writer(found["head"]), stamp, _time(stamp), node, group, form, pieces, said["text"].strip())


def name_told(line: str) -> tuple[str, str] | None:
    """The writer and the name of its node, if the line tells it."""
    banner = _BANNER.match(line)
    if banner is not None:
        return _writer(banner["head"]), banner["name"]
    directory, found = _DIRECTORY.search(line), _LINE.match(line)
    return (_writer(found["head"]), directory[1]) if directory is not None and found is not None else None


def node_of(printed: str) -> str:
    """The node of a member, `{'name','node'}`; what can't be read so is its own name."""
    found = _MEMBER.fullmatch(printed)
    return found[3] if found is not None else printed


def _writer(head: str) -> str:
    return " ".join(_STAMPS.sub(" ", head).replace("|", " ").split())


def _time(stamp: str) -> int | None:
    """Microseconds since the epoch; a stamp without a day counts on the 1st of January 2000."""
    return micros(f"2000-01-01T{stamp}" if stamp[2:3] == ":" else stamp)
