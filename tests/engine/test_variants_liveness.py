"""Rules without which nothing wrong is done, and hardly anything at all."""

from __future__ import annotations

import pytest

from raftlab.core import events as e
from raftlab.core.messages import PreVote
from raftlab.engine.variants.liveness import LIVENESS
from tests.engine.variants import BY_ID, breaks_what_it_says, is_labelled, lives, part_answered, played

STANDS_STILL = sorted({*LIVENESS} - {"no-pre-vote", "listen-to-anybody"})


@pytest.mark.parametrize("variant", LIVENESS)
def test_it_costs_life_and_nothing_else(variant: str) -> None:
    assert BY_ID[variant].breaks == ("Liveness",)
    assert breaks_what_it_says(variant)
    assert lives(played(variant, False))
    assert not lives(played(variant, True))
    assert is_labelled(variant)


@pytest.mark.parametrize("variant", LIVENESS)
def test_it_does_so_with_any_seed(variant: str) -> None:
    for seed in (2, 3, 4):
        assert breaks_what_it_says(variant, seed)
        assert lives(played(variant, False, seed))
        assert not lives(played(variant, True, seed))


@pytest.mark.parametrize("variant", STANDS_STILL)
def test_nothing_is_committed_any_more(variant: str) -> None:
    assert part_answered(played(variant, True)) == 0


@pytest.mark.parametrize("variant", ["no-pre-vote", "listen-to-anybody"])
def test_leaders_are_unseated_again_and_again(variant: str) -> None:
    run = played(variant, True)
    late = [it for it in run.all(e.BecameLeader) if it.at_us >= (run.scenario.end_us or 0) * 2 // 3]
    assert len(late) >= 4
    assert part_answered(run) < 0.75


@pytest.mark.parametrize("variant", ["same-timeout", "timeout-below-round-trip"])
def test_5_2_everybody_stands_and_nobody_wins(variant: str) -> None:
    run = played(variant, True)
    assert run.leaders() == []
    assert len(run.all(e.BecameCandidate)) > 100


def test_dissertation_9_6_who_asks_first_raises_no_term() -> None:
    true, wrong = (played("no-pre-vote", off) for off in (False, True))
    assert len(true.leaders()) == 1
    assert true.cluster.nodes["n3"].current_term == 1
    assert [it for it in true.all(e.MessageSent, node="n3") if type(it.message) is PreVote and it.at_us > 2_000_000]
    assert not [it for it in wrong.all(e.MessageSent) if type(it.message) is PreVote]


def test_november_2020_a_leader_without_a_quorum_is_in_the_way() -> None:
    true, wrong = (played("no-check-quorum", off) for off in (False, True))
    assert [name for name, _ in true.leaders()] == ["n1", "n5"]
    assert [name for name, _ in wrong.leaders()] == ["n1"]
    assert wrong.all(e.VoteRefused, node="n5", reason="lease"), "it hears the old leader, and helps nobody else"


def test_4_2_3_a_removed_server_is_not_listened_to() -> None:
    true, wrong = (played("listen-to-anybody", off) for off in (False, True))
    late_us = 6_500_000
    assert [it for it in true.all(e.VoteRefused, reason="lease", candidate="n4") if it.at_us > late_us]
    assert not [it for it in true.all(e.BecameLeader) if it.at_us > late_us]
    assert not wrong.all(e.VoteRefused, reason="lease")


def test_4_2_2_a_server_votes_though_its_own_log_doesnt_make_it_a_voter() -> None:
    true, wrong = (played("learner-refuses-vote", off) for off in (False, True))
    (granted,) = true.all(e.VoteGranted, node="n3")
    assert granted.candidate == "n2"
    assert wrong.all(e.VoteRefused, node="n3", reason="learner", candidate="n2")
    assert [name for name, _ in wrong.leaders()] == ["n1"]
