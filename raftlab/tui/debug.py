"""The debugger: events at the left, the cluster and what is to be known of it at the right, the tape across the foot.

It works on traces of ours, on logs of real systems, and on runs that are still alive. In a small terminal the panes
become tabs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from raftlab.core.errors import RaftlabError
from raftlab.tui.bench_lines import BreaksPane, NotesPane, WatchesPane
from raftlab.tui.canvas import ClusterCanvas
from raftlab.tui.caption import Caption
from raftlab.tui.debug_keys import DEBUG_KEYS
from raftlab.tui.events import FILTERS, EventList
from raftlab.tui.grid import join
from raftlab.tui.keys import KeyLine
from raftlab.tui.logs import LogsTable
from raftlab.tui.noting import Noting
from raftlab.tui.pane import Pane
from raftlab.tui.panes import DiffPane, NodePane, WhyPane
from raftlab.tui.space_time import SpaceTime
from raftlab.tui.tabs import TabLine
from raftlab.tui.tape import Tape
from raftlab.tui.title import TitleLine
from raftlab.view.clock_words import clock_note
from raftlab.view.modified import modified_label, variants_of

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.session import Lane, Opened, Session
    from raftlab.session.notes import Notes
    from raftlab.tui.follow import Follow

SIDE_TABS: Final = ("logs", "node", "diff", "why", "space-time", "breaks", "watches", "notes")
ALL_TABS: Final = ("events", "cluster", *SIDE_TABS)
WIDE: Final = (108, 30)
"""From so many columns and rows on, all panes stand side by side."""

_FIRST_SHOW_S: Final = 0.25
_CLUSTER_HEIGHT: Final = ("54%", "58%", "62%")


class DebugScreen(Noting):
    """Steps through a session. `opened` says what there is to know of a recorded trace, `notes` are those on it."""

    BINDINGS: ClassVar[list[BindingType]] = DEBUG_KEYS

    def __init__(
        self,
        session: Session,
        opened: Opened | None = None,
        title: str = "",
        notes: Notes | None = None,
        follow: Follow | None = None,
    ) -> None:
        broken = {it.position for it in opened.broken} if opened is not None else ()
        super().__init__(session, broken, notes)
        self._opened = opened
        self._follow = follow
        self.seen = len(session.timeline)
        self._settled = False
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
                yield SpaceTime(id="space-time")
                yield BreaksPane(id="breaks")
                yield WatchesPane(id="watches")
                yield NotesPane(id="notes")
        yield Caption(id="caption")
        yield Tape(id="tape")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        super().on_mount()
        self.set_timer(_FIRST_SHOW_S, self._load)
        if self._follow is not None:
            self._follow.begin(self)

    def take(self, opened: Opened) -> None:
        """The files that are followed have been read anew."""
        self._opened = opened
        self.seen = len(opened.timeline)

    def _load(self) -> None:
        """Load the rest of a large trace, now that its beginning is seen; tell what is wrong with its notes."""
        if self.bench.notes.problem:
            self.say(self.bench.notes.problem)
            self.bring("notes")
        if not self.session.timeline.complete:
            self.session.timeline.load_in_background()
            self.update_views()

    def update_views(self) -> None:
        if not self._settled and self.session.timeline.complete:
            self._settled = True
            moved = self.bench.notes.settle(self.session.timeline)
            if moved:
                self.say(f"{moved} note{'s' * (moved != 1)} found again by time: the trace is read differently now")
        super().update_views()

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
        # A sentence says most; where columns are few, the picture gives way to it.
        events_pane.styles.width = min(88, max(width * 43 // 100, min(60, width - 56))) if wide else "1fr"
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
        self.query_one("#events", EventList).show(self.scan, position, self.listing, self.bench.signs)
        self.query_one("#cluster", ClusterCanvas).show(cluster, self.named, session.now_us)
        self._show_front(cluster, event)
        origin = timeline.origin(position) if position >= 0 else None
        self.query_one("#caption", Caption).show(
            event, cluster, session.now_us, header.unit, origin=origin, right=self.speed_words(), note=self._said_here()
        )
        noted = [note.at_us for note in self.bench.notes]
        self.query_one("#tape", Tape).show(self.scan, session.now_us, 0, self.bench.break_times(), noted)
        self.query_one("#side-tabs" if self.wide else "#all-tabs", TabLine).show(
            SIDE_TABS if self.wide else ALL_TABS, self.front
        )

    def _show_front(self, cluster: Cluster, event: Event | None) -> None:
        """The pane in front."""
        timeline, position, front = self.session.timeline, self.session.position, self.front
        if front == "logs":
            self.query_one("#logs", LogsTable).show(cluster, self.named, self.before(event))
        elif front == "node":
            name = self._node or (event.node if event is not None else None) or next(iter(cluster.nodes), None)
            self.query_one("#node", NodePane).show(cluster, name, self.session.now_us, timeline.header.knows)
        elif front == "diff":
            self.query_one("#diff", DiffPane).show(timeline, position, self.bench.mark)
        elif front == "why":
            self.query_one("#why", WhyPane).show(timeline, position)
        elif front == "space-time":
            self.query_one("#space-time", SpaceTime).show(timeline, position, self.named)
        else:
            self._show_bench(cluster, event)

    def _show_bench(self, cluster: Cluster, event: Event | None) -> None:
        """The pane in front, if it shows what a person has set."""
        position, front = self.session.position, self.front
        if front == "breaks":
            self.query_one("#breaks", BreaksPane).show(self.bench, position)
        elif front == "watches":
            self.query_one("#watches", WatchesPane).show(self.bench, position, cluster, event)
        elif front == "notes":
            self.query_one("#notes", NotesPane).show(self.bench, position)

    def _said_here(self) -> str:
        """What a person has left at this event."""
        note = self.bench.notes.at(self.session.position)
        said = "" if note is None else f"✎ {note.text}" if note.text else "✎ bookmark"
        mark = "⚑ the mark" if self.bench.mark == self.session.position else ""
        return join([mark, said, self.bench.breakpoints.hit_words(self.session.position)])

    def _show_title(self) -> None:
        timeline = self.session.timeline
        header = timeline.header
        skipped = sum(header.skipped.values())
        source = "" if header.source == "raftlab" else header.source
        following = self._follow.words if self._follow is not None else ""
        notes = join(
            [
                following,
                source,
                clock_note(header.clocks),
                f"{skipped:,} lines skipped" if skipped else "",
                timeline.cut_short and "cut short",
            ]
        )
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
        if self.search is None and self.hunt is None and not timeline.complete and timeline.failure is None:
            return f"loading {timeline.progress:.0%}"
        return self.work_words() or self.message

    def is_waiting(self) -> bool:
        timeline = self.session.timeline
        loading = not timeline.complete and timeline.failure is None
        return loading or super().is_waiting()

    def show_progress(self) -> None:
        self.query_one("#events", EventList).redraw()
        noted = [note.at_us for note in self.bench.notes]
        self.query_one("#tape", Tape).show(self.scan, self.session.now_us, 0, self.bench.break_times(), noted)
        if self.front in ("breaks", "watches"):
            self._show_bench(self.session.state(), self.session.event())
        self._show_title()

    # -- moving --------------------------------------------------------------------------------------------------------

    def action_step(self, way: int) -> None:
        self.message = ""
        super().action_step(way)

    def at_an_end(self, way: int) -> None:
        self.message = "this is the last event" if way > 0 else "before the first event"

    def action_jump(self, kind: str, way: int) -> None:
        position = self.session.position
        found = self.scan.jump(kind, position, way)
        if kind == "broken" and self._opened is not None:
            # What the checker found beside an import stands in no event of its.
            beside = [it.position for it in self._opened.broken if (it.position - position) * way > 0]
            near = [*beside, *([found] if found is not None else [])]
            found = min(near, key=lambda place: abs(place - position), default=None)
        if found is not None:
            self.seek(found)
            return
        if kind == "commit" and "commits" not in self.session.timeline.header.knows:
            self.say("this source doesn't tell of commits")
            return
        what = {"important": "turn of the story", "broken": "broken invariant"}.get(kind, kind)
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

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        self.seek(message.position)

    def on_space_time_chosen(self, message: SpaceTime.Chosen) -> None:
        self.seek(message.position)

    def on_tape_sought(self, message: Tape.Sought) -> None:
        self.seek(self.session.timeline.index_at(message.time_us))

    # -- panes ----------------------------------------------------------------------------------------------------

    def action_tab(self, way: int) -> None:
        names = SIDE_TABS if self.wide else ALL_TABS
        self.bring(names[(names.index(self.front) + way) % len(names)])

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        self.bring(message.name)

    def bring(self, name: str) -> None:
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
        diagram = self.query_one("#space-time", SpaceTime)
        if diagram.display:
            diagram.scroll_rows(rows)

    def action_filter(self) -> None:
        listed = self.query_one("#events", EventList)
        listed.filter((listed.level + 1) % len(FILTERS))
        self.query_one("#space-time", SpaceTime).filter(listed.level)
        self.update_views()
        self.say(f"list: {FILTERS[listed.level]}")

    def action_node(self, number: int) -> None:
        names = list(self.session.state().nodes)
        if number <= len(names):
            self._node = names[number - 1]
            self.bring("node")

    def action_follow(self) -> None:
        self._node = None
        self.update_views()

    def action_what_if(self) -> None:
        from raftlab.session.session import Session
        from raftlab.session.what_if import without
        from raftlab.tui.compare import CompareScreen

        lane = self.session.lane
        try:
            other = without(lane, lane.position)
        except RaftlabError as error:
            self.say(str(error))
            return
        side_by_side = Session([self._beside(lane), other], speed=self.session.speed)
        side_by_side.move_to(lane.now_us)
        self.app.push_screen(CompareScreen(side_by_side))

    def _beside(self, lane: Lane) -> Lane:
        """The same recording, to be looked at apart from this screen's cursor."""
        from raftlab.session.lane import Lane

        return Lane(lane.timeline, title=self._title)

    def action_watch(self) -> None:
        from raftlab.tui.watch import WatchScreen

        if not self.session.lane.can_fork:
            self.say("recorded from another system: it can't go on differently")
            return
        try:
            self.app.push_screen(WatchScreen(self.session, self._title))
        except RaftlabError as error:
            self.say(str(error))

    def action_quit(self) -> None:
        from raftlab.tui.app import RaftlabApp

        assert isinstance(self.app, RaftlabApp)
        self.app.go_back()
