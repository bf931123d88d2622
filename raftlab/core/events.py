"""What can happen to a cluster: one small class for each thing, and what it does to the state.

An event records a decision and its result (a drawn timeout stands in the event that set the timer), so `evolve` never
decides, draws, or counts a quorum: it writes down. A cluster's state is the fold of its events, for our own runs and for
traces that real systems wrote alike. Importers use the same classes; what they can't tell is UNKNOWN.

Every event has `at_us` (it never falls along a trace; ties go by position), `node` (whose it is; None: the cluster's), `cause` (the
position of the event that led to it, if known) and `rule` (the rulebook's name of the rule that the algorithm followed; None
when nobody decided: a person's command, the network, a foreign source). The event's own position in its trace is
`cluster.position` while it evolves.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from raftlab.core.commands import AnyCommand
from raftlab.core.log import UNKNOWN, Entry, Log
from raftlab.core.messages import AnyMessage
from raftlab.core.model import (
    CANDIDATE,
    CRASHED,
    FOLLOWER,
    LEADER,
    PAUSED,
    PRE_CANDIDATE,
    REMOVED,
    UP,
    Client,
    Cluster,
    Config,
    Disk,
    Link,
    LinkModel,
    Node,
    Parameters,
    Progress,
    Role,
    Scheduled,
    Status,
    Timer,
    Workload,
)


class Event(Struct, frozen=True, gc=False, tag_field="kind", tag=True, omit_defaults=True):
    """The base of all events."""

    at_us: int
    node: str | None
    cause: int | None
    rule: str | None

    def evolve(self, cluster: Cluster) -> None:
        """Write down in the state what happened. Most events that only inform leave it as it is."""

    @property
    def starts_step(self) -> bool:
        """Whether a step begins here: what follows, up to the next such event, is its consequence at that instant."""
        return False


# --- the cluster, and what people do to it -------------------------------------------------------------------


class History(Struct, frozen=True):
    """What a node's disk holds when the story begins: Figure 7 starts with six logs that differ."""

    term: int = 0
    vote: str | None = None
    log: tuple[Entry, ...] = ()


class ClusterCreated(Event, frozen=True, gc=False):
    """The first event of every trace: who is there and how everything is set."""

    nodes: tuple[str, ...] = ()
    seed: int = 0
    off: tuple[str, ...] = ()
    parameters: Parameters = Parameters()
    link: LinkModel = LinkModel()
    histories: dict[str, History] = {}
    script: tuple[Scheduled, ...] = ()
    workloads: tuple[Workload, ...] = ()
    end_us: int | None = None

    def evolve(self, cluster: Cluster) -> None:
        cluster.seed, cluster.off, cluster.parameters = self.seed, self.off, self.parameters
        cluster.script, cluster.script_done, cluster.end_us = self.script, 0, self.end_us
        config = Config(voters=self.nodes)
        whole = Link(self.link)
        cluster.nodes = {name: Node.blank(name, config) for name in self.nodes}
        cluster.links = {a: {b: whole for b in self.nodes if b != a} for a in self.nodes}
        cluster.flights = {}
        for name, history in self.histories.items():
            node = cluster.nodes[name]
            node.current_term, node.voted_for = history.term, history.vote
            node.log = Log(list(history.log))
        cluster.clients = {
            load.client: Client(workload=load, next_due_us=self.at_us + load.start_us) for load in self.workloads
        }

    @property
    def starts_step(self) -> bool:
        return True


class NodeJoined(Event, frozen=True, gc=False):
    """A server is set up: a blank disk, term 0, the configuration that it was started with."""

    id: str | None = None
    config: Config = Config()

    def evolve(self, cluster: Cluster) -> None:
        name = _name(self)
        cluster.nodes[name] = Node.blank(name, self.config)
        cluster.nodes[name].id = self.id


class CommandGiven(Event, frozen=True, gc=False):
    """Somebody did something to the cluster; `scripted` ones come from the scenario."""

    command: AnyCommand
    scripted: bool = False

    def evolve(self, cluster: Cluster) -> None:
        if self.scripted:
            cluster.script_done += 1

    @property
    def starts_step(self) -> bool:
        return True


class ParameterSet(Event, frozen=True, gc=False):
    """One of the cluster's parameters has a new value."""

    name: str
    value: int | bool | str

    def evolve(self, cluster: Cluster) -> None:
        values: dict[str, Any] = {field: getattr(cluster.parameters, field) for field in Parameters.__struct_fields__}
        cluster.parameters = Parameters(**{**values, self.name: self.value})


# --- terms, roles, votes (5.1, 5.2, 5.4.1) -------------------------------------------------------------------


class TermAdvanced(Event, frozen=True, gc=False):
    """A node's current term rises; in the new term it has voted for nobody and knows no leader (5.1)."""

    term: int

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        node.current_term = self.term
        node.voted_for = None
        node.leader = None


class BecameFollower(Event, frozen=True, gc=False):
    """A node becomes, or starts as, a follower (5.1, 5.2)."""

    term: int = UNKNOWN
    leader: str | None = None
    reason: str = ""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        node.role = FOLLOWER
        node.leader = self.leader
        node.votes = {}
        node.progress = {}
        node.waiting = {}
        node.transfer_to = None


class BecamePreCandidate(Event, frozen=True, gc=False):
    """A node asks whether it could win, before it raises its term (dissertation 9.6)."""

    term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        node.role = PRE_CANDIDATE
        node.leader = None
        node.votes = {}


class BecameCandidate(Event, frozen=True, gc=False):
    """A node stands for election in its current term (5.2)."""

    term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        node.role = CANDIDATE
        node.leader = None
        node.votes = {}


class BecameLeader(Event, frozen=True, gc=False):
    """A candidate has the votes of a majority: it leads its term (5.2)."""

    term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        node.role = LEADER
        node.leader = self.node
        node.progress = {}
        node.waiting = {}


class LeaderLearned(Event, frozen=True, gc=False):
    """A node hears who leads its term; None: it no longer knows (5.2)."""

    leader: str | None
    term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).leader = self.leader


class VoteGranted(Event, frozen=True, gc=False):
    """A voter gives its vote of this term to a candidate, itself perhaps (5.2). A pre-vote binds nobody."""

    candidate: str
    term: int = UNKNOWN
    pre: bool = False

    def evolve(self, cluster: Cluster) -> None:
        if not self.pre:
            cluster.node(_name(self)).voted_for = self.candidate


class VoteRefused(Event, frozen=True, gc=False):
    """A voter says no, and why.

    Reasons: "voted" (for another one, in this term), "log" (the candidate's log is behind), "term" (the request is of an older
    term), "lease" (a leader was heard of lately), "learner", "unknown".
    """

    candidate: str
    reason: str
    term: int = UNKNOWN
    pre: bool = False


class VoteCounted(Event, frozen=True, gc=False):
    """A candidate counts an answer (5.2)."""

    voter: str
    granted: bool
    term: int = UNKNOWN
    pre: bool = False

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).votes[self.voter] = self.granted


# --- the log (5.3, 5.4.2) ------------------------------------------------------------------------------------


class EntryAppended(Event, frozen=True, gc=False):
    """A node stores an entry at the end of its log (5.3)."""

    entry: Entry

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).log.append(self.entry)


class LogTruncated(Event, frozen=True, gc=False):
    """A follower drops the entries from an index on, since they conflict with its leader's (5.3)."""

    from_index: int
    last_index: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).log.truncate(self.from_index)


class AppendRefused(Event, frozen=True, gc=False):
    """A follower refuses entries: its log holds nothing that fits before them (5.3), or the term is old (5.1)."""

    leader: str
    prev_log_index: int = UNKNOWN
    reason: str = "log"


class CommitAdvanced(Event, frozen=True, gc=False):
    """A node's commit index rises: what stands up to it will never be undone (5.3, 5.4.2)."""

    index: int

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).commit_index = self.index


class EntryApplied(Event, frozen=True, gc=False):
    """A node's state machine executes a committed entry; `key` and `value` are what it wrote (5.3)."""

    index: int
    key: str | None = None
    value: str = ""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        node.last_applied = self.index
        if self.key is not None:
            node.machine[self.key] = self.value


class ProgressChanged(Event, frozen=True, gc=False):
    """A leader's belief about a peer: matchIndex, nextIndex, how far it has sent (5.3, Figure 2)."""

    peer: str
    match_index: int = 0
    next_index: int = 1
    sent_index: int = 0
    state: str = "probe"

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).progress[self.peer] = Progress(
            self.match_index, self.next_index, self.sent_index, self.state
        )


class ConfigChanged(Event, frozen=True, gc=False):
    """A node uses another configuration from now on (section 6)."""

    config: Config

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).config = self.config


class TransferStarted(Event, frozen=True, gc=False):
    """A leader begins to hand over; None: it has given that up (dissertation 3.10)."""

    target: str | None

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).transfer_to = self.target


class SnapshotTaken(Event, frozen=True, gc=False):
    """A node compacts its log up to an index (section 7)."""

    index: int
    term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).log.compact(self.index, self.term)


class SnapshotInstalled(Event, frozen=True, gc=False):
    """A follower takes over its leader's snapshot (section 7)."""

    index: int
    term: int = UNKNOWN
    machine: dict[str, str] = {}

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        node.log.compact(self.index, self.term)
        node.commit_index = node.last_applied = self.index
        node.machine = dict(self.machine)


# --- messages and timers -------------------------------------------------------------------------------------


class MessageSent(Event, frozen=True, gc=False):
    """A message leaves. Its fate is drawn here: "deliver", "lose" (on the way), or "cut" (there is no link)."""

    to: str
    message: AnyMessage
    due_us: int | None = None
    fate: str = "deliver"

    def evolve(self, cluster: Cluster) -> None:
        cluster.flights[cluster.position] = self
        sender = cluster.nodes.get(self.node)  # type: ignore[arg-type]
        if sender is not None and self.due_us is not None:
            carried = sender.sent.get(self.to)
            sender.sent[self.to] = (1 if carried is None else carried[0] + 1, self.due_us)


class MessageDuplicated(Event, frozen=True, gc=False):
    """The network carries a message a second time; `original` is the position of the event that sent it."""

    to: str
    message: AnyMessage
    original: int
    due_us: int | None = None
    fate: str = "deliver"

    def evolve(self, cluster: Cluster) -> None:
        cluster.flights[cluster.position] = self


class MessageReceived(Event, frozen=True, gc=False):
    """A message arrives. `cause` is the event that sent (or doubled) it, `sender` who did."""

    sender: str
    message: AnyMessage | None = None

    def evolve(self, cluster: Cluster) -> None:
        if self.cause is not None:
            cluster.flights.pop(self.cause, None)

    @property
    def starts_step(self) -> bool:
        return True


class MessageDropped(Event, frozen=True, gc=False):
    """A message dies: "lose", "cut" (no link), "down" (nobody there), "command" (somebody took it away)."""

    sender: str
    reason: str

    def evolve(self, cluster: Cluster) -> None:
        if self.cause is not None:
            cluster.flights.pop(self.cause, None)

    @property
    def starts_step(self) -> bool:
        return self.reason != "command"


class TimerSet(Event, frozen=True, gc=False):
    """A timer starts anew. A drawn one counts as a draw of its node (5.2: election timeouts are random)."""

    timer: str
    due_us: int
    drawn: bool = False

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]  # type: ignore[index]
        node.timers[self.timer] = Timer(self.due_us, cluster.position, self.at_us)
        if self.drawn:
            node.timeouts_drawn += 1


class TimerFired(Event, frozen=True, gc=False):
    """A timer has run out."""

    timer: str

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).timers.pop(self.timer, None)

    @property
    def starts_step(self) -> bool:
        return True


class TimerCancelled(Event, frozen=True, gc=False):
    """A timer is stopped before its time."""

    timer: str

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).timers.pop(self.timer, None)


# --- machines, disks, links ----------------------------------------------------------------------------------


class FsyncStarted(Event, frozen=True, gc=False):
    """A node begins to make its log durable up to an index."""

    due_us: int
    up_to: int

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))

        disk = node.disk or Disk(node.current_term, node.voted_for, node.log.snapshot_index)
        node.disk = Disk(disk.term, disk.vote, disk.index, (self.due_us, self.up_to))


class FsyncDone(Event, frozen=True, gc=False):
    """A node's log is durable up to an index; so are the term and the vote that it held."""

    up_to: int

    def evolve(self, cluster: Cluster) -> None:

        node = cluster.node(_name(self))
        node.disk = Disk(node.current_term, node.voted_for, self.up_to)


class NodeCrashed(Event, frozen=True, gc=False):
    """A process ends. Term, vote and log survive (Figure 2: persistent state); all else is forgotten.

    `last_index` is where the surviving log ends, when that is earlier than the log was.
    """

    last_index: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        node.status = CRASHED
        _forget_volatile(node)
        if self.last_index is not UNKNOWN:
            node.log.truncate(self.last_index + 1)


class NodeRestarted(Event, frozen=True, gc=False):
    """A process starts from its disk, as a follower (5.2). Its commit index begins at the snapshot's again."""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        node.status = UP
        _forget_volatile(node)


class NodePaused(Event, frozen=True, gc=False):
    """A process stops running; messages wait for it, its timers run out unseen."""

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).status = PAUSED


class NodeResumed(Event, frozen=True, gc=False):
    """A paused process goes on: first with the messages that waited, then with the timers that ran out."""

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).status = UP


class NodeRemoved(Event, frozen=True, gc=False):
    """A server has left the cluster for good."""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        node.status = REMOVED
        _forget_volatile(node)


class LinkChanged(Event, frozen=True, gc=False):
    """One direction of a link is cut, mended, or behaves in another way."""

    source: str
    target: str
    cut: bool = False
    model: LinkModel | None = None

    def evolve(self, cluster: Cluster) -> None:
        model = self.model or cluster.link(self.source, self.target).model
        ways = {**cluster.links.get(self.source, {}), self.target: Link(model, self.cut)}
        cluster.links = {**cluster.links, self.source: ways}


# --- clients -------------------------------------------------------------------------------------------------


class ClientAsked(Event, frozen=True, gc=False):
    """A client asks `node` to write `text`; node None: it knew nobody to ask. `next_due_us`: its workload's next."""

    client: str
    sequence: int
    text: str
    next_due_us: int | None = None

    def evolve(self, cluster: Cluster) -> None:
        client = cluster.clients.get(self.client) or Client()
        cluster.clients[self.client] = Client(
            self.sequence,
            (*client.outstanding, self.sequence)[-64:],
            client.retry_due_us,
            client.workload,
            client.next_due_us if self.next_due_us is None else self.next_due_us,
        )

    @property
    def starts_step(self) -> bool:
        return self.cause is None


class RequestAccepted(Event, frozen=True, gc=False):
    """A leader has put a client's request into its log, and will answer once it is applied (5.3)."""

    index: int
    client: str
    sequence: int

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).waiting[self.index] = (self.client, self.sequence)


class ClientAnswered(Event, frozen=True, gc=False):
    """A client gets its answer. Outcomes: "ok", "refused" (not the leader: `leader` is the hint), "unknown" (it may
    have happened or not: the leader was replaced before it could tell), "nobody" (no leader was found)."""

    client: str
    sequence: int
    outcome: str
    index: int = 0
    leader: str | None = None

    def evolve(self, cluster: Cluster) -> None:
        client = cluster.clients.get(self.client)
        if client is not None and self.sequence in client.outstanding:
            left = tuple(number for number in client.outstanding if number != self.sequence)
            cluster.clients[self.client] = Client(
                client.sequence, left, client.retry_due_us, client.workload, client.next_due_us
            )
        if self.index and self.node is not None:
            cluster.node(self.node).waiting.pop(self.index, None)


class RetryScheduled(Event, frozen=True, gc=False):
    """A client will ask again."""

    client: str
    due_us: int

    def evolve(self, cluster: Cluster) -> None:
        client = cluster.clients.get(self.client) or Client()
        cluster.clients[self.client] = Client(
            client.sequence, client.outstanding, self.due_us, client.workload, client.next_due_us
        )


class ReadStarted(Event, frozen=True, gc=False):
    """A node begins to serve a read; it may answer from `read_index` on (dissertation 6.4)."""

    context: str
    read_index: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).reads[self.context] = self.read_index


class ReadAnswered(Event, frozen=True, gc=False):
    """A read has its answer."""

    context: str
    key: str = ""
    value: str | None = None

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(_name(self)).reads.pop(self.context, None)


# --- what importers and the checker say ----------------------------------------------------------------------


class NodeObserved(Event, frozen=True, gc=False):
    """A source shows how a node stands, not how it came to: whatever is given here is so from now on.

    `unknown` names what it could tell before and can't from now on: "vote", "commit", "applied", "last_index", "last_term" ...
    """

    id: str = UNKNOWN
    status: Status = UNKNOWN
    role: Role = UNKNOWN
    term: int = UNKNOWN
    vote: str | None = UNKNOWN
    leader: str | None = UNKNOWN
    commit: int = UNKNOWN
    applied: int = UNKNOWN
    last_index: int = UNKNOWN
    last_term: int = UNKNOWN
    config: Config = UNKNOWN
    unknown: tuple[str, ...] = ()

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(_name(self))
        for field, attribute in _OBSERVED:
            value = getattr(self, field)
            if value is not UNKNOWN or field in self.unknown:
                setattr(node, attribute, value)
        node.log.observe_end(self.last_index, self.last_term)
        if "last_index" in self.unknown:
            node.log.last_index = node.log.last_term = UNKNOWN


_OBSERVED = (
    ("id", "id"),
    ("status", "status"),
    ("role", "role"),
    ("term", "current_term"),
    ("vote", "voted_for"),
    ("leader", "leader"),
    ("commit", "commit_index"),
    ("applied", "last_applied"),
    ("config", "config"),
)


class SourceNoted(Event, frozen=True, gc=False):
    """A source says something that matters to a reader and changes no state (a slow disk, a missed tick)."""

    text: str


class InvariantBroken(Event, frozen=True, gc=False):
    """The checker has found that a property no longer holds."""

    invariant: str
    text: str


def _name(event: Event) -> str:
    """The node of an event that always has one."""
    name = event.node
    assert name is not None, f"{type(event).__name__} needs a node"
    return name


def _forget_volatile(node: Node) -> None:
    """Figure 2's volatile state goes with the process; an unseen node stays unknown."""
    known = node.commit_index is not UNKNOWN
    node.role, node.leader = FOLLOWER, None
    node.commit_index = node.last_applied = node.log.snapshot_index if known else UNKNOWN
    node.votes, node.progress, node.timers, node.waiting, node.reads = {}, {}, {}, {}, {}
    node.machine, node.transfer_to = {}, None


AnyEvent = (
    ClusterCreated | NodeJoined | CommandGiven | ParameterSet | TermAdvanced | BecameFollower | BecamePreCandidate
    | BecameCandidate | BecameLeader | LeaderLearned | VoteGranted | VoteRefused | VoteCounted | EntryAppended
    | LogTruncated | AppendRefused | CommitAdvanced | EntryApplied | ProgressChanged | ConfigChanged | TransferStarted
    | SnapshotTaken | SnapshotInstalled | MessageSent | MessageDuplicated | MessageReceived | MessageDropped
    | TimerSet | TimerFired | TimerCancelled | FsyncStarted | FsyncDone | NodeCrashed | NodeRestarted | NodePaused
    | NodeResumed | NodeRemoved | LinkChanged | ClientAsked | RequestAccepted | ClientAnswered | RetryScheduled
    | ReadStarted | ReadAnswered | NodeObserved | SourceNoted | InvariantBroken
)  # fmt: skip
