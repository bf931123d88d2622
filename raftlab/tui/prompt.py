"""A line to type into, at the foot of a screen: a search, a predicate, a place, a value, a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from raftlab.core.errors import RaftlabError
from raftlab.tui.following import Following, last_word, offers
from raftlab.tui.keys import hidden, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Prompt(ModalScreen[str | None]):
    """Gives what was typed, or None. `check` may refuse it with a RaftlabError, whose words are then shown.

    `following` are the words that may follow a word, "" for those that one begins with: they are offered while one
    types. With `empty` nothing typed is an answer too.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        shown("escape", "close", "close", display="esc"),
        hidden("tab", "complete", "take what is offered"),
    ]

    def __init__(
        self, label: str, *, value: str = "", hint: str = "", check: Callable[[str], object] | None = None,
        following: Mapping[str, Sequence[str]] | None = None, empty: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self._label, self._value, self._hint, self._check = label, value, hint, check
        self._following, self._empty = following or {}, empty

    def compose(self) -> ComposeResult:
        with Vertical(classes="foot"):
            yield Label(self._words(), id="prompt-hint", markup=False)
            suggester = Following(self._following) if self._following else None
            with Horizontal():
                yield Label(f"{self._label} ", id="prompt-label", markup=False)
                yield Input(self._value, id="prompt-input", compact=True, select_on_focus=True, suggester=suggester)

    def _words(self) -> str:
        return self._hint or "enter takes it, esc leaves it"

    def on_input_changed(self, event: Input.Changed) -> None:
        """What may follow is shown while one types."""
        offered = offers(event.value, self._following) if event.value.strip() else []
        hint = self.query_one("#prompt-hint", Label)
        hint.remove_class("bad")
        hint.update(f"tab: {'  '.join(offered[:12])}{'  …' * (len(offered) > 12)}" if offered else self._words())

    def action_complete(self) -> None:
        """Take the first word that is offered."""
        field = self.query_one("#prompt-input", Input)
        offered = offers(field.value, self._following)
        if offered:
            field.value = f"{field.value[: len(field.value) - len(last_word(field.value))]}{offered[0]} "
            field.cursor_position = len(field.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            self.dismiss("" if self._empty else None)
            return
        try:
            if self._check is not None:
                self._check(text)
        except RaftlabError as error:
            hint = self.query_one("#prompt-hint", Label)
            hint.update(str(error))
            hint.add_class("bad")
            return
        self.dismiss(text)

    def action_close(self) -> None:
        self.dismiss(None)
