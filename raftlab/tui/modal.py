"""The base of small windows over a screen: a framed box of lines, closed by escape."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from raftlab.tui.keys import shown
from raftlab.tui.pane import Line, Pane

Result = TypeVar("Result")


class Modal(ModalScreen[Result | None], Generic[Result]):
    """A box in the middle with a title; `lines` are its words. Escape closes it with None."""

    BINDINGS: ClassVar[list[BindingType]] = [shown("escape", "close", "close", display="esc")]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield Pane(id="box-lines")

    def on_mount(self) -> None:
        self.call_after_refresh(self.refresh_lines)

    def on_resize(self) -> None:
        self.call_after_refresh(self.refresh_lines)

    def lines(self) -> list[Line]:
        """What the box shows."""
        return []

    def refresh_lines(self) -> None:
        """Show the lines as they are now; the box is as high as they need, within the screen."""
        lines = self.lines()
        pane = self.query_one("#box-lines", Pane)
        widest = max((sum(len(said.text) for said in line) for line in lines), default=0)
        pane.styles.width = max(40, min(widest + 2, self.app.size.width - 8))
        pane.styles.height = max(1, min(len(lines), self.app.size.height - 6))
        pane.show_lines(lines)

    def action_close(self) -> None:
        self.dismiss(None)
