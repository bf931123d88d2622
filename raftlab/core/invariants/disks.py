"""What is durable (Figure 2's persistent state): the disks, as their events tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raftlab.core.events import ClusterCreated, DiskChanged, FsyncDone, FsyncStarted, ParameterSet
    from raftlab.core.invariants.mirror import Mirror, Mirrors


class Disks:
    """Keeps what each server has on disk. Where nothing says that a disk takes time, a write is durable at once."""

    def __init__(self, nodes: Mirrors) -> None:
        self._nodes = nodes
        self._costs: dict[str, int] = {}

    def created(self, event: ClusterCreated) -> None:
        """The disks that the cluster begins with hold what its servers hold."""
        for name in _COSTS:
            self._costs[name] = getattr(event.parameters, name)
        for name, model in event.disks.items():
            self._nodes[name].disk_model = model
        for name in event.nodes:
            self.spin_up(self._nodes[name])

    def parameter_set(self, event: ParameterSet) -> None:
        """Disks may come to matter, or cease to."""
        if event.name in _COSTS:
            self._costs[event.name] = int(event.value)
            for mirror in self._nodes.values():
                self._turn(mirror)

    def changed(self, event: DiskChanged) -> None:
        """A server's disk behaves in another way."""
        mirror = self._nodes[event.node]
        if event.model is not None:
            mirror.disk_model = event.model
        self._turn(mirror)

    def spin_up(self, mirror: Mirror) -> None:
        """A server starts: what it has, it has from its disk."""
        mirror.durable = mirror.last if self._takes_time(mirror) else None
        mirror.syncing = 0
        mirror.saved = (mirror.term, mirror.votes.get(mirror.term))
        mirror.torn = None

    def fsync_started(self, event: FsyncStarted) -> None:
        """What has been written so far is on its way to the disk."""
        mirror = self._nodes[event.node]
        mirror.syncing = min(event.up_to, mirror.last)

    def fsync_done(self, event: FsyncDone) -> None:
        """What had been written then, and wasn't dropped since, is durable."""
        mirror = self._nodes[event.node]
        if mirror.durable is not None:
            mirror.durable = max(mirror.durable, min(event.up_to, mirror.syncing))
        mirror.saved = (event.term, event.vote)

    def _turn(self, mirror: Mirror) -> None:
        if not self._takes_time(mirror):
            mirror.durable = None
        elif mirror.durable is None:
            mirror.durable = mirror.last
            mirror.saved = (mirror.term, mirror.votes.get(mirror.term))

    def _takes_time(self, mirror: Mirror) -> bool:
        return mirror.disk_model is not None or any(self._costs.values())


_COSTS = ("disk_write_us", "disk_fsync_us", "disk_fsync_jitter_us")
