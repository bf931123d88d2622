"""The log: replication, commitment, what is applied, what is on disk (5.3, 5.4.2, 8)."""

from __future__ import annotations

from raftlab.core.rulebook.rule import Rule, Variant

LOGS: tuple[Rule, ...] = (
    Rule(
        "send_heartbeat",
        "5.2",
        "A leader sends AppendEntries at every heartbeat interval, with entries or without (etcd has a "
        "heartbeat of its own kind, which carries none).",
        "Liveness",
    ),
    Rule(
        "accept_proposal",
        "5.3",
        "A leader appends a client's command to its log and sends it to all; others name the leader they "
        "know (etcd's pass the command on).",
        "Leader Append-Only",
    ),
    Rule(
        "send_out",
        "dissertation 10.2",
        "New entries go out at once, or after a moment, together with those that came meanwhile (batching).",
        "Liveness",
    ),
    Rule(
        "replicate",
        "5.3",
        "A leader sends each peer the entries from its nextIndex on, with the index and term before them; as "
        "many messages ahead of their answers as its window holds (dissertation 10.2.2).",
        "Log Matching",
    ),
    Rule(
        "check_consistency",
        "5.3",
        "A follower refuses entries unless its log holds the entry before them, with the same term.",
        "Log Matching",
        (
            Variant(
                "append-without-comparing",
                "A follower appends behind its own entry, whatever that entry's term is.",
                "conflicting-entry",
                ("Log Matching", "State Machine Safety"),
                "paper 5.3",
            ),
            Variant(
                "append-compacted-again",
                "Entries from the very first on are appended unseen; those that a snapshot holds come to stand in the "
                "log once more.",
                "append-after-snapshot",
                ("Log Matching", "State Machine Safety"),
                "willemt/raft #118",
            ),
        ),
    ),
    Rule(
        "append_entries",
        "5.3",
        "A follower keeps what agrees, drops its entries only from the first conflict on, appends what is new.",
        "Leader Completeness",
        (
            Variant(
                "truncate-without-conflict",
                "A follower drops all from the first entry of a message on, even if nothing differs.",
                "late-append",
                ("Leader Completeness", "State Machine Safety"),
                "hashicorp/raft #113, microsoft/CCF #5991, PySyncObj 0.3.17",
            ),
        ),
    ),
    Rule(
        "follow_commit",
        "5.3",
        "A follower commits up to the leader's commit index, never past the last entry this message vouches for.",
        "State Machine Safety",
        (
            Variant(
                "commit-past-message",
                "A follower commits up to the leader's commit index as far as its own log reaches.",
                "stale-tail",
                ("State Machine Safety",),
                "Students' Guide to Raft, microsoft/CCF #8172",
            ),
            Variant(
                "commit-on-rejection",
                "A follower that refuses entries takes over the leader's commit index all the same.",
                "conflicting-entry",
                ("State Machine Safety",),
                "paper 5.3",
            ),
        ),
    ),
    Rule(
        "acknowledge",
        "5.3",
        "A follower acknowledges up to the last entry that this message vouches for, not all that its log holds.",
        "Quorum Commit",
        (
            Variant(
                "acknowledge-past-message",
                "A follower acknowledges the whole of its log, which may end with entries that nobody else holds.",
                "answer-to-a-heartbeat",
                ("Quorum Commit", "Leader Completeness", "State Machine Safety"),
                "Students' Guide to Raft, microsoft/CCF #6001",
            ),
        ),
    ),
    Rule(
        "record_progress",
        "5.3",
        "A leader raises a peer's matchIndex on success only, and never lowers it for an old answer.",
        "Quorum Commit",
        (
            Variant(
                "match-on-rejection",
                "A leader takes the place at which a refusing follower wants to go on for what that follower holds.",
                "refusal-with-a-hint",
                ("Quorum Commit", "Leader Completeness", "State Machine Safety"),
                "CCF (NSDI 2025), microsoft/CCF #5326",
            ),
        ),
    ),
    Rule(
        "back_off",
        "5.3",
        "After a refusal the leader lowers that peer's nextIndex and tries again, until the logs meet.",
        "Liveness",
    ),
    Rule(
        "advance_commit",
        "5.3",
        "An entry is committed once a quorum holds it.",
        "Leader Completeness",
    ),
    Rule(
        "commit_own_term",
        "5.4.2",
        "Only an entry of the leader's own term commits by counting; those before it commit with it.",
        "Own Term",
        (
            Variant(
                "commit-old-term-by-counting",
                "A leader commits whatever a majority holds, of its own term or of an older one.",
                "figure-8",
                ("Own Term", "Leader Completeness", "State Machine Safety"),
                "paper Figure 8",
            ),
        ),
    ),
    Rule(
        "append_noop",
        "8",
        "A new leader may begin its term with an empty entry, to commit what older terms left (always in "
        "etcd; needed before a read: dissertation 6.4).",
        "Liveness",
    ),
    Rule(
        "apply_committed",
        "5.3",
        "Each server applies committed entries to its state machine, in order, each once.",
        "State Machine Safety",
    ),
    Rule(
        "execute",
        "dissertation 6.3",
        "A request that its client's session has made before is not carried out again: it gets the answer it "
        "had (etcd has no sessions: there a retry may apply twice).",
        "At Most Once",
        (
            Variant(
                "no-sessions",
                "Every entry is carried out, though a client may have asked for the same thing before.",
                "exactly-once",
                ("At Most Once",),
                "dissertation 6.3; etcd",
            ),
        ),
    ),
    Rule(
        "persist",
        "5.1",
        "Term, vote and log are on disk before anybody is told of them (Figure 2); what is written during an "
        "fsync shares the next one.",
        "Quorum Commit",
        (
            Variant(
                "acknowledge-before-fsync",
                "What vouches for entries and votes is sent before they are on disk.",
                "acknowledge-before-fsync",
                ("Quorum Commit", "Leader Completeness", "State Machine Safety"),
                "etcd #14370",
            ),
        ),
    ),
    Rule(
        "refuse_torn_disk",
        "5.1",
        "A server whose disk lost what it had said was durable doesn't start: it may have promised something on the "
        "strength of what is gone.",
        "Leader Completeness",
        (
            Variant(
                "start-from-torn-disk",
                "A log that lost its end is taken for a short log.",
                "torn-disk",
                ("Leader Completeness", "State Machine Safety"),
                "dissertation 3.8",
            ),
        ),
    ),
)
"""The rules of the log."""
