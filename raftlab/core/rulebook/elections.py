"""Elections, and who may lead (5.1, 5.2, 5.4.1; dissertation 3.10, 4.2.3, 6.2, 9.6)."""

from __future__ import annotations

from raftlab.core.rulebook.rule import Rule, Variant

ELECTIONS: tuple[Rule, ...] = (
    Rule(
        "randomize_timeout",
        "5.2",
        "Each election timeout is drawn anew from a fixed range, so that rarely two servers stand at once.",
        "Liveness",
        (
            Variant(
                "same-timeout",
                "Everybody waits for the same time, so all stand at the same moment and nobody wins.",
                "healthy-cluster",
                ("Liveness",),
                "paper 9.3",
            ),
            Variant(
                "timeout-below-round-trip",
                "Timeouts are drawn from a range so low that no vote comes back in time.",
                "wide-area",
                ("Liveness",),
                "paper 5.6",
            ),
        ),
    ),
    Rule(
        "adopt_term",
        "5.1",
        "Whoever sees a higher term takes it over and is a follower in it, whatever it was before.",
        "Election Safety",
        (
            Variant(
                "lead-on-in-higher-term",
                "A leader that hears of a higher term takes it over and goes on leading, in that term.",
                "old-leader-returns",
                ("Election Safety", "State Machine Safety", "Log Matching"),
                "paper 5.1",
            ),
        ),
    ),
    Rule(
        "reject_stale_term",
        "5.1",
        "A request of an older term is refused with the newer term; an answer of an older term is ignored.",
        "Election Safety",
    ),
    Rule(
        "start_election",
        "5.2",
        "A follower or candidate whose timeout runs out raises its term, votes for itself and asks all others.",
        "Candidate Term",
        (
            Variant(
                "stand-without-raising-term",
                "A candidate stands in the term in which it is, although others have voted in it.",
                "second-election",
                ("Candidate Term", "Vote Once", "Election Safety"),
                "paper 5.2",
            ),
        ),
    ),
    Rule(
        "grant_vote",
        "5.2",
        "A server gives at most one vote in a term, to the first candidate whose log is not behind its own. "
        "It asks nobody who belongs to the cluster: the candidate's configuration decides whose votes count.",
        "Election Safety",
        (
            Variant(
                "learner-refuses-vote",
                "A server refuses its vote because its own log doesn't say yet that it has one.",
                "promoted-learner",
                ("Liveness",),
                "etcd #8243 #9586 #10998, raft-rs #57",
            ),
        ),
    ),
    Rule(
        "vote_once",
        "5.2",
        "A vote once given in a term is not given to another candidate in that term, not even after a restart.",
        "Vote Once",
        (
            Variant(
                "vote-twice",
                "A server votes for whoever asks, several times in a term.",
                "rival-candidates",
                ("Vote Once", "Election Safety", "Log Matching", "Quorum Commit", "State Machine Safety"),
                "paper 5.2, akka-raft #56",
            ),
            Variant(
                "forget-vote-at-restart",
                "A server that restarts knows its term and has forgotten its vote.",
                "voter-restarts",
                ("Vote Once", "Election Safety"),
                "paper 5.2, Figure 2",
            ),
            Variant(
                "vote-before-fsync",
                "A vote is sent before it is on disk, so a crash takes it back when it has been counted.",
                "vote-before-fsync",
                ("Vote Once", "Election Safety"),
                "dissertation 3.8",
            ),
        ),
    ),
    Rule(
        "compare_logs",
        "5.4.1",
        "A voter refuses a candidate whose log is behind: an older last term, or the same and a shorter log.",
        "Leader Completeness",
        (
            Variant(
                "vote-without-comparing",
                "A voter doesn't look at the candidate's log.",
                "outdated-candidate",
                ("Leader Completeness", "State Machine Safety"),
                "paper 5.4.1",
            ),
            Variant(
                "vote-by-length",
                "A voter takes the longer log for the better one, whatever the last terms are.",
                "longer-log",
                ("Leader Completeness", "State Machine Safety"),
                "paper 5.4.1",
            ),
            Variant(
                "vote-by-commit-index",
                "A voter is content if the candidate's log reaches to the voter's commit index, which lags behind.",
                "outdated-candidate",
                ("Leader Completeness", "State Machine Safety"),
                "paper 5.4.1",
            ),
        ),
    ),
    Rule(
        "count_vote",
        "5.2",
        "A candidate counts each voter's answer once.",
        "Election Quorum",
        (
            Variant(
                "count-vote-twice",
                "A candidate counts answers, so that a vote that arrives twice counts twice.",
                "vote-arrives-twice",
                ("Election Quorum", "Election Safety"),
                "coyote-samples #8",
            ),
        ),
    ),
    Rule(
        "is_quorum",
        "5.2",
        "A quorum is more than half of all voters of the configuration, reachable or not; in a joint "
        "configuration, more than half of each of its halves (section 6).",
        "Election Safety",
    ),
    Rule(
        "become_leader",
        "5.2",
        "A candidate with a quorum of votes leads its term, and tells the others at once.",
        "Election Safety",
    ),
    Rule(
        "fall_back",
        "5.2",
        "A candidate that hears from the leader of its own term becomes its follower.",
        "Election Safety",
    ),
    Rule(
        "ask_first",
        "dissertation 9.6",
        "Before it raises its term, a server asks whether a quorum would vote for it (PreVote).",
        "Liveness",
        (
            Variant(
                "no-pre-vote",
                "Whoever misses its leader raises its term at once, whether or not others miss it.",
                "flapping-link",
                ("Liveness",),
                "dissertation 9.6",
            ),
        ),
    ),
    Rule(
        "grant_pre_vote",
        "dissertation 9.6",
        "A pre-vote is promised to a candidate whose log is not behind, by who hears of no leader (etcd asks "
        "that last only with check-quorum). It binds nobody.",
        "Liveness",
    ),
    Rule(
        "count_pre_vote",
        "dissertation 9.6",
        "With the promises of a quorum, its own included, a server stands for election in earnest.",
        "Liveness",
    ),
    Rule(
        "keep_to_leader",
        "dissertation 4.2.3",
        "Who has heard of a leader within the shortest timeout ignores a candidate, its term included, "
        "unless the leader itself has asked for the election.",
        "Liveness",
        (
            Variant(
                "listen-to-anybody",
                "A candidate's term is taken over even by who hears of a leader, so a removed server unseats one "
                "after the other.",
                "removed-server-disrupts",
                ("Liveness",),
                "paper 6, dissertation 4.2.3",
            ),
        ),
    ),
    Rule(
        "check_quorum",
        "dissertation 6.2",
        "A leader that no quorum has answered for an election timeout steps down, so that its clients look "
        "for another.",
        "Liveness",
        (
            Variant(
                "no-check-quorum",
                "A leader leads on though no quorum answers it; those who hear it elect nobody else.",
                "star-partition",
                ("Liveness",),
                "Cloudflare, November 2020",
            ),
        ),
    ),
    Rule(
        "transfer_leadership",
        "dissertation 3.10",
        "A leader that is asked to hand over takes no more requests and brings its successor up to date.",
        "Liveness",
    ),
    Rule(
        "let_take_over",
        "dissertation 3.10",
        "Once the successor holds all that the leader holds, it is told to stand at once (TimeoutNow).",
        "Liveness",
    ),
    Rule(
        "take_over",
        "dissertation 3.10",
        "A server that its leader tells to stand does so without waiting and without asking first.",
        "Liveness",
    ),
    Rule(
        "give_up_transfer",
        "dissertation 3.10",
        "A leader whose successor hasn't taken over within an election timeout takes requests again.",
        "Liveness",
    ),
)
"""The rules of elections and of leading."""
