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
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.commands import AnyCommand
from raftlab.core.log import UNKNOWN, Entry, Log

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.core.events import Event, MessageDuplicated, MessageSent

__all__ = [
    "CANDIDATE", "CRASHED", "FOLLOWER", "LEADER", "PAUSED", "PRE_CANDIDATE", "REMOVED", "UNKNOWN", "UP",
    "Client", "Cluster", "Config", "Disk", "Entry", "Link", "LinkModel", "Log", "Node", "Parameters", "Progress",
    "Role", "Scheduled", "Status", "Timer", "Workload",
]  # fmt: skip


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


class Parameters(Struct, frozen=True):
    """What a cluster is set to; scenarios and `--set` change them by these names.

    Durations in microseconds. The defaults are the paper's: timeouts of 150-300 ms (section 9.3), no no-op entry.
    """

    election_timeout_min_us: int = 150_000
    election_timeout_max_us: int = 300_000
    heartbeat_interval_us: int = 50_000
    noop_on_election: bool = False
    back_off: str = "by_one"
    max_entries_per_message: int = 16


class LinkModel(Struct, frozen=True):
    """How one direction of a link behaves.

    A message takes latency_us plus up to jitter_us (uniform), is lost or carried twice with these probabilities
    (parts per million, so that no float ever decides), and keeps its order unless `reorder` lets jitter change it.
    """

    latency_us: int = 10_000
    jitter_us: int = 5_000
    loss_ppm: int = 0
    duplicate_ppm: int = 0
    reorder: bool = False


class Link(Struct, frozen=True):
    """One direction of a link: its model, and whether it is cut."""

    model: LinkModel
    cut: bool = False


class Config(Struct, frozen=True, gc=False):
    """Who belongs to the cluster (section 6). `outgoing` is the old half of a joint configuration."""

    voters: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    learners: tuple[str, ...] = ()

    def members(self) -> tuple[str, ...]:
        """Everybody who is sent entries, each once, voters first."""
        return tuple(dict.fromkeys(self.voters + self.outgoing + self.learners))


class Progress(Struct, frozen=True, gc=False):
    """What a leader believes of one peer: nextIndex and matchIndex of Figure 2, and how far it has sent."""

    match_index: int = 0
    next_index: int = 1
    sent_index: int = 0
    state: str = "probe"


class Timer(Struct, frozen=True, gc=False):
    """A running timer: when it is due, the position of the event that set it, and when that was."""

    due_us: int
    position: int
    since_us: int


class Disk(Struct, frozen=True, gc=False):
    """What is durable, where that differs from what the server holds in memory.

    `pending` is the fsync under way: (due_us, last index that it covers).
    """

    term: int = 0
    vote: str | None = None
    index: int = 0
    pending: tuple[int, int] | None = None


class Workload(Struct, frozen=True):
    """A client that proposes at a steady pace; `{n}` in its text is the number of the request (from 1)."""

    every_us: int
    text: str = "x={n}"
    start_us: int = 0
    client: str = "c1"


class Client(Struct, frozen=True, gc=False):
    """A client: how many requests it has made, which are unanswered, when it asks or retries next."""

    sequence: int = 0
    outstanding: tuple[int, ...] = ()
    retry_due_us: int | None = None
    workload: Workload | None = None
    next_due_us: int | None = None


class Scheduled(Struct, frozen=True):
    """A command and the time at which the script gives it."""

    at_us: int
    command: AnyCommand


class Node(Struct):
    """One server. The first half is the algorithm's (Figure 2), the second half is what surrounds it.

    `votes` holds the answers that a candidate has counted, its own included; `timers` the running timers by name
    ("election", "heartbeat"); `waiting` the client requests that a leader will answer, by log index; `sent` what each
    outgoing link has carried: (messages, due time of the last one); `machine` the replicated state machine.
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
    votes: dict[str, bool] = UNKNOWN
    progress: dict[str, Progress] = UNKNOWN
    transfer_to: str | None = None
    reads: dict[str, int] = UNKNOWN
    timers: dict[str, Timer] = UNKNOWN
    timeouts_drawn: int = 0
    clock_rate_ppm: int = 1_000_000
    disk: Disk | None = None
    machine: dict[str, str] = UNKNOWN
    waiting: dict[int, tuple[str, int]] = UNKNOWN
    sent: dict[str, tuple[int, int]] = UNKNOWN

    @classmethod
    def blank(cls, name: str, config: Config) -> Node:
        """A server that has just been set up: term 0, an empty log."""
        return cls(
            name, log=Log(), config=config, votes={}, progress={}, reads={}, timers={}, machine={}, waiting={}, sent={}
        )

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
        twin.timers = self.timers.copy()
        twin.sent = self.sent.copy()
        twin.machine = self.machine.copy()
        twin.waiting = self.waiting.copy()
        twin.reads = self.reads.copy()
        return twin


class Cluster(Struct):
    """The whole: what the fold of a trace's events up to some position is.

    `position` is that of the NEXT event (so: how many have been folded). `flights` are the messages under way, by the
    position of the event that sent (or doubled) them. `links[a][b]` is the direction from a to b; the table is
    replaced, never changed, when a link changes. `script[script_done:]` are the commands still to be given.
    """

    now_us: int = 0
    position: int = 0
    seed: int = 0
    off: tuple[str, ...] = ()
    parameters: Parameters = Parameters()
    script: tuple[Scheduled, ...] = ()
    script_done: int = 0
    nodes: dict[str, Node] = UNKNOWN
    links: dict[str, dict[str, Link]] = UNKNOWN
    flights: dict[int, MessageSent | MessageDuplicated] = UNKNOWN
    clients: dict[str, Client] = UNKNOWN
    end_us: int | None = None

    @classmethod
    def empty(cls) -> Cluster:
        """Before event 0: nothing at all."""
        return cls(nodes={}, links={}, flights={}, clients={})

    def copy(self) -> Cluster:
        """A copy that shares nothing which can change; some microseconds."""
        twin = copy(self)
        twin.nodes = {name: node.copy() for name, node in self.nodes.items()}
        twin.flights = self.flights.copy()
        twin.clients = self.clients.copy()
        return twin

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
        found = self.nodes.get(name)
        if found is None:
            found = self.nodes[name] = Node.unseen(name)
        return found

    def link(self, source: str, target: str) -> Link:
        """The link from one node to another; one that nobody described is whole."""
        return self.links.get(source, {}).get(target, _WHOLE)

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


_WHOLE: Final = Link(LinkModel())
