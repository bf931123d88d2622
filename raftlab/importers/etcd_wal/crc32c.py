"""CRC-32C (Castagnoli), many records at once.

A WAL chains its checksums: each record's is that of all data up to its end. Whether record n is right, given that the
one before it is, needs only the checksum written there, so the records of a batch are looked at side by side: column by
column, with numpy. One record that is long is cut into rows, which are folded together (a CRC is linear: what comes
before a row counts as if zeros followed it). Byte by byte in Python it would take ten times as long or more.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROW: Final = 1024
_ALL: Final = 0xFFFFFFFF


@lru_cache(maxsize=1)
def _table() -> np.ndarray[Any, np.dtype[np.uint32]]:
    """What a byte makes of an empty register (the polynomial 0x1EDC6F41, lowest bit first)."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(0x82F63B78), table >> 1)
    return table


@lru_cache(maxsize=1)
def _table_list() -> list[int]:
    return [int(value) for value in _table()]


def crc32c(data: bytes, before: int = 0) -> int:
    """The checksum of what was summed up to `before`, and these bytes after it."""
    register = before ^ _ALL
    first = len(data) % _ROW if len(data) > 4 * _ROW else len(data)
    table = _table_list()
    for byte in data[:first]:
        register = table[(register ^ byte) & 255] ^ register >> 8
    if first < len(data):
        columns = np.frombuffer(data, np.uint8, offset=first).reshape(-1, _ROW).T
        rows = _through(np.zeros(columns.shape[1], np.uint32), columns)
        a, b, c, d = _past_a_row()
        for row in rows.tolist():
            past = a[register & 255] ^ b[register >> 8 & 255] ^ c[register >> 16 & 255] ^ d[register >> 24]
            register = past ^ row
    return register ^ _ALL


def first_wrong(datas: Sequence[bytes], before: Sequence[int], after: Sequence[int]) -> int | None:
    """The first of these records whose data doesn't lead from the checksum before it to the one after it."""
    lengths = np.array([len(data) for data in datas])
    longest_first = [int(each) for each in np.argsort(-lengths, kind="stable")]
    short = [each for each in longest_first if lengths[each] <= _ROW]
    wrong = [
        each for each in longest_first if lengths[each] > _ROW and crc32c(datas[each], before[each]) != after[each]
    ]
    if short:
        width = int(lengths[short[0]])
        block = b"".join(datas[each].ljust(width, b"\0") for each in short)
        columns = np.ascontiguousarray(np.frombuffer(block, np.uint8).reshape(len(short), width).T)
        register = np.array([before[each] for each in short], np.uint32) ^ np.uint32(_ALL)
        # Of the shorter ones, the longest first, ever fewer take part.
        ascending = np.sort(lengths[short])
        taking_part = len(short) - np.searchsorted(ascending, np.arange(width), side="right")
        table = _table()
        for column, count in zip(columns, taking_part.tolist(), strict=True):
            part = register[:count]
            register[:count] = table[(part ^ column[:count]) & 255] ^ part >> 8
        differ = np.flatnonzero(register ^ np.uint32(_ALL) != np.array([after[each] for each in short], np.uint32))
        wrong.extend(short[each] for each in differ.tolist())
    return min(wrong, default=None)


def _through(
    register: np.ndarray[Any, np.dtype[np.uint32]], columns: np.ndarray[Any, np.dtype[np.uint8]]
) -> np.ndarray[Any, np.dtype[np.uint32]]:
    table = _table()
    for column in columns:
        register = table[(register ^ column) & 255] ^ register >> 8
    return register


@lru_cache(maxsize=1)
def _past_a_row() -> list[list[int]]:
    """What each byte of a register becomes when a row of zeros follows."""
    lanes = (np.arange(256, dtype=np.uint32)[None, :] << (8 * np.arange(4, dtype=np.uint32))[:, None]).reshape(-1)
    zeros = np.zeros((_ROW, 1), np.uint8)
    return [[int(value) for value in part] for part in _through(lanes, zeros).reshape(4, 256)]
