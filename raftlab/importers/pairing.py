"""Which arrival belongs to which sending: the arrows that raft's log lines leave between the nodes' files.

An arrival takes the latest sending of its kind, way and term that isn't taken and isn't later than itself (but for a
slack: stamps of different machines, or in whole milliseconds, are that far from the truth). Votes are told apart by
their term alone, so theirs are found between clocks of any skew. The arrival then needs the sending: the weaving keeps
them in order. So do those lines that only a leader's messages can have caused need its election.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from raftlab.importers.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence

SLACK_US: Final = 50_000

Key = tuple[str, str, str, str]
"""(kind, from, to, what tells two apart: the term, or a log index)"""

ANSWER: Final = {"MsgVote": "MsgVoteResp", "MsgPreVote": "MsgPreVoteResp"}
_ONCE_A_TERM: Final = frozenset({"MsgVote", "MsgVoteResp"})
_FROM_LEADER: Final = frozenset({"MsgApp", "MsgHeartbeat", "MsgSnap"})


def kind_of_request(word: str) -> str:
    """The message's name in today's spelling; 3.2 and before wrote `vote`, or nothing."""
    return "MsgVote" if word in ("vote", "") else word


def kind_of_answer(word: str) -> str:
    """The answer's name in today's spelling."""
    return "MsgVoteResp" if word == "vote" else word


def pair(streams: Sequence[Sequence[Fact]]) -> dict[str, Fact | str]:
    """Link sendings and arrivals; returns who leads each term: the fact of its election, or just the leader's id."""
    facts = sorted((fact for stream in streams for fact in stream), key=attrgetter("at_us"))
    sendings: dict[Key, list[Fact]] = {}
    leaders: dict[str, Fact | str] = {}
    asked: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        key = sent_key(fact)
        if key is not None:
            sendings.setdefault(key, []).append(fact)
        if fact.form == "vote_sent":
            asked.setdefault((fact.node, fact.args[3]), []).append(fact)
        if fact.form == "became_leader":
            leaders[fact.args[0]] = fact
        elif fact.form == "leader_learned":
            leaders.setdefault(fact.args[1], fact.args[0])
    for fact in facts:
        key = arrived_key(fact)
        if key is not None:
            _link(fact, key, sendings.get(key, ()))
        elif fact.form == "vote_ignored_lease":
            _link_ignored(fact, asked)
        _follow_leader(fact, leaders)
    return leaders


def _link(arrival: Fact, key: Key, sendings: Sequence[Fact]) -> None:
    latest = bisect_right(sendings, arrival.at_us + SLACK_US, key=attrgetter("at_us")) - 1
    while latest >= 0 and sendings[latest].arrival is not None:
        latest -= 1
    if latest >= 0:
        sending = sendings[latest]
    elif key[3] and key[0] in _ONCE_A_TERM and sendings and sendings[0].arrival is None:
        # There is one such message between the same two in a term: then clocks that are hours apart don't matter.
        sending = sendings[0]
    else:
        return
    sending.arrival, arrival.sending = arrival, sending
    arrival.needs = (*arrival.needs, sending)


def _link_ignored(arrival: Fact, asked: dict[tuple[str, str], list[Fact]]) -> None:
    """A request that a lease let pass unheard: the line prints the voter's own term, and the request's is higher.

    It is the latest of that candidate's requests to this voter that isn't taken, of a higher term and with that log.
    """
    _, _, _, word, candidate, log_term, index, own = arrival.args
    requests = asked.get((candidate, arrival.node), ())
    for sending in reversed(requests):
        its_log_term, its_index, its_word, _, term = sending.args
        fits = (its_log_term, its_index, kind_of_request(its_word)) == (log_term, index, kind_of_request(word))
        in_time = sending.at_us <= arrival.at_us + SLACK_US
        if fits and in_time and sending.arrival is None and int(term) > int(own):
            sending.arrival, arrival.sending = arrival, sending
            arrival.needs = (*arrival.needs, sending)
            return


def _follow_leader(fact: Fact, leaders: dict[str, Fact | str]) -> None:
    if fact.form == "leader_learned":
        leader, term = fact.args
    elif fact.form == "higher_term" and fact.args[1] in _FROM_LEADER:
        _, _, leader, term = fact.args
    else:
        return
    elected = leaders.get(term)
    if isinstance(elected, Fact) and elected.node == leader:
        fact.needs = (*fact.needs, elected)


def sent_key(fact: Fact) -> Key | None:
    """What a line says that its node sent."""
    args = fact.args
    match fact.form:
        case "vote_sent":
            return _vote(kind_of_request(args[2]), fact.node, args[3], args[4])
        case "vote_cast" | "vote_rejected":
            return _vote(ANSWER[kind_of_request(args[3])], fact.node, args[4], args[7])
        case "timeout_now_sent":
            return "MsgTimeoutNow", fact.node, args[0], ""
        case "append_rejected":
            return "MsgAppResp", fact.node, args[4], args[3]
        case "snapshot_sent":
            return "MsgSnap", "", args[3], ""
    return None


def arrived_key(fact: Fact) -> Key | None:
    """What a line says that reached its node."""
    args = fact.args
    match fact.form:
        case "vote_ignored_lease" if kind_of_request(args[3]) == "MsgVote":
            return None  # it prints its own term, not that of the request: see _link_ignored
        case "vote_cast" | "vote_rejected" | "vote_ignored_lease" | "vote_ignored_learner":
            return _vote(kind_of_request(args[3]), args[4], fact.node, args[7])
        case "vote_received" if args[2] != fact.node:
            return _vote(kind_of_answer(args[0]), args[2], fact.node, args[3])
        case "higher_term" | "lower_term" if args[1] in ("MsgVote", "MsgVoteResp", "MsgPreVote", "MsgPreVoteResp"):
            return _vote(args[1], args[2], fact.node, args[3])
        case "timeout_now_received":
            return "MsgTimeoutNow", args[1], fact.node, ""
        case "timeout_now_not_promotable":
            return "MsgTimeoutNow", args[0], fact.node, ""
        case "append_rejection":
            return "MsgAppResp", args[2], fact.node, args[3]
        case "snapshot_restored":
            return "MsgSnap", "", fact.node, ""
    return None


def _vote(kind: str, sender: str, to: str, term: str) -> Key:
    # A pre-vote's lines print the printer's own term, which the other side needn't share.
    return kind, sender, to, "" if kind.startswith("MsgPre") else term
