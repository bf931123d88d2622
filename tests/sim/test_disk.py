"""What a crash leaves on a disk."""

from __future__ import annotations

import pytest

from raftlab.core.chance import Chance
from raftlab.core.events import SnapshotTaken
from raftlab.core.model import Cluster, Config, Disk, Entry, Node, Parameters
from raftlab.sim.disk import crash


@pytest.mark.parametrize("seed", range(8))
def test_no_crash_takes_back_what_a_snapshot_holds(seed: int) -> None:
    """A follower may have applied, and put into a snapshot, what its own fsync hasn't reached yet."""
    cluster = Cluster()
    cluster.parameters = Parameters(disk_fsync_us=10)
    node = cluster.nodes["n1"] = Node.blank("n1", Config(("n1",)))
    node.current_term = 2
    node.log.extend(tuple(Entry(index, 2, "normal", "") for index in range(1, 12)))
    node.disk = Disk(1, None, 3)
    node.commit_index = node.last_applied = 10
    SnapshotTaken(1, "n1", None, None, 10, 2, node.config, 8, 2).evolve(cluster)

    crash(cluster, node, 2, 0, Chance(seed), 0).evolve(cluster)

    assert node.log.last_index >= 10
    assert node.current_term == 2
