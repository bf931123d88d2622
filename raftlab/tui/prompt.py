"""A line to type into, at the foot of a screen: a search, a predicate, a place, a value, a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from raftlab.core.errors import RaftlabError
from raftlab.tui.keys import shown

if TYPE_CHECKING:
    from collections.abc import Callable


class Prompt(ModalScreen[str | None]):
    """Gives what was typed, or None. `check` may refuse it with a RaftlabError, whose words are then shown."""

    BINDINGS: ClassVar[list[BindingType]] = [shown("escape", "close", "close", display="esc")]

    def __init__(
        self, label: str, *, value: str = "", hint: str = "", check: Callable[[str], object] | None = None
    ) -> None:
        super().__init__()
        self._label, self._value, self._hint, self._check = label, value, hint, check

    def compose(self) -> ComposeResult:
        with Vertical(classes="foot"):
            yield Label(self._hint or "enter takes it, esc leaves it", id="prompt-hint", markup=False)
            with Horizontal():
                yield Label(f"{self._label} ", id="prompt-label", markup=False)
                yield Input(self._value, id="prompt-input", compact=True, select_on_focus=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            self.dismiss(None)
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
