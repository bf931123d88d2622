"""Proof that a lesson works: every solution and every wrong path is played through the real engine.

A problem is: a step that is solved as it begins, or by doing nothing; a solution that fails; a wrong path that passes,
or leads elsewhere than the lesson says; a prediction whose reveal the cluster doesn't show, or shows already; a command
that can't be carried out. (It stands here and not in the tutor, since it plays: the tutor only watches.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from raftlab.session.lesson_play import LessonPlay
from raftlab.tutor.lesson import LATE, NOT_YET, ActStep, AskStep, PredictStep, WatchStep
from raftlab.tutor.progress import Progress

if TYPE_CHECKING:
    from raftlab.tutor.lesson import Lesson, WrongPath
    from raftlab.tutor.words import Words

_IDLE_US = 10_000_000  # simulated: how long a step must not solve itself


def check_lesson(lesson: Lesson, words: Words) -> list[str]:
    """What is wrong with a lesson, as sentences with file:line; nothing if it can be solved, and only so."""
    return list(_problems(LessonPlay(lesson, words, Progress())))


def _problems(play: LessonPlay) -> Iterator[str]:
    while True:
        for problem in _step_problems(play):
            yield f"{play.lesson.file}:{play.step.line}: {play.step.id}: {problem}"
        yield from dict.fromkeys(play.problems)
        play.problems.clear()
        if not play.passed:
            yield f"{play.lesson.file}:{play.step.line}: {play.step.id}: the steps after it can't be reached"
            return
        if not play.next():
            return


def _step_problems(play: LessonPlay) -> Iterator[str]:
    """The problems of the step that is shown; it is left solved, if it can be."""
    step = play.step
    if play.already_met:
        yield "it is solved at its start"
    if isinstance(step, WatchStep):
        play.conclude()
        if play.verdict is None or not play.verdict.right:
            yield "what it waits for doesn't happen in time"
    elif isinstance(step, PredictStep):
        yield from _of_prediction(play, step)
    elif isinstance(step, AskStep):
        yield from _of_question(play, step)
    elif isinstance(step, ActStep):
        yield from _of_act(play, step)


def _of_question(play: LessonPlay, step: AskStep) -> Iterator[str]:
    for wrong in step.wrong_answers:
        verdict = play.answer(wrong)
        if verdict is None or verdict.right:
            yield f"the wrong answer {wrong!r} passes"
    verdict = play.answer(step.answer)
    if verdict is None or not verdict.right:
        yield f"the right answer {step.answer!r} doesn't pass"


def _of_prediction(play: LessonPlay, step: PredictStep) -> Iterator[str]:
    states = {name: lane.state() for name, lane in zip(step.show, play.session.lanes, strict=True)}
    if step.shows.holds_for_us == 0 and all(query.holds(states[name]) for name, query in step.shows.queries):
        yield "what the cluster should show holds before anything happens"
    for answer in (*step.wrong_answers[:1], step.answer):
        play.reset()
        play.answer(answer)
        play.conclude()
        verdict = play.verdict
        if verdict is None or verdict.name == LATE:
            yield "the cluster doesn't show what the lesson says, or not in time"
        elif verdict.right != (answer == step.answer):
            yield f"the prediction {answer!r} is judged the wrong way round"


def _of_act(play: LessonPlay, step: ActStep) -> Iterator[str]:
    play.let_pass(_IDLE_US)
    if play.verdict is not None and play.verdict.right:
        yield "doing nothing solves it"
    for number, path in enumerate(step.wrong, 1):
        play.reset()
        led_to = _follow(play, path)
        if led_to != path.leads_to:
            yield f"wrong path {number} leads to {led_to!r}, not to {path.leads_to!r}"
    play.reset()
    play.follow(step.solution)
    play.conclude()
    if play.verdict is None:
        yield "its solution doesn't solve it"
    elif not play.verdict.right:
        yield f"its solution fails: {play.verdict.name}"


def _follow(play: LessonPlay, path: WrongPath) -> str:
    """Where a wrong path leads. One that is said to be too late is waited for to the end."""
    play.follow(path.actions)
    if path.leads_to == LATE:
        play.conclude()
    if play.verdict is None:
        return NOT_YET
    return "the goal" if play.verdict.right else play.verdict.name
