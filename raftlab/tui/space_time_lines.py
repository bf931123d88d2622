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

_LOST_AT: Final = (0.62, 0.5, 0.75, 0.38, 0.87, 0.25)
"""How much of its way an arrow goes that is lost: the first place at which its ✕ covers no words."""


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
    stub = _stub(source if arrow.fate is Fate.UNSEEN else target, target if arrow.fate is Fate.UNSEEN else source)
    if arrow.fate is Fate.UNSEEN:
        return None if sent is None else _end_not_told(left, sent, stub, step)
    if arrow.ends is None:
        return None if sent is None else _whole(left, reached, sent, places.beyond, step)
    if arrow.fate is Fate.LOST:
        ends = places.row_near(arrow.ends)
        ends = ends if sent is None else max(ends, sent + 1)
        at = _free(left, reached, places.written.get(ends, range(0)))
        return Way((left, ends - 1 if sent is None else sent), (at, ends), False, ((at, ends, "✕"),))
    ends = places.row_of(arrow.ends)
    if arrow.fate is Fate.UNSENT:
        return _origin_not_told(reached, ends, stub, step)
    return None if sent is None else _whole(left, reached, sent, ends, step)


class Places:
    """In which row each position stands; and which columns of a row its mark and words take (`written`)."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._firsts = [row.moment.first for row in rows]
        self.beyond = len(rows) + 1
        self.written: dict[int, range] = {}

    def row_near(self, position: int) -> int:
        """The row of an event's moment; of one that has no row, that of the last moment before it."""
        return bisect_right(self._firsts, position) - 1

    def row_of(self, position: int) -> int:
        """The row of an event that has one; -2, out of sight above, for one that lies before the window."""
        return -2 if position < self._firsts[0] else self.row_near(position)


def _stub(lane: int, other: int) -> int:
    """How far the broken line goes from the lane at which it is known: at the right, words begin soon."""
    return 1 if other > lane else max(2, min(6, (lane - other) // 3))


def _free(left: int, reached: int, taken: range) -> int:
    """Where on its way an arrow may end."""
    places = [round(left + (reached - left) * part) for part in _LOST_AT]
    return next((at for at in places if at not in taken), places[0])


def _end_not_told(left: int, sent: int, stub: int, step: int) -> Way:
    """A short broken line that leaves the lane."""
    return Way((left, sent), (left + step * (stub - 1), sent), True, ((left + step * stub, sent, "?"),))


def _origin_not_told(reached: int, ends: int, stub: int, step: int) -> Way:
    """A short broken line that comes to the lane."""
    signs = (reached - step * stub, ends, "?"), (reached, ends, _head(step))
    return Way((reached - step * (stub - 1), ends), (reached, ends), True, signs)


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
