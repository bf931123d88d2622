"""The check of lessons: those that ship pass it, and each way in which a lesson can be wrong is caught."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from raftlab.cli.lessons import command
from raftlab.content import data_path
from raftlab.core.errors import LessonError
from raftlab.session.lesson_check import check_lesson
from raftlab.tutor import lesson_names, open_lesson
from raftlab.tutor.lesson import ActStep, PredictStep
from tests.tutor.small import STRUCTURE, TEXT, small


def test_the_course_is_complete_and_in_order() -> None:
    assert lesson_names()[:4] == ["quorum-math", "odd-node-sizing", "log-replication", "partition-recovery"]


@pytest.mark.parametrize("name", lesson_names())
def test_a_lesson_that_ships_can_be_solved_and_only_so(name: str) -> None:
    assert check_lesson(*open_lesson(name)) == []


@pytest.mark.parametrize("name", lesson_names())
def test_a_lesson_lets_the_learner_predict_act_and_answer(name: str) -> None:
    lesson, _ = open_lesson(name)

    assert 6 <= len(lesson.steps) <= 12
    assert any(isinstance(step, PredictStep) for step in lesson.steps)
    assert any(isinstance(step, ActStep) for step in lesson.steps)
    assert all(step.id.startswith("exam-") for step in lesson.steps[-2:]), "it ends with hard questions"


def test_the_small_lesson_is_right() -> None:
    assert check_lesson(*small()) == []


WRONG = [
    ("until: leader is not None", "until: leader is None", "leader: it is solved at its start"),
    (
        "goal: max(n.last_index for n in up) > commit\n    holds-for: 1s",
        "goal: commit >= 1",
        "stop-it: it is solved at its start",
    ),
    ("goal: max(n.last_index for n in up) > commit", "goal: leader is not None", "stop-it: doing nothing solves it"),
    ("until: leader is not None", "until: commit >= 1", "leader: what it waits for doesn't happen in time"),
    ("fail: {no-leader: leader is None}", "fail: {no-leader: len(up) < 2}", "the steps after it can't be reached"),
    ("shows: commit >= 1", "shows: commit >= 9", "crash-one: the cluster doesn't show what the lesson says"),
    ("shows: commit >= 1", "shows: leader is not None", "what the cluster should show holds before anything happens"),
    ('[{crash: follower-1}, {propose: "x=2"}]\n', '[{propose: "x=2"}]\n', "stop-it: its solution fails: late"),
    ('[{crash: follower-1}, {propose: "x=2"}]\n', "[{crash: leader}]\n", "stop-it: its solution fails: no-leader"),
    (
        '{path: [{propose: "x=2"}], leads-to: late}',
        '{path: [{crash: follower-1}, {propose: "x=2"}], leads-to: late}',
        "stop-it: wrong path 2 leads to 'the goal', not to 'late'",
    ),
    ("path: [{crash: leader}], leads-to: no-leader", "path: [{crash: leader}], leads-to: late", "leads to 'no-leader'"),
    ("    allow: [crash, propose]", "    allow: [propose]", "stop-it: this step takes propose; not crash"),
    ("[{crash: follower-1}, {propose: \"x=2\"}]\n", "[{restart: n1}]\n", "this step takes crash, propose; not restart"),
    ("  - act: stop-it\n", "  - act: stop-it\n    do: [{resume: n1}]\n", "stop-it: Resume wants a node that is paused"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "problem"), WRONG)
def test_a_lesson_that_is_wrong_is_caught(right: str, wrong: str, problem: str) -> None:
    assert right in STRUCTURE

    problems = check_lesson(*small(STRUCTURE.replace(right, wrong, 1)))

    assert any(problem in each for each in problems), problems
    assert all(each.startswith("lesson.yaml:") for each in problems)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lesson of somebody's own."""
    home = tmp_path / "07-mine"
    home.mkdir()
    (home / "lesson.yaml").write_text(STRUCTURE, "utf-8")
    (home / "text.en.md").write_text(TEXT, "utf-8")
    return home


def test_lessons_are_listed(folder: Path) -> None:
    code, output = run("--format", "json", "quorum-math", str(folder))

    rows = json.loads(output)
    assert code == 0
    assert [row["name"] for row in rows] == ["quorum-math", "mine"]
    assert rows[1] == {"name": "mine", "title": "A small lesson", "steps": 5, "done": 0}


def test_a_folder_of_ones_own_is_checked(folder: Path) -> None:
    code, output = run("--check", "--format", "json", str(folder))
    [row] = json.loads(output)
    assert (code, row["name"], row["ok"], row["problems"]) == (0, "mine", True, [])

    (folder / "lesson.yaml").write_text(STRUCTURE.replace("is not None", "is None", 1), "utf-8")
    code, output = run("--check", str(folder))
    assert code == 1
    assert "it is solved at its start" in output

    (folder / "lesson.yaml").write_text("minutes: x", "utf-8")
    code, output = run("--check", "--format", "json", str(folder))
    [row] = json.loads(output)
    assert (code, row["ok"]) == (1, False)
    assert len(row["problems"]) == 3

    (folder / "lesson.yaml").write_bytes(b"\xff\xfe")
    code, output = run("--check", str(folder))
    assert code == 1
    assert "isn't UTF-8 text" in output


def test_a_lesson_that_is_not_there() -> None:
    with pytest.raises(LessonError, match="did you mean 'quorum-math'"):
        open_lesson("qourum-math")
    with pytest.raises(LessonError, match="did you mean"):
        run("--check", "qourum-math")
    with pytest.raises(LessonError, match=r"there is no lesson\.yaml in this folder"):
        open_lesson(str(data_path("lessons")))


def test_a_translation_is_one_file(folder: Path) -> None:
    (folder / "text.zh.md").write_text(TEXT.replace("# A small lesson", "# 一个小课"), "utf-8")

    assert open_lesson(str(folder), "zh")[1].title == "一个小课"
    assert open_lesson(str(folder), "fr")[1].title == "A small lesson"
