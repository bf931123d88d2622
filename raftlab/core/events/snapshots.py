"""Snapshots and compaction (section 7)."""

from __future__ import annotations

from raftlab.core.events.base import Event
from raftlab.core.log import UNKNOWN
from raftlab.core.model import Cluster, Config, Disk, Receiving, Snapshot


class SnapshotTaken(Event, frozen=True, gc=False):
    """A node writes a snapshot of all that it has applied, up to an index, and compacts its log (section 7).

    The log is forgotten up to `compacted_index` only, so that peers that are a little behind needn't be sent the
    snapshot; UNKNOWN: up to the snapshot's own index.
    """

    index: int
    term: int = UNKNOWN
    config: Config = UNKNOWN
    compacted_index: int = UNKNOWN
    compacted_term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        if self.config is not UNKNOWN:
            node.snapshot = Snapshot(self.index, self.term, self.config, node.machine.copy())
        if self.compacted_index is UNKNOWN:
            node.log.compact(self.index, self.term)
        elif self.compacted_index > node.log.snapshot_index:
            node.log.compact(self.compacted_index, self.compacted_term)


class SnapshotChunkStored(Event, frozen=True, gc=False):
    """A follower has a piece of its leader's snapshot; the first one (offset 0) forgets an older one (Figure 13)."""

    index: int
    term: int
    offset: int
    data: str

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        before = "" if node.receiving is None or self.offset == 0 else node.receiving.text
        node.receiving = Receiving(self.index, self.term, before + self.data)


class SnapshotInstalled(Event, frozen=True, gc=False):
    """A follower takes over its leader's snapshot (section 7). `machine` is the state machine in it, as its dump says;
    UNKNOWN: the source doesn't tell."""

    index: int
    term: int = UNKNOWN
    config: Config = UNKNOWN
    machine: str = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.log.compact(self.index, self.term)
        node.commit_index = node.last_applied = self.index
        node.receiving = None
        if self.machine is not UNKNOWN:
            node.machine.install(self.machine)
        if self.config is not UNKNOWN:
            node.config, node.config_index = self.config, 0
            node.snapshot = Snapshot(self.index, self.term, self.config, node.machine.copy())
        if node.disk is not None:
            # A snapshot is written before it is used, so the disk holds all up to it.
            disk = node.disk.without(node.log.last_index + 1)
            node.disk = Disk(disk.term, disk.vote, max(disk.index, self.index), disk.pending)
