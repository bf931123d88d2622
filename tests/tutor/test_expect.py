"""Goals over time: at once, for a while, within a time, on two clusters."""

from __future__ import annotations

from raftlab.core.events import CommitAdvanced, SourceNoted
from raftlab.core.model import Cluster, Config, Node
from raftlab.trace.query import Query
from raftlab.tutor.expect import Expectation
from raftlab.tutor.lesson import Goal


def cluster(commit: int = 0) -> Cluster:
    it = Cluster.empty()
    it.nodes["n1"] = Node.blank("n1", Config(("n1",)))
    it.nodes["n1"].commit_index = commit
    return it


def goal(holds_for_us: int = 0, within_us: int | None = None) -> Goal:
    return Goal((("a", Query("commit >= 1")),), holds_for_us, within_us)


def happen(expected: Expectation, at_us: int, commit: int, name: str = "a") -> None:
    expected.see(name, CommitAdvanced(at_us, "n1", None, None, commit), cluster(commit))


def test_a_goal_is_met_by_the_event_that_makes_it_hold() -> None:
    expected = Expectation(goal(), {"a": cluster()}, 0)
    assert not expected.met

    happen(expected, 10, 1)

    assert expected.met


def test_a_goal_that_holds_already_is_met_at_once() -> None:
    assert Expectation(goal(), {"a": cluster(1)}, 0).met
    assert not Expectation(goal(holds_for_us=5), {"a": cluster(1)}, 0).met


def test_holding_for_a_while_begins_anew_when_it_stops() -> None:
    expected = Expectation(goal(holds_for_us=100), {"a": cluster()}, 0)
    happen(expected, 10, 1)
    assert expected.due_us() == 110
    happen(expected, 50, 0)
    expected.pass_time(200)
    assert not expected.met
    happen(expected, 300, 1)
    expected.pass_time(399)
    assert not expected.met
    expected.pass_time(400)
    assert expected.met


def test_it_is_met_by_the_time_alone_even_if_the_next_event_ends_it() -> None:
    expected = Expectation(goal(holds_for_us=100), {"a": cluster(1)}, 0)

    happen(expected, 5_000, 0)

    assert expected.met


def test_time_runs_out() -> None:
    expected = Expectation(goal(within_us=100), {"a": cluster()}, 50)

    assert expected.deadline_us == expected.due_us() == 150
    assert not expected.is_over(149)
    assert expected.is_over(150)
    happen(expected, 150, 1)
    assert not expected.is_over(151), "what was met in time stays met"


def test_two_clusters_must_hold_together() -> None:
    both = Goal((("a", Query("commit >= 1")), ("b", Query("commit >= 1"))))
    expected = Expectation(both, {"a": cluster(), "b": cluster()}, 0)

    happen(expected, 10, 1, "a")
    happen(expected, 20, 0, "a")
    happen(expected, 30, 1, "b")
    assert not expected.met
    happen(expected, 40, 1, "a")
    assert expected.met


def test_an_events_goal_holds_at_its_event_only() -> None:
    expected = Expectation(Goal((("a", Query('kind == "CommitAdvanced"')),), 10), {"a": cluster()}, 0)

    happen(expected, 10, 0)
    expected.see("a", SourceNoted(15, None, None, None, "x"), cluster())
    expected.pass_time(100)

    assert not expected.met


def test_turning_time_back_forgets_what_held() -> None:
    expected = Expectation(goal(holds_for_us=100), {"a": cluster()}, 0)
    happen(expected, 50, 1)

    expected.rewind({"a": cluster()}, 20)
    expected.pass_time(500)

    assert not expected.met
