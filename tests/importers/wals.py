"""Writes WALs that these tests read, and reads real ones in a way of its own: to compare with, so it shares no code."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_TABLE = []
for _value in range(256):
    for _ in range(8):
        _value = _value >> 1 ^ (0x82F63B78 if _value & 1 else 0)
    _TABLE.append(_value)


def crc32c(data: bytes, before: int = 0) -> int:
    """CRC-32C, byte by byte."""
    register = ~before & 0xFFFFFFFF
    for byte in data:
        register = _TABLE[(register ^ byte) & 255] ^ register >> 8
    return ~register & 0xFFFFFFFF


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def octets(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


class Writer:
    """A WAL as etcd writes it, segment by segment; `segments` are the bytes."""

    def __init__(self, node: int = 0xA, *, cluster: int = 0xC) -> None:
        self.metadata = number(1, node) + number(2, cluster)
        self.crc = 0
        self.segments: list[bytes] = []
        self.sequence = 0
        self.names: list[str] = []
        self.offsets: list[int] = []
        self._open(0)
        self.snapshot(0, 0)

    def _open(self, index: int) -> None:
        self.names.append(f"{self.sequence:016x}-{index:016x}.wal")
        self.segments.append(b"")
        self.sequence += 1
        self.record(4, None)
        self.record(1, self.metadata)

    def cut(self, index: int, term: int, vote: int, commit: int) -> None:
        """A new segment, whose first entry will be `index`."""
        self._open(index)
        self.state(term, vote, commit)

    def record(self, kind: int, data: bytes | None) -> None:
        if data is not None:
            self.crc = crc32c(data, self.crc)
        body = number(1, kind) + number(2, self.crc) + (octets(3, data) if data is not None else b"")
        pad = -len(body) % 8
        word = len(body) | ((0x80 | pad) << 56 if pad else 0)
        self.offsets.append(len(self.segments[-1]))
        self.segments[-1] += struct.pack("<Q", word) + body + bytes(pad)

    def entry(self, index: int, term: int, data: bytes = b"", kind: int = 0) -> None:
        payload = number(1, kind) + number(2, term) + number(3, index) + (octets(4, data) if data else b"")
        self.record(2, payload)

    def put(self, index: int, term: int, key: bytes, value: bytes = b"v") -> None:
        self.entry(index, term, octets(4, octets(1, key) + octets(2, value)) + octets(100, number(1, 77)))

    def state(self, term: int, vote: int, commit: int) -> None:
        self.record(3, number(1, term) + number(2, vote) + number(3, commit))

    def snapshot(self, index: int, term: int, conf_state: bytes = b"") -> None:
        self.record(5, number(1, index) + number(2, term) + (octets(3, conf_state) if conf_state else b""))

    def write(self, folder: Path, *, zeros: int = 4096) -> list[Path]:
        """The segments as files; the last one with room ahead."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / name for name in self.names]
        for path, data in zip(paths, self.segments, strict=True):
            path.write_bytes(data + (bytes(zeros) if path is paths[-1] else b""))
        return paths


class Truth(NamedTuple):
    """What a WAL holds: every entry in the order written (type, term, index, data), every (term, vote, commit), the
    log at the end by index, the snapshots (index, term), whose it is."""

    node: str
    entries: list[tuple[int, int, int, bytes]]
    states: list[tuple[int, int, int]]
    log: dict[int, tuple[int, int, bytes]]
    snapshots: list[tuple[int, int]]
    records: int


def truth(path: Path) -> Truth:
    """Read one undamaged segment, as plainly as can be."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    node, entries, states, snapshots, records = "", [], [], [], 0
    log: dict[int, tuple[int, int, bytes]] = {}
    at = 0
    while at + 8 <= len(data):
        word = struct.unpack_from("<Q", data, at)[0]
        if not word:
            break
        length, pad = word & (1 << 56) - 1, (word >> 56 & 7) if word >> 63 else 0
        record = dict(fields(data[at + 8 : at + 8 + length]))
        at += 8 + length + pad
        records += 1
        content = dict(fields(record.get(3, b"")))
        if record[1] == 1:
            node = f"{content[1]:x}"
        elif record[1] == 2:
            kind, term, index, payload = content.get(1, 0), content[2], content[3], content.get(4, b"")
            entries.append((kind, term, index, payload))
            for later in [each for each in log if each > index]:
                del log[later]
            log[index] = (kind, term, payload)
        elif record[1] == 3:
            states.append((content.get(1, 0), content.get(2, 0), content.get(3, 0)))
        elif record[1] == 5 and content.get(1):
            snapshots.append((content[1], content[2]))
            if content[1] not in log:
                log.clear()
    return Truth(node, entries, states, log, snapshots, records)


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message, nothing checked."""
    at = 0
    while at < len(data):
        key, at = _number(data, at)
        value: Any
        value, at = _number(data, at)
        if key & 7 == 2:
            value, at = data[at : at + value], at + value
        yield key >> 3, value


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while data[at] > 127:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
    return value | data[at] << shift, at + 1
