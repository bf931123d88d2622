"""Two runs side by side: what was, and what would have been. They move together, under one time.

In a small terminal one of them is seen at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from raftlab.session.what_if import course, first_difference
from raftlab.tui.canvas import ClusterCanvas
from raftlab.tui.clock import short_time
from raftlab.tui.events import EventList
from raftlab.tui.grid import BOLD, Grid, fit
from raftlab.tui.keys import KeyLine, hidden, shown
from raftlab.tui.lines import Lines
from raftlab.tui.scan import Scan
from raftlab.tui.stage import Stage
from raftlab.tui.title import TitleLine
from raftlab.view.clock_words import span

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from raftlab.session import Session
    from raftlab.session.what_if import Course

_WIDE: Final = 100
_LOOK_S: Final = 2.0


class CourseLines(Lines):
    """How both runs went as a whole, a row for each thing that can be counted."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[tuple[str, str, str]] = []

    def show(self, rows: list[tuple[str, str, str]]) -> None:
        """Name, what was, what would have been."""
        self._rows = rows
        self.redraw()

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        grid = Grid(width, height, theme.ground)
        half = max(20, (width - 18) // 2)
        for y, (name, was, would) in enumerate(self._rows[:height]):
            other = was != would
            grid.text(1, y, fit(name, 16), theme.muted)
            grid.text(18, y, fit(was, half - 1), theme.ink)
            ink = theme.gold_text if other and y else theme.ink
            grid.text(18 + half, y, fit(would, half - 1), ink, None, BOLD if other else 0)
        return grid


class CompareScreen(Stage):
    """The session's two lanes: 0 is what was, 1 what would have been."""

    BINDINGS: ClassVar[list[BindingType]] = [
        shown("right,n", "step(1)", "step", "one event on, in the run in front", display="→ n"),
        shown("left,p", "step(-1)", "back", "one event back", display="← p"),
        shown("tab", "turn", "other run", "the other run in front"),
        shown("d", "difference", "first difference", "to where the runs part"),
        shown("space", "play", "play", "play, pause"),
        shown("home", "end(-1)", "begin", "to the first event"),
        shown("end", "end(1)", "end", "to the last event"),
        hidden("up", "row(-1)", "a row up in the list"),
        hidden("down", "row(1)", "a row down in the list"),
        shown("q,escape", "quit", "back", "back to the debugger"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._scans = [Scan(lane.timeline) for lane in session.lanes]
        self._parted = first_difference(session.lanes[0].timeline, session.lanes[1].timeline)
        self._courses = [course(lane.timeline) for lane in session.lanes]

    def compose(self) -> ComposeResult:
        yield TitleLine(id="title")
        with Horizontal(classes="row"):
            for number in range(2):
                with Vertical(id=f"side-{number}"):
                    yield TitleLine(id=f"name-{number}")
                    yield ClusterCanvas(id=f"cluster-{number}")
                    yield EventList(id=f"events-{number}")
        yield CourseLines(id="course")
        yield KeyLine(id="keys")

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        self.call_after_refresh(self.update_views)

    def _lay_out(self) -> None:
        wide = self.size.width >= _WIDE
        for number in range(2):
            side = self.query_one(f"#side-{number}")
            side.display = wide or self.session.focus == number
            side.styles.width = "1fr"
            side.styles.margin = (0, 1, 0, 0) if wide and not number else 0
            self.query_one(f"#name-{number}").styles.height = 1
            self.query_one(f"#cluster-{number}").styles.height = "55%"
            self.query_one(f"#events-{number}").styles.height = "1fr"
        self.query_one("#course").styles.height = 6

    def show_all(self) -> None:
        session = self.session
        parted = self._parted
        lanes = session.lanes
        when = "" if parted is None else short_time(lanes[0].timeline.time_of(parted), "us")
        notes = "both went the same way" if parted is None else f"they part at event {parted:,}, {when.strip()}"
        right = short_time(session.now_us, "us").strip()
        self.query_one("#title", TitleLine).show("what if", notes, right, "", "")
        for number, lane in enumerate(lanes):
            scan = self._scans[number]
            scan.catch_up(_LOOK_S)
            front = "▸ " if session.focus == number else "  "
            title = ("what was" if not number else lane.title) or lane.title
            place = f"event {max(lane.position, 0):,} of {len(lane.timeline):,}"
            self.query_one(f"#name-{number}", TitleLine).show(front + title, "", place, "", "")
            cluster = lane.state()
            named = (*lane.timeline.header.nodes, *scan.tape.nodes)
            self.query_one(f"#cluster-{number}", ClusterCanvas).show(cluster, named, session.now_us)
            self.query_one(f"#events-{number}", EventList).show(scan, lane.position)
        self.query_one("#course", CourseLines).show(self._rows())

    def _rows(self) -> list[tuple[str, str, str]]:
        was, would = self._courses
        return [
            ("in all", "what was", "what would be"),
            ("elections", str(was.elections), str(would.elections)),
            ("leaders", _leaders(was), _leaders(would)),
            ("no leader for", span(was.leaderless_us), span(would.leaderless_us)),
            ("highest commit", str(was.commit), str(would.commit)),
            ("broken", ", ".join(was.broken) or "nothing", ", ".join(would.broken) or "nothing"),
        ]

    def action_turn(self) -> None:
        self.session.focus = 1 - self.session.focus
        self._lay_out()
        self.update_views()

    def action_difference(self) -> None:
        if self._parted is not None:
            self.session.seek(self._parted)
            self.update_views()

    def action_end(self, way: int) -> None:
        self.session.seek(len(self.session.timeline) - 1 if way > 0 else 0)
        self.update_views()

    def action_row(self, way: int) -> None:
        found = self.query_one(f"#events-{self.session.focus}", EventList).row_step(way)
        if found is not None:
            self.session.seek(found)
            self.update_views()

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        self.session.seek(message.position)
        self.update_views()

    def action_quit(self) -> None:
        self.dismiss()


def _leaders(course: Course) -> str:
    return ", ".join(f"{leader} (term {term})" for term, leader in course.leaders) or "none"
