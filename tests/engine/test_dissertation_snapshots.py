"""Compaction and InstallSnapshot (the paper's section 7)."""

from __future__ import annotations

from typing import Any

from raftlab.core.events import SnapshotInstalled, SnapshotTaken
from raftlab.core.messages import AppendEntries, AppendEntriesReply, InstallSnapshot, InstallSnapshotReply
from raftlab.core.model import UNKNOWN, Config, Parameters
from raftlab.engine import Rules, snapshots
from tests.engine.arena import Arena, Sent, append, configured, terms
from tests.engine.guarding import Guards, nothing

guards = Guards()

CHUNKS = Parameters(snapshot_chunk=20)


def _compacted(rules: Rules, parameters: Parameters | None = None, texts: int = 3) -> Arena:
    """n1 leads; n2 and itself hold some entries, n1 has compacted them; n3 holds nothing, and has told so."""
    arena = Arena(rules, parameters=parameters or Parameters())
    arena.leader()
    for number in range(1, texts + 1):
        arena.propose("n1", f"k{number}=v{number}")
    arena.acknowledge("n1", "n2")
    arena.act("n1", rules.take_snapshot)
    return arena


def _refused(arena: Arena) -> list[Sent]:
    """n3 refuses all that n1 may probe it with, until n1 sends its snapshot; what it sends then."""
    for index in range(arena["n1"].progress["n3"].next_index - 1, -1, -1):
        sent = arena.receive("n1", "n3", AppendEntriesReply(1, False, 0, index, 0, 1))
        if sent and isinstance(sent[0].message, InstallSnapshot):
            return sent
    return arena.timeout("n1", "heartbeat")


def _chunk(sent: list[Sent]) -> InstallSnapshot:
    """The one InstallSnapshot among what was sent to n3."""
    (found,) = [it.message for it in sent if isinstance(it.message, InstallSnapshot) and it.to == "n3"]
    return found


# --- compaction ----------------------------------------------------------------------------------------------


@guards("take_snapshot", nothing)
def test_7_compaction_keeps_the_index_and_term_of_the_last_entry(rules: Rules) -> None:
    arena = _compacted(rules)
    log, snapshot = arena["n1"].log, arena["n1"].snapshot
    assert snapshot is not None
    assert (snapshot.index, snapshot.term) == (log.snapshot_index, log.snapshot_term) == (3, 1)
    assert (len(log), log.last_index, log.last_term, log.term_at(3)) == (0, 3, 1, 1)
    assert dict(snapshot.machine.items()) == {"k1": "v1", "k2": "v2", "k3": "v3"}


def _compact_all(step: Any) -> None:
    node = step.node
    term, config = node.log.last_term, node.config
    step.emit(SnapshotTaken(step.now_us, node.name, None, None, node.log.last_index, term, config))


@guards("take_snapshot", _compact_all)
def test_7_only_what_is_applied_is_compacted(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    arena.propose("n1")
    arena.acknowledge("n1", "n2")
    arena.propose("n1")
    arena.act("n1", rules.take_snapshot)
    assert (arena["n1"].log.snapshot_index, terms(arena["n1"])) == (1, [1])


@guards("snapshot_if_due", nothing)
def test_7_a_snapshot_is_taken_after_so_many_applied_entries(rules: Rules) -> None:
    arena = Arena(rules, parameters=Parameters(snapshot_count=3, catch_up_entries=1))
    arena.leader()
    for _ in range(7):
        arena.propose("n1")
        arena.acknowledge("n1", "n2")
    assert [it.index for it in arena.happened(SnapshotTaken, node="n1")] == [3, 6]
    # One entry more stays in the log, for peers that are only a little behind.
    assert (arena["n1"].log.snapshot_index, len(arena["n1"].log)) == (5, 2)


@guards("check_consistency", lambda step, message: step.node.log.entry(message.prev_log_index) is not None)
def test_7_entries_fit_behind_what_is_compacted(rules: Rules) -> None:
    arena = Arena(rules)
    arena.receive("n2", "n1", append(1, (0, 0), [1, 1], 2))
    arena.act("n2", rules.take_snapshot)
    assert terms(arena["n2"]) == []
    (answer,) = arena.receive("n2", "n1", append(1, (2, 1), [1]))
    assert answer.message == AppendEntriesReply(1, True, 3)
    (answer,) = arena.receive("n2", "n1", append(1, (0, 0), [1, 1, 1]))  # a late copy
    assert answer.message == AppendEntriesReply(1, True, 3)
    assert terms(arena["n2"]) == [1]


# --- InstallSnapshot -----------------------------------------------------------------------------------------


@guards("replicate_snapshot", nothing)
def test_7_a_peer_that_needs_what_is_compacted_gets_the_snapshot(rules: Rules) -> None:
    arena = _compacted(rules)
    message = _chunk(_refused(arena))
    assert (message.last_index, message.last_term, message.offset, message.done) == (3, 1, 0, True)
    assert message.config == Config(("n1", "n2", "n3"))
    assert arena["n1"].progress["n3"].state == "snapshot"
    arena.exchange()
    arena.propose("n1", "k4=v4")
    arena.exchange()
    assert arena["n3"].machine.items() == arena["n1"].machine.items()[:3]
    assert (arena["n3"].log.snapshot_index, arena["n3"].log.last_index) == (3, 4)
    assert arena["n1"].progress["n3"].match_index == 4


@guards("handle_install_snapshot_reply", nothing)
def test_7_a_snapshot_is_sent_in_chunks_one_after_the_other(rules: Rules) -> None:
    arena = _compacted(rules, CHUNKS)
    sent, offsets = _refused(arena), []
    while any(isinstance(it.message, InstallSnapshot) for it in sent):
        message = _chunk(sent)
        offsets.append(message.offset)
        assert len(message.data) <= 20
        assert (message.config is not None) is message.done
        (answer,) = arena.receive("n3", "n1", message)
        sent = arena.receive("n1", "n3", answer.message)
    assert offsets == list(range(0, 20 * len(offsets), 20))
    assert len(offsets) > 2
    assert arena["n3"].machine.items() == arena["n1"].machine.items()
    assert arena["n3"].receiving is None


@guards("resume_snapshot", nothing)
def test_7_a_chunk_that_is_lost_is_sent_again(rules: Rules) -> None:
    arena = _compacted(rules, Parameters(snapshot_chunk=20, check_quorum=True))
    arena.now_us = 1000
    lost = _chunk(_refused(arena))
    arena.now_us = 50_000
    (beat,) = [it.message for it in arena.timeout("n1", "heartbeat") if it.to == "n3"]
    assert isinstance(beat, AppendEntries)
    assert beat.entries == ()
    (answer,) = arena.receive("n3", "n1", beat)
    again = _chunk(arena.receive("n1", "n3", answer.message))
    assert (again.offset, again.data) == (lost.offset, lost.data)


def _append_whatever_comes(step: Any, leader: str, message: InstallSnapshot) -> None:
    from raftlab.core.events import SnapshotChunkStored

    receiving = step.node.receiving
    offset = 0 if receiving is None else len(receiving.text)
    chunk = SnapshotChunkStored(0, step.node.name, None, None, message.last_index, message.last_term, offset or 1, "")
    step.emit(chunk)
    text = (receiving.text if receiving else "") + message.data
    step.node.receiving = type(step.node.receiving)(message.last_index, message.last_term, text)
    step.send(leader, InstallSnapshotReply(message.term, 0, len(text)), "install_snapshot")


@guards("handle_install_snapshot", _append_whatever_comes)
def test_7_a_chunk_that_comes_twice_does_no_harm(rules: Rules) -> None:
    arena = Arena(rules)
    for message, held in [
        (InstallSnapshot(1, 5, 1, 0, "abc", False), "abc"),
        (InstallSnapshot(1, 5, 1, 3, "def", False), "abcdef"),
        (InstallSnapshot(1, 5, 1, 3, "def", False), "abcdef"),  # twice
        (InstallSnapshot(1, 5, 1, 9, "jkl", False), "abcdef"),  # the one before it is missing
    ]:
        (answer,) = arena.receive("n2", "n1", message)
        assert answer.message == InstallSnapshotReply(1, 0, len(held))
        receiving = arena["n2"].receiving
        assert receiving is not None
        assert receiving.text == held


@guards("handle_install_snapshot", _append_whatever_comes)
def test_7_a_newer_snapshot_begins_anew(rules: Rules) -> None:
    arena = Arena(rules)
    arena.receive("n2", "n1", InstallSnapshot(1, 5, 1, 0, "abc", False))
    (answer,) = arena.receive("n2", "n1", InstallSnapshot(1, 8, 1, 3, "def", False))
    assert answer.message == InstallSnapshotReply(1, 0, 0)  # of that one it has nothing yet
    arena.receive("n2", "n1", InstallSnapshot(1, 8, 1, 0, "xy", False))
    receiving = arena["n2"].receiving
    assert receiving is not None
    assert (receiving.index, receiving.text) == (8, "xy")


def _start_of_the_same(step: Any, peer: str, reply: InstallSnapshotReply) -> None:
    snapshots.send_chunk(step, peer, reply.stored)


@guards("handle_install_snapshot_reply", _start_of_the_same)
def test_7_a_leader_that_has_a_newer_snapshot_begins_with_that(rules: Rules) -> None:
    arena = _compacted(rules, CHUNKS)
    (answer,) = arena.receive("n3", "n1", _chunk(_refused(arena)))
    arena.propose("n1", "k9=v9")
    arena.acknowledge("n1", "n2")
    arena.act("n1", rules.take_snapshot)
    message = _chunk(arena.receive("n1", "n3", answer.message))
    assert (message.last_index, message.offset) == (4, 0)


def _dump(arena: Arena) -> str:
    snapshot = arena["n1"].snapshot
    assert snapshot is not None
    return snapshot.machine.dump()


def _forget_the_log(step: Any, message: InstallSnapshot, text: str) -> None:
    from raftlab.core.events import LogTruncated

    last = step.node.log.last_index
    if last > step.node.commit_index:
        step.emit(LogTruncated(0, step.node.name, None, None, step.node.commit_index + 1, last))
    snapshots.install_snapshot(step, message, text)


@guards("install_snapshot", _forget_the_log)
def test_7_entries_that_fit_behind_the_snapshot_stay(rules: Rules) -> None:
    text = _dump(_compacted(rules))
    for mine, left in [([1, 1, 1, 1, 2], [1, 2]), ([1, 1, 2, 2], []), ([1], [])]:
        arena = Arena(rules, logs={"n2": mine})
        (answer,) = arena.receive("n2", "n1", InstallSnapshot(3, 3, 1, 0, text, True, Config(("n1", "n2", "n3"))))
        node = arena["n2"]
        assert answer.message == InstallSnapshotReply(3, 3)
        assert terms(node) == left, mine
        assert (node.log.snapshot_index, node.commit_index, node.last_applied) == (3, 3, 3)


def _install_always(step: Any, leader: str, message: InstallSnapshot) -> None:
    step.rules.install_snapshot(step, message, message.data)


@guards("handle_install_snapshot", _install_always)
def test_7_a_snapshot_older_than_what_is_committed_is_ignored(rules: Rules) -> None:
    text = _dump(_compacted(rules))
    arena = Arena(rules)
    arena.receive("n2", "n1", append(1, (0, 0), [1, 1, 1, 1], 4))
    (answer,) = arena.receive("n2", "n1", InstallSnapshot(1, 3, 1, 0, text, True, Config(("n1",))))
    assert answer.message == InstallSnapshotReply(1, 4)
    assert arena.happened(SnapshotInstalled) == []
    assert (arena["n2"].last_applied, arena["n2"].config.voters) == (4, ("n1", "n2", "n3"))


def _without_config(step: Any, message: InstallSnapshot, text: str) -> None:
    snapshot = (message.last_index, message.last_term, UNKNOWN, text)
    step.emit(SnapshotInstalled(step.now_us, step.node.name, None, None, *snapshot))


@guards("install_snapshot", _without_config)
def test_7_the_configuration_comes_with_the_snapshot(rules: Rules) -> None:
    text, four = _dump(_compacted(rules)), Config(("n1", "n2", "n3", "n4"))
    arena = Arena(rules)
    arena.receive("n2", "n1", InstallSnapshot(1, 3, 1, 0, text, True, four))
    assert (arena["n2"].config, arena["n2"].config_index) == (four, 0)
    # When the entry of a newer one is dropped, it is the snapshot's that counts again.
    arena.receive("n2", "n1", configured(1, (3, 1), Config(("n1", "n2"))))
    arena.receive("n2", "n3", append(2, (3, 1), [2]))
    assert arena["n2"].config == four


test_seen_red = guards.seen_red()
