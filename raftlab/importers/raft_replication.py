"""Tellers of logs, snapshots, progress, configurations and handed-over leadership, as etcd and its raft log them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from raftlab.core.events import (
    AppendRefused,
    CommitAdvanced,
    ConfigChanged,
    EntryApplied,
    LogTruncated,
    PeerForgotten,
    ProgressChanged,
    SnapshotInstalled,
    SnapshotTaken,
    SourceNoted,
    TransferStarted,
)
from raftlab.core.messages import (
    AppendEntries,
    AppendEntriesReply,
    InstallSnapshot,
    TimeoutNow,
)
from raftlab.core.model import UNKNOWN, Config
from raftlab.importers.raft_roles import NO_STATE, REPEATS

if TYPE_CHECKING:
    from raftlab.importers.fact import Fact
    from raftlab.importers.raft_member import Member
    from raftlab.importers.raft_telling import Telling

_PROGRESS: Final = re.compile(r"(?:State|ProgressState)(\w+) match=(\d+) next=(\d+)", re.ASCII)
_OLD_PROGRESS: Final = re.compile(r"next = (\d+), match = (\d+), state = (?:ProgressState)?(\w+)", re.ASCII)
_HALF: Final = re.compile(r"(voters|learners)=\(([\d ]*)\)(?:&&\(([\d ]*)\))?", re.ASCII)


def append_rejected(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A follower's log holds nothing that fits before the leader's entries."""
    _, _, log_term, index, leader = fact.args
    term = member.term or 0
    message = AppendEntries(term, prev_log_index=int(index), prev_log_term=int(log_term))
    cause = telling.arrive(member, leader, message, fact)
    name = telling.names.key(leader)
    position = telling.emit(member, AppendRefused, cause, leader=name, prev_log_index=int(index))
    telling.send(member, leader, _refusal(term, int(index), fact.arrival), fact, position)
    return None


def append_rejection(telling: Telling, member: Member, fact: Fact) -> str | None:
    """The refusal reaches the leader; its next line says how far it steps back."""
    telling.arrive(member, fact.args[2], _refusal(member.term or 0, int(fact.args[3]), fact), fact)
    return None


def _refusal(term: int, index: int, arrival: Fact | None) -> AppendEntriesReply:
    """The answer: its hint stands in the leader's line only. 3.4 hints at the follower's last index."""
    if arrival is None:
        return AppendEntriesReply(term, rejected_index=index)
    hint, hint_term = arrival.args[:2]
    first = int(hint) if hint_term else min(index, int(hint) + 1)
    return AppendEntriesReply(term, rejected_index=index, conflict_term=int(hint_term or 0), conflict_index=first)


def conflict(telling: Telling, member: Member, fact: Fact) -> str | None:
    """The entries from here on go: the leader's are others. Where the log ended is known if that was printed since."""
    index = int(fact.args[0])
    if telling.sees_log(member):
        assert telling.onlooker is not None
        return telling.onlooker.replicas.conflict(member, index, int(fact.args[1]), member.because(fact))
    if member.wal and member.last is not None:
        if index > member.last:
            return "entries that were overwritten before they were on disk"
        telling.emit(member, LogTruncated, member.because(fact), from_index=index, last_index=member.last)
        member.last = index - 1
        return None
    last = UNKNOWN
    if member.end is not None and member.end[1] >= index and member.led_at in (None, member.term):
        last = member.end[1]
    telling.emit(member, LogTruncated, member.because(fact), from_index=index, last_index=last)
    member.end, member.tail_told = None, True
    telling.lose_tail(member)  # the leader's entries, of a number that no line tells, follow at once
    return None


def progress(telling: Telling, member: Member, fact: Fact) -> str | None:
    """What a leader believes of a peer, printed when it has to change its mind or can't reach it."""
    peer, text = fact.args
    found, old = _PROGRESS.search(text), _OLD_PROGRESS.search(text)
    if found is not None:
        state, match, following = found[1].lower(), int(found[2]), int(found[3])
    elif old is not None:
        state, match, following = old[3].lower(), int(old[2]), int(old[1])
    else:
        return NO_STATE
    name = telling.names.key(peer)
    if member.progress.get(name) == (match, following, state):
        return REPEATS
    member.progress[name] = (match, following, state)
    telling.emit(
        member, ProgressChanged, member.because(fact), peer=name, match_index=match, next_index=following,
        sent_index=following - 1, state=state,
    )  # fmt: skip
    return None


def config(telling: Telling, member: Member, fact: Fact) -> str | None:
    """`voters=(1 2 3)&&(1 2) learners=(4)`, ids in decimal; printed again for each change that is applied."""
    halves = {half: (new, old or "") for half, new, old in _HALF.findall(fact.args[0])}
    voters, outgoing = halves.get("voters", ("", ""))
    learners, _ = halves.get("learners", ("", ""))
    changed = Config(_names(telling, voters), _names(telling, outgoing), _names(telling, learners))
    if changed == member.config:
        return REPEATS
    telling.emit(member, ConfigChanged, member.because(fact), config=changed)
    member.config = changed
    for name in [each for each in member.progress if each not in changed.members()]:
        telling.emit(member, PeerForgotten, peer=name)
        del member.progress[name]
    return None


def _names(telling: Telling, numbers: str) -> tuple[str, ...]:
    return tuple(sorted(telling.names.key(f"{int(number):x}") for number in numbers.split()))


def transfer_started(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A leader hands over."""
    target = telling.names.key(fact.args[1])
    member.triggered(telling.emit(member, TransferStarted, target=target), fact)
    return None


def transfer_aborted(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A leader hands over to another one than before."""
    telling.emit(member, TransferStarted, target=None)
    return None


def timeout_now_sent(telling: Telling, member: Member, fact: Fact) -> str | None:
    """The leader asks its successor to start at once."""
    telling.send(member, fact.args[0], TimeoutNow(member.term or 0), fact, member.because(fact))
    return None


def timeout_now_received(telling: Telling, member: Member, fact: Fact) -> str | None:
    """The successor is asked to start at once."""
    term, leader = fact.args
    telling.arrive(member, leader, TimeoutNow(int(term)), fact)
    member.handed_over = True
    return None


def timeout_now_not_promotable(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A server that can't stand for election is asked to."""
    cause = telling.arrive(member, fact.args[0], TimeoutNow(member.term or 0), fact)
    telling.emit(member, SourceNoted, cause, text="it is asked to start an election, but can't be elected")
    return None


def snapshot_sent(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A follower needs entries that the leader has compacted."""
    _, index, term, to, _ = fact.args
    message = InstallSnapshot(member.term or 0, int(index), int(term))
    telling.send(member, to, message, fact, member.because(fact))
    return None


def snapshot_restored(telling: Telling, member: Member, fact: Fact) -> str | None:
    """A follower has taken the snapshot over (printed twice). etcd's server sends a newer one than raft named."""
    index, term = int(fact.args[0]), int(fact.args[1])
    if member.snapshot == index:
        return REPEATS
    member.snapshot = member.commit = index
    member.last = index if member.wal else None
    cause = None
    if fact.sending is not None:
        message = InstallSnapshot(member.term or 0, index, term)
        cause = telling.arrive(member, fact.sending.node, message, fact)
    telling.emit(member, SnapshotInstalled, cause, index=index, term=term)
    if telling.sees_log(member):
        telling.lose_applied(member)
        return None
    member.end, member.tail_told = None, True
    telling.lose_tail(member)
    return None


def snapshot_taken(telling: Telling, member: Member, fact: Fact) -> str | None:
    """etcd has saved a snapshot of its own state."""
    index = int(fact.args[0])
    if index <= member.snapshot:
        return REPEATS
    member.snapshot = index
    if member.wal or telling.sees_log(member):
        telling.emit(member, SnapshotTaken, index=index, compacted_index=0, compacted_term=0)
        return None
    telling.emit(member, SnapshotTaken, index=index)
    member.tail_told = True
    telling.lose_tail(member)  # the log goes on after the snapshot, no line says how far
    return None


def entry_applied(telling: Telling, member: Member, fact: Fact) -> str | None:
    """3.5 at debug level prints each entry that it executes: so it is committed."""
    index = int(fact.args[0])
    telling.knows_commits = True
    if index > member.commit:
        telling.emit(member, CommitAdvanced, index=index)
        member.commit = index
    telling.emit(member, EntryApplied, index=index)
    return None
