"""All keys of the screen and of what has the focus, and what the signs mean."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import BindingType

from raftlab.tui.grid import BOLD
from raftlab.tui.keys import bindings_of, hidden, key_words
from raftlab.tui.modal import Modal
from raftlab.tui.pane import Line, Pane, Said
from raftlab.view.looks import GLYPHS, Look

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.dom import DOMNode


_KEYS: Final = 10
"""Columns for the keys."""
_TWO_COLUMNS: Final = 124
"""From so many columns on the groups stand in two columns."""


class KeyHelp(Modal[None]):
    """The keys, by what they are for; then the signs. Any of escape, ? and q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("question_mark,q,enter,space", "close", "close"),
        hidden("down", "scroll(1)", "down"),
        hidden("up", "scroll(-1)", "up"),
        hidden("pagedown", "scroll(10)", "down"),
        hidden("pageup", "scroll(-10)", "up"),
    ]

    def __init__(self, owners: Iterable[DOMNode]) -> None:
        super().__init__("keys")
        self._owners = list(owners)

    def lines(self) -> list[Line]:
        parts = [*self._keys(), _signs()]
        if self.app.size.width < _TWO_COLUMNS:
            return [line for part in parts for line in (*part, ())][:-1]
        return _side_by_side(parts)

    def _keys(self) -> list[list[Line]]:
        """The keys, a list of lines for each group."""
        found: dict[str, list[Line]] = {}
        said: set[str] = set()
        for owner in self._owners:
            for binding in bindings_of(owner):
                words = binding.tooltip or binding.description
                if not words or binding.key in said:
                    continue
                said.add(binding.key)
                title = binding.group.description if binding.group is not None else ""
                title = title or ("everywhere" if owner is self.app else "keys")
                lines = found.setdefault(title, [(Said(title, "muted", BOLD),)])
                lines.append((Said(f"{key_words(binding):>{_KEYS}}", "gold_text", BOLD), Said(f"   {words}")))
        return list(found.values())

    def action_scroll(self, rows: int) -> None:
        self.query_one("#box-lines", Pane).scroll_lines(rows)


def _signs() -> list[Line]:
    """What the signs mean."""
    signs = [(GLYPHS[look], look.value) for look in Look if look not in (Look.REMOVED, Look.UNKNOWN)]
    signs += [
        ("+ - ?", "a candidate's votes: yes, no, waiting"),
        ("○◔◑◕●", "how much of an election timer is left"),
        ("■ □", "an entry: committed, waiting"),
        ("(ok 7)", "a reply; a request has a filled ground"),
        ("● ✎ ⚑", "in the list: a breakpoint's hit, a note, the mark"),
    ]
    rows: list[Line] = [(Said(f"{sign:>{_KEYS}}", "ink", BOLD), Said(f"   {words}")) for sign, words in signs]
    return [(Said("signs", "muted", BOLD),), *rows]


def _side_by_side(parts: list[list[Line]]) -> list[Line]:
    """The parts in two columns of about the same height, in order."""
    whole = sum(len(part) + 1 for part in parts)
    left: list[Line] = []
    right: list[Line] = []
    for part in parts:
        column = left if not right and len(left) + len(part) / 2 < whole / 2 else right
        column += [*([()] if column else []), *part]
    width = max(sum(len(said.text) for said in line) for line in left) + 4
    found: list[Line] = []
    for one, other in zip_longest(left, right, fillvalue=()):
        used = sum(len(said.text) for said in one)
        found.append((*one, Said(" " * (width - used)), *other) if other else one or ())
    return found
