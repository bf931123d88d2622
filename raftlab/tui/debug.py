"""The debugger: events at the left, the cluster and what is to be known of it at the right, the tape across the foot.

It works on traces of ours, on logs of real systems, and on runs that are still alive. In a small terminal the panes
become tabs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from raftlab.core.errors import RaftlabError
from raftlab.tui.canvas import ClusterCanvas
from raftlab.tui.caption import Caption
from raftlab.tui.events import FILTERS, EventList
from raftlab.tui.grid import join
from raftlab.tui.keys import KeyLine, hidden, shown
from raftlab.tui.logs import LogsTable
from raftlab.tui.pane import Pane
from raftlab.tui.panes import DiffPane, NodePane, WhyPane
from raftlab.tui.searching import Searching
from raftlab.tui.tabs import TabLine
from raftlab.tui.tape import Tape
from raftlab.tui.title import TitleLine
from raftlab.view.modified import modified_label, variants_of

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from raftlab.session import Opened, Session

SIDE_TABS: Final = ("logs", "node", "diff", "why")
ALL_TABS: Final = ("events", "cluster", *SIDE_TABS)
WIDE: Final = (108, 30)
"""From so many columns and rows on, all panes stand side by side."""

_FIRST_SHOW_S: Final = 0.25
_CLUSTER_HEIGHT: Final = ("54%", "58%", "62%")


class DebugScreen(Searching):
    """Steps through a session. `opened` says what there is to know of a recorded trace."""

    BINDINGS: ClassVar[list[BindingType]] = [
        shown("right,n", "step(1)", "step", "one event forward", display="→ n"),
        shown("left,p", "step(-1)", "back", "one event back", display="← p"),
        shown("N,right_square_bracket", "jump('important', 1)", "turn", "next turn of the story", display="N ]"),
        hidden("P,left_square_bracket", "jump('important', -1)", "previous turn of the story", display="P ["),
        shown("e", "jump('election', 1)", "election", "next election"),
        hidden("E", "jump('election', -1)", "previous election"),
        shown("c", "jump('commit', 1)", "commit", "next commit"),
        hidden("C", "jump('commit', -1)", "previous commit"),
        shown("f", "jump('fault', 1)", "fault", "next fault (crash, cut, partition) or its end"),
        hidden("F", "jump('fault', -1)", "previous fault"),
        shown("slash", "search", "find", "find a text in the sentences", display="/"),
        shown("colon", "query", "until", "run until something holds, such as n2.term > 3", display=":"),
        shown("g", "go", "go", "go to an event's number or a time"),
        shown("space", "play", "play", "play, pause"),
        shown("tab", "tab(1)", "pane", "next pane"),
        hidden("shift+tab", "tab(-1)", "previous pane"),
        shown("h", "filter", "hide noise", "hide noise; then only steps, turns; then all"),
        shown("q", "quit", "quit", "back, or leave"),
        hidden("enter", "again(1)", "the last search once more, forward", display="enter"),
        hidden("backspace", "again(-1)", "the last search once more, backward"),
        hidden("up", "row(-1)", "previous event of the list as filtered"),
        hidden("down", "row(1)", "next event of the list as filtered"),
        hidden("pageup", "page(-1)", "page up"),
        hidden("pagedown", "page(1)", "page down"),
        hidden("ctrl+up", "scroll(-3)", "scroll the pane up"),
        hidden("ctrl+down", "scroll(3)", "scroll the pane down"),
        hidden("home", "end(-1)", "before the first event"),
        hidden("end", "end(1)", "the last event"),
        hidden("u", "cause", "go to the event that caused this one"),
        hidden("1", "node(1)", "show that node whole", display="1-9"),
        *(hidden(f"{number}", f"node({number})") for number in range(2, 10)),
        hidden("0", "follow", "show the node of the event again"),
        hidden("H", "histories", "check what clients were told: is it linearizable?"),
        hidden("w", "watch", "let it live on from here, and act (runs of ours)"),
        hidden("escape", "stop", "stop searching or playing", display="esc"),
    ]  # fmt: skip

    def __init__(self, session: Session, opened: Opened | None = None, title: str = "") -> None:
        super().__init__(session)
        self._opened = opened
        self._title = title or session.lane.title
        self._front = "logs"
        self._small_front = "events"
        self._node: str | None = None

    def compose(self) -> ComposeResult:
        yield TitleLine(id="title")
        yield TabLine(id="all-tabs")
        with Horizontal(classes="row"):
            yield EventList(id="events")
            with Vertical(id="right"):
                yield ClusterCanvas(id="cluster")
                yield TabLine(id="side-tabs")
                yield LogsTable(id="logs")
                yield NodePane(id="node")
                yield DiffPane(id="diff")
                yield WhyPane(id="why")
        yield Caption(id="caption")
        yield Tape(id="tape")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        super().on_mount()
        self.set_timer(_FIRST_SHOW_S, self._load)

    def _load(self) -> None:
        """Load the rest of a large trace, now that its beginning is seen."""
        if not self.session.timeline.complete:
            self.session.timeline.load_in_background()
            self.update_views()

    # -- layout ------------------------------------------------------------------------------------------------------

    @property
    def wide(self) -> bool:
        """Whether all panes stand side by side."""
        return self.size.width >= WIDE[0] and self.size.height >= WIDE[1]

    @property
    def front(self) -> str:
        """The tab in front."""
        return self._front if self.wide else self._small_front

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out()
        self.call_after_refresh(self.update_views)

    def lay_out(self) -> None:
        """Show what belongs on a screen of this size."""
        wide, width, height = self.wide, self.size.width, self.size.height
        side = ALL_TABS if not wide else SIDE_TABS
        self.query_one("#all-tabs").display = not wide
        self.query_one("#side-tabs").display = wide
        events_pane, right = self.query_one("#events"), self.query_one("#right")
        events_pane.display = wide or self.front == "events"
        right.display = wide or self.front != "events"
        events_pane.styles.width = max(48, min(88, width * 43 // 100)) if wide else "1fr"
        events_pane.styles.margin = (0, 1, 0, 0) if wide else 0
        right.styles.width = "1fr"
        self.query_one("#cluster").display = wide or self.front == "cluster"
        self.query_one("#cluster").styles.height = _CLUSTER_HEIGHT[(height >= 40) + (height >= 55)] if wide else "1fr"
        for name in SIDE_TABS:
            self.query_one(f"#{name}").display = self.front == name
            self.query_one(f"#{name}").styles.height = "1fr"
        self.query_one("#caption").styles.height = 3 if height >= 24 else 2
        self.query_one("#side-tabs" if wide else "#all-tabs", TabLine).show(side, self.front)

    # -- showing -------------------------------------------------------------------------------------------------------

    def show_all(self) -> None:
        session, timeline = self.session, self.session.timeline
        header = timeline.header
        position, cluster, event = session.position, session.state(), session.event()
        self._show_title()
        self.query_one("#events", EventList).show(self.scan, position)
        self.query_one("#cluster", ClusterCanvas).show(cluster, self.named, session.now_us)
        front = self.front
        if front == "logs":
            self.query_one("#logs", LogsTable).show(cluster, self.named, self.before(event))
        elif front == "node":
            name = self._node or (event.node if event is not None else None) or next(iter(cluster.nodes), None)
            self.query_one("#node", NodePane).show(cluster, name, session.now_us, header.knows)
        elif front == "diff":
            self.query_one("#diff", DiffPane).show(timeline, position)
        elif front == "why":
            self.query_one("#why", WhyPane).show(timeline, position)
        origin = timeline.origin(position) if position >= 0 else None
        self.query_one("#caption", Caption).show(
            event, cluster, session.now_us, header.unit, origin=origin, right=self.speed_words()
        )
        self.query_one("#tape", Tape).show(self.scan, session.now_us, 0)
        self.query_one("#side-tabs" if self.wide else "#all-tabs", TabLine).show(
            SIDE_TABS if self.wide else ALL_TABS, front
        )

    def _show_title(self) -> None:
        timeline = self.session.timeline
        header = timeline.header
        skipped = sum(header.skipped.values())
        source = "" if header.source == "raftlab" else header.source
        notes = join([source, f"{skipped:,} lines skipped" if skipped else "", timeline.cut_short and "cut short"])
        broken = len(self._opened.broken_until(self.session.position)) if self._opened and self._opened.broken else 0
        alarm = join(
            [
                f"{broken} broken invariant{'s' * (broken != 1)}" if broken else "",
                str(timeline.failure) if timeline.failure else "",
            ]
        )
        position = self.session.position
        right = f"{f'event {position:,}' if position >= 0 else 'before event 0'} · {len(timeline):,} events"
        label = modified_label(variants_of(timeline, self.session.state()))
        self.query_one("#title", TitleLine).show(self._title, notes, right, alarm, label)

    def busy(self) -> str:
        timeline = self.session.timeline
        if self.hunt is not None:
            return self.hunt.words
        if not timeline.complete and timeline.failure is None:
            return f"loading {timeline.progress:.0%}"
        if self.scan.behind:
            return f"indexing {self.scan.seen / max(1, len(timeline)):.0%}"
        return self.message

    def is_waiting(self) -> bool:
        timeline = self.session.timeline
        loading = not timeline.complete and timeline.failure is None
        return self.hunt is not None or self.scan.behind or loading

    def look(self) -> None:
        if self.hunt is not None:
            self.go_on_hunting(self.hunt)
        else:
            self.scan.catch_up(0.012)

    def show_progress(self) -> None:
        self.query_one("#events", EventList).redraw()
        self.query_one("#tape", Tape).redraw()
        self._show_title()

    # -- moving --------------------------------------------------------------------------------------------------------

    def action_step(self, way: int) -> None:
        self.message = ""
        super().action_step(way)

    def at_an_end(self, way: int) -> None:
        self.message = "this is the last event" if way > 0 else "before the first event"

    def action_jump(self, kind: str, way: int) -> None:
        found = self.scan.jump(kind, self.session.position, way)
        if found is not None:
            self.seek(found)
            return
        if kind == "commit" and "commits" not in self.session.timeline.header.knows:
            self.say("this source doesn't tell of commits")
            return
        what = "turn of the story" if kind == "important" else kind
        yet = " yet (still indexing)" if self.scan.behind and way > 0 else ""
        self.say(f"no {'later' if way > 0 else 'earlier'} {what}{yet}")

    def action_row(self, way: int) -> None:
        found = self.query_one("#events", EventList).row_step(way)
        if found is not None:
            self.seek(found)

    def action_page(self, way: int) -> None:
        listed = self.query_one("#events", EventList)
        found = listed.row_step(way, max(1, (listed.size.height or self.size.height - 8) - 2))
        if found is not None:
            self.seek(found)

    def action_end(self, way: int) -> None:
        self.seek(len(self.session.timeline) - 1 if way > 0 else -1)

    def action_cause(self) -> None:
        event = self.session.event()
        if event is None or event.cause is None:
            self.say("no cause is known")
        else:
            self.seek(event.cause)

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        self.seek(message.position)

    def on_tape_sought(self, message: Tape.Sought) -> None:
        self.seek(self.session.timeline.index_at(message.time_us))

    # -- panes ----------------------------------------------------------------------------------------------------

    def action_tab(self, way: int) -> None:
        names = SIDE_TABS if self.wide else ALL_TABS
        self._bring(names[(names.index(self.front) + way) % len(names)])

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        self._bring(message.name)

    def _bring(self, name: str) -> None:
        if self.wide:
            self._front = name
        else:
            self._small_front = name
            self._front = name if name in SIDE_TABS else self._front
        self.lay_out()
        self.call_after_refresh(self.update_views)

    def action_scroll(self, rows: int) -> None:
        for pane in self.query(Pane):
            if pane.display:
                pane.scroll_lines(rows)

    def action_filter(self) -> None:
        listed = self.query_one("#events", EventList)
        listed.filter((listed.level + 1) % len(FILTERS))
        self.say(f"list: {FILTERS[listed.level]}")

    def action_node(self, number: int) -> None:
        names = list(self.session.state().nodes)
        if number <= len(names):
            self._node = names[number - 1]
            self._bring("node")

    def action_follow(self) -> None:
        self._node = None
        self.update_views()

    def action_watch(self) -> None:
        from raftlab.tui.watch import WatchScreen

        if not self.session.lane.can_fork:
            self.say("this trace was recorded from another system: it can't go on differently")
            return
        try:
            self.app.push_screen(WatchScreen(self.session, self._title))
        except RaftlabError as error:
            self.say(str(error))

    def action_quit(self) -> None:
        from raftlab.tui.app import RaftlabApp

        assert isinstance(self.app, RaftlabApp)
        self.app.go_back()
