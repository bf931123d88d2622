"""What a trace read with patterns knows: what its events tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.core.events import Event

_TELLS: Final = {
    "roles": ("BecameFollower", "BecameCandidate", "BecamePreCandidate", "BecameLeader"),
    "terms": ("TermAdvanced",),
    "votes": ("VoteGranted",),
    "leaders": ("LeaderLearned", "BecameLeader"),
    "entries": ("EntryAppended", "EntriesAppended"),
    "commits": ("CommitAdvanced",),
    "messages": ("MessageSent", "MessageReceived"),
    "timers": ("TimerSet",),
    "config": ("ConfigChanged",),
    "progress": ("ProgressChanged",),
}


def knows(events: Iterable[Event]) -> tuple[str, ...]:
    """The words of a header's `knows` for these events."""
    kinds = {type(event).__name__ for event in events}
    return tuple(word for word, names in _TELLS.items() if kinds.intersection(names))
