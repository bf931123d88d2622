"""The line of tabs above a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from raftlab.tui.grid import BOLD, PLAIN, UNDERLINE, Grid
from raftlab.tui.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


class TabLine(Lines):
    """Names side by side, one of them in front. A click brings another to the front.

    Where they don't all fit, ‹ and › say that there are more.
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names: tuple[str, ...] = ()
        self._front = ""

    def show(self, names: tuple[str, ...], front: str) -> None:
        """Show these tabs."""
        self._names, self._front = names, front
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        places = self._places()
        for name, left, right in places:
            if left <= event.x < right:
                self.post_message(self.Chosen(name))
        if len(places) < len(self._names):
            self._click_side(event.x, places)

    def _click_side(self, x: int, places: list[tuple[str, int, int]]) -> None:
        """‹ and › bring the nearest tab of that side to the front."""
        names = self._names
        if x == 0 and places[0][0] != names[0]:
            self.post_message(self.Chosen(names[names.index(places[0][0]) - 1]))
        elif x == self.size.width - 1 and places[-1][0] != names[-1]:
            self.post_message(self.Chosen(names[names.index(places[-1][0]) + 1]))

    def _places(self) -> list[tuple[str, int, int]]:
        """The tabs that fit, and where: all, or a part around the one in front, with room for ‹ and › at its sides."""
        room = self.size.width
        if _width(self._names) <= room:
            return self._side_by_side(self._names, 0)
        names = list(self._names)
        first = last = names.index(self._front) if self._front in names else 0
        while True:
            wider = [(first, last + 1), (first - 1, last)]
            fits = [
                (one, other)
                for one, other in wider
                if one >= 0 and other < len(names) and _width(names[one : other + 1]) + 4 <= room
            ]
            if not fits:
                return self._side_by_side(names[first : last + 1], 2)
            first, last = fits[0]

    def _side_by_side(self, names: Sequence[str], left: int) -> list[tuple[str, int, int]]:
        found, x = [], left
        for name in names:
            found.append((name, x, x + len(name) + 2))
            x += len(name) + 3
        return found

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        grid = Grid(width, height, theme.ground)
        grid.text(0, 0, "─" * width, theme.line)
        places = self._places()
        if len(places) < len(self._names):
            self._paint_sides(grid, places)
        for name, left, _ in places:
            front = name == self._front
            ink, ground = (theme.pill_text, theme.pill) if front else (theme.muted, theme.ground)
            label = f"[{name}]" if front and self.mono else f" {name} "
            grid.text(
                left, 0, label, ink, ground, BOLD | (UNDERLINE if front and self.mono else PLAIN) if front else PLAIN
            )
        hint = " tab "
        end = places[-1][2] if places else 0
        if 1 < len(self._names) == len(places) and end + len(hint) + 1 < width:
            grid.text(end + 1, 0, hint, theme.line)
        return grid

    def _paint_sides(self, grid: Grid, places: list[tuple[str, int, int]]) -> None:
        """That there are more tabs at a side."""
        theme = self.theme_colours
        if places[0][0] != self._names[0]:
            grid.text(0, 0, "‹", theme.gold_text, None, BOLD)
        if places[-1][0] != self._names[-1]:
            grid.text(grid.width - 1, 0, "›", theme.gold_text, None, BOLD)


def _width(names: Sequence[str]) -> int:
    return sum(len(name) + 3 for name in names) - 1
