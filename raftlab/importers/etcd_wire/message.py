"""A message as a tap on the way between two members writes it down, and ours for it.

etcd's pre-votes carry the term that their sender would stand in, one more than its own; ours carry the sender's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

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
    Proposal,
    ReadIndex,
    ReadIndexReply,
    RequestVote,
    RequestVoteReply,
    TimeoutNow,
)
from raftlab.core.model import Config, Entry

if TYPE_CHECKING:
    from raftlab.importers.names import Names

FROM_LEADER: Final = frozenset({"MsgApp", "MsgHeartbeat", "MsgSnap"})
"""Whoever takes one of these follows its sender."""

BY_LEADER: Final = FROM_LEADER | {"MsgTimeoutNow"}
"""Only the leader of its term sends these."""

HEARTBEAT_US: Final = 100_000
"""How far heartbeats are apart by etcd's default."""

MOST: Final = 1 << 63
"""No term or index gets so far."""

PRE: Final = frozenset({"MsgPreVote", "MsgPreVoteResp"})
WITHOUT_TERM: Final = frozenset({"MsgProp", "MsgReadIndex"})

_CONFIG_CHANGES: Final = (1, 2)
"""raftpb.EntryType: 0 normal, 1 a change of one member, 2 of several."""


class Conf(Struct, frozen=True):
    """raftpb.ConfState, ids in hexadecimal."""

    voters: tuple[str, ...] = ()
    learners: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = field(default=(), name="votersOutgoing")


class SnapshotSeen(Struct, frozen=True):
    """What a MsgSnap carries; `bytes` is its size."""

    index: int = 0
    term: int = 0
    bytes: int = 0
    conf: Conf = Conf()


class Wire(Struct, frozen=True):
    """One line: a raftpb.Message with who sent it to whom, and when (`t`, as it stands there).

    `src` and `dst` are names, `sender` and `to` ids; one of each pair may be missing (etcd's short form of MsgApp
    carries no ids). `entries` are (type, term, index, bytes of data), their index 0 in a proposal. `log_term` and
    `index` are what stands before the entries; in an answer, what it speaks of.
    """

    t: float | str
    type: str
    src: str = ""
    dst: str = ""
    sender: str = field(default="", name="from")
    to: str = ""
    chan: str = ""
    term: int = 0
    log_term: int = field(default=0, name="logTerm")
    index: int = 0
    entries: tuple[tuple[int, int, int, int], ...] = ()
    commit: int = 0
    reject: bool = False
    reject_hint: int = field(default=0, name="rejectHint")
    context: str = ""
    snapshot: SnapshotSeen | None = None

    def is_possible(self) -> bool:
        """Whether its numbers can be what they stand for: 64 bits, none below 0; entries follow one another."""
        numbers = [self.term, self.log_term, self.index, self.commit, self.reject_hint]
        numbers.extend(number for entry in self.entries for number in entry)
        if self.snapshot is not None:
            numbers.extend((self.snapshot.index, self.snapshot.term))
        if min(numbers) < 0 or max(numbers) >= MOST:
            return False
        if self.type != "MsgApp":
            return True
        return all(entry[2] == self.index + 1 + place for place, entry in enumerate(self.entries))

    @property
    def last(self) -> int:
        """Index of the last entry that is here, or stands right before."""
        return self.index + len(self.entries)


def entries_of(wire: Wire) -> tuple[Entry, ...]:
    """The entries that it carries. A tap keeps no payloads, only their sizes."""
    return tuple(_entry(*each) for each in wire.entries)


def _entry(kind: int, term: int, index: int, size: int) -> Entry:
    if kind in _CONFIG_CHANGES:
        return Entry(index, term, "config", f"{size} bytes")
    return Entry(index, term, "normal", f"{size} bytes") if size else Entry(index, term, "noop")


def message_of(wire: Wire, names: Names, entries: tuple[Entry, ...]) -> AnyMessage:
    """Our message, with these entries; what isn't known here becomes OtherMessage."""
    term, index = wire.term, wire.index
    match wire.type:
        case "MsgVote":
            return RequestVote(term, index, wire.log_term, transfer=wire.context == "CampaignTransfer")
        case "MsgVoteResp":
            return RequestVoteReply(term, not wire.reject)
        case "MsgPreVote":
            return PreVote(max(0, term - 1), index, wire.log_term)
        case "MsgPreVoteResp":
            return PreVoteReply(term if wire.reject else max(0, term - 1), not wire.reject)
        case "MsgApp":
            return AppendEntries(term, index, wire.log_term, entries, wire.commit)
        case "MsgAppResp" if wire.reject:
            # The hint is where the leader should look next: 3.5 adds a term to it.
            hint = wire.reject_hint
            first = hint if wire.log_term else min(index, hint + 1)
            return AppendEntriesReply(term, rejected_index=index, conflict_term=wire.log_term, conflict_index=first)
        case "MsgAppResp":
            return AppendEntriesReply(term, success=True, match_index=index)
        case "MsgHeartbeat":
            return Heartbeat(term, wire.commit, wire.context)
        case "MsgHeartbeatResp":
            return HeartbeatReply(term, wire.context)
        case "MsgSnap":
            return _snapshot(wire, names)
        case "MsgTimeoutNow":
            return TimeoutNow(term)
        case "MsgReadIndex":
            return ReadIndex(term, wire.context)
        case "MsgReadIndexResp":
            return ReadIndexReply(term, index, wire.context)
        case "MsgProp":
            return Proposal(term, entries)
    return OtherMessage(term, wire.type)


def _snapshot(wire: Wire, names: Names) -> InstallSnapshot:
    held = wire.snapshot
    if held is None:
        return InstallSnapshot(wire.term)
    conf = held.conf
    voters, outgoing, learners = (
        tuple(sorted(names.key(each) for each in half)) for half in (conf.voters, conf.outgoing, conf.learners)
    )
    config = Config(voters, outgoing, learners) if voters else None
    return InstallSnapshot(wire.term, held.index, held.term, config=config)
