"""Snapshots and compaction (7)."""

from __future__ import annotations

from raftlab.core.rulebook.rule import Rule

SNAPSHOTS: tuple[Rule, ...] = (
    Rule(
        "take_snapshot",
        "7",
        "A server replaces the applied beginning of its log by a snapshot of its state machine and configuration.",
        "State Machine Safety",
    ),
    Rule(
        "send_snapshot",
        "7",
        "A peer that needs entries which are compacted away is sent the snapshot, in chunks if it is large.",
        "Liveness",
    ),
    Rule(
        "install_snapshot",
        "7",
        "A follower takes over a snapshot that reaches further than it has committed; entries that fit behind it stay.",
        "Log Matching",
    ),
)
"""The rules of snapshots."""
