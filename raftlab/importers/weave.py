"""Several nodes' stories woven into one: by time, but nothing before what it needs.

Each stream keeps its own order. Between streams the earlier stamp goes first, ties by the order of the streams; an item
whose needs (a message's sending, say) have not been told yet holds its stream back until they are. Stamps of
different clocks, or of one clock that counts milliseconds only, thus never turn cause and effect around.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Item(Protocol):
    """What can be woven."""

    at_us: int
    told: bool

    @property
    def needs(self) -> Sequence[Item]:
        """What must have been told before."""


T = TypeVar("T", bound=Item)


def weave(streams: Sequence[Sequence[T]]) -> Iterator[T]:
    """All items in one order; each is marked `told` once it has been handed out.

    Should items wait for one another in a circle (a wrong pairing), the earliest of them goes first.
    """
    place = [0] * len(streams)
    heap = [(stream[0].at_us, number) for number, stream in enumerate(streams) if stream]
    heapify(heap)
    held: dict[int, list[tuple[int, int]]] = {}  # by id of the item that is waited for
    while heap or held:
        if not heap:
            heads = [head for waiting in held.values() for head in waiting]
            held.clear()
            number = min(heads)[1]
            heap = [head for head in heads if head[1] != number]
            heapify(heap)
        else:
            _, number = head = heappop(heap)
            missing = next((need for need in streams[number][place[number]].needs if not need.told), None)
            if missing is not None:
                held.setdefault(id(missing), []).append(head)
                continue
        item = streams[number][place[number]]
        yield item
        item.told = True
        place[number] += 1
        if place[number] < len(streams[number]):
            heappush(heap, (streams[number][place[number]].at_us, number))
        for head in held.pop(id(item), ()):
            heappush(heap, head)
