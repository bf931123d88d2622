"""Posting lists: for every kind of event, node, message type and term, the positions of its events.

They make "the next election of n2" a bisection. A key is a kind's name ("BecameLeader"), "node:n1", "term:3" (a term
that the event names, see `terms`) or "message:AppendEntries". A position takes four bytes in each list that it stands
in: some 14 MB for a million events. Positions count from 0.

What can match a search is a list of alternatives that must all be met: [("BecameLeader", "BecameCandidate"),
("node:n1",)] is an event of either kind, of n1.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from raftlab.core.log import UNKNOWN
from raftlab.trace.terms import event_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from raftlab.core.events import Event

Alternatives = tuple[str, ...]
"""Keys of which one is enough."""

_NONE: array[int] = array("I")


class _Lists(dict[Any, "Callable[[int], None]"]):
    """A key of some sort -> what appends to its list; the list is made when its first position comes."""

    def __init__(self, lists: dict[str, array[int]], name: Callable[[Any], str]) -> None:
        super().__init__()
        self._lists, self._name = lists, name

    def __missing__(self, key: Any) -> Callable[[int], None]:
        add = self[key] = self._lists.setdefault(self._name(key), array("I")).append
        return add


class Postings:
    """The lists of the first `length` events of a timeline. One thread may extend them while others read."""

    def __init__(self) -> None:
        self.length = 0
        self._lists: dict[str, array[int]] = {}
        self._kinds = _Lists(self._lists, lambda kind: str(kind.__name__))
        self._nodes = _Lists(self._lists, lambda node: f"node:{node}")
        self._messages = _Lists(self._lists, lambda kind: f"message:{kind.__name__}")
        self._terms = _Lists(self._lists, lambda term: f"term:{term}")
        self._parts: dict[type[Event], str] = {}
        self._lock = threading.Lock()

    def __getitem__(self, key: str) -> array[int]:
        """All positions of a key, rising; not to be changed."""
        return self._lists.get(key, _NONE)

    def __iter__(self) -> Iterator[str]:
        """All keys that some event has."""
        return iter(list(self._lists))

    def extend(self, start: int, events: Sequence[Event]) -> None:
        """Take the next events; those that stand in the lists already are passed over.

        Args:
            start: the position of the first; at most `length`.
        """
        with self._lock:
            if start < self.length:
                events = events[self.length - start :]
                start = self.length
            kinds, nodes, parts = self._kinds, self._nodes, self._parts
            for position, event in enumerate(events, start):
                kind = type(event)
                kinds[kind](position)
                nodes[event.node](position)
                part = parts.get(kind)
                if part is None:
                    part = parts[kind] = _telling_part(kind)
                if part:
                    self._speak(position, event, part)
            self.length = start + len(events)

    def _speak(self, position: int, event: Any, part: str) -> None:
        """An event whose `part` tells of terms, or is a message."""
        if part == "term":
            term = event.term
        elif part == "message":
            message = event.message
            if message is None:
                return
            self._messages[type(message)](position)
            term = message.term
        elif part == "entry":
            term = event.entry.term
        else:
            message = getattr(event, "message", None)
            if message is not None:
                self._messages[type(message)](position)
            for term in event_terms(event):
                self._terms[term](position)
            return
        if term is not UNKNOWN and term is not None:
            self._terms[term](position)

    def first(self, length: int) -> Postings:
        """The lists of the first so many events, for a timeline that goes on differently."""
        twin = Postings()
        with self._lock:
            twin.length = min(length, self.length)
            for key, positions in self._lists.items():
                kept = positions[: bisect_left(positions, length)]
                if kept:
                    twin._lists[key] = kept
        return twin

    def nearest(self, key: str, start: int, stop: int, way: int) -> int | None:
        """The first (way 1) or last (way -1) position of a key within start .. stop - 1."""
        positions = self[key]
        at = bisect_left(positions, start) if way > 0 else bisect_left(positions, stop) - 1
        if 0 <= at < len(positions) and start <= positions[at] < stop:
            return positions[at]
        return None

    def within(self, required: Iterable[Alternatives], start: int, stop: int) -> list[int]:
        """The positions within start .. stop - 1 that stand in a list of each of the alternatives, rising.

        It costs what the shortest of the lists have there; ask it about a block at a time.
        """
        slices: list[list[array[int]]] = []
        for alternatives in required:
            pieces = []
            for key in alternatives:
                positions = self[key]
                first = bisect_left(positions, start)
                last = bisect_left(positions, stop, first)
                if first < last:
                    pieces.append(positions[first:last])
            if not pieces:
                return []
            slices.append(pieces)
        if not slices:
            return []
        slices.sort(key=lambda pieces: sum(map(len, pieces)))
        found = set(slices[0][0]).union(*slices[0][1:])
        for pieces in slices[1:]:
            found = {at for piece in pieces for at in piece if at in found}
            if not found:
                break
        return sorted(found)

    def leap(self, required: Iterable[Alternatives], start: int, stop: int, way: int) -> int | None:
        """Before (way 1) or behind (-1) which position within start .. stop - 1 nothing can match; None: nothing can.

        Each of the alternatives says where its nearest position is; the furthest of them counts.
        """
        at = start if way > 0 else stop - 1
        for alternatives in required:
            there = [found for key in alternatives if (found := self.nearest(key, start, stop, way)) is not None]
            if not there:
                return None
            at = max(at, min(there)) if way > 0 else min(at, max(there))
        return at


def _telling_part(kind: type[Event]) -> str:
    """The one field of a kind that names terms; "" for none, "all" for several."""
    fields = [name for name in ("term", "message", "entry", "entries") if hasattr(kind, name)]
    if fields == ["entries"] or len(fields) > 1:
        return "all"
    return fields[0] if fields else ""
