"""A lesson being played: a session with the lesson's clusters, the tutor of each step, and the learner's progress.

The one thing that a learn screen talks to. It looks at `session` (the same object for the whole play; its lanes change
from step to step), shows the words, and calls one method a key. The tutor only watches; commands are carried out here.

A step begins at rest: nothing moves while the learner reads. `next` does what comes naturally: it starts a watch step,
brings a running one to its end, goes to the following step when this one is done. `back` and `go` re-read: every step
keeps its clusters.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.session.lane import Lane
from raftlab.session.lesson_drive import Drive
from raftlab.session.lesson_place import Place
from raftlab.session.session import Session
from raftlab.tutor.lesson import ActStep, AskStep, PredictStep, ReadStep, WatchStep
from raftlab.tutor.progress import StepRecord
from raftlab.tutor.script import Script

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.core.commands import AnyCommand
    from raftlab.tutor.lesson import Action, AnyStep, Lesson
    from raftlab.tutor.progress import Progress
    from raftlab.tutor.tutor import Verdict
    from raftlab.tutor.words import StepWords, Words

_KINDS: dict[type[AnyStep], str] = {
    ReadStep: "read",
    WatchStep: "watch",
    AskStep: "ask",
    PredictStep: "predict",
    ActStep: "act",
}


class Choice(Struct, frozen=True):
    """One option of a question: its name (to give to `answer`) and its words."""

    name: str
    label: str


class LessonPlay:
    """One learner in one lesson."""

    def __init__(self, lesson: Lesson, words: Words, progress: Progress) -> None:
        self.lesson = lesson
        self.words = words
        self.progress = progress
        self._places: list[Place] = []
        self._index = 0
        self._living: dict[str, tuple[Lane, int]] = {}
        self._silent = True
        first = lesson.steps[0]
        self.session = Session([self._lane(name) for name in first.show])
        self._drive = Drive(self.session, lesson.file)
        self._enter(first)
        self._resume()
        self._silent = False
        self._settle()

    # -- what a screen shows ---------------------------------------------------------------------------------

    @property
    def step(self) -> AnyStep:
        """The step that is shown."""
        return self._place.step

    @property
    def kind(self) -> str:
        """read, watch, ask, predict or act."""
        return _KINDS[type(self.step)]

    @property
    def index(self) -> int:
        """The number of the step that is shown, from 0."""
        return self._index

    @property
    def reached(self) -> int:
        """The number of the furthest step that was reached, from 0."""
        return len(self._places) - 1

    @property
    def steps(self) -> int:
        """How many steps the lesson has."""
        return len(self.lesson.steps)

    @property
    def text(self) -> str:
        """The step's words, in Markdown."""
        return self._words.text

    @property
    def goal_text(self) -> str:
        """What is to be reached, or the question that is asked; "" where there is nothing to do."""
        return self._words.goal

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The options of a question; none where a number is asked for, or nothing."""
        options = self.step.options if isinstance(self.step, AskStep) else ()
        return tuple(Choice(option, self._words.options.get(option, option)) for option in options)

    @property
    def asks_number(self) -> bool:
        """Whether the answer is a number to type."""
        return isinstance(self.step, AskStep) and not self.step.options

    @property
    def chosen(self) -> str | None:
        """The answer that was given last; of a prediction: what was committed to."""
        return self._place.tutor.chosen

    @property
    def revealing(self) -> bool:
        """Whether a prediction is committed and the cluster is still showing what happens."""
        return self._place.tutor.revealing

    @property
    def tries(self) -> int:
        """How many wrong tries there were."""
        return self._place.tutor.tries

    @property
    def hints_shown(self) -> tuple[str, ...]:
        """The hints that were asked for."""
        return self._words.hints[: self._place.tutor.hints_shown]

    @property
    def hints_left(self) -> int:
        """How many there are still."""
        return len(self._words.hints) - self._place.tutor.hints_shown

    @property
    def verdict(self) -> Verdict | None:
        """What the tutor says: None as long as nothing is decided."""
        return self._place.tutor.verdict

    @property
    def credit(self) -> int:
        """What the step has earned, 0 to FULL_CREDIT."""
        return self._place.tutor.credit

    @property
    def allowed(self) -> frozenset[str]:
        """The command words that may be used now (crash, propose ...); none outside of act steps."""
        return self._place.allowed

    @property
    def passed(self) -> bool:
        """Whether the step is done, so that `next` goes on."""
        return self._place.passed

    @property
    def done(self) -> bool:
        """Whether the lesson's last step is done."""
        return len(self._places) == len(self.lesson.steps) and self._places[-1].passed

    @property
    def problems(self) -> list[str]:
        """Mistakes of the lesson's that playing it has found (a scripted command that can't be)."""
        return self._drive.problems

    @property
    def notice(self) -> str:
        """What the learner should know of the progress file; "" when all is well."""
        return self.progress.notice

    # -- going through the lesson ----------------------------------------------------------------------------

    def next(self) -> bool:
        """On: start a watch, bring what is running to its end, or go to the following step.

        Returns:
            False when the step wants something of the learner first, or the lesson is over.
        """
        place = self._place
        if self._index < self.reached:
            self.go(self._index + 1)
            return True
        if not place.passed:
            return self._hurry()
        if self._index + 1 >= len(self.lesson.steps):
            return False
        if not place.tutor.done:
            self._solve()  # it was solved, and begun again: go on from a solved cluster
        self._enter(self.lesson.steps[self._index + 1])
        self._settle()
        return True

    def back(self) -> bool:
        """Back to the step before, as it was left; False at the first."""
        if self._index == 0:
            return False
        self.go(self._index - 1)
        return True

    def go(self, index: int) -> None:
        """To any step that was reached, as it was left (beyond: to the furthest)."""
        self._place.keep(self.session)
        self._index = max(0, min(index, self.reached))
        self._place.show(self.session)
        if not self._silent:
            self.progress.move_to(self.lesson.name, self.step.id)

    def reset(self) -> None:
        """The step again, from its start. Tries and hints stay counted."""
        self._place.restart(self.session)

    # -- what the learner does -------------------------------------------------------------------------------

    def answer(self, text: str) -> Verdict | None:
        """Answer the question. A prediction's verdict comes later, when the cluster has shown it.

        Raises:
            CommandError: nothing is asked, or this can't be an answer; it doesn't count as a try.
        """
        place = self._place
        actions = place.tutor.answer(text)
        if isinstance(place.step, PredictStep):
            place.script = Script(actions)
            place.started = self.session.playing = True
            self._drive.give_due(place)
        self._settle()
        return place.tutor.verdict

    def do(self, command: AnyCommand) -> None:
        """Carry out a command in the lane in focus. The first one sets the cluster going.

        Raises:
            CommandError: it isn't for this step, this try is over, or it can't be carried out.
        """
        place = self._place
        self._drive.do(place, command, self.session.focus, by_learner=True)
        if not place.started and place.tutor.verdict is None:
            place.started = self.session.playing = True
        self._settle()

    def hint(self) -> str | None:
        """The next hint; None when there are no more."""
        return self._place.tutor.hint()

    def show_solution(self) -> None:
        """Let the learner see how it is solved; it earns no credit then (unless it was solved before)."""
        place = self._place
        actions = place.tutor.solution()
        if isinstance(place.step, ActStep):
            place.restart(self.session)
            place.script = Script(actions)
            place.started = self.session.playing = True
        elif isinstance(place.step, WatchStep):
            place.started = self.session.playing = True
        elif isinstance(place.step, AskStep) and not place.tutor.done and not self.revealing:
            self.answer(place.step.answer)

    def tick(self, elapsed_us: int) -> None:
        """So much of the learner's time has passed: the clusters live on if they play, and the tutor looks."""
        place = self._place
        session = self.session
        if session.playing:
            place.started = True
            self._drive.live(place, session.now_us + int(elapsed_us * session.speed))
            if place.nothing_ahead:
                session.playing = False
        else:
            place.look(session.now_us)
        self._settle()

    # -- what the check and `next` do at once ----------------------------------------------------------------

    def follow(self, actions: Iterable[Action]) -> None:
        """Do what a learner would, at once; ends when all is done or something is decided."""
        self._place.script = Script(actions)
        self._drive.finish_script(self._place)
        self._settle()

    def let_pass(self, for_us: int) -> None:
        """Let simulated time pass, at once; ends early when something is decided."""
        self._drive.live(self._place, self.session.now_us + for_us)
        self._settle()

    def conclude(self) -> None:
        """Let the clusters live until something is decided, at once."""
        self._drive.conclude(self._place)
        self._settle()

    @property
    def already_met(self) -> bool:
        """Whether the step's goal is met before anything was done (a mistake of the lesson's)."""
        return self._place.tutor.already_met

    # -- inside ----------------------------------------------------------------------------------------------

    @property
    def _place(self) -> Place:
        return self._places[self._index]

    @property
    def _words(self) -> StepWords:
        return self.words.steps[self.step.id]

    def _lane(self, name: str) -> Lane:
        """A cluster of the lesson's, as it lives now; a new one when it is shown for the first time."""
        if name not in self._living:
            lane = Lane.begin(self.lesson.clusters[name])
            lane.title = self.words.clusters.get(name, name)
            self._living[name] = (lane, 0)
        return self._living[name][0]

    def _enter(self, step: AnyStep) -> None:
        """The first time in a step: hand the living clusters on, set up, begin."""
        speed = self.session.speed
        if self._places:
            self._place.keep(self.session)
            now_us = self.session.now_us
            for name, lane in self._place.hand_over().items():
                self._living[name] = (lane, max(now_us, lane.timeline.end_us))
        lanes = {name: self._lane(name) for name in step.show}
        now_us = max(self._living[name][1] for name in step.show)
        place = Place(step, self.words.steps[step.id], lanes, now_us, speed)
        self._places.append(place)
        self._index = self.reached
        place.show(self.session)
        self.session.move_to(now_us)  # a younger cluster has lived meanwhile, unseen
        place.remember()
        place.script = Script(step.setup)
        self._drive.finish_script(place)
        place.begin(self.session.now_us)
        place.passed = place.tutor.done
        if not self._silent:
            self.progress.move_to(self.lesson.name, step.id)

    def _resume(self) -> None:
        """Go to where the learner was: the steps before are solved as the lesson solves them, unseen."""
        record = self.progress.lesson(self.lesson.name)
        ids = [step.id for step in self.lesson.steps]
        last = len(ids) - 1
        at = ids.index(record.at) if record.at in ids else 0
        if record.done and at == last:
            return  # it is played again, from its beginning
        furthest = max(at, min(last, sum(1 for _ in takewhile(record.steps.__contains__, ids))))
        while self._index < furthest:
            self._solve()
            if not self._place.passed:
                return  # the lesson has a mistake, which its check reports
            self._enter(self.lesson.steps[self._index + 1])
        self.go(at)

    def _solve(self) -> None:
        """Solve the step as the lesson does, at once and without credit."""
        silent, self._silent = self._silent, True
        place = self._place
        if isinstance(place.step, AskStep):
            if not place.tutor.done:
                self.reset()
                self.answer(place.step.answer)
        elif isinstance(place.step, ActStep | WatchStep):
            self.reset()
            if isinstance(place.step, ActStep):
                self.follow(place.step.solution)
        self.conclude()
        place.kept = True
        self._silent = silent

    def _hurry(self) -> bool:
        """Start what waits to be watched, or bring what runs to its end."""
        place = self._place
        if isinstance(place.step, WatchStep) and not place.started:
            place.started = self.session.playing = True
            return True
        if isinstance(place.step, WatchStep) or self.revealing or not place.script.finished:
            self._drive.finish_script(place)
            self.conclude()
            return True
        return False

    def _settle(self) -> None:
        """Keep what is done."""
        place = self._place
        place.passed = place.passed or place.tutor.done
        if self._silent:
            return
        if place.tutor.done and not place.kept:
            place.kept = True
            tutor = place.tutor
            record = StepRecord(tutor.tries, tutor.hints_shown, tutor.solution_shown, tutor.credit)
            self.progress.finish_step(self.lesson.name, place.step.id, record)
        if self.done and not self.progress.lesson(self.lesson.name).done:
            self.progress.finish_lesson(self.lesson.name)
