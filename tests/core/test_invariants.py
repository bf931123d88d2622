"""The checker: each property is seen broken by a history made for it, and holds where a naive check would cry wolf."""

from __future__ import annotations

from raftlab.core.events import (
    BecameFollower,
    BecameLeader,
    ClusterCreated,
    CommitAdvanced,
    EntryAppended,
    EntryApplied,
    Event,
    LogTruncated,
    TermAdvanced,
)
from raftlab.core.invariants import Checker
from raftlab.core.model import Entry

CREATED = ClusterCreated(0, None, None, None, ("n1", "n2", "n3"))


def leads(node: str, term: int) -> list[Event]:
    return [TermAdvanced(0, node, None, None, term), BecameLeader(0, node, None, None, term)]


def appends(node: str, index: int, term: int, text: str = "") -> Event:
    return EntryAppended(0, node, None, None, Entry(index, term, "normal", text))


def commits(node: str, index: int) -> Event:
    return CommitAdvanced(0, node, None, None, index)


def broken(*events: Event | list[Event]) -> list[str]:
    checker = Checker()
    flat: list[Event] = [CREATED]
    for event in events:
        flat.extend(event if isinstance(event, list) else [event])
    for position, event in enumerate(flat):
        checker.observe(position, event)
    return [it.invariant for it in checker.broken]


def test_election_safety_looks_at_the_past() -> None:
    gone = BecameFollower(0, "n1", None, None, 2)
    assert broken(leads("n1", 1), leads("n2", 2)) == []
    assert broken(leads("n1", 1), gone, leads("n2", 1)) == ["Election Safety"]


def test_leader_append_only() -> None:
    assert broken(leads("n1", 1), appends("n1", 1, 1), LogTruncated(0, "n1", None, None, 1)) == ["Leader Append-Only"]
    follower = [appends("n2", 1, 1), LogTruncated(0, "n2", None, None, 1), appends("n2", 1, 2)]
    assert broken(follower) == []


def test_log_matching() -> None:
    assert broken(appends("n1", 1, 1, "a"), appends("n2", 1, 1, "b")) == ["Log Matching"]
    # The same index and term, but something else before it.
    assert broken(appends("n1", 1, 1), appends("n1", 2, 3), appends("n2", 1, 2), appends("n2", 2, 3)) == [
        "Log Matching"
    ]
    assert broken(appends("n1", 1, 1, "a"), appends("n2", 1, 2, "b")) == []


def test_leader_completeness_goes_by_the_term_of_the_commit() -> None:
    held = [appends("n1", 1, 2), appends("n2", 1, 2)]
    lost = [leads("n1", 2), *held, commits("n1", 1), leads("n3", 3)]
    assert broken(*lost) == ["Leader Completeness"]
    # Figure 8: an entry of term 2, committed only in term 4; the leader of term 3 need not hold it.
    figure_8 = [leads("n1", 2), *held, leads("n3", 3), leads("n1", 4), appends("n1", 2, 4), commits("n1", 2)]
    assert broken(*figure_8) == []
    # A commit that comes after the next leader's election binds that leader too.
    late = [leads("n1", 2), *held, leads("n3", 3), commits("n1", 1)]
    assert broken(*late) == ["Leader Completeness"]


def test_state_machine_safety() -> None:
    applied = [EntryApplied(0, "n1", None, None, 1), EntryApplied(0, "n2", None, None, 1)]
    assert broken(appends("n1", 1, 1, "a"), appends("n2", 1, 2, "b"), *applied) == ["State Machine Safety"]
    assert broken(appends("n1", 1, 1, "a"), appends("n2", 1, 1, "a"), *applied) == []
