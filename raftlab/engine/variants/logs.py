"""Broken variants of the rules in core.rulebook.logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import CommitAdvanced
from raftlab.engine import progress, replication
from raftlab.engine.rules import Variants

if TYPE_CHECKING:
    from raftlab.core.messages import AppendEntries, AppendEntriesReply
    from raftlab.core.model import Entry
    from raftlab.engine.step import Step


def commit_any_term(step: Step, index: int) -> bool:
    """A quorum holds it: that is enough, whatever its term (Figure 8)."""
    return True


# -- What a follower makes of an AppendEntries (5.3) ---------------------------------------------------------------


def compare_no_terms(step: Step, message: AppendEntries) -> bool:
    """Some entry stands before the new ones, of whatever term. (A gap is refused still: a log is an array.)"""
    return message.prev_log_index <= step.node.log.last_index


def replace_tail(step: Step, entries: tuple[Entry, ...]) -> None:
    """All from the first new index on is dropped, and what the message brings is put there: it may be an old one."""
    log = step.node.log
    entries = tuple([entry for entry in entries if entry.index > log.snapshot_index])
    if not entries:
        return
    if entries[0].index <= log.last_index:
        replication.truncate(step, entries[0].index)
    replication.store_entries(step, entries)


def follow_commit_to_the_end(step: Step, message: AppendEntries, vouched: int) -> None:
    """Commit what the leader has, as far as our own log reaches, although this message vouches for less of it."""
    index = min(message.leader_commit, step.node.log.last_index)
    if index > step.node.commit_index:
        step.because(step.emit(CommitAdvanced(*step.stamp, "follow_commit", index)))
        step.rules.apply_committed(step)


def beat_before_entries(step: Step, peer: str, rule: str) -> None:
    """A heartbeat of its own goes ahead of the entries, as in many a first try; that alone harms nobody."""
    node = step.node
    before = node.progress[peer].next_index - 1
    if rule == "send_heartbeat" and node.log.snapshot_index <= before < node.log.last_index:
        replication.send_entries(step, peer, rule, before, ())
    replication.replicate(step, peer, rule)


def refuse_and_commit(step: Step, leader: str, message: AppendEntries) -> None:
    """The entries are refused, and the leader's commit index is taken over all the same."""
    follow_commit_to_the_end(step, message, 0)
    replication.refuse_entries(step, leader, message)


def acknowledge_all(step: Step, leader: str, message: AppendEntries, vouched: int) -> None:
    """Say how long our log is, although this message vouches for less of it."""
    replication.acknowledge(step, leader, message, step.node.log.last_index)


# -- What a leader makes of a refusal (5.3) ------------------------------------------------------------------------


def match_up_to_hint(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """Where the follower wants to go on is taken for how far it agrees."""
    if _believe_hint(step, peer, reply):
        progress.back_off(step, peer, reply)


def match_up_to_hint_in_window(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """The same where messages are sent ahead of their answers."""
    if _believe_hint(step, peer, reply):
        progress.back_off_window(step, peer, reply)


def _believe_hint(step: Step, peer: str, reply: AppendEntriesReply) -> bool:
    """Whether the peer is a member still, after what that has committed."""
    node = step.node
    old = node.progress[peer]
    match = min(reply.conflict_index - 1, node.log.last_index)
    if match > old.match_index and old.state != "snapshot":
        following = max(old.next_index, match + 1)
        it = (match, following, old.sent_index, old.state, old.inflight)
        step.because(progress.believe(step, "record_progress", peer, *it))
        step.rules.advance_commit(step)
    return peer in node.progress


LOGS: Variants = {
    "commit-old-term-by-counting": {"commit_own_term": commit_any_term},
    "append-without-comparing": {"check_consistency": compare_no_terms},
    "truncate-without-conflict": {"append_entries": replace_tail},
    "commit-past-message": {"follow_commit": follow_commit_to_the_end, "replicate": beat_before_entries},
    "commit-on-rejection": {"refuse_entries": refuse_and_commit},
    "acknowledge-past-message": {"acknowledge": acknowledge_all},
    "match-on-rejection": {"back_off": match_up_to_hint, "back_off_window": match_up_to_hint_in_window},
}
"""By the variant's identifier."""
