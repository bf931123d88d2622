"""Logs of Consul, Nomad, Vault and whatever else uses hashicorp/raft: files of one cluster's servers, or one of all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.errors import TraceError
from raftlab.core.origin import Origin
from raftlab.importers.hashicorp.forms import form_of
from raftlab.importers.hashicorp.lines import taken_apart
from raftlab.importers.hashicorp.members import Members
from raftlab.importers.hashicorp.telling import Telling
from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.weave import weave

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from raftlab.importers.source import Progress, Source

KIND: Final = "hashicorp-raft"
TITLE: Final = "a log of Consul, Nomad, Vault or another user of hashicorp/raft"

KNOWS: Final = ("roles", "config")
"""What the lines tell at every moment; terms, votes and leaders they tell of candidates and leaders only."""

_SIGN: Final = re.compile(
    rb"raft: Node at \S+ \[(?:Follower|Candidate|Leader)\] entering|"
    rb"raft: (?:entering (?:follower|candidate|leader) state|heartbeat timeout reached, starting|election won)|"
    rb"raft: (?:Heartbeat timeout|Election won|initial configuration: index=|Initial configuration \(index=)|"
    rb'"@message": ?"(?:entering (?:follower|candidate|leader) state|heartbeat timeout reached, starting election)"'
)
_MAY_MATTER: Final = re.compile(rb'raft: |"@message"|EventMemberJoin|Adding LAN server')
_NOT_RAFT: Final = "not about raft"


class _Fact(Struct, eq=False):
    source: int
    line: int
    at_us: int
    stamp: str
    writer: str
    form: str
    pieces: dict[str, str]
    text: str
    told: bool = False
    needs: tuple[_Fact, ...] = ()


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    return _SIGN.search(head) is not None


def read(sources: Sequence[Source], progress: Progress | None = None) -> Imported:
    """The trace of one cluster.

    Raises:
        TraceError: a file breaks off, or none holds a line of raft's.
    """
    members = Members()
    reports = [FileReport(source.name, KIND, skipped={}) for source in sources]
    streams: dict[tuple[int, str], list[_Fact]] = {}
    for number, (source, report) in enumerate(zip(sources, reports, strict=True)):
        for fact in _facts(source, number, report, members, progress):
            streams.setdefault((number, fact.writer), []).append(fact)
    owners = _owners(streams, reports)
    pre_voting = {
        members.key(owners[key])
        for key, facts in streams.items()
        if any(fact.form.startswith("pre_") for fact in facts) and key in owners
    }
    telling = Telling(members, pre_voting)
    kept = [stream for key, stream in streams.items() if key in owners]
    for fact in weave(kept):
        report = reports[fact.source]
        telling.story.turn_to(fact.at_us, Origin(report.file, fact.line, fact.stamp))
        before = telling.story.told()
        node = members.key(fact.pieces.get("node") or owners[fact.source, fact.writer])
        reason = telling.tell(node, fact.form, fact.pieces, fact.text)
        told = telling.story.told() - before
        if told:
            report.told += 1
            report.events += told
        else:
            report.skip(reason or _NOT_RAFT)
    story = telling.story
    if not story.events:
        raise TraceError(
            "no line in it is raft's; a server's log has lines such as "
            '`[INFO]  raft: entering follower state: follower="Node at 10.0.0.1:8300 [Follower]"`',
            file=reports[0].file,
        )
    return Imported(story.events, story.origins, KNOWS, tuple(story.nodes), "clock", reports)


def _facts(
    source: Source, number: int, report: FileReport, members: Members, progress: Progress | None
) -> Iterator[_Fact]:
    latest_us: dict[str, int] = {}
    for count, raw in source.lines(progress):
        report.lines = count
        line = taken_apart(raw.decode("utf-8", "replace").rstrip("\r\n")) if _MAY_MATTER.search(raw) else None
        found = form_of(line) if line is not None else None
        if line is None or found is None:
            report.skip(_NOT_RAFT)
            continue
        form, pieces = found
        if form == "name":
            members.named(pieces["name"], pieces.get("address", ""), pieces.get("host", ""))
            report.skip("tells who is who, no state")
            continue
        members.servers(pieces.get("servers", ""))
        if line.at_us is None and line.writer not in latest_us:
            report.skip("no time that can be read in it")
            continue
        # Several threads write: a stamp may be a little before that of the line above, and some lines have none.
        at_us = latest_us[line.writer] = max(line.at_us or 0, latest_us.get(line.writer, 0))
        details = ", ".join(f"{name}: {value}" for name, value in line.fields.items())
        text = f"{line.text} ({details})" if details else line.text
        yield _Fact(number, count, at_us, line.stamp, line.writer, form, pieces, text)


def _owners(streams: dict[tuple[int, str], list[_Fact]], reports: Sequence[FileReport]) -> dict[tuple[int, str], str]:
    """Whose lines a writer's are: those of the server that its lines about roles name."""
    owners: dict[tuple[int, str], str] = {}
    for key, facts in streams.items():
        owner = next((fact.pieces["node"] for fact in facts if "node" in fact.pieces), None)
        owner = owner or next(
            (fact.pieces["id"] for fact in facts if fact.form == "self" and "id" in fact.pieces), None
        )
        if owner is not None:
            owners[key] = owner
        else:
            reports[key[0]].skip("a line about a server that the log doesn't name", len(facts))
    return owners
