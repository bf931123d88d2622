"""An answer becomes what is news in it; a silence is noted when it begins and when it ends.

Where a member's own log is there too, that is exact for roles, terms and leaders, and a poll adds what the log can't
tell: the commit index, what is applied, a leader's view of its peers, and a vote that isn't known. Where a message
(etcd_wire) has shown more than a poll that was under way, the poll is late, and says nothing of the present.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core.events import (
    BecameLeader,
    CommitAdvanced,
    NodeObserved,
    PeerForgotten,
    ProgressChanged,
    SourceNoted,
)
from raftlab.core.model import CANDIDATE, LEADER, UNKNOWN, Node, Role
from raftlab.importers.etcd_status.poll import ROLES, Poll, RaftStatus

if TYPE_CHECKING:
    from raftlab.importers.etcd_wire.onlooker import Onlooker
    from raftlab.importers.fact import Fact
    from raftlab.importers.raft_member import Member
    from raftlab.importers.raft_telling import Telling

SAYS_NOTHING_NEW = "a poll that says nothing new"
STILL_SILENT = "a poll without an answer, like the one before"
LATE = "a poll of an older state than is known by then"


def poll_error(telling: Telling, member: Member, fact: Fact) -> str | None:
    """The member doesn't answer. That isn't proof of a crash."""
    poll: Poll = fact.payload
    onlooker = _onlooker(telling)
    before = onlooker.silent.get(member.id)
    onlooker.silent[member.id] = poll.error
    if before == poll.error:
        return STILL_SILENT
    if not member.introduced and member.id not in onlooker.silent_unseen:
        onlooker.silent_unseen.add(member.id)
        known = UNKNOWN if member.id == member.name else member.id
        telling.story.emit(NodeObserved, member.name, id=known)
    telling.story.emit(SourceNoted, member.name, text=f"it does not answer a poll: {poll.error}")
    return None


def poll(telling: Telling, member: Member, fact: Fact) -> str | None:
    """The member says how it stands."""
    answer: Poll = fact.payload
    onlooker = _onlooker(telling)
    logged = member.id in onlooker.logged
    before = telling.story.told()
    if onlooker.silent.pop(member.id, None) is not None:
        telling.story.emit(SourceNoted, member.name, text="it answers polls again")
    if logged and not member.up:
        return LATE
    telling.introduce(member)
    status = answer.raft
    if status is None:
        _endpoint(onlooker, member, answer, logged)
    elif _is_late(onlooker.state(member), status):
        return LATE
    else:
        if not logged:
            _stand(onlooker, member, status)
        elif onlooker.state(member).current_term == status.term:
            _vote(onlooker, member, status)
        _indices(onlooker, member, status)
        _leader_view(onlooker, member, status)
    return None if telling.story.told() > before else SAYS_NOTHING_NEW


def _onlooker(telling: Telling) -> Onlooker:
    assert telling.onlooker is not None
    return telling.onlooker


def _is_late(state: Node, status: RaftStatus) -> bool:
    """Terms rise, and within one a candidate may become leader, a leader follower; never the other way round."""
    now = state.current_term
    if now is UNKNOWN or now < status.term:
        return False
    role = ROLES[status.role.removeprefix("State")]
    return now > status.term or (state.role is not UNKNOWN and _rank(role) < _rank(state.role))


def _rank(role: Role) -> int:
    return {CANDIDATE: 0, LEADER: 1}.get(role, 2)


def _stand(onlooker: Onlooker, member: Member, status: RaftStatus) -> None:
    """Term, role, leader and vote of a member that has no log here."""
    telling, state = onlooker.telling, onlooker.state(member)
    role = ROLES[status.role.removeprefix("State")]
    said = {
        "term": (status.term, state.current_term),
        "vote": (telling.name(status.vote), state.voted_for),
        "role": (role, state.role),
        "leader": (telling.name(status.lead), state.leader),
    }
    news: dict[str, Any] = {name: now for name, (now, known) in said.items() if known is UNKNOWN or now != known}
    elects = role is LEADER and (member.id, status.term) not in onlooker.led
    if elects:
        news.pop("role", None)
        news.pop("leader", None)
    if news:
        telling.emit(member, NodeObserved, **news)
    if elects:
        onlooker.led.add((member.id, status.term))
        telling.emit(member, BecameLeader, term=status.term)
    member.term = status.term
    if onlooker.is_wired:
        onlooker.trust(member)


def _vote(onlooker: Onlooker, member: Member, status: RaftStatus) -> None:
    """A vote that the member's log can't tell (it was cast by an earlier process, say)."""
    if onlooker.state(member).voted_for is UNKNOWN:
        vote = onlooker.telling.name(status.vote)
        onlooker.telling.emit(member, NodeObserved, vote=vote)
        member.vote_known = True


def _indices(onlooker: Onlooker, member: Member, status: RaftStatus) -> None:
    """How far it has committed and applied. Between other witnesses an index only rises; a poll alone is believed."""
    emit, state = onlooker.telling.emit, onlooker.state(member)
    alone = member.id not in onlooker.logged and not onlooker.is_wired
    commit, applied = state.commit_index, state.last_applied
    news: dict[str, Any] = {}
    if commit is UNKNOWN or (alone and status.commit < commit):
        news["commit"] = status.commit
    elif status.commit > commit:
        emit(member, CommitAdvanced, index=status.commit)
    if applied is UNKNOWN or status.applied > applied or (alone and status.applied < applied):
        news["applied"] = status.applied
    if news:
        emit(member, NodeObserved, **news)
    member.commit = max(member.commit, status.commit)


def _leader_view(onlooker: Onlooker, member: Member, status: RaftStatus) -> None:
    """A leader prints what it knows of its peers, and of itself: that is where its log ends."""
    emit, state = onlooker.telling.emit, onlooker.state(member)
    if status.role.removeprefix("State") != "Leader":
        if member.id in onlooker.ends_told:
            onlooker.ends_told.discard(member.id)
            if not onlooker.is_wired and member.id not in onlooker.logged:
                emit(member, NodeObserved, unknown=("last_index", "last_term"))
        return
    if state.role is not LEADER or state.current_term != status.term:
        return
    progress = status.progress or {}
    for identifier, peer in progress.items():
        if identifier == member.id:
            _end(onlooker, member, status.term, peer.match)
            continue
        name = onlooker.telling.names.key(identifier)
        known = state.progress.get(name)
        if known is not None and (
            (known.match_index, known.next_index, known.state) == (peer.match, peer.next, peer.word)
            or (onlooker.is_wired and known.match_index > peer.match)
        ):
            continue
        emit(
            member, ProgressChanged, peer=name, match_index=peer.match, next_index=peer.next,
            sent_index=max(0, peer.next - 1), state=peer.word,
        )  # fmt: skip
        member.progress[name] = peer.match, peer.next, peer.word
    for name in [each for each in state.progress if each not in {onlooker.telling.names.key(it) for it in progress}]:
        emit(member, PeerForgotten, peer=name)
        member.progress.pop(name, None)


def _end(onlooker: Onlooker, member: Member, term: int, index: int) -> None:
    """Where a leader's log ends: its last entry is of its own term, since it begins with one."""
    if member.wal or onlooker.is_wired:
        return  # they tell the entries themselves; one that is on its way there would be told twice
    last = onlooker.state(member).log.last_index
    if last is UNKNOWN or last != index:
        onlooker.telling.emit(member, NodeObserved, last_index=index, last_term=term)
        member.end, member.tail_told = (term, index), True
    onlooker.ends_told.add(member.id)


def _endpoint(onlooker: Onlooker, member: Member, answer: Poll, logged: bool) -> None:
    """etcd's endpoint status: its leader, its commit index, and what it has applied."""
    state = onlooker.state(member)
    news: dict[str, Any] = {}
    leader = None if answer.leader is None else onlooker.telling.name(answer.leader)
    if not logged and answer.leader is not None and (state.leader is UNKNOWN or state.leader != leader):
        news["leader"] = leader
    for field, said, known in (
        ("commit", answer.index, state.commit_index),
        ("applied", answer.applied, state.last_applied),
    ):
        if said is not None and (known is UNKNOWN or said > known):
            news[field] = said
    if news:
        onlooker.telling.emit(member, NodeObserved, **news)
