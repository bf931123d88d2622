"""Printed messages, and the messages of ours that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from raftlab.importers.etcd_script.printed import PrintedMessage


def message_of(printed: PrintedMessage) -> AnyMessage:
    """Our message; one that has no counterpart keeps its name."""
    term, index, log_term = printed.term, printed.index, printed.log_term
    entries = tuple(entry.entry() for entry in printed.entries)
    match printed.type:
        case "MsgVote":
            return RequestVote(term, index, log_term)
        case "MsgVoteResp":
            return RequestVoteReply(term, not printed.rejected)
        case "MsgPreVote":
            return PreVote(term, index, log_term)
        case "MsgPreVoteResp":
            return PreVoteReply(term, not printed.rejected)
        case "MsgApp":
            return AppendEntries(term, index, log_term, entries, printed.commit)
        case "MsgAppResp" if printed.rejected:
            # conflict_index: where a leader goes on, from etcd's hint at the last entry that may fit.
            first = min(index, printed.hint + 1)
            return AppendEntriesReply(term, rejected_index=index, conflict_term=log_term, conflict_index=first)
        case "MsgAppResp":
            return AppendEntriesReply(term, success=True, match_index=index)
        case "MsgHeartbeat":
            return Heartbeat(term, printed.commit)
        case "MsgHeartbeatResp":
            return HeartbeatReply(term)
        case "MsgSnap" if printed.snapshot is not None:
            snapshot = printed.snapshot
            return InstallSnapshot(term, snapshot.index, snapshot.term, config=snapshot.config)
        case "MsgSnap":
            return InstallSnapshot(term)
        case "MsgTimeoutNow":
            return TimeoutNow(term)
        case "MsgReadIndex":
            return ReadIndex(term)
        case "MsgReadIndexResp":
            return ReadIndexReply(term, index)
        case "MsgProp":
            return Proposal(term, entries)
    return OtherMessage(term, printed.type)
