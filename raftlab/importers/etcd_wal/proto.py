"""Protocol buffers as bytes: the fields of a message by number. No schema, no code generation.

Kept are the three wire types that etcd's messages use (varint, fixed, length-delimited); groups are malformed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = int | bytes
Fields = dict[int, list[Value]]


def fields(data: bytes) -> Iterator[tuple[int, Value]]:
    """(number, value) of each field in order: an int for a varint, bytes for all else.

    Raises:
        ValueError: this is no message.
    """
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if not number:
            raise ValueError("a field has the number 0")
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == 2:
            length, at = _varint(data, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire} is not used")
        if length > end - at:
            raise ValueError("a field is longer than its message")
        yield number, data[at : at + length]
        at += length


def message(data: bytes) -> Fields:
    """A message's fields by number, each with all its values.

    Raises:
        ValueError: this is no message.
    """
    found: Fields = {}
    for number, value in fields(data):
        found.setdefault(number, []).append(value)
    return found


def integer(found: Fields, number: int) -> int:
    """An unsigned integer; 0 where it is left out. The last one counts, as the format has it.

    Raises:
        ValueError: the field is no integer.
    """
    values = found.get(number)
    if values is None:
        return 0
    value = values[-1]
    if not isinstance(value, int):
        raise ValueError(f"field {number} is no integer")
    return value


def integers(found: Fields, number: int) -> tuple[int, ...]:
    """A repeated integer, packed or not.

    Raises:
        ValueError: the field is neither.
    """
    kept: list[int] = []
    for value in found.get(number, ()):
        if isinstance(value, int):
            kept.append(value)
            continue
        at = 0
        while at < len(value):
            each, at = _varint(value, at)
            kept.append(each)
    return tuple(kept)


def octets(found: Fields, number: int) -> bytes:
    """Bytes (text, a message); empty where they are left out.

    Raises:
        ValueError: the field is an integer.
    """
    values = found.get(number)
    if values is None:
        return b""
    value = values[-1]
    if isinstance(value, int):
        raise ValueError(f"field {number} is an integer")
    return value


def signed(value: int) -> int:
    """A varint that stands for a signed 64-bit integer."""
    return value - (1 << 64) if value >> 63 else value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    try:
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
            if shift > 63:
                raise ValueError("an integer is longer than 64 bits")
    except IndexError:
        raise ValueError("an integer breaks off") from None
    if value >> 64:
        raise ValueError("an integer is longer than 64 bits")
    return value, at
