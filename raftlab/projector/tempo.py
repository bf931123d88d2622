"""Time slows down where the story happens: while a vote, an entry, a refusal is on its way, and is itself again
between.

A function of a moment alone, so that an exported film and the window agree. Heartbeats don't count, nor does what will
never arrive or says nothing new: a partition would crawl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.log import UNKNOWN
from raftlab.core.messages import AppendEntriesReply, HeartbeatReply
from raftlab.view.message_words import is_heartbeat
from raftlab.view.quorum import is_running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.projector.moment import Flight, Moment

SLOWED: Final = 0.25
"""The part of the speed at which telling things pass."""


def tempo(moments: Sequence[Moment]) -> float:
    """1, or SLOWED while something telling is on its way in any lane."""
    return SLOWED if any(is_telling(moment, flight) for moment in moments for flight in moment.flights) else 1.0


def is_telling(moment: Moment, flight: Flight) -> bool:
    """Whether a message is worth slowing down for."""
    if flight.ended_us is not None or flight.fate != "deliver" or not is_running(moment.cluster, flight.to):
        return False
    message = flight.message
    if is_heartbeat(message) or isinstance(message, HeartbeatReply):
        return False
    if isinstance(message, AppendEntriesReply) and message.success:
        leader = moment.cluster.nodes[flight.to]
        known = leader.progress.get(flight.sender) if leader.progress is not UNKNOWN else None
        return known is not None and message.match_index > known.match_index
    return True
