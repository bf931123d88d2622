"""Random faulted runs: safe, alive, and able to tell when they are neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from raftlab.engine import Rules
from raftlab.sim.campaign import play
from raftlab.sim.chaos import campaign


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_random_runs_are_safe_and_live(first: int) -> None:
    for seed in range(first, first + 20):
        assert play(campaign(seed)).problems == (), f"seed {seed}"


def _always(*args: Any) -> bool:
    return True


@pytest.mark.parametrize(
    ("rule", "function", "problem"),
    [
        ("vote_once", _always, "Election Safety"),
        ("compare_logs", _always, "Leader Completeness"),
        ("start_election", lambda step: None, "no leader among"),
        ("back_off", lambda step, peer, reply: None, "committed nothing"),
    ],
)
def test_a_campaign_sees_a_rule_that_is_out(rule: str, function: Callable[..., Any], problem: str) -> None:
    rules = Rules((rule,), {rule: {rule: function}})
    found = [text for seed in range(25) for text in play(campaign(seed), rules=rules).problems]
    assert any(problem in text for text in found)


@pytest.mark.parametrize("seed", [3456, 25920, 58365, 89937])
def test_a_server_that_was_left_out_stands_while_its_log_is_the_longest(seed: int) -> None:
    # Where configurations count once applied, the others may need the vote of one that has left, with a longer log.
    # Four of the ten runs in 100,000 that stood still before such a server could stand.
    assert play(campaign(seed)).problems == ()
