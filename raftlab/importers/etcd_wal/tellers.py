"""Tellers of a WAL's records: terms, votes, entries and commits as they were put on disk.

Where the same member's log is there too, it has mostly told terms and votes before: a record then tells what is left.
A WAL can't tell roles, nor who leads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core.events import (
    CommitAdvanced,
    ConfigChanged,
    EntryAppended,
    LogTruncated,
    NodeObserved,
    SnapshotInstalled,
    SnapshotTaken,
    SourceNoted,
    VoteGranted,
)
from raftlab.core.model import UNKNOWN, UP, Config
from raftlab.importers.etcd_wal.reading import REPEATS

if TYPE_CHECKING:
    from raftlab.importers.etcd_wal.payload import HardState, Membership, Opened, SnapshotMark, State, Stored
    from raftlab.importers.fact import Fact
    from raftlab.importers.raft_member import Member
    from raftlab.importers.raft_telling import Telling


def wal_opened(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A member starts with nothing: unless its log has said so before, this is its first state."""
    payload: Opened = fact.payload
    member.last = 0
    _notes(telling, member, payload.notes)
    if member.term is not None:
        return REPEATS
    member.introduced = member.up = True
    telling.emit(
        member, NodeObserved, id=member.id, status=UP, term=0, vote=None, commit=0, last_index=0, last_term=0
    )  # fmt: skip
    member.term, member.vote_known, member.voted, member.saved, member.tail_told = 0, True, None, (0, None), True
    return None


def wal_state(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A term, a vote, a commit index."""
    payload: HardState = fact.payload
    _notes(telling, member, payload.notes)
    reach(telling, member, payload.state)
    telling.knows_commits = telling.knows_commits or member.timed
    if (payload.commit > member.commit or (not member.timed and not member.tail_told)) and not telling.sees_log(member):
        member.commit, member.tail_told = payload.commit, True
        telling.emit(member, CommitAdvanced, index=payload.commit)
    if not member.logged:
        # What the member's log says of its configurations is said when they count, so it is the better witness.
        for index, membership in payload.memberships:
            telling.emit(member, ConfigChanged, config=configured(telling, membership), index=index)
    return REPEATS


def reach(telling: Telling, member: Member, state: State) -> None:
    """The node is in this term at least, and has cast this vote in it."""
    if member.term is not None and state.term < member.term:
        return
    vote = UNKNOWN if state.vote is None else telling.name(state.vote)
    if vote is not UNKNOWN:
        member.saved = (state.term, vote)
    if member.term is None:
        known: dict[str, Any] = {} if vote is UNKNOWN else {"vote": vote}
        telling.emit(member, NodeObserved, term=state.term, **known)
    elif state.term > member.term:
        telling.advance(member, state.term, None)
        if not member.logged:
            # A WAL tells neither; and what messages and polls had shown is past.
            telling.emit(member, NodeObserved, unknown=("role", "leader"))
        if vote is UNKNOWN:
            telling.emit(member, NodeObserved, unknown=("vote",))
        elif vote is not None:
            telling.emit(member, VoteGranted, candidate=vote, term=state.term)
    elif vote is not UNKNOWN and (not member.vote_known or vote != member.voted):
        if vote is not None and member.vote_known:
            telling.emit(member, VoteGranted, candidate=vote, term=state.term)
        elif not member.vote_known:
            telling.emit(member, NodeObserved, vote=vote)
        else:
            return
    else:
        return
    member.term, member.vote_known, member.voted = state.term, vote is not UNKNOWN, vote


def wal_entry(telling: Telling, member: Member, fact: Fact) -> str | None:
    """An entry; one at an index that the log holds replaces it, and all after it go."""
    payload: Stored = fact.payload
    _notes(telling, member, payload.notes)
    if payload.state is not None:
        reach(telling, member, payload.state)
    entry = payload.entry
    if telling.onlooker is not None and telling.onlooker.state(member).log.entry(entry.index) == entry:
        return "an entry that the wire shows, when it was sent"
    if member.last is not None and entry.index <= member.last:
        telling.emit(member, LogTruncated, from_index=entry.index, last_index=member.last)
    fact.position = telling.emit(member, EntryAppended, entry=entry)
    member.last, member.end = entry.index, (entry.term, entry.index)
    if not member.timed and not telling.sees_log(member):
        telling.lose_tail(member)  # somebody commits it, and no line tells when
    return None


def wal_snapshot(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A snapshot, taken or sent by the leader. What is before one that was taken stays in the WAL, so in the log."""
    payload: SnapshotMark = fact.payload
    _notes(telling, member, payload.notes)
    index, term, membership = payload.index, payload.term, payload.membership
    if payload.installed:
        member.last, member.end = index, (term, index)
        if member.snapshot >= index:
            return REPEATS
        member.snapshot, member.commit = index, max(index, member.commit)
        config = UNKNOWN if membership is None or member.logged else configured(telling, membership)
        telling.emit(member, SnapshotInstalled, index=index, term=term, config=config)
        return None
    if member.snapshot >= index:
        return REPEATS
    member.snapshot = index
    telling.emit(member, SnapshotTaken, index=index, term=term, compacted_index=0, compacted_term=0)
    return None


def configured(telling: Telling, membership: Membership) -> Config:
    """A configuration by name."""
    halves = (membership.voters, membership.outgoing, membership.learners, membership.learners_next)
    named = [tuple(sorted(telling.names.key(each) for each in half)) for half in halves]
    return Config(named[0], named[1], named[2], named[3], membership.auto_leave)


def _notes(telling: Telling, member: Member, notes: tuple[str, ...]) -> None:
    for text in notes:
        telling.emit(member, SourceNoted, text=text)
