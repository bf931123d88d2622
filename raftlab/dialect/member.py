"""What etcd's raft remembers of a node beside the algorithm's state: options, ticks, and what waits for a Ready.

Between two Readys (what a node wants done: stored, sent, applied) its messages wait, its entries are unstable, its
committed entries are unapplied. The engine knows none of that: it sends, stores and applies at once. So here stands how
far each of them has come.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from raftlab.core import messages
from raftlab.core.model import FOLLOWER, Config, Role
from raftlab.dialect.storage import Storage

if TYPE_CHECKING:
    from raftlab.core.log import Entry
    from raftlab.core.messages import AnyMessage

KINDS: Final[dict[type, str]] = {
    messages.RequestVote: "MsgVote",
    messages.RequestVoteReply: "MsgVoteResp",
    messages.PreVote: "MsgPreVote",
    messages.PreVoteReply: "MsgPreVoteResp",
    messages.AppendEntries: "MsgApp",
    messages.AppendEntriesReply: "MsgAppResp",
    messages.Heartbeat: "MsgHeartbeat",
    messages.HeartbeatReply: "MsgHeartbeatResp",
    messages.InstallSnapshot: "MsgSnap",
    messages.InstallSnapshotReply: "MsgAppResp",
    messages.TimeoutNow: "MsgTimeoutNow",
    messages.Proposal: "MsgProp",
    messages.ReadIndex: "MsgReadIndex",
    messages.ReadIndexReply: "MsgReadIndexResp",
}
"""etcd's names of our messages."""

PROMISES: Final = frozenset({"MsgAppResp", "MsgVoteResp", "MsgPreVoteResp"})
"""What etcd sends only when all that came before it is on disk, refusals too."""

ANSWERS: Final = PROMISES | {"MsgHeartbeatResp", "MsgReadIndexResp"}
"""What etcd takes only from members of the receiver's configuration."""

UNBOUNDED: Final = 2**31 - 1


@dataclass(frozen=True)
class Options:
    """How a node is set up. Ticks are etcd's; `committed_bytes` bounds what is applied at a time (0: nothing does)."""

    pre_vote: bool = False
    check_quorum: bool = False
    inflight: int = UNBOUNDED
    asynchronous: bool = False
    committed_bytes: int = 0
    lease_reads: bool = False
    validates_changes: bool = True
    steps_down_on_removal: bool = False
    heartbeat_ticks: int = 1
    election_ticks: int = 3


@dataclass(frozen=True)
class OwnAck:
    """A leader's own entries up to `index`, appended in `term`, are on its disk."""

    term: int
    index: int


@dataclass(frozen=True)
class OwnVote:
    """A candidate's vote for itself (or pre-vote) is on its disk."""

    term: int
    pre: bool


@dataclass(frozen=True)
class Stored:
    """A write is done: the log up to (index, log_term) as it was then, and a snapshot up to `snapshot` (0: none)."""

    term: int
    index: int
    log_term: int
    snapshot: int = 0


@dataclass(frozen=True)
class Applied:
    """Committed entries up to `index`, so many bytes of them, are applied."""

    index: int
    size: int


Own = OwnAck | OwnVote | Stored | Applied
"""What a node's disk and state machine tell it."""


@dataclass(frozen=True)
class Envelope:
    """A message and where it goes; `position`: the event that sent it (-1: it hasn't left, or stays within a node)."""

    sender: str
    to: str
    message: AnyMessage | Own
    rule: str | None = None
    cause: int | None = None
    position: int = -1
    carried_by: str = ""

    @property
    def node(self) -> str:
        """The node that it leaves: one that passes a wish on isn't its sender."""
        return self.carried_by or self.sender

    def at(self, position: int) -> Envelope:
        """The same, once the event at `position` has sent it."""
        return replace(self, position=position)

    @property
    def kind(self) -> str:
        """etcd's name of the message; "" for what stays within a node."""
        if isinstance(self.message, messages.OtherMessage):
            return self.message.name
        return KINDS.get(type(self.message), "")


@dataclass
class Peer:
    """What a leader remembers of a peer beside its progress: a sign of life since it last looked, and the commit index
    that it has been sent."""

    recently_active: bool = False
    sent_commit: int = 0


@dataclass(frozen=True)
class AppendWork:
    """What is to be written: term, vote and commit index if they have changed, entries or a snapshot's index; then the
    answers may leave."""

    hard: tuple[int, str | None, int] | None
    entries: tuple[Entry, ...]
    snapshot: int
    responses: tuple[Envelope, ...]


@dataclass(frozen=True)
class ApplyWork:
    """Entries to be applied, and what tells the node that they are."""

    entries: tuple[Entry, ...]
    response: Envelope


@dataclass
class Member:
    """One node of a script. Indices are Raft's.

    `soft` and `hard` are what its last Ready showed: (leader, role) and (term, vote, commit index). `sends` leave with
    the next Ready, `promises` once what they vouch for is written. Its log up to `handed` has been given out to be
    written, up to `stable` it is known to be; `applying` and `applied` say the same of applying. `restored` is a
    snapshot that is not known to be written: (index, term, configuration), `restored_handed` whether it has been given
    out. `own_match` is what the leader's own disk has acknowledged, `own_vote` whether its vote for itself counts yet,
    `pending_config_index` up to where its log may hold a configuration that isn't applied.
    """

    name: str
    options: Options
    storage: Storage = field(default_factory=Storage)
    soft: tuple[str | None, Role] = (None, FOLLOWER)
    hard: tuple[int, str | None, int] = (0, None, 0)
    sends: list[Envelope] = field(default_factory=list)
    promises: list[Envelope] = field(default_factory=list)
    append_work: list[AppendWork] = field(default_factory=list)
    apply_work: list[ApplyWork] = field(default_factory=list)
    handed: int = 0
    stable: int = 0
    applying: int = 0
    applied: int = 0
    applying_bytes: int = 0
    applying_paused: bool = False
    restored: tuple[int, int, Config] | None = None
    restored_handed: bool = False
    election_elapsed: int = 0
    heartbeat_elapsed: int = 0
    timeout_ticks: int = 0
    peers: dict[str, Peer] = field(default_factory=dict)
    own_match: int = 0
    own_vote: bool = False
    pending_config_index: int = 0

    def reset(self) -> None:
        """A new term or role: all counting begins anew. etcd draws the timeout, from one to two election timeouts
        (exclusive); a script that waits for it either sets it or ticks long enough for the longest, so we take that."""
        self.election_elapsed = self.heartbeat_elapsed = 0
        self.timeout_ticks = 2 * self.options.election_ticks - 1
        self.pending_config_index = 0

    def peer(self, name: str) -> Peer:
        """What is remembered of a peer."""
        return self.peers.setdefault(name, Peer())

    def drop_from(self, index: int) -> None:
        """The log's entries from an index on are gone: what replaces them has to be written anew."""
        self.handed = min(self.handed, index - 1)
        self.stable = min(self.stable, index - 1)
