"""All keys of the screen and of what has the focus, and what the signs mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from raftlab.tui.grid import BOLD
from raftlab.tui.keys import bindings_of, hidden, key_words
from raftlab.tui.modal import Modal
from raftlab.tui.pane import Line, Pane, Said
from raftlab.view.looks import GLYPHS, Look

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.dom import DOMNode


class KeyHelp(Modal[None]):
    """The keys, by what they belong to; then the signs. Any of escape, ? and q closes it."""

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
        found: list[Line] = []
        said: set[str] = set()
        for owner in self._owners:
            for binding in bindings_of(owner):
                words = binding.tooltip or binding.description
                if not words or binding.key in said:
                    continue
                said.add(binding.key)
                found.append((Said(f"{key_words(binding):>12}", "gold_text", BOLD), Said(f"   {words}")))
        signs = [(GLYPHS[look], look.value) for look in Look if look not in (Look.REMOVED, Look.UNKNOWN)]
        signs += [
            ("+ - ?", "a candidate's votes: yes, no, waiting"),
            ("○◔◑◕●", "how much of an election timer is left"),
        ]
        signs += [("■ □", "an entry: committed, waiting"), ("(ok 7)", "a reply; a request has a filled ground")]
        found += [(), (Said("signs", "muted", BOLD),)]
        found += [(Said(f"{sign:>12}", "ink", BOLD), Said(f"   {words}")) for sign, words in signs]
        return found

    def action_scroll(self, rows: int) -> None:
        self.query_one("#box-lines", Pane).scroll_lines(rows)
