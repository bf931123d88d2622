"""Stamps without a year (`Dec 14 09:14:49`): which year is meant."""

from __future__ import annotations

import re
from calendar import timegm
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STAMP: Final = re.compile(r"([A-Z][a-z]{2}) ([ \d]\d) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?", re.ASCII)
_HALF_A_YEAR_US: Final = 183 * 86_400 * 1_000_000


class Yearless(NamedTuple):
    """A day and a time, and the year if it stands there after all (some syslog daemons are told to write it)."""

    year: int | None
    month: int
    day: int
    seconds: int
    micros: int

    @classmethod
    def read(cls, stamp: str) -> Yearless | None:
        """From `Dec 14 09:14:49.123`; None if it is another kind of stamp."""
        found = _STAMP.fullmatch(stamp)
        if found is None or found[1] not in _MONTHS or not 1 <= int(found[2]) <= 31:
            return None
        seconds = int(found[4]) * 3600 + int(found[5]) * 60 + int(found[6])
        micros = int((found[7] or "")[:6].ljust(6, "0"))
        return cls(int(found[3]) if found[3] else None, _MONTHS.index(found[1]) + 1, int(found[2]), seconds, micros)

    def in_year(self, year: int) -> int:
        """Microseconds since the epoch. (The 29th of February of a common year counts as the 1st of March.)"""
        days = timegm((year, self.month, 1, 0, 0, 0)) + (self.day - 1) * 86_400
        return (days + self.seconds) * 1_000_000 + self.micros


def years_for(
    stamps: Sequence[tuple[int, Yearless]], dated_us: Sequence[tuple[int, int]], modified_us: int
) -> list[int]:
    """The times of yearless stamps, each with its line; `dated_us` are the lines that have whole stamps.

    The year is that which puts a stamp next to the dated line nearest to it in the file; a file without such a line
    ends in the year in which it was last written. From line to line a stamp falls by half a year only where a new year
    begins.
    """
    if not stamps:
        return []
    turns = _turns([stamp for _, stamp in stamps])
    base = _first_year(stamps, turns, dated_us, modified_us)
    return [
        stamp.in_year(stamp.year if stamp.year is not None else base + turn)
        for (_, stamp), turn in zip(stamps, turns, strict=True)
    ]


def _turns(stamps: Sequence[Yearless]) -> list[int]:
    """How many years after the first stamp's each is."""
    turns = []
    turn, before_us = 0, stamps[0].in_year(2000)
    for stamp in stamps:
        at_us = stamp.in_year(2000)
        if before_us - at_us > _HALF_A_YEAR_US:
            turn += 1
        elif at_us - before_us > _HALF_A_YEAR_US:
            turn -= 1
        turns.append(turn)
        before_us = at_us
    return turns


def _first_year(
    stamps: Sequence[tuple[int, Yearless]], turns: Sequence[int], dated_us: Sequence[tuple[int, int]], modified_us: int
) -> int:
    place = len(stamps) - 1
    if not dated_us:
        year = _year(modified_us)
        return year - turns[place] - (stamps[place][1].in_year(year) > modified_us + 86_400_000_000)
    line, stamp = stamps[0]
    place, anchor_us = 0, min(dated_us, key=lambda dated: abs(dated[0] - line))[1]
    year = _year(anchor_us)
    return min((year - 1, year, year + 1), key=lambda each: abs(stamp.in_year(each) - anchor_us)) - turns[place]


def _year(at_us: int) -> int:
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).year
