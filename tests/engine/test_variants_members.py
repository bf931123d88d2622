"""Changes of members done wrongly (6; dissertation 4)."""

from __future__ import annotations

import pytest

from raftlab.core import events as e
from raftlab.engine.variants.members import MEMBERS
from tests.engine.variants import breaks_what_it_says, ends_well, is_labelled, played


@pytest.mark.parametrize("variant", MEMBERS)
def test_it_breaks_what_it_says(variant: str) -> None:
    assert breaks_what_it_says(variant)
    assert ends_well(played(variant, False))
    assert is_labelled(variant)


@pytest.mark.parametrize("variant", MEMBERS)
def test_it_breaks_it_with_any_seed(variant: str) -> None:
    assert all(breaks_what_it_says(variant, seed) for seed in (2, 3, 4))


def test_6_a_majority_of_both_halves_together_doesnt_bring_the_new_half_into_office() -> None:
    ruled = {
        off: ("n1", "n4", "n5")
        in [
            it.config.voters for it in played("quorum-of-the-union", off).all(e.ConfigChanged) if not it.config.outgoing
        ]
        for off in (False, True)
    }
    assert ruled == {False: False, True: True}


def test_6_a_server_that_restarts_goes_by_the_configuration_in_its_log() -> None:
    (true,) = played("config-from-commit", False).all(e.NodeRestarted, node="n2")
    (wrong,) = [
        it for it in played("config-from-commit", True).all(e.ConfigChanged, node="n2") if it.at_us == true.at_us
    ]
    assert wrong.config.voters == ("n1", "n2", "n3")
    assert played("config-from-commit", True).leaders() == [("n1", 1), ("n2", 2), ("n4", 2)]
    assert played("config-from-commit", False).leaders() == [("n1", 1), ("n4", 2)]


@pytest.mark.parametrize(
    ("variant", "reason"),
    [("several-at-once", "several"), ("change-while-pending", "pending"), ("change-before-own-commit", "own term")],
)
def test_the_true_rule_refuses_the_change(variant: str, reason: str) -> None:
    assert [it.reason for it in played(variant, False).all(e.ConfigRefused)] == [reason]
    assert not played(variant, True).all(e.ConfigRefused)


def test_july_2015_a_leader_that_never_heard_of_the_change_replaces_it() -> None:
    wrong = played("change-before-own-commit", True)
    assert wrong.leaders() == [("s1", 1), ("s2", 2), ("s1", 3)]
    (committed,) = wrong.all(e.CommitAdvanced, node="s2", index=2)
    assert committed.at_us < wrong.all(e.BecameLeader, node="s1", term=3)[0].at_us
    assert wrong.cluster.nodes["s2"].log.term_at(2) == 1
