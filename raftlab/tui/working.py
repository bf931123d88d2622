"""The debugger's work in the background: searches that go on in slices, and what tracks and lists have still to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.errors import RaftlabError
from raftlab.session.listing import Listing
from raftlab.session.tracks import Search
from raftlab.session.workbench import Workbench
from raftlab.tui.searching import Searching

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from raftlab.session import Session
    from raftlab.session.notes import Notes
    from raftlab.tui.hunt import Hunt

_SLICE_S = 0.012


class Working(Searching):
    """A searchable stage with a workbench.

    Args:
        broken: where the checker found invariants broken, besides what the trace says.
        notes: those of the trace; None: it has no file to keep them beside.
    """

    def __init__(self, session: Session, broken: Collection[int] = (), notes: Notes | None = None) -> None:
        super().__init__(session)
        self.bench = Workbench(session.timeline, session.timeline.header.nodes, broken, notes)
        self.search: Search | None = None
        self.listing: Listing | None = None
        self._nothing = ""
        self._arrived: Callable[[int], str] | None = None

    # -- searches ------------------------------------------------------------------------------------------------

    def search_for(self, search: Search, nothing: str, arrived: Callable[[int], str] | None = None) -> None:
        """Go where a search leads; it may take a while and be stopped.

        Args:
            nothing: what is said when it finds nothing.
            arrived: gives what is said of the position that it found.
        """
        self.session.playing = False
        self.hunt = None
        self.search, self._nothing, self._arrived = search, nothing, arrived
        self._go_on(search)
        self.update_views()

    def _go_on(self, search: Search) -> None:
        try:
            search.step()
        except RaftlabError as error:
            self.search = None
            self.say(str(error))
            return
        if not search.over:
            return
        self.search = None
        if search.found is None:
            self.say(self._nothing)
            return
        self.seek(search.found)
        if self._arrived is not None:
            self.say(self._arrived(search.found))

    def _begin_hunt(self, way: int) -> None:
        self.search = None
        super()._begin_hunt(way)

    def go_on_hunting(self, hunt: Hunt) -> None:
        self.search = None
        super().go_on_hunting(hunt)

    # -- in the background -----------------------------------------------------------------------------------------

    def update_views(self) -> None:
        self._see_to_bench()
        super().update_views()

    def _see_to_bench(self) -> None:
        """The bench follows the timeline, and learns the nodes that its events have spoken of."""
        if self.bench.timeline is not self.session.timeline:
            self.bench.move_to(self.session.timeline, self.named)
            self.search = None
        else:
            self.bench.know(self.named)
        criteria = self.bench.criteria
        if criteria is None:
            self.listing = None
            return
        level = self.listed.level if self.is_mounted else 0
        old = self.listing
        if old is None or (old.timeline, old.criteria, old.weight) != (self.session.timeline, criteria, level):
            self.listing = Listing(self.session.timeline, criteria, level)
        assert self.listing is not None
        self.listing.catch_up()

    def is_waiting(self) -> bool:
        listing = self.listing is not None and self.listing.behind
        return (
            self.search is not None or self.hunt is not None or self.scan.behind or listing or self.bench.tracks.behind
        )

    def look(self) -> None:
        if self.search is not None:
            self._go_on(self.search)
        elif self.hunt is not None:
            self.go_on_hunting(self.hunt)
        elif self.scan.behind:
            self.scan.catch_up(_SLICE_S)
        elif self.listing is not None and self.listing.behind:
            self.listing.catch_up(_SLICE_S)
        else:
            self.bench.tracks.catch_up(_SLICE_S, self.session.position)

    def work_words(self) -> str:
        """What goes on, for the foot."""
        if self.search is not None:
            return self.search.words
        if self.hunt is not None:
            return self.hunt.words
        if self.scan.behind:
            return f"indexing {self.scan.seen / max(1, len(self.session.timeline)):.0%}"
        return ""

    def action_stop(self) -> None:
        """Stop what goes on; when nothing does, list all events again."""
        busy = self.search is not None or self.hunt is not None or self.session.playing or bool(self.listed.needle)
        self.search = None
        if not busy and self.bench.criteria is not None:
            self.bench.criteria = None
            super().action_stop()
            self.say("all events are listed again")
            return
        super().action_stop()
