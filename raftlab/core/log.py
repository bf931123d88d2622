"""The Raft log: the sequence of entries that the servers replicate (section 5.3).

A Log is a view on a list that other views may share: a copy costs the same for ten entries as for a million, which is
what makes keyframes and forks cheap. Sharing is safe because a view never looks past its own length, and because it
appends in place only where its entry is the next one of the shared list. A view that stands before the list's
tail adopts the entry that is already there when it is equal (a fold that is done again finds all its entries
in place), and copies its prefix when it isn't.

Indices count from 1. Entries up to `snapshot_index` have been compacted into a snapshot (section 7).
An imported log may have holes (the source told of entries 7 and 12 only): entries know their own index, and
`last_index` / `last_term` are what the source says of the end, apart from the entries that it showed.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN: Final[Any] = msgspec.UNSET
"""What a source can't tell: left out of JSON, never guessed. None is something else: nobody."""


class Entry(Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """One entry: its index (from 1), the term in which a leader made it, and what it carries.

    `kind` is "normal", "config" or "noop". `client` and `sequence` name the request that it came from.
    """

    index: int
    term: int
    kind: str = "normal"
    text: str = ""
    client: str | None = None
    sequence: int = 0


class Log:
    """A view on entries snapshot_index + 1 .. last_index."""

    __slots__ = ("_entries", "_length", "last_index", "last_term", "snapshot_index", "snapshot_term")

    def __init__(self, entries: list[Entry] | None = None, snapshot_index: int = 0, snapshot_term: int = 0) -> None:
        self._entries: list[Entry] = list(entries) if entries else []
        self._length = len(self._entries)
        self.snapshot_index = snapshot_index
        self.snapshot_term = snapshot_term
        self.last_index: int = self._entries[-1].index if self._entries else snapshot_index
        self.last_term: int = self._entries[-1].term if self._entries else snapshot_term

    def copy(self) -> Log:
        """Another view on the same entries, in constant time."""
        twin = Log.__new__(Log)
        twin._entries = self._entries
        twin._length = self._length
        twin.snapshot_index = self.snapshot_index
        twin.snapshot_term = self.snapshot_term
        twin.last_index = self.last_index
        twin.last_term = self.last_term
        return twin

    def __len__(self) -> int:
        """How many entries are held (compacted and unknown ones not counted)."""
        return self._length

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Log):
            return NotImplemented
        return (
            self._length == other._length
            and self.last_index == other.last_index
            and self.last_term == other.last_term
            and self.snapshot_index == other.snapshot_index
            and self.snapshot_term == other.snapshot_term
            and (self._entries is other._entries or self._entries[: self._length] == other._entries[: other._length])
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        held = " ".join(f"{entry.index}:{entry.term}" for entry in self)
        return f"Log({held or 'empty'}, last={self.last_index}:{self.last_term}, snapshot={self.snapshot_index})"

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries[: self._length])

    def entry(self, index: int) -> Entry | None:
        """The entry at a Raft index; None when the log doesn't hold it (or doesn't know it)."""
        place = self._place(index)
        if place < self._length:
            found = self._entries[place]
            if found.index == index:
                return found
        return None

    def term_at(self, index: int) -> int | None:
        """The term of the entry at `index`; 0 before the first one; None when the log doesn't hold it."""
        if index == self.last_index:
            return self.last_term
        if index == self.snapshot_index:
            return self.snapshot_term
        found = self.entry(index)
        return None if found is None else found.term

    def between(self, first: int, last: int) -> tuple[Entry, ...]:
        """The held entries with first <= index <= last."""
        if last < first:
            return ()
        start = first - self.snapshot_index - 1
        stop = start + last - first + 1
        entries = self._entries
        if start >= 0 and stop <= self._length and entries[start].index == first and entries[stop - 1].index == last:
            return tuple(entries[start:stop])  # no holes, as always in our own runs
        return tuple(self._entries[self._place(first) : min(self._place(last + 1), self._length)])

    def tail(self, count: int) -> tuple[Entry, ...]:
        """The last `count` held entries."""
        return tuple(self._entries[max(0, self._length - count) : self._length])

    def append(self, entry: Entry) -> None:
        """Put an entry at the end. What an event does; nobody else may."""
        entries, length = self._entries, self._length
        if length == len(entries):
            entries.append(entry)
            # Another thread's view may have appended between the question and the deed: then ours isn't here.
            if entries[length] is not entry and entries[length] != entry:
                self._entries = [*entries[:length], entry]
        elif entries[length] != entry:
            self._entries = [*entries[:length], entry]
        self._length = length + 1
        self.last_index = entry.index
        self.last_term = entry.term

    def extend(self, entries: tuple[Entry, ...]) -> None:
        """Put several entries at the end. What an event does; nobody else may."""
        held, length = self._entries, self._length
        end = length + len(entries)
        if length == len(held):
            held.extend(entries)
            stands = held[length] is entries[0] and held[end - 1] is entries[-1]
        else:
            stands = held[length:end] == list(entries)
        if not stands:
            # Something else stands in the shared list: from here on this view has one of its own.
            self._entries = [*held[:length], *entries]
        self._length = end
        last = entries[-1]
        self.last_index, self.last_term = last.index, last.term

    def truncate(self, index: int) -> None:
        """Drop the entry at `index` and all after it. What an event does; nobody else may."""
        self._length = min(self._place(index), self._length)
        self.last_index = index - 1
        if self._length and self._entries[self._length - 1].index == index - 1:
            self.last_term = self._entries[self._length - 1].term
        else:
            self.last_term = self.snapshot_term if index - 1 == self.snapshot_index else UNKNOWN

    def compact(self, index: int, term: int) -> None:
        """Forget the entries up to `index`: a snapshot holds them. A log that ends before it starts anew there."""
        kept = [entry for entry in self if entry.index > index]
        if self.last_index is UNKNOWN or self.last_index <= index or self.term_at(index) not in (term, None):
            kept = []
        self._entries, self._length = kept, len(kept)
        self.snapshot_index, self.snapshot_term = index, term
        if not kept:
            self.last_index, self.last_term = index, term

    def observe_end(self, last_index: int, last_term: int) -> None:
        """A source says where the log ends, whatever entries it showed. Entries past that end are gone."""
        if last_index is not UNKNOWN:
            self._length = min(self._place(last_index + 1), self._length)
            self.last_index, self.last_term = last_index, last_term

    def _place(self, index: int) -> int:
        """Where the entry of `index` stands, or would stand, in the list."""
        entries, length = self._entries, self._length
        place = index - self.snapshot_index - 1
        if place < 0:
            return 0
        if place < length and entries[place].index == index:
            return place  # no holes before it, as always in our own runs
        if length == 0 or entries[length - 1].index < index:
            return length
        return bisect_left(entries, index, 0, length, key=_index_of)


def _index_of(entry: Entry) -> int:
    return entry.index
