"""Moments: what one node does at one instant, as one mark on its lane.

A server takes a message, changes its term, votes and answers, all at once: that is one point of a space-time diagram,
not four. A moment is a run of neighbouring events of one node with one time stamp, into which nothing comes from
outside after its first event. Positions count from 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core import events as e
from raftlab.view.importance import importance

if TYPE_CHECKING:
    from collections.abc import Sequence

NETWORKS_OWN: Final = frozenset({e.MessageDropped, e.MessageDuplicated, e.InvariantBroken})
"""Events that name a node and of which that node knows nothing: they stand on no lane."""


class Moment(Struct, frozen=True, gc=False):
    """The events `first` .. `first + len(events) - 1`. `lane` is the node's name; None: it is the whole cluster's, or
    the network's."""

    first: int
    events: tuple[e.Event, ...]
    lane: str | None

    @property
    def last(self) -> int:
        """The position of its last event."""
        return self.first + len(self.events) - 1

    @property
    def at_us(self) -> int:
        """When it is, in the timeline's unit."""
        return self.events[0].at_us

    @property
    def main(self) -> int:
        """The position of what matters most in it (the first of several)."""
        levels = [importance(event) for event in self.events]
        return self.first + levels.index(max(levels))

    def event(self, position: int) -> e.Event:
        """The event at a position of the trace that lies within."""
        return self.events[position - self.first]

    def __contains__(self, position: int) -> bool:
        return self.first <= position <= self.last


def lane_of(event: e.Event) -> str | None:
    """The node on whose lane an event stands."""
    return None if type(event) in NETWORKS_OWN else event.node


def group(events: Sequence[e.Event], first: int) -> list[Moment]:
    """Some neighbouring events as moments, in order; `first` is the position of the first of them."""
    found: list[Moment] = []
    start = 0
    for place in range(1, len(events) + 1):
        if place == len(events) or begins(events[place], events[place - 1], first + start, events, first):
            inside = tuple(events[start:place])
            found.append(Moment(first + start, inside, lane_of(inside[0])))
            start = place
    return found


def begins(event: e.Event, before: e.Event, since: int, events: Sequence[e.Event], first: int) -> bool:
    """Whether a new moment begins with an event.

    Args:
        before: the event just before it.
        since: the position at which the moment before began.
        events, first: all that are looked at, and the position of the first of them.
    """
    lane = lane_of(event)
    if event.at_us != before.at_us or lane != lane_of(before) or event.starts_step or type(event) in NETWORKS_OWN:
        return True
    cause = event.cause
    # What another node brought about came from outside, also where no line of a log tells of the message.
    return cause is not None and first <= cause < since and lane_of(events[cause - first]) != lane
