"""The disk: what is durable, and what waits for it (Figure 2: "updated on stable storage before responding")."""

from __future__ import annotations

from raftlab.core.events.base import Event
from raftlab.core.log import UNKNOWN
from raftlab.core.messages import AnyMessage
from raftlab.core.model import Cluster, Disk, DiskModel, Fsync, Held


class FsyncStarted(Event, frozen=True, gc=False):
    """A node begins to make durable what it has written: its term, its vote, its log up to an index.

    What it writes meanwhile waits for the next one, together: group commit.
    """

    due_us: int
    up_to: int
    term: int = UNKNOWN
    vote: str | None = None

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        pending = Fsync(self.due_us, cluster.position, self.up_to, self.term, self.vote)
        disk = node.disk or Disk()
        node.disk = Disk(disk.term, disk.vote, disk.index, pending)
        node.fsyncs += 1


class FsyncDone(Event, frozen=True, gc=False):
    """What a node had written when the fsync began is durable now."""

    up_to: int
    term: int = UNKNOWN
    vote: str | None = None

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        # A snapshot that was installed meanwhile is on disk further than this fsync reaches.
        durable = self.up_to if node.disk is None else max(self.up_to, node.disk.index)
        node.disk = Disk(self.term, self.vote, durable)

    @property
    def starts_step(self) -> bool:
        return True


class DiskFoundTorn(Event, frozen=True, gc=False):
    """A server that starts finds that its disk lost what it had said was durable. It doesn't start: it may have voted,
    or acknowledged entries, on the strength of what is gone (etcd stops too, with a CRC that doesn't match)."""


class MessageHeld(Event, frozen=True, gc=False):
    """A message waits for the disk, since it promises what isn't durable yet.

    `next`: it waits for the fsync after the one that is under way.
    """

    to: str
    message: AnyMessage
    next: bool = False

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.held = (*node.held, Held(self.to, self.message, self.rule or "", self.next))


class HeldReleased(Event, frozen=True, gc=False):
    """The messages that waited for the fsync that is done may go; the others wait for the next one."""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.held = tuple(Held(it.to, it.message, it.rule, False) for it in node.held if it.next)


class DiskChanged(Event, frozen=True, gc=False):
    """A node's disk behaves in another way from now on; until `stalled_us` it does nothing at all."""

    model: DiskModel | None = None
    stalled_us: int = 0

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        if self.model is not None:
            node.disk_model = self.model
        node.stalled_us = self.stalled_us
        cluster.spin_up(node)
