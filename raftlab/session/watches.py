"""Watches: expressions whose values one follows, and where they changed last.

A value may go up and down, so its last change is found by looking at every event (in slices, see `tracks`), never by
bisection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core.errors import QueryError
from raftlab.core.log import UNKNOWN
from raftlab.session.tracks import Search, Tracks
from raftlab.trace.expression import Expression, value_text
from raftlab.view.describe import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.session.tracks import Track
    from raftlab.trace.postings import Alternatives


class Changing:
    """Sees where an expression's value changes. A looker of tracks.

    Before the first event it is not known, so that the first value is a change.
    """

    needs_state = True
    required: Sequence[Alternatives] = ()

    def __init__(self, expression: Expression) -> None:
        self._expression = expression
        self.state_alone = expression.about_state_alone
        self._value: Any = UNKNOWN

    def begin(self, cluster: Cluster, event: Event | None) -> None:
        self._value = UNKNOWN if event is None else self._ask(cluster, event)

    def sees(self, cluster: Cluster, event: Event, position: int) -> bool:
        value = self._ask(cluster, event)
        if value == self._value and type(value) is type(self._value):
            return False
        self._value = value
        return True

    def _ask(self, cluster: Cluster, event: Event) -> Any:
        try:
            return self._expression.value(cluster, event)
        except QueryError:
            return UNKNOWN  # the watch itself tells what is wrong


class Watch:
    """One of them: its words, and where it changes (`track`)."""

    def __init__(self, expression: Expression, track: Track) -> None:
        self.expression = expression
        self.track = track

    @property
    def words(self) -> str:
        """The expression."""
        return self.expression.text

    def value(self, cluster: Cluster, event: Event | None) -> str:
        """Its value in a state, in words; "not known" before the first event."""
        try:
            return value_text(UNKNOWN if event is None else self.expression.value(cluster, event))
        except QueryError as error:
            return str(error)


class Watches:
    """The watches over some tracks, in the order in which they were set."""

    def __init__(self, tracks: Tracks, nodes: Iterable[str] = ()) -> None:
        self.tracks = tracks
        self.all: list[Watch] = []
        self.nodes = tuple(nodes)

    def expression(self, text: str) -> Expression:
        """What a text asks for.

        Raises:
            QueryError: it can't be understood.
        """
        found = Expression(text, describe)
        unknown = found.unknown_names(self.nodes)
        if unknown and self.nodes:
            raise QueryError(
                f"{text!r}: what is {', '.join(map(repr, unknown))}? the nodes are {', '.join(self.nodes)}"
            )
        timeline = self.tracks.timeline
        if len(timeline):
            found.value(timeline.state(len(timeline) - 1), timeline.event(len(timeline) - 1))  # a mistake is told now
        return found

    def add(self, text: str) -> Watch:
        """Set one; the same words are watched once.

        Raises:
            QueryError: it can't be understood.
        """
        expression = self.expression(text)
        for old in self.all:
            if old.words == expression.text:
                return old
        found = Watch(expression, self.tracks.add(Changing(expression)))
        self.all.append(found)
        return found

    def change(self, watch: Watch, text: str) -> None:
        """Watch something else instead.

        Raises:
            QueryError: that can't be understood; nothing has changed then.
        """
        expression = self.expression(text)
        self.tracks.remove(watch.track)
        watch.expression, watch.track = expression, self.tracks.add(Changing(expression))

    def remove(self, watch: Watch) -> None:
        """Watch it no longer."""
        self.all.remove(watch)
        self.tracks.remove(watch.track)

    def search(self, watches: Iterable[Watch], position: int, way: int) -> Search:
        """Look for the next change (way 1), or for the last one before (-1), of some watches; goes on in slices."""
        wanted = list(watches)
        what = f"{'to the next' if way > 0 else 'to the last'} change of {', '.join(it.words for it in wanted)}"
        return Search(self.tracks, [it.track for it in wanted], position, way, what)

    def last_change(self, watch: Watch, position: int) -> int | None:
        """Where the value became what it is at a position; None while it isn't known (`search` finds out)."""
        return self.tracks.surely(watch.track, position + 1, -1)
