"""Which rule an event follows, in the rulebook's words, and where the paper speaks of it.

Our engine names the rule of every event. A foreign source doesn't; where its event can follow one rule only, that is
named too.
"""

from __future__ import annotations

from typing import Any

from raftlab.core import events as e
from raftlab.core.rulebook import BY_ID, Rule


def rule_text(event: e.Event) -> str:
    """The rule's sentence; "" where nobody decided (a person, the network, a disk)."""
    rule = rule_of(event)
    return rule.sentence if rule else ""


def section(event: e.Event) -> str:
    """Where the paper speaks of it: "§5.3"; "" where it doesn't."""
    rule = rule_of(event)
    return mark_section(rule.section if rule else _SECTIONS.get(type(event), ""))


def rule_of(event: e.Event) -> Rule | None:
    """The rule that an event follows, if one is known."""
    reason = getattr(event, "reason", "")
    asked = _REFUSALS[type(event)].get(reason, "") if type(event) in _REFUSALS else ""
    if isinstance(event, e.ConfigRefused):
        return BY_ID.get(asked or event.rule or "change_members")  # the reason names its rule more exactly
    alone = _PRE_RULES if getattr(event, "pre", False) else _RULES
    return BY_ID.get(event.rule or asked or alone.get(type(event), ""))


def mark_section(place: str) -> str:
    """ "5.3" as "§5.3", "dissertation 3.10" as "dissertation §3.10"; "etcd", which has no sections, as it is."""
    book, _, number = place.rpartition(" ")
    if not number[:1].isdigit():
        return place
    return f"{book} §{number}" if book else f"§{number}"


_RULES: dict[type[e.Event], str] = {
    e.BecamePreCandidate: "ask_first", e.BecameCandidate: "start_election", e.BecameLeader: "become_leader",
    e.VoteGranted: "grant_vote", e.VoteCounted: "count_vote", e.LogTruncated: "append_entries",
    e.EntryApplied: "apply_committed", e.EntriesApplied: "apply_committed", e.ConfigChanged: "see_config",
    e.CatchUpStarted: "catch_up", e.CatchUpRound: "catch_up", e.CatchUpEnded: "catch_up",
    e.SnapshotTaken: "take_snapshot", e.SnapshotChunkStored: "install_snapshot",
    e.SnapshotInstalled: "install_snapshot", e.LeadConfirmed: "confirm_lead", e.MessageHeld: "persist",
    e.HeldReleased: "persist", e.FsyncStarted: "persist", e.FsyncDone: "persist", e.WatchNotified: "notify_watches",
}  # fmt: skip
"""What a kind of event can follow only, whoever recorded it."""

_PRE_RULES: dict[type[e.Event], str] = {e.VoteGranted: "grant_pre_vote", e.VoteCounted: "count_pre_vote"}
"""The same for answers to a PreVote."""

_REFUSALS: dict[Any, dict[str, str]] = {
    e.VoteRefused: {
        "term": "reject_stale_term", "log": "compare_logs", "voted": "vote_once", "lease": "keep_to_leader",
    },
    e.AppendRefused: {"term": "reject_stale_term", "log": "check_consistency"},
    e.ConfigRefused: {
        "pending": "one_change_pending", "several": "one_at_a_time", "own term": "commit_before_change",
        "joint": "leave_joint",
    },
}  # fmt: skip
"""A refusal's reason -> the rule that asks for it."""

_SECTIONS: dict[type[e.Event], str] = {
    e.TermAdvanced: "5.1", e.BecameFollower: "5.2", e.BecamePreCandidate: "dissertation 9.6",
    e.BecameCandidate: "5.2", e.BecameLeader: "5.2", e.LeaderLearned: "5.2", e.VoteGranted: "5.2",
    e.VoteRefused: "5.2", e.VoteCounted: "5.2", e.TransferStarted: "dissertation 3.10",
    e.EntryAppended: "5.3", e.EntriesAppended: "5.3", e.LogTruncated: "5.3", e.AppendRefused: "5.3",
    e.CommitAdvanced: "5.3", e.EntryApplied: "5.3", e.EntriesApplied: "5.3", e.ProgressChanged: "5.3",
    e.PeerForgotten: "6", e.LeadConfirmed: "dissertation 6.4", e.ConfigChanged: "6", e.ConfigRefused: "6",
    e.CatchUpStarted: "dissertation 4.2.1", e.CatchUpRound: "dissertation 4.2.1",
    e.CatchUpEnded: "dissertation 4.2.1", e.SnapshotTaken: "7", e.SnapshotChunkStored: "7",
    e.SnapshotInstalled: "7", e.RequestAccepted: "5.3", e.RetryScheduled: "dissertation 6.3",
    e.RetryDue: "dissertation 6.3", e.TurnSkipped: "dissertation 6.3",
    e.ReadStarted: "dissertation 6.4", e.ReadConfirmed: "dissertation 6.4",
    e.ReadForwarded: "dissertation 6.4", e.ReadAbandoned: "dissertation 6.4", e.ReadAnswered: "dissertation 6.4",
    e.WatchStarted: "etcd", e.WatchNotified: "etcd", e.LeaseRenewed: "etcd", e.NodeCrashed: "5.5",
    e.NodeRestarted: "5.5",
}  # fmt: skip
