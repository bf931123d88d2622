"""Kinds of values: how people write a time, a part of one, a bandwidth, a list of names; read and written in one place.

A kind reads a value where it stands (and notes there what is wrong with it), and writes it so that it reads back as the
same. The tables of words (settings, commands) name the kind of each of their values, so that neither way is told twice.
Numbers are integers inside: microseconds, parts per million, bytes per second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final

import yaml
from msgspec import Struct

from raftlab.core.times import parse_duration
from raftlab.documents.located import Reader


class Kind(Struct, frozen=True):
    """One kind of value. `what` names it for people; `read` takes it from its place, `write` gives its YAML.

    `write` fails with an AssertionError for what no document can say.
    """

    what: str
    read: Callable[[Reader], Any]
    write: Callable[[Any], str]


# -- Writing ----------------------------------------------------------------------------------------------------------

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NOT_PLAIN = {"true", "false", "yes", "no", "on", "off", "null"}
"""Words that YAML takes for something else when they stand without quotes."""


def write_text(text: str) -> str:
    """Text as YAML: without quotes where it is a plain word."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))).strip()


def write_duration(time_us: int) -> str:
    """A time in the largest unit that keeps it short and exact: 2s, 1.5s, 250ms, 12.345678s, 40us."""
    for unit_us, unit, digits in ((1_000_000, "s", 6), (1_000, "ms", 3)):
        whole, rest = divmod(time_us, unit_us)
        if whole:
            part = f"{rest:0{digits}d}".rstrip("0")
            return f"{whole}.{part}{unit}" if part else f"{whole}{unit}"
    return f"{time_us}us" if time_us else "0s"


def write_part(ppm: int) -> str:
    """Parts per million as a percentage: 10%, 0.25%."""
    part = f"{ppm % 10_000:04d}".rstrip("0")
    return f"{ppm // 10_000}.{part}%" if part else f"{ppm // 10_000}%"


def write_bandwidth(rate: int) -> str:
    """Bytes per second in the largest unit that fits: 10MB/s, 1500B/s; 0 (without end) as it is."""
    for unit, size in (("GB/s", 10**9), ("MB/s", 10**6), ("kB/s", 1_000)):
        if rate and rate % size == 0:
            return f"{rate // size}{unit}"
    return f"{rate}B/s" if rate else "0"


def write_clock_rate(ppm: int) -> str:
    """A clock's rate: 1.01 runs one hundredth too fast."""
    part = f"{ppm % 1_000_000:06d}".rstrip("0")
    return f"{ppm // 1_000_000}.{part}" if part else f"{ppm // 1_000_000}"


def write_list(names: Sequence[str]) -> str:
    """Names in brackets: [n1, n2]."""
    return f"[{', '.join(write_text(name) for name in names)}]"


def write_mapping(items: dict[str, str]) -> str:
    """Keys and values, which are YAML already, in braces: {node: n1, after: 20ms}."""
    return "{" + ", ".join(f"{name}: {value}" for name, value in items.items()) + "}"


# -- Reading ----------------------------------------------------------------------------------------------------------

_BANDWIDTH = re.compile(r"(\d+(?:\.\d+)?)\s*(?:([kMG]|[KMG]i)?(bit|B)/s)?")
_SIZES: Final = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def _read_part(reader: Reader) -> int:
    text = reader.text().strip()
    try:
        part = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        part = -1.0
    if not 0 <= part <= 1:
        reader.wrong(f"{reader.path!r} should be a part such as 0.1 or 10%, not {text!r}")
        return 0
    return round(part * 1_000_000)


def _read_bandwidth(reader: Reader) -> int:
    text = reader.text().strip()
    found = _BANDWIDTH.fullmatch(text)
    rate = -1
    if found is not None:
        exact = Fraction(found[1]) * _SIZES[found[2] or ""] / (8 if found[3] == "bit" else 1)
        rate = int(exact)
    if found is None or (rate == 0 and text != "0"):
        reader.wrong(
            f"{reader.path!r} should be a bandwidth such as 10MB/s, 1Gbit/s or 1500 (bytes per second; 0: without end),"
            f" not {text!r}"
        )
        return 0
    return rate


_CLOCK_RATE = re.compile(r"([+-]?)(\d+(?:\.\d+)?)(%?)")
_FASTEST_PPM: Final = 100_000_000


def _read_clock_rate(reader: Reader) -> int:
    text = reader.text().strip()
    found = _CLOCK_RATE.fullmatch(text)
    ppm = 0
    if found is not None and bool(found[1]) == bool(found[3]):
        exact = Fraction(found[2])
        if found[3]:
            exact = 1 + (exact if found[1] == "+" else -exact) / 100
        ppm = round(exact * 1_000_000)
    if not 1 <= ppm <= _FASTEST_PPM:
        reader.wrong(
            f"{reader.path!r} should be a clock's rate such as 1.01, +1% or -0.5%, more than 0 and at most 100, "
            f"not {text!r}"
        )
        return 1_000_000
    return ppm


def _read_range(reader: Reader) -> tuple[int, int]:
    text = reader.text()
    low_text, dash, high_text = text.partition("-")
    try:
        low = parse_duration(low_text)
        high = parse_duration(high_text) if dash else 2 * low
    except ValueError:
        low = high = 0
    if low > high or low <= 0:
        reader.wrong(f"{reader.path!r} should be a time or a range of times such as 150ms-300ms, not {text!r}")
        return 150_000, 300_000
    return low, high


def _read_groups(reader: Reader) -> tuple[tuple[str, ...], ...]:
    groups = tuple(item.texts() for item in reader.items())
    names = [name for group in groups for name in group]
    if len(names) != len(set(names)):
        reader.wrong("a node can stand on one side of a partition only")
    return groups


def _write_boolean(value: bool) -> str:
    assert isinstance(value, bool), f"{value!r} is neither true nor false"
    return "true" if value else "false"


TIME: Final = Kind("a time (250ms, 1.5s, 40us)", Reader.duration, write_duration)
SOME_TIME: Final = Kind("a time, longer than 0", lambda reader: reader.duration(1), write_duration)
TIMES: Final = Kind(
    "a range of times (150ms-300ms), or its lower end, of which the upper one is the double (1s: 1s-2s)",
    _read_range,
    lambda times: f"{write_duration(times[0])}-{write_duration(times[1])}",
)
PART: Final = Kind("a part (0.1 or 10%)", _read_part, write_part)
BOOLEAN: Final = Kind("true or false", Reader.boolean, _write_boolean)
BANDWIDTH: Final = Kind(
    "a bandwidth (10MB/s, 1Gbit/s, or bytes per second; 0: without end)", _read_bandwidth, write_bandwidth
)
CLOCK_RATE: Final = Kind("a rate (1.01, or +1%: too fast by a hundredth)", _read_clock_rate, write_clock_rate)
TEXT: Final = Kind("text", Reader.text, write_text)
NODE: Final = Kind("a node", Reader.text, write_text)
NODES: Final = Kind("a list of nodes", Reader.texts, write_list)
GROUPS: Final = Kind(
    "lists of nodes ([[n1, n2], [n3]])",
    _read_groups,
    lambda groups: f"[{', '.join(write_list(group) for group in groups)}]",
)


def count(low: int = 0, high: int | None = None) -> Kind:
    """A whole number within bounds, both included."""
    what = f"a whole number, at least {low}" if high is None else f"a whole number from {low} to {high}"
    return Kind(what, lambda reader: reader.integer(low, high), str)


def choice(*values: str) -> Kind:
    """One of some words; inside they are spelt with underscores, in documents with hyphens."""
    words = {value.replace("_", "-"): value for value in values}

    def write(value: str) -> str:
        assert value in values, f"{value!r} is none of {', '.join(values)}"
        return value.replace("_", "-")

    return Kind(" or ".join(words), lambda reader: words[reader.choice(words)], write)
