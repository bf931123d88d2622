"""The ways of arrows between lanes, as braille dots: straight from the row that sends to the row that receives."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.tui.grid import braille_line
from raftlab.view.space_time import Fate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from raftlab.view.space_time import Arrow, Row

_LOST_AT: Final = 0.62
_STUB: Final = 0.34
"""How much of its way an arrow goes that is lost, and one of which only one end is known."""


class Way(Struct, frozen=True):
    """A stretch of line from (column, row) to (column, row), whether it is broken, and signs at (column, row).

    Rows count from the first of the window's; one that lies outside is below 0, or beyond the last.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    broken: bool
    signs: tuple[tuple[int, int, str], ...]

    def cells(self) -> Iterable[tuple[int, int, int]]:
        """Column, row and braille dots of each cell that the line passes through."""
        (x, y), (to_x, to_y) = self.start, self.end
        for across, down, dots in _dots(to_x - x, to_y - y):
            yield x + across, y + down, (dots & 0b01010101 or dots) if self.broken else dots


def arrow_way(arrow: Arrow, places: Places, columns: Mapping[str, int]) -> Way | None:
    """How to draw an arrow; None where one of its lanes, or both of its rows, aren't there."""
    source, target = columns.get(arrow.source), columns.get(arrow.target)
    if source is None or target is None or source == target:
        return None
    sent = None if arrow.sent is None else places.row_of(arrow.sent)
    step = 1 if target > source else -1
    left, reached = source + step, target - step
    stub = step * max(2, min(6, round(abs(target - source) * _STUB)))
    if arrow.fate is Fate.UNSEEN:
        return None if sent is None else _end_not_told(left, sent, stub, step)
    if arrow.ends is None:
        return None if sent is None else _whole(left, reached, sent, places.beyond, step)
    if arrow.fate is Fate.LOST:
        at, ends = round(left + (reached - left) * _LOST_AT), places.row_near(arrow.ends)
        ends = ends if sent is None else max(ends, sent + 1)
        return Way((left, ends - 1 if sent is None else sent), (at, ends), False, ((at, ends, "✕"),))
    ends = places.row_of(arrow.ends)
    if arrow.fate is Fate.UNSENT:
        return _origin_not_told(reached, ends, stub, step)
    return None if sent is None else _whole(left, reached, sent, ends, step)


class Places:
    """In which row each position stands."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._firsts = [row.moment.first for row in rows]
        self.beyond = len(rows) + 1

    def row_near(self, position: int) -> int:
        """The row of an event's moment; of one that has no row, that of the last moment before it."""
        return bisect_right(self._firsts, position) - 1

    def row_of(self, position: int) -> int:
        """The row of an event that has one; -2, out of sight above, for one that lies before the window."""
        return -2 if position < self._firsts[0] else self.row_near(position)


def _end_not_told(left: int, sent: int, stub: int, step: int) -> Way:
    """A short broken line that leaves the lane."""
    return Way((left, sent), (left + stub - step, sent), True, ((left + stub, sent, "?"),))


def _origin_not_told(reached: int, ends: int, stub: int, step: int) -> Way:
    """A short broken line that comes to the lane."""
    signs = (reached - stub, ends, "?"), (reached, ends, _head(step))
    return Way((reached - stub + step, ends), (reached - step, ends), True, signs)


def _whole(left: int, reached: int, sent: int, ends: int, step: int) -> Way:
    """From lane to lane; one that arrives later than the window ends leaves through its foot."""
    before_head = reached - step
    far = before_head if step * (before_head - left) >= 0 else left
    return Way((left, sent), (far, ends), False, ((reached, ends, _head(step)),))


def _head(step: int) -> str:
    return "▸" if step > 0 else "◂"


@lru_cache(maxsize=4096)
def _dots(across: int, down: int) -> tuple[tuple[int, int, int], ...]:
    """From the middle of one cell to the middle of another; where lines run is much the same in every picture."""
    found = braille_line((0.3, 0.5), (across + 0.3, down + 0.5))
    return tuple((x, y, dots) for (x, y), dots in found.items())
