"""Log replication (5.3) and the rule for entries of older terms (5.4.2).

The leader alone appends clients' commands; each AppendEntries says which entry stands before the new ones, and a
follower refuses what doesn't fit, so that two logs which agree at an index and term agree in everything before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from raftlab.core.events import (
    AppendRefused,
    ClientAnswered,
    CommitAdvanced,
    EntryAppended,
    EntryApplied,
    LeaderLearned,
    LogTruncated,
    ProgressChanged,
    RequestAccepted,
)
from raftlab.core.messages import AppendEntries, AppendEntriesReply
from raftlab.core.model import CANDIDATE, LEADER, Entry, Progress

if TYPE_CHECKING:
    from raftlab.engine.step import Step


def accept_proposal(step: Step, text: str, client: str, sequence: int) -> None:
    """5.3: a leader appends the command to its own log and sends it out; anybody else names the leader it knows."""
    node = step.node
    if node.role is not LEADER:
        step.emit(ClientAnswered(*step.stamp, "accept_proposal", client, sequence, "refused", 0, node.leader))
        return
    entry = Entry(node.log.last_index + 1, node.current_term, "normal", text)
    step.because(step.emit(EntryAppended(*step.stamp, "accept_proposal", entry)))
    step.emit(RequestAccepted(*step.stamp, "accept_proposal", entry.index, client, sequence))
    for peer in step.peers():
        step.rules.replicate(step, peer, "replicate")
    step.rules.advance_commit(step)


def replicate(step: Step, peer: str, rule: str) -> None:
    """5.3: the entries from the peer's nextIndex on, with the index and term of the one before them."""
    node = step.node
    log, progress = node.log, node.progress[peer]
    before = progress.next_index - 1
    entries: tuple[Entry, ...] = ()
    if log.last_index > before:
        last = min(log.last_index, before + step.cluster.parameters.max_entries_per_message)
        entries = log.between(before + 1, last)
        if last != progress.sent_index:
            _believe(step, "replicate", peer, replace(progress, sent_index=last))
    prev_log_term = log.last_term if before == log.last_index else log.term_at(before)
    assert prev_log_term is not None, f"{node.name} doesn't hold entry {before}, which {peer} needs"
    step.send_to(step, peer, AppendEntries(node.current_term, before, prev_log_term, entries, node.commit_index), rule)


def send_heartbeat(step: Step) -> None:
    """5.2: every peer hears from its leader in time; what it still lacks goes along (5.3: retried for ever)."""
    step.timer(step, "heartbeat", step.cluster.parameters.heartbeat_interval_us, "send_heartbeat", False)
    for peer in step.peers():
        step.rules.replicate(step, peer, "send_heartbeat")


def handle_append_entries(step: Step, leader: str, message: AppendEntries) -> None:
    """5.3: a leader of our own term speaks (older and newer terms have been dealt with)."""
    node, rules = step.node, step.rules
    if node.role is LEADER:
        return  # two leaders in one term: only when a rule is out, and the checker has said so already
    if node.role is CANDIDATE:
        rules.fall_back(step, leader)
    elif node.leader != leader:
        step.emit(LeaderLearned(*step.stamp, "fall_back", leader, node.current_term))
    rules.randomize_timeout(step)
    if not rules.check_consistency(step, message):
        _refuse(step, leader, message)
        return
    vouched = message.prev_log_index + len(message.entries)
    if message.entries:
        rules.append_entries(step, message.entries)
    if message.leader_commit > node.commit_index:
        rules.follow_commit(step, message, vouched)
    step.send_to(step, leader, AppendEntriesReply(node.current_term, True, vouched), "append_entries")


def check_consistency(step: Step, message: AppendEntries) -> bool:
    """5.3: our log holds the entry that stands before the new ones, with the same term."""
    log = step.node.log
    if message.prev_log_index == log.last_index:
        return bool(message.prev_log_term == log.last_term)
    return log.term_at(message.prev_log_index) == message.prev_log_term


def _refuse(step: Step, leader: str, message: AppendEntries) -> None:
    """5.3: say no, and where the conflict begins, so that the leader may skip a whole term."""
    log, prev = step.node.log, message.prev_log_index
    step.because(step.emit(AppendRefused(*step.stamp, "check_consistency", leader, prev)))
    conflict_term = log.term_at(prev) or 0
    first = log.last_index + 1
    if conflict_term:
        first = prev
        while first > 1 and log.term_at(first - 1) == conflict_term:
            first -= 1
    refusal = AppendEntriesReply(step.node.current_term, False, 0, prev, conflict_term, first)
    step.send(leader, refusal, "check_consistency")


def append_entries(step: Step, entries: tuple[Entry, ...]) -> None:
    """5.3: drop our entries from the first conflict on, and only then; append those that we don't have."""
    log = step.node.log
    for entry in entries:
        if entry.index <= log.last_index:
            if log.term_at(entry.index) == entry.term:
                continue  # we hold it: this message may be a late copy, so nothing after it is dropped
            dropped = LogTruncated(*step.stamp, "append_entries", entry.index, log.last_index)
            step.because(step.emit(dropped))
        step.emit(EntryAppended(*step.stamp, "append_entries", entry))


def follow_commit(step: Step, message: AppendEntries, vouched: int) -> None:
    """5.3: commit what the leader has, as far as this message proves our log equal to the leader's."""
    index = min(message.leader_commit, vouched)
    if index > step.node.commit_index:
        step.because(step.emit(CommitAdvanced(*step.stamp, "follow_commit", index)))
        step.rules.apply_committed(step)


def handle_append_entries_reply(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """5.3: a peer of our own term has answered; only a leader of that term cares."""
    node = step.node
    if node.role is not LEADER or peer not in node.progress:
        return
    if reply.success:
        step.rules.record_progress(step, peer, reply)
    elif reply.rejected_index == node.progress[peer].next_index - 1:
        # An answer to an older try says nothing about this one.
        step.rules.back_off(step, peer, reply)


def record_progress(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """5.3: what the peer has confirmed only grows; commit if that makes a quorum; send what is left."""
    old = step.node.progress[peer]
    match = reply.match_index
    if match <= old.match_index and old.state == "replicate":
        return  # nothing new: an empty heartbeat's answer, or a late one
    match = max(match, old.match_index)
    new = Progress(match, max(old.next_index, match + 1), max(old.sent_index, match), "replicate")
    if new != old:
        step.because(_believe(step, "record_progress", peer, new))
        step.rules.advance_commit(step)
    if match == new.sent_index < step.node.log.last_index:
        step.rules.replicate(step, peer, "replicate")


def back_off_by_one(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """5.3: one entry back, as in the paper's rule, and never below what is confirmed."""
    _retry_from(step, peer, step.node.progress[peer].next_index - 1)


def back_off_by_term(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """5.3, its optimization: past a whole conflicting term at once.

    If we hold entries of the term that conflicts, try just after our last one of it; else at its first index.
    """
    next_index = reply.conflict_index
    if reply.conflict_term:
        log = step.node.log
        index = min(reply.rejected_index, log.last_index)
        while index > 0 and (log.term_at(index) or 0) > reply.conflict_term:
            index -= 1
        if log.term_at(index) == reply.conflict_term:
            next_index = index + 1
    _retry_from(step, peer, min(next_index, step.node.progress[peer].next_index - 1))


def _retry_from(step: Step, peer: str, next_index: int) -> None:
    old = step.node.progress[peer]
    next_index = max(next_index, old.match_index + 1)
    step.because(_believe(step, "back_off", peer, Progress(old.match_index, next_index, next_index - 1, "probe")))
    step.rules.replicate(step, peer, "back_off")


def _believe(step: Step, rule: str, peer: str, it: Progress) -> int:
    """The leader changes its mind about a peer."""
    return step.emit(ProgressChanged(*step.stamp, rule, peer, it.match_index, it.next_index, it.sent_index, it.state))


def back_off(step: Step, peer: str, reply: AppendEntriesReply) -> None:
    """5.3: the peer's log doesn't fit: begin earlier. The parameter says by how much."""
    if step.cluster.parameters.back_off == "by_term":
        back_off_by_term(step, peer, reply)
    else:
        back_off_by_one(step, peer, reply)


def advance_commit(step: Step) -> None:
    """5.3: the highest index that a quorum holds, if an entry of our own term stands there (5.4.2)."""
    node, rules = step.node, step.rules
    match = {peer: progress.match_index for peer, progress in node.progress.items()}
    match[node.name] = node.log.last_index
    for index in sorted({index for index in match.values() if index > node.commit_index}, reverse=True):
        if rules.is_quorum(step, [name for name, held in match.items() if held >= index]):
            if rules.commit_own_term(step, index):
                step.because(step.emit(CommitAdvanced(*step.stamp, "advance_commit", index)))
                rules.apply_committed(step)
            return


def commit_own_term(step: Step, index: int) -> bool:
    """5.4.2: a quorum may hold an older term's entry and yet lose it (Figure 8): only our own term's count."""
    return step.node.log.term_at(index) == step.node.current_term


def apply_committed(step: Step) -> None:
    """5.3: hand committed entries to the state machine, in order; a leader then answers its clients."""
    node = step.node
    for index in range(node.last_applied + 1, node.commit_index + 1):
        entry = node.log.entry(index)
        assert entry is not None, f"{node.name} has committed {index} and doesn't hold it"
        key, assigned, value = entry.text.partition("=")
        wrote = (key.strip(), value.strip()) if assigned and entry.kind == "normal" else (None, "")
        step.emit(EntryApplied(*step.stamp, "apply_committed", index, *wrote))
        request = node.waiting.get(index)
        if request is not None:
            step.emit(ClientAnswered(*step.stamp, "apply_committed", *request, "ok", index))
