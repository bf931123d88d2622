"""Watching a live cluster, and acting on it: the picture at the left, logs at the right, caption and tape below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.containers import Container

from raftlab.tui.acting import Acting
from raftlab.tui.canvas import ClusterCanvas
from raftlab.tui.caption import Caption
from raftlab.tui.keys import KeyLine, hidden, shown
from raftlab.tui.logs import LogsTable
from raftlab.tui.stage import Stage
from raftlab.tui.tabs import TabLine
from raftlab.tui.tape import Tape
from raftlab.tui.title import TitleLine
from raftlab.view.modified import modified_label, variants_of
from raftlab.view.stations import stations

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from raftlab.session import Session

TABS = ("cluster", "logs")


class WatchScreen(Acting):
    """A run of our own, alive: whatever is done to it leaves the recorded future behind."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *Stage.BINDINGS[:3],
        *Acting.BINDINGS,
        hidden("right_square_bracket", "jump('important', 1)", "next turn of the story so far", display="]"),
        hidden("left_square_bracket", "jump('important', -1)", "previous turn of the story", display="["),
        hidden("home", "end(-1)", "back to the beginning"),
        hidden("end", "end(1)", "to the last event so far"),
        hidden("tab", "tab", "cluster or logs, in a small terminal"),
        hidden("H", "histories", "check what clients were told: is it linearizable?"),
        shown("d", "debug", "debugger", "look at every event"),
        shown("q", "quit", "quit", "back, or leave"),
    ]  # fmt: skip

    def __init__(self, session: Session, title: str = "") -> None:
        super().__init__(session)
        self._title = title or session.lane.title
        self._front = "cluster"

    def compose(self) -> ComposeResult:
        yield TitleLine(id="title")
        yield TabLine(id="all-tabs")
        with Container(classes="row", id="body"):
            yield ClusterCanvas(id="cluster")
            yield LogsTable(id="logs")
        yield Caption(id="caption")
        yield Tape(id="tape")
        yield KeyLine(id="keys")

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out()
        self.call_after_refresh(self.update_views)

    def lay_out(self) -> None:
        """Side by side, one above the other, or one at a time: as there is room."""
        width, height = self.size.width, self.size.height
        nodes = max(3, len(stations(self.session.state(), self.named)))
        beside = width >= 120
        above = not beside and height >= 2 * nodes + 22
        both = beside or above
        self.query_one("#all-tabs").display = not both
        self.query_one("#body").styles.layout = "horizontal" if beside else "vertical"
        cluster, logs = self.query_one("#cluster"), self.query_one("#logs")
        cluster.display = both or self._front == "cluster"
        logs.display = both or self._front == "logs"
        cluster.styles.width = "58%" if beside else "1fr"
        cluster.styles.height = "1fr"
        logs.styles.width = "1fr"
        logs.styles.height = "1fr" if not above else 2 * nodes + 3
        logs.styles.padding = (2, 0, 0, 0) if beside else 0
        self.query_one("#caption").styles.height = 3 if height >= 24 else 2
        if not both:
            self.query_one("#all-tabs", TabLine).show(TABS, self._front)

    def show_all(self) -> None:
        session, header = self.session, self.session.timeline.header
        cluster, event = session.state(), session.event()
        ahead = len(session.timeline) - 1 - session.position
        right = f"event {session.position:,}" + (f", {ahead:,} recorded ahead" if ahead else "")
        label = modified_label(variants_of(session.timeline, cluster))
        self.query_one("#title", TitleLine).show(self._title, "", right, "", label)
        self.query_one("#cluster", ClusterCanvas).show(cluster, self.named, session.now_us)
        self.query_one("#logs", LogsTable).show(cluster, self.named, self.before(event))
        self.query_one("#caption", Caption).show(event, cluster, session.now_us, header.unit, right=self.speed_words())
        self.query_one("#tape", Tape).show(self.scan, session.now_us, session.end_us or 0)

    def action_jump(self, kind: str, way: int) -> None:
        found = self.scan.jump(kind, self.session.position, way)
        if found is None:
            self.app.bell()
            return
        self.session.playing = False
        self.session.seek(found)
        self.update_views()

    def action_end(self, way: int) -> None:
        self.session.playing = False
        self.session.seek(len(self.session.timeline) - 1 if way > 0 else -1)
        self.update_views()

    def action_tab(self) -> None:
        self._front = TABS[1 - TABS.index(self._front)]
        self.lay_out()
        self.call_after_refresh(self.update_views)

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        if message.name != self._front:
            self.action_tab()

    def on_tape_sought(self, message: Tape.Sought) -> None:
        self.session.playing = False
        self.session.seek(self.session.timeline.index_at(message.time_us))
        self.update_views()

    def action_debug(self) -> None:
        from raftlab.tui.debug import DebugScreen

        self.app.push_screen(DebugScreen(self.session, None, self._title))

    def action_quit(self) -> None:
        from raftlab.tui.app import RaftlabApp

        assert isinstance(self.app, RaftlabApp)
        self.app.go_back()
