"""Choosing one of a few things: by its digit, or with the arrows and enter, or with a click."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from textual.binding import BindingType

from raftlab.tui.grid import BOLD
from raftlab.tui.keys import hidden, shown
from raftlab.tui.modal import Modal
from raftlab.tui.pane import Line, Pane, Said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


class Option(Struct, frozen=True):
    """One thing to choose: what comes back, its words, whether it can be had now; `group`: its heading in a Finder."""

    value: str
    label: str
    note: str = ""
    possible: bool = True
    group: str = ""


class Chooser(Modal[str]):
    """Gives the value of the option chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("up", "move(-1)", "up"),
        hidden("down", "move(1)", "down"),
        shown("enter", "take", "choose"),
    ]

    def __init__(self, title: str, options: Sequence[Option], current: int = 0) -> None:
        super().__init__(title)
        self._options = list(options)
        self._current = current if self._options and self._options[current].possible else self._first()

    def _first(self) -> int:
        return next((place for place, option in enumerate(self._options) if option.possible), 0)

    def lines(self) -> list[Line]:
        width = max((len(option.label) for option in self._options), default=0)
        found: list[Line] = []
        for place, option in enumerate(self._options):
            here = place == self._current
            ink = "ink" if option.possible else "muted"
            digit = f"{place + 1}" if place < 9 else " "
            found.append(
                (
                    Said("▸ " if here else "  ", "gold_text"),
                    Said(f"{digit} ", "gold_text" if option.possible else "muted", BOLD),
                    Said(option.label.ljust(width), ink, BOLD if here else 0),
                    Said(f"   {option.note}" if option.note else "", "muted"),
                )
            )
        return [*found, (), (Said("a digit, or ↑ ↓ and enter; esc closes", "muted"),)]

    def refresh_lines(self) -> None:
        super().refresh_lines()
        pane = self.query_one("#box-lines", Pane)
        height = max(1, pane.size.height)
        if self._current >= pane.top + height - 1:
            pane.scroll_lines(self._current - pane.top - height + 2)
        elif self._current < pane.top + 1:
            pane.scroll_lines(self._current - pane.top - 1)

    def action_move(self, way: int) -> None:
        place = self._current
        for _ in self._options:
            place = (place + way) % len(self._options)
            if self._options[place].possible:
                self._current = place
                break
        self.refresh_lines()

    def action_take(self) -> None:
        self._choose(self._current)

    def _choose(self, place: int) -> None:
        if place < len(self._options) and self._options[place].possible:
            self.dismiss(self._options[place].value)
        else:
            self.app.bell()

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.character in "123456789":
            event.stop()
            self._choose(int(event.character) - 1)

    def on_click(self, event: events.Click) -> None:
        pane = self.query_one("#box-lines", Pane)
        if event.widget is pane:
            place = event.y + pane.top
            if place < len(self._options):
                self._choose(place)
