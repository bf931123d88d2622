"""Which events an export holds, and how many of them a form can bear.

A picture of a million events helps nobody, and what reads it (a browser, Mermaid) gives up long before. So the forms
that are looked at have a limit, and whoever asks for more is told how to ask for less. Positions count from 0.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from raftlab.core.errors import RaftlabError

MOST_EVENTS: Final = {".html": 10_000}
"""Ending -> how many events it bears. Mermaid and SVG count what they draw; the others are written as they come."""


class Range(Struct, frozen=True):
    """The events start .. stop - 1."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


def chosen(start: int, stop: int, length: int) -> Range:
    """A range that a person asked for, within the events that there are.

    Raises:
        RaftlabError: there is nothing in it.
    """
    found = Range(max(0, start), min(stop, length))
    if found.stop <= found.start:
        there = f"the events are 0 to {length - 1}" if length else "the trace has no events"
        raise RaftlabError(f"there is nothing to export from {start} to {stop - 1}; {there}")
    return found


def check_size(ending: str, asked: Range) -> None:
    """Refuse more events than a form can bear.

    Raises:
        RaftlabError: it is too much; the message says what would do.
    """
    most = MOST_EVENTS.get(ending)
    if most is not None and len(asked) > most:
        raise RaftlabError(
            f"{len(asked):,} events are too many for {ending}, which holds {most:,}; {narrower(asked, most)}"
        )


def narrower(asked: Range, most: int) -> str:
    """How to ask for less."""
    return f"narrow it with --from and --to, as in --from {asked.start} --to {asked.start + most - 1}"
