"""The terms and the message that an event speaks of, whatever its kind: for posting lists, searches and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.log import UNKNOWN

if TYPE_CHECKING:
    from raftlab.core.events import Event


def event_terms(event: Event) -> tuple[int, ...]:
    """The terms that an event names: its own, its message's or its entry's; of several entries each, newest first."""
    entries = getattr(event, "entries", ())
    holders = (event, getattr(event, "message", None), getattr(event, "entry", None), *reversed(entries))
    found = (getattr(holder, "term", None) for holder in holders)
    return tuple(dict.fromkeys(int(term) for term in found if term is not None and term is not UNKNOWN))


def message_type(event: Event) -> str | None:
    """The type of the message that an event carries, such as "AppendEntries"; None when it carries none."""
    message = getattr(event, "message", None)
    return None if message is None else type(message).__name__
