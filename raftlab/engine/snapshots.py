"""Snapshots and compaction (section 7).

Each server replaces the applied beginning of its log by a snapshot of its state machine, on its own. A leader sends its
snapshot only to a peer that needs entries which are compacted away, whole or in chunks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import ConfigChanged, SnapshotChunkStored, SnapshotInstalled, SnapshotTaken
from raftlab.core.messages import AppendEntries, InstallSnapshot, InstallSnapshotReply
from raftlab.core.model import LEADER
from raftlab.engine.configuration import config_at
from raftlab.engine.progress import believe

if TYPE_CHECKING:
    from raftlab.engine.step import Step


def take_snapshot(step: Step) -> None:
    """7: write down the state machine, and forget the entries that led to it (but for a few, for slow peers)."""
    node = step.node
    index = node.last_applied
    done = node.log.snapshot_index if node.snapshot is None else node.snapshot.index
    if index <= done:
        return
    keep_from = max(node.log.snapshot_index, index - step.cluster.parameters.catch_up_entries)
    terms = (node.log.term_at(index) or 0, node.log.term_at(keep_from) or 0)
    config, _ = config_at(node, index)
    step.emit(SnapshotTaken(*step.stamp, "take_snapshot", index, terms[0], config, keep_from, terms[1]))


def snapshot_if_due(step: Step) -> None:
    """7: a snapshot after so many applied entries (etcd: snapshot-count)."""
    node, count = step.node, step.cluster.parameters.snapshot_count
    done = node.log.snapshot_index if node.snapshot is None else node.snapshot.index
    if count and node.last_applied - done >= count:
        step.rules.take_snapshot(step)


def replicate_snapshot(step: Step, peer: str, rule: str) -> None:
    """7: the peer needs what is compacted away: send the snapshot; while it is under way, heartbeats only."""
    node = step.node
    progress = node.progress[peer]
    if progress.state != "snapshot":
        send_chunk(step, peer, 0)
    elif rule == "send_heartbeat":
        # Empty, after an entry that the peer holds for sure. Its answer tells whether the chunk before it was lost.
        before = progress.match_index if node.log.term_at(progress.match_index) is not None else 0
        term = node.log.term_at(before) or 0 if before else 0
        beat = AppendEntries(node.current_term, before, term, (), node.commit_index, step.clock_us)
        step.send(peer, beat, "send_heartbeat")


def send_chunk(step: Step, peer: str, offset: int) -> None:
    """7, Figure 13: the snapshot's text from an offset on, as much as one message may carry."""
    node = step.node
    snapshot = node.snapshot
    assert snapshot is not None, f"{node.name} has compacted its log without a snapshot"
    text = snapshot.machine.dump()
    size = step.cluster.parameters.snapshot_chunk or len(text)
    data = text[offset : offset + size]
    done = offset + len(data) >= len(text)
    match = node.progress[peer].match_index
    clock_us = step.clock_us
    # While a snapshot is under way, sent_index counts its characters, and inflight says when the chunk left.
    state = (match, snapshot.index + 1, offset, "snapshot", (clock_us,), snapshot.index)
    step.because(believe(step, "send_snapshot", peer, *state))
    config = snapshot.config if done else None
    message = InstallSnapshot(
        node.current_term, snapshot.index, snapshot.term, offset, data, done, config, clock_us
    )  # fmt: skip
    step.send(peer, message, "send_snapshot")


def resume_snapshot(step: Step, peer: str) -> None:
    """7: a heartbeat that left after the chunk is answered, and the chunk isn't: it is lost; send it again."""
    node = step.node
    progress = node.progress[peer]
    if node.acked.get(peer, 0) > progress.inflight[0]:
        same = node.snapshot is not None and node.snapshot.index == progress.pending_snapshot
        send_chunk(step, peer, progress.sent_index if same else 0)


def handle_install_snapshot(step: Step, leader: str, message: InstallSnapshot) -> None:
    """7: keep a chunk; with the last one take the snapshot over, unless we have committed as much already."""
    node, rules = step.node, step.rules
    if node.role is LEADER:
        return
    rules.hear_leader(step, leader)
    index, term = message.last_index, message.last_term
    if index <= node.commit_index:
        answer(step, leader, node.commit_index, 0, message.clock_us)
        return
    receiving = node.receiving
    ours = receiving is not None and (receiving.index, receiving.term) == (index, term)
    held = receiving.text if ours and receiving is not None else ""
    if message.offset != len(held):
        if message.offset != 0:
            answer(step, leader, 0, len(held), message.clock_us)  # a piece is missing, or came twice
            return
        held = ""
    if message.done:
        rules.install_snapshot(step, message, held + message.data)
        answer(step, leader, index, 0, message.clock_us)
    else:
        chunk = SnapshotChunkStored(*step.stamp, "install_snapshot", index, term, message.offset, message.data)
        step.because(step.emit(chunk))
        answer(step, leader, 0, len(held) + len(message.data), message.clock_us)


def answer(step: Step, leader: str, match: int, stored: int, clock_us: int) -> None:
    """7: say what we hold now."""
    step.promise(leader, InstallSnapshotReply(step.node.current_term, match, stored, clock_us), "install_snapshot")


def install_snapshot(step: Step, message: InstallSnapshot, text: str) -> None:
    """7: the snapshot replaces our log up to its last entry; what fits behind it stays."""
    node = step.node
    config = message.config or node.config
    position = step.emit(
        SnapshotInstalled(*step.stamp, "install_snapshot", message.last_index, message.last_term, config, text)
    )
    step.because(position)
    config, index = config_at(node, node.log.last_index)
    counts = step.cluster.parameters.config_on == "append"
    if index and counts and (config, index) != (node.config, node.config_index):
        step.emit(ConfigChanged(*step.stamp, "see_config", config, index))
    if node.reads:
        step.rules.answer_reads(step)


def handle_install_snapshot_reply(step: Step, peer: str, reply: InstallSnapshotReply) -> None:
    """7: go on with the next chunk, or, when the peer has it all, with the log behind the snapshot."""
    node = step.node
    if node.role is not LEADER or peer not in node.progress:
        return
    if reply.clock_us:
        step.rules.confirm_lead(step, peer, reply.clock_us)
    progress = node.progress[peer]
    if progress.state != "snapshot":
        return
    if reply.match_index >= node.log.snapshot_index and reply.match_index > 0:
        match = max(reply.match_index, progress.match_index)
        step.because(believe(step, "record_progress", peer, match, match + 1, match, "probe"))
        if match > node.commit_index:
            step.rules.advance_commit(step)
        if node.role is LEADER and peer in node.progress:
            step.rules.replicate(step, peer, "record_progress")
    elif reply.clock_us >= progress.inflight[0]:
        same = node.snapshot is not None and node.snapshot.index == progress.pending_snapshot
        send_chunk(step, peer, reply.stored if same else 0)
