"""What a lesson is: clusters, and steps that show, ask, and let the learner act. Pure data, no words.

A lesson's words stand apart (tutor.words), so that a translation is one file. Narration waits for events, never for a
clock: a goal is a query on the cluster's state (trace.query, the one predicate language) that comes to hold, perhaps
has to hold for a while, within so much SIMULATED time. "For ever" is "not within N simulated seconds".

Kinds of steps: read (words alone), watch (the cluster lives until a goal holds), ask (a number or a choice), predict
(a choice that is committed before the cluster shows what happens), act (commands of the learner's own, a goal, ways to
fail). Durations in microseconds; clusters go by the names that the lesson gives them.
"""

from __future__ import annotations

from msgspec import Struct

from raftlab.core.commands import AnyCommand
from raftlab.core.scenario import Scenario
from raftlab.trace.query import Query

GENERAL = ""
"""The name of the words for any wrong answer that has none of its own, and of a goal not reached in time."""

LATE = "late"
NOT_YET = "not-yet"
"""What a wrong path may lead to besides the step's named failures: time ran out; nothing is decided."""


class Goal(Struct, frozen=True):
    """Queries that hold together, each of its own cluster; for a while; within a time from when it was set."""

    queries: tuple[tuple[str, Query], ...]
    holds_for_us: int = 0
    within_us: int | None = None


class Give(Struct, frozen=True):
    """An action: a command to a cluster."""

    command: AnyCommand
    cluster: str


class Wait(Struct, frozen=True):
    """An action: let simulated time pass."""

    for_us: int


class Until(Struct, frozen=True):
    """An action: let the clusters live until a goal holds (or its time is over)."""

    goal: Goal


class Answer(Struct, frozen=True):
    """An action: what the learner would type or choose."""

    text: str


Action = Give | Wait | Until | Answer


class Fail(Struct, frozen=True):
    """A wrong turn that has a name, and words of its own."""

    name: str
    goal: Goal


class WrongPath(Struct, frozen=True):
    """Actions that must not solve a step, and what they lead to: a Fail's name, LATE or NOT_YET."""

    actions: tuple[Action, ...]
    leads_to: str


class Step(Struct, frozen=True, kw_only=True):
    """What all steps have. `setup` happens before the step is shown; `line` is where it stands in its file."""

    id: str
    line: int
    show: tuple[str, ...]
    focus: str
    speed: float | None = None
    setup: tuple[Action, ...] = ()


class ReadStep(Step, frozen=True, kw_only=True):
    """Words, beside a cluster at rest."""


class WatchStep(Step, frozen=True, kw_only=True):
    """The clusters live, doing what `script` says, until the goal holds."""

    goal: Goal
    script: tuple[Action, ...] = ()


class AskStep(Step, frozen=True, kw_only=True):
    """A question. Without options the answer is a whole number. `wrong_answers`: those that have words of their own."""

    answer: str
    options: tuple[str, ...] = ()
    wrong_answers: tuple[str, ...] = ()
    hints: int = 0


class PredictStep(AskStep, frozen=True, kw_only=True):
    """A question whose answer the cluster then gives: `script` is played, and `shows` must come to hold."""

    shows: Goal
    script: tuple[Action, ...] = ()


class ActStep(Step, frozen=True, kw_only=True):
    """The learner acts. `allow` are command words; `solution` and `wrong` are played by the tests."""

    allow: tuple[str, ...]
    goal: Goal
    fails: tuple[Fail, ...] = ()
    hints: int = 0
    solution: tuple[Action, ...] = ()
    wrong: tuple[WrongPath, ...] = ()


AnyStep = ReadStep | WatchStep | AskStep | PredictStep | ActStep


class Lesson(Struct, frozen=True):
    """A lesson. `name` is its slug; `clusters` what its steps may show, one or two at a time."""

    name: str
    minutes: int
    clusters: dict[str, Scenario]
    steps: tuple[AnyStep, ...]
    file: str = "lesson.yaml"

    def step(self, identifier: str) -> AnyStep | None:
        """The step of that id."""
        return next((step for step in self.steps if step.id == identifier), None)
