"""A window with a list whose entries can be gone to, changed and deleted: breakpoints, watches, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from raftlab.tui.keys import hidden, shown
from raftlab.tui.modal import Modal
from raftlab.tui.pane import Line, Pane, Said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events


class Rows(Modal[tuple[str, int]]):
    """Gives what shall be done ("add", "edit", "go", "next", "last") and to which row, or None.

    Args:
        title: the window's.
        rows: the entries as they are now, a line each; asked again after every change.
        change: does what leaves the window open ("toggle", "delete"), with a row; whether it could.
        hint: what the keys do.
        empty: what is said where there is no entry yet.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("up", "move(-1)", "up"),
        hidden("down", "move(1)", "down"),
        shown("enter", "do('go')", "go there"),
        shown("space", "change('toggle')", "on, off"),
        shown("d,delete", "change('delete')", "delete"),
        shown("e", "do('edit')", "edit"),
        shown("a", "add", "add"),
        hidden("right,n", "do('next')", "the next place where it happens"),
        hidden("left,p", "do('last')", "the last place where it happened"),
        hidden("q", "close", "close"),
    ]

    def __init__(
        self,
        title: str,
        rows: Callable[[], Sequence[Line]],
        change: Callable[[str, int], bool],
        *,
        hint: str,
        empty: str,
        current: int = 0,
    ) -> None:
        super().__init__(title)
        self._rows, self._change, self._hint, self._empty = rows, change, hint, empty
        self._current = current

    def lines(self) -> list[Line]:
        rows = self._rows()
        self._current = max(0, min(self._current, len(rows) - 1))
        found: list[Line] = [
            (Said("▸ " if place == self._current else "  ", "gold_text"), *row) for place, row in enumerate(rows)
        ]
        if not found:
            found = [(Said(self._empty, "muted"),)]
        return [*found, (), (Said(self._hint, "muted"),)]

    def refresh_lines(self) -> None:
        super().refresh_lines()
        pane = self.query_one("#box-lines", Pane)
        height = max(1, pane.size.height)
        # Rows that a mark of the pane may cover ("3 more") stay clear of the cursor.
        pane.top = max(0, min(max(pane.top, self._current - height + 2), max(0, self._current - 1)))
        pane.redraw()

    def action_move(self, way: int) -> None:
        rows = len(self._rows())
        self._current = (self._current + way) % rows if rows else 0
        self.refresh_lines()

    def action_do(self, what: str) -> None:
        if self._rows():
            self.dismiss((what, self._current))

    def action_add(self) -> None:
        self.dismiss(("add", self._current))

    def action_change(self, what: str) -> None:
        if not self._rows() or not self._change(what, self._current):
            self.app.bell()
        self.refresh_lines()

    def on_click(self, event: events.Click) -> None:
        pane = self.query_one("#box-lines", Pane)
        place = event.y + pane.top
        if event.widget is pane and place < len(self._rows()):
            self._current = place
            self.action_do("go")
