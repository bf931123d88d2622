"""Log replication (5.3): what a leader sends, and what a follower makes of it.

The leader alone appends clients' commands; each AppendEntries says which entry stands before the new ones, and a
follower refuses what doesn't fit, so that two logs which agree at an index and term agree in everything before it.
What the leader makes of the answers stands in `progress`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import (
    AppendRefused,
    CommitAdvanced,
    EntriesAppended,
    EntryAppended,
    LogTruncated,
)
from raftlab.core.messages import AppendEntries, AppendEntriesReply, Heartbeat, HeartbeatReply
from raftlab.core.model import FOLLOWER, LEADER, Entry
from raftlab.engine.progress import believe

if TYPE_CHECKING:
    from raftlab.engine.step import Step


def replicate(step: Step, peer: str, rule: str) -> None:
    """5.3: the entries from the peer's nextIndex on, with the index and term of the one before them."""
    node, parameters = step.node, step.cluster.parameters
    log, progress = node.log, node.progress[peer]
    before = progress.next_index - 1
    if before < log.snapshot_index or progress.state == "snapshot":
        step.rules.replicate_snapshot(step, peer, rule)
        return
    if parameters.max_inflight:
        step.rules.replicate_in_window(step, peer, rule)
        return
    entries: tuple[Entry, ...] = ()
    last_index = log.last_index
    if last_index > before:
        last = min(last_index, before + parameters.max_entries_per_message)
        entries = log.between(before + 1, last)
        if last != progress.sent_index:
            believe(step, "replicate", peer, progress.match_index, before + 1, last, progress.state)
    send_entries(step, peer, rule, before, entries)


def replicate_in_window(step: Step, peer: str, rule: str) -> None:
    """Dissertation 10.2.2, etcd: entries are sent before older ones are answered, as many messages as the window holds.

    nextIndex moves when entries are sent. A peer that is probed gets one message and then nothing until it answers;
    only a heartbeat (or its answer) makes the leader try again.
    """
    node, parameters = step.node, step.cluster.parameters
    log, progress = node.log, node.progress[peer]
    inflight = progress.inflight
    most = parameters.max_inflight if progress.state == "replicate" else 1
    beat = rule == "send_heartbeat"
    while True:
        before = progress.next_index - 1
        full = len(inflight) >= most
        entries: tuple[Entry, ...] = ()
        if not full or (beat and progress.state == "probe"):
            entries = log.between(before + 1, min(log.last_index, before + parameters.max_entries_per_message))
        if not entries:
            if beat or (rule != "replicate" and not full):
                send_entries(step, peer, rule, before, ())
            return
        last = entries[-1].index
        if progress.state == "replicate":
            inflight = (*inflight, last)
            believe(step, "replicate", peer, progress.match_index, last + 1, last, "replicate", inflight)
        else:
            inflight = (last,)
            believe(step, "replicate", peer, progress.match_index, before + 1, last, "probe", inflight)
        send_entries(step, peer, rule, before, entries)
        if progress.state == "probe" or last == log.last_index:
            return
        progress, beat, rule = node.progress[peer], False, "replicate"


def send_entries(step: Step, peer: str, rule: str, before: int, entries: tuple[Entry, ...]) -> None:
    """5.3: an AppendEntries goes out."""
    step.send_to(step, peer, entries_message(step, before, entries), rule)


def entries_message(step: Step, before: int, entries: tuple[Entry, ...]) -> AppendEntries:
    """5.3: entries, what stands before them, and how far we have committed."""
    node = step.node
    log = node.log
    prev_log_term = log.last_term if before == log.last_index else log.term_at(before)
    assert prev_log_term is not None, f"{node.name} doesn't hold entry {before}, which a peer needs"
    clock_us = step.clock_us if step.rules.wants_proof(step) else 0
    return AppendEntries(node.current_term, before, prev_log_term, entries, node.commit_index, clock_us)


def wants_proof(step: Step) -> bool:
    """Dissertation 6.4: whether the answers should prove at what moment we led: for reads, and to find out alone."""
    parameters = step.cluster.parameters
    return parameters.check_quorum or bool(step.node.reads) or parameters.read_mode == "lease"


def begin_lead(step: Step) -> None:
    """5.2: a new leader makes itself known at once, and sends what there is to send."""
    if step.cluster.parameters.separate_heartbeats:
        set_heartbeat_timer(step)
        for peer in list(step.node.progress):
            step.rules.replicate(step, peer, "become_leader")
    else:
        step.rules.send_heartbeat(step)


def set_heartbeat_timer(step: Step) -> None:
    """5.2: when the next heartbeat is due."""
    step.timer(step, "heartbeat", step.cluster.parameters.heartbeat_interval_us, "send_heartbeat", False)


def send_heartbeat(step: Step) -> None:
    """5.2: every peer hears from its leader in time; what it still lacks goes along (5.3: retried for ever)."""
    set_heartbeat_timer(step)
    node = step.node
    if step.cluster.parameters.separate_heartbeats:
        clock_us = step.clock_us if step.rules.wants_proof(step) else 0
        for peer, progress in node.progress.items():
            commit = min(progress.match_index, node.commit_index)
            step.send(peer, Heartbeat(node.current_term, commit, "", clock_us), "send_heartbeat")
        return
    replicate, last_index = step.rules.replicate, node.log.last_index
    beat = None
    for peer, progress in list(node.progress.items()):
        if progress.next_index > last_index and progress.state != "snapshot":
            # It lacks nothing: all such peers are sent the same.
            if beat is None:
                beat = entries_message(step, last_index, ())
            step.send_to(step, peer, beat, "send_heartbeat")
        else:
            replicate(step, peer, "send_heartbeat")


def handle_heartbeat(step: Step, leader: str, message: Heartbeat) -> None:
    """etcd: a leader of our own term lives. It commits no further than what it knows us to hold."""
    node, rules = step.node, step.rules
    if node.role is LEADER:
        return
    rules.hear_leader(step, leader)
    index = min(message.leader_commit, node.log.last_index)
    if index > node.commit_index:
        step.because(step.emit(CommitAdvanced(step.now_us, step.node.name, step.cause, "follow_commit", index)))
        rules.apply_committed(step)
    step.send(leader, HeartbeatReply(node.current_term, "", message.clock_us), "send_heartbeat")


def handle_append_entries(step: Step, leader: str, message: AppendEntries) -> None:
    """5.3: a leader of our own term speaks (older and newer terms have been dealt with)."""
    node, rules = step.node, step.rules
    if node.role is LEADER:
        return  # two leaders in one term: only when a rule is out, and the checker has said so already
    if node.role is FOLLOWER and node.leader == leader:
        rules.randomize_timeout(step)  # nothing new: this is the usual case of hear_leader
    else:
        rules.hear_leader(step, leader)
    if not rules.check_consistency(step, message):
        rules.refuse_entries(step, leader, message)
        return
    entries = message.entries
    vouched = message.prev_log_index + len(entries)
    if entries:
        rules.append_entries(step, entries)
    if message.leader_commit > node.commit_index:
        rules.follow_commit(step, message, vouched)
    rules.acknowledge(step, leader, message, vouched)


def check_consistency(step: Step, message: AppendEntries) -> bool:
    """5.3: our log holds the entry that stands before the new ones, with the same term; or our snapshot does (7)."""
    log = step.node.log
    prev = message.prev_log_index
    if prev == log.last_index:
        return bool(message.prev_log_term == log.last_term)
    return prev < log.snapshot_index or log.term_at(prev) == message.prev_log_term


def refuse_entries(step: Step, leader: str, message: AppendEntries) -> None:
    """5.3: say no, and where the conflict begins, so that the leader may skip a whole term."""
    log, prev = step.node.log, message.prev_log_index
    step.because(step.emit(AppendRefused(*step.stamp, "check_consistency", leader, prev)))
    conflict_term = log.term_at(prev) or 0
    first = log.last_index + 1
    if conflict_term:
        first = prev
        while first > log.snapshot_index + 1 and log.term_at(first - 1) == conflict_term:
            first -= 1
    refusal = AppendEntriesReply(step.node.current_term, False, 0, prev, conflict_term, first, message.clock_us)
    step.send(leader, refusal, "check_consistency")


def acknowledge(step: Step, leader: str, message: AppendEntries, vouched: int) -> None:
    """5.3: say how far this message proves our log equal to the leader's; what stands behind that may be another's."""
    node = step.node
    reply = AppendEntriesReply(node.current_term, True, vouched, 0, 0, 0, message.clock_us)
    if node.disk is None:
        step.send_to(step, leader, reply, "append_entries")
    else:
        step.promise(leader, reply, "append_entries")


def append_entries(step: Step, entries: tuple[Entry, ...]) -> None:
    """5.3: drop our entries from the first conflict on, and only then; append those that we don't have."""
    log = step.node.log
    last_index = log.last_index
    if entries[0].index <= last_index:
        entries = drop_conflict(step, entries)
        if not entries:
            return
    store_entries(step, entries)


def drop_conflict(step: Step, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """5.3: the entries that we don't hold; ours from the first that conflicts on are gone.

    Those that we hold stay, and so does what stands after them: this message may be a late copy.
    """
    log = step.node.log
    for place, entry in enumerate(entries):
        if entry.index <= log.snapshot_index:
            continue  # it is in our snapshot, so it is committed and the same (7)
        if entry.index > log.last_index:
            return entries[place:]
        if log.term_at(entry.index) != entry.term:
            truncate(step, entry.index)
            return entries[place:]
    return ()


def truncate(step: Step, index: int) -> None:
    """5.3: drop our entries from an index on; a configuration among them counts no longer (6)."""
    node = step.node
    dropped = LogTruncated(*step.stamp, "append_entries", index, node.log.last_index)
    step.because(step.emit(dropped))
    if node.config_index >= index:
        step.rules.restore_config(step)


def store_entries(step: Step, entries: tuple[Entry, ...]) -> None:
    """5.3: put entries at the end of our log; a configuration counts from then on (6)."""
    if len(entries) == 1:
        step.emit(EntryAppended(step.now_us, step.node.name, step.cause, "append_entries", entries[0]))
    else:
        step.emit(EntriesAppended(step.now_us, step.node.name, step.cause, "append_entries", entries))
    for entry in [entry for entry in entries if entry.kind == "config"]:
        step.rules.see_config(step, entry)


def follow_commit(step: Step, message: AppendEntries, vouched: int) -> None:
    """5.3: commit what the leader has, as far as this message proves our log equal to the leader's."""
    index = message.leader_commit if message.leader_commit < vouched else vouched
    if index > step.node.commit_index:
        step.because(step.emit(CommitAdvanced(step.now_us, step.node.name, step.cause, "follow_commit", index)))
        step.rules.apply_committed(step)
