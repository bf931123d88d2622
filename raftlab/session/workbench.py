"""What somebody who debugs a timeline has laid out: breakpoints, watches, notes, a mark, what the list shows.

It stays when the timeline gives way to another one (a run taken up from here): what was set is set there too.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from raftlab.core.errors import QueryError
from raftlab.session.breakpoints import Breakpoints
from raftlab.session.criteria import KINDS, MESSAGES, WORDS
from raftlab.session.notes import Notes
from raftlab.session.stepping import Trail
from raftlab.session.tracks import Tracks, times_of
from raftlab.session.watches import Watches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from raftlab.session.criteria import Criteria
    from raftlab.trace import Timeline

_MOST_MARKS = 2000


class Workbench:
    """Everything of one timeline.

    `mark` is a position to compare with; `criteria` is what the list of events is limited to, None: to nothing.
    """

    def __init__(
        self, timeline: Timeline, nodes: Iterable[str] = (), broken: Collection[int] = (), notes: Notes | None = None
    ) -> None:
        self.notes = Notes(None) if notes is None else notes
        self.mark: int | None = None
        self.criteria: Criteria | None = None
        self.trail = Trail()
        self._broken = frozenset(broken)
        self._marks: tuple[tuple[int, ...], list[int]] = ((), [])
        self._lay_out(timeline, tuple(dict.fromkeys(nodes)))

    def _lay_out(self, timeline: Timeline, nodes: tuple[str, ...]) -> None:
        self.timeline = timeline
        self.tracks = Tracks(timeline)
        self.breakpoints = Breakpoints(self.tracks, nodes, self._broken)
        self.watches = Watches(self.tracks, nodes)

    def move_to(self, timeline: Timeline, nodes: Iterable[str]) -> None:
        """Lay the same out over another timeline."""
        breakpoints, watches = self.breakpoints.all, self.watches.all
        self._lay_out(timeline, tuple(dict.fromkeys(nodes)))
        self.mark = None
        # What can't be asked there (a node that this cluster has not) is left behind.
        for old in breakpoints:
            with suppress(QueryError):
                self.breakpoints.add(old.condition.text).enabled = old.enabled
        for watch in watches:
            with suppress(QueryError):
                self.watches.add(watch.words)

    def know(self, nodes: Iterable[str]) -> None:
        """These nodes there are."""
        self.breakpoints.nodes = self.watches.nodes = tuple(dict.fromkeys(nodes))

    def signs(self, position: int) -> str:
        """What stands beside an event in the list: "●" a breakpoint's hit, "✎" a note, "⚑" the mark."""
        hit = "●" if self.breakpoints.at(position) else ""
        note = "✎" if self.notes.at(position) is not None else ""
        return f"{'⚑' if position == self.mark else ''}{note}{hit}"

    def break_times(self) -> list[int]:
        """When the breakpoints that are enabled are hit, for the tape; of a great many only some."""
        enabled = self.breakpoints.enabled
        key = (self.tracks.version, *(it.number for it in enabled))
        if self._marks[0] != key:
            self._marks = (key, times_of([it.track for it in enabled], _MOST_MARKS))
        return self._marks[1]

    def suggestions(self) -> dict[str, tuple[str, ...]]:
        """What may follow each word of a criterion; "" is what one begins with."""
        nodes = self.breakpoints.nodes
        return {"": (*WORDS, *nodes, *KINDS), "kind": KINDS, "node": nodes, "message": MESSAGES}
