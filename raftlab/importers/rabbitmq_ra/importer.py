"""Logs of RabbitMQ and other users of ra. A node is a member of a cluster for each of its quorum queues; a trace is of
that of which the files tell most."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.rabbitmq_ra.lines import RaLine, name_told, taken_apart
from raftlab.importers.rabbitmq_ra.telling import Telling
from raftlab.importers.saying import Said, of_one_group, tell_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.source import Progress, Source

KIND: Final = "rabbitmq-ra"
TITLE: Final = "a log of RabbitMQ or another user of ra"

KNOWS: Final = ("roles",)
"""What the lines tell at every moment, if the log is of level debug; at a higher level it isn't told always."""

_SIGN: Final = re.compile(
    rb"\d\d:\d\d:\d\d\.\d{3}\S* \[[a-z]+\]\s+(?:<[\d.]+>\s)?(?:starting Ra system: |[^\n:]{1,300}:? (?:"
    rb"[a-z_]+ -> [a-z_]+ in term: \d+|(?:pre_vote )?election called for in term \d+|"
    rb"(?:granting|declining) (?:pre-)?vote (?:for|to) \{|detected a new leader \{|follower request_vote_rpc for \{))"
)
_MAY_MATTER: Final = re.compile(rb"queue '|metadata store: |\}:? |in term|vote |node  +: |starting Ra system: ")
_NOT_RAFT: Final = "not about raft"
_AT_DEBUG: Final = ("pre_vote", "candidate")


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    return _SIGN.search(head) is not None


def read(sources: Sequence[Source], progress: Progress | None = None) -> Imported:
    """The trace of one cluster, from its nodes' files.

    Raises:
        TraceError: a file breaks off, or none holds a line of raft's.
    """
    reports = [FileReport(source.name, KIND, skipped={}) for source in sources]
    everything: list[Said] = []
    for number, (source, report) in enumerate(zip(sources, reports, strict=True)):
        everything.extend(_of_file(number, source, report, progress))
    said = of_one_group(everything, reports, "cluster")
    for each in said:
        _relate(each)
    telling = Telling()
    tell_all(said, reports, telling.story, telling.tell)
    story = telling.story
    if not story.events:
        raise TraceError(
            "no line in it is raft's; a log of RabbitMQ has lines such as "
            "`2024-03-01 10:00:00.123 [notice] <0.9.0> queue 'q' in vhost '/': candidate -> leader in term: 1`",
            file=reports[0].file,
        )
    debug = any(each.form == "state" and each.pieces["new"] in _AT_DEBUG for each in said)
    return Imported(story.events, story.origins, KNOWS if debug else (), tuple(story.nodes), "clock", reports)


def _of_file(number: int, source: Source, report: FileReport, progress: Progress | None) -> list[Said]:
    lines: list[tuple[int, RaLine]] = []
    names: dict[str, str] = {}
    for count, raw in source.lines(progress):
        report.lines = count
        text = raw.decode("utf-8", "replace").rstrip("\r\n") if _MAY_MATTER.search(raw) else ""
        told = name_told(text) if text else None
        line = taken_apart(text) if text and told is None else None
        if told is not None:
            names.setdefault(*told)
            report.skip("tells who is who, no state")
        elif line is None:
            report.skip(_NOT_RAFT)
        elif line.at_us is None:
            report.skip("no time that can be read in it")
        else:
            lines.append((count, line))
    return [
        Said(
            number,
            count,
            line.at_us or 0,
            line.stamp,
            line.node or names.get(line.writer) or _name_of(line.writer, source),
            line.group,
            line.form,
            line.pieces,
            line.text,
        )
        for count, line in lines
    ]


def _name_of(writer: str, source: Source) -> str:
    """What a node is called that its lines don't name: RabbitMQ calls its log after it, a container's lines bear its
    name; else the file's own name serves."""
    file = re.sub(r"(?:\.log|\.gz|\.zst|\.\d+)+$", "", Path(source.name).name)
    return file if "@" in file else writer or file


def _relate(each: Said) -> None:
    """What this shows to other members, and what must have happened before."""
    term, peer = int(each.pieces.get("term", 0)), each.pieces.get("peer", "")
    if each.form == "called" or (each.form == "state" and each.pieces["new"] == "candidate"):
        each.shows = ("candidate", each.node, term)
    elif each.form == "state" and each.pieces["new"] == "leader":
        each.shows = ("leader", each.node, term)
    elif each.form == "granted":
        each.awaits = ("candidate", peer, term)
    elif each.form == "detected":
        each.awaits = ("leader", peer, term)
