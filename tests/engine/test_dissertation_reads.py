"""Reads: proof of leading (dissertation 6.4), leases (6.4.1), reads through the log, and etcd's serializable ones."""

from __future__ import annotations

from typing import Any

from raftlab.core.events import ClientAnswered, ReadAbandoned, ReadAnswered
from raftlab.core.messages import AppendEntries, AppendEntriesReply, ReadIndex, ReadIndexReply, RequestVote
from raftlab.core.model import Parameters
from raftlab.engine import Rules, reads
from tests.engine.arena import Arena, append, terms
from tests.engine.guarding import Guards, always, never, nothing

guards = Guards()

LEASE = Parameters(read_mode="lease")
LEASE_US = 147_029
"""150 ms on a clock that may be 1 % slow, while a follower's may be 1 % fast: 150 * 0.99 / 1.01."""


def _leading(rules: Rules, size: int = 3, parameters: Parameters | None = None, own: bool = True) -> Arena:
    """n1 leads, x=1 is committed; `own`: in its own term."""
    arena = Arena(rules, size, {} if own else {"n1": [1], "n2": [1]}, parameters=parameters or Parameters())
    arena.leader("n1", 2)
    if own:
        arena.propose("n1", "x=1")
        arena.acknowledge("n1", "n2", "n3")
    arena.sent.clear()
    arena.now_us = 1000
    return arena


def _answers(arena: Arena) -> list[tuple[str, str | None]]:
    """Who has answered a read, and what."""
    return [(it.node, it.value) for it in arena.happened(ReadAnswered)]


def _confirm(arena: Arena, peer: str, clock_us: int) -> None:
    """A peer answers what n1 sent at that time."""
    node = arena["n1"]
    match = node.progress[peer].match_index
    arena.receive("n1", peer, AppendEntriesReply(node.current_term, True, match, clock_us=clock_us))


# --- 6.4: a leader proves that it leads ----------------------------------------------------------------------


def _without_proof(step: Any) -> None:
    step.node.acked["n2"] = step.clock_us
    reads.confirm_reads(step)


@guards("confirm_lead", lambda step, peer, clock_us: _without_proof(step))
def test_6_4_a_read_needs_a_proof_that_is_newer_than_itself(rules: Rules) -> None:
    arena = _leading(rules)
    beats = arena.read("n1")
    assert [(it.to, type(it.message)) for it in beats] == [("n2", AppendEntries), ("n3", AppendEntries)]
    assert {getattr(it.message, "clock_us", 0) for it in beats} == {1000}
    arena.now_us = 9000
    _confirm(arena, "n2", 999)  # it answers what was sent before the read came
    assert _answers(arena) == []
    _confirm(arena, "n2", 1000)
    assert _answers(arena) == [("n1", "1")]
    assert arena["n1"].log.last_index == 1  # a read leaves nothing in the log


@guards("is_quorum", lambda step, names: len(names) >= 2)
def test_6_4_a_read_needs_a_proof_by_a_quorum(rules: Rules) -> None:
    arena = _leading(rules, 5)
    arena.read("n1")
    _confirm(arena, "n2", 1000)
    assert _answers(arena) == []
    _confirm(arena, "n3", 1000)
    assert _answers(arena) == [("n1", "1")]


@guards("read_after_own_commit", always)
def test_6_4_in_a_new_term_a_read_waits_for_an_entry_of_it(rules: Rules) -> None:
    arena = _leading(rules, own=False)
    arena.read("n1")
    assert [(entry.term, entry.kind) for entry in arena["n1"].log] == [(1, "normal"), (2, "noop")]
    _confirm(arena, "n2", 1000)
    assert _answers(arena) == []  # it leads, and yet can't know how far is committed
    arena.acknowledge("n1", "n2")
    assert _answers(arena) == [("n1", None)]


@guards("abandon_reads", nothing)
def test_6_4_a_leader_that_is_replaced_abandons_its_reads(rules: Rules) -> None:
    arena = _leading(rules)
    arena.read("n1")
    arena.receive("n1", "n3", append(3, (0, 0), []))
    assert len(arena.happened(ReadAbandoned)) == 1
    assert [it.outcome for it in arena.happened(ClientAnswered, sequence=1)][-1] == "refused"
    assert arena["n1"].reads == {}
    assert _answers(arena) == []


@guards("accept_read", lambda step, *it: reads._answer(step, "", "", "x", "c", 1, "linearizable"))
def test_6_4_many_reads_share_one_proof(rules: Rules) -> None:
    arena = _leading(rules)
    for sequence in (1, 2, 3):
        arena.act("n1", rules.accept_read, "x", "c", sequence, "linearizable")
    assert len(arena["n1"].reads) == 3
    _confirm(arena, "n3", 1000)
    assert _answers(arena) == [("n1", "1")] * 3


# --- 6.4: a follower answers ---------------------------------------------------------------------------------


def _answer_before_applying(step: Any) -> None:
    for context, read in list(step.node.reads.items()):
        if read.since_us == -1:
            reads._answer(step, "read_index", context, read.key, read.client, read.sequence, "linearizable")


@guards("answer_reads", _answer_before_applying)
def test_6_4_a_follower_answers_once_it_has_applied_what_its_leader_tells(rules: Rules) -> None:
    arena = _leading(rules)
    arena.receive("n2", "n1", append(2, (0, 0), []))
    (question,) = arena.read("n2")
    assert isinstance(question.message, ReadIndex)
    assert question.to == "n1"
    arena.receive("n1", "n2", question.message)
    assert not any(isinstance(it.message, ReadIndexReply) for it in arena.sent)
    _confirm(arena, "n3", 1000)
    (told,) = [it.message for it in arena.sent if isinstance(it.message, ReadIndexReply)]
    assert told.read_index == 1
    arena.receive("n2", "n1", told)
    assert _answers(arena) == []  # n2 doesn't hold entry 1 yet
    arena.receive("n2", "n1", AppendEntries(2, 0, 0, arena["n1"].log.between(1, 1), 1))
    assert _answers(arena) == [("n2", "1")]
    assert arena["n1"].reads == {}


@guards("abandon_reads", nothing)
def test_6_4_a_followers_read_ends_with_the_term(rules: Rules) -> None:
    arena = Arena(rules)
    arena.receive("n2", "n1", append(1, (0, 0), []))
    arena.read("n2")
    arena.receive("n2", "n3", append(2, (0, 0), []))
    assert arena["n2"].reads == {}
    assert [it.outcome for it in arena.happened(ClientAnswered)] == ["refused"]


@guards("accept_read", nothing)
def test_6_4_a_server_that_knows_no_leader_refuses_a_read(rules: Rules) -> None:
    arena = Arena(rules)
    assert arena.read("n2") == []
    assert [it.outcome for it in arena.happened(ClientAnswered)] == ["refused"]


# --- 6.4.1: leases -------------------------------------------------------------------------------------------


def _leased(rules: Rules) -> Arena:
    """n1 leads; n2 has answered what n1 sent at 1000."""
    arena = _leading(rules, parameters=LEASE)
    arena.timeout("n1", "heartbeat")
    _confirm(arena, "n2", 1000)
    return arena


@guards("lease_us", lambda step: step.cluster.parameters.election_timeout_min_us)
def test_6_4_1_a_lease_is_shorter_than_the_shortest_timeout_by_what_clocks_may_drift(rules: Rules) -> None:
    for age_us, at_once in [(0, True), (LEASE_US - 1, True), (LEASE_US, False), (150_000, False)]:
        arena = _leased(rules)
        arena.now_us = 1000 + age_us
        beats = arena.read("n1")
        assert (_answers(arena) == [("n1", "1")]) is at_once, age_us
        assert (beats == []) is at_once
    assert LEASE.election_timeout_min_us >= LEASE_US * 1_010_000 // 990_000


def _as_long_as_a_quorum_answers(step: Any) -> bool:
    broken, step.node.lease_broken = step.node.lease_broken, False
    holds = reads.lease_holds(step)
    step.node.lease_broken = broken
    return holds


@guards("lease_holds", _as_long_as_a_quorum_answers)
def test_6_4_1_a_lease_doesnt_hold_once_a_transfer_has_begun(rules: Rules) -> None:
    arena = _leased(rules)
    arena.transfer("n1", "n2")
    arena.now_us = 2000
    arena.read("n1")
    assert _answers(arena) == []
    arena.timeout("n1", "transfer")  # it gives up, but its successor may have been elected
    arena.act("n1", rules.accept_read, "x", "c", 2, "linearizable")
    assert _answers(arena) == []


@guards("keep_to_leader", never)
def test_6_4_1_a_voter_that_has_restarted_waits_before_it_votes(rules: Rules) -> None:
    arena = Arena(rules, parameters=LEASE)
    arena.receive("n2", "n1", append(1, (0, 0), []))
    arena.now_us = 10_000
    arena.crash("n2")
    arena.restart("n2")
    arena.now_us += LEASE.election_timeout_min_us - 1
    assert arena.receive("n2", "n3", RequestVote(2, 0, 0)) == []
    arena.now_us += 1
    assert len(arena.receive("n2", "n3", RequestVote(2, 0, 0))) == 1


@guards("lease_holds", always)
def test_6_4_1_a_leader_that_nobody_has_answered_has_no_lease(rules: Rules) -> None:
    arena = _leading(rules, parameters=LEASE)
    assert len(arena.read("n1")) == 2
    assert _answers(arena) == []


# --- through the log; serializable ---------------------------------------------------------------------------


def _always_linearizable(step: Any, key: str, client: str, sequence: int, consistency: str) -> None:
    reads.accept_read(step, key, client, sequence, "linearizable")


@guards("accept_read", _always_linearizable)
def test_etcd_a_serializable_read_is_answered_at_once_by_anybody(rules: Rules) -> None:
    arena = _leading(rules)
    for name, value in [("n1", "1"), ("n2", None)]:  # n2's answer is old: nobody has told it of x=1
        assert arena.read(name, consistency="serializable") == []
        assert _answers(arena)[-1] == (name, value)


@guards("accept_read", lambda step, *it: reads._answer(step, "", "", "x", "c", 1, "linearizable"))
def test_6_4_a_read_may_go_through_the_log(rules: Rules) -> None:
    arena = _leading(rules, parameters=Parameters(read_mode="log"))
    arena.read("n1")
    assert terms(arena["n1"]) == [2, 2]
    asked = len(arena.happened(ClientAnswered))
    arena.acknowledge("n1", "n2")
    (answer,) = arena.happened(ClientAnswered)[asked:]
    assert (answer.outcome, answer.index, answer.answer) == ("ok", 2, "1")


test_seen_red = guards.seen_red()
