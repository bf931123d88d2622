"""Reads answered too early (dissertation 6.4)."""

from __future__ import annotations

import pytest

from raftlab.core import events as e
from raftlab.engine.variants.reading import READING
from tests.engine.variants import breaks_what_it_says, ends_well, is_labelled, played


@pytest.mark.parametrize("variant", READING)
def test_it_breaks_what_it_says(variant: str) -> None:
    assert breaks_what_it_says(variant)
    assert ends_well(played(variant, False))
    assert is_labelled(variant)


@pytest.mark.parametrize("variant", READING)
def test_it_breaks_it_with_any_seed(variant: str) -> None:
    assert all(breaks_what_it_says(variant, seed) for seed in (2, 3, 9))


@pytest.mark.parametrize("variant", READING)
def test_the_reader_is_told_an_old_value_though_another_client_knows_the_new_one(variant: str) -> None:
    run = played(variant, True)
    read = run.all(e.ReadAnswered)[0]
    told = [it for it in run.all(e.ClientAnswered, client="you", outcome="ok") if it.at_us < read.at_us]
    assert (read.value, len(told)) == ("1", 2)


@pytest.mark.parametrize(("variant", "value"), [("read-at-once", "3"), ("read-before-own-commit", "2")])
def test_the_true_rule_tells_the_new_value(variant: str, value: str) -> None:
    assert [it.value for it in played(variant, False).all(e.ReadAnswered)] == [value]


def test_6_4_1_a_lease_is_over_before_a_successor_can_lead() -> None:
    true, wrong = (played("lease-without-drift", off) for off in (False, True))
    (asked,) = true.all(e.ClientAsked, client="reader")
    assert wrong.all(e.ReadAnswered)[0].at_us == asked.at_us
    assert not true.all(e.ReadAnswered)
    assert true.leaders() == wrong.leaders() == [("n1", 1), ("n2", 2)]
