"""The table of rules: each name bound to the function that carries it out.

Rules call one another through this table (`step.rules.grant_vote(...)`), so that a variant can replace one of them and
leave all others as they are. The names that the rulebook explains stand there; the others are parts of those.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from raftlab.core import messages
from raftlab.core.rulebook import VARIANT_IDS
from raftlab.engine import (
    applying,
    durability,
    election,
    leadership,
    membership,
    progress,
    proposals,
    reads,
    replication,
    snapshots,
)

Variants = dict[str, dict[str, Callable[..., Any]]]
"""Broken variants: the variant's identifier -> the functions that replace rules, by the rules' names."""


class Rules:
    """The rules in force.

    `handlers` says which rule takes a message, by its type; `timers` which one a leader's timer.

    Args:
        off: identifiers of variants that replace their rules.
        variants: where to look them up; None: those that ship (engine.variants).

    Raises:
        KeyError: no variant of that name.
    """

    randomize_timeout = staticmethod(election.randomize_timeout)
    adopt_term = staticmethod(election.adopt_term)
    reject_stale_term = staticmethod(election.reject_stale_term)
    time_out = staticmethod(election.time_out)
    may_stand = staticmethod(election.may_stand)
    start_election = staticmethod(election.start_election)
    stand_at_once = staticmethod(election.stand_at_once)
    raise_term = staticmethod(election.raise_term)
    grant_vote = staticmethod(election.grant_vote)
    vote_once = staticmethod(election.vote_once)
    compare_logs = staticmethod(election.compare_logs)
    count_vote = staticmethod(election.count_vote)
    count_votes = staticmethod(election.count_votes)
    is_quorum = staticmethod(election.is_quorum)
    is_joint_quorum = staticmethod(election.is_joint_quorum)
    fall_back = staticmethod(election.fall_back)
    hear_leader = staticmethod(election.hear_leader)
    step_down = staticmethod(election.step_down)
    become_leader = staticmethod(leadership.become_leader)
    append_noop = staticmethod(leadership.append_noop)
    ask_first = staticmethod(leadership.ask_first)
    grant_pre_vote = staticmethod(leadership.grant_pre_vote)
    count_pre_vote = staticmethod(leadership.count_pre_vote)
    keep_to_leader = staticmethod(leadership.keep_to_leader)
    confirm_lead = staticmethod(leadership.confirm_lead)
    check_quorum = staticmethod(leadership.check_quorum)
    transfer_leadership = staticmethod(leadership.transfer_leadership)
    let_take_over = staticmethod(leadership.let_take_over)
    give_up_transfer = staticmethod(leadership.give_up_transfer)
    take_over = staticmethod(leadership.take_over)
    accept_proposal = staticmethod(proposals.accept_proposal)
    accept_batch = staticmethod(proposals.accept_batch)
    take_forwarded = staticmethod(proposals.take_forwarded)
    send_out = staticmethod(proposals.send_out)
    send_batch = staticmethod(proposals.send_batch)
    give_up_requests = staticmethod(proposals.give_up_requests)
    replicate = staticmethod(replication.replicate)
    replicate_in_window = staticmethod(replication.replicate_in_window)
    wants_proof = staticmethod(replication.wants_proof)
    begin_lead = staticmethod(replication.begin_lead)
    send_heartbeat = staticmethod(replication.send_heartbeat)
    handle_heartbeat = staticmethod(replication.handle_heartbeat)
    handle_append_entries = staticmethod(replication.handle_append_entries)
    check_consistency = staticmethod(replication.check_consistency)
    refuse_entries = staticmethod(replication.refuse_entries)
    acknowledge = staticmethod(replication.acknowledge)
    append_entries = staticmethod(replication.append_entries)
    follow_commit = staticmethod(replication.follow_commit)
    handle_append_entries_reply = staticmethod(progress.handle_append_entries_reply)
    handle_heartbeat_reply = staticmethod(progress.handle_heartbeat_reply)
    record_progress = staticmethod(progress.record_progress)
    back_off = staticmethod(progress.back_off)
    back_off_window = staticmethod(progress.back_off_window)
    advance_commit = staticmethod(progress.advance_commit)
    commit_own_term = staticmethod(progress.commit_own_term)
    apply_committed = staticmethod(applying.apply_committed)
    execute = staticmethod(applying.execute)
    look_after_leases = staticmethod(applying.look_after_leases)
    renew_lease = staticmethod(applying.renew_lease)
    expire_leases = staticmethod(applying.expire_leases)
    see_config = staticmethod(membership.see_config)
    use_config = staticmethod(membership.use_config)
    restore_config = staticmethod(membership.restore_config)
    change_members = staticmethod(membership.change_members)
    forbid_change = staticmethod(membership.forbid_change)
    one_change_pending = staticmethod(membership.one_change_pending)
    commit_before_change = staticmethod(membership.commit_before_change)
    one_at_a_time = staticmethod(membership.one_at_a_time)
    count_round = staticmethod(membership.count_round)
    after_commit = staticmethod(membership.after_commit)
    leave_joint = staticmethod(membership.leave_joint)
    leave_on_request = staticmethod(membership.leave_on_request)
    take_snapshot = staticmethod(snapshots.take_snapshot)
    snapshot_if_due = staticmethod(snapshots.snapshot_if_due)
    replicate_snapshot = staticmethod(snapshots.replicate_snapshot)
    resume_snapshot = staticmethod(snapshots.resume_snapshot)
    handle_install_snapshot = staticmethod(snapshots.handle_install_snapshot)
    install_snapshot = staticmethod(snapshots.install_snapshot)
    handle_install_snapshot_reply = staticmethod(snapshots.handle_install_snapshot_reply)
    accept_read = staticmethod(reads.accept_read)
    read_after_own_commit = staticmethod(reads.read_after_own_commit)
    lease_holds = staticmethod(reads.lease_holds)
    lease_us = staticmethod(reads.lease_us)
    confirm_reads = staticmethod(reads.confirm_reads)
    handle_read_index = staticmethod(reads.handle_read_index)
    handle_read_index_reply = staticmethod(reads.handle_read_index_reply)
    answer_reads = staticmethod(reads.answer_reads)
    abandon_reads = staticmethod(reads.abandon_reads)
    wait_for_disk = staticmethod(durability.wait_for_disk)
    persist = staticmethod(durability.persist)
    refuse_torn_disk = staticmethod(durability.refuse_torn_disk)
    recover = staticmethod(durability.recover)
    fsync_done = staticmethod(durability.fsync_done)

    def __init__(self, off: tuple[str, ...] = (), variants: Variants | None = None) -> None:
        if off:
            if variants is None:
                from raftlab.engine.variants import VARIANTS  # they stand above this table, and call into it

                variants = VARIANTS
            for name in off:
                for rule, function in variants[name].items():
                    assert hasattr(self, rule), f"the variant {name} replaces {rule}, which is no rule"
                    setattr(self, rule, function)
        self.handlers: dict[type[messages.Message], Callable[..., None]] = {
            messages.RequestVote: self.grant_vote,
            messages.RequestVoteReply: self.count_vote,
            messages.PreVote: self.grant_pre_vote,
            messages.PreVoteReply: self.count_pre_vote,
            messages.AppendEntries: self.handle_append_entries,
            messages.AppendEntriesReply: self.handle_append_entries_reply,
            messages.Heartbeat: self.handle_heartbeat,
            messages.HeartbeatReply: self.handle_heartbeat_reply,
            messages.InstallSnapshot: self.handle_install_snapshot,
            messages.InstallSnapshotReply: self.handle_install_snapshot_reply,
            messages.TimeoutNow: self.take_over,
            messages.ReadIndex: self.handle_read_index,
            messages.ReadIndexReply: self.handle_read_index_reply,
            messages.Proposal: self.take_forwarded,
        }
        self.timers: dict[str, Callable[..., None]] = {
            "heartbeat": self.send_heartbeat,
            "quorum": self.check_quorum,
            "transfer": self.give_up_transfer,
            "batch": self.send_batch,
            "lease": self.expire_leases,
        }


VARIANTS = VARIANT_IDS
"""The variants that ship, by their identifiers."""
