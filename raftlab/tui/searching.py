"""Searching a session: for a text, until a predicate holds, to a place that a person names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.errors import QueryError, TraceError
from raftlab.tui.clock import parse_place
from raftlab.tui.events import EventList
from raftlab.tui.hunt import Hunt
from raftlab.tui.prompt import Prompt
from raftlab.tui.stage import Stage
from raftlab.view.describe import describe

if TYPE_CHECKING:
    from raftlab.session import Session


class Searching(Stage):
    """A stage with a list of events that can be searched. `message` is what the foot says."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.hunt: Hunt | None = None
        self.message = ""
        self._last: tuple[str, bool] | None = None

    @property
    def listed(self) -> EventList:
        """The list."""
        return self.query_one("#events", EventList)

    def seek(self, position: int) -> None:
        """Stand on an event."""
        self.message = ""
        self.session.playing = False
        self.session.seek(position)
        self.update_views()

    def action_search(self) -> None:
        value = self._last[0] if self._last and not self._last[1] else ""
        hint = "in the events' sentences; enter finds the next one, then enter and backspace go on and back"
        self.app.push_screen(Prompt("/", value=value, hint=hint), self._search_text)

    def _search_text(self, text: str | None) -> None:
        if text:
            self._last = (text, False)
            self.listed.needle = text
            self._begin_hunt(1)

    def action_query(self) -> None:
        value = self._last[0] if self._last and self._last[1] else ""
        hint = (
            'such as  n2.term > 3  or  kind == "BecameLeader" and node == "n2"  or  any(n.term < term for n in nodes)'
        )
        self.app.push_screen(Prompt(":", value=value, hint=hint, check=self._query), self._search_query)

    def _query(self, text: str) -> object:
        from raftlab.trace.query import Query

        query = Query(text, describe)
        if self.session.position >= 0:
            query.holds(self.session.state(), self.session.event())
        return query

    def _search_query(self, text: str | None) -> None:
        if text:
            self._last = (text, True)
            self._begin_hunt(1)

    def action_again(self, way: int) -> None:
        if self._last is not None:
            self._begin_hunt(way)

    def _begin_hunt(self, way: int) -> None:
        from raftlab.trace.query import Query

        assert self._last is not None
        text, is_query = self._last
        query = Query(text, describe) if is_query else None
        self.session.playing = False
        self.hunt = Hunt(self.session.timeline, text, self.session.position, way, query=query)
        self.go_on_hunting(self.hunt)
        self.update_views()

    def go_on_hunting(self, hunt: Hunt) -> None:
        """Search for another moment."""
        try:
            hunt.step()
        except (QueryError, TraceError) as error:
            self.hunt = None
            self.say(str(error))
            return
        if hunt.over:
            self.hunt = None
            if hunt.found is not None:
                self.seek(hunt.found)
            else:
                self.say(f"{hunt.what!r}: no {'later' if hunt.way > 0 else 'earlier'} event")

    def action_go(self) -> None:
        unit = self.session.timeline.header.unit
        times = {"us": "2.5s, 250ms", "clock": "19:50:36.070, or 2.5s since the first event"}.get(unit, "")
        hint = f"an event's number{f', or a time: {times}' if times else ''}"
        timeline = self.session.timeline
        self.app.push_screen(Prompt("go to", hint=hint, check=lambda text: parse_place(text, timeline)), self._go_to)

    def _go_to(self, text: str | None) -> None:
        if text:
            self.seek(parse_place(text, self.session.timeline))

    def action_stop(self) -> None:
        self.hunt = None
        self.message = ""
        self.listed.needle = ""
        self.session.playing = False
        self.listed.redraw()
        self.update_views()

    def say(self, message: str) -> None:
        """Say something at the foot."""
        self.message = message
        self._see_to_foot()
