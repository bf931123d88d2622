"""The tutor of one step. PASSIVE: it sees what happens, and says what it thinks of it; it never acts itself.

Whoever holds it tells it of every event, of the time that passes and of the learner's answers, and gets back verdicts,
hints, and actions to carry out. After an answer is judged or a goal reached, it keeps its verdict; a new try begins
with a new `begin`.

Credit: 3 for a step solved at the first go, one less for each wrong try and each hint, but never less than 1 for one's
own solution; none for one that was shown. A wrong prediction still earns 1: it was made before the reveal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core.errors import CommandError
from raftlab.tutor.expect import Expectation
from raftlab.tutor.lesson import (
    GENERAL,
    LATE,
    ActStep,
    Answer,
    AskStep,
    PredictStep,
    ReadStep,
    WatchStep,
)
from raftlab.tutor.words import wrong_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.tutor.lesson import Action, AnyStep
    from raftlab.tutor.words import StepWords

FULL_CREDIT = 3


class Verdict(Struct, frozen=True):
    """What the tutor thinks. `name` tells which wrong answer or failure it was; `words` are for the learner."""

    right: bool
    words: str
    name: str = GENERAL


class Tutor:
    """Judges one step.

    `tries` counts wrong ones; `hints_shown` how many hints were given; `chosen` the answer that was given last;
    `verdict` stands once something is decided.
    """

    def __init__(self, step: AnyStep, words: StepWords) -> None:
        self.step = step
        self.words = words
        self.tries = 0
        self.hints_shown = 0
        self.solution_shown = False
        self.chosen: str | None = None
        self.verdict: Verdict | None = None
        self._goal: Expectation | None = None
        self._fails: list[tuple[str, Expectation]] = []

    def begin(self, clusters: Mapping[str, Cluster], now_us: int) -> None:
        """A try begins here. Tries, hints and what was shown stay counted."""
        step = self.step
        self.verdict = self.chosen = None
        self._goal, self._fails = None, []
        if isinstance(step, WatchStep | ActStep):
            self._goal = Expectation(step.goal, clusters, now_us)
        if isinstance(step, ActStep):
            self._fails = [(fail.name, Expectation(fail.goal, clusters, now_us)) for fail in step.fails]

    @property
    def done(self) -> bool:
        """Whether the learner may go on: it is solved, or revealed, or there was nothing to solve."""
        if isinstance(self.step, ReadStep):
            return True
        if self.verdict is None:
            return False
        return self.verdict.right or isinstance(self.step, PredictStep | WatchStep)

    @property
    def open(self) -> bool:
        """Whether what happens now can still decide something."""
        return self.verdict is None and self._goal is not None

    @property
    def revealing(self) -> bool:
        """Whether a prediction is committed, and the cluster hasn't shown yet what comes of it."""
        return isinstance(self.step, PredictStep) and self.chosen is not None and self.verdict is None

    @property
    def already_met(self) -> bool:
        """Whether the goal is met as the step begins: a mistake of the lesson's."""
        return self._goal is not None and self._goal.met

    # -- what happens ----------------------------------------------------------------------------------------

    def see(self, name: str, event: Event, cluster: Cluster) -> None:
        """An event has happened to a cluster; `cluster` is its state after it."""
        if self.open:
            for _, expected in self._fails:
                expected.see(name, event, cluster)
            assert self._goal is not None
            self._goal.see(name, event, cluster)
            self._judge(event.at_us)

    def pass_time(self, now_us: int) -> None:
        """It is that late."""
        if self.open:
            assert self._goal is not None
            self._goal.pass_time(now_us)
            self._judge(now_us)

    def rewind(self, clusters: Mapping[str, Cluster], now_us: int) -> None:
        """The learner has gone back in time, and the cluster lives on differently from here."""
        if self.open:
            assert self._goal is not None
            for expected in (self._goal, *(expected for _, expected in self._fails)):
                expected.rewind(clusters, now_us)

    def due_us(self) -> int | None:
        """When something is decided, if nothing happens until then; None: never."""
        return self._goal.due_us() if self.open and self._goal is not None else None

    def _judge(self, now_us: int) -> None:
        assert self._goal is not None
        failed = next((name for name, expected in self._fails if expected.met), None)
        if failed is not None:
            self._wrong(failed)
        elif self._goal.met:
            self._right()
        elif self._goal.is_over(now_us):
            self._wrong(LATE)

    # -- what the learner says -------------------------------------------------------------------------------

    def answer(self, text: str) -> tuple[Action, ...]:
        """The learner's answer: an option's name or its number from 1, or a whole number.

        Returns:
            what is to happen now: a prediction is committed, and the cluster shows what comes of it.

        Raises:
            CommandError: nothing is asked, it was answered, or this can't be an answer.
        """
        step = self.step
        if not isinstance(step, AskStep):
            raise CommandError("nothing is asked here")
        if self.done or (self.chosen is not None and isinstance(step, PredictStep)):
            raise CommandError("this has been answered; a new try begins with reset")
        self.chosen = _read_answer(step, text.strip())
        if isinstance(step, PredictStep):
            return step.script
        if self.chosen == step.answer:
            self._right()
        else:
            self._wrong(self.chosen)
        return ()

    def expect_reveal(self, clusters: Mapping[str, Cluster], now_us: int) -> None:
        """What follows from a prediction has been set going; from here on the cluster shows it."""
        assert isinstance(self.step, PredictStep)
        self._goal = Expectation(self.step.shows, clusters, now_us)
        self.pass_time(now_us)

    def hint(self) -> str | None:
        """The next hint; None when there are no more."""
        if self.hints_shown >= len(self.words.hints):
            return None
        self.hints_shown += 1
        return self.words.hints[self.hints_shown - 1]

    def solution(self) -> tuple[Action, ...]:
        """What solves the step; asking for it costs the credit, unless it is solved already."""
        if not self.done:
            self.solution_shown = True
        if isinstance(self.step, AskStep):
            return (Answer(self.step.answer),)
        return self.step.solution if isinstance(self.step, ActStep) else ()

    @property
    def credit(self) -> int:
        """What the step has earned, 0 to FULL_CREDIT; steps that ask nothing earn nothing."""
        if not isinstance(self.step, AskStep | ActStep) or self.verdict is None or self.solution_shown:
            return 0
        if not self.verdict.right:
            return 1 if self.done else 0
        return max(1, FULL_CREDIT - self.tries - self.hints_shown)

    def _right(self) -> None:
        step, name = self.step, self.chosen
        if isinstance(step, PredictStep) and name != step.answer:
            self._wrong(name or GENERAL)  # the cluster has shown something else than what was predicted
        else:
            self.verdict = Verdict(True, self.words.right)

    def _wrong(self, name: str) -> None:
        if isinstance(self.step, PredictStep) and self.chosen is not None:
            if name == LATE and self.chosen == self.step.answer:
                self.verdict = Verdict(True, self.words.right, LATE)  # the lesson's check has to find this
                return
            name = self.chosen
        self.tries += 1
        self.verdict = Verdict(False, wrong_words(self.words, name), name)


def _read_answer(step: AskStep, text: str) -> str:
    if step.options:
        if text.isdigit() and 1 <= int(text) <= len(step.options):
            return step.options[int(text) - 1]
        if text not in step.options:
            raise CommandError(f"the answers are {', '.join(step.options)}, not {text!r}")
        return text
    try:
        return str(int(text))
    except ValueError:
        raise CommandError(f"the answer is a whole number, not {text!r}") from None
