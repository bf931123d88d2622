"""Logs of TiKV and other users of raft-rs.

A TiKV server takes part in thousands of Raft groups (a region each) and writes of all of them into one log. A trace is
of one group: that of which the files tell most; all others are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from raftlab.core.events import NodeObserved
from raftlab.importers.fact import Fact
from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.names import Names
from raftlab.importers.raft_forms import form_of
from raftlab.importers.raft_rs.lines import RaftRsLine, taken_apart
from raftlab.importers.raft_rs.translation import hexadecimal, in_etcds_words
from raftlab.importers.raft_tellers import tell
from raftlab.importers.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.source import Progress, Source

KIND: Final = "raft-rs"
TITLE: Final = "a log of TiKV or another user of raft-rs"

_SIGN: Final = re.compile(
    rb"\] \[raft\.rs:\d+\] \[|"
    rb" \[region \d+\] \d+ (?:became|is starting|received|\[)|"
    rb"[,\]] .*\braft_id: \d+"
)
_MAY_MATTER: Final = re.compile(rb"raft_id|\[region \d+\]")
_NOT_RAFT: Final = "not about raft"


class _Decimal(Names):
    """Ids as this library prints them."""

    def key(self, identifier: str) -> str:
        return str(int(identifier, 16))


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    return _SIGN.search(head) is not None


def read(sources: Sequence[Source], progress: Progress | None = None) -> Imported:
    """The trace of one Raft group, from its servers' files.

    Raises:
        TraceError: a file breaks off, or none holds a line of raft's.
    """
    reports = [FileReport(source.name, KIND, skipped={}) for source in sources]
    lines = [_lines(source, report, progress) for source, report in zip(sources, reports, strict=True)]
    groups = Counter(line.group for found in lines for _, line in found)
    group = max(groups, key=lambda each: (groups[each], each), default="")
    names = _Decimal()
    streams: list[Stream] = []
    repeated = [0] * len(sources)
    for number, found in enumerate(lines):
        by_node: dict[str, list[Fact]] = {}
        for count, line in found:
            if line.group != group:
                reports[number].skip(f"of another Raft group than region {group}, of which the files tell most")
                continue
            facts = _facts(number, count, line)
            if not facts:
                reports[number].skip(_NOT_RAFT)
                continue
            repeated[number] += len(facts) - 1
            by_node.setdefault(facts[0].node, []).extend(facts)
        streams.extend(Stream(_rising(facts), clock=node, node=node) for node, facts in by_node.items())
    imported = tell(streams, names, reports)
    for report, more in zip(reports, repeated, strict=True):
        report.told -= more  # one line that tells of several requests counts once
    imported.events = [
        replace(event, id=names.key(event.id))
        if isinstance(event, NodeObserved) and isinstance(event.id, str)
        else event
        for event in imported.events
    ]
    return imported


def _lines(source: Source, report: FileReport, progress: Progress | None) -> list[tuple[int, RaftRsLine]]:
    found = []
    for count, raw in source.lines(progress):
        report.lines = count
        line = taken_apart(raw.decode("utf-8", "replace").rstrip("\r\n")) if _MAY_MATTER.search(raw) else None
        if line is None:
            report.skip(_NOT_RAFT)
        elif line.at_us is None:
            report.skip("no time that can be read in it")
        else:
            found.append((count, line))
    return found


def _facts(source: int, count: int, line: RaftRsLine) -> list[Fact]:
    facts = []
    me = hexadecimal(line.id)
    try:
        texts = list(in_etcds_words(line))
    except ValueError:
        return []  # a field that should be a number isn't one
    for text in texts:
        found = form_of(text)
        if found is not None and found[0] != "unknown":
            form, node, args = found
            args = (text.removeprefix(f"{me} "),) if form == "note" else args
            facts.append(Fact(source, count, line.at_us or 0, line.stamp, node or me, form, args))
    return facts


def _rising(facts: list[Fact]) -> list[Fact]:
    """Several threads write: a stamp may be a little before that of the line above."""
    latest = 0
    for fact in facts:
        fact.at_us = latest = max(latest, fact.at_us)
    return facts
