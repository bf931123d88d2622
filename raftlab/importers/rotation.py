"""Logs that were cut into several files (n1.log.2.gz, n1.log.1, n1.log): one node's streams become one story again.

Files may be named in any order: their stamps tell which goes first. Streams of one node that overlap in time are two
accounts of it, not parts of one, and stay apart. In quiet times a server says no line of raft's, so that a file may not
tell whose it is: then it is that of the log that it was cut from, which the names of the files show.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from raftlab.importers.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.importers.imported import FileReport

_SLACK_US: Final = 10_000
"""Several threads write a log: where it is cut, a stamp may be a little before the last one of the file before."""

NO_OWNER: Final = "a line about a member whose id the log doesn't tell"

_CUT: Final = re.compile(r"(?<=\.log)[.-]\d+(?=\.|$)|[.-]\d{4}-?\d\d-?\d\d(?:[T_-][\d.:-]*\d)?|\.(?:gz|zst)$")
"""What a rotated file has beside its log's name: a number after the ending, or a day, perhaps with a time."""


def join_rotated(streams: Sequence[Stream], reports: Sequence[FileReport]) -> list[Stream]:
    """The streams, those joined that one node wrote one after another; in the order of the first of each.

    A stream with the clock "" is of a file that doesn't tell whose it is; if nobody else tells, it goes.
    """
    joined: list[Stream] = []
    by_node: dict[str, list[Stream]] = {}
    for stream in _owned(streams, reports):
        if stream.clock is not None and stream.clock == stream.node and stream.facts:
            by_node.setdefault(stream.node, []).append(stream)
            if len(by_node[stream.node]) > 1:
                continue
        joined.append(stream)
    for parts in by_node.values():
        if len(parts) > 1:
            place = joined.index(parts[0])
            joined[place : place + 1] = _join(parts)
    return joined


def _owned(streams: Sequence[Stream], reports: Sequence[FileReport]) -> Iterable[Stream]:
    owners: dict[str, set[str]] = {}
    for stream in streams:
        if stream.facts and stream.node:
            owners.setdefault(_log_of(stream, reports), set()).add(stream.node)
    for stream in streams:
        if stream.clock == "" and stream.facts:
            found = owners.get(_log_of(stream, reports), set())
            if len(found) != 1:
                reports[stream.facts[0].source].skip(NO_OWNER, len(stream.facts))
                continue
            stream.clock = stream.node = next(iter(found))
            for fact in stream.facts:
                fact.node = stream.node
        yield stream


def _log_of(stream: Stream, reports: Sequence[FileReport]) -> str:
    path = PurePath(reports[stream.facts[0].source].file)
    return str(path.with_name(_CUT.sub("", path.name) or path.name))


def _join(parts: list[Stream]) -> list[Stream]:
    whole: list[Stream] = []
    for part in sorted(parts, key=lambda it: (it.facts[0].at_us, it.facts[-1].at_us)):
        for before in whole:
            slack_us = max(_SLACK_US, before.resolution_us, part.resolution_us)
            if part.facts[0].at_us >= before.facts[-1].at_us - slack_us:
                _append(before, part)
                break
        else:
            whole.append(part)
    return whole


def _append(before: Stream, part: Stream) -> None:
    latest_us = before.facts[-1].at_us
    for fact in part.facts:
        if fact.at_us >= latest_us:
            break
        fact.at_us = latest_us
    before.facts.extend(part.facts)
    before.resolution_us = max(before.resolution_us, part.resolution_us)
