"""The frames of a write-ahead log: from segments of bytes to records whose checksums hold.

A frame is a little-endian 64-bit word, the record, and padding to eight bytes. The word's lower 56 bits are the
record's length; if the highest bit is set, bits 56 to 58 count the padding. A word of 0 is the end: etcd reserves its
64 MB ahead, and what follows is zeros. A record is a message: 1 type, 2 checksum, 3 data. The checksum is CRC-32C over
the data of all records so far; each segment opens with a record (type 4) that repeats the running value.

Reading never fails on what the bytes hold: it stops, and `troubles` says where and why. Memory is bounded by the
longest record, and that by RECORD_BYTES.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from raftlab.importers.etcd_wal.proto import integer, message, octets
from raftlab.importers.source import open_unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from raftlab.importers.source import Progress, Source

METADATA, ENTRY, HARD_STATE, CRC, SNAPSHOT = 1, 2, 3, 4, 5

RECORD_BYTES: Final = 64 << 20
"""Longer than any record of etcd's (its segments are no longer): a frame that claims more is damaged."""

_REST_BYTES: Final = 2 * RECORD_BYTES
_SECTOR: Final = 512
_BATCH_RECORDS, _BATCH_BYTES = 2048, 1 << 20
_CHUNK: Final = 1 << 20
_NAME: Final = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16})\.wal")


class Record(NamedTuple):
    """One record: its number (from 1, over all segments), the file and the offset of its frame, and what it holds."""

    number: int
    segment: str
    offset: int
    kind: int
    data: bytes


class Trouble(NamedTuple):
    """Something that a reader has to know: a short reason to count it under, and the whole sentence.

    `gap`: records are missing between those that were read before it and those after it.
    """

    reason: str
    text: str
    gap: bool = False


_Unchecked = tuple[int, int, int, bytes, int]
"""(offset of the frame, type, checksum, data, offset of the data)"""


class Frames:
    """The records of one WAL, in order; `troubles` is whole once all are read."""

    def __init__(self, source: Source) -> None:
        self.troubles: list[Trouble] = []
        self.number = 0
        self.first_sequence: int | None = None
        self._source = source
        self._crc: int | None = None
        self._stopped = False

    def records(self, progress: Progress | None = None) -> Iterator[Record]:
        """Every record up to the end, or to the first damage."""
        expected: int | None = None
        for place, path in enumerate(self._source.segments):
            found = _NAME.match(path.name)
            sequence = int(found[1], 16) if found else None
            if place == 0:
                self.first_sequence = sequence
            elif sequence is not None and expected is not None and sequence != expected:
                self._crc = None
                missing = sequence - expected
                self._trouble(
                    "segments are missing",
                    f"{missing} segment{'s' if missing > 1 else ''} of the WAL before {path.name} "
                    f"{'are' if missing > 1 else 'is'} missing",
                    gap=True,
                )
            expected = None if sequence is None else sequence + 1
            yield from self._segment(path, is_last=place == len(self._source.segments) - 1)
            if progress is not None:
                progress(place + 1, len(self._source.segments))
            if self._stopped:
                rest = self._source.segments[place + 1 :]
                if rest:
                    self._trouble("segments after damage", f"{len(rest)} later segments of the WAL aren't used")
                return

    def _segment(self, path: Path, *, is_last: bool) -> Iterator[Record]:
        try:
            with open_unpacked(path) as file:
                yield from self._checked(_Bytes(file), path.name, is_last)
        except (OSError, EOFError, zlib.error, ValueError) as error:
            self._stop("the file can't be read to its end", f"{path.name} can't be read to its end: {error}")
        except Exception as error:
            # zstd's own error has no base that could be named without importing the package.
            if type(error).__module__.partition(".")[0] != "zstandard":
                raise
            self._stop("the file can't be read to its end", f"{path.name} can't be read to its end: {error}")

    def _checked(self, file: _Bytes, name: str, is_last: bool) -> Iterator[Record]:
        """The segment's records, whose checksums are looked at a batch at a time."""
        while not self._stopped:
            batch, ended, torn_or_damaged = self._batch(file, name, is_last)
            wrong = self._first_wrong(batch)
            for place, (offset, kind, _, data, at) in enumerate(batch):
                if place == wrong:
                    self._mismatch(
                        name, offset, data, at, is_last, is_end=place == len(batch) - 1 and ended is not None
                    )
                    return
                self.number += 1
                yield Record(self.number, name, offset, kind, data)
            if batch:
                self._crc = batch[-1][2]
            if torn_or_damaged is not None:
                self._stop(*torn_or_damaged)
            if ended is not None:
                rest = file.count_nonzero_rest()
                if rest:
                    self._trouble(
                        "bytes after the end",
                        f"{name}: after its end, at offset {ended}, stand {rest} bytes that aren't zero",
                    )
                return

    def _batch(
        self, file: _Bytes, name: str, is_last: bool
    ) -> tuple[list[_Unchecked], int | None, tuple[str, str] | None]:
        """(records, the offset where the segment ends or None, what is wrong with what follows them)."""
        batch: list[_Unchecked] = []
        held = 0
        while len(batch) < _BATCH_RECORDS and held < _BATCH_BYTES:
            offset = file.offset
            word = file.take(8)
            if not word.strip(b"\0"):
                return batch, offset, None
            if len(word) < 8:
                return batch, None, _torn(name, offset, self.number + len(batch) + 1)
            length, padding = int.from_bytes(word[:7], "little"), word[7] & 7 if word[7] & 128 else 0
            number = self.number + len(batch) + 1
            if length > RECORD_BYTES or not length:
                return batch, None, _damaged(name, offset, number, f"it claims a length of {length:,} bytes")
            data = file.take(length + padding)
            if len(data) < length + padding:
                reason = _torn(name, offset, number) if is_last else _damaged(name, offset, number, "it breaks off")
                return batch, None, reason
            try:
                record = message(data[:length])
                kind, crc, content = integer(record, 1), integer(record, 2), octets(record, 3)
                if crc >> 32:
                    raise ValueError("its checksum is longer than 32 bits")
            except ValueError as error:
                torn = is_last and _has_zero_sector(data, offset + 8)
                reason = _torn(name, offset, number) if torn else _damaged(name, offset, number, str(error))
                return batch, None, reason
            batch.append((offset, kind, crc, content, offset + 8 + length - len(content)))
            held += len(content)
        return batch, None, None

    def _first_wrong(self, batch: list[_Unchecked]) -> int | None:
        """The first record whose checksum doesn't follow from the one before it."""
        from raftlab.importers.etcd_wal.crc32c import first_wrong  # numpy, which other files' readers needn't load

        before, after, datas = [], [], []
        for _, kind, crc, data, _ in batch:
            # A record of the running value itself carries no data; without one before it, it says where to begin.
            start = crc if self._crc is None and kind == CRC else (self._crc or 0)
            before.append(start)
            after.append(crc)
            datas.append(b"" if kind == CRC else data)
            self._crc = crc
        return first_wrong(datas, before, after)

    def _mismatch(self, name: str, offset: int, data: bytes, at: int, is_last: bool, is_end: bool) -> None:
        number = self.number + 1
        if is_last and is_end and _has_zero_sector(data, at):
            self._stop(*_torn(name, offset, number))
        else:
            self._stop(*_damaged(name, offset, number, "its checksum doesn't hold"))

    def _stop(self, reason: str, text: str) -> None:
        self._stopped = True
        self._trouble(reason, text)

    def _trouble(self, reason: str, text: str, *, gap: bool = False) -> None:
        self.troubles.append(Trouble(reason, text, gap))


class _Bytes:
    """A file's bytes, a piece at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._held = b""
        self._at = 0
        self.offset = 0

    def take(self, count: int) -> bytes:
        """The next bytes; fewer at the end."""
        if len(self._held) - self._at < count:
            pieces = [self._held[self._at :]]
            have = len(pieces[0])
            # Piece by piece: a length that lies must not cost memory that no byte stands for.
            while have < count and (piece := self._file.read(_CHUNK)):
                pieces.append(piece)
                have += len(piece)
            self._held, self._at = b"".join(pieces), 0
        taken = self._held[self._at : self._at + count]
        self._at += len(taken)
        self.offset += len(taken)
        return taken

    def count_nonzero_rest(self) -> int:
        """How many of the bytes that are left aren't zero; two segments' worth is looked at (it may be packed)."""
        count, start = 0, self.offset
        while self.offset - start < _REST_BYTES and (piece := self.take(_CHUNK)):
            if piece.strip(b"\0"):
                count += len(piece) - piece.count(0)
        return count


def _has_zero_sector(data: bytes, offset: int) -> bool:
    """Whether a whole sector of the disk in it (or the piece of one) is zero: it never got there."""
    at = 0
    while at < len(data):
        size = min(_SECTOR - (offset + at) % _SECTOR, len(data) - at)
        if not data[at : at + size].strip(b"\0"):
            return True
        at += size
    return False


def _torn(name: str, offset: int, number: int) -> tuple[str, str]:
    return (
        "torn last record",
        f"{name}: record {number}, at offset {offset}, breaks off: its process ended while it was written "
        "(normal after a crash)",
    )


def _damaged(name: str, offset: int, number: int, why: str) -> tuple[str, str]:
    return (
        "damaged from here on",
        f"{name}: record {number}, at offset {offset}, is damaged ({why}): nothing from there on is used",
    )
