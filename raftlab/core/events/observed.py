"""What an importer or the checker says: how things stand, not how they came to."""

from __future__ import annotations

from raftlab.core.events.base import Event
from raftlab.core.log import UNKNOWN
from raftlab.core.model import Cluster, Config, Role, Status


class NodeObserved(Event, frozen=True, gc=False):
    """A source shows how a node stands, not how it came to: whatever is given here is so from now on.

    `unknown` names what it could tell before and can't from now on: "vote", "commit", "applied", "last_index",
    "last_term" ...
    """

    id: str = UNKNOWN
    status: Status = UNKNOWN
    role: Role = UNKNOWN
    term: int = UNKNOWN
    vote: str | None = UNKNOWN
    leader: str | None = UNKNOWN
    commit: int = UNKNOWN
    applied: int = UNKNOWN
    last_index: int = UNKNOWN
    last_term: int = UNKNOWN
    config: Config = UNKNOWN
    unknown: tuple[str, ...] = ()

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        for field, attribute in _OBSERVED:
            value = getattr(self, field)
            if value is not UNKNOWN or field in self.unknown:
                setattr(node, attribute, value)
        node.log.observe_end(self.last_index, self.last_term)
        if "last_index" in self.unknown:
            node.log.last_index = node.log.last_term = UNKNOWN


_OBSERVED = (
    ("id", "id"),
    ("status", "status"),
    ("role", "role"),
    ("term", "current_term"),
    ("vote", "voted_for"),
    ("leader", "leader"),
    ("commit", "commit_index"),
    ("applied", "last_applied"),
    ("config", "config"),
)


class SourceNoted(Event, frozen=True, gc=False):
    """A source says something that matters to a reader and changes no state (a slow disk, a missed tick)."""

    text: str


class InvariantBroken(Event, frozen=True, gc=False):
    """The checker has found that a property no longer holds."""

    invariant: str
    text: str
