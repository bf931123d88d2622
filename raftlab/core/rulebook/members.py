"""Who belongs to the cluster (6; dissertation 4)."""

from __future__ import annotations

from raftlab.core.rulebook.rule import Rule

MEMBERS: tuple[Rule, ...] = (
    Rule(
        "see_config",
        "6",
        "A server uses the newest configuration in its log from the moment it stores it, committed or not "
        "(etcd: from the moment it applies it).",
        "Election Safety",
    ),
    Rule(
        "change_members",
        "6",
        "A leader changes members by an entry: through a joint configuration, or one voter at a time.",
        "Election Safety",
    ),
    Rule(
        "is_joint_quorum",
        "6",
        "In a joint configuration a quorum is more than half of each of its halves, for votes and for entries.",
        "Joint Quorum",
    ),
    Rule(
        "one_change_pending",
        "dissertation 4.1",
        "No change of members begins before the one before it is committed.",
        "Election Safety",
    ),
    Rule(
        "one_at_a_time",
        "dissertation 4.1",
        "Without a joint configuration, a change adds or removes one voter, so that old and new majorities meet.",
        "Election Safety",
    ),
    Rule(
        "commit_before_change",
        "dissertation 4.1",
        "A leader changes members only once it has committed an entry of its own term (the bug found in July 2015).",
        "Election Safety",
    ),
    Rule(
        "catch_up",
        "dissertation 4.2.1",
        "A new server gets entries without a vote first, in rounds, until a round takes less than an election timeout.",
        "Liveness",
    ),
    Rule(
        "leave_joint",
        "6",
        "Once the joint configuration is committed, the leader appends the new one alone.",
        "Liveness",
    ),
    Rule(
        "leave_cluster",
        "6",
        "A leader that is not in the new configuration steps down once that is committed.",
        "Liveness",
    ),
)
"""The rules of changing members."""
