"""From the lines of etcd-raft's trace to events: what each line adds to what the ones before have said."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

from raftlab.core.events import (
    AppendRefused,
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    CommitAdvanced,
    ConfigChanged,
    EntryAppended,
    Event,
    LeaderLearned,
    LogTruncated,
    NodeCrashed,
    NodeObserved,
    NodeRestarted,
    ProgressChanged,
    SnapshotInstalled,
    TermAdvanced,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.messages import AppendEntries, InstallSnapshot, PreVoteReply, RequestVoteReply
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, UP, Config, Entry, Role
from raftlab.core.origin import Origin
from raftlab.importers.ndjson_message import Wire, message_of
from raftlab.importers.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.core.messages import AnyMessage
    from raftlab.importers.imported import FileReport

_ROLES: Final = {
    "StateFollower": FOLLOWER,
    "StateCandidate": CANDIDATE,
    "StatePreCandidate": PRE_CANDIDATE,
    "StateLeader": LEADER,
}
_FROM_LEADER: Final = frozenset({"MsgApp", "MsgHeartbeat", "MsgSnap"})
_SAYS_NOTHING: Final = {
    "Ready": "Ready: raft hands its work over, nothing changes",
    "Commit": "Commit: the index rises, the node's next line says how far",
    "ApplyConfChange": "ApplyConfChange: a configuration that was in force before",
}


class HardState(Struct):
    """Term, vote and commit index, as the line prints them."""

    term: int
    vote: str
    commit: int


class Line(Struct, eq=False):
    """One line: the node, its state, and what happened. `prop` depends on `name`."""

    source: int
    line: int
    at_us: int
    stamp: str
    name: str
    node: str = field(name="nid")
    state: HardState = field()
    role: str = field()
    log: int = 0
    conf: list[list[str]] = field(default_factory=list)
    msg: Wire | None = None
    prop: dict[str, Any] | None = None
    needs: tuple[Line, ...] = ()
    arrival: Line | None = None
    told: bool = False
    position: int | None = None


def link(streams: Iterable[list[Line]]) -> None:
    """Give every receipt its sending: one of the same content, before it, that no other receipt took.

    Messages of one content (heartbeats) can't be told apart, and some are lost. From the last receipt backwards each
    takes the latest sending that is left: in order, and with no longer on the way than need be.
    """
    sendings: dict[Wire, list[Line]] = {}
    receipts: dict[Wire, list[Line]] = {}
    for line in sorted((line for stream in streams for line in stream), key=_place):
        if line.msg is not None:
            if line.name.startswith("Send"):
                sendings.setdefault(line.msg, []).append(line)
            elif line.name.startswith("Receive"):
                receipts.setdefault(line.msg, []).append(line)
    for content, arrived in receipts.items():
        sent = sendings.get(content, [])
        latest = len(sent)
        for receipt in reversed(arrived):
            latest = min(latest, bisect_right(sent, _place(receipt), key=_place)) - 1
            if latest < 0:
                break
            sending = sent[latest]
            sending.arrival, receipt.needs = receipt, (sending,)


def _place(line: Line) -> tuple[int, int]:
    return line.at_us, line.line


class _Node(Struct):
    """What is known of one node: as its lines said, and the terms of its entries (terms[i] is that of entry i + 1)."""

    name: str
    term: int = 0
    vote: str | None = None
    commit: int = 0
    role: Role = FOLLOWER
    leader: str | None = None
    config: Config = Config()
    log: list[Entry] = []
    holes: bool = False
    made: int = 0
    heard: Line | None = None
    pending: AppendEntries | None = None
    cause: int | None = None
    progress: dict[str, tuple[int, int]] = {}


class NdjsonTelling:
    """The telling of one trace."""

    def __init__(self, reports: list[FileReport]) -> None:
        self.story = Story()
        self.reports = reports
        self.nodes: dict[str, _Node] = {}

    def tell(self, line: Line) -> None:
        """One line becomes events, or is counted with its reason."""
        report = self.reports[line.source]
        role = _ROLES.get(line.role)
        if role is None:
            report.skip(f"a role that raft doesn't have: {line.role}")
            return
        self.story.turn_to(line.at_us, Origin(report.file, line.line, line.stamp))
        before = self.story.told()
        node = self.nodes.get(line.node)
        if node is None or line.name == "InitState":
            node = self._start(line, role)
        self._catch_up(node, line, role)
        self._happen(node, line)
        told = self.story.told() - before
        if told:
            report.told += 1
            report.events += told
        else:
            report.skip(_SAYS_NOTHING.get(line.name, f"{line.name}: nothing that isn't known"))

    def _emit(self, node: _Node, kind: type[Event], cause: int | None = None, **fields: Any) -> int:
        return self.story.emit(kind, node.name, node.cause if cause is None else cause, **fields)

    def _start(self, line: Line, role: Role) -> _Node:
        """A node is seen for the first time, or starts anew."""
        if line.node in self.nodes:
            self.story.emit(NodeCrashed, line.node)
            self.story.emit(NodeRestarted, line.node)
        vote, config = _nobody(line.state.vote), _config(line.conf)
        node = self.nodes[line.node] = _Node(
            line.node,
            line.state.term,
            vote,
            line.state.commit,
            role,
            None,
            config,
            [],
            line.log > 0,
            line.log,
            progress={},
        )
        self.story.emit(
            NodeObserved, node.name, id=node.name, status=UP, role=role, term=node.term, vote=vote, leader=None,
            commit=node.commit, last_index=line.log, **({"last_term": 0} if not line.log else {}), config=config,
        )  # fmt: skip
        return node

    # --- what the state in a line says ------------------------------------------------------------------------

    def _catch_up(self, node: _Node, line: Line, role: Role) -> None:
        """Whatever differs from what was known."""
        state = line.state
        if not line.name.startswith("Receive") and line.name not in ("Replicate", "ChangeConf"):
            self._store(node, line)
        if state.term > node.term:
            self._emit(node, TermAdvanced, term=state.term)
            node.term, node.vote, node.leader = state.term, None, None
        if role is not node.role or line.name == "BecomeFollower":
            self._become(node, line, role)
        vote = _nobody(state.vote)
        if vote is not None and vote != node.vote:
            self._emit(node, VoteGranted, candidate=vote, term=node.term)
            node.vote = vote
        if line.log != node.made and not line.name.startswith("Send"):
            self._observe_log(node, line)
        if state.commit > node.commit:
            self._emit(node, CommitAdvanced, index=state.commit)
            node.commit = state.commit
        config = _config(line.conf)
        if config != node.config:
            self._configure(node, config)

    def _become(self, node: _Node, line: Line, role: Role) -> None:
        term = line.state.term
        if role is FOLLOWER:
            heard = node.heard.msg if node.heard is not None else None
            leader = heard.sender if heard is not None and heard.type in _FROM_LEADER and heard.term == term else None
            self._emit(node, BecameFollower, term=term, leader=leader)
            node.leader = leader
        elif role is LEADER:
            self._emit(node, BecameLeader, term=term)
            node.leader = node.name
            node.progress = {}
        else:
            self._emit(node, BecameCandidate if role is CANDIDATE else BecamePreCandidate, cause=None, term=term)
            node.leader = None
        node.role = role

    def _configure(self, node: _Node, config: Config) -> None:
        self._emit(node, ConfigChanged, config=config)
        node.config = config

    def _store(self, node: _Node, line: Line) -> None:
        """The entries of the last AppendEntries stand in the log once the node's next line comes."""
        message, node.pending = node.pending, None
        if message is None:
            return
        if line.msg is not None and line.msg.reject:
            return
        for entry in message.entries:
            if entry.index <= len(node.log) and not node.holes:
                if node.log[entry.index - 1].term == entry.term:
                    continue
                self._emit(node, LogTruncated, from_index=entry.index, last_index=len(node.log))
                del node.log[entry.index - 1 :]
                node.made = len(node.log)
            if entry.index == node.made + 1 <= line.log:
                self._append(node, entry)

    def _append(self, node: _Node, entry: Entry) -> None:
        self._emit(node, EntryAppended, entry=entry)
        node.made = entry.index
        if not node.holes:
            node.log.append(entry)

    def _observe_log(self, node: _Node, line: Line) -> None:
        """The log's length is another than the messages explain."""
        if not node.log and not node.holes and line.state.term == 1 and line.state.commit == line.log:
            # A first start: etcd-raft puts one configuration change for each initial member into the log, in term 1.
            for index in range(1, line.log + 1):
                self._append(node, Entry(index, 1, "config"))
            return
        self._emit(node, NodeObserved, last_index=line.log)
        node.holes, node.made = True, line.log

    # --- what a line says that happened -----------------------------------------------------------------------

    def _happen(self, node: _Node, line: Line) -> None:
        if line.name in ("Replicate", "ChangeConf"):
            first = line.name == "Replicate" and all(entry.term != node.term for entry in node.log[-1:])
            kind = "config" if line.name == "ChangeConf" else "noop" if first else "normal"
            self._append(node, Entry(max(node.made, line.log) + 1, node.term, kind))
        elif line.name == "ApplyConfChange":
            new = ((line.prop or {}).get("cc") or {}).get("newconf")
            if new is not None and (config := Config(voters=tuple(new))) != node.config:
                self._configure(node, config)
        elif line.msg is not None:
            if line.name.startswith("Send"):
                self._send(node, line, line.msg)
            elif line.name.startswith("Receive"):
                self._receive(node, line, line.msg)

    def _send(self, node: _Node, line: Line, wire: Wire) -> None:
        self._believe(node, line, wire)
        message = message_of(wire, node.log)
        cause = node.cause
        if isinstance(message, RequestVoteReply | PreVoteReply) and wire.to != node.name:
            pre = isinstance(message, PreVoteReply)
            if not message.granted:
                cause = self._emit(node, VoteRefused, candidate=wire.to, reason="unknown", term=node.term, pre=pre)
            elif pre or node.vote != wire.to:
                cause = self._emit(node, VoteGranted, candidate=wire.to, term=node.term, pre=pre)
                node.vote = node.vote if pre else wire.to
        elif wire.type == "MsgAppResp" and wire.reject:
            cause = self._emit(node, AppendRefused, leader=wire.to, prev_log_index=wire.index)
        line.position = self.story.send(node.name, wire.to, message, cause, arrives=line.arrival is not None)

    def _believe(self, node: _Node, line: Line, wire: Wire) -> None:
        belief = line.prop or {}
        match, following = belief.get("match"), belief.get("next")
        if isinstance(match, int) and isinstance(following, int) and node.progress.get(wire.to) != (match, following):
            node.progress[wire.to] = match, following
            self._emit(
                node, ProgressChanged, peer=wire.to, match_index=match, next_index=following, sent_index=following - 1,
                state="unknown",
            )  # fmt: skip

    def _receive(self, node: _Node, line: Line, wire: Wire) -> None:
        sending = line.needs[0].position if line.needs else None
        message: AnyMessage = message_of(wire, [])
        position = self.story.arrive(node.name, wire.sender, message, sending)
        if sending is not None:
            message = self.story.events[position].message  # type: ignore[attr-defined]
        node.cause, node.heard = position, line
        if isinstance(message, AppendEntries):
            node.pending = message
        follows = wire.type in _FROM_LEADER and wire.term == node.term and node.role is FOLLOWER
        if follows and node.leader != wire.sender:
            self._emit(node, LeaderLearned, leader=wire.sender, term=node.term)
            node.leader = wire.sender
        if isinstance(message, InstallSnapshot) and wire.term >= node.term and wire.index > node.commit:
            self._emit(node, SnapshotInstalled, index=wire.index, term=wire.log_term)
            node.holes, node.made, node.commit = True, wire.index, wire.index
        role = {RequestVoteReply: CANDIDATE, PreVoteReply: PRE_CANDIDATE}.get(type(message))
        if role is not None and role is node.role:
            pre = role is PRE_CANDIDATE
            cause = self._emit(node, VoteCounted, voter=wire.sender, granted=not wire.reject, term=node.term, pre=pre)
            node.cause = cause


def _nobody(name: str) -> str | None:
    return None if name in ("0", "") else name


def _config(conf: list[list[str]]) -> Config:
    return Config(tuple(conf[0]) if conf else (), tuple(conf[1]) if len(conf) > 1 else ())
