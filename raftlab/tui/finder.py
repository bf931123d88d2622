"""Choosing one of many things: they stand under headings, typed letters keep those that have them, keys turn pages.

What one row can't hold of a thing stands in full under the list, for the one that the cursor is on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from raftlab.tui.chooser import Chooser, Option
from raftlab.tui.grid import BOLD, wrap
from raftlab.tui.keys import hidden
from raftlab.tui.pane import Line, Pane, Said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

_PAGE: Final = 10
_DIGITS: Final = 9
_FOOT_ROWS: Final = 3
"""Under the list, beside the note: an empty row, what was typed, the keys."""
_LEAST_NOTE: Final = 40
"""Where a row has less room than so many columns for the note, it stands under the list only."""


class Finder(Chooser):
    """A Chooser for many options, those of one `group` in a row under its heading."""

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("pageup", f"jump(-{_PAGE})", "ten up"),
        hidden("pagedown", f"jump({_PAGE})", "ten down"),
        hidden("home", "edge(0)", "first"),
        hidden("end", "edge(-1)", "last"),
        hidden("backspace", "rub_out", "take a typed letter back"),
    ]

    def __init__(self, title: str, options: Sequence[Option], current: int = 0) -> None:
        super().__init__(title, options, current)
        self._all = tuple(options)
        self._typed = ""
        self._places: list[int | None] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield Pane(id="box-lines")
            yield Pane(id="box-foot")

    # -- What is seen ---------------------------------------------------------------------------------------------

    def lines(self) -> list[Line]:
        """The list; `_places` remembers which option a row shows (None: a heading)."""
        width = max((len(option.label) for option in self._all), default=0)
        noted = self._room() - width - 7 >= _LEAST_NOTE
        found: list[Line] = []
        self._places = []
        for place, option in enumerate(self._options):
            if option.group and (place == 0 or option.group != self._options[place - 1].group):
                found.append((Said(option.group, "gold_text", BOLD),))
                self._places.append(None)
            here = place == self._current
            digit = f"{place + 1}" if place < _DIGITS and not self._typed else " "
            found.append(
                (
                    Said("▸ " if here else "  ", "gold_text"),
                    Said(f"{digit} ", "gold_text", BOLD),
                    Said(option.label.ljust(width if noted else 0), "ink", BOLD if here else 0),
                    Said(f"   {option.note}" if noted else "", "muted"),
                )
            )
            self._places.append(place)
        return found or [(Said("nothing has these letters", "muted"),)]

    def _foot(self, width: int, rows: int) -> list[Line]:
        """What stands under the list; the note takes `rows`, whichever it is, so that nothing jumps."""
        note = wrap(self._options[self._current].note, width) if self._options else []
        typed = f"with {self._typed!r}: {len(self._options)} of {len(self._all)}" if self._typed else ""
        keys = (
            "backspace, esc: fewer letters · ↑ ↓, enter"
            if self._typed
            else "letters find · ↑ ↓ PgDn, enter · esc closes"
        )
        return [
            (),
            *((Said(row),) for row in [*note, *[""] * (rows - len(note))]),
            (Said(typed, "gold_text"),),
            (Said(keys, "muted"),),
        ]

    def _room(self) -> int:
        """Columns for words within the box."""
        return self.app.size.width - 10

    def refresh_lines(self) -> None:
        lines = self.lines()
        # As wide as the whole list wants, so that the box keeps its width while letters are typed.
        wanted = max((len(option.label) + len(option.note) for option in self._all), default=0) + 9
        width = max(40, min(wanted, self._room() + 2))
        note_rows = max((len(wrap(option.note, width - 2)) for option in self._all), default=0)
        height = max(1, min(len(self._all) + 1, self.app.size.height - 6 - note_rows - _FOOT_ROWS))
        pane, foot = self.query_one("#box-lines", Pane), self.query_one("#box-foot", Pane)
        pane.styles.width = foot.styles.width = width
        pane.styles.height, foot.styles.height = height, note_rows + _FOOT_ROWS
        # Rows that a mark of the pane may cover ("3 more") stay clear of the cursor, and a heading above it is seen.
        row = self._places.index(self._current) if self._options else 0
        pane.top = max(0, min(max(pane.top, row - height + 2), row - min(2, height // 3)))
        pane.show_lines(lines)
        foot.show_lines(self._foot(width - 2, note_rows))

    # -- What is done ---------------------------------------------------------------------------------------------

    def action_jump(self, way: int) -> None:
        """Move by so many options; it stops at the ends."""
        self._current = max(0, min(len(self._options) - 1, self._current + way))
        self.refresh_lines()

    def action_edge(self, place: int) -> None:
        """Move to the first (0) or the last (-1)."""
        self._current = range(len(self._options))[place] if self._options else 0
        self.refresh_lines()

    def action_rub_out(self) -> None:
        """Take the last typed letter back."""
        self._type(self._typed[:-1])

    def action_close(self) -> None:
        """Forget what was typed; with nothing typed, close."""
        if self._typed:
            self._type("")
        else:
            super().action_close()

    def _type(self, text: str) -> None:
        """Keep the options that have all typed words, in their name, their words or their heading."""
        here = self._options[self._current] if self._options else None
        self._typed = text
        words = text.casefold().split()
        self._options = [option for option in self._all if all(word in _words_of(option) for word in words)]
        # Looser words keep the cursor where it was; tighter ones go to the first that is left.
        self._current = self._options.index(here) if here in self._options and not words else 0
        self.refresh_lines()

    def on_key(self, event: events.Key) -> None:
        letter = event.character
        if letter is None or not (letter.isalnum() or letter in " -'"):
            return
        if not self._typed and (letter in "123456789" or letter == " "):
            return  # Textual calls the Chooser's own handler after this one, which takes digits.
        event.prevent_default()
        event.stop()
        self._type(self._typed + letter)

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()  # A Chooser's rows are its options; here headings are between them.
        pane = self.query_one("#box-lines", Pane)
        row = event.y + pane.top
        if event.widget is pane and row < len(self._places):
            place = self._places[row]
            if place is not None:
                self._choose(place)


def _words_of(option: Option) -> str:
    return f"{option.value} {option.label} {option.note} {option.group}".casefold()
