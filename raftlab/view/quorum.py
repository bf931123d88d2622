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


def voters_of(config: Config) -> tuple[str, ...]:
    """Everybody whose vote counts, each once; in a joint configuration those of both halves."""
    return tuple(dict.fromkeys(config.voters + config.outgoing))


def count_words(config: Config, names: Collection[str]) -> str:
    """How many voters these are: "3 of 5"; in a joint configuration "2 of 3 new and 1 of 3 old"."""
    new = f"{sum(name in names for name in config.voters)} of {len(config.voters)}"
    if not config.outgoing:
        return new
    return f"{new} new and {sum(name in names for name in config.outgoing)} of {len(config.outgoing)} old"


def need_words(config: Config) -> str:
    """How many make a majority: "3 of 5"; in a joint configuration "2 of 3 new and 2 of 3 old"."""
    new = f"{majority(len(config.voters))} of {len(config.voters)}"
    if not config.outgoing:
        return new
    return f"{new} new and {majority(len(config.outgoing))} of {len(config.outgoing)} old"


def majority_words(config: Config) -> str:
    """The arithmetic for a rule's line: "majority of 5 = 3"."""
    if config.outgoing:
        return f"majorities: {need_words(config)}"
    return f"majority of {len(config.voters)} = {majority(len(config.voters))}"


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
    for name in voters_of(config):
        node = cluster.nodes.get(name)
        if node is not None and node.log.term_at(index) == term:
            found.append(name)
    return found
