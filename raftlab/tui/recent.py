"""What the terminal's face remembers between two starts: the theme, and the files opened lately.

A small JSON file in the platform's state directory. It is only a convenience: one that is missing or broken is as good
as an empty one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

_MOST: Final = 8


class Remembered(Struct, frozen=True):
    """The theme's name, and lists of paths that were opened together, newest first."""

    theme: str = "dark"
    recent: tuple[tuple[str, ...], ...] = ()


def state_file() -> Path:
    """Where it is kept."""
    from raftlab.tutor.progress import state_directory

    return state_directory() / "terminal.json"


def remembered() -> Remembered:
    """What was kept."""
    from raftlab.view.palette import THEMES

    try:
        found = msgspec.json.decode(state_file().read_bytes(), type=Remembered)
    except (OSError, msgspec.MsgspecError):
        return Remembered()
    return found if found.theme in THEMES else replace(found, theme="dark")


def remember(*, theme: str | None = None, opened: tuple[str, ...] = ()) -> None:
    """Keep a theme, or that these paths were opened."""
    found = remembered()
    if theme is not None:
        found = replace(found, theme=theme)
    if opened:
        paths = tuple(str(Path(path).resolve()) for path in opened)
        found = replace(found, recent=(paths, *(it for it in found.recent if it != paths))[:_MOST])
    try:
        path = state_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(found))
    except OSError:
        return  # a convenience: a read-only home directory is no reason to stop
