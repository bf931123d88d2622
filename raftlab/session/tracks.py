"""Where in a timeline something happens: breakpoints are hit, a watched value changes.

A track looks at each event once, block by block and in any order, and keeps the positions of what it found. All
tracks share one fold of a block, so that ten predicates cost one fold. Continue, reverse-continue, the nearest hit
before and after, the last change, and the marks of the list and the tape all read the same positions.

Positions count from 0.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from raftlab.core.model import Cluster
from raftlab.trace.codec import BLOCK
from raftlab.trace.scope import UNASKED_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from raftlab.core.events import Event
    from raftlab.trace import Timeline
    from raftlab.trace.postings import Alternatives


class Looker(Protocol):
    """Says at which events something happens.

    `needs_state`: whether it asks for the cluster; else it gets an empty one. `state_alone`: it can only happen where
    the state changes. `required`: the posting lists outside of which it can't happen, one of each of these
    alternatives; empty: it may happen anywhere.
    """

    needs_state: bool
    state_alone: bool
    required: Sequence[Alternatives]

    def begin(self, cluster: Cluster, event: Event | None) -> None:
        """Events follow upon this one (None: from the first on), in this state."""

    def sees(self, cluster: Cluster, event: Event, position: int) -> bool:
        """Whether it happens with the next event, after which the cluster stands so."""


class Track:
    """What a looker has found so far: `blocks[number]` are the positions in that block, `times` their times.

    `count`: how many in all; `looked_at`: in how many events.
    """

    def __init__(self, looker: Looker) -> None:
        self.looker = looker
        self.count = 0
        self.looked_at = 0
        self.blocks: dict[int, array[int]] = {}
        self.times: dict[int, array[int]] = {}
        self.seen: dict[int, int] = {}  # how many events of the block have been looked at

    def knows(self, number: int, length: int) -> bool:
        """Whether a block of so many events has been looked at."""
        return self.seen.get(number) == length

    def put(self, number: int, length: int, found: list[tuple[int, int]]) -> None:
        """What was found in a block: position and time of each."""
        self.count += len(found) - len(self.blocks.get(number, ()))
        self.looked_at += length - self.seen.get(number, 0)
        self.seen[number] = length
        if found:
            self.blocks[number] = array("q", (position for position, _ in found))
            self.times[number] = array("q", (time_us for _, time_us in found))

    def has(self, position: int) -> bool:
        """Whether it is known to happen there."""
        found = self.blocks.get(position // BLOCK)
        if found is None:
            return False
        at = bisect_left(found, position)
        return at < len(found) and found[at] == position

    def in_block(self, number: int, position: int, way: int) -> int | None:
        """The nearest one of a block after (way 1) or before (-1) a position."""
        found = self.blocks.get(number)
        if not found:
            return None
        at = bisect_right(found, position) if way > 0 else bisect_left(found, position) - 1
        return found[at] if 0 <= at < len(found) else None


class Tracks:
    """All tracks over a timeline. `catch_up` looks at what some track hasn't seen, the nearest to a position first."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.tracks: list[Track] = []
        self.version = 0  # rises whenever anything is found, added or removed
        self.version_of_tracks = 0
        self._around = (0, 0, 0)  # catch_up: around which block, of how many events and tracks ...
        self._distance = 0  # ... all blocks nearer than this are known

    def add(self, looker: Looker) -> Track:
        """Begin to look for something."""
        track = Track(looker)
        self.tracks.append(track)
        self.version_of_tracks += 1
        self.version += 1
        return track

    def remove(self, track: Track) -> None:
        """Look for it no longer."""
        self.tracks.remove(track)
        self.version += 1

    @property
    def behind(self) -> bool:
        """Whether some event hasn't been looked at by some track."""
        return not all(self.whole(track) for track in self.tracks)

    def progress(self) -> float:
        """How much has been looked at, 0 to 1."""
        whole = len(self.timeline) * len(self.tracks)
        return sum(track.looked_at for track in self.tracks) / whole if whole else 1.0

    def whole(self, track: Track) -> bool:
        """Whether a track has looked at every event that there is."""
        return track.looked_at >= len(self.timeline)

    def catch_up(self, budget_s: float, near: int = 0) -> None:
        """Look at more, for about that long, beginning around a position.

        Raises:
            QueryError: a predicate asks for something that isn't there.
        """
        until = perf_counter() + budget_s
        centre = max(0, near) // BLOCK
        around = (centre, len(self.timeline), self.version_of_tracks)
        if around != self._around:
            self._around, self._distance = around, 0
        blocks = (len(self.timeline) + BLOCK - 1) // BLOCK
        while self._distance <= max(centre, blocks - centre):
            for number in dict.fromkeys((centre + self._distance, centre - self._distance)):
                if 0 <= number < blocks:
                    self.look(number, self.tracks)
            self._distance += 1
            if perf_counter() >= until:
                return

    def look(self, number: int, wanted: Sequence[Track]) -> None:
        """See to it that these tracks know a block."""
        length = self.length_of(number)
        new = [track for track in wanted if not track.knows(number, length)]
        if new:
            look_through(self.timeline, number, length, new)
            self.version += 1

    def length_of(self, number: int) -> int:
        """How many events a block has now."""
        return max(0, min(BLOCK, len(self.timeline) - number * BLOCK))

    def nearest(self, track: Track, position: int, way: int) -> int | None:
        """The nearest one known after (way 1) or before (-1) a position; there may be nearer ones, not seen yet."""
        number = max(position, 0) // BLOCK
        found = track.in_block(number, position, way)
        if found is not None:
            return found
        later = [block for block in track.blocks if (block > number if way > 0 else block < number)]
        if not later:
            return None
        return track.in_block(min(later) if way > 0 else max(later), position, way)

    def surely(self, track: Track, position: int, way: int) -> int | None:
        """The same, if every event between has been looked at; else None."""
        found = self.nearest(track, position, way)
        if found is None:
            return None
        first, last = sorted((max(position, 0) // BLOCK, found // BLOCK))
        return found if all(self._known(track, number) for number in range(first, last + 1)) else None

    def _known(self, track: Track, number: int) -> bool:
        length = self.length_of(number)
        return length == 0 or track.knows(number, length)


Eye = tuple["Callable[[Cluster, Event, int], bool]", list[tuple[int, int]]]
"""What looks at an event, and where it puts the positions and times of what it sees."""


def look_through(timeline: Timeline, number: int, length: int, tracks: Sequence[Track]) -> None:
    """Show a block's events, and the states between them, to the lookers of some tracks."""
    start = number * BLOCK
    places: dict[int, list[int]] = {}  # by index of a track that asks for some positions only
    for index, track in enumerate(tracks):
        if track.looker.required:
            places[index] = timeline.posted.within(track.looker.required, start, start + length)
    found: list[list[tuple[int, int]]] = [[] for _ in tracks]
    if len(places) < len(tracks) or any(places.values()):
        events = timeline.events(start, start + length)
        stateful = []
        for index, (track, results) in enumerate(zip(tracks, found, strict=True)):
            if track.looker.needs_state:
                stateful.append((track.looker, results, places.get(index)))
            else:
                _look_at_events(track.looker, events, start, places.get(index), results)
        if any(only is None or only for _, _, only in stateful):
            _look_at_states(timeline, start, events, stateful)
    for track, results in zip(tracks, found, strict=True):
        track.put(number, length, results)


def _look_at_events(
    looker: Looker, events: Sequence[Event], start: int, only: list[int] | None, found: list[tuple[int, int]]
) -> None:
    nothing, sees = Cluster.empty(), looker.sees
    for position in range(start, start + len(events)) if only is None else only:
        event = events[position - start]
        if sees(nothing, event, position):
            found.append((position, event.at_us))


def _look_at_states(
    timeline: Timeline,
    start: int,
    events: Sequence[Event],
    lookers: Sequence[tuple[Looker, list[tuple[int, int]], list[int] | None]],
) -> None:
    """Fold the block once, no further than somebody asks, and show the states."""
    cluster = timeline.state(start - 1)
    before = timeline.event(start - 1) if start else None
    alone: list[Eye] = []
    always: list[Eye] = []
    some: dict[int, list[Eye]] = {}
    for looker, found, only in lookers:
        looker.begin(cluster, before)
        if only is not None:
            for position in only:
                some.setdefault(position, []).append((looker.sees, found))
        else:
            (alone if looker.state_alone else always).append((looker.sees, found))
    each = alone + always
    folded = 0
    for place, event in enumerate(events):
        quiet = type(event) in UNASKED_KINDS and event.node in cluster.nodes
        asking = always if quiet else each
        asked = some.get(start + place) if some else None
        if not asking and asked is None:
            continue
        cluster.fold(events[folded : place + 1])
        folded = place + 1
        for sees, found in asking if asked is None else asking + asked:
            if sees(cluster, event, start + place):
                found.append((start + place, event.at_us))


class Search:
    """Looks for the nearest position of some tracks, after (way 1) or before (-1) a place, slice by slice.

    `found` is the position once there is one; `over` says that the search has ended, with or without; `by` are the
    tracks that happen there. Where the trace is still being loaded, it waits for more.
    """

    def __init__(self, tracks: Tracks, wanted: Sequence[Track], start: int, way: int, what: str = "") -> None:
        self.what, self.way = what, way
        self.found: int | None = None
        self.over = False
        self._tracks, self._wanted, self._start = tracks, list(wanted), start
        self._number = max(start, 0) // BLOCK

    @property
    def by(self) -> list[Track]:
        """The tracks that happen where it was found."""
        return [track for track in self._wanted if self.found is not None and track.has(self.found)]

    @property
    def words(self) -> str:
        """What it looks for, and how far it has got."""
        last = (len(self._tracks.timeline) - 1) // BLOCK
        first = max(self._start, 0) // BLOCK
        whole = last - first + 1 if self.way > 0 else first + 1
        return f"{self.what} {abs(self._number - first) / max(1, whole):.0%} · esc stops"

    def step(self, budget_s: float = 0.02) -> None:
        """Go on for about that long.

        Raises:
            QueryError: a predicate asks for something that isn't there.
        """
        until = perf_counter() + budget_s
        while not self.over:
            if not self._number >= 0 or self._number * BLOCK >= len(self._tracks.timeline):
                self.over = True
                return
            self._tracks.look(self._number, self._wanted)
            found = list(self._here())
            if found:
                self.found = min(found) if self.way > 0 else max(found)
                self.over = True
                return
            if self._waits() and self._tracks.length_of(self._number) < BLOCK:
                return  # the rest of this block is still to come
            self._number += self.way
            if perf_counter() >= until:
                return

    def _waits(self) -> bool:
        """Whether more of the trace is being loaded, that way."""
        timeline = self._tracks.timeline
        return self.way > 0 and not timeline.complete and timeline.failure is None

    def _here(self) -> Iterator[int]:
        for track in self._wanted:
            place = track.in_block(self._number, self._start, self.way)
            if place is not None:
                yield place


def find_now(search: Search) -> int | None:
    """Let a search go on to its end; for those who can wait."""
    while not search.over:
        search.step(1.0)
    return search.found


def times_of(tracks: Sequence[Track], most: int) -> list[int]:
    """Times at which some tracks happen, for marks; of a crowded block only some, so that there are about `most`."""
    whole = sum(track.count for track in tracks)
    stride = max(1, -(-whole // most))
    found: list[int] = []
    for track in tracks:
        for times in track.times.values():
            found.extend(times[::stride])
    return found
