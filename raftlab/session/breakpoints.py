"""Breakpoints: where continue and reverse-continue stop.

    kind BecameLeader            node n1 message AppendEntries term 3         invariant
    n1.role == "leader" and n2.term > 3                                       kind CommitAdvanced if n1.term > 3

Criteria stop at every event that meets them (see `criteria`). A predicate about the state stops where it COMES TO hold,
since it may hold for long; one that asks for the event (kind, node, message ...) stops at each event where it holds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from raftlab.core.errors import QueryError
from raftlab.session.criteria import WORDS, is_criteria, parse_criteria
from raftlab.session.tracks import Search, Tracks
from raftlab.trace.query import Query
from raftlab.view.describe import describe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.session.tracks import Track
    from raftlab.trace import Timeline
    from raftlab.trace.postings import Alternatives

_NOBODY: Final = frozenset[int]()


class Condition:
    """What a breakpoint waits for: criteria, a predicate, or both (`kind X if PREDICATE`). A looker of tracks.

    Args:
        text: what was typed.
        timeline: what it is about.
        nodes: the names of its nodes.
        broken: positions where the checker found an invariant broken, besides what the trace says itself.

    Raises:
        QueryError: it can't be understood.
    """

    def __init__(
        self, text: str, timeline: Timeline, nodes: Iterable[str] = (), broken: Collection[int] = _NOBODY
    ) -> None:
        self.text = text.strip()
        self._timeline, self._broken = timeline, broken
        known = tuple(dict.fromkeys(nodes))
        criteria, predicate = _parts(self.text, known)
        self._criteria = parse_criteria(criteria, known) if criteria else None
        self._query = _query(predicate, known) if predicate else None
        self.needs_state = self._query is not None and self._query.needs_state
        self._each = (
            self._criteria is not None or self._query is None or self._query.about_event or not self.needs_state
        )
        self.state_alone = not self._each and self._query is not None and self._query.about_state_alone
        self.required: Sequence[Alternatives] = [
            *(self._criteria.required(broken_told=not broken) if self._criteria is not None else ()),
            *(self._query.required if self._query is not None and self._each else ()),
        ]
        self._ask = self._query.asker() if self._query is not None else None
        self._held = False
        self.problem = ""
        """What went wrong while it was asked; it doesn't hold where that happens."""
        if self._query is not None and len(timeline):
            self._try_out(timeline, len(timeline) - 1)

    @property
    def words(self) -> str:
        """What it waits for, as it is understood."""
        parts = [self._criteria.words if self._criteria else "", self._query.text if self._query else ""]
        return " if ".join(part for part in parts if part)

    def _try_out(self, timeline: Timeline, position: int) -> None:
        """Ask once, so that a mistake is told when it is typed."""
        self._holds(timeline.state(position), timeline.event(position))
        if self.problem:
            raise QueryError(self.problem)

    @property
    def rises(self) -> bool:
        """Whether it stops where something comes to hold, rather than at each event."""
        return not self._each

    def begin(self, cluster: Cluster, event: Event | None) -> None:
        self._held = not self._each and event is not None and self._holds(cluster, event)

    def sees(self, cluster: Cluster, event: Event, position: int) -> bool:
        if self._criteria is not None and not self._criteria.matches(event, position, self._timeline, self._broken):
            return False
        if self._query is None:
            return True
        if self._each:
            return self._holds(cluster, event)
        held, self._held = self._held, self._holds(cluster, event)
        return self._held and not held

    def _holds(self, cluster: Cluster, event: Event) -> bool:
        query, ask = self._query, self._ask
        assert query is not None
        assert ask is not None
        try:
            return ask(event, cluster)
        except QueryError as error:
            # Names were looked at before: one that is missing is a node of which no event has spoken yet.
            if not (query.needs_state and query.unknown_names(cluster.nodes)):
                self.problem = str(error)
        except (ArithmeticError, ValueError) as error:
            self.problem = f"{query.text!r}: {error}"
        return False


class Breakpoint:
    """One of them: its number, its words, whether continue stops there, and where it is hit (`track`)."""

    def __init__(self, number: int, condition: Condition, track: Track) -> None:
        self.number = number
        self.condition = condition
        self.track = track
        self.enabled = True

    @property
    def words(self) -> str:
        """What it waits for."""
        return self.condition.words


class Breakpoints:
    """The breakpoints over some tracks, in the order of their numbers. Numbers are never used twice, as in gdb."""

    def __init__(self, tracks: Tracks, nodes: Iterable[str] = (), broken: Collection[int] = _NOBODY) -> None:
        self.tracks = tracks
        self.all: list[Breakpoint] = []
        self.nodes = tuple(nodes)
        self._broken = broken
        self._last = 0

    def condition(self, text: str) -> Condition:
        """What a text waits for.

        Raises:
            QueryError: it can't be understood.
        """
        return Condition(text, self.tracks.timeline, self.nodes, self._broken)

    def add(self, text: str) -> Breakpoint:
        """Set one; one with the same words is only enabled again.

        Raises:
            QueryError: it can't be understood.
        """
        condition = self.condition(text)
        for old in self.all:
            if old.words == condition.words:
                old.enabled = True
                return old
        self._last += 1
        found = Breakpoint(self._last, condition, self.tracks.add(condition))
        self.all.append(found)
        return found

    def change(self, breakpoint: Breakpoint, text: str) -> None:
        """Let it wait for something else.

        Raises:
            QueryError: that can't be understood; nothing has changed then.
        """
        condition = self.condition(text)
        self.tracks.remove(breakpoint.track)
        breakpoint.condition, breakpoint.track = condition, self.tracks.add(condition)

    def remove(self, breakpoint: Breakpoint) -> None:
        """Delete it."""
        self.all.remove(breakpoint)
        self.tracks.remove(breakpoint.track)

    @property
    def enabled(self) -> list[Breakpoint]:
        """Those at which continue stops."""
        return [breakpoint for breakpoint in self.all if breakpoint.enabled]

    def at(self, position: int) -> list[Breakpoint]:
        """Those that are hit at a position, as far as has been looked."""
        return [breakpoint for breakpoint in self.enabled if breakpoint.track.has(position)]

    def search(self, position: int, way: int) -> Search:
        """Look for the next hit (way 1), or the last one before (-1), of those that are enabled; goes on in slices."""
        what = "to a breakpoint" if way > 0 else "back to a breakpoint"
        return Search(self.tracks, [breakpoint.track for breakpoint in self.enabled], position, way, what)

    def hit_words(self, position: int) -> str:
        """Which are hit there: "breakpoint 2: kind BecameLeader"."""
        return " · ".join(f"breakpoint {it.number}: {it.words}" for it in self.at(position))


def _parts(text: str, nodes: Collection[str]) -> tuple[str, str]:
    """What was typed, as criteria and predicate."""
    if not text:
        raise QueryError("what shall it wait for? such as  kind BecameLeader  or  n1.term > 3")
    if is_criteria(text, nodes):
        criteria, *rest = re.split(r"\s+if\s+", text, maxsplit=1)
        return criteria, rest[0] if rest else ""
    return "", text


def _query(text: str, nodes: Collection[str]) -> Query:
    query = Query(text, describe)
    unknown = query.unknown_names(nodes)
    if unknown and nodes:
        there = f"the nodes are {', '.join(nodes)}"
        if len(unknown) == 1 and text == unknown[0]:
            raise QueryError(f"what is {text!r}? {there}; {', '.join(WORDS)} stand before what is looked for")
        raise QueryError(f"{text!r}: what is {', '.join(map(repr, unknown))}? {there}")
    return query
