"""Sending ahead, and sending together (dissertation 10.2.2; etcd's window)."""

from __future__ import annotations

from typing import Any

from raftlab.core.messages import AppendEntries, AppendEntriesReply
from raftlab.core.model import Parameters
from raftlab.engine import Rules, progress, replication
from tests.engine.arena import Arena, Sent, terms
from tests.engine.guarding import Guards, nothing

guards = Guards()

WINDOW = Parameters(max_inflight=2)


def _to_n2(sent: list[Sent]) -> list[tuple[int, int]]:
    """What was sent to n2: each message's prevLogIndex, and how many entries."""
    return [
        (it.message.prev_log_index, len(it.message.entries))
        for it in sent
        if it.to == "n2" and isinstance(it.message, AppendEntries)
    ]


def _replicating(rules: Rules, parameters: Parameters = WINDOW) -> Arena:
    """n1 leads, and n2 has accepted one entry: it may be sent ahead."""
    arena = Arena(rules, parameters=parameters)
    arena.leader()
    arena.propose("n1")
    arena.acknowledge("n1", "n2")
    arena.sent.clear()
    return arena


def _send_without_moving(step: Any, peer: str, rule: str) -> None:
    """All from what the peer has confirmed on, at every occasion."""
    before = step.node.progress[peer].match_index
    entries = step.node.log.between(before + 1, step.node.log.last_index)
    replication.send_entries(step, peer, rule, before, entries)


@guards("replicate_in_window", _send_without_moving)
def test_10_2_2_next_index_moves_when_entries_are_sent(rules: Rules) -> None:
    arena = _replicating(rules)
    assert _to_n2(arena.propose("n1")) == [(1, 1)]
    assert arena["n1"].progress["n2"].next_index == 3
    assert _to_n2(arena.propose("n1")) == [(2, 1)]
    it = arena["n1"].progress["n2"]
    assert (it.match_index, it.next_index, it.inflight) == (1, 4, (2, 3))


@guards("replicate_in_window", _send_without_moving)
def test_10_2_2_a_full_window_waits_for_an_answer(rules: Rules) -> None:
    arena = _replicating(rules)
    arena.propose("n1")
    arena.propose("n1")
    assert _to_n2(arena.propose("n1")) == _to_n2(arena.propose("n1")) == []
    # One place is free again, and all that has gathered goes together.
    assert _to_n2(arena.receive("n1", "n2", AppendEntriesReply(1, True, 2))) == [(3, 2)]
    assert arena["n1"].progress["n2"].inflight == (3, 5)


@guards("record_progress", lambda step, peer, match: None)
def test_10_2_2_one_answer_frees_all_places_up_to_it(rules: Rules) -> None:
    arena = _replicating(rules)
    arena.propose("n1")
    arena.propose("n1")
    arena.receive("n1", "n2", AppendEntriesReply(1, True, 3))  # the answer about entry 2 is lost
    assert arena["n1"].progress["n2"].inflight == ()


@guards("replicate_in_window", _send_without_moving)
def test_10_2_2_a_peer_that_is_probed_gets_one_message_at_a_time(rules: Rules) -> None:
    arena = Arena(rules, parameters=WINDOW)
    arena.leader()
    assert [_to_n2(arena.propose("n1")) for _ in range(3)] == [[(0, 1)], [], []]
    assert _to_n2(arena.receive("n1", "n2", AppendEntriesReply(1, True, 1))) == [(1, 2)]
    assert arena["n1"].progress["n2"].state == "replicate"


@guards("back_off_window", nothing)
def test_10_2_2_a_refusal_ends_sending_ahead(rules: Rules) -> None:
    arena = _replicating(rules)
    arena.propose("n1")
    arena.propose("n1")  # the message with entry 2 is lost, so this one doesn't fit
    sent = arena.receive("n1", "n2", AppendEntriesReply(1, False, 0, 2, 0, 2))
    assert _to_n2(sent) == [(1, 2)]
    it = arena["n1"].progress["n2"]
    assert (it.state, it.match_index, it.next_index) == ("probe", 1, 2)


def _believe_every_refusal(step: Any, peer: str, reply: AppendEntriesReply) -> None:
    progress.retry_from(step, peer, step.node.progress[peer].match_index + 1)


@guards("back_off_window", _believe_every_refusal)
def test_10_2_2_a_late_refusal_ends_nothing(rules: Rules) -> None:
    arena = _replicating(rules)
    arena.propose("n1")
    assert arena.receive("n1", "n2", AppendEntriesReply(1, False, 0, 1, 0, 1)) == []
    assert arena["n1"].progress["n2"].state == "replicate"


@guards("back_off_window", nothing)
def test_10_2_2_a_message_that_is_lost_is_made_up_for(rules: Rules) -> None:
    arena = _replicating(rules, Parameters(max_inflight=8))
    arena.receive("n2", "n1", AppendEntries(1, 0, 0, arena["n1"].log.between(1, 1), 0))
    arena.propose("n1")
    arena.sent.clear()  # lost
    arena.propose("n1")
    arena.exchange(down=("n3",))
    assert terms(arena["n2"]) == [1, 1, 1]
    assert arena["n1"].commit_index == 3


@guards("replicate", lambda step, peer, rule: step.rules.replicate_in_window(step, peer, rule))
def test_5_3_the_papers_next_index_moves_with_the_answers_only(rules: Rules) -> None:
    arena = _replicating(rules, Parameters())
    assert [_to_n2(arena.propose("n1")) for _ in range(3)] == [[(1, 1)], [(1, 2)], [(1, 3)]]
    assert arena["n1"].progress["n2"].next_index == 2


def _send_at_once(step: Any) -> None:
    for peer in list(step.node.progress):
        step.rules.replicate(step, peer, "replicate")


@guards("send_out", _send_at_once)
def test_10_2_2_a_batch_goes_out_together(rules: Rules) -> None:
    arena = _replicating(rules, Parameters(batch_delay_us=2000))
    assert [arena.propose("n1") for _ in range(3)] == [[], [], []]
    timer = arena["n1"].timers["batch"]
    assert timer.due_us - timer.since_us == 2000
    sent = arena.timeout("n1", "batch")
    assert _to_n2(sent) == [(1, 3)]
    assert len(sent) == 2


@guards("replicate", _send_without_moving)
def test_10_2_2_a_message_carries_so_many_entries_at_the_most(rules: Rules) -> None:
    arena = _replicating(rules, Parameters(max_inflight=8, max_entries_per_message=2, batch_delay_us=2000))
    for _ in range(5):
        arena.propose("n1")
    assert _to_n2(arena.timeout("n1", "batch")) == [(1, 2), (3, 2), (5, 1)]


test_seen_red = guards.seen_red()
