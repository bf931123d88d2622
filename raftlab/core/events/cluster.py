"""The cluster and its machines: who is there, what people do to it, what runs, which links are whole, what is on
disk."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from raftlab.core.commands import AnyCommand
from raftlab.core.events.base import Event, name_of
from raftlab.core.log import UNKNOWN, Entry, Log
from raftlab.core.model import (
    CRASHED,
    FOLLOWER,
    PAUSED,
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
    Scheduled,
    Workload,
)


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
        name = name_of(self)
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


class NodeCrashed(Event, frozen=True, gc=False):
    """A process ends. Term, vote and log survive (Figure 2: persistent state); all else is forgotten.

    `last_index` is where the surviving log ends, when that is earlier than the log was.
    """

    last_index: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(name_of(self))
        node.status = CRASHED
        _forget_volatile(node)
        if self.last_index is not UNKNOWN:
            node.log.truncate(self.last_index + 1)


class NodeRestarted(Event, frozen=True, gc=False):
    """A process starts from its disk, as a follower (5.2). Its commit index begins at the snapshot's again."""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(name_of(self))
        node.status = UP
        _forget_volatile(node)


class NodePaused(Event, frozen=True, gc=False):
    """A process stops running; messages wait for it, its timers run out unseen."""

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(name_of(self)).status = PAUSED


class NodeResumed(Event, frozen=True, gc=False):
    """A paused process goes on: first with the messages that waited, then with the timers that ran out."""

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(name_of(self)).status = UP


class NodeRemoved(Event, frozen=True, gc=False):
    """A server has left the cluster for good."""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(name_of(self))
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


class FsyncStarted(Event, frozen=True, gc=False):
    """A node begins to make its log durable up to an index."""

    due_us: int
    up_to: int

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(name_of(self))

        disk = node.disk or Disk(node.current_term, node.voted_for, node.log.snapshot_index)
        node.disk = Disk(disk.term, disk.vote, disk.index, (self.due_us, self.up_to))


class FsyncDone(Event, frozen=True, gc=False):
    """A node's log is durable up to an index; so are the term and the vote that it held."""

    up_to: int

    def evolve(self, cluster: Cluster) -> None:

        node = cluster.node(name_of(self))
        node.disk = Disk(node.current_term, node.voted_for, self.up_to)


def _forget_volatile(node: Node) -> None:
    """Figure 2's volatile state goes with the process; an unseen node stays unknown."""
    known = node.commit_index is not UNKNOWN
    node.role, node.leader = FOLLOWER, None
    node.commit_index = node.last_applied = node.log.snapshot_index if known else UNKNOWN
    node.votes, node.progress, node.timers, node.waiting, node.reads = {}, {}, {}, {}, {}
    node.machine, node.transfer_to = {}, None
