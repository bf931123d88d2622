"""A WAL, or the directory of one, as a part of an etcd cluster's files (see etcd_cluster.Part).

A WAL has no clock: its stream has none, and placing.py finds where its records belong. An origin's `line` is the
record's number (from 1, over all segments), its file the WAL's first segment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.importers.etcd_wal.frames import CRC, Frames, Trouble
from raftlab.importers.etcd_wal.proto import integer, message
from raftlab.importers.etcd_wal.reading import Reading
from raftlab.importers.stream import Stream

if TYPE_CHECKING:
    from raftlab.importers.imported import FileReport
    from raftlab.importers.names import Names
    from raftlab.importers.source import Progress, Source

KIND: Final = "etcd-wal"
TITLE: Final = "an etcd member's write-ahead log, or its data directory"


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is a segment: its first record is a checksum's, and holds nothing else."""
    if len(head) < 16 or any(head[1:7]):
        return False
    length = head[0]
    try:
        record = message(head[8 : 8 + length])
        return 0 < length <= len(head) - 8 and integer(record, 1) == CRC and set(record) <= {1, 2, 3}
    except ValueError:
        return False


def gather(
    source: Source, number: int, report: FileReport, names: Names, progress: Progress | None = None
) -> list[Stream]:
    """The facts of one WAL, the `number`th of all files.

    Raises:
        TraceError: nothing in it can be read (in a directory that is looked through, it is counted instead).
    """
    frames = Frames(source)
    reading: Reading | None = None
    troubles = 0
    for record in frames.records(progress):
        if reading is None:
            reading = Reading(number, report, names)
            if frames.first_sequence:
                reading.note(f"the WAL's first {_segments(frames.first_sequence)} purged: what was before isn't known")
        troubles = _note(frames.troubles, troubles, reading, report)
        try:
            reading.take(record)
        except ValueError as error:
            text = f"{record.segment}: record {record.number}, at offset {record.offset}, makes no sense ({error}): "
            frames.troubles.append(Trouble("damaged from here on", f"{text}nothing from there on is used"))
            frames.number -= 1  # it is counted with the trouble
            break
    report.lines = frames.number + len(frames.troubles)
    if reading is None or not reading.node:
        return _nothing(source, frames, report)
    _note(frames.troubles, troubles, reading, report)
    facts = reading.finish()
    return [Stream(facts, clock=None, node=reading.node)]


def _note(troubles: list[Trouble], noted: int, reading: Reading, report: FileReport) -> int:
    """Pass on what has come up since; returns how many troubles have been noted."""
    for trouble in troubles[noted:]:
        reading.note(trouble.text)
        if trouble.gap:
            reading.gap()
        report.skip(trouble.reason)
    return len(troubles)


def _nothing(source: Source, frames: Frames, report: FileReport) -> list[Stream]:
    why = frames.troubles[0].text if frames.troubles else "it holds no record that says whose it is"
    if not source.found_in_directory:
        raise TraceError(f"nothing of this WAL can be read: {why}", file=source.name)
    report.skipped.clear()
    report.skip(f"nothing of this WAL can be read: {why}", report.lines or 1)
    report.lines = report.lines or 1
    return []


def _segments(count: int) -> str:
    return f"{count} segments were" if count > 1 else "segment was"
