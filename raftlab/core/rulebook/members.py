"""Who belongs to the cluster (6; dissertation 4)."""

from __future__ import annotations

from raftlab.core.rulebook.rule import Rule, Variant

MEMBERS: tuple[Rule, ...] = (
    Rule(
        "see_config",
        "6",
        "A server uses the newest configuration in its log from the moment it stores it, committed or not "
        "(etcd: from the moment it applies it).",
        "Election Safety",
        (
            Variant(
                "config-from-commit",
                "A configuration counts from its commit on; what is committed isn't on disk, so a restart brings "
                "back an old one.",
                "config-before-commit",
                ("Election Safety", "Log Matching", "State Machine Safety"),
                "paper 6",
            ),
        ),
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
        (
            Variant(
                "quorum-of-the-union",
                "The two halves are thrown together, and a majority of all their servers is enough.",
                "both-halves",
                ("Joint Quorum", "Leader Completeness", "State Machine Safety"),
                "CCF (NSDI 2025)",
            ),
        ),
    ),
    Rule(
        "one_change_pending",
        "dissertation 4.1",
        "No change of members begins before the one before it is committed.",
        "Election Safety",
        (
            Variant(
                "change-while-pending",
                "A change begins although the one before it isn't committed.",
                "one-change-at-a-time",
                ("Election Safety", "State Machine Safety"),
                "dissertation 4.1",
            ),
        ),
    ),
    Rule(
        "one_at_a_time",
        "dissertation 4.1",
        "Without a joint configuration, a change adds or removes one voter, so that old and new majorities meet.",
        "Election Safety",
        (
            Variant(
                "several-at-once",
                "Any number of voters is exchanged by one entry, without a joint configuration.",
                "several-at-once",
                ("Election Safety", "State Machine Safety"),
                "paper Figure 10",
            ),
        ),
    ),
    Rule(
        "commit_before_change",
        "dissertation 4.1",
        "A leader changes members only once it has committed an entry of its own term (the bug found in July 2015).",
        "Leader Completeness",
        (
            Variant(
                "change-before-own-commit",
                "A leader changes members before it has committed anything in its own term.",
                "change-before-own-commit",
                ("Leader Completeness", "State Machine Safety"),
                "raft-dev, July 2015",
            ),
        ),
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
