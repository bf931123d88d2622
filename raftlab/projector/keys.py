"""What the keys do, in one table: the window obeys it, the help panel shows it.

A clicker sends page up and page down (some send arrows, or F5 and Escape): those walk from turn to turn of the story.
"""

from __future__ import annotations

from typing import Final

KEYS: Final = (
    ("space", "play, or pause"),
    ("→  ←", "one event on, or back"),
    ("page down, page up", "the next, or previous, turn of the story (as clickers send)"),
    ("shift →, shift ←", "the same"),
    ("+  −", "faster, slower"),
    ("home, end", "to the beginning, to the end"),
    ("s", "slow down at votes, commits and conflicts, or don’t"),
    ("t, or drag on the tape", "the playhead follows the mouse, until you click"),
    ("f", "full screen"),
    ("l", "dark, light, high contrast"),
    ("h or ?", "these keys"),
    ("q or escape", "quit"),
)

ACTIONS: Final = {
    "space": "play",
    "right": "step",
    "left": "step_back",
    "shift+right": "next_turn",
    "shift+left": "previous_turn",
    "page down": "next_turn",
    "page up": "previous_turn",
    "+": "faster",
    "=": "faster",
    "-": "slower",
    "home": "home",
    "end": "end",
    "s": "slowing",
    "f": "fullscreen",
    "f11": "fullscreen",
    "l": "theme",
    "t": "follow",
    "h": "help",
    "?": "help",
    "f1": "help",
    "q": "quit",
    "escape": "quit",
}
"""From a key's name to what the window does."""
