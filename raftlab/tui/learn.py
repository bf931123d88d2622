"""A lesson: the step's words at the left, its task below them, the clusters at the right.

All that a lesson knows and decides is in `session.lesson_play`; this screen shows it and turns keys into calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from raftlab.core.errors import CommandError
from raftlab.tui.acting import Acting
from raftlab.tui.canvas import ClusterCanvas
from raftlab.tui.caption import Caption
from raftlab.tui.deeds import DEEDS
from raftlab.tui.grid import join
from raftlab.tui.keys import KeyLine, hidden, shown
from raftlab.tui.logs import LogsTable
from raftlab.tui.prose import ProsePane, prose
from raftlab.tui.tabs import TabLine
from raftlab.tui.task import task_lines
from raftlab.tui.title import TitleLine
from raftlab.view.modified import modified_label, variants_of
from raftlab.view.stations import stations

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from raftlab.core.commands import AnyCommand
    from raftlab.session import Lane
    from raftlab.session.lesson_play import LessonPlay
    from raftlab.tui.pane import Line

TABS: Final = ("text", "cluster", "logs")
WIDE: Final = (108, 30)
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "crash": ("crash",),
    "restart": ("restart",),
    "propose": ("propose",),
    "cut": ("partition", "link"),
    "heal": ("heal",),
    "freeze": ("pause", "resume"),
    "more": tuple(dict.fromkeys(deed.word for deed in DEEDS)),
}
"""The command words of which one must be allowed for an action to make sense."""


class LearnScreen(Acting):
    """One lesson being played."""

    BINDINGS: ClassVar[list[BindingType]] = [
        shown("n", "next", "next", "next step; starts what there is to watch, or ends it"),
        shown("b", "previous", "back", "the step before, to read it again"),
        *Acting.BINDINGS,
        shown("space", "play", "play", "let the cluster live, or stand still"),
        shown("right", "step(1)", "step", "one event forward", display="→"),
        hidden("left", "step(-1)", "one event back", display="←"),
        shown("h", "hint", "hint", "a hint (each costs a point)"),
        shown("t", "reset", "try again", "the step from its start"),
        hidden("s", "solution", "show the solution (then the step earns nothing)"),
        hidden("plus,equals_sign", "speed(1)", "faster", display="+"),
        hidden("minus", "speed(-1)", "slower", display="-"),
        hidden("tab", "tab", "other cluster; in a small terminal: other tab"),
        hidden("0", "digit(0)", "type a number, or choose an answer", display="0-9"),
        *(hidden(f"{number}", f"digit({number})") for number in range(1, 10)),
        hidden("enter", "enter", "give the answer; or: next"),
        hidden("backspace", "erase", "take back a digit"),
        hidden("up", "choice(-1)", "answer above; or scroll the text"),
        hidden("down", "choice(1)", "answer below; or scroll the text"),
        shown("q", "quit", "quit", "back, or leave; progress is kept"),
    ]

    def __init__(self, play: LessonPlay) -> None:
        super().__init__(play.session)
        self.play = play
        self._typed = ""
        self._choice = 0
        self._front = "text"
        self._shown_step = -1
        self._said = ""

    def compose(self) -> ComposeResult:
        yield TitleLine(id="title")
        yield TabLine(id="all-tabs")
        with Horizontal(classes="row"):
            with Vertical(id="left"):
                yield ProsePane(id="text", margin=2)
                yield ProsePane(id="task", margin=2)
            with Vertical(id="right"), Horizontal(id="lanes"):
                for number in range(2):
                    with Vertical(id=f"lane{number}", classes="lane"):
                        yield ClusterCanvas(id=f"cluster{number}")
                        yield LogsTable(id=f"logs{number}")
        yield Caption(id="caption")
        yield KeyLine(id="keys")

    # -- layout ------------------------------------------------------------------------------------------------------

    @property
    def wide(self) -> bool:
        """Whether words and clusters stand side by side."""
        return self.size.width >= WIDE[0] and self.size.height >= WIDE[1]

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.update_views)

    def lay_out(self) -> None:
        """Show what belongs on a screen of this size."""
        wide, width, height = self.wide, self.size.width, self.size.height
        lanes = self.session.lanes
        nodes = max(len(stations(lane.state(), lane.timeline.header.nodes)) for lane in lanes)
        two = len(lanes) > 1
        left, right = self.query_one("#left"), self.query_one("#right")
        front = self._front
        self.query_one("#all-tabs").display = not wide
        left.styles.width = max(44, min(72, width * (30 if two else 36) // 100)) if wide else "1fr"
        left.styles.height = "1fr"
        right.display = wide or front != "text"
        text, task = self.query_one("#text", ProsePane), self.query_one("#task", ProsePane)
        room = self._left_width()
        rows = height - (6 if height >= 24 else 5) - (not wide)
        task_rows = min(max(4, rows * 60 // 100), task.height_of(self._task_lines(), room))
        task.styles.height = task_rows
        text.styles.height = max(1, min(text.height_of(prose(self.play.text), room) + 1, rows - task_rows))
        left.display = wide or front == "text"
        for number in range(2):
            self.query_one(f"#lane{number}").display = number < len(lanes)
            cluster, logs = self.query_one(f"#cluster{number}"), self.query_one(f"#logs{number}")
            cluster.display = wide or front == "cluster"
            logs.display = wide or front == "logs"
            log_rows = 2 * nodes + 1 if height >= 2 * nodes + 28 else nodes + 1
            logs.styles.height = min(log_rows, height // 2) + 1 if wide else "1fr"
            cluster.styles.height = "1fr"
        self.query_one("#caption").styles.height = 3 if height >= 24 else 2
        if not wide:
            self.query_one("#all-tabs", TabLine).show(TABS, front)

    def _left_width(self) -> int:
        if not self.wide:
            return self.size.width
        return max(44, min(72, self.size.width * (30 if len(self.session.lanes) > 1 else 36) // 100)) - 1

    # -- showing -------------------------------------------------------------------------------------------------------

    def show_all(self) -> None:
        self.lay_out()
        self.call_after_refresh(self._show_parts)

    def _show_parts(self) -> None:
        play, session = self.play, self.session
        if play.index != self._shown_step:
            self._shown_step, self._typed, self._choice, self._said = play.index, "", 0, ""
        self._show_title()
        self.query_one("#text", ProsePane).show_lines(prose(play.text))
        self.query_one("#task", ProsePane).show_lines(self._task_lines())
        for number, lane in enumerate(session.lanes):
            names = lane.timeline.header.nodes
            cluster, event = lane.state(), lane.event()
            canvas = self.query_one(f"#cluster{number}", ClusterCanvas)
            canvas.title = self._lane_title(number)
            canvas.show(cluster, names, max(session.now_us, lane.now_us))
            before = None
            if type(event).__name__ == "LogTruncated":
                before = lane.timeline.state(lane.position - 1)
            self.query_one(f"#logs{number}", LogsTable).show(cluster, names, before)
        header = session.timeline.header
        caption = self.query_one("#caption", Caption)
        caption.show(session.event(), session.state(), session.now_us, header.unit, right=self.speed_words())

    def _lane_title(self, number: int) -> str:
        lanes = self.session.lanes
        if len(lanes) == 1:
            return ""
        title = join([lanes[number].title, self._label(lanes[number])])
        return f"{'▸' if number == self.session.focus else ' '} {title}"

    @staticmethod
    def _label(lane: Lane) -> str:
        return modified_label(variants_of(lane.timeline, lane.state()))

    def _show_title(self) -> None:
        play = self.play
        dots = "".join("◉" if at == play.index else "●" if at <= play.reached else "○" for at in range(play.steps))
        label = join(dict.fromkeys(self._label(lane) for lane in self.session.lanes))
        self.query_one("#title", TitleLine).show(
            play.words.title, "", f"step {play.index + 1} of {play.steps} {dots}", play.notice, label
        )

    def _task_lines(self) -> list[Line]:
        return task_lines(self.play, self._typed, self._choice, self._said)

    def busy(self) -> str:
        verdict = self.play.verdict
        if self.wide or self._front == "text" or verdict is None:
            return ""
        return "✓ tab: what this means" if verdict.right else "✗ tab: what went wrong"

    def is_waiting(self) -> bool:
        return False

    # -- going through the lesson ------------------------------------------------------------------------------------

    def advance(self, elapsed_us: int) -> None:
        self.play.tick(elapsed_us)

    def update_views(self) -> None:
        if self.is_mounted and not self.session.playing:
            self.play.tick(0)
        super().update_views()

    def action_next(self) -> None:
        self._said = ""
        if not self.play.next() and not self.play.done:
            self._said = _WANTED.get(self.play.kind, "")
        elif self.play.done and self.play.index == self.play.steps - 1:
            self._said = "That was the whole lesson. q goes back."
        self.update_views()

    def action_previous(self) -> None:
        self._said = ""
        if not self.play.back():
            self.app.bell()
        self.update_views()

    def action_reset(self) -> None:
        self._typed, self._said = "", ""
        self.play.reset()
        self.update_views()

    def action_hint(self) -> None:
        if self.play.hint() is None:
            self._said = "There are no more hints." if self.play.hints_shown else "This step has no hints."
        self.update_views()

    def action_solution(self) -> None:
        self._said = ""
        try:
            self.play.show_solution()
        except CommandError as error:
            self._said = str(error)
        self.update_views()

    # -- answering -----------------------------------------------------------------------------------------------------

    def action_digit(self, digit: int) -> None:
        if self.play.asks_number and not self.play.passed:
            self._typed = (self._typed + str(digit))[-6:]
            self.update_views()
        elif self.play.choices and 1 <= digit <= len(self.play.choices):
            self._choice = digit - 1
            self._answer(self.play.choices[self._choice].name)

    def action_erase(self) -> None:
        self._typed = self._typed[:-1]
        self.update_views()

    def action_choice(self, way: int) -> None:
        open_question = self.play.choices and not self.play.passed
        if open_question:
            self._choice = (self._choice + way) % len(self.play.choices)
            self.update_views()
        else:
            self.query_one("#text", ProsePane).scroll_lines(way)

    def action_enter(self) -> None:
        if self.play.passed or not (self.play.asks_number or self.play.choices):
            self.action_next()
        elif self.play.choices:
            self._answer(self.play.choices[self._choice].name)
        elif self._typed:
            self._answer(self._typed)

    def _answer(self, text: str) -> None:
        self._said = ""
        if self.play.verdict is not None and not self.play.passed:
            self.play.reset()  # a question is asked again as often as it takes
        try:
            self.play.answer(text)
        except CommandError as error:
            self._said = str(error)
        self._typed = ""
        self.update_views()

    # -- acting --------------------------------------------------------------------------------------------------------

    def give(self, command: AnyCommand) -> None:
        self._said = ""
        super().give(command)

    def do(self, command: AnyCommand) -> None:
        self.play.do(command)

    def offers(self, word: str) -> bool:
        return word in self.play.allowed

    def refused(self, words: str) -> None:
        self._said = words[:1].upper() + words[1:]
        self.update_views()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that the step doesn't allow do nothing, and aren't offered."""
        words = _WORDS.get(action)
        if words is not None:
            return not self.play.allowed.isdisjoint(words)
        if action == "hint":
            return self.play.hints_left > 0 and not self.play.passed
        if action == "reset":
            return self.play.kind != "read"
        return True

    def action_tab(self) -> None:
        if self.wide or self._front != "text":
            lanes = len(self.session.lanes)
            if lanes > 1 and (self.wide or self.session.focus + 1 < lanes):
                self.session.focus = (self.session.focus + 1) % lanes
                self.update_views()
                return
        if not self.wide:
            self._front = TABS[(TABS.index(self._front) + 1) % len(TABS)]
            self.session.focus = 0
            self.update_views()

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        self._front = message.name
        self.update_views()

    def action_quit(self) -> None:
        from raftlab.tui.app import RaftlabApp

        self.play.progress.save()
        assert isinstance(self.app, RaftlabApp)
        self.app.go_back()


_WANTED: Final = {
    "ask": "First answer the question.",
    "predict": "First say what you expect.",
    "act": "First reach the goal (h gives a hint, s shows how).",
    "watch": "Press space to let the cluster live.",
}
