"""Time stamps of foreign logs: to integer microseconds since the Unix epoch."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_ISO: Final = re.compile(
    r"(\d{4}[-/]\d\d[-/]\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))?", re.ASCII
)
_SECONDS: Final = re.compile(r"(\d{9,11})(?:\.(\d{1,9})\d*)?", re.ASCII)


_FIRST_S: Final = -62_135_596_800
_LAST_S: Final = 253_402_300_799
"""What a calendar can tell: the years 1 to 9999."""


def micros(stamp: object) -> int | None:
    """Microseconds since the epoch of an ISO 8601 text (its day perhaps with slashes, as Go's own logger has it), or of
    a number of seconds or its text; None if it is neither.

    A text without a zone counts as UTC.
    """
    if isinstance(stamp, str):
        found = _ISO.fullmatch(stamp)
        if found is None:
            return _of_seconds(stamp)
        day, clock, fraction, sign, hours, minutes = found.groups()
        seconds = _seconds(day.replace("/", "-"), clock)
        if seconds is None:
            return None
        if sign:
            offset = int(hours) * 3600 + int(minutes) * 60
            seconds += -offset if sign == "+" else offset
        return seconds * 1_000_000 + (int(fraction[:6].ljust(6, "0")) if fraction else 0)
    if isinstance(stamp, (int, float)) and not isinstance(stamp, bool) and _FIRST_S <= stamp <= _LAST_S:
        return round(stamp * 1_000_000)
    return None


def _of_seconds(text: str) -> int | None:
    found = _SECONDS.fullmatch(text)
    return None if found is None else int(found[1]) * 1_000_000 + int((found[2] or "")[:6].ljust(6, "0"))


@lru_cache(maxsize=1024)
def _seconds(day: str, clock: str) -> int | None:
    try:
        return int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
