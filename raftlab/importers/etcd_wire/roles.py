"""What messages show of terms, votes and leaders, for nodes whose own logs aren't given.

The first half is what a message shows of its sender, the second what it does to its receiver. A message of a lower term
than its sender's known one was overtaken on another connection, and shows nothing of the present.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core.events import (
    AppendRefused,
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    LeaderLearned,
    NodeObserved,
    TermAdvanced,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, UNKNOWN
from raftlab.importers.etcd_wire.message import BY_LEADER, FROM_LEADER, Wire

if TYPE_CHECKING:
    from raftlab.importers.etcd_wire.onlooker import Onlooker
    from raftlab.importers.raft_member import Member

# --- what a message shows of its sender ------------------------------------------------------------------------------


def show_sender(onlooker: Onlooker, sender: Member, to: Member, wire: Wire) -> int | None:
    """Tell how the sender stands; returns the event that the message follows from, if that is news."""
    term = wire.term
    if sender.id in onlooker.logged:
        return _show_unlogged_leader(onlooker, sender, term) if wire.type in BY_LEADER else None
    match wire.type:
        case "MsgVote":
            return _stands(onlooker, sender, term)
        case "MsgPreVote":
            return _asks_first(onlooker, sender, max(0, term - 1))
        case "MsgVoteResp" if not wire.reject:
            return _voted(onlooker, sender, to, term)
        case "MsgVoteResp":
            return _refused(onlooker, sender, to, term, pre=False)
        case "MsgPreVoteResp":
            return _refused(onlooker, sender, to, term, pre=True) if wire.reject else None
        case "MsgHeartbeatResp":
            return follow(onlooker, sender, to, term, None)
        case "MsgAppResp" if wire.index or wire.reject:
            return follow(onlooker, sender, to, term, None)
        case "MsgAppResp":
            # Without an index it may be meant for a leader of an old term: "there is a higher one".
            at_term(onlooker, sender, term, None)
        case kind if kind in BY_LEADER:
            return lead(onlooker, sender, term)
    return None


def at_term(onlooker: Onlooker, member: Member, term: int, cause: int | None) -> bool:
    """The node is in this term; False: it is known to be in a higher one.

    If its term was known and lower, a message of the higher one has just reached it: so it follows, nobody yet.
    """
    emit, state = onlooker.telling.emit, onlooker.state(member)
    now = state.current_term
    if now is UNKNOWN:
        vote: Any = onlooker.votes.get((member.id, term), UNKNOWN)
        emit(member, NodeObserved, cause, term=term, vote=vote)
    elif now > term:
        return False
    elif now < term:
        emit(member, TermAdvanced, cause, term=term)
        if state.role is not UNKNOWN:
            emit(member, BecameFollower, cause, term=term, reason="a higher term")
    member.term = term
    onlooker.trust(member)
    return True


def _stands(onlooker: Onlooker, member: Member, term: int) -> int | None:
    state, emit = onlooker.state(member), onlooker.telling.emit
    now = state.current_term
    if now is not UNKNOWN and (now > term or (now == term and state.role is not UNKNOWN)):
        return None
    if now != term:
        emit(member, TermAdvanced, term=term)
    position = emit(member, BecameCandidate, term=term)
    emit(member, VoteGranted, position, candidate=member.name, term=term)
    _keep_vote(onlooker, member, term, member.name)
    member.term = term
    onlooker.trust(member)
    return position


def _asks_first(onlooker: Onlooker, member: Member, term: int) -> int | None:
    state = onlooker.state(member)
    now = state.current_term
    if now is not UNKNOWN and (now > term or (now == term and state.role is PRE_CANDIDATE)):
        return None
    if now is UNKNOWN:
        at_term(onlooker, member, term, None)
    elif now < term:
        onlooker.telling.emit(member, TermAdvanced, term=term)
    onlooker.trust(member)
    return onlooker.telling.emit(member, BecamePreCandidate, term=term)


def _voted(onlooker: Onlooker, member: Member, to: Member, term: int) -> int | None:
    emit = onlooker.telling.emit
    if not at_term(onlooker, member, term, None):
        return None
    state = onlooker.state(member)
    if state.role is UNKNOWN:
        # Who leads or stands has voted for itself, and who knows a leader doesn't vote.
        emit(member, NodeObserved, role=FOLLOWER, leader=None)
    if state.voted_for == to.name:
        return None
    _keep_vote(onlooker, member, term, to.name)
    return emit(member, VoteGranted, candidate=to.name, term=term)


def _refused(onlooker: Onlooker, member: Member, to: Member, term: int, pre: bool) -> int | None:
    if not at_term(onlooker, member, term, None):
        return None
    vote = onlooker.state(member).voted_for
    reason = "voted" if not pre and vote not in (UNKNOWN, None, to.name) else "unknown"
    return onlooker.telling.emit(member, VoteRefused, candidate=to.name, reason=reason, term=term, pre=pre)


def lead(onlooker: Onlooker, member: Member, term: int) -> int | None:
    """The node leads this term."""
    state, emit = onlooker.state(member), onlooker.telling.emit
    now, role = state.current_term, state.role
    if now is not UNKNOWN and now > term:
        return None
    news = None
    if now != term:
        # A leader was a candidate, and voted for itself.
        emit(member, NodeObserved, term=term, vote=member.name)
        _keep_vote(onlooker, member, term, member.name)
    if (member.id, term) not in onlooker.led:
        onlooker.led.add((member.id, term))
        onlooker.heard.pop(member.id, None)
        news = emit(member, BecameLeader, term=term)
    elif role is UNKNOWN or now != term:
        emit(member, NodeObserved, role=LEADER, leader=member.name)
    elif role is not LEADER:
        return None  # it has stepped down since; this was overtaken
    member.term = term
    onlooker.trust(member, 1.5)
    return news


def _show_unlogged_leader(onlooker: Onlooker, member: Member, term: int) -> int | None:
    """A log that begins after its node's election, or lacks the line of it."""
    key = member.id, term
    if key in onlooker.elected or key in onlooker.led or (member.term or 0) > term:
        return None
    onlooker.led.add(key)
    telling = onlooker.telling
    telling.advance(member, term, None)
    position = telling.emit(member, BecameLeader, term=term)
    member.role, member.leader, member.booting = LEADER, member.name, False
    return position


def refuse_entries(onlooker: Onlooker, member: Member, leader: Member, wire: Wire) -> int:
    """The sender refuses entries, and no line of its own says so."""
    return onlooker.telling.emit(member, AppendRefused, leader=leader.name, prev_log_index=wire.index)


def _keep_vote(onlooker: Onlooker, member: Member, term: int, candidate: str) -> None:
    onlooker.votes[member.id, term] = candidate


# --- what a message does to its receiver -----------------------------------------------------------------------------


def move_receiver(onlooker: Onlooker, member: Member, sender: Member, wire: Wire, receipt: int) -> None:
    """Tell what becomes of the receiver, if its term is known (else what it answers will show it)."""
    now = onlooker.state(member).current_term
    if member.id in onlooker.logged or now is UNKNOWN:
        return
    if wire.type in FROM_LEADER:
        if now <= wire.term:
            follow(onlooker, member, sender, wire.term, receipt)
    elif wire.type in ("MsgVoteResp", "MsgPreVoteResp"):
        _count(onlooker, member, sender, wire, receipt)
    elif wire.type in ("MsgAppResp", "MsgHeartbeatResp") and now < wire.term:
        at_term(onlooker, member, wire.term, receipt)


def follow(onlooker: Onlooker, member: Member, leader: Member, term: int, cause: int | None) -> int | None:
    """The node follows a leader in this term."""
    if onlooker.is_steady_follower(member, leader.name, term):
        onlooker.trust(member)
        return None
    state, emit = onlooker.state(member), onlooker.telling.emit
    now, role = state.current_term, state.role
    if now is UNKNOWN or role is UNKNOWN:
        if not at_term(onlooker, member, term, cause):
            return None
        return emit(member, NodeObserved, cause, role=FOLLOWER, leader=leader.name)
    if now > term:
        return None
    if now < term:
        emit(member, TermAdvanced, cause, term=term)
    member.term = term
    onlooker.trust(member)
    if now < term or role is not FOLLOWER:
        return emit(member, BecameFollower, cause, term=term, leader=leader.name)
    return emit(member, LeaderLearned, cause, leader=leader.name, term=term)


def _count(onlooker: Onlooker, member: Member, voter: Member, wire: Wire, receipt: int) -> None:
    state = onlooker.state(member)
    pre = wire.type == "MsgPreVoteResp"
    asked = state.current_term + (1 if pre and not wire.reject else 0)
    if wire.term > asked and not (pre and not wire.reject):
        at_term(onlooker, member, wire.term, receipt)  # somebody is in a higher term
    elif wire.term == asked and state.role is (PRE_CANDIDATE if pre else CANDIDATE):
        position = onlooker.telling.emit(
            member, VoteCounted, receipt, voter=voter.name, granted=not wire.reject, term=state.current_term, pre=pre
        )
        refusals = sum(not granted for granted in onlooker.state(member).votes.values())
        if refusals > len(onlooker.peers) // 2:
            onlooker.telling.emit(
                member, BecameFollower, position, term=state.current_term, reason="it lost the election"
            )
            onlooker.trust(member)
