"""Tellers of votes: requests, answers, counts, and the messages of a higher or lower term, as etcd's raft logs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from raftlab.core.events import VoteCounted, VoteGranted, VoteRefused
from raftlab.core.messages import (
    AnyMessage,
    AppendEntries,
    AppendEntriesReply,
    Heartbeat,
    HeartbeatReply,
    InstallSnapshot,
    OtherMessage,
    PreVote,
    PreVoteReply,
    ReadIndex,
    RequestVote,
    RequestVoteReply,
    TimeoutNow,
)
from raftlab.importers.pairing import kind_of_answer, kind_of_request
from raftlab.importers.raft_roles import REPEATS

if TYPE_CHECKING:
    from raftlab.importers.fact import Fact
    from raftlab.importers.raft_member import Member
    from raftlab.importers.raft_telling import Telling


_ANSWERS: Final = frozenset({"MsgVoteResp", "MsgPreVoteResp", "MsgAppResp"})


def vote_sent(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A candidate asks one voter, and prints where its own log ends."""
    log_term, index, kind, to, term = fact.args
    pre = kind_of_request(kind) == "MsgPreVote"
    telling.show_end(member, int(log_term), int(index))
    message: AnyMessage
    if pre:
        message = PreVote(int(term), int(index), int(log_term))
    else:
        message = RequestVote(int(term), int(index), int(log_term), transfer=member.handed_over)
    telling.send(member, to, message, fact, member.because(fact))
    return None


def _asked(telling: Telling, member: Member, fact: Fact) -> int:
    """The request that this line answers: it arrives here, unless the line of its higher term has told so."""
    _, _, _, word, candidate, log_term, index, term = fact.args
    kind, heard = kind_of_request(word), member.trigger_fact
    if heard is not None and heard.form == "higher_term" and heard.args[1:3] == (kind, candidate):
        cause = member.because(fact)
        if cause is not None:
            return cause
    if fact.form == "vote_ignored_lease" and kind == "MsgVote":
        if fact.sending is None:
            # The line prints the voter's own term; the request's was higher, and is told by its sending alone.
            return telling.arrive(member, candidate, None, fact)
        term = fact.sending.args[4]
    asks = PreVote if kind == "MsgPreVote" else RequestVote
    return telling.arrive(member, candidate, asks(int(term), int(index), int(log_term)), fact)


def _answer(telling: Telling, member: Member, fact: Fact, cause: int, granted: bool) -> None:
    _, _, _, word, candidate, _, _, term = fact.args
    reply = PreVoteReply if kind_of_request(word) == "MsgPreVote" else RequestVoteReply
    telling.send(member, candidate, reply(int(term), granted), fact, cause)


def vote_cast(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A vote, and its answer on the way."""
    log_term, index, _, word, candidate, _, _, term = fact.args
    pre = kind_of_request(word) == "MsgPreVote"
    cause = _asked(telling, member, fact)
    telling.show_end(member, int(log_term), int(index))
    name = telling.names.key(candidate)
    position = telling.emit(member, VoteGranted, cause, candidate=name, term=int(term), pre=pre)
    member.vote_known = member.vote_known or not pre
    _answer(telling, member, fact, position, granted=True)
    return None


def vote_rejected(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A refusal, and its answer on the way."""
    _refuse(telling, member, fact, _reason(telling, member, fact), answered=True)
    return None


def vote_ignored_lease(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A leader was heard of lately: the request goes without an answer."""
    _refuse(telling, member, fact, "lease", answered=False)
    return None


def vote_ignored_learner(telling: Telling, member: Member, fact: Fact) -> str | None:
    """Learners of 3.3 didn't vote: the request goes without an answer."""
    _refuse(telling, member, fact, "learner", answered=False)
    return None


def _refuse(telling: Telling, member: Member, fact: Fact, reason: str, answered: bool) -> None:
    log_term, index, vote, word, candidate, _, _, term = fact.args
    cause = _asked(telling, member, fact)
    telling.show_end(member, int(log_term), int(index), vote)
    name, pre = telling.names.key(candidate), kind_of_request(word) == "MsgPreVote"
    asked: dict[str, Any] = {"term": int(term)}
    if fact.form == "vote_ignored_lease" and not pre:
        asked = {"term": int(fact.sending.args[4])} if fact.sending is not None else {}
    position = telling.emit(member, VoteRefused, cause, candidate=name, reason=reason, pre=pre, **asked)
    if answered:
        _answer(telling, member, fact, position, granted=False)


def _reason(telling: Telling, member: Member, fact: Fact) -> str:
    log_term, index, vote, word, candidate, its_log_term, its_index, term = fact.args
    if (int(its_log_term), int(its_index)) < (int(log_term), int(index)):
        return "log"
    if kind_of_request(word) == "MsgPreVote":
        asked = fact.sending.args[4] if fact.sending is not None else term
        return "term" if int(asked) < int(term) else "unknown"
    if vote not in ("0", candidate):
        return "voted"
    return "lease" if member.leader is not None else "unknown"


def vote_received(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A candidate counts an answer; its own vote comes without a message."""
    word, rejection, voter, term = fact.args
    pre, granted = kind_of_answer(word) == "MsgPreVoteResp", not rejection
    if voter == member.id:
        cause = member.because(fact)
    else:
        reply = PreVoteReply if pre else RequestVoteReply
        cause = telling.arrive(member, voter, reply(int(term), granted), fact)
    name = telling.names.key(voter)
    position = telling.emit(member, VoteCounted, cause, voter=name, granted=granted, term=int(term), pre=pre)
    if voter != member.id:
        member.triggered(position, fact)
    return None


def tally(telling: Telling, member: Member, fact: Fact) -> str | None:
    """The sum of what the lines before it have counted one by one."""
    return REPEATS


def higher_term(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A message of a higher term; the next line says what became of the node."""
    _, kind, sender, term = fact.args
    telling.arrive(member, sender, _message(kind, int(term)), fact)
    return None


def lower_term(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A message of a lower term, ignored: a request for a vote goes without an answer."""
    _, kind, sender, term = fact.args
    # A stale answer may have been a yes or a no: unless its sending tells, that isn't known.
    message = OtherMessage(int(term), kind) if kind in _ANSWERS else _message(kind, int(term))
    cause = telling.arrive(member, sender, message, fact)
    if kind in ("MsgVote", "MsgPreVote"):
        name, pre = telling.names.key(sender), kind == "MsgPreVote"
        telling.emit(member, VoteRefused, cause, candidate=name, reason="term", term=int(term), pre=pre)
    return None


def _message(kind: str, term: int) -> AnyMessage:
    """A message of which no more than kind and term is known. (Only a refusal carries a higher term back.)"""
    match kind:
        case "MsgVote":
            return RequestVote(term)
        case "MsgVoteResp":
            return RequestVoteReply(term, granted=False)
        case "MsgPreVote":
            return PreVote(term)
        case "MsgPreVoteResp":
            return PreVoteReply(term, granted=False)
        case "MsgHeartbeat":
            return Heartbeat(term)
        case "MsgHeartbeatResp":
            return HeartbeatReply(term)
        case "MsgApp":
            return AppendEntries(term)
        case "MsgAppResp":
            return AppendEntriesReply(term, success=False)
        case "MsgSnap":
            return InstallSnapshot(term)
        case "MsgTimeoutNow":
            return TimeoutNow(term)
        case "MsgReadIndex":
            return ReadIndex(term)
    return OtherMessage(term, kind)
