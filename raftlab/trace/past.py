"""Looking back in a trace: the latest events of a kind, a node, a term, before a position; never far.

Searches go through the timeline's posting lists and give up after a bounded number of candidates: what stands that far
back explains nothing to anybody.
"""

from __future__ import annotations

from bisect import bisect_left
from heapq import merge
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from raftlab.core.events import Event
    from raftlab.trace.timeline import Timeline

_CANDIDATES: Final = 3000


class Past:
    """What happened before a position of a timeline."""

    def __init__(self, timeline: Timeline, position: int) -> None:
        self.timeline = timeline
        self.position = position

    def back(self, *kinds: type[Event], node: str | None = None, since: int = 0) -> Iterator[tuple[int, Any]]:
        """The events of these kinds (of a node), newest first, down to the position `since`."""
        lists = [self._newest_first(kind.__name__) for kind in kinds]
        for seen, position in enumerate(merge(*lists, reverse=True)):
            if position < since or seen >= _CANDIDATES:
                return
            event = self.timeline.event(position)
            if node is None or event.node == node:
                yield position, event

    def last(
        self,
        *kinds: type[Event],
        node: str | None = None,
        since: int = 0,
        where: Callable[[Any], bool] | None = None,
    ) -> int | None:
        """The position of the newest of them for which `where` holds; None: there is none."""
        for position, event in self.back(*kinds, node=node, since=since):
            if where is None or where(event):
                return position
        return None

    def _newest_first(self, kind: str) -> Iterator[int]:
        positions = self.timeline.postings(kind)
        return (positions[at] for at in range(bisect_left(positions, self.position) - 1, -1, -1))
