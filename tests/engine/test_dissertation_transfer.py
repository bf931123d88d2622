"""Handing over on purpose (dissertation 3.10)."""

from __future__ import annotations

from typing import Any

from raftlab.core.events import ClientAnswered, TransferStarted
from raftlab.core.messages import AppendEntriesReply, Message, PreVote, RequestVote, TimeoutNow
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, Parameters
from raftlab.engine import Rules, proposals
from tests.engine.arena import Arena, Sent, append, terms
from tests.engine.guarding import Guards, nothing

guards = Guards()


def _invitations(sent: list[Sent]) -> list[str]:
    return [it.to for it in sent if isinstance(it.message, TimeoutNow)]


@guards("let_take_over", nothing)
def test_3_10_a_target_that_is_up_to_date_is_asked_to_stand_at_once(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    arena.propose("n1")
    arena.acknowledge("n1", "n2")
    sent = arena.transfer("n1", "n2")
    assert [(it.to, it.message) for it in sent] == [("n2", TimeoutNow(1))]
    assert "transfer" in arena["n1"].timers


def _hand_over_at_once(step: Any, target: str) -> None:
    step.emit(TransferStarted(step.now_us, step.node.name, None, None, target))
    step.send(target, TimeoutNow(step.node.current_term), "let_take_over")


@guards("transfer_leadership", _hand_over_at_once)
def test_3_10_a_target_that_lacks_entries_catches_up_first(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    arena.propose("n1")
    arena.propose("n1")
    assert _invitations(arena.transfer("n1", "n2")) == []
    assert _invitations(arena.receive("n1", "n2", AppendEntriesReply(1, True, 1))) == []
    assert _invitations(arena.receive("n1", "n3", AppendEntriesReply(1, True, 2))) == []
    assert _invitations(arena.receive("n1", "n2", AppendEntriesReply(1, True, 2))) == ["n2"]


def _propose_all_the_same(step: Any, text: str, client: str, sequence: int, session: bool = False) -> None:
    target, step.node.transfer_to = step.node.transfer_to, None
    proposals.accept_proposal(step, text, client, sequence, session)
    step.node.transfer_to = target


@guards("accept_proposal", _propose_all_the_same)
def test_3_10_a_leader_takes_no_requests_while_it_hands_over(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    arena.transfer("n1", "n2")
    arena.propose("n1")
    assert [it.outcome for it in arena.happened(ClientAnswered)] == ["transferring"]
    assert terms(arena["n1"]) == []


@guards("give_up_transfer", nothing)
def test_3_10_a_leader_gives_up_after_an_election_timeout(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    arena.transfer("n1", "n2")
    timer = arena["n1"].timers["transfer"]
    assert timer.due_us - timer.since_us == Parameters().election_timeout_min_us
    arena.now_us = timer.due_us
    arena.timeout("n1", "transfer")
    arena.propose("n1")
    assert arena["n1"].transfer_to is None
    assert terms(arena["n1"]) == [1]


@guards("transfer_leadership", _hand_over_at_once)
def test_3_10_only_another_voter_can_be_handed_over_to(rules: Rules) -> None:
    arena = Arena(rules, 4, learners=("n4",))
    arena.leader()
    for target in ("n4", "n9", "n1"):
        assert arena.transfer("n1", target) == []
        assert arena["n1"].transfer_to is None
    follower = Arena(rules)
    assert follower.transfer("n1", "n2") == []


def _stand_as_usual(step: Any, leader: str, message: Message) -> None:
    step.rules.time_out(step)


@guards("take_over", _stand_as_usual)
def test_3_10_the_target_stands_at_once_without_asking_first(rules: Rules) -> None:
    arena = Arena(rules, parameters=Parameters(pre_vote=True, check_quorum=True))
    arena.receive("n2", "n1", append(1, (0, 0), [1]))
    sent = arena.receive("n2", "n1", TimeoutNow(1))
    assert (arena["n2"].role, arena["n2"].current_term) == (CANDIDATE, 2)
    assert not any(isinstance(it.message, PreVote) for it in sent)
    assert {it.message for it in sent} == {RequestVote(2, 1, 1, transfer=True)}


@guards("take_over", lambda step, leader, message: step.rules.stand_at_once(step))
def test_3_10_a_learner_doesnt_stand_even_when_asked(rules: Rules) -> None:
    arena = Arena(rules, 4, learners=("n4",))
    arena.receive("n4", "n1", append(1, (0, 0), []))
    assert arena.receive("n4", "n1", TimeoutNow(1)) == []
    assert arena["n4"].role is FOLLOWER


@guards("stand_at_once", lambda step: step.rules.start_election(step))
def test_3_10_the_target_wins_although_all_hear_the_leader(rules: Rules) -> None:
    arena = Arena(rules, 5, parameters=Parameters(pre_vote=True, check_quorum=True))
    arena.leader()
    arena.timeout("n1", "heartbeat")
    arena.exchange()
    arena.transfer("n1", "n3")
    arena.exchange()
    assert (arena["n3"].role, arena["n3"].current_term) == (LEADER, 2)
    assert {node.leader for node in arena.cluster.nodes.values()} == {"n3"}
    arena.propose("n3")
    arena.exchange()
    assert arena["n3"].commit_index == 1


@guards("transfer_leadership", nothing)
def test_3_10_a_second_target_replaces_the_first(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    arena.propose("n1")
    arena.transfer("n1", "n2")
    arena.transfer("n1", "n3")
    assert arena["n1"].transfer_to == "n3"
    assert _invitations(arena.receive("n1", "n2", AppendEntriesReply(1, True, 1))) == []
    assert _invitations(arena.receive("n1", "n3", AppendEntriesReply(1, True, 1))) == ["n3"]


test_seen_red = guards.seen_red()
