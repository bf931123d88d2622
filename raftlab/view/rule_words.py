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
    name = event.rule or _RULES.get(type(event), "")
    if not name and isinstance(event, e.VoteRefused | e.AppendRefused):
        name = _REFUSALS[type(event)].get(event.reason, "")
    return BY_ID.get(name)


def mark_section(place: str) -> str:
    """ "5.3" as "§5.3", "dissertation 3.10" as "dissertation §3.10"."""
    if not place:
        return ""
    book, _, number = place.rpartition(" ")
    return f"{book} §{number}" if book else f"§{number}"


_RULES: dict[type[e.Event], str] = {
    e.BecameCandidate: "start_election",
    e.BecameLeader: "become_leader",
    e.VoteGranted: "grant_vote",
    e.VoteCounted: "count_vote",
    e.LogTruncated: "append_entries",
    e.EntryApplied: "apply_committed",
}
_REFUSALS: dict[Any, dict[str, str]] = {
    e.VoteRefused: {"term": "reject_stale_term", "log": "compare_logs", "voted": "vote_once"},
    e.AppendRefused: {"term": "reject_stale_term", "log": "check_consistency"},
}
"""A refusal's reason -> the rule that asks for it."""

_SECTIONS: dict[type[e.Event], str] = {
    e.TermAdvanced: "5.1", e.BecameFollower: "5.2", e.BecamePreCandidate: "dissertation 9.6",
    e.BecameCandidate: "5.2", e.BecameLeader: "5.2", e.LeaderLearned: "5.2", e.VoteGranted: "5.2",
    e.VoteRefused: "5.2", e.VoteCounted: "5.2", e.EntryAppended: "5.3", e.LogTruncated: "5.3",
    e.AppendRefused: "5.3", e.CommitAdvanced: "5.3", e.EntryApplied: "5.3", e.ProgressChanged: "5.3",
    e.ConfigChanged: "6", e.TransferStarted: "dissertation 3.10", e.SnapshotTaken: "7",
    e.SnapshotInstalled: "7",
    e.RequestAccepted: "5.3", e.ReadStarted: "dissertation 6.4", e.ReadAnswered: "dissertation 6.4",
    e.NodeCrashed: "5.5", e.NodeRestarted: "5.5",
}  # fmt: skip
