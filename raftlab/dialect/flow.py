"""Where etcd's flow control differs from ours: hints of a refusal, snapshots, and when a commit index is sent on.

A refusal says the last entry that may fit, as both sides can tell from the terms they hold. An acknowledgement that
commits nothing may still show that its sender hasn't been told how far is committed. A snapshot goes only to a peer
that lives, and only a report of it, not a clock, makes the leader send it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import AppendRefused, CommitAdvanced, FsyncDone, SnapshotTaken
from raftlab.core.messages import AppendEntries, AppendEntriesReply, InstallSnapshot, InstallSnapshotReply, Message
from raftlab.core.model import LEADER
from raftlab.dialect.bound import member_of
from raftlab.engine import leadership, progress, replication, snapshots

if TYPE_CHECKING:
    from raftlab.core.log import Log
    from raftlab.engine import Step


def become_leader(step: Step) -> None:
    """5.2. etcd counts all that the new leader holds as its own acknowledged entries, written or not."""
    node, member = step.node, member_of(step)
    storage, last = member.storage, node.log.last_index
    member.own_match = last
    if node.disk is None or node.disk.index != last:
        step.emit(FsyncDone(*step.stamp, "persist", last, storage.term, storage.vote))
    leadership.become_leader(step)


def after_commit(step: Step) -> None:
    """Followers hear at once how far is committed. What a configuration asks for waits until it is applied."""
    if step.node.role is LEADER:
        for peer in list(step.node.progress):
            step.rules.replicate(step, peer, "advance_commit")


def apply_committed(step: Step) -> None:
    """Nothing yet: committed entries are applied when a Ready hands them out."""


def wants_proof(step: Step) -> bool:
    """No clocks: etcd counts ticks and signs of life, and sends no lost snapshot again by itself."""
    return False


# -- the follower ----------------------------------------------------------------------------------------------------


def handle_append_entries(step: Step, leader: str, message: AppendEntries) -> None:
    """5.3; what is committed already needs no look, and a refusal carries etcd's hint."""
    node, prev = step.node, message.prev_log_index
    if node.role is LEADER:
        return
    if prev < node.commit_index:
        step.rules.hear_leader(step, leader)
        step.send(leader, AppendEntriesReply(node.current_term, True, node.commit_index), "append_entries")
    elif step.rules.check_consistency(step, message):
        replication.handle_append_entries(step, leader, message)
    else:
        step.rules.hear_leader(step, leader)
        step.because(step.emit(AppendRefused(*step.stamp, "check_consistency", leader, prev)))
        hint = last_fitting(node.log, min(prev, node.log.last_index), message.prev_log_term)
        hint_term = node.log.term_at(hint) or 0
        refusal = AppendEntriesReply(node.current_term, False, 0, prev, hint_term, hint + 1)
        step.send(leader, refusal, "check_consistency")


def last_fitting(log: Log, index: int, term: int) -> int:
    """The last index up to `index` whose entry's term isn't above `term`: behind it the logs must differ."""
    while index > log.snapshot_index and (log.term_at(index) or 0) > term:
        index -= 1
    return index


def handle_install_snapshot(step: Step, leader: str, message: InstallSnapshot) -> None:
    """7: who isn't in the snapshot's configuration ignores it."""
    node, config = step.node, message.config
    if config is not None and node.name not in (*config.voters, *config.outgoing, *config.learners):
        step.rules.hear_leader(step, leader)
        snapshots.answer(step, leader, node.commit_index, 0, 0)
    else:
        snapshots.handle_install_snapshot(step, leader, message)


def install_snapshot(step: Step, message: InstallSnapshot, text: str) -> None:
    """7: where our log holds the snapshot's last entry, it only shows how far is committed."""
    if step.node.log.term_at(message.last_index) == message.last_term:
        step.emit(CommitAdvanced(*step.stamp, "install_snapshot", message.last_index))
    else:
        snapshots.install_snapshot(step, message, text)


# -- the leader --------------------------------------------------------------------------------------------------------


def record_progress(step: Step, peer: str, match: int) -> None:
    """5.3; and if the acknowledgement commits nothing, its sender may still have to hear what is committed."""
    node, old = step.node, step.node.progress[peer]
    if match < old.match_index or (match == old.match_index and old.state != "probe"):
        return
    committed = node.commit_index
    progress.record_progress(step, peer, match)
    if node.role is LEADER and peer in node.progress and node.commit_index == committed:
        remembered, now = member_of(step).peer(peer), node.progress[peer]
        if committed > remembered.sent_commit and remembered.sent_commit < now.next_index - 1:
            step.rules.replicate(step, peer, "advance_commit")


def back_off_window(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """5.3: a peer that was sent ahead is probed from what it has confirmed on, else from where both logs may agree."""
    node, old = step.node, step.node.progress[peer]
    if old.state == "replicate":
        if reply.rejected_index > old.match_index:
            progress.retry_from(step, peer, old.match_index + 1)
    elif old.state == "probe" and reply.rejected_index == old.next_index - 1:
        hint = reply.conflict_index - 1
        if reply.conflict_term:
            hint = last_fitting(node.log, min(hint, node.log.last_index), reply.conflict_term)
        progress.retry_from(step, peer, min(reply.rejected_index, hint + 1))


def replicate_snapshot(step: Step, peer: str, rule: str) -> None:
    """7: the state as it is applied now goes to a peer that lives; then nothing until the peer says that it has it."""
    node = step.node
    if node.progress[peer].state == "snapshot" or not member_of(step).peer(peer).recently_active:
        return
    refresh_snapshot(step)
    snapshots.send_chunk(step, peer, 0)


def refresh_snapshot(step: Step, compact_to: int | None = None) -> None:
    """etcd's tests have a snapshot of each moment, and compact the log when they are told."""
    node, index = step.node, step.node.last_applied
    kept = node.log.snapshot_index if compact_to is None else compact_to
    if compact_to is not None or node.snapshot is None or node.snapshot.index != index:
        terms = (node.log.term_at(index) or 0, node.log.term_at(kept) or 0)
        step.emit(SnapshotTaken(*step.stamp, "take_snapshot", index, terms[0], node.config, kept, terms[1]))


def handle_install_snapshot_reply(step: Step, peer: str, reply: InstallSnapshotReply) -> None:
    """7: that a peer has a snapshot is an acknowledgement like any other."""
    if step.node.role is LEADER and peer in step.node.progress:
        step.rules.record_progress(step, peer, reply.match_index)


def wait_for_disk(step: Step, to: str, message: Message, rule: str) -> None:
    """The world knows what must wait for the disk."""
    step.send(to, message, rule)
