"""The world around the nodes of a script: who is there, which messages wait where, what has happened.

The engine sends, and here it is kept until the node's next Ready; answers that vouch for something wait for the disk.
The network is one list of messages, in the order in which they left. Time is a count of events: etcd's is in ticks,
which each node counts for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from raftlab.core.chance import Chance
from raftlab.core.events import (
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    ClusterCreated,
    ConfigChanged,
    EntriesAppended,
    EntryAppended,
    FsyncDone,
    LogTruncated,
    MessageDropped,
    MessageReceived,
    MessageSent,
    NodeJoined,
    PeerForgotten,
    ProgressChanged,
    SnapshotInstalled,
    TermAdvanced,
)
from raftlab.core.messages import (
    AppendEntries,
    AppendEntriesReply,
    Heartbeat,
    HeartbeatReply,
    InstallSnapshotReply,
    Message,
    OtherMessage,
    PreVote,
    Proposal,
)
from raftlab.core.model import LEADER, Cluster, Config
from raftlab.dialect import facts, members
from raftlab.dialect.facts import Facts
from raftlab.dialect.member import ANSWERS, PROMISES, Applied, Envelope, Member, Options, OwnAck, OwnVote, Stored
from raftlab.dialect.rules import EtcdRules
from raftlab.engine import Step, receive

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.messages import AnyMessage
    from raftlab.core.model import Node, Parameters

TRANSFER = "MsgTransferLeader"


class World:
    """All nodes of a script. It is the engine's World: what a rule does goes through here.

    `events` is the run as a trace, `lines` the line of the script that each belongs to (`line` is where it stands now);
    `facts` what has been told since somebody last took it.
    """

    def __init__(self, parameters: Parameters) -> None:
        self.cluster = Cluster.empty()
        self.events: list[Event] = []
        self.lines: list[int] = []
        self.line = 1
        self.members: dict[str, Member] = {}
        self.network: list[Envelope] = []
        self.facts = Facts()
        self.rules = EtcdRules(self.members)
        self.step = Step(self.cluster, self.rules, Chance(0), self)
        self.emit(ClusterCreated(0, None, None, None, parameters=parameters))

    # -- what the engine asks for --------------------------------------------------------------------------------

    def emit(self, event: Event) -> int:
        """Let an event happen; its position comes back."""
        position = self.cluster.position
        event = replace(event, at_us=position)
        self.events.append(event)
        self.lines.append(self.line)
        self.cluster.fold([event])
        if event.node in self.members:
            self._remember(self.members[event.node], event)
        return position

    def send(self, step: Step, to: str, message: Message, rule: str) -> None:
        """A rule sends: with the next Ready, or once what the message vouches for is written."""
        member = self.members[step.node.name]
        envelope = Envelope(member.name, to, message, rule, step.cause)  # type: ignore[arg-type]
        (member.promises if envelope.kind in PROMISES else member.sends).append(envelope)
        if isinstance(message, AppendEntries | Heartbeat):
            member.peer(to).sent_commit = message.leader_commit

    def set_timer(self, step: Step, timer: str, after_us: int, rule: str, drawn: bool) -> None:
        """Ticks are counted by the members."""

    def start_fsync(self, step: Step) -> None:
        """A Ready says when something is written."""

    # -- nodes and messages ----------------------------------------------------------------------------------------

    def join(self, options: Options, config: Config, index: int) -> None:
        """A new node, numbered on; with an index it starts from a snapshot of it, of term 1."""
        name = str(len(self.members) + 1)
        member = self.members[name] = Member(name, options)
        self.emit(NodeJoined(0, name, None, None, name, config))
        node = self.cluster.nodes[name]
        if index:
            self.emit(SnapshotInstalled(0, name, None, None, index, 1, config))
            member.storage.install(index)
            member.restored = None
            member.applying = member.applied = index
            member.hard = (0, None, index)
        else:
            self.facts.add(facts.configuration(name, config), logged=True)
        member.reset()
        self.facts.add(facts.became(name, node.role, 0), logged=True)
        self.facts.add(facts.started(name, config.voters, 0, index, node.log.last_index, node.log.last_term), True)

    def enter(self, name: str, cause: int | None) -> Step:
        """Turn to a node."""
        self.step.enter(self.cluster.nodes[name], self.cluster.position, cause)
        return self.step

    def release(self, envelope: Envelope) -> None:
        """A message leaves its node."""
        position = -1
        if isinstance(envelope.message, Message):
            position = self.emit(
                MessageSent(0, envelope.node, envelope.cause, envelope.rule, envelope.to, envelope.message)
            )
        self.network.append(envelope.at(position))

    def take(self, to: str, kind: str = "", *, own: bool = True) -> list[Envelope]:
        """Take the messages to a node out of the network: of one kind, or all; `own`: also what its threads say."""
        found: list[Envelope] = []
        left: list[Envelope] = []
        for it in self.network:
            wanted = it.to == to and kind in ("", it.kind) and (own or it.sender != it.to)
            (found if wanted else left).append(it)
        self.network = left
        return found

    def drop(self, envelope: Envelope) -> None:
        """A message is taken away."""
        self.emit(MessageDropped(0, envelope.to, envelope.position, None, envelope.sender, "command"))

    def deliver(self, envelope: Envelope) -> None:
        """A message reaches its node."""
        message, sender = envelope.message, envelope.sender
        if not isinstance(message, Message):
            self.tell(envelope)
            return
        node = self.cluster.nodes[envelope.to]
        position = self.emit(MessageReceived(0, node.name, envelope.position, None, sender, message))
        if envelope.kind in ANSWERS and sender not in node.config.members():
            return
        step = self.enter(node.name, position)
        self._note_life(node, sender, message)
        if isinstance(message, PreVote | Proposal):
            # Neither changes a term: the one asks about a later one, the other is a client's wish.
            self.rules.handlers[type(message)](step, sender, message)
        elif isinstance(message, OtherMessage):
            assert message.name == TRANSFER
            self.transfer(node.name, sender, position)
        else:
            receive(step, sender, message)

    def transfer(self, name: str, target: str, cause: int | None) -> None:
        """Dissertation 3.10; a follower passes the wish on to its leader, in the target's name."""
        node = self.cluster.nodes[name]
        step = self.enter(name, cause)
        if node.role is LEADER:
            if target in (*node.config.voters, *node.config.outgoing) and target != name:
                self.members[name].election_elapsed = 0
                self.rules.transfer_leadership(step, target)
        elif node.leader is not None:
            wish = Envelope(target, node.leader, OtherMessage(0, TRANSFER), None, cause, carried_by=name)
            self.members[name].sends.append(wish)

    # -- what a node's own disk and state machine tell it -----------------------------------------------------------

    def tell(self, envelope: Envelope) -> None:
        """A write is done, a vote of its own is on disk, entries are applied."""
        name, told = envelope.to, envelope.message
        node, member = self.cluster.nodes[name], self.members[name]
        step = self.enter(name, envelope.cause)
        if isinstance(told, OwnAck):
            if told.term == node.current_term and node.role is LEADER and told.index > member.own_match:
                member.own_match = told.index
                if name in node.config.members():
                    storage = member.storage
                    step.because(self.emit(FsyncDone(*step.stamp, "persist", told.index, storage.term, storage.vote)))
                    self.rules.advance_commit(step)
        elif isinstance(told, OwnVote):
            if told.term == node.current_term and node.votes and node.role is not LEADER:
                member.own_vote = True
                self.rules.count_votes(step)
        elif isinstance(told, Stored):
            if told.term == node.current_term and told.index and node.log.term_at(told.index) == told.log_term:
                member.stable = max(member.stable, told.index)
            if told.snapshot:
                if member.restored is not None and member.restored[0] == told.snapshot:
                    member.restored = None
                self._applied_to(step, told.snapshot, 0)
        elif isinstance(told, Applied):
            self._applied_to(step, told.index, told.size)

    def _applied_to(self, step: Step, index: int, size: int) -> None:
        member = self.members[step.node.name]
        member.applied = max(member.applied, index)
        member.applying = max(member.applying, index)
        member.applying_bytes = max(0, member.applying_bytes - size)
        member.applying_paused = 0 < member.options.committed_bytes <= member.applying_bytes
        members.leave_if_due(step)

    # -- what follows from events --------------------------------------------------------------------------------------

    def _note_life(self, node: Node, sender: str, message: AnyMessage) -> None:
        answers = AppendEntriesReply | HeartbeatReply | InstallSnapshotReply
        if isinstance(message, answers) and sender in node.progress and message.term == node.current_term:
            self.members[node.name].peer(sender).recently_active = True

    def _remember(self, member: Member, event: Event) -> None:
        """What etcd remembers changes with the events; those that it prints are told."""
        node = self.cluster.nodes[member.name]
        match event:
            case TermAdvanced():
                member.reset()
                if event.rule == "adopt_term":
                    self.facts.add(facts.became(member.name, BecameFollower, event.term), logged=True)
            case BecameFollower() if event.rule == "adopt_term":
                pass  # the new term has told it
            case BecameFollower() | BecameCandidate() | BecameLeader():
                member.reset()
                self.facts.add(facts.became(member.name, type(event), node.current_term), logged=True)
                if isinstance(event, BecameLeader):
                    member.peers = {}
                    member.pending_config_index = node.log.last_index
            case BecamePreCandidate():
                self.facts.add(facts.became(member.name, BecamePreCandidate, node.current_term), logged=True)
            case EntryAppended() | EntriesAppended() if node.role is LEADER:
                ack = OwnAck(node.current_term, node.log.last_index)
                member.promises.append(Envelope(member.name, member.name, ack))
            case LogTruncated():
                member.drop_from(event.from_index)
            case SnapshotInstalled():
                member.handed = member.stable = event.index
                member.restored, member.restored_handed = (event.index, event.term, event.config), False
                self.facts.add(facts.configuration(member.name, event.config), logged=True)
            case ConfigChanged():
                self.facts.add(facts.configuration(member.name, event.config), logged=True)
            case ProgressChanged():
                self._remember_peer(member, event)
            case PeerForgotten():
                member.peers.pop(event.peer, None)
        if isinstance(event, BecameCandidate | BecamePreCandidate):
            member.own_vote = False
            vote = OwnVote(node.current_term, isinstance(event, BecamePreCandidate))
            member.promises.append(Envelope(member.name, member.name, vote))

    def _remember_peer(self, member: Member, event: ProgressChanged) -> None:
        """A snapshot tells how far is committed, too."""
        peer = member.peer(event.peer)
        if event.state == "snapshot":
            peer.sent_commit = event.pending_snapshot
