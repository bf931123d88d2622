"""The application: themes, what every screen shares, and a way out that leaves the terminal as it was."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.theme import Theme as TextualTheme
from textual.widgets import Static

from raftlab.tui.help import KeyHelp
from raftlab.tui.keys import bindings_of, hidden, key_words, shown
from raftlab.tui.recent import remember, remembered
from raftlab.tui.terminal import LEAST
from raftlab.view.palette import THEMES, Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual import events
    from textual.app import ComposeResult
    from textual.screen import Screen


class RaftlabApp(App[None]):
    """Shows one screen to begin with; screens push others, `q` goes back, and leaves from the first."""

    TITLE = "raftlab"
    ENABLE_COMMAND_PALETTE = True
    CSS_PATH = "raftlab.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        shown("question_mark", "keys", "keys", "show these keys", display="?"),
        hidden("T", "next_theme", "dark, light, high contrast"),
        hidden("ctrl+p", "command_palette", "all commands, by name"),
        Binding("ctrl+c,ctrl+q", "leave", "leave", show=False, priority=True, tooltip="leave at once"),
    ]

    def __init__(self, first: Callable[[], Screen[None]]) -> None:
        # Without this, NO_COLOR would only turn colours into greys.
        super().__init__(ansi_color="NO_COLOR" in os.environ)
        self._first = first
        for theme in THEMES.values():
            self.register_theme(_textual_theme(theme))
        self.theme = f"raftlab-{remembered().theme}"

    def on_mount(self) -> None:
        self._leave_on_signals()
        self.push_screen(self._first())

    def _leave_on_signals(self) -> None:
        """A killed raftlab gives the terminal back, too."""
        import asyncio

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            try:
                loop.add_signal_handler(number, self._hang_up if number == signal.SIGHUP else self.exit)
            except (NotImplementedError, RuntimeError, ValueError):
                return  # not on this system, or not in the main thread (tests)

    def _hang_up(self) -> None:
        """The terminal is gone: nobody is left to be shown how we leave, and what is written to it never arrives.

        Leaving in order waits for the terminal, and would keep a core busy for ever. Progress is saved as it is made.
        """
        os._exit(129)

    def go_back(self) -> None:
        """Close the screen in front; the first one closes the application."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        else:
            self.exit()

    def action_leave(self) -> None:
        self.exit()

    def action_keys(self) -> None:
        if not isinstance(self.screen, KeyHelp):
            focused = [self.focused] if self.focused is not None else []
            self.push_screen(KeyHelp([*focused, self.screen, self]))

    def action_next_theme(self) -> None:
        names = list(THEMES)
        current = self.theme.removeprefix("raftlab-")
        name = names[(names.index(current) + 1) % len(names)] if current in names else names[0]
        self.theme = f"raftlab-{name}"
        remember(theme=name)
        for screen in self.screen_stack:
            repaint(screen)

    def on_resize(self, event: events.Resize) -> None:
        """A window made too small says so instead of showing half of everything."""
        small = event.size.width < LEAST[0] or event.size.height < LEAST[1]
        shown = isinstance(self.screen, TooSmall) if len(self.screen_stack) > 1 else False
        if small and not shown:
            self.push_screen(TooSmall())
        elif shown and not small:
            self.pop_screen()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette offers what the keys do."""
        for owner in (screen, self):
            for binding in bindings_of(owner):
                words = binding.tooltip or binding.description
                if words and binding.action != "command_palette":
                    action = binding.action

                    def run(action: str = action, owner: object = owner) -> None:
                        self.call_later(self.run_action, action, owner)

                    yield SystemCommand(words, f"key: {key_words(binding)}", run)


class TooSmall(ModalScreen[None]):
    """Covers all while the window is too small."""

    def compose(self) -> ComposeResult:
        yield Static(f"raftlab needs at least\n{LEAST[0]}x{LEAST[1]}", id="too-small")


def repaint(screen: Screen[object]) -> None:
    """Draw everything on a screen anew: the colours have changed."""
    from raftlab.tui.lines import Lines

    for lines in screen.query(Lines):
        lines.forget()
        lines.redraw()


def _textual_theme(theme: Theme) -> TextualTheme:
    """Our colours for textual's own widgets."""
    return TextualTheme(
        name=f"raftlab-{theme.name}",
        primary=theme.gold_text,
        secondary=theme.muted,
        accent=theme.gold_text,
        warning=theme.gold_text,
        error=theme.bad_text,
        success=theme.ink,
        foreground=theme.ink,
        background=theme.ground,
        surface=theme.panel,
        panel=theme.panel,
        dark=theme.name != "light",
        variables={
            "border": theme.line,
            "footer-key-foreground": theme.gold_text,
            "input-cursor-background": theme.ink,
        },
    )
