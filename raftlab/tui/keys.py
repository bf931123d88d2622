"""The foot of every screen: its keys, as many as fit, the rest under `?`. A click on one presses it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual.binding import Binding

from raftlab.tui.grid import BOLD, PLAIN, Grid, fit
from raftlab.tui.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.dom import DOMNode

_ALWAYS: Final = ("q", "?")
"""The keys that stand at the end of every line, however narrow."""

_DISPLAY: Final = {
    "right": "→", "left": "←", "up": "↑", "down": "↓", "question_mark": "?", "slash": "/", "colon": ":", "plus": "+",
    "minus": "-", "left_square_bracket": "[", "right_square_bracket": "]", "pageup": "PgUp", "pagedown": "PgDn",
    "equals_sign": "=", "full_stop": ".", "comma": ",",
}  # fmt: skip


def shown(keys: str, action: str, label: str, tip: str = "", display: str | None = None) -> Binding:
    """A key that the foot of the screen shows; `tip` says more of it under `?`."""
    return Binding(keys, action, label, key_display=display, tooltip=tip)


def hidden(keys: str, action: str, tip: str = "", display: str | None = None) -> Binding:
    """A key that only `?` and the palette tell of; without `tip` not even they do."""
    return Binding(keys, action, tip, show=False, key_display=display)


def group(title: str, *bindings: Binding) -> list[Binding]:
    """Keys that belong together; `?` lists them under their title."""
    return [replace(binding, group=Binding.Group(title)) for binding in bindings]


def bindings_of(node: DOMNode) -> list[Binding]:
    """The bindings of a screen or widget that were declared here, its own first; each action once, each key once."""
    found: dict[str, Binding] = {}
    taken: set[str] = set()
    for kind in type(node).__mro__:
        if not kind.__module__.startswith("raftlab."):
            continue
        for binding in kind.__dict__.get("BINDINGS", ()):
            if (
                isinstance(binding, Binding)
                and binding.action not in found
                and taken.isdisjoint(binding.key.split(","))
            ):
                found[binding.action] = binding
                taken.update(binding.key.split(","))
    return list(found.values())


def key_words(binding: Binding) -> str:
    """The keys of a binding as people read them: "→", "n p"."""
    if binding.key_display:
        return binding.key_display
    return " ".join(_DISPLAY.get(key, key) for key in binding.key.split(","))


class KeyLine(Lines):
    """What the keys do; at the right, what is going on (loading, searching)."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._busy = ""
        self._left: list[tuple[str, int, int]] = []

    def say(self, busy: str) -> None:
        """Show what is going on; "" when nothing is."""
        self._busy = busy
        self.redraw()

    def hints(self) -> Iterable[Binding]:
        """The bindings that are shown: those of the screen and the application that say so and apply now."""
        for owner in (self.screen, self.app):
            for binding in bindings_of(owner):
                if binding.show and owner.check_action(*_parsed(binding.action)):
                    yield binding

    async def on_click(self, event: events.Click) -> None:
        for action, left, right in self._left:
            if left <= event.x < right:
                owner = self.app if action == "keys" else self.screen
                await self.app.run_action(action, owner)

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        grid = Grid(width, height, theme.panel)
        self._left = []
        hints = [(key_words(binding), binding.description, binding.action) for binding in self.hints()]
        last = [hint for hint in hints if hint[0] in _ALWAYS]
        rest = [hint for hint in hints if hint[0] not in _ALWAYS]
        reserve = sum(len(key) + len(word) + 3 for key, word, _ in last)
        # What is said matters more than the keys, which stand under ? too.
        busy = fit(self._busy, width - reserve - 2)
        room = width - (len(busy) + 2 if busy else 0)
        x = 1
        for key, word, action in [*_fitting(rest, room - reserve - 1), *last]:
            grid.text(x, 0, key, theme.gold_text, None, BOLD)
            grid.text(x + len(key) + 1, 0, word, theme.ink, None, PLAIN)
            end = x + len(key) + 1 + len(word)
            self._left.append((action, x, end))
            x = end + 2
        if busy:
            grid.text(width - len(busy) - 1, 0, busy, theme.muted)
        return grid


def _fitting(hints: list[tuple[str, str, str]], room: int) -> list[tuple[str, str, str]]:
    found, used = [], 1
    for hint in hints:
        used += len(hint[0]) + len(hint[1]) + 3
        if used > room:
            break
        found.append(hint)
    return found


def _parsed(action: str) -> tuple[str, tuple[object, ...]]:
    from textual.actions import parse

    _, name, parameters = parse(action)
    return name, parameters
