"""Steps that are larger than one event: over what an event leads to at once, and into what caused it.

In a run of ours a step is atomic (a message arrives, a timer fires: what follows from it happens at that instant). A
foreign trace has no such steps; there, what an event led to on the same node at the same time belongs to it, and so
does what the source tells of how that node stands.

Positions count from 0; -1 is before the first event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import NodeObserved

if TYPE_CHECKING:
    from raftlab.trace import Timeline

_WITHIN = 4096
"""So far is looked for the end of a step; none is longer."""


def over(timeline: Timeline, position: int) -> int | None:
    """Where the next step begins, past all that the event at a position led to at once; None: not before the end."""
    if _is_ours(timeline):
        for at in range(position + 1, min(len(timeline), position + _WITHIN)):
            if timeline.event(at).starts_step:
                return at
        return None
    group = _together(timeline, position)
    at = position + 1
    while at < len(timeline) and _belongs(timeline, at, group):
        group.add(at)
        at += 1
    return at if at < len(timeline) else None


def back_over(timeline: Timeline, position: int) -> int:
    """Where this step began; from its beginning: where the one before it began; -1 before the first."""
    if position <= 0:
        return -1
    begin = step_begin(timeline, position)
    return begin if begin < position else step_begin(timeline, position - 1)


def step_begin(timeline: Timeline, position: int) -> int:
    """The first event of the step that a position belongs to."""
    if _is_ours(timeline):
        return timeline.step_start(position)
    return min(_together(timeline, position))


def into(timeline: Timeline, position: int) -> int | None:
    """The event that caused this one, where it is known."""
    if position < 0:
        return None
    cause = timeline.event(position).cause
    return cause if cause is not None and cause < position else None


def out(timeline: Timeline, position: int) -> int | None:
    """The first event that this one caused, looked for nearby; None: none is known."""
    if position < 0:
        return None
    nearby = timeline.events(position + 1, position + _WITHIN)
    return next((at for at, event in enumerate(nearby, position + 1) if event.cause == position), None)


class Trail:
    """Where one came from, step into by step into, so that one can go back out the same way."""

    def __init__(self) -> None:
        self._places: list[tuple[int, int]] = []

    def went(self, start: int, end: int) -> None:
        """Somebody went from an event into its cause."""
        if self._places and self._places[-1][1] != start:
            self._places.clear()
        self._places.append((start, end))

    def back(self, position: int) -> int | None:
        """Where one came from to this position; None: by another way."""
        if self._places and self._places[-1][1] == position:
            return self._places.pop()[0]
        self._places.clear()
        return None


def _is_ours(timeline: Timeline) -> bool:
    return timeline.header.source == "raftlab"


def _together(timeline: Timeline, position: int) -> set[int]:
    """An event and its causes on the same node at the same time."""
    found = {position}
    at = position
    while (cause := into(timeline, at)) is not None and _same_place(timeline, cause, at):
        found.add(cause)
        at = cause
    return found


def _belongs(timeline: Timeline, position: int, group: set[int]) -> bool:
    """Whether an event followed from the group at once, or only tells how its node stands there."""
    event = timeline.event(position)
    if isinstance(event, NodeObserved):
        return _same_place(timeline, max(group), position)
    cause = event.cause
    return cause is not None and cause in group and _same_place(timeline, cause, position)


def _same_place(timeline: Timeline, one: int, other: int) -> bool:
    first, second = timeline.event(one), timeline.event(other)
    return first.node == second.node and first.at_us == second.at_us
