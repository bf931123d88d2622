"""A grid of terminal cells to paint on: text, and pixels of half a cell under it.

A cell shows either a character, or two pixels one above the other (an upper half block in two colours). A pixel is
about as high as it is wide, so circles are round. Colours are hex values; None is "whatever lies below".
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from raftlab.view.palette import mix

if TYPE_CHECKING:
    from collections.abc import Iterable

PLAIN, BOLD, DIM, UNDERLINE, REVERSE, STRIKE, ITALIC = 0, 1, 2, 4, 8, 16, 32
"""Attributes of a text, to be added up."""

Ink = tuple[str, str, int]


@lru_cache(maxsize=16384)
def style_of(ink: str | None, ground: str | None, attributes: int = PLAIN) -> Style:
    """The terminal's style for an ink on a ground."""
    return Style(
        color=ink,
        bgcolor=ground,
        bold=bool(attributes & BOLD) or None,
        dim=bool(attributes & DIM) or None,
        underline=bool(attributes & UNDERLINE) or None,
        reverse=bool(attributes & REVERSE) or None,
        strike=bool(attributes & STRIKE) or None,
        italic=bool(attributes & ITALIC) or None,
    )


class Grid:
    """`width` x `height` cells, all of them in the ground's colour at first.

    Columns and rows count from 0; pixel rows are half as high, so pixel row 2 * r is the upper half of row r. What
    falls outside is left out.
    """

    def __init__(self, width: int, height: int, ground: str) -> None:
        self.width, self.height, self.ground = width, height, ground
        self.pixels: list[list[str]] = [[ground] * width for _ in range(2 * height)]
        self.letters: list[list[str]] = [[""] * width for _ in range(height)]
        self.inks: list[list[Ink | None]] = [[None] * width for _ in range(height)]

    def copy(self) -> Grid:
        """The same once more, to paint on."""
        twin = Grid.__new__(Grid)
        twin.width, twin.height, twin.ground = self.width, self.height, self.ground
        twin.pixels = [row[:] for row in self.pixels]
        twin.letters = [row[:] for row in self.letters]
        twin.inks = [row[:] for row in self.inks]
        return twin

    def pixel(self, x: int, y: int, colour: str, cover: float = 1.0) -> None:
        """Colour one pixel; `cover` below 1 lets what was there shine through."""
        if 0 <= x < self.width and 0 <= y < 2 * self.height:
            row = self.pixels[y]
            row[x] = colour if cover >= 0.99 else mix(row[x], colour, round(cover, 2))

    def text(self, x: int, y: int, text: str, ink: str, ground: str | None = None, attributes: int = PLAIN) -> None:
        """Write from a cell on. Without a ground the text stands on the pixels below it."""
        if not 0 <= y < self.height:
            return
        letters, inks = self.letters[y], self.inks[y]
        above, below = self.pixels[2 * y], self.pixels[2 * y + 1]
        for letter in text:
            size = 1 if letter < "\u1100" else cell_len(letter)
            if x >= 0 and x + size <= self.width:
                letters[x] = letter
                inks[x] = (ink, ground or _between(above[x], below[x]), attributes)
                if size == 2:
                    letters[x + 1] = "\0"
                    inks[x + 1] = inks[x]
            x += size

    def clear(self, x: int, y: int, width: int) -> None:
        """Take text away from some cells; their pixels show again."""
        if 0 <= y < self.height:
            for column in range(max(0, x), min(self.width, x + width)):
                self.letters[y][column] = ""
                self.inks[y][column] = None

    def row_key(self, y: int) -> tuple[list[str], list[str], list[str], list[Ink | None]]:
        """What a row depends on: equal keys look equal."""
        return self.pixels[2 * y], self.pixels[2 * y + 1], self.letters[y], self.inks[y]

    def strip(self, y: int) -> Strip:
        """A row for the terminal, equal neighbours joined."""
        ground = self.ground
        segments: list[Segment] = []
        run: list[str] = []
        current: Ink | None = None
        rows = zip(self.letters[y], self.inks[y], self.pixels[2 * y], self.pixels[2 * y + 1], strict=True)
        for letter, ink, above, below in rows:
            if letter == "\0":
                continue
            if ink is None:
                letter, ink = (" ", (ground, above, PLAIN)) if above == below else ("▀", (above, below, PLAIN))
            if ink != current:
                if run and current is not None:
                    segments.append(Segment("".join(run), style_of(*current)))
                run, current = [], ink
            run.append(letter)
        if run and current is not None:
            segments.append(Segment("".join(run), style_of(*current)))
        return Strip(segments, self.width)


@lru_cache(maxsize=4096)
def _between(one: str, other: str) -> str:
    return one if one == other else mix(one, other, 0.5)


BRAILLE = (0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80)
"""The bits of a braille cell's dots: left column from the top, right column from the top."""


def braille_line(start: tuple[float, float], end: tuple[float, float]) -> dict[tuple[int, int], int]:
    """The braille dots of a straight line between two points, by (column, row). Points in cells, fractions allowed."""
    dots: dict[tuple[int, int], int] = {}
    across, down = (end[0] - start[0]) * 2, (end[1] - start[1]) * 4
    steps = max(1, round(max(abs(across), abs(down))))
    for step in range(steps + 1):
        x = round(start[0] * 2 + across * step / steps)
        y = round(start[1] * 4 + down * step / steps)
        cell = (x // 2, y // 4)
        dots[cell] = dots.get(cell, 0) | BRAILLE[x % 2][y % 4]
    return dots


def braille(dots: int) -> str:
    """The character of some dots."""
    return chr(0x2800 + dots)


def fit(text: str, width: int) -> str:
    """The text, cut to a width with a mark (…) if it is longer."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    kept, used = [], 0
    for letter in text:
        size = cell_len(letter)
        if used + size > width - 1:
            break
        kept.append(letter)
        used += size
    return "".join(kept).rstrip() + "…"


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width`, broken at spaces where there are any."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while cell_len(word) > width > 0:
            lines.append(word[:width])
            word = word[width:]
        line = word
    return [*lines, line]


def join(parts: Iterable[str], separator: str = " · ") -> str:
    """Those that say something, with dots between them."""
    return separator.join(part for part in parts if part)
