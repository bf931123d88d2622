"""etcd-raft's own trace (built with the tag with_tla): one JSON object an event, with the node's state in each.

Each line prints term, vote, commit index, role, configuration and log length of its node: what differs from what was
known becomes events, so the state after a line is what the line says. Every receipt pairs with its sending. What the
trace leaves out and how it is found: a leader is known to whoever received a message that only leaders send; an entry's
term is that of the leader that made it, and travels with its messages.

The state in a line of a receipt is the one before it is handled; a vote stands in the line after its answer.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from raftlab.core.errors import TraceError
from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.ndjson_message import MOST_ENTRIES
from raftlab.importers.ndjson_telling import Line, NdjsonTelling, link
from raftlab.importers.stamps import micros
from raftlab.importers.weave import weave

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.source import Progress, Source

KIND: Final = "etcd-raft-ndjson"
TITLE: Final = "etcd-raft's trace for TLA+ validation (with_tla)"

KNOWS: Final = ("roles", "terms", "votes", "leaders", "commits", "messages", "config", "progress", "entries")


class _Envelope(Struct):
    event: dict[str, Any]
    ts: float | str = ""
    tag: str = ""


_ROLE: Final = re.compile(rb'"role":\s*"State')
_decode: Final = msgspec.json.Decoder(_Envelope).decode


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    lines = [line for line in head.splitlines()[:50] if line.strip()]
    return any(b'"event":' in line and b'"nid":' in line and _ROLE.search(line) for line in lines)


def read(sources: Sequence[Source], progress: Progress | None = None) -> Imported:
    """The trace of one cluster; usually one file holds all nodes.

    Raises:
        TraceError: a file breaks off, or none holds an event.
    """
    reports = [FileReport(source.name, KIND, skipped={}) for source in sources]
    streams: dict[tuple[int, str], list[Line]] = {}
    for number, (source, report) in enumerate(zip(sources, reports, strict=True)):
        for line in _lines(source, number, report, progress):
            streams.setdefault((number, line.node), []).append(line)
    for stream in streams.values():
        for before, after in pairwise(stream):
            after.at_us = max(before.at_us, after.at_us)
    link(streams.values())
    telling = NdjsonTelling(reports)
    for line in weave(list(streams.values())):
        telling.tell(line)
    story = telling.story
    if not story.events:
        raise TraceError(
            'no line in it is an event of raft\'s; one has "event":{"name":"BecomeLeader","nid":"1",...}',
            file=reports[0].file,
        )
    return Imported(story.events, story.origins, KNOWS, tuple(story.nodes), "clock", reports)


def _lines(source: Source, number: int, report: FileReport, progress: Progress | None) -> list[Line]:
    found = []
    for count, text in source.lines(progress):
        report.lines = count
        try:
            envelope = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            report.skip("JSON without an event" if isinstance(error, msgspec.ValidationError) else "not JSON")
            continue
        at_us = micros(envelope.ts)
        if at_us is None:
            report.skip("no time that can be read in it")
            continue
        try:
            line = msgspec.convert(
                {"source": number, "line": count, "at_us": at_us, "stamp": str(envelope.ts), **envelope.event}, Line
            )
        except msgspec.ValidationError:
            report.skip("an event without node, state or role")
            continue
        if line.msg is not None and not 0 <= line.msg.entries <= MOST_ENTRIES:
            report.skip(f"a message with {line.msg.entries} entries, which none can hold")
        else:
            found.append(line)
    return found
