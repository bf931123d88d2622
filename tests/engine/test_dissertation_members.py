"""Changes of members (section 6; dissertation 4.1-4.3)."""

from __future__ import annotations

from typing import Any

from raftlab.core.commands import ChangeMembers
from raftlab.core.events import ConfigRefused
from raftlab.core.messages import AppendEntries, RequestVoteReply
from raftlab.core.model import FOLLOWER, LEADER, Config, Parameters
from raftlab.engine import Rules, membership
from tests.engine.arena import Arena, append, configured
from tests.engine.guarding import Guards, always, never, nothing

guards = Guards()

AT_ONCE = Parameters(catch_up_rounds=0)
"""New servers vote at once: what these tests are about is the vote."""

THREE = Config(("n1", "n2", "n3"))
FOUR = Config(("n1", "n2", "n3", "n4"))
OLD, NEW = ("n1", "n2", "n3"), ("n1", "n4", "n5")


def _leading(rules: Rules, size: int = 3, parameters: Parameters = AT_ONCE, **more: Any) -> Arena:
    """n1 leads, and has committed an entry of its term."""
    arena = Arena(rules, size, parameters=parameters, **more)
    arena.leader()
    arena.propose("n1")
    arena.acknowledge("n1", *arena.others("n1"))
    arena.sent.clear()
    return arena


def _refusals(arena: Arena) -> list[str]:
    return [it.reason for it in arena.happened(ConfigRefused)]


# --- what a configuration in the log means (6, 4.1) ----------------------------------------------------------


@guards("see_config", nothing)
def test_6_a_configuration_counts_from_the_moment_it_is_stored(rules: Rules) -> None:
    arena = Arena(rules)
    arena.receive("n2", "n1", configured(1, (0, 0), FOUR))
    assert arena["n2"].commit_index == 0
    assert (arena["n2"].config, arena["n2"].config_index) == (FOUR, 1)


@guards("restore_config", nothing)
def test_6_when_its_entry_is_dropped_the_configuration_before_it_counts_again(rules: Rules) -> None:
    arena = Arena(rules)
    arena.receive("n2", "n1", configured(1, (0, 0), FOUR))
    arena.receive("n2", "n1", configured(1, (1, 1), Config(("n1", "n2"))))
    arena.receive("n2", "n3", append(2, (1, 1), [2]))
    assert (arena["n2"].config, arena["n2"].config_index) == (FOUR, 1)
    arena.receive("n2", "n1", append(3, (0, 0), [3]))
    assert (arena["n2"].config, arena["n2"].config_index) == (THREE, 0)


@guards("see_config", membership.use_config)
def test_6_etcds_configuration_counts_once_it_is_applied(rules: Rules) -> None:
    arena = Arena(rules, parameters=Parameters(config_on="apply"))
    arena.receive("n2", "n1", configured(1, (0, 0), FOUR))
    assert arena["n2"].config == THREE
    arena.receive("n2", "n1", append(1, (1, 1), [], 1))
    assert arena["n2"].config == FOUR


@guards("see_config", nothing)
def test_6_a_leader_sends_to_new_members_and_no_longer_to_those_who_left(rules: Rules) -> None:
    arena = _leading(rules)
    sent = arena.change("n1", "n1", "n2", "n3", "n4", mode="single")
    assert "n4" in {it.to for it in sent}
    arena.acknowledge("n1", "n2", "n3", "n4")
    arena.change("n1", "n1", "n2", "n4", mode="single")
    assert set(arena["n1"].progress) == {"n2", "n4"}
    assert {it.to for it in arena.timeout("n1", "heartbeat")} == {"n2", "n4"}


# --- what is refused (4.1) -----------------------------------------------------------------------------------


@guards("one_at_a_time", always)
def test_4_1_a_single_change_of_several_voters_is_refused(rules: Rules) -> None:
    for voters in [("n1", "n2", "n3", "n4", "n5"), ("n1",), ("n1", "n2", "n4")]:
        arena = _leading(rules)
        arena.change("n1", *voters, mode="single")
        assert _refusals(arena) == ["several"]
        assert arena["n1"].config == THREE


@guards("one_at_a_time", never)
def test_4_1_a_single_change_of_one_voter_is_taken(rules: Rules) -> None:
    for voters in [("n1", "n2", "n3", "n4"), ("n1", "n2")]:
        arena = _leading(rules)
        arena.change("n1", *voters, mode="single")
        assert arena["n1"].config == Config(voters)


@guards("one_change_pending", always)
def test_4_1_no_change_begins_before_the_one_before_is_committed(rules: Rules) -> None:
    arena = _leading(rules)
    arena.change("n1", "n1", "n2", "n3", "n4", mode="single")
    arena.change("n1", "n1", "n2", "n3", mode="single")
    assert _refusals(arena) == ["pending"]
    arena.acknowledge("n1", "n2", "n3")
    arena.change("n1", "n1", "n2", "n3", mode="single")
    assert _refusals(arena) == ["pending"]
    assert arena["n1"].config == THREE


@guards("commit_before_change", always)
def test_4_1_no_change_begins_before_an_entry_of_the_leaders_term_is_committed(rules: Rules) -> None:
    arena = Arena(rules, logs={"n1": [1], "n2": [1]}, parameters=AT_ONCE)
    arena.leader("n1", 2)
    arena.acknowledge("n1", "n2")
    arena.change("n1", "n1", "n2", "n3", "n4", mode="single")
    assert _refusals(arena) == ["own term"]
    arena.propose("n1")
    arena.acknowledge("n1", "n2")
    arena.change("n1", "n1", "n2", "n3", "n4", mode="single")
    assert arena["n1"].config == FOUR


@guards("forbid_change", lambda step, wanted: "")
def test_6_what_changes_nothing_or_comes_to_a_follower_is_refused(rules: Rules) -> None:
    arena = _leading(rules)
    arena.change("n1", "n3", "n2", "n1")
    arena.change("n2", "n1", "n2", "n3", "n4")
    assert _refusals(arena) == ["same", "leader"]


# --- joint configurations (6, 4.3) ---------------------------------------------------------------------------


def _quorum_of_all(step: Any, names: Any) -> bool:
    everybody = set(step.node.config.voters) | set(step.node.config.outgoing)
    return 2 * len(everybody & set(names)) > len(everybody)


@guards("is_joint_quorum", _quorum_of_all)
def test_6_in_a_joint_configuration_both_halves_must_hold_an_entry(rules: Rules) -> None:
    for acknowledging, committed in [
        (("n4", "n5"), False),  # three of five, and yet only one of the old half
        (("n2", "n3"), False),
        (("n2", "n4"), True),
        (("n3", "n5"), True),
    ]:
        arena = _leading(rules)
        arena.change("n1", *NEW)
        assert arena["n1"].config == Config(NEW, OLD, auto_leave=True)
        arena.acknowledge("n1", *acknowledging)
        assert (arena["n1"].commit_index == 2) is committed, acknowledging


@guards("is_joint_quorum", _quorum_of_all)
def test_6_in_a_joint_configuration_both_halves_must_vote_for_a_leader(rules: Rules) -> None:
    for voting, won in [(("n4", "n5"), False), (("n2", "n3"), False), (("n2", "n5"), True)]:
        arena = Arena(rules, 5)
        arena.receive("n1", "n2", configured(1, (0, 0), Config(NEW, OLD, auto_leave=True)))
        requests = arena.timeout("n1")
        assert {it.to for it in requests} == {"n2", "n3", "n4", "n5"}
        for voter in voting:
            arena.receive("n1", voter, RequestVoteReply(2, True))
        assert (arena["n1"].role is LEADER) is won, voting


@guards("leave_joint", nothing)
def test_6_once_the_joint_configuration_is_committed_the_new_half_takes_over(rules: Rules) -> None:
    arena = _leading(rules)
    arena.change("n1", *NEW)
    assert arena["n1"].config.outgoing == OLD
    arena.acknowledge("n1", "n2", "n4")
    assert arena["n1"].config == Config(NEW)
    arena.acknowledge("n1", "n2")
    assert arena["n1"].commit_index == 2  # n2 counts no longer
    arena.acknowledge("n1", "n5")
    assert arena["n1"].commit_index == 3


def _joint(arena: Arena) -> None:
    """An explicit joint configuration, committed."""
    arena.change("n1", *OLD, "n4", mode="single")  # a first change, so that n4 and n5 are known
    arena.acknowledge("n1", "n2", "n3", "n4")
    arena.change("n1", *OLD, mode="single")
    arena.acknowledge("n1", "n2", "n3")
    arena.act("n1", arena.rules.change_members, ChangeMembers(("n1", "n4", "n2"), (), "joint", "explicit"))
    arena.acknowledge("n1", "n2", "n4", "n3")


def _leave_whatever_was_said(step: Any) -> None:
    if step.node.role is LEADER and step.node.config.outgoing:
        step.rules.leave_joint(step)


@guards("after_commit", _leave_whatever_was_said)
def test_6_an_explicit_joint_configuration_stays(rules: Rules) -> None:
    arena = _leading(rules)
    _joint(arena)
    arena.propose("n1")
    arena.acknowledge("n1", "n2", "n3", "n4")
    assert arena["n1"].config == Config(("n1", "n4", "n2"), OLD)
    arena.change("n1", "n1", "n2")
    assert _refusals(arena) == ["joint"]


@guards("leave_on_request", nothing)
def test_6_an_explicit_joint_configuration_is_left_on_request(rules: Rules) -> None:
    arena = _leading(rules)
    _joint(arena)
    arena.act("n1", rules.leave_on_request)
    assert arena["n1"].config == Config(("n1", "n4", "n2"))


def _keeps_no_learners(step: Any) -> None:
    membership.append_config(step, Config(step.node.config.voters))


@guards("leave_joint", _keeps_no_learners)
def test_6_a_voter_becomes_a_learner_when_the_joint_configuration_is_left(rules: Rules) -> None:
    arena = _leading(rules)
    arena.change("n1", "n1", "n2", learners=("n3",))
    assert arena["n1"].config == Config(("n1", "n2"), OLD, (), ("n3",), auto_leave=True)
    arena.acknowledge("n1", "n2", "n3")
    assert arena["n1"].config == Config(("n1", "n2"), (), ("n3",))


# --- a leader that leaves (4.2.2) ----------------------------------------------------------------------------


@guards("after_commit", nothing)
def test_4_2_2_a_leader_that_is_left_out_goes_once_that_is_committed(rules: Rules) -> None:
    arena = _leading(rules)
    arena.change("n1", "n2", "n3", mode="single")
    assert arena["n1"].role is LEADER
    assert {it.to for it in arena.timeout("n1", "heartbeat")} == {"n2", "n3"}
    arena.acknowledge("n1", "n2", "n3")
    assert (arena["n1"].role, arena["n1"].commit_index) == (FOLLOWER, 2)


def _always_counts_itself(step: Any, names: Any) -> bool:
    voters = {*step.node.config.voters, step.node.name}
    return 2 * len(voters & {*names, step.node.name}) > len(voters)


@guards("is_quorum", _always_counts_itself)
def test_4_2_2_a_leader_that_is_left_out_doesnt_count_itself(rules: Rules) -> None:
    arena = _leading(rules)
    arena.change("n1", "n2", "n3", mode="single")
    arena.acknowledge("n1", "n2")
    assert arena["n1"].commit_index == 1
    arena.acknowledge("n1", "n3")
    assert arena["n1"].commit_index == 2


# --- who may stand (4.2.1, 4.2.2) ----------------------------------------------------------------------------

WITHOUT_1 = Config(("n2", "n3"))


@guards("may_stand", lambda step: step.node.name in step.node.config.voters)
def test_4_2_2_a_server_that_is_left_out_stands_as_long_as_that_isnt_committed(rules: Rules) -> None:
    arena = Arena(rules)
    arena.receive("n1", "n2", configured(1, (0, 0), WITHOUT_1))
    assert {it.to for it in arena.timeout("n1")} == {"n2", "n3"}
    arena.receive("n1", "n2", RequestVoteReply(2, True))
    assert arena.cluster.leaders() == []  # one of two others: its own vote doesn't count
    arena.receive("n1", "n3", RequestVoteReply(2, True))
    assert arena["n1"].role is LEADER


@guards("may_stand", always)
def test_4_2_2_a_server_that_has_left_stands_no_more(rules: Rules) -> None:
    arena = Arena(rules)
    arena.receive("n1", "n2", configured(1, (0, 0), WITHOUT_1, 1))
    assert arena.timeout("n1") == []
    assert (arena["n1"].role, arena["n1"].current_term) == (FOLLOWER, 1)


@guards("may_stand", always)
def test_4_2_1_a_learner_never_stands(rules: Rules) -> None:
    arena = Arena(rules, 4, learners=("n4",))
    arena.receive("n4", "n1", AppendEntries(1, 0, 0, (), 0))
    assert arena.timeout("n4") == []
    assert arena["n4"].role is FOLLOWER


@guards("is_quorum", lambda step, names: len(names) >= 2)
def test_4_2_1_a_learner_holds_entries_and_doesnt_count(rules: Rules) -> None:
    arena = Arena(rules, 4, learners=("n4",))
    arena.leader()
    sent = arena.propose("n1")
    assert {it.to for it in sent} == {"n2", "n3", "n4"}
    arena.acknowledge("n1", "n4")
    assert arena["n1"].commit_index == 0
    arena.acknowledge("n1", "n2")
    assert arena["n1"].commit_index == 1


test_seen_red = guards.seen_red()
