"""Times as people write them, and back.

Ours are integer microseconds since the start, typed as `12.345s`, `250ms`, `40us` or a bare integer (microseconds).
Foreign clocks are microseconds since the Unix epoch, typed as ISO 8601 with a zone.
"""

from __future__ import annotations

import re

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(us|µs|ms|s|m|h)?\s*")
_UNITS = {"us": 1, "µs": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}


def parse_duration(text: str) -> int:
    """Microseconds from `12.345s`, `250ms`, `40us`, `2m`, or a bare integer.

    Raises:
        ValueError: it isn't one; the message says what would be.
    """
    found = _DURATION.fullmatch(text)
    if found is None or (found[2] is None and "." in found[1]):
        raise ValueError(f"{text!r} is no time; write 12.345s, 250ms, 40us, or a bare integer (microseconds)")
    whole, _, part = found[1].partition(".")
    unit = _UNITS[found[2] or "us"]
    fraction = int(part) * unit // 10 ** len(part) if part else 0
    return int(whole) * unit + fraction


def format_us(time_us: int) -> str:
    """A time since the start, for people: 12.430 s, with as many digits as it needs (at least three)."""
    seconds, rest = divmod(time_us, 1_000_000)
    digits = f"{rest:06d}"
    return f"{seconds}.{digits[:3] if digits.endswith('000') else digits} s"


def format_span(span_us: int) -> str:
    """A duration in the unit that suits it: 40 us, 71 ms, 1.3 s."""
    if span_us < 1_000:
        return f"{span_us} us"
    if span_us < 1_000_000:
        return f"{span_us / 1000:.0f} ms"
    return f"{span_us / 1_000_000:.1f} s"
