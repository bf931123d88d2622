"""The line at the top: where we are, and at the right how far."""

from __future__ import annotations

from raftlab.tui.grid import BOLD, Grid, fit
from raftlab.tui.lines import Lines


class TitleLine(Lines):
    """raftlab · what is shown · notes; `alarm` is said in red behind it, `right` stands at the end.

    `label` (modified Raft) stands before all of it, where nothing takes its room.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title, self._notes, self._alarm, self._right, self._label = "", "", "", "", ""

    def show(self, title: str, notes: str = "", right: str = "", alarm: str = "", label: str = "") -> None:
        """Show these words."""
        self._title, self._notes, self._right, self._alarm, self._label = title, notes, right, alarm, label
        self.redraw()

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        grid = Grid(width, height, theme.panel)
        right = fit(self._right, width // 2)
        room = width - len(right) - 3
        grid.text(1, 0, "raftlab", theme.gold_text, None, BOLD)
        x = 9
        if self._label:
            said = fit(f" {self._label} ", width - 11)
            grid.text(x, 0, said, theme.pill_text, theme.pill, BOLD)
            x += len(said) + 1
            right = right if x + len(right) < width else ""
            room = width - len(right) - 3
        for text, ink in ((self._title, theme.ink), (self._notes, theme.muted), (self._alarm, theme.bad_text)):
            if text and x < room:
                said = fit(f"· {text}", room - x)
                grid.text(x, 0, said, ink, None, BOLD if ink != theme.muted else 0)
                x += len(said) + 1
        grid.text(width - len(right) - 1, 0, right, theme.muted)
        return grid
