"""What a node is at a glance: one look for each role and mishap, with its word and its glyph.

Shape and word carry the meaning, colour only helps: whoever prints in grey, or can't tell the colours
apart, misses nothing.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from raftlab.core.model import (
    CANDIDATE,
    CRASHED,
    FOLLOWER,
    LEADER,
    PAUSED,
    PRE_CANDIDATE,
    REMOVED,
    UNKNOWN,
)

if TYPE_CHECKING:
    from raftlab.core.model import Cluster, Node


class Look(Enum):
    """A look, and what it is called."""

    LEADER = "leader"
    OLD_LEADER = "old leader"
    CANDIDATE = "candidate"
    PRE_CANDIDATE = "pre-candidate"
    FOLLOWER = "follower"
    LEARNER = "learner"
    CRASHED = "crashed"
    PAUSED = "paused"
    REMOVED = "removed"
    UNKNOWN = "unknown"


GLYPHS: dict[Look, str] = {
    Look.LEADER: "♛",
    Look.OLD_LEADER: "♕",
    Look.CANDIDATE: "◆",
    Look.PRE_CANDIDATE: "◇",
    Look.FOLLOWER: "●",
    Look.LEARNER: "◌",
    Look.CRASHED: "✕",
    Look.PAUSED: "‖",
    Look.REMOVED: "·",
    Look.UNKNOWN: "?",
}
"""One character for each look, for a terminal."""

_ROLES = {
    FOLLOWER: Look.FOLLOWER,
    CANDIDATE: Look.CANDIDATE,
    PRE_CANDIDATE: Look.PRE_CANDIDATE,
    LEADER: Look.LEADER,
}
_MISHAPS = {CRASHED: Look.CRASHED, PAUSED: Look.PAUSED, REMOVED: Look.REMOVED}


def look_of(cluster: Cluster, node: Node) -> Look:
    """How a node looks. An old leader leads on although another leads a higher term."""
    if node.status in _MISHAPS:
        return _MISHAPS[node.status]
    if node.role is UNKNOWN:
        return Look.UNKNOWN
    if node.role is LEADER:
        newest = cluster.leader()
        behind = newest is not None and _term(newest) > _term(node)
        return Look.OLD_LEADER if behind else Look.LEADER
    return Look.LEARNER if node.role is FOLLOWER and not _has_vote(cluster, node) else _ROLES[node.role]


def word_for(cluster: Cluster, node: Node) -> str:
    """The word under a node: its look's, or more where there is more to say.

    A follower that nobody leads: whom it has voted for. A leader that hands over: to whom. A server without a vote:
    whether it is a learner, has just been set up, or isn't in the configuration any more.
    """
    look = look_of(cluster, node)
    if look is Look.FOLLOWER and node.leader is None and node.voted_for not in (None, UNKNOWN, node.name):
        return f"voted {node.voted_for}"
    if look is Look.LEADER and node.transfer_to:
        return f"leader → {node.transfer_to}"
    if look is Look.LEARNER and node.name not in (*node.config.learners, *_learners(cluster)):
        return "newcomer" if not node.config.voters else "outsider"
    return look.value


def _has_vote(cluster: Cluster, node: Node) -> bool:
    """Whether a node votes, as far as it knows itself; one of which nobody has told the configuration does."""
    config = node.config
    if config is UNKNOWN or node.name in (*config.voters, *config.outgoing):
        return True
    # A source may call members otherwise than nodes: then nothing can be said.
    return bool(config.voters) and not any(name in cluster.nodes for name in config.voters)


def _learners(cluster: Cluster) -> tuple[str, ...]:
    """The leader's learners: whoever catches up is one before its own log says so."""
    leader = cluster.leader()
    return () if leader is None or leader.config is UNKNOWN else leader.config.learners


def _term(node: Node) -> int:
    return -1 if node.current_term is UNKNOWN else node.current_term
