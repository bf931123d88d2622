"""What may befall a log on its way: cut, flipped, shuffled, spliced, wrongly encoded, with values nobody meant.

Each mutation takes the bytes of a file, those of another one, and chance; it gives bytes. The same chance gives the
same bytes. The names in MUTATIONS tell, when an input is found that breaks something, how it was made.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, bytes, Random], bytes]

_NUMBER = re.compile(rb"\d+(?:\.\d+)?")
_TEXT = re.compile(rb'"[^"\n]*"')
_WORD = re.compile(rb"[A-Za-z][\w.@-]*")
_STAMP = re.compile(rb"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?")

NUMBERS = (
    b"0", b"-1", b"-0", b"00", b"1e400", b"-1e400", b"1e308", b"NaN", b"Infinity", b"0.5", b"18446744073709551615",
    b"18446744073709551616", b"9223372036854775807", b"9223372036854775808", b"4294967296", b"99999999999", b"1" * 400,
    b"9" * 5000, b"1_000", b"0x10", "\u0663\u0664".encode(), b'"7"', b"null", b"true", b"[]", b"{}", b"",
)  # fmt: skip
TEXTS = (
    b"", b"0", b"-", b"null", b"[bold]n1[/bold]", b"[/]", b"[link=x]", b"<script>alert(1)</script>",
    b"\x1b[31mred\x1b[0m",
    b"\x1b]0;title\x07", b"a\\u0000b", b"\x00", b"\\ud800", b"\xed\xa0\x80", b"\xff\xfe", b"\\u001b[2J", b"n1\\nn2",
    "\u202eevil\u202c".encode(), "n\u0301\u0302".encode(), "\U0001f600".encode(), b"'", b"\\", b"%s%n{0}",
    b"../../n1", b"x" * 3000,
    b"end note", b"--&gt;", b"Unknown", b"UNKNOWN", b"None",
)  # fmt: skip
STAMPS = (
    b"0000-00-00 00:00:00", b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59.999999Z", b"2026-02-30T10:00:00Z",
    b"1970-01-01 00:00:00",
    b"2026-11-23T24:00:00Z", b"2026-11-23T10:00:60Z", b"2026-11-23T10:00:00+99:99", b"2026/11/23 10:00:00.000000001",
    b"yesterday", b"",
    b"1795463430", b"99999999999.9", b"2026-11-23T10:00:00.123456789123456789Z",
)  # fmt: skip


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True) or [b"\n"]


def _put(data: bytes, at: int, piece: bytes) -> bytes:
    return data[:at] + piece + data[at:]


def _replace(pattern: re.Pattern[bytes], data: bytes, pieces: tuple[bytes, ...], chance: Random) -> bytes:
    """One to six places that look so, anywhere in the file, get another value."""
    places = list(pattern.finditer(data))
    for place in sorted(chance.sample(places, min(len(places), chance.randint(1, 6))), key=lambda it: -it.start()):
        piece = chance.choice(pieces)
        if pattern is _TEXT and chance.random() < 0.8:
            piece = b'"' + piece + b'"'
        data = data[: place.start()] + piece + data[place.end() :]
    return data


def cut(data: bytes, _: bytes, chance: Random) -> bytes:
    """The file breaks off, or begins, anywhere."""
    at = chance.randrange(len(data) + 1)
    return data[:at] if chance.random() < 0.7 else data[at:]


def flip(data: bytes, _: bytes, chance: Random) -> bytes:
    """Bits are wrong, one or many."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 40)) if changed else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def drop_lines(data: bytes, _: bytes, chance: Random) -> bytes:
    """Some lines are missing."""
    share = chance.choice((0.05, 0.3, 0.8))
    return b"".join(line for line in _lines(data) if chance.random() > share)


def repeat_lines(data: bytes, _: bytes, chance: Random) -> bytes:
    """Some lines stand there several times (a member starts again and again)."""
    times = chance.choice((2, 2, 3, 20))
    return b"".join(line * (times if chance.random() < 0.15 else 1) for line in _lines(data))


def swap_lines(data: bytes, _: bytes, chance: Random) -> bytes:
    """Two lines change places, or all of them do."""
    lines = _lines(data)
    if chance.random() < 0.3:
        chance.shuffle(lines)
    else:
        one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def join_lines(data: bytes, _: bytes, chance: Random) -> bytes:
    """Ends of lines are lost."""
    return b"".join(line.rstrip(b"\r\n") if chance.random() < 0.1 else line for line in _lines(data))


def split_lines(data: bytes, _: bytes, chance: Random) -> bytes:
    """Lines are broken where they shouldn't be."""
    for _ in range(chance.randint(1, 8)):
        data = _put(data, chance.randrange(len(data) + 1), b"\n")
    return data


def splice(data: bytes, other: bytes, chance: Random) -> bytes:
    """The beginning of one file and the end of another."""
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def interleave(data: bytes, other: bytes, chance: Random) -> bytes:
    """Two files in one, line by line."""
    one, two, mixed = _lines(data), _lines(other), []
    while one or two:
        mixed.append((one if two == [] or (one and chance.random() < 0.5) else two).pop(0))
    return b"".join(mixed)


def huge_line(data: bytes, _: bytes, chance: Random) -> bytes:
    """A line of megabytes, sometimes with something in front that looks like the others."""
    lines = _lines(data)
    at = chance.randrange(len(lines))
    start = lines[at].rstrip(b"\r\n") if chance.random() < 0.5 else b""
    filler = chance.choice((b"x", b" ", b"\0", b"[", b"{", b'"', b"1", b"ab ", b"\xc3\xa9"))
    lines.insert(at, start + filler * (chance.choice((1 << 20, (1 << 20) + 1, 3 << 20)) // len(filler)) + b"\n")
    return b"".join(lines)


def nuls(data: bytes, _: bytes, chance: Random) -> bytes:
    """Zero bytes: one, or a block as a disk leaves it behind after a crash."""
    return _put(data, chance.randrange(len(data) + 1), b"\0" * chance.choice((1, 1, 7, 4096)))


def noise(data: bytes, _: bytes, chance: Random) -> bytes:
    """Bytes that no text has."""
    return _put(data, chance.randrange(len(data) + 1), chance.randbytes(chance.choice((1, 8, 300))))


def ends_of_lines(data: bytes, _: bytes, chance: Random) -> bytes:
    """Windows' ends of lines, old Mac OS's, or such as only Unicode knows."""
    return data.replace(
        b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b"\r\r\n", b"\x0b\n", "\u2028".encode(), b"\x85\n"))
    )


def encoding(data: bytes, _: bytes, chance: Random) -> bytes:
    """Another encoding, or a mark of one in front."""
    how = chance.choice(("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"))
    return data.decode("utf-8", "replace").encode(how, "replace")


def numbers(data: bytes, _: bytes, chance: Random) -> bytes:
    """Numbers out of every range, or none at all."""
    return _replace(_NUMBER, data, NUMBERS, chance)


def texts(data: bytes, _: bytes, chance: Random) -> bytes:
    """Texts in quotes become empty, long, numbers, or what a terminal or a browser would obey."""
    return _replace(_TEXT, data, TEXTS + NUMBERS, chance)


def words(data: bytes, _: bytes, chance: Random) -> bytes:
    """Words anywhere become such texts, or other words of the same file."""
    there = tuple(_WORD.findall(data)) or (b"word",)
    return _replace(_WORD, data, TEXTS if chance.random() < 0.5 else there, chance)


def stamps(data: bytes, _: bytes, chance: Random) -> bytes:
    """Dates that can't be, or that are far away."""
    return _replace(_STAMP, data, STAMPS, chance)


def one_stamp(data: bytes, _: bytes, chance: Random) -> bytes:
    """A clock that stands still."""
    found = _STAMP.search(data)
    return data if found is None else _STAMP.sub(lambda _: found[0], data)


def nesting(data: bytes, _: bytes, chance: Random) -> bytes:
    """JSON in JSON in JSON, as deep as a stack."""
    depth = chance.choice((50, 1100, 100_000))
    deep = chance.choice(
        (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth, b"[" * depth, b"(" * depth)
    )
    places = [found.end() for found in re.finditer(rb": ?|\n", data)]
    return _put(data, chance.choice(places) if places else 0, deep)


def restarts(data: bytes, _: bytes, chance: Random) -> bytes:
    """The first lines once more, here and there: a server that keeps starting."""
    lines = _lines(data)
    first = lines[: chance.randint(1, 12)]
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(lines) + 1)
        lines[at:at] = first
    return b"".join(lines)


def packed(data: bytes, _: bytes, chance: Random) -> bytes:
    """Packed, once or twice, and perhaps damaged on the way."""
    whole = gzip.compress(data, 1, mtime=0)
    match chance.randrange(5):
        case 0:
            return whole[: chance.randrange(1, len(whole))]
        case 1:
            return flip(whole, b"", chance)
        case 2:
            return gzip.compress(whole, 1, mtime=0)
        case 3:
            return whole + whole[:-3]
    return whole


def packed_zstd(data: bytes, _: bytes, chance: Random) -> bytes:
    """The same with zstd."""
    import zstandard

    whole = zstandard.ZstdCompressor(level=1).compress(data)
    match chance.randrange(4):
        case 0:
            return whole[: chance.randrange(1, len(whole))]
        case 1:
            return flip(whole, b"", chance)
        case 2:
            return whole + whole[:-3]
    return whole


MUTATIONS: tuple[tuple[Mutation, int], ...] = (
    (cut, 6), (flip, 8), (drop_lines, 4), (repeat_lines, 4), (swap_lines, 4), (join_lines, 3), (split_lines, 4),
    (splice, 4), (interleave, 4), (huge_line, 1), (nuls, 4), (noise, 4), (ends_of_lines, 4), (encoding, 3),
    (numbers, 14), (texts, 10), (words, 8), (stamps, 6), (one_stamp, 2), (nesting, 2), (restarts, 3),
    (packed, 3), (packed_zstd, 2),
)  # fmt: skip
"""Each with how often it comes."""


def mutate(data: bytes, other: bytes, chance: Random) -> tuple[bytes, list[str]]:
    """One to four mutations after another, and their names."""
    names = []
    kinds, often = zip(*MUTATIONS, strict=True)
    for mutation in chance.choices(kinds, often, k=chance.choice((1, 1, 1, 2, 2, 3, 4))):
        data = mutation(data, other, chance)
        names.append(mutation.__name__)
    return data, names
