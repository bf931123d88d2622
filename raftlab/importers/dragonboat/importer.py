"""Logs of dragonboat's users. A process takes part in many shards; a trace is of that of which the files tell most."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.importers.dragonboat.forms import form_of
from raftlab.importers.dragonboat.lines import DragonboatLine, taken_apart
from raftlab.importers.dragonboat.telling import Telling
from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.saying import Said, of_one_group, tell_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.source import Progress, Source

KIND: Final = "dragonboat"
TITLE: Final = "a log of a user of dragonboat"

KNOWS: Final = ("roles", "terms", "votes")
"""What the lines tell at every moment, if the log's level lets it through; terms only on the way otherwise."""

_SIGN: Final = re.compile(rb"\[f:\d+,l:\d+,t:\d+,c:\d+,a:\d+\] \[\d{5}:\d{5}\] t\d+")
_MAY_MATTER: Final = re.compile(rb"\[f:\d+,l:|\] raft log rate limit enabled: ")
_NOT_RAFT: Final = "not about raft"


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    return _SIGN.search(head) is not None


def read(sources: Sequence[Source], progress: Progress | None = None) -> Imported:
    """The trace of one shard, from its processes' files.

    Raises:
        TraceError: a file breaks off, or none holds a line of raft's.
    """
    reports = [FileReport(source.name, KIND, skipped={}) for source in sources]
    lines: dict[tuple[int, int], DragonboatLine] = {}
    everything: list[Said] = []
    for number, (source, report) in enumerate(zip(sources, reports, strict=True)):
        for count, raw in source.lines(progress):
            report.lines = count
            line = taken_apart(raw.decode("utf-8", "replace").rstrip("\r\n")) if _MAY_MATTER.search(raw) else None
            if line is None:
                report.skip(_NOT_RAFT)
            elif line.at_us is None:
                report.skip("no time that can be read in it")
            else:
                lines[number, count] = line
                everything.append(_said(number, count, line))
    said = of_one_group(everything, reports, "shard")
    quiet = not any(each.form in ("follower", "leader") for each in said)
    telling = Telling(quiet=quiet)
    tell_all(said, reports, telling.story, lambda each: telling.tell(each, lines[each.source, each.line]))
    story = telling.story
    if not story.events:
        raise TraceError(
            "no line in it is raft's; a log of dragonboat has lines such as "
            "`2022-03-01 10:00:00.000001 I | raft: [f:1,l:7,t:2,c:6,a:6] [00101:00001] t3 became leader`",
            file=reports[0].file,
        )
    return Imported(story.events, story.origins, () if quiet else KNOWS, tuple(story.nodes), "clock", reports)


def _said(number: int, count: int, line: DragonboatLine) -> Said:
    form, pieces = form_of(line.text)
    said = Said(number, count, line.at_us or 0, line.stamp, line.replica, line.shard, form, pieces, line.text)
    term = line.term or 0
    if form == "candidate":
        said.shows = ("candidate", line.replica, term)
    elif form == "cast":
        said.shows = (f"vote for {pieces['peer']}", line.replica, term)
        said.awaits = ("candidate", pieces["peer"], term)
    elif form == "counted" and "no" not in pieces:
        said.awaits = (f"vote for {line.replica}", pieces["peer"], term)
    elif form == "leader":
        said.shows = ("leader", line.replica, term)
    elif form == "append_refused":
        said.awaits = ("leader", pieces["peer"], term)
    elif form == "higher" and pieces["type"] in ("Replicate", "InstallSnapshot", "Heartbeat"):
        said.awaits = ("leader", pieces["peer"], int(pieces["term"]))
    return said
