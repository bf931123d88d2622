"""Logs with vector clocks, as ShiViz opens them and GoVector and its sisters write them.

A record names its host, its vector clock (JSON: how many events of each host it knows of) and what happened. A file
made for ShiViz begins with the regular expression that finds records (named groups host, clock and event) and one that
cuts the file into executions (mostly empty); GoVector's own files have neither: `host {"host":1}`, then a line of text.

There is no time and no state in such a log: every record becomes a note, and the clocks say what happened before what.
An event whose clock knows more of another host than its own host's event before it was led to by that host's event.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from raftlab.core.errors import TraceError
from raftlab.core.events import NodeObserved, SourceNoted
from raftlab.core.model import UP
from raftlab.core.origin import Origin
from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.regexes import compiled
from raftlab.importers.story import Story
from raftlab.importers.weave import weave

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.importers.source import Progress, Source

KIND: Final = "shiviz"
TITLE: Final = "a log with vector clocks (ShiViz, GoVector)"

MOST_BYTES: Final = 64 << 20
"""A record may span lines, so a file is held whole; ShiViz itself gives up far earlier."""

MOST_OF_A_LINE: Final = 16 << 10

_HEADER_GROUPS: Final = (b"(?<host>", b"(?<clock>", b"(?<event>")
_GOVECTOR: Final = re.compile(rb'^\S+ \{"[^"]+": ?\d+(?:, ?"[^"]+": ?\d+)*\}\s*$')
_DEFAULTS: Final = (
    re.compile(r"^(?P<host>\S+) (?P<clock>\{.*\})\n(?P<event>.*)", re.MULTILINE),
    re.compile(r"^(?P<event>.*)\n(?P<host>\S+) (?P<clock>\{.*\})", re.MULTILINE),
    re.compile(r"^(?P<host>\S+) (?P<event>.*) (?P<clock>\{.*\})$", re.MULTILINE),
)
"""GoVector's order, and ShiViz's own when a file's first line is empty, and the one-line form."""

_OUTSIDE: Final = "not part of any record that the regular expression finds"
_clock: Final = msgspec.json.Decoder(dict[str, int]).decode


class _Record(Struct, eq=False):
    """One event of one host; `own` is the host's own count in its clock."""

    source: int
    line: int
    at_us: int
    host: str
    own: int
    clock: dict[str, int]
    text: str
    needs: tuple[_Record, ...] = ()
    told: bool = False
    position: int | None = None


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    lines = head.splitlines()[:200]
    if lines and all(group in lines[0] for group in _HEADER_GROUPS):
        return True
    return any(_GOVECTOR.match(line) for line in lines)


def read(sources: Sequence[Source], progress: Progress | None = None) -> Imported:
    """The trace of one execution, usually a file a host or one for all.

    Raises:
        TraceError: a file breaks off, is too large, has a bad regular expression, or none holds a record.
    """
    reports = [FileReport(source.name, KIND, skipped={}) for source in sources]
    hosts: dict[str, list[_Record]] = {}
    for number, (source, report) in enumerate(zip(sources, reports, strict=True)):
        for record in _records(source, number, report, progress):
            hosts.setdefault(record.host, []).append(record)
    for records in hosts.values():
        records.sort(key=lambda record: record.own)
    _link(hosts, reports)
    story = _tell(hosts, reports)
    if not story.events:
        raise TraceError(
            'no record is in it; one is a host, its vector clock and a text: `n1 {"n1":1}`, then a line of text',
            file=reports[0].file,
        )
    return Imported(story.events, story.origins, (), tuple(story.nodes), "step", reports)


def _records(source: Source, number: int, report: FileReport, progress: Progress | None) -> Iterable[_Record]:
    text = _text(source, report, progress)
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    pattern, cut, begin = _how(text, source.name)
    if begin:
        report.skip("tells how the log is to be read", bisect_right(starts, begin) - 1)
    end = len(text)
    delimiter = cut.search(text, begin) if cut is not None else None
    if delimiter is not None and text[begin : delimiter.start()].strip():
        end = delimiter.start()
        report.skip("of another execution than the file's first", report.lines - (bisect_right(starts, end) - 1))
    reached = bisect_right(starts, begin) - 1
    for found in pattern.finditer(text, begin, end):
        first, last = bisect_right(starts, found.start()) - 1, bisect_right(starts, max(found.end() - 1, 0)) - 1
        _skip(report, _OUTSIDE, first - reached)
        reached = max(reached, last + 1)
        record = _record(found, number, first + 1)
        if isinstance(record, str):
            report.skip(record, last - first + 1)
        else:
            report.told += last - first + 1
            yield record
    _skip(report, _OUTSIDE, report.lines - reached if end == len(text) else bisect_right(starts, end) - 1 - reached)


def _skip(report: FileReport, reason: str, lines: int) -> None:
    if lines > 0:
        report.skip(reason, lines)


def _text(source: Source, report: FileReport, progress: Progress | None) -> str:
    pieces, size = [], 0
    for count, line in source.lines(progress):
        report.lines = count
        size += len(line)
        if size > MOST_BYTES:
            raise TraceError(
                f"a log with vector clocks may have {MOST_BYTES >> 20} MiB; cut out the part that matters",
                file=source.name,
                line=count,
            )
        # A pattern may take ages over a line without end; such a line is none of a record's.
        pieces.append(b"\n" if len(line) > MOST_OF_A_LINE else line if line.endswith(b"\n") else line + b"\n")
    return b"".join(pieces).decode("utf-8", "replace").replace("\r\n", "\n")


def _how(text: str, file: str) -> tuple[re.Pattern[str], re.Pattern[str] | None, int]:
    """The records' regular expression, that between executions, and where the log begins."""
    first, _, rest = text.partition("\n")
    if all(group.decode() in first for group in _HEADER_GROUPS):
        second, _, _ = rest.partition("\n")
        cut = compiled(second, file, 2) if second.strip() else None
        return compiled(first, file, 1), cut, len(first) + len(second) + 2
    return max(_DEFAULTS, key=lambda pattern: _fit(pattern, text)), None, 0


def _fit(pattern: re.Pattern[str], text: str) -> tuple[int, int]:
    """How many records it finds whose host counts itself, and how much of the text they are."""
    fitting = [found for found in pattern.finditer(text) if f'"{found["host"]}"' in found["clock"]]
    return len(fitting), sum(found.end() - found.start() for found in fitting)


def _record(found: re.Match[str], source: int, line: int) -> _Record | str:
    """A record, or why it is none."""
    host, text = found["host"] or "", (found["event"] or "").strip()
    try:
        clock = _clock((found["clock"] or "").encode())
    except msgspec.MsgspecError:
        return "a vector clock that isn't JSON of hosts and counts"
    own = clock.get(host)
    if not host or own is None:
        return "a vector clock that doesn't count the record's own host"
    return _Record(source, line, line, host, own, clock, text)


def _link(hosts: dict[str, list[_Record]], reports: Sequence[FileReport]) -> None:
    """Each record needs those events of other hosts that its own host hadn't known of before."""
    at = {(host, record.own): record for host, records in hosts.items() for record in records}
    for records in hosts.values():
        known: dict[str, int] = {}
        for record in records:
            news = [(other, count) for other, count in record.clock.items() if count > known.get(other, 0)]
            record.needs = tuple(at[each] for each in news if each[0] != record.host and each in at)
            known.update(news)


def _tell(hosts: dict[str, list[_Record]], reports: Sequence[FileReport]) -> Story:
    story = Story()
    for step, record in enumerate(weave(list(hosts.values()))):
        report = reports[record.source]
        story.turn_to(step, Origin(report.file, record.line, str(record.own)))
        before = story.told()
        if record.host not in story.nodes:
            story.emit(NodeObserved, record.host, status=UP)
        led_to_by = max((need.position for need in record.needs if need.position is not None), default=None)
        record.position = story.emit(SourceNoted, record.host, led_to_by, text=record.text)
        report.events += story.told() - before
    return story
