"""A cluster's state: the servers, the links between them, the messages under way.

A Cluster holds all that the future depends on, so that a simulation can be resumed from any of them, and a trace
forked at any position. It changes in one way only: an event's `evolve`. Whoever hands a Cluster out hands
out a copy (`Cluster.copy`), which never changes under its holder.

Nobody and not known differ: None is nobody (no vote, no leader), UNKNOWN is "the source can't tell". UNKNOWN is typed
Any on purpose: in our own runs nothing is ever unknown, and the engine need not ask.

Times are integer microseconds since the start (imported traces: since the Unix epoch, or steps). Raft indices
count from 1, positions in a trace from 0.
"""

from __future__ import annotations

from copy import copy
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from raftlab.core.clients import Client, Request, Workload
from raftlab.core.commands import AnyCommand
from raftlab.core.log import UNKNOWN, Entry, Log
from raftlab.core.machine import Machine
from raftlab.core.settings import DiskModel, LinkModel, Parameters
from raftlab.core.values import (
    CatchUp,
    Config,
    Disk,
    Fsync,
    Held,
    Link,
    PendingRead,
    Progress,
    Receiving,
    Snapshot,
    Timer,
    Watch,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.core.events import Event, MessageDuplicated, MessageSent

__all__ = [
    "CANDIDATE", "CRASHED", "FOLLOWER", "LEADER", "PAUSED", "PRE_CANDIDATE", "REMOVED", "UNKNOWN", "UP",
    "CatchUp", "Client", "Cluster", "Config", "Disk", "DiskModel", "Entry", "Fsync", "Held", "Link", "LinkModel", "Log",
    "Machine", "Node", "Nodes", "Parameters", "PendingRead", "Progress", "Receiving", "Request", "Role", "Scheduled",
    "Snapshot", "Status", "Timer", "Watch", "Workload",
]  # fmt: skip


_NONE: Final[dict[str, Any]] = {}
"""An empty table of the kind that is replaced, never changed."""


class Role(Enum):
    """What a running server is (5.1; pre_candidate: dissertation 9.6)."""

    FOLLOWER = "follower"
    PRE_CANDIDATE = "pre_candidate"
    CANDIDATE = "candidate"
    LEADER = "leader"


class Status(Enum):
    """Whether a server's process runs."""

    UP = "up"
    CRASHED = "crashed"
    PAUSED = "paused"
    REMOVED = "removed"


# Bound names: a member look-up on an Enum costs five times as much, and rules ask at every message.
FOLLOWER: Final = Role.FOLLOWER
PRE_CANDIDATE: Final = Role.PRE_CANDIDATE
CANDIDATE: Final = Role.CANDIDATE
LEADER: Final = Role.LEADER
UP: Final = Status.UP
CRASHED: Final = Status.CRASHED
PAUSED: Final = Status.PAUSED
REMOVED: Final = Status.REMOVED


class Scheduled(Struct, frozen=True):
    """A command and the time at which the script gives it."""

    at_us: int
    command: AnyCommand


class Node(Struct):
    """One server. The first half is the algorithm's (Figure 2), the second half is what surrounds it.

    `config` is the configuration in force and `config_index` its entry (0: the one it began with, or the snapshot's).
    `votes` holds the answers that a candidate has counted, its own included. `acked[peer]` is the latest moment, on
    this leader's own clock, at which the peer was sent something that it has answered since: proof that we still led.
    `lease_broken`: it has begun to hand over in this term, so another may lead before a lease runs out. `started_us`
    is when its process began. `reads` and `watches` are by context; `catch_up` is a leader's. `waiting` are the client
    requests that a leader will answer, by log index; `leases` when this leader lets each lease run out.

    `first_config` is the configuration it was set up with. `timers` are the running timers by name ("election",
    "heartbeat", "quorum", "transfer", "batch", "lease"). `disk` is None where all that is written is durable at once,
    `disk_model` None where the cluster's holds; until `stalled_us` the disk does nothing; `held` are the messages that
    wait for it. `sent` is what each outgoing link has carried: (messages, due time of the last one, when the link is
    free again). The node's clock shows `clock_us + (now - clock_set_us) * clock_rate_ppm`.
    Tables that change rarely (reads, watches, leases, held) are replaced, never changed.
    """

    name: str
    id: str | None = None
    status: Status = UP
    role: Role = FOLLOWER
    current_term: int = 0
    voted_for: str | None = None
    leader: str | None = None
    commit_index: int = 0
    last_applied: int = 0
    log: Log = UNKNOWN
    config: Config = UNKNOWN
    config_index: int = 0
    first_config: Config = UNKNOWN
    votes: dict[str, bool] = UNKNOWN
    progress: dict[str, Progress] = UNKNOWN
    acked: dict[str, int] = UNKNOWN
    transfer_to: str | None = None
    lease_broken: bool = False
    catch_up: CatchUp | None = None
    reads: dict[str, PendingRead] = _NONE
    snapshot: Snapshot | None = None
    receiving: Receiving | None = None
    machine: Machine = UNKNOWN
    waiting: dict[int, tuple[str, int]] = UNKNOWN
    watches: dict[str, Watch] = _NONE
    leases: dict[str, int] = _NONE
    timers: dict[str, Timer] = UNKNOWN
    timeouts_drawn: int = 0
    clock_rate_ppm: int = 1_000_000
    clock_set_us: int = 0
    clock_us: int = 0
    disk: Disk | None = None
    disk_model: DiskModel | None = None
    stalled_us: int = 0
    fsyncs: int = 0
    crashes: int = 0
    torn: bool = False
    started_us: int | None = None
    held: tuple[Held, ...] = ()
    sent: dict[str, tuple[int, int, int]] = UNKNOWN

    @classmethod
    def blank(cls, name: str, config: Config) -> Node:
        """A server that has just been set up: term 0, an empty log."""
        return cls(
            name, log=Log(), config=config, first_config=config, votes={}, progress={}, acked={}, timers={},
            machine=Machine(), waiting={}, sent={},
        )  # fmt: skip

    @classmethod
    def unseen(cls, name: str) -> Node:
        """A server of which a source has said nothing but its name."""
        log = Log()
        log.last_index = log.last_term = UNKNOWN
        node = cls.blank(name, UNKNOWN)
        node.status = node.role = node.current_term = node.voted_for = node.leader = UNKNOWN
        node.commit_index = node.last_applied = UNKNOWN
        node.log = log
        return node

    def copy(self) -> Node:
        """A copy that shares nothing which can change."""
        twin = copy(self)
        twin.log = self.log.copy()
        twin.votes = self.votes.copy()
        twin.progress = self.progress.copy()
        twin.acked = self.acked.copy()
        twin.timers = self.timers.copy()
        twin.sent = self.sent.copy()
        twin.machine = self.machine.copy()
        twin.waiting = self.waiting.copy()
        return twin

    def clock(self, now_us: int) -> int:
        """What this node's own clock shows at a moment of simulated time."""
        return self.clock_us + (now_us - self.clock_set_us) * self.clock_rate_ppm // 1_000_000

    @property
    def durable_index(self) -> int:
        """Up to where the log is on disk."""
        return self.log.last_index if self.disk is None else self.disk.index


class Nodes(dict[str, Node]):
    """The nodes by name. One that no event has spoken of yet begins as unseen when an event speaks of it."""

    if TYPE_CHECKING:

        def __getitem__(self, name: str | None) -> Node:
            """Nobody's node doesn't exist: an event that has none never asks."""

    def __missing__(self, name: str) -> Node:
        assert name is not None, "an event without a node can't change one"
        found = self[name] = Node.unseen(name)
        return found


class Cluster:
    """The whole: what the fold of a trace's events up to some position is.

    `position` is that of the NEXT event (so: how many have been folded). `flights` are the messages under way, by the
    position of the event that sent (or doubled) them. `links[a][b]` is the direction from a to b; the table is
    replaced, never changed, when a link changes; `link_model` is how a link behaves that nobody described.
    `script[script_done:]` are the commands still to be given.

    A plain class with slots: every event writes here, and a Struct's attribute takes five times as long to set.
    """

    __slots__ = (
        "clients", "end_us", "flights", "link_model", "links", "nodes", "now_us", "off", "parameters", "position",
        "script", "script_done", "seed",
    )  # fmt: skip

    def __init__(self) -> None:
        self.now_us = 0
        self.position = 0
        self.seed = 0
        self.off: tuple[str, ...] = ()
        self.parameters = Parameters()
        self.script: tuple[Scheduled, ...] = ()
        self.script_done = 0
        self.nodes = Nodes()
        self.links: dict[str, dict[str, Link]] = {}
        self.link_model = LinkModel()
        self.flights: dict[int, MessageSent | MessageDuplicated] = {}
        self.clients: dict[str, Client] = {}
        self.end_us: int | None = None

    @classmethod
    def empty(cls) -> Cluster:
        """Before event 0: nothing at all."""
        return cls()

    def copy(self) -> Cluster:
        """A copy that shares nothing which can change; some microseconds."""
        twin = Cluster.__new__(Cluster)
        for name in Cluster.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.nodes = Nodes({name: node.copy() for name, node in self.nodes.items()})
        twin.flights = self.flights.copy()
        twin.clients = self.clients.copy()
        return twin

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cluster):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in Cluster.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Cluster(at {self.now_us}, before event {self.position}, {', '.join(map(repr, self.nodes.values()))})"

    def disk_model(self, node: Node) -> DiskModel | None:
        """How a node's disk behaves; None: what it writes is durable at once."""
        if node.disk_model is not None:
            return node.disk_model
        it = self.parameters
        if not (it.disk_write_us or it.disk_fsync_us or it.disk_fsync_jitter_us):
            return None
        return DiskModel(it.disk_write_us, it.disk_fsync_us, it.disk_fsync_jitter_us)

    def spin_up(self, node: Node) -> None:
        """What a node holds now is on its disk: it has just started, or its disk has just come to matter."""
        if node.disk is None and self.disk_model(node) is not None:
            node.disk = Disk(node.current_term, node.voted_for, node.log.last_index)

    def fold(self, events: Iterable[Event]) -> None:
        """Let events happen to this state, in order. The one way in which a Cluster changes."""
        position = self.position
        for event in events:
            event.evolve(self)
            self.now_us = event.at_us
            position += 1
            self.position = position

    def node(self, name: str) -> Node:
        """The node of that name; one that no event has spoken of yet begins as unseen."""
        return self.nodes[name]

    def link(self, source: str, target: str) -> Link:
        """The link from one node to another; one that nobody described is whole."""
        ways = self.links.get(source)
        found = None if ways is None else ways.get(target)
        return Link(self.link_model) if found is None else found

    def is_cut(self, source: str, target: str) -> bool:
        """Whether no message goes from source to target."""
        return self.link(source, target).cut

    def leaders(self) -> list[Node]:
        """The running nodes that believe they lead, highest term first."""
        found = [node for node in self.nodes.values() if node.role is LEADER and node.status in (UP, PAUSED)]
        return sorted(found, key=lambda node: -node.current_term)

    def leader(self) -> Node | None:
        """The leader of the highest term, if any node leads."""
        leaders = self.leaders()
        return leaders[0] if leaders else None
