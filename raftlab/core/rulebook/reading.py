"""Reads, watches, leases (dissertation 6.4; etcd)."""

from __future__ import annotations

from raftlab.core.rulebook.rule import Rule

READING: tuple[Rule, ...] = (
    Rule(
        "read_index",
        "dissertation 6.4",
        "A leader answers a read once it has applied all that was committed when it came, and a quorum has "
        "shown that it led still.",
        "Linearizability",
    ),
    Rule(
        "read_after_own_commit",
        "dissertation 6.4",
        "Before it has committed an entry of its own term, a leader answers no read: it doesn't know yet "
        "what is committed.",
        "Linearizability",
    ),
    Rule(
        "confirm_lead",
        "dissertation 6.4",
        "An answer proves that its sender followed us at the moment when we sent what it answers.",
        "Linearizability",
    ),
    Rule(
        "lease_us",
        "dissertation 6.4.1",
        "A lease on reads is shorter than the shortest election timeout, by as much as clocks may drift apart.",
        "Linearizability",
    ),
    Rule(
        "follower_read",
        "dissertation 6.4",
        "A follower answers a read itself from the index that its leader names.",
        "Linearizability",
    ),
    Rule(
        "serializable_read",
        "dissertation 6.4",
        "A read that may be old is answered at once by whichever server is asked (etcd's serializable).",
        "Monotonic order, not freshness",
    ),
    Rule(
        "notify_watches",
        "etcd",
        "Who watches a key hears of every change to it, in the order in which they are applied.",
        "Order",
    ),
    Rule(
        "expire_leases",
        "etcd",
        "The leader alone counts a lease's time; when it is over it proposes the lease's end, which deletes "
        "its keys everywhere.",
        "Liveness",
    ),
)
"""The rules of reads, watches and leases."""
