"""The rulebook: every rule that the algorithm follows, by name.

A rule has an identifier (a verb; events name it), the paper's section, one sentence in our own words, and the property
that it defends. The engine binds a function to each. A *broken variant* is a named replacement for one rule: it is how
a rule is taken out, never an `if` in the true one.
"""

from __future__ import annotations

from msgspec import Struct


class Variant(Struct, frozen=True):
    """A broken replacement for a rule, and the scenario that shows what it breaks."""

    id: str
    sentence: str
    scenario: str


class Rule(Struct, frozen=True):
    """One rule. Sections are the paper's (extended version) unless they say "dissertation"."""

    id: str
    section: str
    sentence: str
    property: str
    variants: tuple[Variant, ...] = ()


RULES: tuple[Rule, ...] = (
    Rule(
        "randomize_timeout",
        "5.2",
        "Each election timeout is drawn anew from a fixed range, so that rarely two servers stand at once.",
        "Liveness",
    ),
    Rule(
        "adopt_term",
        "5.1",
        "Whoever sees a higher term takes it over and is a follower in it, whatever it was before.",
        "Election Safety",
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
        "Liveness",
    ),
    Rule(
        "grant_vote",
        "5.2",
        "A server gives at most one vote in a term, to the first candidate whose log is not behind its own.",
        "Election Safety",
    ),
    Rule(
        "vote_once",
        "5.2",
        "A vote once given in a term is not given to another candidate in that term, not even after a restart.",
        "Election Safety",
    ),
    Rule(
        "compare_logs",
        "5.4.1",
        "A voter refuses a candidate whose log is behind: an older last term, or the same and a shorter log.",
        "Leader Completeness",
    ),
    Rule(
        "count_vote",
        "5.2",
        "A candidate counts each voter's answer once.",
        "Election Safety",
    ),
    Rule(
        "is_quorum",
        "5.2",
        "A quorum is more than half of all voters of the configuration, reachable or not.",
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
        "send_heartbeat",
        "5.2",
        "A leader sends AppendEntries at every heartbeat interval, with entries or without.",
        "Liveness",
    ),
    Rule(
        "accept_proposal",
        "5.3",
        "A leader appends a client's command to its log and sends it to all; others name the leader they know.",
        "Leader Append-Only",
    ),
    Rule(
        "replicate",
        "5.3",
        "A leader sends each peer the entries from its nextIndex on, with the index and term before them.",
        "Log Matching",
    ),
    Rule(
        "check_consistency",
        "5.3",
        "A follower refuses entries unless its log holds the entry before them, with the same term.",
        "Log Matching",
    ),
    Rule(
        "append_entries",
        "5.3",
        "A follower keeps what agrees, drops its entries only from the first conflict on, appends what is new.",
        "Log Matching",
    ),
    Rule(
        "follow_commit",
        "5.3",
        "A follower commits up to the leader's commit index, never past the last entry this message vouches for.",
        "State Machine Safety",
    ),
    Rule(
        "record_progress",
        "5.3",
        "A leader raises a peer's matchIndex on success, and never lowers it for an old answer.",
        "Leader Completeness",
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
        "Leader Completeness",
    ),
    Rule(
        "apply_committed",
        "5.3",
        "Each server applies committed entries to its state machine, in order, each once.",
        "State Machine Safety",
    ),
    Rule(
        "append_noop",
        "8",
        "A new leader may begin its term with an empty entry, to commit what older terms left.",
        "Liveness",
    ),
)

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
"""The rules by their identifiers."""
