"""Tellers of processes, terms, roles and leaders, as etcd's raft logs them.

How `lead` goes in etcd, which its lines say only in part: a candidate has none; a leader has itself from the moment it
becomes one; who follows because of a leader's message (MsgApp, MsgHeartbeat, MsgSnap) has that leader at once, whoever
follows for another reason has none until the line "elected leader", which stands where the first message of the
leader was heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from raftlab.core.events import (
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    LeaderLearned,
    NodeObserved,
    NodeRemoved,
    NodeRestarted,
    SourceNoted,
    TimerFired,
    VoteGranted,
)
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, UP

if TYPE_CHECKING:
    from raftlab.importers.fact import Fact
    from raftlab.importers.raft_member import Member
    from raftlab.importers.raft_telling import Telling

REPEATS: Final = "raft line that repeats what earlier ones said"
NO_STATE: Final = "raft line with no state in it"

_FROM_LEADER: Final = frozenset({"MsgApp", "MsgHeartbeat", "MsgSnap"})


def process_started(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A new process writes to the file: the one before it has ended."""
    telling.crash(member)
    member.booting = True
    return "a process starts, and says so again when raft does"


def process_ended(telling: Telling, member: Member, fact: Fact) -> str | None:
    """etcd closes after a signal."""
    telling.crash(member)
    return REPEATS


def new_raft(telling: Telling, member: Member, fact: Fact) -> str | None:
    """Raft starts from what the disk holds: everything but the vote is printed."""
    _, term, commit, applied, last_index, last_term = fact.args
    telling.crash(member)
    if member.introduced:
        telling.emit(member, NodeRestarted)
    fresh = term == "0"
    observed: dict[str, Any] = {"vote": None} if fresh else {"unknown": ("vote",)}
    if not fresh and member.saved is not None and member.saved[0] == int(term):
        observed = {"vote": member.saved[1]}
    member.introduced = member.up = True
    telling.emit(
        member, NodeObserved, id=member.id, status=UP, role=FOLLOWER, term=int(term), leader=None, commit=int(commit),
        applied=int(applied), last_index=int(last_index), last_term=int(last_term), **observed,
    )  # fmt: skip
    member.term, member.role, member.leader = int(term), FOLLOWER, None
    member.vote_known, member.voted = "vote" in observed, observed.get("vote")
    member.commit = int(commit)
    member.end, member.led_at, member.tail_told = (int(last_term), int(last_index)), None, True
    member.config, member.booting = None, True
    return None


def became_follower(telling: Telling, member: Member, fact: Fact) -> str | None:
    """Its leader and the reason stand in the lines before this one, or in the other nodes'."""
    term = int(fact.args[0])
    leader, reason, cause = _why_follower(telling, member, fact, term)
    starts = member.booting and member.previous is not None and member.previous.form in ("new_raft", "config")
    if member.term is not None and term > member.term and starts:
        telling.lose_tail(member)  # a first start: the initial members have become the log's first entries
    telling.advance(member, term, cause)
    telling.emit(member, BecameFollower, cause, term=term, leader=leader, reason=reason)
    member.role = FOLLOWER
    telling.follows(member, leader)
    return None


def _why_follower(telling: Telling, member: Member, fact: Fact, term: int) -> tuple[str | None, str, int | None]:
    previous = member.previous
    heard = member.trigger_fact
    cause = member.because(fact)
    if heard is not None and cause is not None and heard.form == "higher_term" and heard.args[3] == fact.args[0]:
        _, kind, sender, _ = heard.args
        name = telling.name(sender)
        return (name if kind in _FROM_LEADER else None), f"{kind} of a higher term from {name}", cause
    if previous is not None and previous.form == "quorum_not_active":
        return None, "its quorum is not active", cause
    if member.role in (CANDIDATE, PRE_CANDIDATE) and term == member.term:
        if previous is not None and previous.form == "tally" and _is_lost(member, previous):
            return None, "it lost the election", cause
        elected = telling.leaders.get(fact.args[0])
        if elected is not None:
            node, cause = (elected, None) if isinstance(elected, str) else (elected.node, elected.position)
            return telling.name(node), "another one leads this term", cause
        return None, "", cause
    return None, ("it starts" if member.booting else ""), None


def _is_lost(member: Member, tally: Fact) -> bool:
    voters = len(member.config.voters) if member.config is not None else 0
    return int(tally.args[1]) * 2 > voters


def became_candidate(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A candidate votes for itself."""
    term = int(fact.args[0])
    cause = member.because(fact)
    telling.advance(member, term, cause)
    position = telling.emit(member, BecameCandidate, cause, term=term)
    telling.emit(member, VoteGranted, position, candidate=member.name, term=term)
    member.role, member.leader, member.booting = CANDIDATE, None, False
    member.triggered(position, fact)
    return None


def became_pre_candidate(telling: Telling, member: Member, fact: Fact) -> str | None:
    """The term stays as it is."""
    term = int(fact.args[0])
    cause = member.because(fact)
    telling.advance(member, term, cause)
    position = telling.emit(member, BecamePreCandidate, cause, term=term)
    member.role, member.leader, member.booting = PRE_CANDIDATE, None, False
    member.triggered(position, fact)
    return None


def became_leader(telling: Telling, member: Member, fact: Fact) -> str | None:
    """From now on the other nodes' lines may name it."""
    term = int(fact.args[0])
    cause = member.because(fact)
    telling.advance(member, term, cause)
    fact.position = telling.emit(member, BecameLeader, cause, term=term)
    member.role = LEADER
    telling.follows(member, member.name)
    member.progress.clear()
    return None


def leader_learned(telling: Telling, member: Member, fact: Fact) -> str | None:
    """`elected leader` and `changed leader`: news for those that didn't become follower through it."""
    leader, term = telling.name(fact.args[0]), int(fact.args[1])
    if member.leader == leader and member.term == term:
        return REPEATS
    elected = telling.leaders.get(fact.args[1])
    cause = None if elected is None or isinstance(elected, str) else elected.position
    telling.advance(member, term, cause)
    telling.emit(member, LeaderLearned, cause, leader=leader, term=term)
    telling.follows(member, leader)
    return None


def leader_lost(telling: Telling, member: Member, fact: Fact) -> str | None:
    """Printed after the role has changed, so nearly always known by then."""
    if member.leader is None and member.introduced:
        return REPEATS
    telling.emit(member, LeaderLearned, member.because(fact), leader=None, term=int(fact.args[1]))
    member.leader = None
    return None


def leader_forgotten(telling: Telling, member: Member, fact: Fact) -> str | None:
    """Somebody asked the node to forget its leader."""
    telling.emit(member, LeaderLearned, None, leader=None, term=int(fact.args[1]))
    member.leader = None
    return None


def election_due(telling: Telling, member: Member, fact: Fact) -> str | None:
    """The election timeout has run out; after a MsgTimeoutNow 3.5 prints the same line."""
    before = member.previous
    if before is not None and before.form == "timeout_now_received" and member.because(fact) is not None:
        return REPEATS
    member.handed_over = False
    member.triggered(telling.emit(member, TimerFired, timer="election"), fact)
    return None


def quorum_not_active(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A leader that hears of no majority steps down: its next line says so."""
    text = "it has not heard of a majority within an election timeout, and steps down"
    member.triggered(telling.emit(member, SourceNoted, text=text), fact)
    return None


def removed(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A member has left. Its own file knows best when it ends; without that file the first of the others does."""
    gone = telling.member(fact.args[0] if fact.args else fact.node)
    if gone.removed or (gone.id in telling.speaking and gone.id != member.id):
        return REPEATS
    if fact.form == "removed" and gone.id == member.id:
        return "a member applies its own removal, and says so again when it ends"
    gone.removed, gone.up = True, False
    telling.emit(gone, NodeRemoved)
    gone.role, gone.leader = None, None
    return None


def fatal(telling: Telling, member: Member, fact: Fact) -> str | None:
    """The process says why it can't go on. (Go ends it a moment later; lines of its other threads may follow.)"""
    telling.emit(member, SourceNoted, text=telling.readable(fact.args[0]))
    telling.crash(member)
    return None


def note(telling: Telling, member: Member, fact: Fact) -> str | None:
    """Something that a reader wants to know."""
    telling.emit(member, SourceNoted, text=telling.readable(fact.args[0]))
    return None


def no_state(telling: Telling, member: Member, fact: Fact) -> str | None:
    """Nothing that an event could hold."""
    return NO_STATE


def unknown(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A text like raft's that no version known here prints."""
    return "raft line of an unknown form"
