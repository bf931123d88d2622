"""lesson.yaml: every kind of mistake is shown where it stands, with what would be right; all of them at once."""

from __future__ import annotations

import pytest

from raftlab.core.errors import LessonError
from raftlab.tutor.lesson import ActStep, AskStep, Give, PredictStep, ReadStep, Wait, WatchStep
from raftlab.tutor.reading import read_lesson
from tests.tutor.small import STRUCTURE, small


def test_every_kind_of_step_is_read() -> None:
    lesson, words = small()

    kinds = [type(step) for step in lesson.steps]
    assert kinds == [ReadStep, WatchStep, AskStep, PredictStep, ActStep]
    act = lesson.steps[4]
    assert isinstance(act, ActStep)
    assert act.goal.holds_for_us == 1_000_000
    assert act.goal.within_us == 20_000_000
    assert act.fails[0].name == "no-leader"
    assert [path.leads_to for path in act.wrong] == ["not-yet", "late", "no-leader"]
    assert isinstance(act.solution[0], Give)
    assert act.wrong[0].actions[1] == Wait(2_000_000)
    assert words.clusters == {"three": "Three servers"}


def test_steps_go_on_showing_what_the_step_before_showed() -> None:
    structure = """\
minutes: 1
clusters: {a: {nodes: 3}, b: {nodes: 4}}
steps:
  - {read: one, show: [a, b], focus: b}
  - {read: two}
  - {read: three, show: [b]}
"""
    lesson = read_lesson(structure, "x", "f")

    assert [step.show for step in lesson.steps] == [("a", "b"), ("a", "b"), ("b",)]
    assert [step.focus for step in lesson.steps] == ["b", "b", "b"]


def test_a_goal_may_look_at_two_clusters() -> None:
    structure = """\
minutes: 1
clusters: {a: {nodes: 3}, b: {nodes: 4}}
steps:
  - {watch: one, show: [a, b], until: {a: commit >= 1, b: n4.up}}
"""
    step = read_lesson(structure, "x", "f").steps[0]

    assert isinstance(step, WatchStep)
    assert [name for name, _ in step.goal.queries] == ["a", "b"]


def test_a_cluster_may_be_a_scenario_that_ships() -> None:
    lesson = read_lesson("minutes: 1\nclusters: {a: figure-7}\nsteps: [{read: one}]\n", "x", "f")

    assert lesson.clusters["a"].nodes[0] == "leader1"


MISTAKES = [
    ("minutes: 5", "minute: 5", "1:1", "unknown key 'minute'; did you mean 'minutes'?"),
    ("minutes: 5", "minutes: soon", "1:10", "'minutes' should be a whole number, not 'soon'"),
    ("minutes: 5", "minutes: 0", "1:10", "'minutes' should be from 1 to 120, not 0"),
    ("{nodes: 3, seed: 4}", "{nodes: 3, sed: 4}", "3:21", "unknown key 'sed'; did you mean 'seed'?"),
    ("{nodes: 3, seed: 4}", "split-voet", "3:10", "'clusters.three' can't be 'split-voet'; did you mean 'split-vote'?"),
    ("  three:", "  Three:", "3:3", "a cluster's name is lower-case words with hyphens, not 'Three'"),
    ("- read: hello", "- reed: hello", "5:5", "a step begins with its kind and its id"),
    ("- read: hello", "- read: Hello you", "5:11", "a step's id is lower-case words with hyphens, not 'Hello you'"),
    ("- read: hello", "- read: leader", "6:12", "two steps are called 'leader'"),
    ("until: leader is", "untill: leader is", "7:5", "unknown key 'untill'; did you mean 'until'?"),
    ("until: leader is not None", "until: leader is not", "7:12", "is no predicate: invalid syntax"),
    ("until: leader is not None", "until: ledaer is not None", "7:12", "a query knows no ledaer; the nodes of 'three'"),
    ("until: leader is not None", "until: n4.up", "7:12", "a query knows no n4; the nodes of 'three' are n1, n2, n3"),
    ("until: leader is not None", "until: {four: n1.up}", "7:13", "this step shows three, not 'four'"),
    ("within: 2s\n  - ask", "within: fast\n  - ask", "8:13", "should be a time such as 250ms, 1.5s or 40us"),
    ("wrong: [1, 3]\n", "wrong: [1, 2]\n", "11:12", "'wrong' lists at least one number, and not the right one (2)"),
    ("    wrong: [1, 3]\n", "", "10:13", "a number to answer wants 'wrong' too"),
    ("answer: 2", "answer: two", "10:13", "should be a whole number, not 'two'"),
    ("options: [stops, goes-on]", "options: [stops]", "14:14", "a choice has at least two options"),
    ("options: [stops, goes-on]", "options: [goes-on, goes-on]", "14:14", "two options have the same name"),
    ("answer: goes-on", "answer: goes-off", "15:13", "can't be 'goes-off'; did you mean 'goes-on'?"),
    ("{crash: follower-1}, {propose: \"x=1\"}]", "{crash: n9}]", "16:12", "there is no node 'n9'"),
    ("{crash: follower-1}, {propose: \"x=1\"}]", "{crush: n1}]", "16:13", "unknown key 'crush'; did you mean 'crash'?"),
    ("{crash: follower-1}, {propose: \"x=1\"}]", "{in: four, heal: }]", "16:17", "then[0].in' can't be 'four'"),
    ("    shows: commit >= 1\n", "", "13:5", "lacks the key 'shows'"),
    ("allow: [crash, propose]", "allow: [crash, suggest]", "20:20", "'steps[4].allow[1]' can't be 'suggest'"),
    ("holds-for: 1s", "holds-for: 30s", "23:13", "'within' should be longer than 'holds-for'"),
    ("fail: {no-leader:", "fail: {late:", "24:12", "a failure's name is lower-case words with hyphens, not 'late'"),
    ("leads-to: no-leader}", "leads-to: no-leeder}", "30:45", "can't be 'no-leeder'; did you mean 'no-leader'?"),
    ("hints: 1\n", "hints: 0\n", "25:12", "'steps[4].hints' should be from 1 to 9, not 0"),
    ("  - read: hello\n", "  - read: hello\n    speed: 100\n", "6:12", "'speed' should be from 1/64 to 16"),
    ("  - read: hello\n", "  - read: hello\n    focus: four\n", "6:12", "can't be 'four'"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "place", "message"), MISTAKES)
def test_a_mistake_is_shown_where_it_stands(right: str, wrong: str, place: str, message: str) -> None:
    assert right in STRUCTURE

    with pytest.raises(LessonError) as caught:
        read_lesson(STRUCTURE.replace(right, wrong, 1), "small", "lesson.yaml")

    told = [line for line in str(caught.value).splitlines() if line.startswith(f"lesson.yaml:{place}: ")]
    assert any(message in line for line in told), str(caught.value)


def test_all_mistakes_are_told_at_once_in_order() -> None:
    structure = STRUCTURE.replace("minutes: 5", "minutes: x").replace("answer: goes-on", "answer: y")

    with pytest.raises(LessonError) as caught:
        read_lesson(structure, "small", "lesson.yaml")

    places = [line.split(": ")[0] for line in str(caught.value).splitlines()]
    assert places == ["lesson.yaml:1:10", "lesson.yaml:15:13"]


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        ("", "lesson.yaml:1:1: the file is empty"),
        ("minutes: [", "not YAML"),
        ("- a list", "the file should be a mapping (key: value), not a list"),
        ("minutes: 1\nclusters: {}\nsteps: []", "a lesson has at least one cluster"),
        ("minutes: 1\nclusters: {a: {nodes: 3}}\nsteps: []", "a lesson has at least one step"),
        ("minutes: 1\nminutes: 2\n", "the key 'minutes' stands here twice"),
        ("minutes: 1\nclusters: {a: {nodes: 3}}\nsteps: [1]", "a step begins with its kind and its id"),
        ("minutes: 1\nclusters: {a: {nodes: 3}}\nsteps: [{read: a, ask: b}]", "a step begins with its kind"),
    ],
)
def test_a_file_that_is_no_lesson(structure: str, message: str) -> None:
    with pytest.raises(LessonError) as caught:
        read_lesson(structure, "small", "lesson.yaml")

    assert message in str(caught.value)
