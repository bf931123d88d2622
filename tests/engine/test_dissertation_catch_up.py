"""New servers catch up before they vote (dissertation 4.2.1)."""

from __future__ import annotations

from typing import Any

from raftlab.core.events import CatchUpEnded, ConfigRefused
from raftlab.core.messages import AppendEntriesReply
from raftlab.core.model import Config, Parameters
from raftlab.engine import Rules
from tests.engine.arena import Arena
from tests.engine.guarding import Guards, always, nothing

guards = Guards()

PARAMETERS = Parameters(membership="single", catch_up_rounds=3)
TIMEOUT_US = PARAMETERS.election_timeout_min_us
THREE = ("n1", "n2", "n3")
FOUR = (*THREE, "n4")


def _adding_n4(rules: Rules, before: int = 1) -> Arena:
    """n1 leads, has committed some entries, and is asked to add n4."""
    arena = Arena(rules, parameters=PARAMETERS)
    arena.leader()
    for _ in range(before):
        arena.propose("n1")
    arena.acknowledge("n1", "n2", "n3")
    arena.change("n1", *FOUR)
    return arena


def _round(arena: Arena, took_us: int) -> None:
    """Clients go on writing; after a while n4 acknowledges all but the newest entry."""
    leader = arena["n1"]
    held = leader.log.last_index
    arena.propose("n1")
    arena.now_us += took_us
    arena.acknowledge("n1", "n2")
    arena.receive("n1", "n4", AppendEntriesReply(leader.current_term, True, held))


def _vote_at_once(step: Any, command: Any) -> None:
    from raftlab.engine.membership import append_config

    append_config(step, Config(command.voters))
    step.rules.send_out(step)


@guards("change_members", _vote_at_once)
def test_4_2_1_a_new_server_is_sent_entries_before_it_votes(rules: Rules) -> None:
    arena = _adding_n4(rules)
    assert arena["n1"].config == Config(THREE, (), ("n4",))
    assert "n4" in arena["n1"].progress
    arena.acknowledge("n1", "n2")
    assert arena["n1"].commit_index == 2  # two of three: n4 isn't needed, and doesn't hinder


@guards("count_round", nothing)
def test_4_2_1_a_server_that_needs_less_than_a_timeout_for_a_round_may_vote(rules: Rules) -> None:
    arena = _adding_n4(rules, before=5)
    _round(arena, TIMEOUT_US - 1)
    assert arena["n1"].config == Config(FOUR)
    assert [it.outcome for it in arena.happened(CatchUpEnded)] == ["done"]


def _first_round_will_do(step: Any, peer: str) -> None:
    catch_up = step.node.catch_up
    if catch_up is not None and peer in catch_up.rounds and step.node.progress[peer].match_index >= 1:
        _vote_at_once(step, catch_up.target)


@guards("count_round", _first_round_will_do)
def test_4_2_1_a_slow_round_is_followed_by_another(rules: Rules) -> None:
    arena = _adding_n4(rules)
    _round(arena, TIMEOUT_US)
    _round(arena, TIMEOUT_US)
    assert arena["n1"].config.voters == THREE
    catch_up = arena["n1"].catch_up
    assert catch_up is not None
    number, up_to, since_us = catch_up.rounds["n4"]
    # The third round is up to all that the log held when the second one ended.
    assert (number, up_to, since_us) == (3, arena["n1"].log.last_index, arena.now_us)
    _round(arena, TIMEOUT_US - 1)
    assert arena["n1"].config == Config(FOUR)


@guards("count_round", nothing)
def test_4_2_1_a_server_that_stays_slow_is_given_up(rules: Rules) -> None:
    arena = _adding_n4(rules)
    for _ in range(PARAMETERS.catch_up_rounds):
        _round(arena, TIMEOUT_US)
    assert [(it.outcome, it.server) for it in arena.happened(CatchUpEnded)] == [("slow", "n4")]
    assert arena["n1"].config == Config(THREE, (), ("n4",))
    _round(arena, 1)
    assert arena["n1"].config.voters == THREE  # too late
    arena.change("n1", *FOUR)  # somebody may try again
    _round(arena, 1)
    assert arena["n1"].config == Config(FOUR)


@guards("one_change_pending", always)
def test_4_2_1_the_new_server_votes_only_once_its_arrival_is_committed(rules: Rules) -> None:
    arena = _adding_n4(rules)
    arena.acknowledge("n1", "n4")
    assert arena["n1"].commit_index == 1  # n4 alone doesn't commit the entry that names it
    assert arena["n1"].config.voters == THREE
    arena.acknowledge("n1", "n2")
    assert arena["n1"].config == Config(FOUR)


@guards("forbid_change", lambda step, wanted: "")
def test_4_2_1_no_other_change_begins_meanwhile(rules: Rules) -> None:
    arena = _adding_n4(rules)
    arena.acknowledge("n1", "n2")
    arena.change("n1", "n1", "n2")
    assert [it.reason for it in arena.happened(ConfigRefused)] == ["pending"]


@guards("change_members", _vote_at_once)
def test_4_2_1_a_learner_that_is_to_vote_catches_up_too(rules: Rules) -> None:
    arena = Arena(rules, 4, parameters=PARAMETERS, learners=("n4",))
    arena.leader()
    arena.propose("n1")
    arena.acknowledge("n1", "n2", "n3")
    arena.change("n1", *FOUR)
    assert arena["n1"].config == Config(THREE, (), ("n4",))
    _round(arena, 1)
    assert arena["n1"].config == Config(FOUR)


@guards("count_round", nothing)
def test_4_2_1_all_new_servers_of_a_joint_change_catch_up_before_any_votes(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    arena.propose("n1")
    arena.acknowledge("n1", "n2", "n3")
    arena.change("n1", "n1", "n4", "n5")
    arena.acknowledge("n1", "n2", "n4")
    assert arena["n1"].config == Config(THREE, (), arena["n1"].config.learners)
    arena.acknowledge("n1", "n5")
    assert arena["n1"].config == Config(("n1", "n4", "n5"), THREE, auto_leave=True)


@guards("count_round", lambda step, peer: None)
def test_4_2_1_a_round_that_is_held_already_takes_no_time(rules: Rules) -> None:
    arena = _adding_n4(rules)
    arena.now_us += TIMEOUT_US
    arena.acknowledge("n1", "n2", "n4")
    # The first round was slow, and nobody writes: n4 holds all of the second one at once.
    assert arena["n1"].config == Config(FOUR)


test_seen_red = guards.seen_red()
