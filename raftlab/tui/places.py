"""Where nodes stand on a canvas, and how large they are: on a ring, in rows of cards, or as a list."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.tui.node_art import Size, card_size, disc_size, small_disc_size
from raftlab.view.layout import ring_positions

if TYPE_CHECKING:
    from raftlab.view.layout import Point

_RADII: Final = (8.5, 7.5, 6.5, 5.5, 4.5, 3.6)


class Places(Struct, frozen=True):
    """A canvas laid out: each node's cell (column, row) and their size. `size` None: a list, a line a node."""

    cells: tuple[tuple[int, int], ...]
    size: Size | None
    middle: Point = (0.0, 0.0)

    def boxes(self) -> list[tuple[int, int, int, int]]:
        """What the nodes take up: (left, top, right, foot), the last two just outside."""
        if self.size is None:
            return []
        half, above, below = self.size.half_width, self.size.above, self.size.below
        return [(x - half, y - above, x + half + 1, y + below) for x, y in self.cells]

    def pixel(self, number: int) -> Point:
        """A node's middle in pixels."""
        x, y = self.cells[number]
        return x + 0.5, 2.0 * y


@lru_cache(maxsize=64)
def places_for(count: int, longest: int, width: int, height: int, mono: bool = False) -> Places:
    """The best way to place `count` nodes with names of up to `longest` letters."""
    for radius in () if mono else _RADII:
        found = _ring(count, disc_size(radius, longest), width, height)
        if found is not None:
            return found
    found = None if mono else _ring(count, small_disc_size(longest), width, height)
    if found is not None:
        return found
    found = _ring(count, card_size(longest), width, height) or _rows(count, card_size(longest), width, height)
    return found or Places(tuple((0, row) for row in range(count)), None)


def _ring(count: int, size: Size, width: int, height: int) -> Places | None:
    """On an ellipse that fills the canvas; None when they would touch."""
    across = (width - size.width - 2) / 2
    down = (height - size.above - size.below) / 2
    if across < 0 or down < 0:
        return None
    across = min(across, max(down, 6) * 3.4)
    centre_x, centre_y = (width - 1) / 2, size.above + down
    aspect = across / (2 * down) if down else 4.0
    cells = tuple(
        (round(centre_x + across * x), round(centre_y + down * y)) for x, y in ring_positions(count, max(aspect, 0.2))
    )
    if _touch(cells, size):
        return None
    return Places(cells, size, (centre_x + 0.5, 2 * centre_y))


def _rows(count: int, size: Size, width: int, height: int) -> Places | None:
    """Cards side by side, in as few rows as the width allows."""
    each_row = min(count, max(1, width // (size.width + 3)))
    rows = -(-count // each_row)
    pitch = size.above + size.below
    if rows * pitch > height or each_row * (size.width + 2) > width:
        return None
    gap = (height - rows * pitch) // (rows + 1)
    cells = []
    for number in range(count):
        row, column = divmod(number, each_row)
        in_row = min(each_row, count - row * each_row)
        step = width / in_row
        cells.append((int(step * (column + 0.5)), gap + size.above + row * (pitch + gap)))
    return Places(tuple(cells), size, (width / 2, float(height)))


def _touch(cells: tuple[tuple[int, int], ...], size: Size) -> bool:
    """Whether any two nodes overlap."""
    for place, (x, y) in enumerate(cells):
        for other_x, other_y in cells[place + 1 :]:
            if abs(x - other_x) < size.width + 1 and abs(y - other_y) < size.above + size.below:
                return True
    return False
