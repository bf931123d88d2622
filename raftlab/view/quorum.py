"""Who may vote, how many make a majority, and whether these few can commit: for words and names, never for
decisions.

The engine counts its own quorums; this is how a face tells what it sees (sections 5.2, 5.3; 6 for joint
configurations).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.model import CRASHED, PAUSED, REMOVED, UNKNOWN, Config

if TYPE_CHECKING:
    from collections.abc import Collection

    from raftlab.core.model import Cluster


def majority(size: int) -> int:
    """More than half of `size`."""
    return size // 2 + 1


def configuration(cluster: Cluster) -> Config:
    """The configuration to go by: the newest leader's, else one that a node knows, else everybody votes."""
    leader = cluster.leader()
    nodes = [leader, *cluster.nodes.values()] if leader is not None else list(cluster.nodes.values())
    for node in nodes:
        if node.config is not UNKNOWN and node.config.voters:
            return node.config
    return Config(voters=tuple(cluster.nodes))


def is_quorum(config: Config, names: Collection[str]) -> bool:
    """Whether these are a majority of the voters (in a joint configuration: of both halves)."""
    halves = [half for half in (config.voters, config.outgoing) if half]
    return all(sum(name in names for name in half) >= majority(len(half)) for half in halves)


def is_running(cluster: Cluster, name: str) -> bool:
    """Whether a node's process runs, for all that is known."""
    node = cluster.nodes.get(name)
    return node is not None and node.status not in (CRASHED, PAUSED, REMOVED)


def running(cluster: Cluster, names: Collection[str]) -> list[str]:
    """Those whose process runs."""
    return [name for name in names if is_running(cluster, name)]


def holders(cluster: Cluster, index: int, term: int, config: Config) -> list[str]:
    """The voters whose log holds the entry (index, term)."""
    found = []
    for name in config.voters:
        node = cluster.nodes.get(name)
        if node is not None and node.log.term_at(index) == term:
            found.append(name)
    return found
