"""lesson.yaml into a Lesson. Every mistake is reported with its line and column, and what would be right.

    minutes: 10
    clusters:
      three: {nodes: 3, seed: 4}              # an inline scenario, or a shipped one's name: `three: split-vote`
    steps:
      - read: welcome
        show: [three]                         # one or two clusters; stays so for the steps that follow
      - watch: first-leader
        until: leader is not None
        within: 2s
      - ask: how-many
        answer: 2
        wrong: [1, 3]                         # numbers that have words of their own
      - predict: crash-one
        options: [stops, goes-on]
        answer: goes-on
        then: [{crash: follower-1}, {propose: "x=1"}]
        shows: commit >= 1
        within: 2s
      - act: stop-it
        allow: [crash, propose]
        goal: max(n.last_index for n in up) > commit
        holds-for: 3s
        within: 60s
        fail: {too-many: len(up) < quorum - 1}
        hints: 2
        solution: [{crash: follower-1}, {propose: "x=2"}, {wait: 4s}]
        wrong: [{path: [{propose: "x=2"}, {wait: 61s}], leads-to: late}]

An action is a command (`in: CLUSTER` when it isn't the step's focus), `{wait: 2s}`, `{until: QUERY, within: 2s}` or
`{answer: 3}`. A goal of two clusters is a mapping: `{three: commit >= 1, four: commit >= 1}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from raftlab.content import data_path
from raftlab.core.errors import LessonError, QueryError, ScenarioError
from raftlab.core.model import Scheduled
from raftlab.core.scenario import Scenario
from raftlab.documents import Document, Reader, read_scenario
from raftlab.documents.commands import COMMANDS, read_commands
from raftlab.documents.scenario import check_names, read_fields
from raftlab.trace.query import Query
from raftlab.tutor.lesson import (
    LATE,
    NOT_YET,
    Action,
    ActStep,
    Answer,
    AnyStep,
    AskStep,
    Fail,
    Give,
    Goal,
    Lesson,
    PredictStep,
    ReadStep,
    Until,
    Wait,
    WatchStep,
    WrongPath,
)

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COMMON = ("show", "focus", "speed", "do")
_DEFAULT_WITHIN_US = 30_000_000
_NOTHING = Query("False")  # what a mistaken query is read as, so that reading goes on


def read_lesson(text: str, name: str, file: str) -> Lesson:
    """A lesson from its file's text.

    Raises:
        LessonError: with file:line:column for every mistake, and what would be right.
    """
    document = Document(text, file, LessonError)
    fields = document.reader().fields(("minutes", "clusters", "steps"))
    minutes = fields["minutes"].integer(1, 120) if "minutes" in fields else 1
    clusters = _clusters(fields["clusters"]) if "clusters" in fields else {}
    steps = _Steps(clusters).read(fields["steps"]) if "steps" in fields and clusters else ()
    document.finish()
    return Lesson(name, minutes, clusters, steps, file)


def _clusters(reader: Reader) -> dict[str, Scenario]:
    found = {name: _cluster(name, value) for name, value in reader.pairs().items()}
    for name, value in reader.pairs().items():
        if not _SLUG.fullmatch(name):
            (value.key or value).wrong(f"a cluster's name is lower-case words with hyphens, not {name!r}")
    if not found and reader.is_mapping:
        reader.wrong("a lesson has at least one cluster")
    return found


def _cluster(name: str, reader: Reader) -> Scenario:
    if reader.is_mapping:
        return read_fields(reader, name)
    shipped = sorted(path.stem for path in data_path("lessons", "scenarios").glob("*.yaml"))
    chosen = reader.choice(shipped)
    path = data_path("lessons", "scenarios", f"{chosen}.yaml")
    try:
        return read_scenario(path.read_text("utf-8"), chosen, path.name)
    except ScenarioError as error:
        reader.wrong(f"the scenario {chosen!r} has mistakes: {error}")
        return Scenario(name=name)


class _Steps:
    """Reads the steps in order: each shows what the one before it showed, unless it says otherwise."""

    def __init__(self, clusters: dict[str, Scenario]) -> None:
        self._clusters = clusters
        self._show: tuple[str, ...] = (next(iter(clusters)),)
        self._focus = self._show[0]
        self._kinds: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[..., AnyStep]]] = {
            "read": ((), (), self._read),
            "watch": (("until",), ("within", "holds-for", "then"), self._watch),
            "ask": (("answer",), ("options", "wrong", "hints"), self._ask),
            "predict": (
                ("options", "answer", "shows"), ("then", "hints", "within", "holds-for"), self._predict
            ),
            "act": (
                ("allow", "goal", "hints", "solution", "wrong"), ("holds-for", "within", "fail"), self._act
            ),
        }  # fmt: skip

    def read(self, reader: Reader) -> tuple[AnyStep, ...]:
        """All steps; a mistaken one leaves its notes and is left out."""
        steps: list[AnyStep] = []
        for item in reader.items():
            kinds = [kind for kind in item.pairs() if kind in self._kinds] if item.is_mapping else []
            if len(kinds) != 1:
                item.wrong(f"a step begins with its kind and its id, one of {', '.join(self._kinds)} (- read: welcome)")
                continue
            kind = kinds[0]
            required, optional, read = self._kinds[kind]
            fields = item.fields((kind, *required), (*optional, *_COMMON))
            common = self._common(kind, fields, item)
            if any(step.id == common["id"] for step in steps):
                fields[kind].wrong(f"two steps are called {common['id']!r}")
            if all(name in fields for name in required):
                steps.append(read(fields, common))
        if not steps and reader.is_list:
            reader.wrong("a lesson has at least one step")
        return tuple(steps)

    def _common(self, kind: str, fields: dict[str, Reader], item: Reader) -> dict[str, Any]:
        identifier = fields[kind].text()
        if not _SLUG.fullmatch(identifier):
            fields[kind].wrong(f"a step's id is lower-case words with hyphens, not {identifier!r}")
        if "show" in fields:
            names = tuple(self._cluster_name(each) for each in fields["show"].items())
            if not 1 <= len(set(names)) == len(names) <= 2:
                fields["show"].wrong("a step shows one or two clusters, side by side")
            self._show = names[:2] or self._show
            self._focus = self._show[0]
        if "focus" in fields:
            self._focus = fields["focus"].choice(self._show)
        setup = self._actions(fields["do"], answers=False) if "do" in fields else ()
        speed = _speed(fields["speed"]) if "speed" in fields else None
        shown = {"show": self._show, "focus": self._focus, "speed": speed, "setup": setup}
        return {"id": identifier, "line": item.line, **shown}

    def _cluster_name(self, reader: Reader) -> str:
        return reader.choice(self._clusters)

    # -- kinds -----------------------------------------------------------------------------------------------

    def _read(self, fields: dict[str, Reader], common: dict[str, Any]) -> ReadStep:
        return ReadStep(**common)

    def _watch(self, fields: dict[str, Reader], common: dict[str, Any]) -> WatchStep:
        script = self._actions(fields["then"], answers=False) if "then" in fields else ()
        return WatchStep(**common, goal=self._goal(fields["until"], fields), script=script)

    def _ask(self, fields: dict[str, Reader], common: dict[str, Any]) -> AskStep:
        return AskStep(**common, **self._question(fields))

    def _predict(self, fields: dict[str, Reader], common: dict[str, Any]) -> PredictStep:
        script = self._actions(fields["then"], answers=False) if "then" in fields else ()
        shows = self._goal(fields["shows"], fields)
        return PredictStep(**common, **self._question(fields), script=script, shows=shows)

    def _question(self, fields: dict[str, Reader]) -> dict[str, Any]:
        hints = fields["hints"].integer(0, 9) if "hints" in fields else 0
        if "options" in fields:
            options = _distinct(fields["options"])
            if len(options) < 2:
                fields["options"].wrong("a choice has at least two options")
            if "wrong" in fields:
                fields["wrong"].wrong("with options, every other option is a wrong answer; leave 'wrong' out")
            answer = fields["answer"].choice(options) if options else ""
            wrong = tuple(option for option in options if option != answer)
            return {"answer": answer, "options": options, "wrong_answers": wrong, "hints": hints}
        answer = str(fields["answer"].integer())
        if "wrong" not in fields:
            fields["answer"].wrong("a number to answer wants 'wrong' too: what people say instead, such as [2, 5]")
            return {"answer": answer, "hints": hints}
        wrong = tuple(str(item.integer()) for item in fields["wrong"].items())
        if answer in wrong or not wrong:
            fields["wrong"].wrong(f"'wrong' lists at least one number, and not the right one ({answer})")
        return {"answer": answer, "wrong_answers": wrong, "hints": hints}

    def _act(self, fields: dict[str, Reader], common: dict[str, Any]) -> ActStep:
        allow = tuple(item.choice(COMMANDS) for item in fields["allow"].items())
        fails = fields["fail"].pairs() if "fail" in fields else {}
        for name, value in fails.items():
            if not _SLUG.fullmatch(name) or name in (LATE, NOT_YET):
                (value.key or value).wrong(f"a failure's name is lower-case words with hyphens, not {name!r}")
        wrong = tuple(self._wrong_path(item, (*fails, LATE, NOT_YET)) for item in fields["wrong"].items())
        if not wrong and fields["wrong"].is_list:
            fields["wrong"].wrong("a step has at least one wrong path: what people try, and where it leads")
        return ActStep(
            **common,
            allow=allow,
            goal=self._goal(fields["goal"], fields),
            fails=tuple(Fail(name, Goal(self._queries(value))) for name, value in fails.items()),
            hints=fields["hints"].integer(1, 9),
            solution=self._actions(fields["solution"]),
            wrong=wrong,
        )

    def _wrong_path(self, reader: Reader, names: tuple[str, ...]) -> WrongPath:
        fields = reader.fields(("path", "leads-to"))
        actions = self._actions(fields["path"]) if "path" in fields else ()
        return WrongPath(actions, fields["leads-to"].choice(names) if "leads-to" in fields else NOT_YET)

    # -- goals and actions -----------------------------------------------------------------------------------

    def _goal(self, reader: Reader, fields: dict[str, Reader]) -> Goal:
        cluster = self._cluster_name(fields["in"]) if "in" in fields else None
        holds_for = fields["holds-for"].duration() if "holds-for" in fields else 0
        within = fields["within"].duration() if "within" in fields else _DEFAULT_WITHIN_US
        if within <= holds_for:
            fields.get("within", reader).wrong("'within' should be longer than 'holds-for'")
        return Goal(self._queries(reader, cluster), holds_for, within)

    def _queries(self, reader: Reader, cluster: str | None = None) -> tuple[tuple[str, Query], ...]:
        if not reader.is_mapping:
            name = cluster or self._focus
            return ((name, self._query(reader, name)),)
        found = []
        for name, value in reader.pairs().items():
            if name in self._show:
                found.append((name, self._query(value, name)))
            else:
                (value.key or value).wrong(f"this step shows {', '.join(self._show)}, not {name!r}")
        return tuple(found) or ((self._focus, _NOTHING),)

    def _query(self, reader: Reader, cluster: str) -> Query:
        try:
            query = Query(reader.text())
        except QueryError as error:
            reader.wrong(str(error))
            return _NOTHING
        unknown = query.unknown_names(self._clusters[cluster].nodes)
        if unknown:
            nodes = ", ".join(self._clusters[cluster].nodes)
            reader.wrong(f"a query knows no {', '.join(unknown)}; the nodes of {cluster!r} are {nodes}")
        return query

    def _actions(self, reader: Reader, *, answers: bool = True) -> tuple[Action, ...]:
        found: list[Action] = []
        for item in reader.items():
            words = item.pairs() if item.is_mapping else {}
            if "wait" in words:
                fields = item.fields(("wait",))
                found.append(Wait(fields["wait"].duration()))
            elif "until" in words:
                fields = item.fields(("until",), ("in", "within", "holds-for"))
                found.append(Until(self._goal(fields["until"], fields)))
            elif "answer" in words and answers:
                found.append(Answer(item.fields(("answer",))["answer"].text()))
            else:
                found.extend(self._commands(item))
        return tuple(found)

    def _commands(self, item: Reader) -> list[Action]:
        fields = item.fields((), (*COMMANDS, "in", "wait", "until"))
        cluster = self._cluster_name(fields["in"]) if "in" in fields else self._focus
        if cluster not in self._show:
            fields["in"].wrong(f"this step shows {', '.join(self._show)}, not {cluster!r}")
        given = read_commands(fields, item)
        for command in given:
            check_names(item, Scheduled(0, command), self._clusters[cluster].nodes)
        return [Give(command, cluster) for command in given]


def _distinct(reader: Reader) -> tuple[str, ...]:
    names = reader.texts()
    for item in reader.items():
        if not _SLUG.fullmatch(item.text()):
            item.wrong(f"an option's name is lower-case words with hyphens, not {item.text()!r}")
    if len(set(names)) != len(names):
        reader.wrong("two options have the same name")
    return names


def _speed(reader: Reader) -> float:
    """Simulated seconds in a second of the learner's: 1/16, 0.5, 2."""
    top, _, bottom = reader.text().partition("/")
    try:
        speed = float(top) / float(bottom or 1)
    except (ValueError, ZeroDivisionError):
        speed = 0.0
    if not 1 / 64 <= speed <= 16:
        reader.wrong(f"'speed' should be from 1/64 to 16, such as 1/8, not {reader.text()!r}")
        return 1.0
    return speed
