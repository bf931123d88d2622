"""The line of tabs above a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from raftlab.tui.grid import BOLD, PLAIN, UNDERLINE, Grid
from raftlab.tui.lines import Lines

if TYPE_CHECKING:
    from textual import events


class TabLine(Lines):
    """Names side by side, one of them in front. A click brings another to the front."""

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
        for name, left, right in self._places():
            if left <= event.x < right:
                self.post_message(self.Chosen(name))

    def _places(self) -> list[tuple[str, int, int]]:
        found, x = [], 0
        for name in self._names:
            found.append((name, x, x + len(name) + 2))
            x += len(name) + 3
        return found

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        grid = Grid(width, height, theme.ground)
        grid.text(0, 0, "─" * width, theme.line)
        for name, left, _ in self._places():
            front = name == self._front
            ink, ground = (theme.pill_text, theme.pill) if front else (theme.muted, theme.ground)
            label = f"[{name}]" if front and self.mono else f" {name} "
            grid.text(
                left, 0, label, ink, ground, BOLD | (UNDERLINE if front and self.mono else PLAIN) if front else PLAIN
            )
        hint = " tab "
        end = self._places()[-1][2] if self._names else 0
        if len(self._names) > 1 and end + len(hint) + 1 < width:
            grid.text(end + 1, 0, hint, theme.line)
        return grid
