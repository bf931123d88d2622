"""The paper's five (Figure 3): each is seen broken, and holds where a naive check cries wolf."""

from __future__ import annotations

from raftlab.core.events import BecameFollower, ClusterCreated, History, LogTruncated, NodeObserved, SnapshotInstalled
from raftlab.core.model import Entry
from tests.core.invariant_histories import (
    IMPORTED,
    appends,
    appends_all,
    applies,
    applies_all,
    broken,
    check,
    commits,
    leads,
    put,
    reaches,
    wins,
)

A, B = Entry(1, 1, "normal", "a"), Entry(2, 1, "normal", "b")


def test_election_safety_looks_at_the_past() -> None:
    gone = BecameFollower(0, "n1", None, None, 2)
    again = [reaches("n3", 1), wins("n3", 1)]

    assert broken(IMPORTED, leads("n1", 1), gone, leads("n2", 2, "n3")) == []
    assert broken(IMPORTED, leads("n1", 1), gone, again) == ["Election Safety"]
    assert check(IMPORTED, leads("n1", 1), again)[0].text == "n1 and n3 both lead term 1"


def test_leader_append_only() -> None:
    led = [*leads("n1", 1), appends("n1", 1, 1, "a")]
    followed = [appends("n2", 1, 1), LogTruncated(0, "n2", None, None, 1), appends("n2", 1, 2)]

    assert broken(*led, LogTruncated(0, "n1", None, None, 1)) == ["Leader Append-Only"]
    assert broken(*led, appends("n1", 1, 2, "b")) == ["Leader Append-Only"]
    assert broken(*led, BecameFollower(0, "n1", None, None, 2), LogTruncated(0, "n1", None, None, 1)) == []
    assert broken(*followed) == []


def test_log_matching() -> None:
    assert broken(appends("n1", 1, 1, "a"), appends("n2", 1, 1, "b")) == ["Log Matching"]
    # The same index and term, but something else before it.
    elsewhere = [appends("n1", 1, 1), appends("n1", 2, 3), appends("n2", 1, 2)]
    assert broken(*elsewhere, appends("n2", 2, 3)) == ["Log Matching"]
    assert broken(*elsewhere, appends("n2", 2, 4)) == []
    assert broken(appends("n1", 1, 1, "a"), appends("n2", 1, 2, "b")) == []


def test_log_matching_of_entries_that_come_together() -> None:
    assert broken(appends_all("n1", A, B), appends_all("n2", A, B)) == []
    assert broken(appends_all("n1", A, B), appends_all("n2", A, Entry(2, 1, "normal", "c"))) == ["Log Matching"]
    assert broken(appends_all("n1", A, B), appends_all("n2", A, Entry(2, 2, "normal", "c"))) == []


def test_log_matching_where_logs_part_ways_and_meet_again() -> None:
    three = [Entry(1, 1, "normal", "a"), Entry(2, 2, "normal", "b"), Entry(3, 3, "normal", "c")]
    other = [three[0], Entry(2, 4, "normal", "d")]
    goes_back = [appends_all("n1", *three), appends_all("n2", *other), LogTruncated(0, "n2", None, None, 2)]

    assert broken(*goes_back, appends_all("n2", *three[1:])) == []
    # Back where the logs part, the entry that stood there is still known.
    assert broken(*goes_back, appends("n2", 2, 4, "d")) == []
    assert broken(*goes_back, appends("n2", 2, 4, "e")) == ["Log Matching"]


def test_log_matching_of_a_term_whose_entries_dont_stand_in_a_row() -> None:
    row = [Entry(1, 1), Entry(2, 5), Entry(3, 5), Entry(4, 5, "normal", "c")]
    # Entry 4 of term 5, where entry 3 is of another term; then somebody holds another one there.
    gap = [appends_all("n1", *row[:2]), appends_all("n2", Entry(1, 2), Entry(2, 3), Entry(3, 3), row[3])]
    third = [appends("n3", index, 4) for index in (1, 2, 3)]

    assert broken(*gap, appends_all("n1", row[2])) == []
    assert broken(*gap, appends_all("n1", *row[2:])) == ["Log Matching"]
    assert broken(*gap, appends_all("n1", row[2]), appends_all("n1", row[3])) == ["Log Matching"]
    assert broken(*gap, *third, appends("n3", 4, 5, "c")) == ["Log Matching"]
    assert broken(*gap, *third, appends("n3", 4, 6, "c")) == []


def test_leader_completeness_goes_by_the_term_of_the_commit() -> None:
    held = [appends("n1", 1, 2), appends("n2", 1, 2)]
    lost = [IMPORTED, *leads("n1", 2), *held, commits("n1", 1), *leads("n3", 3)]
    assert broken(*lost) == ["Leader Completeness"]
    # Figure 8: an entry of term 2, committed only in term 4; the leader of term 3 need not hold it.
    figure_8 = [*leads("n1", 2), *held, *leads("n3", 3), *leads("n1", 4), appends("n1", 2, 4), commits("n1", 2)]
    assert broken(IMPORTED, *figure_8) == []
    # A commit that comes after the next leader's election binds that leader too.
    late = [*leads("n1", 2), *held, *leads("n3", 3), commits("n1", 1)]
    assert broken(IMPORTED, *late) == ["Leader Completeness"]


def test_leader_completeness_remembers_every_term() -> None:
    held = [appends("n1", 1, 1, "a"), appends("n2", 1, 1, "a")]
    first = [IMPORTED, *leads("n1", 1), *held, commits("n1", 1)]
    second = [*leads("n2", 4), appends("n2", 2, 4, "b"), commits("n2", 2)]

    # Term 2 is won late, after term 4: it must hold what term 1 committed, and need not hold what term 4 did.
    assert broken(*first, *second, wins("n1", 2)) == []
    assert broken(*first, *second, wins("n3", 2)) == ["Leader Completeness"]


def test_leader_completeness_binds_whoever_an_old_leader_commits_before() -> None:
    held = [appends("n1", 1, 1, "a"), appends("n2", 1, 1, "a"), appends("n2", 2, 4, "b")]
    late = [IMPORTED, *leads("n1", 1), *held, *leads("n2", 4), commits("n2", 2), commits("n1", 1)]

    assert broken(*late, wins("n3", 2)) == ["Leader Completeness"]
    assert broken(*late, appends("n3", 1, 1, "a"), wins("n3", 2)) == []


def test_leader_completeness_is_not_asked_of_a_log_with_holes() -> None:
    seen = NodeObserved(0, "n3", None, None, last_index=4)
    committed = [IMPORTED, *leads("n1", 1), appends("n1", 1, 1, "a"), commits("n1", 1)]

    assert broken(*committed, seen, leads("n3", 2)) == []


def test_state_machine_safety_of_entries() -> None:
    applied = [applies("n1", 1), applies("n2", 1)]

    assert broken(appends("n1", 1, 1, "a"), appends("n2", 1, 2, "b"), *applied) == ["State Machine Safety"]
    assert broken(appends("n1", 1, 1, "a"), appends("n2", 1, 1, "a"), *applied) == []
    together = [applies_all("n1", 1, put(2), put(3)), applies_all("n2", 1, put(2), put(3))]
    assert broken(appends_all("n1", A, B), appends_all("n2", A, B), *together) == []
    other = Entry(2, 2, "normal", "c")
    assert broken(appends_all("n1", A, B), appends_all("n2", A, other), *together) == ["State Machine Safety"]


def test_state_machine_safety_of_results() -> None:
    held = [appends("n1", 1, 1, "a"), appends("n2", 1, 1, "a")]

    assert broken(*held, applies("n1", 1, put(2, "1")), applies("n2", 1, put(2, "1"))) == []
    assert broken(*held, applies("n1", 1, put(2, "1")), applies("n2", 1, put(2, "2"))) == ["State Machine Safety"]
    both = [appends_all("n1", A, B), appends_all("n2", A, B), applies_all("n1", 1, put(2), put(3))]
    assert broken(*both, applies_all("n2", 1, put(2), put(3))) == []
    assert broken(*both, applies_all("n2", 1, put(2), put(3, "2"))) == ["State Machine Safety"]


def dump(revision: int, value: str) -> str:
    return f'{{"revision":{revision},"compacted":0,"keys":[["x",["{value}",2,3,2]]],"leases":[],"sessions":[]}}'


def test_state_machine_safety_of_snapshots() -> None:
    before = [
        *leads("n1", 1), appends_all("n1", A, B), appends_all("n2", A, B),
        commits("n1", 2), applies_all("n1", 1, put(2, "1"), put(3, "2")),
    ]  # fmt: skip

    def installs(text: str) -> SnapshotInstalled:
        return SnapshotInstalled(0, "n3", None, None, 2, 1, machine=text)

    assert broken(*before, installs(dump(3, "2"))) == []
    assert broken(*before, installs(dump(3, "1"))) == ["State Machine Safety"]
    assert broken(*before, installs(dump(2, "2"))) == ["State Machine Safety"]
    assert broken(*before, installs("nonsense")) == ["State Machine Safety"]
    # Another one of an earlier index is compared with the store of then.
    earlier = SnapshotInstalled(0, "n2", None, None, 1, 1, machine=dump(2, "1"))
    assert broken(*before, installs(dump(3, "2")), earlier) == []
    # What follows a snapshot is compared with what others hold there.
    goes_on = [installs(dump(3, "2")), appends("n1", 3, 1, "c")]
    assert broken(*before, *goes_on, appends("n3", 3, 1, "c")) == []
    assert broken(*before, *goes_on, appends("n3", 3, 1, "d")) == ["Log Matching"]


def test_a_log_with_holes_is_compared_with_no_other() -> None:
    seen = NodeObserved(0, "n2", None, None, last_index=4)

    assert broken(IMPORTED, seen, appends("n2", 5, 1, "a"), appends("n1", 1, 1), appends("n1", 2, 1)) == []
    assert broken(IMPORTED, appends("n2", 5, 1, "a"), *[appends("n1", index, 1) for index in range(1, 6)]) == []
    # What is applied is compared all the same, entry by entry.
    applied = [applies("n2", 5), applies("n1", 5)]
    logs = [appends("n2", 5, 1, "a"), *[appends("n1", index, 1) for index in range(1, 5)]]
    assert broken(IMPORTED, *logs, appends("n1", 5, 2, "b"), *applied) == ["State Machine Safety"]
    assert broken(IMPORTED, *logs, appends("n1", 5, 1, "a"), *applied) == []


def test_logs_that_nodes_begin_with_count() -> None:
    histories = {"n1": History(1, None, (A,)), "n2": History(1, None, (Entry(1, 1, "normal", "b"),))}
    created = ClusterCreated(0, None, None, None, ("n1", "n2", "n3"), histories=histories)

    assert broken(created) == ["Log Matching"]
