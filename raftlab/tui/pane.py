"""A pane of text that scrolls: what hides below or above is counted, never cut silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.tui.grid import PLAIN, Grid, fit, wrap
from raftlab.tui.lines import Lines

if TYPE_CHECKING:
    from textual import events


class Said(Struct, frozen=True):
    """A piece of a line: `ink` names one of the theme's inks ("ink", "muted", "gold_text", "bad_text")."""

    text: str
    ink: str = "ink"
    attributes: int = PLAIN


Line = tuple[Said, ...]


class Pane(Lines):
    """Shows lines. A line of one piece is wrapped; one of several is cut with a mark where it doesn't fit.

    `indent`: how far the further lines of a wrapped one stand in.
    """

    def __init__(self, *, id: str | None = None, indent: int = 0, margin: int = 1) -> None:
        super().__init__(id=id)
        self.top = 0
        self._indent, self._margin = indent, margin
        self._lines: list[Line] = []

    def height_of(self, lines: list[Line], width: int) -> int:
        """How many rows some lines would take in a pane of that width."""
        return sum(len(self.rows(line, width - 2 * self._margin)) for line in lines)

    def show_lines(self, lines: list[Line], *, keep_place: bool = True) -> None:
        """Show these lines from their beginning, or from where one was."""
        self._lines = lines
        if not keep_place:
            self.top = 0
        self.redraw()

    def scroll_lines(self, rows: int) -> None:
        """Move up or down; it stops at the ends."""
        self.top += rows
        self.redraw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.scroll_lines(-3)

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        grid = Grid(width, height, theme.ground)
        room = width - 2 * self._margin
        rows = [row for line in self._lines for row in self.rows(line, room)]
        self.top = max(0, min(self.top, len(rows) - height))
        for y, row in enumerate(rows[self.top : self.top + height]):
            x = self._margin
            for said in row:
                left = width - self._margin - x
                text = said.text[: max(0, left)] if said.text.startswith("──") else fit(said.text, left)
                grid.text(x, y, text, getattr(theme, said.ink), None, said.attributes)
                x += len(text)
        below = len(rows) - self.top - height
        if below > 0:
            self._mark(grid, height - 1, f" ↓ {below} more ")
        if self.top > 0:
            self._mark(grid, 0, f" ↑ {self.top} more ")
        return grid

    def rows(self, line: Line, room: int) -> list[Line]:
        """A line in rows that fit."""
        if len(line) != 1:
            return [line]
        said = line[0]
        lead = len(said.text) - len(said.text.lstrip(" "))
        inset = " " * (lead + self._indent)
        first, *rest = wrap(said.text, room) if len(said.text) <= room else wrap(said.text, max(8, room - len(inset)))
        return [
            (Said(first, said.ink, said.attributes),),
            *((Said(inset + more, said.ink, said.attributes),) for more in rest),
        ]

    def _mark(self, grid: Grid, y: int, text: str) -> None:
        theme = self.theme_colours
        grid.text(max(0, grid.width - len(text)), y, text, theme.ground, theme.muted)
