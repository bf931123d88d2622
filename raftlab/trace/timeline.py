"""A timeline: the events of a trace, and the cluster's state at every position, at once.

State is the fold of the events. A keyframe (a copy of the state, some microseconds) is kept before every block of 512
events, so any state costs the fold of at most one block. Stepping forward folds only the events stepped over.

Posting lists by kind, node, term and message type make "next election" a bisection. They are built while a file is
loaded; of a timeline that is appended to, when they are first needed.

Positions count from 0; state(i) is the state AFTER event i, state(-1) the one before any. What a timeline hands out is
the caller's own. An index is final once appended; one thread may append (or index a file) while others read.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING

from raftlab.core.model import Cluster
from raftlab.trace.codec import BLOCK, VERSION, TraceHeader
from raftlab.trace.postings import Postings
from raftlab.trace.search import KeyMatcher, QueryMatcher, nearest
from raftlab.trace.sentences import Sentences
from raftlab.trace.store import FileStore, ForkStore, MemoryStore, Store

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterator

    from raftlab.core.events import Event
    from raftlab.core.origin import Origin
    from raftlab.trace.query import Query


class Timeline:
    """The events of one trace, and their fold.

    Args:
        header: what the trace is.
        store: its events; None: an empty one in memory, to append to.
    """

    def __init__(self, header: TraceHeader | None = None, store: Store | None = None) -> None:
        self.header = header or TraceHeader(VERSION)
        self.store: Store = MemoryStore() if store is None else store
        self.cut_short = ""
        self._length = 0
        self._keyframes: list[Cluster] = [Cluster.empty()]  # before block b
        self._live: Cluster | None = None
        self._starts: list[int] = []  # at_us of each block's first event
        self._complete = not isinstance(self.store, FileStore)
        self._near: tuple[int, Cluster] = (-1, Cluster.empty())  # the state that was asked for last
        self._postings = Postings()
        self._sentences: dict[Callable[[Event], str], Sentences] = {}
        self._lock = threading.Lock()

    # -- growing ---------------------------------------------------------------------------------------------

    @classmethod
    def open(cls, path: Path | str) -> Timeline:
        """Open a trace file; its first events are there at once, `load` brings the rest.

        Raises:
            TraceError: it isn't a trace.
        """
        store = FileStore(Path(path))
        timeline = cls(store.header, store)
        timeline.load_some(2)
        return timeline

    def append(self, event: Event, origin: Origin | None = None) -> None:
        """Put an event at the end."""
        store = self.store
        assert isinstance(store, MemoryStore)
        tail = store.tail
        tail.append(event)
        if origin is not None:
            store.note(self._length, origin)
        self._length = length = self._length + 1
        if length % BLOCK == 1:
            self._starts.append(event.at_us)
        elif length % BLOCK == 0:
            store.grow()
            self._keep(tail)

    def follow(self, live: Cluster) -> None:
        """Take keyframes from a state that somebody else evolves with the very events that are appended here.

        It saves folding every event a second time. The state must not change but by those events.
        """
        self._live = live

    def _keep(self, block: list[Event]) -> None:
        """A block is whole: keep the state that the next one begins with."""
        live = self._live
        if live is not None and live.position == self._length:
            self._keyframes.append(live.copy())
            return
        state = self._keyframes[-1].copy()
        state.fold(block)
        self._keyframes.append(state)

    def load_some(self, blocks: int) -> bool:
        """Take in more of a file; False once all of it is there.

        Raises:
            TraceError: a line isn't an event. What stands before it stays.
        """
        store = self.store
        if self._complete or not isinstance(store, FileStore):
            return False
        more = store.index_some(blocks)
        try:
            self._fold_new(store)
        except Exception:
            self._complete = True
            raise
        if not more:
            self.cut_short = store.cut_short
            self._complete = True
        return more

    def _fold_new(self, store: FileStore) -> None:
        while self._length < len(store):
            number, place = divmod(self._length, BLOCK)
            events = store.block(number)
            if place == 0:
                self._starts.append(events[0].at_us)
            self._postings.extend(number * BLOCK, events)
            self._length = number * BLOCK + len(events)
            if len(events) == BLOCK:
                self._keep(events)

    def refresh(self) -> int:
        """Look again at a file that may have grown since all of it was taken in; how many more events there are.

        Two questions to the system when nothing is new. A line that is only half written waits until it is whole, and
        `cut_short` says so meanwhile.

        Raises:
            TraceError: the file was replaced or cut, or a new line isn't an event. What was taken in stays.
        """
        store, before = self.store, self._length
        if not self._complete or not isinstance(store, FileStore):
            return 0
        if not store.grow() and len(store) == before:
            return 0
        more = True
        while more:
            more = store.index_some(16)
            self._fold_new(store)
        self.cut_short = store.cut_short
        return self._length - before

    def load(self, progress: Callable[[float], bool | None] | None = None) -> None:
        """Take in all of a file. `progress` hears the part that is done (0 to 1); it may return False to stop."""
        while self.load_some(16):
            if progress is not None and progress(self.progress) is False:
                return

    def load_in_background(self, progress: Callable[[float], bool | None] | None = None) -> threading.Thread:
        """The same in a thread of its own; errors stay in `failure`."""

        def work() -> None:
            try:
                self.load(progress)
            except Exception as error:
                self.failure = error

        thread = threading.Thread(target=work, name="load trace", daemon=True)
        thread.start()
        return thread

    failure: Exception | None = None

    @property
    def complete(self) -> bool:
        """Whether all events of the source are there."""
        return self._complete

    @property
    def progress(self) -> float:
        """How much of the source has been taken in, 0 to 1."""
        return 1.0 if self._complete or not isinstance(self.store, FileStore) else self.store.progress

    # -- looking ---------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._length

    def event(self, position: int) -> Event:
        """The event at a position.

        Raises:
            IndexError: there is none.
        """
        if not 0 <= position < len(self):
            raise IndexError(f"there is no event {position}; there are {len(self)}")
        return self.store.block(position // BLOCK)[position % BLOCK]

    def events(self, start: int = 0, stop: int | None = None) -> list[Event]:
        """The events start .. stop - 1."""
        stop = len(self) if stop is None else min(stop, len(self))
        start = max(0, start)
        found: list[Event] = []
        while start < stop:
            number, place = divmod(start, BLOCK)
            piece = self.store.block(number)[place : place + stop - start]
            found.extend(piece)
            start += len(piece)
        return found

    def __iter__(self) -> Iterator[Event]:
        for number in range((len(self) + BLOCK - 1) // BLOCK):
            yield from self.store.block(number)

    def origin(self, position: int) -> Origin | None:
        """Where an event came from, if it was imported."""
        return self.store.origin(position)

    def state(self, position: int) -> Cluster:
        """The cluster after the event at `position` (-1: before any); the caller's own.

        Raises:
            IndexError: there is no such event.
        """
        if not -1 <= position < len(self):
            raise IndexError(f"there is no event {position}; there are {len(self)}")
        number = (position + 1) // BLOCK
        with self._lock:
            near_position, near = self._near
            if number * BLOCK <= near_position + 1 <= position + 1:
                cluster, start = near, near_position + 1
            else:
                cluster, start = self._keyframes[number].copy(), number * BLOCK
            if start <= position:
                first = start % BLOCK
                cluster.fold(self.store.block(number)[first : first + position + 1 - start])
            self._near = (position, cluster)
            return cluster.copy()

    def state_before_block(self, number: int) -> Cluster:
        """The cluster before the first event of a block of 512; the caller's own."""
        return self._keyframes[number].copy()

    def time_of(self, position: int) -> int:
        """The time of an event, in the header's unit; of position -1, that of the first event."""
        return self.event(max(position, 0)).at_us if len(self) else 0

    @property
    def end_us(self) -> int:
        """The time of the last event."""
        return self.event(self._length - 1).at_us if self._length else 0

    def index_at(self, time_us: int) -> int:
        """The position of the last event at or before a time; -1 when there is none."""
        number = bisect_right(self._starts, time_us) - 1
        if number < 0:
            return -1
        block = self.store.block(number)
        return number * BLOCK + bisect_right(block, time_us, key=_at_us) - 1

    def step_start(self, position: int) -> int:
        """Where the step begins that the event at `position` belongs to (a step is atomic)."""
        while position > 0 and not self.event(position).starts_step:
            position -= 1
        return max(position, 0)

    # -- searching -------------------------------------------------------------------------------------------

    def next(self, query: Query | str, position: int) -> int | None:
        """The first event after `position` that a query (or a key of the posting lists) matches."""
        return nearest(self, _matcher(query), position + 1, len(self), 1)

    def prev(self, query: Query | str, position: int) -> int | None:
        """The last event before `position` that a query (or a key of the posting lists) matches."""
        return nearest(self, _matcher(query), 0, position, -1)

    def postings(self, key: str) -> array[int]:
        """All positions of a key, rising: a kind ("BecameLeader"), "node:n1", "term:3", "message:AppendEntries"."""
        return self.posted[key]

    @property
    def posted(self) -> Postings:
        """The posting lists of all events that there are."""
        postings = self._postings
        while postings.length < len(self):
            number = postings.length // BLOCK
            postings.extend(number * BLOCK, self.store.block(number)[: len(self) - number * BLOCK])
        return postings

    def sentences(self, describe: Callable[[Event], str]) -> Sentences:
        """The sentences that `describe` makes of the events, kept from search to search."""
        return self._sentences.setdefault(describe, Sentences(describe))

    # -- forking ---------------------------------------------------------------------------------------------

    def fork(self, position: int) -> Timeline:
        """Another timeline with the events up to `position`, to append others to. The past is shared, not copied."""
        length = position + 1
        twin = Timeline(self.header, ForkStore(self.store, length))
        twin._length = length
        twin._keyframes = self._keyframes[: length // BLOCK + 1]
        twin._starts = self._starts[: (length + BLOCK - 1) // BLOCK]
        twin._complete = True
        twin._postings = self._postings.first(length)
        return twin


def _at_us(event: Event) -> int:
    return event.at_us


def _matcher(query: Query | str) -> KeyMatcher | QueryMatcher:
    return KeyMatcher((query,)) if isinstance(query, str) else QueryMatcher(query)
