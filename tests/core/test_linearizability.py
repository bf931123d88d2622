"""The checker of client histories: examples both ways, and against a slow judge that tries every order."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from raftlab.core.linearizability import Operation, Outcome, Verdict, check, nearby, overwritten, partitions, unique
from tests.core.histories import (
    added,
    deleted,
    is_linearizable,
    known_before,
    read,
    register_history,
    swapped,
    transacted,
    wrote,
)  # fmt: skip

LINEARIZABLE, VIOLATED, UNKNOWN = Outcome.LINEARIZABLE, Outcome.VIOLATED, Outcome.UNKNOWN


def only(*operations: Operation, **how: Any) -> Verdict:
    (verdict,) = check(operations, **how)
    return verdict


# --- examples --------------------------------------------------------------------------------------------------------

FINE = {
    "nothing was ever written": [read(None, 0, 1)],
    "reads while a write is in flight see either": [wrote("1", 0, 9), read(None, 1, 2), read("1", 3, 4, "c3")],
    "writes in flight may take effect in any order": [
        wrote("1", 0, 9), wrote("2", 1, 8, "c3"), read("2", 10, 11), read("2", 12, 13),
    ],
    "a lost write may have happened": [wrote("1", 0, 1), wrote("2", 2, None), read("2", 5, 6)],
    "and it may happen late": [wrote("1", 0, 1), wrote("2", 2, None), read("1", 5, 6), read("2", 7, 8)],
    "or never": [wrote("1", 0, 1), wrote("2", 2, None), read("1", 5, 6), read("1", 7, 8)],
    "a lost read asks for nothing": [wrote("1", 0, 1), read("7", 2, None)],
    "the same value again": [wrote("1", 0, 1), wrote("2", 2, 3), wrote("1", 4, 9), read("2", 5, 6), read("1", 7, 8)],
    "at one moment is at the same time": [wrote("1", 0, 5), read(None, 5, 6)],
    "deletions": [wrote("1", 0, 1), deleted(True, 2, 3), read(None, 4, 5), deleted(False, 6, 7), deleted(None, 8, 9)],
    "additions": [added(1, "1", 0, 9), added(1, "2", 1, 8), read("1", 2, 3), read("2", 10, 11)],
    "a lost addition fills a gap": [added(1, "1", 0, 1), added(5, UNSET, 2, None), added(1, "7", 3, 4)],  # type: ignore[arg-type]
    "swaps": [swapped(None, "1", True, 0, 9), swapped("1", "2", True, 0, 9), swapped("7", "3", False, 10, 11)],
    "a lost swap may have happened": [swapped(None, "1", None, 0, None), read("1", 2, 3)],
    "transactions move between keys": [
        wrote("1", 0, 1, key="a"), transacted("if a==1 then b=1 else c=1", 2, 3), read("1", 4, 5, key="b"),
    ],
    "a transaction's answer": [wrote("1", 0, 1), transacted("if x==1 then get x; x=2 else get x", 2, 3, "1")],
    "a transaction without a condition": [transacted("x=1; y=2", 0, 1), read("1", 2, 3), read("2", 2, 3, key="y")],
    "each key has its own order": [
        wrote("1", 0, 9, key="x"), wrote("1", 0, 9, key="y"), read("1", 1, 2, key="x"), read(None, 3, 4, key="y"),
        read("1", 5, 6, key="y"),
    ],
}  # fmt: skip

WRONG = {
    "never written": [wrote("1", 0, 1), read("2", 2, 3)],
    "written too late": [read("1", 0, 1), wrote("1", 2, 3)],
    "a stale read": [wrote("1", 0, 1), wrote("2", 2, 3), read("1", 4, 5)],
    "an acknowledged write is lost": [wrote("1", 0, 1), read(None, 2, 3)],
    "time goes back for readers": [wrote("1", 0, 9), read("1", 1, 2), read(None, 3, 4)],
    "two readers disagree on the order": [
        wrote("1", 0, 9), wrote("2", 0, 9, "c3"), read("1", 10, 11), read("2", 12, 13),
    ],
    "one lost write can't happen twice": [
        wrote("1", 0, 1), wrote("2", 2, None), read("2", 5, 6), wrote("3", 7, 8), read("2", 9, 10),
    ],
    "a deletion found nothing": [wrote("1", 0, 1), deleted(False, 2, 3)],
    "a deletion found something": [deleted(True, 2, 3)],
    "an addition counted twice": [added(1, "1", 0, 1), added(1, "3", 2, 3)],
    "both swaps succeeded": [swapped(None, "1", True, 0, 9), swapped(None, "2", True, 0, 9)],
    "a swap failed though it fitted": [wrote("1", 0, 1), swapped("1", "2", False, 2, 3)],
    "a transaction took the wrong branch": [
        wrote("1", 0, 1, key="a"), transacted("if a==1 then b=1 else c=1", 2, 3, branch=False),
    ],
    "a transaction wrote half": [transacted("x=1; y=2", 0, 1), read("1", 2, 3), read(None, 4, 5, key="y")],
    "a transaction's answer is old": [wrote("1", 0, 1), transacted("if x==1 then get x; x=2 else get x", 2, 3, None)],
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_these_are_linearizable(name: str) -> None:
    assert [verdict.outcome for verdict in check(FINE[name])] in ([LINEARIZABLE], [LINEARIZABLE, LINEARIZABLE])


@pytest.mark.parametrize("name", WRONG)
def test_these_are_not(name: str) -> None:
    assert only(*WRONG[name]).outcome is VIOLATED


def test_what_keys_hold_at_first_can_be_said() -> None:
    assert only(read("7", 0, 1), initial={"x": "7"}).outcome is LINEARIZABLE
    assert only(read(None, 0, 1), initial={"x": "7"}).outcome is VIOLATED
    assert only(added(1, "8", 0, 1), initial={"x": "7"}).outcome is LINEARIZABLE


def test_keys_are_checked_apart_unless_a_transaction_ties_them() -> None:
    apart = [wrote("1", 0, 1, key="a"), wrote("1", 0, 1, key="b"), wrote("1", 0, 1, key="c"), wrote("1", 0, 1, key="d")]
    tied = [*apart, transacted("if a==1 then c=2 else c=3", 2, 3), transacted("c=5; d=1", 2, 3)]

    assert [keys for keys, _ in partitions(apart)] == [("a",), ("b",), ("c",), ("d",)]
    assert [keys for keys, _ in partitions(tied)] == [("a", "c", "d"), ("b",)]
    assert [len(members) for _, members in partitions(tied)] == [5, 1]


def test_a_transaction_that_compares_revisions_has_to_say_how_it_went() -> None:
    with pytest.raises(ValueError, match="compares revisions"):
        check([transacted("if rev(x)==7 then x=1", 0, 1)])

    assert only(transacted("if rev(x)==7 then x=1", 0, 1, branch=True), read("1", 2, 3)).outcome is LINEARIZABLE
    assert only(transacted("if rev(x)==7 then x=1", 0, 1, branch=False), read("1", 2, 3)).outcome is VIOLATED
    assert only(transacted("if rev(x)==7 then x=1", 0, 1, branch=False), read(None, 2, 3)).outcome is LINEARIZABLE


# --- what is said ----------------------------------------------------------------------------------------------------


def test_a_stale_read_in_words() -> None:
    verdict = only(wrote("1", 5, 9, "c0"), wrote("2", 12, 20), read("1", 40, 45), read("2", 50, 51))

    assert verdict.words == (
        "c2 read x = 1 (asked at 40, answered at 45), though x = 2 had been acknowledged to c1 before the read began "
        "(asked at 12, answered at 20); c0 wrote x = 1 before that, until 9"
    )
    assert verdict.offender == read("1", 40, 45)
    assert verdict.evidence == (wrote("2", 12, 20), wrote("1", 5, 9, "c0"))
    assert (verdict.operations, verdict.explained) == (4, 2)


def test_a_value_of_nobody_in_words() -> None:
    assert only(wrote("1", 0, 1), read("7", 2, 3)).words.endswith("though nobody ever wrote that")
    assert only(read("1", 2, 3), wrote("1", 6, 7)).words.endswith("though c1 asked for that only at 6")


def test_readers_that_disagree_in_words() -> None:
    seen = only(wrote("1", 0, 99), read("1", 3, 4, "c3"), wrote("2", 5, 6, "c4"), read("1", 8, 9))
    crossed = only(wrote("1", 0, 99), wrote("2", 0, 99, "c4"), read("1", 1, 2), read("2", 3, 4, "c3"), read("1", 5, 6))

    assert seen.words == (
        "c2 read x = 1 (asked at 8, answered at 9), though before the read began c4 wrote x = 2 (asked at 5, answered "
        "at 6); c3 read x = 1 until 4, before that"
    )
    assert crossed.words == (
        "c2 read x = 1 (asked at 5, answered at 6), though before the read began c3 read x = 2 (asked at 3, answered "
        "at 4); c2 read x = 1 until 2, before that"
    )


def test_values_that_were_possible_in_words() -> None:
    verdict = only(wrote("1", 0, 1), wrote("2", 2, None), added(1, "9", 4, 5))

    assert verdict.values == ("1", "2")
    assert (
        verdict.words
        == "c3 added 1 to x and was told 9 (asked at 4, answered at 5), though x could only hold 1 or 2 by then"
    )


def test_values_of_what_was_in_flight_or_lost_were_possible_too() -> None:
    twice = wrote("1", 0, 1), wrote("1", 20, 21), read("1", 30, 31)

    assert only(*twice, wrote("2", 2, 9), wrote("3", 2, None), read("7", 4, 5)).values == ("1", "2", "3")


def test_moments_are_written_as_wished() -> None:
    verdict = only(wrote("1", 0, 1), read("7", 2, 3), when=lambda moment: f"{moment}.0 s")

    assert "asked at 2.0 s, answered at 3.0 s" in verdict.words


def test_a_read_tells_how_stale_it_is() -> None:
    history = [wrote("1", 0, 1), wrote("2", 2, 3), wrote("9", 2, 3, key="y"), wrote("3", 4, 5), wrote("4", 6, None)]

    found = overwritten(read("1", 10, 11), history)
    assert found is not None
    assert found.source == history[0]
    assert found.newer == (history[1], history[3])
    assert overwritten(read("3", 10, 11), history) is None
    assert overwritten(read("1", 3, 11), history) is None
    assert overwritten(read("4", 10, 11), history) is None
    assert overwritten(read(None, 10, 11), history) is not None


# --- against a judge that tries every order --------------------------------------------------------------------------

MIXES: list[tuple[tuple[str, ...], int | None, tuple[str, ...]]] = [
    (("write", "read"), None, ("x",)),
    (("write", "read"), 3, ("x",)),
    (("write", "read", "read", "delete"), 2, ("x",)),
    (("write", "read", "swap"), 3, ("x",)),
    (("add", "add", "read", "write", "swap"), 3, ("x",)),
    (("write", "read", "swap", "add", "delete"), 3, ("x",)),
    (("write", "read", "transaction"), 3, ("x", "y")),
    (("write", "read", "swap", "transaction", "transaction", "delete"), 2, ("x", "y")),
]


def any_history(seed: int) -> list[Operation]:
    """Few operations whose answers were thrown with dice: most such histories are wrong, many only just."""
    chance = Random(seed)
    kinds, values, keys = MIXES[seed % len(MIXES)]
    count = chance.randrange(2, 8)
    moments = list(range(2 * count))
    chance.shuffle(moments)
    near, often_lost = chance.random() < 0.5, chance.choice([0.15, 0.5])
    history = []
    for number in range(count):
        asked, answered = sorted(moments[2 * number : 2 * number + 2])
        if near:  # Short ones in a row, some at equal moments.
            asked = 3 * chance.randrange(3 * count // 2)
            answered = asked + 1 + chance.randrange(12)
        lost = chance.random() < often_lost
        value = str(number + 1 if values is None else chance.randrange(values))
        some = chance.choice([None, *map(str, range(values or count + 1))])
        operation = Operation(
            f"c{number}", chance.choice(keys), chance.choice(kinds), asked, None if lost else answered
        )
        if operation.kind == "transaction":
            first, second, third = (chance.choice(keys) for _ in range(3))
            text = f"if {first}=={chance.randrange(values or 4)} then {second}={value} else {third}={some or 0}"
            branch = None if lost else chance.choice([True, False, None])
            operation = replace(operation, key="", text=text, succeeded=branch)
        elif operation.kind == "read" and not lost:
            operation = replace(operation, output=some)
        elif operation.kind == "add":
            total = UNSET if lost or chance.random() < 0.3 else str(chance.randrange(1, 5))
            operation = replace(operation, value="1", output=total)
        elif operation.kind in ("write", "swap"):
            operation = replace(operation, value=value)
        if operation.kind in ("swap", "delete"):
            succeeded = None if lost else chance.choice([True, True, False, None])
            operation = replace(operation, succeeded=succeeded, expected=some if operation.kind == "swap" else None)
        history.append(operation)
    return history


def agrees_with_the_judge(history: list[Operation]) -> None:
    """The verdict is right; and the offender's answer is the first that can't be, while all before it can."""
    verdicts = check(history)
    assert all(verdict.outcome is LINEARIZABLE for verdict in verdicts) == is_linearizable(history)
    for (_, members), verdict in zip(partitions(history), verdicts, strict=True):
        if verdict.offender is not None:
            moment = verdict.offender.complete
            assert moment is not None
            assert not is_linearizable(known_before(members, moment + 1))
            assert is_linearizable(known_before(members, moment))


@settings(max_examples=1500, deadline=None)
@given(st.integers(0, 2**40))
def test_verdicts_are_those_of_a_judge_who_tries_every_order(seed: int) -> None:
    agrees_with_the_judge(any_history(seed))


@settings(max_examples=1500, deadline=None)
@given(st.integers(0, 2**40))
def test_a_violation_proved_from_nearby_is_one(seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearby, "WINDOW", 2)
        patch.setitem(check.__globals__, "PATIENCE", 1)
        agrees_with_the_judge(any_history(seed))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**40))
def test_the_pass_over_unique_values_and_the_search_agree(seed: int) -> None:
    chance = Random(seed)
    history = register_history(seed, 150, chance.randrange(2, 8), lost=chance.choice([0, 0.05]))
    reads = [number for number, it in enumerate(history) if it.kind == "read" and it.complete is not None]
    for number in chance.sample(reads, chance.randrange(3)):
        other = history[chance.choice([it for it in reads if abs(it - number) < 15])]
        history[number] = replace(history[number], output=other.output)

    by_pass = only(*history)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unique, "names_its_writers", lambda *_: False)
        by_search = only(*history)

    assert (by_pass.outcome, by_pass.offender) == (by_search.outcome, by_search.offender)


# --- what real stores do ---------------------------------------------------------------------------------------------

ALL = ("write", "read", "swap", "add", "delete")
MANY = 150_000
"""Steps that suffice for these; without looking ahead they don't."""
STORES: dict[str, dict[str, Any]] = {
    "unique values": {},
    "unique values, some lost": {"lost": 0.05},
    "few values": {"values": 5},
    "few values, some lost": {"values": 5, "lost": 0.02},
    "many clients": {"values": 20, "clients": 40},
    "counters": {"kinds": ("add", "read", "write"), "values": 5, "lost": 0.002},
    "all kinds": {"kinds": ALL, "values": 5},
    "all kinds, some lost": {"kinds": ALL, "values": 5, "lost": 0.01},
}


@pytest.mark.parametrize("name", STORES)
def test_what_a_sequential_store_answers_is_linearizable(name: str) -> None:
    for seed in range(5):
        history = register_history(seed, 2000, **STORES[name])

        assert only(*history, steps=MANY).outcome is LINEARIZABLE


@pytest.mark.parametrize("name", ["few values, some lost", "counters", "all kinds, some lost"])
def test_nothing_wrong_is_proved_from_nearby_about_a_sequential_store(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "WINDOW", 2)
    monkeypatch.setitem(check.__globals__, "PATIENCE", 1)
    for seed in range(20):
        history = register_history(seed, 100, **{**STORES[name], "lost": 0.1})
        history = [replace(it, output=UNSET) if it.kind == "add" and it.invoke % 3 else it for it in history]

        assert only(*history).outcome is LINEARIZABLE


@pytest.mark.parametrize("name", [name for name in STORES if "kinds" not in STORES[name]])
def test_an_old_value_read_after_a_newer_one_was_acknowledged_is_found(name: str) -> None:
    for seed in range(3):
        history = register_history(seed, 500, **STORES[name])
        end = max(it.complete or 0 for it in history)
        stale = [wrote("old", end + 1, end + 2), wrote("new", end + 3, end + 4), read("old", end + 5, end + 6)]

        verdict = only(*history, *stale, read("new", end + 7, end + 8))

        assert verdict.outcome is VIOLATED
        assert verdict.offender == stale[2]
        assert "x = new had been acknowledged to c1 before the read began" in verdict.words


def test_a_budget_that_is_used_up_proves_nothing() -> None:
    history = register_history(1, 1000, kinds=ALL, values=5)
    wrong = [*history, read("never", 10_000, 10_001)]

    assert only(*history, steps=100).outcome is UNKNOWN
    assert only(*wrong, steps=100).outcome is UNKNOWN
    assert "is not known" in only(*history, steps=100).words
    assert only(*wrong).outcome is VIOLATED


@pytest.mark.parametrize(
    "how", [{"values": 5, "lost": 0.01}, {"kinds": ("add", "read", "write"), "values": 5, "lost": 0.002}]
)
def test_a_violation_late_in_a_long_history_is_found_without_undoing_all_of_it(how: dict[str, Any]) -> None:
    history = register_history(1, 10_000, **how)
    end = max(it.complete or 0 for it in history)

    verdict = only(*history, read("never", end + 1, end + 2), steps=60_000)

    assert verdict.outcome is VIOLATED


@pytest.mark.parametrize("values", [None, 100])
def test_a_hundred_thousand_operations_of_ten_clients(values: int | None, benchmark: Any) -> None:
    history = register_history(1, 100_000, values=values)

    (verdict,) = benchmark.pedantic(check, (history,), rounds=3)

    assert verdict.outcome is LINEARIZABLE
    assert verdict.explained == 100_000
