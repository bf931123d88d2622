"""Why did this happen? The events that led to one, oldest first, with the words that link them where `cause` doesn't.

An event's `cause` is followed to its root. Two things are done on the way. A timer that runs round and round (a
leader's heartbeat) would lead through all that the leader ever sent: there the chain goes on at the election that made
it leader. And where an event follows from what its node knew (a vote refused, a commit, an election because nobody was
heard of), the events that gave it this knowledge are looked up in the trace (`reasons`).

The chain is bounded: an explanation that nobody reads explains nothing. Positions count from 0.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from raftlab.trace.timeline import Timeline

MOST: Final = 60
"""An explanation has at most so many events; the nearest ones stay."""


class Reason(Struct, frozen=True, gc=False):
    """An event that led to another one.

    `words` say how, where it isn't the other's `cause`. `ends`: what led to this one is another story.
    """

    position: int
    words: str = ""
    ends: bool = False


def why(timeline: Timeline, position: int) -> list[int]:
    """The positions of the events that led to one, oldest first, itself last.

    Raises:
        IndexError: there is no such event.
    """
    return [reason.position for reason in explain(timeline, position)]


def explain(timeline: Timeline, position: int) -> list[Reason]:
    """The same, with the words that link each event to what follows from it.

    Raises:
        IndexError: there is no such event.
    """
    from raftlab.trace.reasons import reasons

    timeline.event(position)
    found = {position: Reason(position)}
    waiting = deque([found[position]])
    while waiting and len(found) < MOST:
        it = waiting.popleft()
        for reason in reasons(timeline, it.position) if not it.ends else _command(timeline, it.position):
            if 0 <= reason.position < it.position and reason.position not in found and len(found) < MOST:
                found[reason.position] = reason
                waiting.append(reason)
    return sorted(found.values(), key=lambda reason: reason.position)


def _command(timeline: Timeline, position: int) -> list[Reason]:
    """Where another story would begin, who ordered it still belongs to this one."""
    cause = timeline.event(position).cause
    if cause is None or type(timeline.event(cause)).__name__ != "CommandGiven":
        return []
    return [Reason(cause, ends=True)]
