"""Promises that a crash takes back, requests that take effect twice, entries that come again."""

from __future__ import annotations

import pytest

from raftlab.core import events as e
from raftlab.engine.variants.durability import DURABILITY
from tests.engine.variants import breaks_what_it_says, ends_well, is_labelled, played


@pytest.mark.parametrize("variant", DURABILITY)
def test_it_breaks_what_it_says(variant: str) -> None:
    assert breaks_what_it_says(variant)
    assert ends_well(played(variant, False))
    assert is_labelled(variant)


@pytest.mark.parametrize("variant", sorted({*DURABILITY} - {"acknowledge-before-fsync"}))
def test_it_breaks_it_with_any_seed(variant: str) -> None:
    """(What is left of an unfinished write is chance, so one of them needs its seed.)"""
    assert all(breaks_what_it_says(variant, seed) for seed in (2, 3, 4))


def test_figure_2_nobody_is_told_of_an_entry_that_isnt_on_disk() -> None:
    true, wrong = (played("acknowledge-before-fsync", off) for off in (False, True))
    assert wrong.all(e.ClientAnswered, sequence=2, outcome="ok")
    assert not true.all(e.ClientAnswered, sequence=2, outcome="ok")
    for run in true, wrong:
        assert {node.machine.value("x") for node in run.cluster.nodes.values()} == {"3"}
        assert all("x=2" not in [entry.text for entry in node.log] for node in run.cluster.nodes.values())


def test_5_2_a_vote_that_is_not_on_disk_is_given_to_nobody() -> None:
    true, wrong = (played("vote-before-fsync", off) for off in (False, True))
    assert [it.candidate for it in wrong.all(e.VoteGranted, node="n3", term=1)] == ["n1", "n2"]
    assert wrong.leaders() == [("n1", 1), ("n2", 1)]
    assert true.leaders() == [("n2", 1)]


def test_a_server_with_a_torn_disk_doesnt_start() -> None:
    true, wrong = (played("start-from-torn-disk", off) for off in (False, True))
    assert [it.node for it in true.all(e.DiskFoundTorn)] == ["n3"]
    assert not wrong.all(e.DiskFoundTorn)
    assert wrong.leaders() == [("n1", 1), ("n2", 2)]
    assert {name for name, _ in true.leaders()} == {"n1"}


def test_dissertation_6_3_a_request_that_is_asked_twice_is_carried_out_once() -> None:
    values = [played("no-sessions", off).cluster.nodes["n3"].machine.value("x") for off in (False, True)]
    assert values == ["1", "2"]


def test_7_entries_that_are_in_the_snapshot_are_known() -> None:
    true, wrong = (played("append-compacted-again", off) for off in (False, True))
    texts = [[it.text for it in run.cluster.nodes["n3"].log] for run in (true, wrong)]
    assert texts == [["x=2", "x=3"], ["x=1", "x=3"]]
