"""Whether there is a terminal to draw on, and whether it is large enough; said before anything starts."""

from __future__ import annotations

import os
import sys
from typing import Final

from raftlab.core.errors import RaftlabError

LEAST: Final = (60, 20)
"""Columns and rows below which nothing sensible can be shown."""


def has_terminal() -> bool:
    """Whether a person can see and type."""
    return has_drawing() and sys.__stdin__ is not None and sys.__stdin__.isatty()


def has_drawing() -> bool:
    """Whether there is a terminal to draw on, wherever standard input comes from."""
    streams = (sys.__stdout__, sys.__stderr__)
    return os.environ.get("TERM") != "dumb" and all(stream is not None and stream.isatty() for stream in streams)


def require_terminal(command: str, instead: str) -> None:
    """Refuse to start without a terminal, or in one that is too small.

    Args:
        command: what was asked for, as in "raftlab debug".
        instead: what does the same without one, as a sentence.

    Raises:
        RaftlabError: what is missing.
    """
    if not has_terminal():
        raise RaftlabError(f"{command} needs a terminal to draw on and to take keys from; {instead}")
    require_size(command)


def require_size(command: str) -> None:
    """Refuse a terminal that is too small.

    Raises:
        RaftlabError: how large it is, and how large it has to be.
    """
    try:
        size = os.get_terminal_size(2)
    except OSError:
        return
    if 0 < size.columns < LEAST[0] or 0 < size.lines < LEAST[1]:
        raise RaftlabError(
            f"the terminal is {size.columns}x{size.lines}; {command} needs at least {LEAST[0]}x{LEAST[1]}"
        )


def take_keys_from_terminal() -> None:
    """After a trace was read from standard input: keys come from the terminal itself."""
    if sys.__stdin__ is not None and not sys.__stdin__.isatty():
        try:
            terminal = os.open("/dev/tty", os.O_RDWR)
        except OSError:
            return
        os.dup2(terminal, 0)
        os.close(terminal)
