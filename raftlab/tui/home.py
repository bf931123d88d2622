"""The home screen: what there is to do, the course as a path, what was opened lately."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec import Struct
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import Screen

from raftlab.core.errors import LessonError, RaftlabError
from raftlab.tui.chooser import Chooser, Option
from raftlab.tui.finder import Finder
from raftlab.tui.grid import BOLD, Grid, fit
from raftlab.tui.keys import KeyLine, hidden, shown
from raftlab.tui.lines import Lines
from raftlab.tui.node_art import paint_dot
from raftlab.tui.prompt import Prompt
from raftlab.tui.recent import remember, remembered
from raftlab.tui.title import TitleLine
from raftlab.tutor.library import lesson_names, open_lesson
from raftlab.tutor.progress import Progress
from raftlab.view.layout import ring_positions
from raftlab.view.palette import TERM_COLOURS

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from raftlab.view.palette import Theme

ENTRIES: Final = (
    ("l", "learn", "The course: act on a live cluster, and see what follows."),
    ("w", "watch", "Choose a scenario, let it live, crash and cut as you like."),
    ("d", "debug", "Step through a trace: ours, or a real system's logs."),
)


class LessonEntry(Struct, frozen=True):
    """A lesson on the path: `part` is how much of it is done (0 to 1); `problem`: why it can't be opened."""

    name: str
    title: str
    summary: str = ""
    part: float = 0.0
    done: bool = False
    stars: int = 0
    problem: str = ""


def course(progress: Progress) -> list[LessonEntry]:
    """The lessons in their order, with what is done of each."""
    found = []
    for name in lesson_names():
        try:
            lesson, words = open_lesson(name)
        except LessonError as error:
            found.append(LessonEntry(name, name, problem=str(error)))
            continue
        record = progress.lesson(name)
        part = len(record.steps) / max(1, len(lesson.steps))
        found.append(LessonEntry(name, words.title, words.summary, min(1.0, part), record.done, record.credit))
    return found


class HomeView(Lines):
    """Title, entries, path and recent files, painted."""

    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.current = 0
        self._top = 0
        self.lessons: list[LessonEntry] = []
        self.recent: tuple[tuple[str, ...], ...] = ()

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        grid = Grid(width, height, theme.ground)
        left = max(2, (width - 96) // 2)
        room = width - 2 * left
        roomy = height >= 30
        rows = 20 + len(self.lessons) + len(self.recent)
        y = max(1, (height - rows) // 3) if roomy else 0
        if roomy:
            _paint_rings(grid, left + 2, y, theme)
            grid.text(left + 16, y + 1, "raftlab", theme.gold_text, None, BOLD)
            grid.text(left + 16, y + 2, "learn, teach and debug the Raft consensus algorithm", theme.ink)
            y += 7
        self._top = y
        y = self._paint_entries(grid, left, y, room, roomy)
        y = self._paint_path(grid, left, y, room, roomy)
        self._paint_recent(grid, left, y, room)
        return grid

    def _paint_entries(self, grid: Grid, left: int, y: int, room: int, roomy: bool) -> int:
        theme = self.theme_colours
        for place, (key, name, words) in enumerate(ENTRIES):
            here = place == self.current
            ground = theme.pill if here and not self.mono else theme.panel
            ink = theme.pill_text if here and not self.mono else theme.ink
            rows = 3 if roomy else 1
            for row in range(rows):
                grid.text(left, y + row, " " * room, ink, ground)
            middle = y + rows // 2
            grid.text(left + 2, middle, "▸" if here else " ", ink, ground, BOLD)
            grid.text(left + 4, middle, key, ink if here else theme.gold_text, ground, BOLD)
            grid.text(left + 7, middle, name, ink, ground, BOLD)
            grid.text(left + 16, middle, fit(words, room - 17), ink, ground)
            y += rows + (1 if roomy else 0)
        return y + (0 if roomy else 1)

    def _paint_path(self, grid: Grid, left: int, y: int, room: int, roomy: bool) -> int:
        theme = self.theme_colours
        if not self.lessons:
            return y
        done = sum(lesson.done for lesson in self.lessons)
        longest = max(len(lesson.title) for lesson in self.lessons)
        grid.text(left, y, f"the course: {done} of {len(self.lessons)} lessons done", theme.muted, None, BOLD)
        y += 1
        for place, lesson in enumerate(self.lessons):
            if y >= grid.height - 1 and place < len(self.lessons) - 1:
                grid.text(left, y, f"… {len(self.lessons) - place} more lessons: l", theme.muted)
                return y + 2
            mark = "●" if lesson.done else "◐" if lesson.part else "○"
            grid.text(left, y, mark, theme.gold_text if lesson.done or lesson.part else theme.muted, None, BOLD)
            grid.text(left + 3, y, f"{place + 1}  {lesson.title}", theme.ink, None, BOLD)
            at = left + 9 + longest
            state = f"{lesson.part:.0%}  " if lesson.part and not lesson.done else ""
            grid.text(at, y, fit(state + (lesson.problem or lesson.summary), left + room - at), theme.muted)
            y += 1
            if roomy and place + 1 < len(self.lessons) and grid.height > 40:
                grid.text(left, y, "│", theme.line)
                y += 1
        return y + 1

    def _paint_recent(self, grid: Grid, left: int, y: int, room: int) -> None:
        theme = self.theme_colours
        if not self.recent or y + 1 >= grid.height:
            return
        grid.text(left, y, "opened lately: d", theme.muted, None, BOLD)
        for row, paths in enumerate(self.recent[: grid.height - y - 1], y + 1):
            grid.text(left + 3, row, fit(recent_words(paths), room - 3), theme.muted)

    def on_click(self, event: events.Click) -> None:
        roomy = self.size.height >= 30
        place = (event.y - self._top) // (4 if roomy else 1)
        if event.y >= self._top and place < len(ENTRIES) and isinstance(self.screen, HomeScreen):
            self.screen.open(ENTRIES[place][1])


def _paint_rings(grid: Grid, x: int, y: int, theme: Theme) -> None:
    """Five nodes, one of them crowned."""
    for number, (across, down) in enumerate(ring_positions(5)):
        centre_x, centre_y = x + 5 + round(across * 5.5), 2 * y + 6 + round(down * 4.4)
        paint_dot(grid, centre_x, centre_y, 1.7, theme.gold if number == 0 else TERM_COLOURS[0])


def recent_words(paths: tuple[str, ...]) -> str:
    """Files that were opened together, in a line."""
    first = Path(paths[0])
    names = ", ".join(Path(path).name for path in paths)
    return f"{names}   {first.parent}"


class HomeScreen(Screen[None]):
    """Leads to all others."""

    BINDINGS: ClassVar[list[BindingType]] = [
        shown("l", "open('learn')", "learn"),
        shown("w", "open('watch')", "watch"),
        shown("d", "open('debug')", "debug"),
        hidden("up", "move(-1)", "up"),
        hidden("down", "move(1)", "down"),
        shown("enter", "take", "open", display="enter"),
        hidden("1", "lesson(0)", "open that lesson", display="1-9"),
        *(hidden(f"{number}", f"lesson({number - 1})") for number in range(2, 10)),
        shown("q", "quit", "quit", "leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._progress = Progress.open()

    def compose(self) -> ComposeResult:
        yield TitleLine(id="title")
        with Vertical(classes="row"):
            yield HomeView(id="home")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self.call_after_refresh(self.show_all)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.show_all)

    def show_all(self) -> None:
        """Show the course as it stands now."""
        if not self.is_mounted:
            return
        self._progress = Progress.open()
        view = self.query_one("#home", HomeView)
        view.lessons, view.recent = course(self._progress), remembered().recent
        view.redraw()
        self.query_one("#title", TitleLine).show("home", "", "", self._progress.notice)
        self.query_one("#keys", KeyLine).redraw()

    def action_move(self, way: int) -> None:
        view = self.query_one("#home", HomeView)
        view.current = (view.current + way) % len(ENTRIES)
        view.redraw()

    def action_take(self) -> None:
        self.open(ENTRIES[self.query_one("#home", HomeView).current][1])

    def action_open(self, entry: str) -> None:
        self.open(entry)

    def open(self, entry: str) -> None:
        """Open one of the entries."""
        if entry == "learn":
            self._choose_lesson()
        elif entry == "watch":
            self._choose_scenario()
        else:
            self._choose_trace()

    def _choose_lesson(self) -> None:
        lessons = course(self._progress)
        options = [
            Option(
                lesson.name,
                f"{'●' if lesson.done else '◐' if lesson.part else '○'} {lesson.title}",
                lesson.problem or lesson.summary,
                not lesson.problem,
            )
            for lesson in lessons
        ]
        if not options:
            self.notify("no lessons are installed", severity="warning")
            return
        first = next((place for place, lesson in enumerate(lessons) if not lesson.done), 0)
        self.app.push_screen(Chooser("learn", options, first), self._open_lesson)

    def action_lesson(self, number: int) -> None:
        names = lesson_names()
        if number < len(names):
            self._open_lesson(names[number])

    def _open_lesson(self, name: str | None) -> None:
        if name is None:
            return
        from raftlab.tui.starting import learn_screen

        try:
            self.app.push_screen(learn_screen(name))
        except RaftlabError as error:
            self.notify(str(error), severity="error", timeout=10)

    def _choose_scenario(self) -> None:
        from raftlab.session.opening import shipped_scenarios

        options = [
            Option(it.name, f"{it.title} ({len(it.nodes)})", it.teaches, group=it.topic) for it in shipped_scenarios()
        ]
        self.app.push_screen(Finder("watch a scenario", options), self._watch)

    def _watch(self, name: str | None) -> None:
        if name is not None:
            from raftlab.session import open_scenario
            from raftlab.tui.starting import watch_screen

            self.app.push_screen(watch_screen(open_scenario(name)))

    def _choose_trace(self) -> None:
        recent = remembered().recent
        if not recent:
            self._ask_for_path()
            return
        options = [Option("", "other files …"), *(Option("\n".join(paths), recent_words(paths)) for paths in recent)]
        self.app.push_screen(Chooser("debug a trace", options, 1), self._debug_recent)

    def _debug_recent(self, joined: str | None) -> None:
        if joined == "":
            self._ask_for_path()
        elif joined is not None:
            self._debug(joined.split("\n"))

    def _ask_for_path(self) -> None:
        hint = "a trace of ours, or the logs of one cluster's nodes with spaces between; * and ~ are understood"
        self.app.push_screen(Prompt("files", hint=hint, check=_paths_of), self._debug_typed)

    def _debug_typed(self, text: str | None) -> None:
        if text:
            self._debug(_paths_of(text))

    def _debug(self, paths: list[str]) -> None:
        from raftlab.session import open_traces
        from raftlab.tui.starting import debug_screen

        try:
            opened = open_traces(paths, whole=False)
        except RaftlabError as error:
            self.notify(str(error), severity="error", timeout=10)
            return
        remember(opened=tuple(paths))
        self.app.push_screen(debug_screen(opened, paths))

    def action_quit(self) -> None:
        self.app.exit()


def _paths_of(text: str) -> list[str]:
    """The files that a person typed.

    Raises:
        RaftlabError: there is no such file.
    """
    import glob
    import shlex

    try:
        words = shlex.split(text)
    except ValueError as error:
        raise RaftlabError(f"{text!r} can't be read: {error}") from None
    found: list[str] = []
    for word in words:
        paths = sorted(glob.glob(str(Path(word).expanduser())))
        if not paths:
            raise RaftlabError(f"there is no file {word!r}")
        found.extend(paths)
    return found
