"""What the servers say to one another.

The paper's four (Figure 2) and its InstallSnapshot (Figure 13), and the dissertation's additions: PreVote
(9.6), TimeoutNow (3.10), ReadIndex (6.4). etcd's separate heartbeat and forwarded proposal are here too,
since imported traces speak of them. The sender and the receiver stand in the event that carries a message.

A field that a source can't tell is UNKNOWN. Indices are Raft log indices, counted from 1.
"""

from __future__ import annotations

from msgspec import Struct

from raftlab.core.model import UNKNOWN, Config, Entry


class Message(Struct, frozen=True, gc=False, tag_field="type", tag=True, omit_defaults=True):
    """One message; `term` is the sender's current term."""

    term: int


class RequestVote(Message, frozen=True, gc=False):
    """A candidate asks for a vote (5.2, 5.4.1)."""

    last_log_index: int = UNKNOWN
    last_log_term: int = UNKNOWN
    transfer: bool = False


class RequestVoteReply(Message, frozen=True, gc=False):
    """A voter's answer (5.2)."""

    granted: bool = False


class PreVote(Message, frozen=True, gc=False):
    """Would you vote for me, if I started an election? (dissertation 9.6)"""

    last_log_index: int = UNKNOWN
    last_log_term: int = UNKNOWN


class PreVoteReply(Message, frozen=True, gc=False):
    """An answer to a PreVote; it binds nobody (dissertation 9.6)."""

    granted: bool = False


class AppendEntries(Message, frozen=True, gc=False):
    """A leader's entries after (prev_log_index, prev_log_term); without entries, a heartbeat (5.3, 5.2).

    `clock_us` is what the leader's own clock shows, where it wants to know later that it led then (dissertation 6.4).
    """

    prev_log_index: int = UNKNOWN
    prev_log_term: int = UNKNOWN
    entries: tuple[Entry, ...] = ()
    leader_commit: int = UNKNOWN
    clock_us: int = 0


class AppendEntriesReply(Message, frozen=True, gc=False):
    """A follower's answer (5.3).

    On success, `match_index` is the last index at which this message proved the logs equal. On a refusal,
    `rejected_index` repeats the prev_log_index that didn't fit, and the conflict fields hold what lets a
    leader skip a whole term: the term that stands there and its first index; past the end of the log,
    conflict_term is 0 and conflict_index the first index that is missing. `clock_us` is the leader's, sent back.
    """

    success: bool = False
    match_index: int = 0
    rejected_index: int = 0
    conflict_term: int = 0
    conflict_index: int = 0
    clock_us: int = 0


class InstallSnapshot(Message, frozen=True, gc=False):
    """A chunk of the leader's snapshot for a follower that is too far behind (section 7).

    `offset` and the length of `data` count characters of the state machine's dump.
    """

    last_index: int = UNKNOWN
    last_term: int = UNKNOWN
    offset: int = 0
    data: str = ""
    done: bool = True
    config: Config | None = None
    clock_us: int = 0


class InstallSnapshotReply(Message, frozen=True, gc=False):
    """A follower has `stored` characters of a snapshot, or all of it and holds what stands up to match_index (7)."""

    match_index: int = 0
    stored: int = 0
    clock_us: int = 0


class TimeoutNow(Message, frozen=True, gc=False):
    """The leader asks its successor to start an election at once (dissertation 3.10)."""


class Heartbeat(Message, frozen=True, gc=False):
    """etcd's heartbeat, apart from AppendEntries; `context` belongs to a pending read."""

    leader_commit: int = UNKNOWN
    context: str = ""
    clock_us: int = 0


class HeartbeatReply(Message, frozen=True, gc=False):
    """The answer to a heartbeat; `clock_us` is the leader's, sent back."""

    context: str = ""
    clock_us: int = 0


class ReadIndex(Message, frozen=True, gc=False):
    """A follower asks the leader for the index from which it may answer a read (dissertation 6.4)."""

    context: str = ""


class ReadIndexReply(Message, frozen=True, gc=False):
    """The index from which a read may be answered (dissertation 6.4); UNKNOWN: the leader can't tell, ask again."""

    read_index: int = UNKNOWN
    context: str = ""


class Proposal(Message, frozen=True, gc=False):
    """A follower passes a client's request on to the leader (etcd's MsgProp). `session`: its client keeps one."""

    entries: tuple[Entry, ...] = ()
    session: bool = False


class OtherMessage(Message, frozen=True, gc=False):
    """A message that a foreign source names and raftlab has no counterpart for; `name` is the source's."""

    name: str = ""


AnyMessage = (
    RequestVote
    | RequestVoteReply
    | PreVote
    | PreVoteReply
    | AppendEntries
    | AppendEntriesReply
    | InstallSnapshot
    | InstallSnapshotReply
    | TimeoutNow
    | Heartbeat
    | HeartbeatReply
    | ReadIndex
    | ReadIndexReply
    | Proposal
    | OtherMessage
)
