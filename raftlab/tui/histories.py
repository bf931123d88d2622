"""Are the client histories of a recording linearizable? Looked at slice by slice, on demand, in a small window."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import BindingType

from raftlab.core.linearizability import History, Outcome, Verdict, check, partitions
from raftlab.tui.grid import BOLD, wrap
from raftlab.tui.keys import shown
from raftlab.tui.modal import Modal
from raftlab.tui.pane import Line, Said
from raftlab.view.history_words import histories_line

if TYPE_CHECKING:
    from textual.timer import Timer

    from raftlab.core.linearizability import Operation
    from raftlab.trace import Timeline

STEPS: Final = 40_000
"""What the search for an order may look at for each key: a screen mustn't stand still. `raftlab run` looks longer."""

_EACH: Final = 512
_SLICE_S: Final = 0.02


class Inspection:
    """Goes through a timeline, then checks key after key. `verdicts` are those so far; `over` when all is done."""

    def __init__(self, timeline: Timeline) -> None:
        self.verdicts: list[Verdict] = []
        self.over = False
        self._timeline = timeline
        self._history = History()
        self._at = 0
        self._keys: list[list[Operation]] | None = None

    @property
    def words(self) -> str:
        """How far it has got; in the end, what was found."""
        if self.over:
            return histories_line(self.verdicts, self._history.left_out())
        if self._keys is None:
            return f"looking at what clients asked {self._at / max(1, len(self._timeline)):.0%}"
        return f"looking for an order: {len(self.verdicts)} of {len(self._keys)} keys"

    def step(self, budget_s: float = _SLICE_S) -> None:
        """Go on for about that long."""
        until = perf_counter() + budget_s
        while not self.over and perf_counter() < until:
            if self._keys is None:
                if not self._read_on():
                    return
            elif len(self.verdicts) < len(self._keys):
                group = self._keys[len(self.verdicts)]
                self.verdicts += check(group, STEPS, when=self._history.when)
            else:
                self.over = True

    def _read_on(self) -> bool:
        """A few events more; False when more have to be loaded first."""
        news = self._timeline.events(self._at, self._at + _EACH)
        for position, event in enumerate(news, self._at):
            self._history.observe(position, event)
        self._at += len(news)
        if not news and self._timeline.complete:
            self._keys = [members for _, members in partitions(self._history.operations())]
        return bool(news) or self._timeline.complete


class HistoriesScreen(Modal[int]):
    """How far it has got, and what was found. Enter goes to an answer that is wrong: its position is the result."""

    BINDINGS: ClassVar[list[BindingType]] = [shown("enter", "take", "go there")]

    def __init__(self, timeline: Timeline) -> None:
        super().__init__("what clients were told")
        self._inspection = Inspection(timeline)
        self._working: Timer | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self._working = self.set_interval(2 * _SLICE_S, self._work)

    def _work(self) -> None:
        self._inspection.step()
        self.refresh_lines()
        if self._inspection.over and self._working is not None:
            self._working.stop()
            self._working = None

    @property
    def wrong(self) -> int | None:
        """The position of the first answer that is wrong; None when there is none, or none yet."""
        found = [it.offender.complete for it in self._inspection.verdicts if it.offender is not None and _is_wrong(it)]
        return min((at for at in found if at is not None), default=None)

    def lines(self) -> list[Line]:
        width = min(72, self.app.size.width - 12)
        found: list[Line] = [(Said(row, "ink", BOLD),) for row in wrap(self._inspection.words, width)]
        for verdict in self._inspection.verdicts:
            if verdict.outcome is not Outcome.LINEARIZABLE:
                ink = "bad_text" if _is_wrong(verdict) else "muted"
                found += [(), *((Said(row, ink),) for row in wrap(verdict.words, width))]
        hint = "esc closes" if self.wrong is None else f"enter goes to that answer, event {self.wrong:,}; esc closes"
        return [*found, (), (Said(hint, "muted"),)]

    def action_take(self) -> None:
        self.dismiss(self.wrong)


def _is_wrong(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.VIOLATED
