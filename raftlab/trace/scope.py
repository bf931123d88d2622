"""What a query's names mean: functions, the event, the cluster after it, and each node as plain words and numbers.

The language itself, and what of it is allowed, is described in `query`; nothing here parses a text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from raftlab.core import events as e
from raftlab.core.errors import QueryError
from raftlab.core.log import UNKNOWN, Log
from raftlab.core.model import CRASHED, LEADER, REMOVED, UP, Cluster, Node
from raftlab.trace.terms import event_terms, message_type

Describe = Callable[[e.Event], str]

FUNCTIONS: dict[str, Any] = {
    "any": any,
    "all": all,
    "len": len,
    "max": lambda values: max(values, default=0),
    "min": lambda values: min(values, default=0),
    "sum": sum,
    "sorted": sorted,
    "abs": abs,
    "count": lambda answers: sum(1 for answer in answers if answer),
}
METHODS = frozenset({"value", "log_has", "log_term", "entry", "match_index", "next_index", "progress"})
EVENT_NAMES = frozenset({"kind", "node", "rule", "text", "event", "message", "event_terms"})
CLUSTER_NAMES = frozenset(
    {"nodes", "up", "leader", "leaders", "term", "commit", "quorum", "seconds", "at", "cut", "logs_equal"}
)

UNASKED_KINDS: Final = frozenset(
    {
        e.MessageSent, e.MessageDuplicated, e.MessageReceived, e.MessageDropped, e.TimerSet, e.TimerFired,
        e.TimerCancelled,
    }
)  # fmt: skip
"""What changes only flights and timers, for which there is no name here: of a node that is known already, no answer
about the state changes with them."""


class Scope(dict[str, Any]):
    """Looks names up when they are first asked for. (The globals of what is run: generators see no locals.)"""

    def __init__(self, describe: Describe | None) -> None:
        super().__init__(__builtins__={})
        self.event: e.Event | None = None
        self.cluster: Cluster | None = None
        self._describe = describe

    def __missing__(self, name: str) -> Any:
        found = self[name] = self._find(name)
        return found

    def _find(self, name: str) -> Any:
        if name in FUNCTIONS:
            return FUNCTIONS[name]
        if name in EVENT_NAMES:
            return self._of_event(name)
        cluster = self.cluster
        if cluster is None:
            if name == "at" and self.event is not None:
                return self.event.at_us / 1e6
            raise KeyError(name)
        if name in CLUSTER_NAMES:
            return _of_cluster(name, cluster)
        if name in cluster.nodes:
            return NodeView(cluster.nodes[name])
        raise KeyError(name)

    def _of_event(self, name: str) -> Any:
        event = self.event
        if event is None:
            return () if name == "event_terms" else None
        if name == "kind":
            return type(event).__name__
        if name == "text":
            return self._describe(event) if self._describe else ""
        if name == "message":
            return message_type(event)
        if name == "event_terms":
            return event_terms(event)
        return event if name == "event" else getattr(event, name)


def _of_cluster(name: str, cluster: Cluster) -> Any:
    nodes = cluster.nodes.values()
    if name == "nodes":
        return [NodeView(node) for node in nodes]
    if name == "up":
        return [NodeView(node) for node in nodes if node.status is UP]
    if name == "leaders":
        return [node.name for node in nodes if node.role is LEADER and node.status not in (CRASHED, REMOVED)]
    if name == "leader":
        found = cluster.leader()
        return None if found is None else found.name
    if name == "term":
        return max((node.current_term for node in nodes if node.current_term is not UNKNOWN), default=0)
    if name == "commit":
        return max((node.commit_index for node in nodes if node.commit_index is not UNKNOWN), default=0)
    if name == "quorum":
        return len(_voters(cluster)) // 2 + 1
    if name == "cut":
        return any(link.cut for ways in cluster.links.values() for link in ways.values())
    if name == "logs_equal":
        logs = [node.log for node in nodes if node.status is not REMOVED]
        return all(_same_log(log, logs[0]) for log in logs)
    return cluster.now_us / 1e6  # seconds, at


def _voters(cluster: Cluster) -> Collection[str]:
    """Who votes, by the leader's configuration; without a leader by any that is known, else all nodes."""
    leader = cluster.leader()
    for node in ([] if leader is None else [leader]) + list(cluster.nodes.values()):
        if node.config is not UNKNOWN and node.config.voters:
            return node.config.voters
    return cluster.nodes


def _same_log(one: Log, other: Log) -> bool:
    """Whether two logs end the same way and agree on what both still hold: one may have compacted more of it."""
    start = max(one.snapshot_index, other.snapshot_index) + 1
    same_end = (one.last_index, one.last_term) == (other.last_index, other.last_term)
    if one.snapshot_index == other.snapshot_index or not same_end or one.last_index is UNKNOWN:
        return one == other
    return one.between(start, one.last_index) == other.between(start, one.last_index)


class NodeView:
    """A node as a query sees it: plain words and numbers, read only."""

    __slots__ = ("_node",)

    def __init__(self, node: Node) -> None:
        self._node = node

    def __getattr__(self, name: str) -> Any:
        node = self._node
        if name == "role":
            running = node.status not in (CRASHED, REMOVED) and node.role is not UNKNOWN
            return node.role.value if running else None
        if name == "status":
            return node.status.value
        if name == "up":
            return node.status is UP
        if name == "leads":
            return node.role is LEADER and node.status is UP
        if name in _COUNTED:
            return _COUNTED[name](node)
        attribute = _NODE_FIELDS.get(name)
        if attribute is None:
            there = sorted({*_NODE_FIELDS, *_COUNTED, "role", "status", "up", "leads", *METHODS})
            raise QueryError(f"a node has no {name!r}; it has {', '.join(there)}")
        if attribute.startswith("log."):
            return getattr(node.log, attribute[4:])
        return getattr(node, attribute)

    def value(self, key: str) -> str | None:
        """What the node's state machine holds under a key."""
        found: str | None = self._node.machine.value(key)
        return found

    def log_has(self, text: str) -> bool:
        """Whether some entry of the log carries that text."""
        return any(entry.text == text for entry in self._node.log)

    def log_term(self, index: int) -> int | None:
        """The term of the entry at an index."""
        return self._node.log.term_at(index)

    def entry(self, index: int) -> str | None:
        """The text of the entry at an index."""
        found = self._node.log.entry(index)
        return None if found is None else found.text

    def match_index(self, peer: str) -> int | None:
        """What a leader knows that the peer holds."""
        progress = self._node.progress.get(peer)
        return None if progress is None else progress.match_index

    def next_index(self, peer: str) -> int | None:
        """Where a leader begins what it sends to the peer."""
        progress = self._node.progress.get(peer)
        return None if progress is None else progress.next_index

    def progress(self, peer: str) -> str | None:
        """How a leader sends to the peer."""
        progress = self._node.progress.get(peer)
        return None if progress is None else progress.state


def _snapshot_index(node: Node) -> int:
    """Up to where a snapshot stands in for the log; a leader may keep entries behind it all the same."""
    return node.log.snapshot_index if node.snapshot is None else node.snapshot.index


_COUNTED: dict[str, Callable[[Node], Any]] = {
    "config": lambda node: list(node.config.voters),
    "outgoing": lambda node: list(node.config.outgoing),
    "learners": lambda node: list(node.config.learners),
    "snapshot_index": _snapshot_index,
    "disk_index": lambda node: node.durable_index,
    "keys": lambda node: len(node.machine),
    "revision": lambda node: node.machine.revision,
    "reads": lambda node: len(node.reads),
    "catch_up": lambda node: [] if node.catch_up is None else list(node.catch_up.rounds),
}
"""What is asked of a node by a name, and worked out. A source that can't tell makes the predicate not hold."""

_NODE_FIELDS = {
    "name": "name",
    "id": "id",
    "term": "current_term",
    "vote": "voted_for",
    "leader": "leader",
    "commit": "commit_index",
    "applied": "last_applied",
    "last_index": "log.last_index",
    "last_term": "log.last_term",
    "config_index": "config_index",
    "transfer_to": "transfer_to",
}
