"""A lesson being played: verdicts, going back and forward, trying again, coming back another day."""

from __future__ import annotations

import pytest

from raftlab.core.commands import Crash, Heal, Propose
from raftlab.core.errors import CommandError
from raftlab.core.model import CRASHED
from raftlab.session.lesson_play import LessonPlay
from raftlab.tutor import Progress
from tests.tutor.small import play, run, small


def crashed(it: LessonPlay) -> int:
    return sum(node.status is CRASHED for node in it.session.state().nodes.values())


def test_a_step_begins_at_rest_and_next_does_what_comes_naturally() -> None:
    it = play()
    assert (it.kind, it.passed, it.session.now_us) == ("read", True, 0)

    assert it.next()
    assert (it.kind, it.passed, it.session.playing) == ("watch", False, False)
    assert it.next(), "starts it"
    assert it.session.playing
    assert it.next(), "brings it to its end"
    assert it.passed
    assert not it.session.playing
    assert it.session.state().leader() is not None
    assert it.next()
    assert it.kind == "ask"
    assert not it.next(), "a question wants an answer"


def test_a_watch_stops_at_the_very_event_it_waits_for() -> None:
    it = play(at="leader")
    it.session.speed = 16.0  # one frame is half a simulated second

    run(it, 5_000_000)

    event = it.session.event()
    assert event is not None
    leader = it.session.state().leader()
    assert leader is not None
    first = it.session.timeline.next("BecameLeader", -1)
    assert first is not None
    assert it.session.timeline.event(first).at_us == it.session.now_us


def test_a_number_is_asked_for() -> None:
    it = play(at="quorum")
    assert it.asks_number
    assert it.goal_text == "How many?"

    with pytest.raises(CommandError, match="a whole number, not 'many'"):
        it.answer("many")
    assert it.tries == 0

    verdict = it.answer(" 1 ")
    assert verdict is not None
    assert (verdict.right, verdict.words) == (False, "One is not more than half.")
    verdict = it.answer("99")
    assert verdict is not None
    assert verdict.words == "Count again."
    assert (it.tries, it.passed) == (2, False)

    verdict = it.answer("2")
    assert verdict is not None
    assert (verdict.right, verdict.words, it.passed, it.credit) == (True, "Two it is.", True, 1)
    with pytest.raises(CommandError, match="has been answered"):
        it.answer("3")


def test_hints_come_one_by_one_and_cost_credit() -> None:
    it = play(at="quorum")

    assert (it.hint(), it.hints_left) == ("more than half", 1)
    assert (it.hint(), it.hint()) == ("two", None)
    assert it.hints_shown == ("more than half", "two")
    it.answer("2")

    assert it.credit == 1


@pytest.mark.parametrize(("answer", "right", "credit"), [("goes-on", True, 3), ("2", True, 3), ("stops", False, 1)])
def test_a_prediction_is_committed_before_the_reveal(answer: str, right: bool, credit: int) -> None:
    it = play(at="crash-one")
    assert [choice.name for choice in it.choices] == ["stops", "goes-on"]

    assert it.answer(answer) is None, "no verdict before the cluster has shown it"
    assert it.revealing
    assert crashed(it) == 1
    with pytest.raises(CommandError, match="has been answered"):
        it.answer("stops")
    run(it, 3_000_000)

    assert it.verdict is not None
    assert (it.verdict.right, it.passed, it.credit) == (right, True, credit)


def test_an_act_is_judged_by_the_state_and_not_by_the_commands() -> None:
    it = play(at="stop-it")
    assert it.allowed == {"crash", "propose"}
    assert crashed(it) == 1
    with pytest.raises(CommandError, match="this step takes crash, propose; not heal"):
        it.do(Heal())

    it.do(Propose("a=1", client="someone"))
    assert it.session.playing, "the first command sets the cluster going"
    run(it, 500_000)
    assert it.verdict is None
    it.do(Crash("follower-1"))
    it.do(Propose("b=1"))
    run(it, 900_000)
    assert it.verdict is None, "it has to hold for a second"
    run(it, 200_000)

    assert it.verdict is not None
    assert (it.verdict.right, it.credit) == (True, 3)


def test_a_wrong_turn_has_its_own_words_and_ends_the_try() -> None:
    it = play(at="stop-it")
    it.do(Crash("leader"))

    assert it.verdict is not None
    assert (it.verdict.right, it.verdict.name, it.verdict.words) == (False, "no-leader", "The leader is gone.")
    assert (it.tries, it.passed) == (1, False)
    with pytest.raises(CommandError, match="this try is over"):
        it.do(Propose("x=1"))
    assert not it.next()

    it.reset()
    assert (it.verdict, it.tries, crashed(it)) == (None, 1, 1)
    it.do(Crash("follower-1"))
    it.do(Propose("x=1"))
    run(it, 2_000_000)
    assert (it.passed, it.credit) == (True, 2)


def test_time_runs_out() -> None:
    it = play(at="stop-it")

    run(it, 21_000_000)

    assert it.verdict is not None
    assert (it.verdict.name, it.verdict.words) == ("late", "Too late.")


def test_a_shown_solution_earns_nothing() -> None:
    it = play(at="stop-it")
    it.do(Crash("leader"))
    it.show_solution()
    run(it, 3_000_000)

    assert it.verdict is not None
    assert (it.verdict.right, it.credit, it.passed) == (True, 0, True)

    it = play(at="quorum")
    it.show_solution()
    assert (it.passed, it.credit, it.chosen) == (True, 0, "2")


def test_going_back_neither_replays_nor_loses_the_cluster() -> None:
    it = play(at="quorum")
    it.answer("2")
    it.next()
    it.answer("goes-on")
    run(it, 3_000_000)
    then, state = it.session.now_us, it.session.state()
    leader_at = it._places[1].now_us

    it.back()
    it.back()
    assert (it.kind, it.session.now_us, crashed(it)) == ("watch", leader_at, 0)
    assert it.verdict is not None
    it.session.playing = True
    it.tick(1_000_000)
    assert not it.session.playing, "nothing lies ahead of a step that was left"
    it.reset()
    run(it, 2_000_000)
    assert it.verdict is not None, "it can be watched again"

    it.next()
    it.next()
    assert (it.kind, it.session.now_us) == ("predict", then)
    assert it.session.state() == state
    assert it.reached == 3


def test_a_step_that_was_left_can_be_tried_again_without_touching_the_later_ones() -> None:
    it = play(at="stop-it")
    it.go(3)
    it.reset()
    it.answer("stops")
    run(it, 3_000_000)
    assert it.verdict is not None
    assert not it.verdict.right

    it.next()
    assert (it.kind, crashed(it), it.verdict) == ("act", 1, None)


def test_acting_in_the_past_is_judged_anew() -> None:
    it = play(at="stop-it")
    it.do(Propose("a=1"))
    run(it, 300_000)
    it.do(Crash("follower-1"))
    it.do(Propose("b=1"))
    run(it, 600_000)
    start = it._places[4]._start[0][1]

    it.session.seek(start)  # before all that
    it.do(Propose("c=1"))
    run(it, 3_000_000)

    assert crashed(it) == 1
    assert it.verdict is None, "what was undone doesn't count"


def test_stepping_by_events_is_seen_too() -> None:
    it = play(at="leader")
    while it.verdict is None:
        assert it.session.step()
        it.tick(0)

    assert it.passed


def test_progress_is_kept_after_every_step_and_taken_up_again() -> None:
    progress = Progress()
    it = play(progress)
    it.next()
    it.next()
    it.next()
    assert list(progress.lesson("small").steps) == ["hello", "leader"]
    it.next()
    it.answer("3")
    it.answer("2")
    it.next()
    assert progress.lesson("small").at == "crash-one"
    assert progress.lesson("small").steps["quorum"].tries == 1

    again = play(progress)
    assert (again.step.id, again.reached) == ("crash-one", 3)
    assert again.session.state().leader() is not None
    assert progress.lesson("small").steps["quorum"].credit == 2, "being brought here earns nothing"
    again.back()
    again.back()
    later = play(progress)
    assert (later.step.id, later.reached) == ("leader", 3)


def test_a_lesson_done_is_begun_anew() -> None:
    progress = Progress()
    it = play(progress, at="stop-it")
    it.show_solution()
    run(it, 3_000_000)
    assert it.done
    assert progress.lesson("small").done

    again = LessonPlay(*small(), progress)
    assert (again.index, again.done) == (0, False)
    assert not again.problems


def test_a_step_solved_and_begun_again_is_left_solved() -> None:
    it = play(at="leader")
    it.next()
    it.next()
    it.reset()
    assert it.session.state().leader() is None

    it.next()

    assert it.kind == "ask"
    assert it.session.state().leader() is not None


TWO = """\
minutes: 1
clusters: {three: {nodes: 3, seed: 4}, four: {nodes: 4, seed: 5}, late: {nodes: 3, seed: 1}}
steps:
  - watch: both-lead
    show: [three, four]
    until: {three: leader is not None, four: leader is not None}
  - act: both-write
    focus: four
    allow: [propose]
    goal: {three: commit >= 1, four: commit >= 1}
    hints: 1
    solution: [{propose: "x=1"}, {propose: "x=1", in: three}]
    wrong: [{path: [{propose: "x=1"}], leads-to: late}]
  - read: another
    show: [late, three]
"""

TWO_TEXT = """\
# Two
Side by side.
## clusters
### three
Three servers
### four
Four servers
### late
Three more
## both-lead
Watch.
### goal
both lead
## both-write
Write.
### goal
both commit
### hint
both
### right
Yes.
### wrong
No.
## another
The end.
"""


def test_two_clusters_live_side_by_side() -> None:
    it = LessonPlay(*small(TWO, TWO_TEXT), Progress())
    assert [lane.title for lane in it.session.lanes] == ["Three servers", "Four servers"]
    it.next()
    run(it, 5_000_000)
    assert it.passed
    assert it.next()

    assert it.session.focus == 1
    it.do(Propose("x=1"))
    run(it, 500_000)
    assert (it.verdict, it.session.lanes[1].state().leaders()[0].commit_index) == (None, 1)
    it.session.focus = 0
    it.do(Propose("x=1"))
    run(it, 500_000)
    assert it.verdict is not None
    assert it.verdict.right

    three, now_us = it.session.lanes[0].state(), it.session.now_us
    it.next()
    assert [lane.title for lane in it.session.lanes] == ["Three more", "Three servers"]
    assert it.session.now_us == now_us
    assert it.session.lanes[1].state() == three
    assert it.session.lanes[0].state().leader() is not None, "the younger cluster has lived meanwhile"
    it.back()
    assert [lane.title for lane in it.session.lanes] == ["Three servers", "Four servers"]
    assert it.session.lanes[0].state() == three
