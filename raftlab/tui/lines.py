"""The base of all that is drawn here: a widget that shows finished lines, and sends only those that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from raftlab.tui.grid import Grid, style_of
from raftlab.view.palette import DARK, THEMES

if TYPE_CHECKING:
    from textual.events import Resize

    from raftlab.view.palette import Theme


class Lines(Widget):
    """Shows a grid. Subclasses paint one when asked (`paint`); `redraw` compares it with what is shown.

    `theme_colours` and `mono` (no colours at all) are the application's.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._strips: list[Strip] = []
        self._grid: Grid | None = None

    @property
    def theme_colours(self) -> Theme:
        """The colours in force."""
        return THEMES.get(self.app.theme.removeprefix("raftlab-"), DARK)

    @property
    def mono(self) -> bool:
        """Whether shapes and words must do without colours."""
        return self.app.no_color

    def paint(self, width: int, height: int) -> Grid:
        """What there is to see now, in that many cells."""
        return Grid(width, height, self.theme_colours.ground)

    def redraw(self) -> None:
        """Paint anew, and send the rows that look different."""
        width, height = self.size
        if not width or not height or not self.display:
            return
        grid, old = self.paint(width, height), self._grid
        if old is None or (old.width, old.height) != (width, height):
            self._strips = [grid.strip(y) for y in range(height)]
            self._grid = grid
            self.refresh()
            return
        self._grid = grid
        changed = [y for y in range(height) if grid.row_key(y) != old.row_key(y)]
        for y in changed:
            self._strips[y] = grid.strip(y)
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def forget(self) -> None:
        """Draw every row at the next occasion: colours have changed."""
        self._grid = None

    def on_resize(self, event: Resize) -> None:
        self.redraw()

    def render_line(self, y: int) -> Strip:
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, style_of(None, self.theme_colours.ground))
