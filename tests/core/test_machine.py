"""The state machine: what each command does, whose retries count, and that views never disturb one another."""

from __future__ import annotations

import sys
import threading

import msgspec
import pytest

from raftlab.core.log import Entry
from raftlab.core.machine import NOTHING, Change, KeyValue, Lease, LeaseChange, Look, Machine, Refusal, Result


def entry(text: str, client: str | None = None, sequence: int = 0) -> Entry:
    return Entry(1, 1, "normal", text, client, sequence)


def apply(machine: Machine, *texts: str) -> Result:
    """Apply texts one after the other; the last one's result."""
    last = NOTHING
    for text in texts:
        results = machine.plan([entry(text)])
        machine.record(results)
        last = results[0]
    return last


def after(*texts: str) -> Machine:
    machine = Machine()
    apply(machine, *texts)
    return machine


def decoded(results: tuple[Result, ...]) -> tuple[Result, ...]:
    """The same results, as a trace's reader makes them: equal, not identical."""
    return msgspec.json.decode(msgspec.json.encode(results), type=tuple[Result, ...])


# --- commands --------------------------------------------------------------------------------------------------------


def test_an_empty_store_has_revision_1_and_the_first_put_makes_2() -> None:
    machine = Machine()
    assert (machine.revision, len(machine), machine.items(), machine.value("x")) == (1, 0, [], None)

    assert apply(machine, "x=3") == Result("ok", None, (Change("x", "3"),), 2)

    assert (machine.revision, len(machine), machine.items(), machine.value("x")) == (2, 1, [("x", "3")], "3")


def test_a_key_carries_the_numbers_of_etcd() -> None:
    machine = after("x=1", "y=1", "x=2")
    assert machine.get("x") == KeyValue("2", 2, 4, 2)

    apply(machine, "del x")
    assert (machine.get("x"), len(machine)) == (None, 1)

    apply(machine, "x=3")
    assert machine.get("x") == KeyValue("3", 6, 6, 1)


@pytest.mark.parametrize(
    ("before", "text", "result"),
    [
        (["x=3"], "get x", Result("ok", "3", (), 2)),
        ([], "get x", Result("ok", None, (), 1)),
        (["x=3"], "del x", Result("ok", "1", (Change("x", None),), 3)),
        (["x=3"], "del y", Result("ok", "0", (), 2)),
        (["x=3"], "add x 4", Result("ok", "7", (Change("x", "7"),), 3)),
        ([], "add x -1", Result("ok", "-1", (Change("x", "-1"),), 2)),
        (["lease grant L 1s", "x=3 @L"], "add x 4", Result("ok", "7", (Change("x", "7", "L"),), 3)),
        (["x=a"], "add x 4", Result("error", "x holds no integer", (), 2)),
        ([], "hello world", Result("ok", None, (), 1)),
        ([], "", Result("ok", None, (), 1)),
        (["x=3"], "if x==3 then x=4; y=5 else z=1", Result("ok", None, (Change("x", "4"), Change("y", "5")), 3)),
        (["x=2"], "if x==3 then x=4; y=5 else z=1", Result("else", None, (Change("z", "1"),), 3)),
        (["x=2"], "if x==3 then x=4", Result("else", None, (), 2)),
        (["x=2"], "if rev(x)==2 and x exists then x=4", Result("ok", None, (Change("x", "4"),), 3)),
        ([], "if rev(x)==0 and x missing then x=4", Result("ok", None, (Change("x", "4"),), 2)),
        (["x=2", "del x"], "if rev(x)==0 and x missing then x=4", Result("ok", None, (Change("x", "4"),), 4)),
        (["x=2"], "x=3; get x; get y", Result("ok", "x=3; y missing", (Change("x", "3"),), 3)),
        (["x=2"], "get x; x=3", Result("ok", "2", (Change("x", "3"),), 3)),
        (["x=2"], "del x; get x", Result("ok", None, (Change("x", None),), 3)),
        (["x=2"], "del x; del y", Result("ok", None, (Change("x", None),), 3)),
        (["x=2"], "y=1; x=3 @L", Result("error", "there is no lease L", (), 2)),
        ([], "lease grant L 2s", Result("ok", None, (), 1, None, 0, LeaseChange("L", 2_000_000))),
        (["lease grant L 2s"], "lease grant L 3s", Result("error", "there is a lease L already", (), 1)),
        ([], "lease revoke L", Result("error", "there is no lease L", (), 1)),
        (["x=1"], "compact 2", Result("ok", None, (), 2, None, 0, None, 2)),
        (["x=1"], "compact 3", Result("error", "revision 3 is not yet; the store is at 2", (), 2)),
        (["x=1", "compact 2"], "compact 2", Result("error", "compacted up to 2 already", (), 2)),
    ],
)
def test_what_a_command_does(before: list[str], text: str, result: Result) -> None:
    assert apply(after(*before), text) == result


def test_a_malformed_command_is_an_error_that_says_why() -> None:
    result = apply(Machine(), "add x one")

    assert result.outcome == "error"
    assert "add x 1" in str(result.answer)


def test_only_normal_entries_do_something() -> None:
    machine = Machine()

    results = machine.plan([entry("x=1"), Entry(1, 1, "noop", "x=3"), Entry(2, 1, "config", "x=3")])
    assert results[1:] == (NOTHING, NOTHING)
    assert results[1] is results[2]

    machine.record(results)

    assert (machine.revision, machine.value("x")) == (2, "1")


def test_a_lease_ends_with_its_keys_and_only_with_those_that_are_still_attached() -> None:
    machine = after("lease grant L 10s", "a=1 @L", "b=1 @L", "c=1 @L", "d=1", "b=2", "del c", "d=2 @L", "c=5")
    assert machine.leases() == {"L": Lease(10_000_000, ("a", "d"))}

    result = apply(machine, "lease revoke L")

    assert result == Result(
        "ok", "2", (Change("a", None), Change("d", None)), 10, None, 0, LeaseChange("L", None)
    )  # both in one revision
    assert (machine.items(), machine.leases()) == ([("b", "2"), ("c", "5")], {})
    apply(machine, "lease grant L 1s")
    assert machine.leases() == {"L": Lease(1_000_000)}


# --- the past --------------------------------------------------------------------------------------------------------


def test_older_revisions_can_be_looked_at_until_they_are_compacted() -> None:
    machine = after("x=1", "y=1", "x=2", "del y")
    old = machine.at(3)
    assert isinstance(old, Look)
    assert (old.value("x"), old.items(), old.get("y")) == ("1", [("x", "1"), ("y", "1")], KeyValue("1", 3, 3, 1))
    assert machine.at(6) == Refusal("future", 5)

    apply(machine, "compact 4")

    assert machine.compacted_revision == 4
    assert machine.at(3) == Refusal("compacted", 4)
    assert isinstance(now := machine.at(4), Look)
    assert now.items() == [("x", "2"), ("y", "1")]


def test_a_watch_is_told_the_changes_since_a_revision() -> None:
    machine = after("x=1", "xy=1; z=1", "get x", "x=2", "del z")

    assert machine.changes_since(1, key="x") == ((2, Change("x", "1")), (4, Change("x", "2")))
    assert machine.changes_since(2, prefix="x") == ((3, Change("xy", "1")), (4, Change("x", "2")))
    assert machine.changes_since(4) == ((5, Change("z", None)),)
    assert machine.changes_since(5) == ()
    assert machine.changes_since(6) == Refusal("future", 5)
    apply(machine, "compact 3")
    assert machine.changes_since(2) == Refusal("compacted", 3)


# --- sessions --------------------------------------------------------------------------------------------------------


def test_6_3_a_repeated_request_is_not_applied_again_and_gets_the_stored_answer() -> None:
    machine = Machine()
    requests = [entry("add x 1", "c1", 1), entry("add x 1", "c1", 1), entry("add x 1", "c2", 1)]

    results = machine.plan(requests)
    machine.record(results)

    assert [(it.outcome, it.answer) for it in results] == [("ok", "1"), ("repeated", "1"), ("ok", "2")]
    assert results[1].changes == ()
    assert machine.sessions() == {"c1": (1, "1"), "c2": (1, "2")}


def test_6_3_a_request_older_than_the_last_has_no_answer_any_more() -> None:
    machine = Machine()
    machine.record(machine.plan([entry("add x 1", "c1", 1), entry("add x 1", "c1", 2)]))

    assert machine.plan([entry("add x 1", "c1", 1)]) == (Result("repeated", None, (), 3),)
    assert machine.plan([entry("add x 1", "c1", 2)]) == (Result("repeated", "2", (), 3),)


def test_6_3_an_error_is_an_answer_too() -> None:
    machine = after("x=a")
    machine.record(machine.plan([entry("add x 1", "c1", 1), entry("x=1")]))

    (again,) = machine.plan([entry("add x 1", "c1", 1)])

    assert (again.outcome, again.answer) == ("repeated", "x holds no integer")


def test_6_3_a_client_that_does_not_number_its_requests_has_no_session() -> None:
    machine = Machine()

    machine.record(machine.plan([entry("add x 1", "c1"), entry("add x 1", "c1")]))

    assert (machine.value("x"), machine.sessions()) == ("2", {})


def test_planning_blindly_applies_a_retry_twice_and_keeps_no_session() -> None:
    machine = Machine()

    machine.record(machine.plan_blindly([entry("add x 1", "c1", 1), entry("add x 1", "c1", 1)]))

    assert (machine.value("x"), machine.sessions()) == ("2", {})


# --- views -----------------------------------------------------------------------------------------------------------


def test_planning_leaves_the_view_as_it_is() -> None:
    machine = after("x=1")
    before = machine.dump()

    machine.plan([entry("x=2"), entry("y=2", "c1", 1), entry("lease grant L 1s"), entry("compact 2")])

    assert (machine.value("x"), len(machine), machine.sessions(), machine.leases()) == ("1", 1, {}, {})
    assert (machine.items(), machine.compacted_revision) == ([("x", "1")], 0)
    assert Machine.load(before) == machine


def test_the_next_server_finds_the_same_results() -> None:
    leader = Machine()
    follower = leader.copy()
    entries = [entry(f"x={number}") for number in range(8)]

    planned = leader.plan(entries)
    leader.record(planned)

    assert all(one is other for one, other in zip(planned[:4], follower.plan(entries[:4]), strict=True))
    follower.record(planned[:4])
    assert all(one is other for one, other in zip(planned[4:], follower.plan(entries[4:]), strict=True))
    follower.record(planned[4:])
    assert follower == leader
    assert follower._history is leader._history


def test_a_fold_that_is_done_again_finds_all_in_place() -> None:
    machine = Machine()
    keyframe = machine.copy()
    results = machine.plan([entry("x=1"), entry("y=1", "c1", 1)])
    machine.record(results)

    keyframe.record(decoded(results)[:1])
    assert (keyframe.value("y"), keyframe.sessions()) == (None, {})
    keyframe.record(decoded(results)[1:])

    assert keyframe == machine
    assert keyframe._history is machine._history


def test_what_only_was_recorded_is_found_by_a_plan() -> None:
    writer, machine = Machine(), Machine()
    planner = machine.copy()
    entries = [entry("x=1"), entry("add x 1")]
    machine.record(writer.plan(entries))

    planned = planner.plan(entries)
    planner.record(planned)

    assert planner == machine
    assert planner._history is machine._history


def test_a_batch_that_reaches_beyond_the_tail_is_partly_found_and_partly_added() -> None:
    machine = after("x=1")
    behind = machine.copy()
    results = machine.plan([entry("x=2"), entry("x=3"), entry("x=4")])
    fresh = after("x=1")
    fresh.record(decoded(results)[:1])
    late = after("x=1")
    late._history, late._length, late.revision = fresh._history, 1, 2

    late.record(decoded(results))
    behind.record(results)

    assert late == behind
    assert late._history is fresh._history


def test_a_plan_finds_only_what_was_planned_at_the_same_place() -> None:
    again = entry("add x 1")
    machine, behind = Machine(), Machine()
    behind._history = machine._history
    machine.record(Machine().plan([entry("x=5"), entry("x=6")]))  # nobody knows of which entries

    machine.record(machine.plan([again]))

    assert behind.plan([again])[0].answer == "1"
    assert machine.value("x") == "7"


def test_views_that_differ_part_ways() -> None:
    one = after("x=1", "lease grant L 1s", "b=1 @L")
    other, third = one.copy(), one.copy()
    apply(one, "x=2", "a=1 @L", "compact 2")
    one.record(one.plan([entry("y=1", "c1", 1)]))

    apply(other, "x=3", "c=1", "lease grant M 1s", "compact 3")

    assert one.items() == [("a", "1"), ("b", "1"), ("x", "2"), ("y", "1")]
    assert one.leases() == {"L": Lease(1_000_000, ("a", "b"))}
    assert (one.sessions(), one.compacted_revision, len(one)) == ({"c1": (1, None)}, 2, 4)
    assert other.items() == [("b", "1"), ("c", "1"), ("x", "3")]
    assert other.leases() == {"L": Lease(1_000_000, ("b",)), "M": Lease(1_000_000)}
    assert (other.sessions(), other.compacted_revision, len(other)) == ({}, 3, 3)
    assert other.changes_since(3) == ((4, Change("x", "3")), (5, Change("c", "1")))
    assert (third.items(), third.revision, third.compacted_revision) == ([("b", "1"), ("x", "1")], 3, 0)
    assert one != other
    apply(third, "lease revoke L")
    assert one.leases() == {"L": Lease(1_000_000, ("a", "b"))}


def test_a_server_that_starts_anew_finds_what_it_applies_again() -> None:
    machine = Machine()
    entries = [entry("x=1"), entry("add x 1", "c1", 1)]
    machine.record(machine.plan(entries))

    anew = machine.reborn()
    assert anew == Machine()
    anew.record(anew.plan(entries))

    assert anew == machine
    assert anew._history is machine._history


def test_a_server_that_starts_anew_after_a_snapshot_is_empty_too() -> None:
    loaded = Machine.load(after("x=1", "lease grant L 1s").dump())
    parted = loaded.copy()
    apply(loaded, "x=2")
    apply(parted, "x=3")

    for machine in (loaded, parted):
        anew = machine.reborn()
        apply(anew, "y=1")
        assert anew == after("y=1")
    assert (loaded.items(), parted.items()) == ([("x", "2")], [("x", "3")])


def test_who_parted_forgets_what_was_planned_beyond_the_parting() -> None:
    one = Machine()
    other = one.copy()
    last = entry("get x")
    one.record(one.plan([entry("x=1"), last]))

    other.record(other.plan([entry("x=2")]))

    assert other.plan([last]) == (Result("ok", "2", (), 2),)


def test_a_plan_that_parts_ways_is_found_again_as_well() -> None:
    one = Machine()
    other = one.copy()
    apply(one, "x=1")
    entries = [entry("x=2")]

    planned = other.plan(entries)

    assert other.copy().plan(entries)[0] is planned[0]


def test_a_history_that_another_thread_is_writing_is_left_to_it() -> None:
    machine = after("x=1")
    other = machine.copy()
    pen = other._history.pen.pop()

    apply(machine, "x=2")

    assert machine._history is not other._history
    assert (machine.value("x"), other.value("x")) == ("2", "1")
    other._history.pen.append(pen)
    apply(other, "x=3")
    assert (machine.value("x"), other.value("x")) == ("2", "3")


def test_two_threads_that_fold_the_same_trace_get_the_same() -> None:
    entries = [entry(f"k{number % 7}={number}", "c1", number + 1) for number in range(3000)]
    results = Machine().plan(entries)
    start = Machine()
    folds = [start.copy() for _ in range(3)]

    def fold(machine: Machine) -> None:
        for place in range(0, len(results), 3):
            machine.record(results[place : place + 3])

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=fold, args=(machine,)) for machine in folds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    alone = Machine()
    alone.record(results)
    for machine in folds:
        assert machine == alone
        assert machine.get("k0") == KeyValue("2996", 2, 2998, 429)


# --- snapshots -------------------------------------------------------------------------------------------------------


def test_7_a_snapshot_is_loaded_as_the_same_machine_without_its_past() -> None:
    machine = after("x=1", "x=2", "lease grant L 1s", "y=1 @L", "lease grant M 1s", "lease revoke M", "compact 2")
    machine.record(machine.plan([entry("z=1", "c1", 7), entry("get x", "c2", 1)]))

    loaded = Machine.load(machine.dump())

    assert loaded == machine
    assert loaded.dump() == machine.dump()
    assert loaded.get("x") == KeyValue("2", 2, 3, 2)
    assert (loaded.sessions(), loaded.leases()) == ({"c1": (7, None), "c2": (1, "2")}, {"L": Lease(1_000_000, ("y",))})
    assert (loaded.compacted_revision, len(loaded)) == (2, 3)
    assert loaded.at(4) == Refusal("compacted", 5)
    assert loaded.changes_since(5) == ()


def test_7_what_follows_a_snapshot_can_be_looked_at_and_can_part_ways() -> None:
    loaded = Machine.load(after("x=1", "y=1").dump())
    other = loaded.copy()

    apply(loaded, "x=2", "z=1")
    apply(other, "del y", "x=3")

    assert loaded.changes_since(3) == ((4, Change("x", "2")), (5, Change("z", "1")))
    assert other.changes_since(3) == ((4, Change("y", None)), (5, Change("x", "3")))
    assert isinstance(old := other.at(3), Look)
    assert old.items() == [("x", "1"), ("y", "1")]
    assert (len(loaded), len(other)) == (3, 1)


def test_7_a_snapshot_is_short() -> None:
    assert after("x=1", "x=2").dump() == (
        '{"revision":3,"compacted":0,"keys":[["x",["2",2,3,2,null]]],"leases":[],"sessions":[]}'
    )
    assert after("x=1", "get x", "x=2").dump() == after("x=1", "x=2").dump()


def test_7_a_text_that_is_no_snapshot_is_refused() -> None:
    with pytest.raises(msgspec.MsgspecError):
        Machine.load("{}")


def test_7_an_installed_snapshot_is_found_in_the_history_it_came_from() -> None:
    leader = Machine()
    follower, old = leader.copy(), leader.copy()
    apply(leader, "x=1", "x=2")
    text = leader.dump()
    apply(leader, "x=5")

    follower.install(text)

    assert (follower.value("x"), follower.revision) == ("2", 3)
    assert follower._history is leader._history
    assert follower.at(2) == Refusal("compacted", 3)  # as if it had been loaded
    apply(follower, "x=3")
    assert (leader.value("x"), follower.value("x"), old.value("x")) == ("5", "3", None)


def test_7_a_snapshot_that_is_installed_again_shares_what_came_after_the_first_time() -> None:
    text = after("x=1").dump()
    machine = Machine()
    keyframe = machine.copy()
    machine.install(text)
    apply(machine, "x=2")

    keyframe.install(text)
    apply(keyframe, "x=2")

    assert keyframe == machine
    assert keyframe._history is machine._history


def test_machines_are_equal_by_what_they_hold() -> None:
    assert after("x=1", "get x") == after("x=1")
    assert after("x=1") != after("y=1")
    assert after("x=1") != after("x=1", "x=1")
    assert after("x=1") != after("x=1", "lease grant L 1s")
    assert after("x=1") != after("x=1", "compact 2")
    session = Machine()
    session.record(session.plan([entry("get x", "c1", 1)]))
    assert session != Machine()
