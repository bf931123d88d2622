"""Messages as etcd-raft's trace prints them, and ours for each."""

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
    ReadIndex,
    ReadIndexReply,
    RequestVote,
    RequestVoteReply,
    TimeoutNow,
)
from raftlab.core.model import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence


MOST_ENTRIES: Final = 100_000
"""etcd's messages have a mebibyte at the most, so none has more entries."""


class Wire(Struct, frozen=True):
    """raftpb.Message without its payload.

    `entries` is how many it carries, `log_term` and `index` what comes before them.
    """

    type: str
    term: int
    sender: str = field(name="from")
    to: str = field()
    entries: int = 0
    log_term: int = field(default=0, name="logTerm")
    index: int = 0
    commit: int = 0
    vote: str = "0"
    reject: bool = False
    reject_hint: int = field(default=0, name="rejectHint")


def message_of(wire: Wire, log: Sequence[Entry]) -> AnyMessage:
    """Our message; `log` is the sender's, for the entries that the trace only counts."""
    term = wire.term
    match wire.type:
        case "MsgVote":
            return RequestVote(term, wire.index, wire.log_term)
        case "MsgVoteResp":
            return RequestVoteReply(term, not wire.reject)
        case "MsgPreVote":
            return PreVote(term, wire.index, wire.log_term)
        case "MsgPreVoteResp":
            return PreVoteReply(term, not wire.reject)
        case "MsgApp":
            return AppendEntries(term, wire.index, wire.log_term, _entries(wire, log), wire.commit)
        case "MsgAppResp" if wire.reject:
            # conflict_index: where a leader goes on, from etcd's hint at the last entry that may fit.
            hint = min(wire.index, wire.reject_hint + 1)
            return AppendEntriesReply(term, rejected_index=wire.index, conflict_term=wire.log_term, conflict_index=hint)
        case "MsgAppResp":
            return AppendEntriesReply(term, success=True, match_index=wire.index)
        case "MsgHeartbeat":
            return Heartbeat(term, wire.commit)
        case "MsgHeartbeatResp":
            return HeartbeatReply(term)
        case "MsgSnap":
            return InstallSnapshot(term, wire.index, wire.log_term)
        case "MsgTimeoutNow":
            return TimeoutNow(term)
        case "MsgReadIndex":
            return ReadIndex(term)
        case "MsgReadIndexResp":
            return ReadIndexReply(term, wire.index)
    return OtherMessage(term, wire.type)


def _entries(wire: Wire, log: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries that a message carries, from its sender's log.

    A trace that begins in the middle doesn't show the entries made before. Then each gets the message's own term: an
    entry of a leader's has at most that. (This could be better: a term "unknown" would be the truth, and Entry has
    none.)
    """
    first, last = wire.index + 1, wire.index + wire.entries
    if len(log) >= last:
        return tuple(log[first - 1 : last])
    return tuple(Entry(index, wire.term) for index in range(first, last + 1))
