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
    DiskModel,
    Link,
    LinkModel,
    Machine,
    Node,
    Nodes,
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
    """The first event of every trace: who is there and how everything is set.

    `links`, `clocks` and `disks` are those that differ from the rest: models by source and target, clock rates in
    parts per million, disks by node. `learners` are the nodes that begin as learners.
    """

    nodes: tuple[str, ...] = ()
    seed: int = 0
    off: tuple[str, ...] = ()
    parameters: Parameters = Parameters()
    link: LinkModel = LinkModel()
    histories: dict[str, History] = {}
    script: tuple[Scheduled, ...] = ()
    workloads: tuple[Workload, ...] = ()
    end_us: int | None = None
    learners: tuple[str, ...] = ()
    links: dict[str, dict[str, LinkModel]] = {}
    clocks: dict[str, int] = {}
    disks: dict[str, DiskModel] = {}

    def evolve(self, cluster: Cluster) -> None:
        cluster.seed, cluster.off, cluster.parameters = self.seed, self.off, self.parameters
        cluster.script, cluster.script_done, cluster.end_us = self.script, 0, self.end_us
        config = Config(tuple(it for it in self.nodes if it not in self.learners), (), self.learners)
        whole = Link(self.link)
        cluster.link_model = self.link
        cluster.nodes = Nodes({name: Node.blank(name, config) for name in self.nodes})
        shared = Machine()  # the nodes apply the same entries: one history serves all
        for node in cluster.nodes.values():
            node.machine = shared.copy()
        cluster.links = {a: {b: whole for b in self.nodes if b != a} for a in self.nodes}
        for source, ways in self.links.items():
            cluster.links[source].update({target: Link(model) for target, model in ways.items()})
        for name, rate_ppm in self.clocks.items():
            cluster.nodes[name].clock_rate_ppm = rate_ppm
        for name, model in self.disks.items():
            cluster.nodes[name].disk_model = model
        cluster.flights = {}
        for name, history in self.histories.items():
            node = cluster.nodes[name]
            node.current_term, node.voted_for = history.term, history.vote
            node.log = Log(list(history.log))
            for entry in history.log:
                if entry.kind == "config" and self.parameters.config_on == "append":
                    node.config, node.config_index = Config.parse(entry.text), entry.index
        for node in cluster.nodes.values():
            cluster.spin_up(node)
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
        cluster.spin_up(cluster.nodes[name])
        for other in cluster.nodes.values():
            if other.name != name:
                cluster.nodes[name].machine = other.machine.reborn()
                break
        if cluster.links:
            whole = Link(cluster.link_model)
            links = {source: {**ways, name: whole} for source, ways in cluster.links.items() if source != name}
            cluster.links = {**links, name: {target: whole for target in cluster.nodes if target != name}}


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


class CommandLeftOut(Event, frozen=True, gc=False):
    """A command of the scenario isn't given: somebody asks what would be without it."""

    command: AnyCommand

    def evolve(self, cluster: Cluster) -> None:
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
        for node in cluster.nodes.values():
            cluster.spin_up(node)


class NodeCrashed(Event, frozen=True, gc=False):
    """A process ends. Term, vote and log survive (Figure 2: persistent state); all else is forgotten.

    What was not on disk yet is lost: `last_index` is where the surviving log ends when that is earlier than the log
    was, `term` and `vote` what the disk holds when it is older. `torn`: the disk lost what it had said was durable; a
    server that finds such a log doesn't start (see DiskFoundTorn).
    """

    last_index: int = UNKNOWN
    term: int = UNKNOWN
    vote: str | None = None
    config: Config = UNKNOWN
    config_index: int = 0
    torn: bool = False

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.status = CRASHED
        node.crashes += 1
        node.torn = self.torn
        if self.last_index is not UNKNOWN:
            node.log.truncate(self.last_index + 1)
        if self.term is not UNKNOWN:
            node.current_term, node.voted_for = self.term, self.vote
        if self.config is not UNKNOWN:
            node.config, node.config_index = self.config, self.config_index
        _forget_volatile(node, cluster)


class NodeRestarted(Event, frozen=True, gc=False):
    """A process starts from its disk, as a follower (5.2). Its commit index begins at the snapshot's again."""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.status = UP
        node.started_us = self.at_us
        _forget_volatile(node, cluster)
        cluster.spin_up(node)


class NodePaused(Event, frozen=True, gc=False):
    """A process stops running; messages wait for it, its timers run out unseen."""

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].status = PAUSED


class NodeResumed(Event, frozen=True, gc=False):
    """A paused process goes on: first with the messages that waited, then with the timers that ran out."""

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].status = UP


class NodeRemoved(Event, frozen=True, gc=False):
    """A server has left the cluster for good."""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.status = REMOVED
        _forget_volatile(node, cluster)


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


class ClockChanged(Event, frozen=True, gc=False):
    """A node's clock runs at another rate from now on, in parts per million of true time."""

    rate_ppm: int

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.clock_us, node.clock_set_us = node.clock(self.at_us), self.at_us
        node.clock_rate_ppm = self.rate_ppm


def _forget_volatile(node: Node, cluster: Cluster) -> None:
    """Figure 2's volatile state goes with the process; an unseen node stays unknown.

    Where a configuration counts once it is applied (etcd), how far was committed then is on disk with it: a leader that
    didn't know it after a restart could send its followers two changes at once.
    """
    known = node.commit_index is not UNKNOWN
    snapshot = node.snapshot
    node.role, node.leader = FOLLOWER, None
    start = node.log.snapshot_index if snapshot is None else snapshot.index
    committed = max(start, node.config_index) if cluster.parameters.config_on == "apply" else start
    node.commit_index, node.last_applied = (committed, start) if known else (UNKNOWN, UNKNOWN)
    node.votes, node.progress, node.acked, node.timers, node.waiting = {}, {}, {}, {}, {}
    node.reads, node.watches, node.leases = {}, {}, {}
    node.machine = node.machine.reborn() if snapshot is None else snapshot.machine.copy()
    node.transfer_to = node.catch_up = node.receiving = node.disk = None
    node.held = ()
