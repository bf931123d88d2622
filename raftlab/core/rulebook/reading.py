"""Reads, watches, leases (dissertation 6.4; etcd)."""

from __future__ import annotations

from raftlab.core.rulebook.rule import Rule, Variant

READING: tuple[Rule, ...] = (
    Rule(
        "read_index",
        "dissertation 6.4",
        "A leader answers a read once it has applied all that was committed when it came, and a quorum has "
        "shown that it led still.",
        "Linearizable Read",
        (
            Variant(
                "read-at-once",
                "A leader answers reads at once: it takes it for granted that it leads still.",
                "stale-read",
                ("Linearizable Read",),
                "dissertation 6.4",
            ),
        ),
    ),
    Rule(
        "read_after_own_commit",
        "dissertation 6.4",
        "Before it has committed an entry of its own term, a leader answers no read: it doesn't know yet "
        "what is committed.",
        "Linearizable Read",
        (
            Variant(
                "read-before-own-commit",
                "A new leader answers reads from what it has applied, though more may be committed.",
                "read-before-own-commit",
                ("Linearizable Read",),
                "etcd #7331",
            ),
        ),
    ),
    Rule(
        "confirm_lead",
        "dissertation 6.4",
        "An answer proves that its sender followed us at the moment when we sent what it answers.",
        "Linearizable Read",
    ),
    Rule(
        "lease_us",
        "dissertation 6.4.1",
        "A lease on reads is shorter than the shortest election timeout, by as much as clocks may drift apart.",
        "Linearizable Read",
        (
            Variant(
                "lease-without-drift",
                "A lease is as long as the shortest timeout, as if all clocks ran at the same rate.",
                "lease-and-drift",
                ("Linearizable Read",),
                "dissertation 6.4.1",
            ),
        ),
    ),
    Rule(
        "follower_read",
        "dissertation 6.4",
        "A follower answers a read itself from the index that its leader names.",
        "Linearizable Read",
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
