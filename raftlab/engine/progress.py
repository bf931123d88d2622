"""What a leader makes of its peers' answers: matchIndex, nextIndex, and what is committed (5.3, 5.4.2).

A peer is probed (one message at a time) until it has accepted something; then it is sent entries as fast as the window
allows; when its log begins to differ again, it is probed again. One that needs entries that are compacted away waits
for a snapshot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import CommitAdvanced, ProgressChanged
from raftlab.core.messages import AppendEntriesReply, HeartbeatReply
from raftlab.core.model import LEADER

if TYPE_CHECKING:
    from raftlab.engine.step import Step


def handle_append_entries_reply(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """5.3: a peer of our own term has answered; only a leader of that term cares."""
    node = step.node
    if node.role is not LEADER or peer not in node.progress:
        return
    if reply.clock_us:
        step.rules.confirm_lead(step, peer, reply.clock_us)
    if reply.success:
        progress = node.progress[peer]
        if reply.match_index > progress.match_index or progress.state != "replicate":
            # Else it is nothing new: an empty heartbeat's answer, or a late one.
            step.rules.record_progress(step, peer, reply.match_index)
    elif step.cluster.parameters.max_inflight:
        step.rules.back_off_window(step, peer, reply)
    elif reply.rejected_index == node.progress[peer].next_index - 1 and node.progress[peer].state != "snapshot":
        # An answer to an older try says nothing about this one.
        step.rules.back_off(step, peer, reply)


def record_progress(step: Step, peer: str, match: int) -> None:
    """5.3: what the peer has confirmed only grows; commit if that makes a quorum; send what is left."""
    node = step.node
    old = node.progress[peer]
    if old.state == "snapshot" and match < node.log.snapshot_index:
        step.rules.resume_snapshot(step, peer)
        return
    window = step.cluster.parameters.max_inflight
    was_full = window and len(old.inflight) >= (window if old.state == "replicate" else 1)
    grown = match > old.match_index
    match = max(match, old.match_index)
    if window:
        freed = tuple([last for last in old.inflight if last > match]) if old.state == "replicate" else ()
        following = max(old.next_index, match + 1) if old.state == "replicate" else match + 1
        it = (match, following, following - 1, "replicate", freed)
    else:
        it = (match, max(old.next_index, match + 1), max(old.sent_index, match), "replicate", ())
    if it != (old.match_index, old.next_index, old.sent_index, old.state, old.inflight):
        step.because(believe(step, "record_progress", peer, *it))
    if grown:
        if match > node.commit_index:
            step.rules.advance_commit(step)
        if node.catch_up is not None:
            step.rules.count_round(step, peer)
        if node.transfer_to == peer and match == node.log.last_index:
            step.rules.let_take_over(step, peer)
        if node.role is not LEADER or peer not in node.progress:
            return  # what was committed has removed one of us
    if window:
        if was_full or old.state != "replicate":
            step.rules.replicate(step, peer, "replicate")
    elif match == it[2] < node.log.last_index:
        step.rules.replicate(step, peer, "replicate")


def handle_heartbeat_reply(step: Step, peer: str, reply: HeartbeatReply) -> None:
    """etcd: the peer lives; if it lacks something, what was sent may be lost: try again."""
    node = step.node
    if node.role is not LEADER or peer not in node.progress:
        return
    if reply.clock_us:
        step.rules.confirm_lead(step, peer, reply.clock_us)
    old = node.progress[peer]
    if old.state == "probe" and old.inflight:
        believe(step, "record_progress", peer, old.match_index, old.next_index, old.sent_index, "probe")
    if old.match_index < node.log.last_index or old.state == "probe":
        step.rules.replicate(step, peer, "send_heartbeat")


def back_off(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """5.3: the peer's log doesn't fit: begin earlier. The parameter says by how much."""
    old = step.node.progress[peer]
    retry_from(step, peer, min(_hinted(step, peer, reply), old.next_index - 1))


def back_off_window(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """Dissertation 10.2.2, etcd: a peer that was sent ahead and refuses is probed from what it has confirmed on."""
    old = step.node.progress[peer]
    if old.state == "replicate":
        if reply.rejected_index > old.match_index:
            retry_from(step, peer, old.match_index + 1)
    elif old.state == "probe" and reply.rejected_index == old.next_index - 1:
        retry_from(step, peer, min(_hinted(step, peer, reply), old.next_index - 1))


def _hinted(step: Step, peer: str, reply: AppendEntriesReply) -> int:
    """5.3: where to try next: one entry back, as the paper's rule says; or past a whole term, its optimization.

    If we hold entries of the term that conflicts, try just after our last one of it; else at its first index.
    """
    if step.cluster.parameters.back_off != "by_term":
        return step.node.progress[peer].next_index - 1
    if not reply.conflict_term:
        return reply.conflict_index
    log = step.node.log
    index = min(reply.rejected_index, log.last_index)
    while index > log.snapshot_index and (log.term_at(index) or 0) > reply.conflict_term:
        index -= 1
    return index + 1 if log.term_at(index) == reply.conflict_term else reply.conflict_index


def retry_from(step: Step, peer: str, next_index: int) -> None:
    """Probe a peer from an index on, never below what it has confirmed."""
    old = step.node.progress[peer]
    next_index = max(next_index, old.match_index + 1)
    step.because(believe(step, "back_off", peer, old.match_index, next_index, next_index - 1, "probe"))
    step.rules.replicate(step, peer, "back_off")


def believe(
    step: Step,
    rule: str,
    peer: str,
    match_index: int,
    next_index: int,
    sent_index: int,
    state: str,
    inflight: tuple[int, ...] = (),
    pending_snapshot: int = 0,
) -> int:
    """The leader changes its mind about a peer; the event's position comes back."""
    now_us, name, cause = step.now_us, step.node.name, step.cause
    return step.emit(
        ProgressChanged(
            now_us, name, cause, rule, peer, match_index, next_index, sent_index, state, inflight, pending_snapshot
        )
    )


def advance_commit(step: Step) -> None:
    """5.3: the highest index that a quorum holds durably, if an entry of our own term stands there (5.4.2)."""
    node, rules = step.node, step.rules
    commit_index, progress = node.commit_index, node.progress
    durable = node.log.last_index if node.disk is None else node.disk.index
    above = [it.match_index for it in progress.values() if it.match_index > commit_index]
    if durable > commit_index:
        above.append(durable)
    for index in sorted(set(above), reverse=True) if len(above) > 1 else above:
        holders = [peer for peer, it in progress.items() if it.match_index >= index]
        if durable >= index:
            holders.append(node.name)
        if rules.is_quorum(step, holders):
            if rules.commit_own_term(step, index):
                step.because(step.emit(CommitAdvanced(*step.stamp, "advance_commit", index)))
                rules.apply_committed(step)
                rules.after_commit(step)
            return


def commit_own_term(step: Step, index: int) -> bool:
    """5.4.2: a quorum may hold an older term's entry and yet lose it (Figure 8): only our own term's count."""
    return step.node.log.term_at(index) == step.node.current_term
