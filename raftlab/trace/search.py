"""Looking through a timeline block by block, forward or backward, for what matches.

`sweep` looks at one block each time it is asked to go on, so that whoever searches can show progress, or stop. Posting
lists say which blocks can hold a match at all; a predicate about the state folds a block once, and a text is looked
for in all sentences of a block at once. Positions count from 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from raftlab.trace.codec import BLOCK
from raftlab.trace.scope import UNASKED_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.trace.postings import Alternatives
    from raftlab.trace.query import Query
    from raftlab.trace.sentences import Sentences
    from raftlab.trace.timeline import Timeline


class Matcher(Protocol):
    """What is looked for."""

    @property
    def required(self) -> Sequence[Alternatives]:
        """Posting lists outside of which nothing matches: one of each of these alternatives. Empty: anywhere."""

    def among(self, timeline: Timeline, positions: Sequence[int]) -> list[int]:
        """Which of these positions (rising, of one block) match."""


class KeyMatcher:
    """An event that stands in posting lists: in one of each of these alternatives."""

    def __init__(self, *required: Alternatives) -> None:
        self.required: Sequence[Alternatives] = required

    def among(self, timeline: Timeline, positions: Sequence[int]) -> list[int]:
        return list(positions)


class TextMatcher:
    """An event whose sentence has a text, in upper or lower case.

    Args:
        required: posting lists that it must stand in besides.
    """

    def __init__(self, text: str, sentences: Sentences, *required: Alternatives) -> None:
        self.required: Sequence[Alternatives] = required
        self._needle = text.lower()
        self._sentences = sentences

    def among(self, timeline: Timeline, positions: Sequence[int]) -> list[int]:
        number = positions[0] // BLOCK
        places = set(self._sentences.places(self._needle, number, timeline.store.block))
        return [at for at in positions if at % BLOCK in places] if places else []


class QueryMatcher:
    """An event at which a predicate holds.

    Args:
        rising: of a predicate about the state, only where it comes to hold: where it didn't one event before.
    """

    def __init__(self, query: Query, *, rising: bool = False) -> None:
        self.required: Sequence[Alternatives] = query.required
        self._query = query
        self._rising = rising and query.needs_state

    def among(self, timeline: Timeline, positions: Sequence[int]) -> list[int]:
        number = positions[0] // BLOCK
        block, base = timeline.store.block(number), number * BLOCK
        if not self._query.needs_state:
            holds = self._query.asker()
            return [at for at in positions if holds(block[at - base], None)]
        cluster = timeline.state_before_block(number)
        before = self._before(timeline, cluster, positions[0], block) if self._rising else None
        found = self._fold(cluster, positions, block, base)
        if before is None:
            return found
        there = set(found) | ({positions[0] - 1} if before else set())
        return [at for at in found if at - 1 not in there]

    def _before(self, timeline: Timeline, cluster: Cluster, first: int, block: list[Event]) -> bool:
        """Whether it held one event before the first position."""
        if first == 0:
            return False
        place = first % BLOCK
        if place == 0:
            return self._query.asker()(timeline.event(first - 1), cluster)
        earlier = cluster.copy()
        earlier.fold(block[:place])
        return self._query.asker()(block[place - 1], earlier)

    def _fold(self, cluster: Cluster, positions: Sequence[int], block: list[Event], base: int) -> list[int]:
        """Fold the block once, and ask at each position."""
        holds, alone = self._query.asker(), self._query.about_state_alone
        found: list[int] = []
        folded, held = 0, False
        for at in positions:
            place = at - base
            event = block[place]
            # Asked about again only where the answer could have changed: two thirds of a trace's events can't.
            if not (alone and folded and type(event) in UNASKED_KINDS and event.node in cluster.nodes):
                cluster.fold(block[folded : place + 1])
                folded = place + 1
                held = holds(event, cluster)
            if held:
                found.append(at)
        return found


def sweep(timeline: Timeline, matcher: Matcher, start: int, stop: int, way: int) -> Iterator[tuple[int, list[int]]]:
    """Look through the positions start .. stop - 1, forward (way 1) or backward (-1), a block at a time.

    Yields:
        How far it has got (forward: all before that position have been looked at; backward: that one and all behind
        it), and what matched in this block, in the order of the way.
    """
    postings = timeline.posted
    required = matcher.required
    start, stop = max(0, start), min(stop, len(timeline))
    while start < stop:
        if required:
            at = postings.leap(required, start, stop, way)
            if at is None:
                yield (stop if way > 0 else start), []
                return
            start, stop = (at, stop) if way > 0 else (start, at + 1)
        number = (start if way > 0 else stop - 1) // BLOCK
        first, last = max(start, number * BLOCK), min(stop, (number + 1) * BLOCK)
        candidates: Sequence[int] = postings.within(required, first, last) if required else range(first, last)
        found = matcher.among(timeline, candidates) if candidates else []
        if way > 0:
            start = last
            yield start, found
        else:
            stop = first
            yield stop, found[::-1]


def nearest(timeline: Timeline, matcher: Matcher, start: int, stop: int, way: int) -> int | None:
    """The first (way 1) or last (way -1) match within start .. stop - 1."""
    return next((found[0] for _, found in sweep(timeline, matcher, start, stop, way) if found), None)
