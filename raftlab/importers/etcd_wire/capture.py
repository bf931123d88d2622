"""Reading a wire capture: each line a JSON object, a message that a tap between two members saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from raftlab.importers.etcd_wire.message import Wire
from raftlab.importers.fact import Fact
from raftlab.importers.stamps import micros
from raftlab.importers.stream import Stream

if TYPE_CHECKING:
    from raftlab.importers.imported import FileReport
    from raftlab.importers.names import Names
    from raftlab.importers.source import Progress, Source

KIND: Final = "etcd-wire"
TITLE: Final = "messages between etcd's members, captured on the wire (one JSON object each)"

CLOCK: Final = "tap"

_MOST_MICROS: Final = 1 << 62


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these: objects with a time, a kind of message, and who sent it."""
    return any(_looks_so(line) for line in head.splitlines()[:200])


def _looks_so(line: bytes) -> bool:
    return (
        line.lstrip().startswith(b"{")
        and b'"t":' in line
        and b'"type":' in line
        and (b'"src":' in line or b'"from":' in line)
        and (b'"dst":' in line or b'"to":' in line)
    )


def gather(
    source: Source, number: int, report: FileReport, names: Names, progress: Progress | None = None
) -> list[Stream]:
    """The messages of one file (see etcd_cluster.Part), a stream for each connection: only there order is sure.

    Raises:
        TraceError: the file breaks off.
    """
    decode = msgspec.json.Decoder(Wire, strict=False).decode
    links: dict[tuple[str, str, str], list[Fact]] = {}
    ids: dict[str, str] = {}
    line = 0
    for line, text in source.lines(progress):
        try:
            wire = decode(text)
        except msgspec.ValidationError:
            report.skip("JSON, but no message: it needs a time, a type, and numbers where numbers belong")
            continue
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            report.skip("not JSON")
            continue
        at_us = time_of(wire.t)
        if at_us is None:
            report.skip("no time that can be read in it")
        elif not ((wire.sender or wire.src) and (wire.to or wire.dst)):
            report.skip("it doesn't say who sent it to whom")
        elif not wire.is_possible():
            report.skip("numbers that no message has")
        else:
            fact = Fact(number, line, at_us, str(wire.t), _id(wire.src, wire.sender, ids, names), "wire", payload=wire)
            fact.args = (_id(wire.dst, wire.to, ids, names),)
            links.setdefault((wire.src or wire.sender, wire.dst or wire.to, wire.chan), []).append(fact)
    report.lines = line
    for facts in links.values():
        for fact in facts:
            # What the short form leaves out may be told later only.
            fact.node, fact.args = ids.get(fact.node, fact.node), (ids.get(fact.args[0], fact.args[0]),)
    return [Stream(facts, clock=CLOCK, resolution_us=1) for facts in links.values()]


def time_of(stamp: float | str) -> int | None:
    """Microseconds since the epoch of a number of seconds (perhaps as a text), or an ISO 8601 text."""
    try:
        at_us = micros(stamp)
        if at_us is None:
            at_us = micros(float(stamp))
    except (ValueError, OverflowError):
        return None
    return at_us if at_us is not None and 0 <= at_us < _MOST_MICROS else None


def _id(name: str, identifier: str, ids: dict[str, str], names: Names) -> str:
    """The member's id, as this line or an earlier one tells it; else its name."""
    if not identifier:
        return ids.get(name, name)
    if name and name != identifier:
        ids[name] = identifier
        names.say(identifier, name)
    return identifier
