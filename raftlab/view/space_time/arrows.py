"""Arrows: messages on their way from lane to lane, with what became of each.

A message may leave before the window or arrive after it; a log may tell of its sending or of its receipt alone. Each of
these is drawn in its own way, so that nothing that isn't known looks as if it were.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core import events as e

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from raftlab.core.messages import Message

Sending = e.MessageSent | e.MessageDuplicated
_ENDS = (e.MessageSent, e.MessageReceived, e.MessageDropped, e.MessageDuplicated)


class Fate(Enum):
    """What becomes of a message, as far as a window shows it."""

    ARRIVES = "arrives"
    LOST = "lost"
    UNDER_WAY = "under way"
    UNSEEN = "not seen to arrive"
    UNSENT = "not seen to leave"


class Arrow(Struct, frozen=True, gc=False):
    """One message. `sent` and `ends` are the positions of the events at its ends; None: there is none, or not here.

    `sent` may lie before the window's first event.
    """

    source: str
    target: str
    message: Message | None
    fate: Fate
    sent: int | None
    ends: int | None


def find_arrows(events: Sequence[e.Event], first: int, before: Mapping[int, Sending]) -> list[Arrow]:
    """All messages that leave or end among these events, in the order in which that is seen.

    Args:
        first: the position of the first event.
        before: what was under way when the window begins, by position of sending (`Cluster.flights`).
    """
    found: list[Arrow] = []
    leaving: dict[int, int] = {}  # position of sending -> place in `found`
    for position, event in enumerate(events, first):
        if not isinstance(event, _ENDS):
            continue
        if isinstance(event, Sending):
            leaving[position] = len(found)
            found.append(Arrow(str(event.node), event.to, event.message, Fate.UNDER_WAY, position, None))
        else:
            place = leaving.get(-1 if event.cause is None else event.cause)
            if place is None:
                found.append(_from_outside(event, position, before))
            else:
                known = found[place]
                ends = position
                found[place] = Arrow(known.source, known.target, known.message, _fate(event), known.sent, ends)
    return found


def _from_outside(event: e.MessageReceived | e.MessageDropped, position: int, before: Mapping[int, Sending]) -> Arrow:
    """A message that ends here and wasn't sent here: earlier, or nobody tells when."""
    sending = None if event.cause is None else before.get(event.cause)
    told = event.message if isinstance(event, e.MessageReceived) else None
    message = told if told is not None or sending is None else sending.message
    fate = _fate(event)
    if sending is None and fate is Fate.ARRIVES:
        fate = Fate.UNSENT
    sent = None if sending is None else event.cause
    return Arrow(event.sender, str(event.node), message, fate, sent, position)


def _fate(event: e.MessageReceived | e.MessageDropped) -> Fate:
    if isinstance(event, e.MessageReceived):
        return Fate.ARRIVES
    return Fate.UNSEEN if event.reason == "unseen" else Fate.LOST
