"""The one language of predicates: lesson goals, breakpoints, searches.

A query is an expression in Python's syntax over one position of a timeline:

    kind == "BecameLeader" and node == "n2"          about the event there
    n1.role == "leader" and n2.term > 3              about the state after it
    commit >= 3 and count(n.log_has("x=3") for n in nodes) == 5
    any(n.role == "leader" and n.term < term for n in nodes)

    message == "AppendEntries" and 3 in event_terms

About the event: kind, node, rule, text (its sentence), at (seconds), message (the type of the message that it carries;
None: it carries none), event_terms (the terms that it names, itself or by its message or entries), and its own fields
as event.entry, event.term ...
About the cluster: nodes, up (nodes that run), leader (of the highest term; None: nobody), leaders, term and commit
(the highest anywhere), quorum (how many of the voters a majority is), seconds, cut (whether any link is), logs_equal,
and each node by its name. About a node: name, status, role, up, leads, term, vote, leader, commit, applied, last_index,
last_term, snapshot_index, disk_index (up to where its log is durable), log_has(text), log_term(index), entry(index);
of its state machine value(key), keys (how many) and revision; of the configuration that it uses config (its voters),
outgoing (of a joint one, the old half), learners and config_index (its entry; 0: none); of a leader match_index(peer),
next_index(peer), progress(peer) ("probe", "replicate", "snapshot"; None: not its peer), transfer_to and catch_up (the
new servers that it brings up to date); reads (how many it hasn't answered). Functions: any, all, count, len, max, min,
sum, sorted, abs.

The text is parsed and checked against a list of what is allowed before anything of it is run: a lesson or a trace is
data, and can't do more than ask.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Protocol

from raftlab.core.errors import QueryError
from raftlab.core.log import UNKNOWN, Log
from raftlab.core.model import CRASHED, LEADER, REMOVED, UP, Cluster, Node
from raftlab.trace.required import required_keys
from raftlab.trace.terms import event_terms, message_type

if TYPE_CHECKING:
    from raftlab.core.events import Event

Describe = Callable[["Event"], str]


class Source(Protocol):
    """What a query looks at: a timeline, or whatever else has events and states."""

    def event(self, position: int) -> Event:
        """The event at a position."""

    def state(self, position: int) -> Cluster:
        """The state after it."""


_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare, ast.Eq, ast.NotEq,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.BinOp, ast.Add, ast.Sub, ast.Mult,
    ast.Mod, ast.Constant, ast.Name, ast.Load, ast.Store, ast.Attribute, ast.Call, ast.GeneratorExp, ast.ListComp,
    ast.comprehension, ast.Tuple, ast.List, ast.IfExp,
)  # fmt: skip

_FUNCTIONS: dict[str, Any] = {
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
_METHODS = frozenset({"value", "log_has", "log_term", "entry", "match_index", "next_index", "progress"})
_EVENT_NAMES = frozenset({"kind", "node", "rule", "text", "event", "message", "event_terms"})
_CLUSTER_NAMES = frozenset(
    {"nodes", "up", "leader", "leaders", "term", "commit", "quorum", "seconds", "at", "cut", "logs_equal"}
)


class Query:
    """A predicate, compiled.

    Args:
        text: the expression.
        describe: turns an event into its sentence, for `text`; without it `text` is empty.

    Raises:
        QueryError: it isn't one; the message says where and why.
    """

    def __init__(self, text: str, describe: Describe | None = None) -> None:
        self.text = text.strip()
        self._describe = describe
        try:
            tree = ast.parse(self.text, mode="eval")
        except SyntaxError as error:
            raise QueryError(f"{self.text!r} is no predicate: {error.msg} at column {error.offset}") from None
        _check(tree, self.text)
        self._names = {found.id for found in ast.walk(tree) if isinstance(found, ast.Name)}
        self.needs_state = bool(self._names - _EVENT_NAMES - set(_FUNCTIONS) - {"at"})
        bound = {
            found.id for found in ast.walk(tree) if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store)
        }
        self._free = self._names - bound - _EVENT_NAMES - _CLUSTER_NAMES - set(_FUNCTIONS)
        self.about_state_alone = self.needs_state and not self._names & (_EVENT_NAMES | {"seconds", "at"})
        """Whether the answer can change only when the state does."""
        self.required = required_keys(tree.body)
        """Posting lists outside of which nothing can match: one of each of these alternatives; may be empty."""
        self._code = compile(tree, "<query>", "eval")

    def unknown_names(self, nodes: Collection[str]) -> list[str]:
        """The names that mean nothing in a cluster of these nodes."""
        return sorted(self._free.difference(nodes))

    def matches(self, source: Source, position: int) -> bool:
        """Whether the predicate holds at a position."""
        return self.asker()(source.event(position), source.state(position) if self.needs_state else None)

    def holds(self, cluster: Cluster, event: Event | None = None) -> bool:
        """Whether it holds for a state (and the event that led to it).

        Raises:
            QueryError: it asks for something that isn't there.
        """
        return self.asker()(event, cluster)

    def asker(self) -> Callable[[Event | None, Cluster | None], bool]:
        """What says whether it holds for an event and the state after it, for whoever asks about many of them.

        The state may be None where `needs_state` is False. It raises what `holds` raises.
        """
        scope, code = _Scope(self._describe), self._code
        clear, builtins = scope.clear, scope["__builtins__"]

        def ask(event: Event | None, cluster: Cluster | None) -> bool:
            clear()
            scope["__builtins__"] = builtins
            scope.event, scope.cluster = event, cluster
            try:
                return bool(eval(code, scope))
            except (TypeError, AttributeError):
                return False  # a comparison with nobody, or with what the source can't tell, doesn't hold
            except NameError as error:
                raise QueryError(f"{self.text!r}: {error}") from None
            except (ArithmeticError, ValueError) as error:
                raise QueryError(f"{self.text!r} can't be worked out: {error}") from None

        return ask


class _Scope(dict[str, Any]):
    """Looks names up when they are first asked for. (The globals of what is run: generators see no locals.)"""

    def __init__(self, describe: Describe | None) -> None:
        super().__init__(__builtins__={})
        self.event: Event | None = None
        self.cluster: Cluster | None = None
        self._describe = describe

    def __missing__(self, name: str) -> Any:
        found = self[name] = self._find(name)
        return found

    def _find(self, name: str) -> Any:
        if name in _FUNCTIONS:
            return _FUNCTIONS[name]
        if name in _EVENT_NAMES:
            return self._of_event(name)
        cluster = self.cluster
        if cluster is None:
            if name == "at" and self.event is not None:
                return self.event.at_us / 1e6
            raise KeyError(name)
        if name in _CLUSTER_NAMES:
            return _of_cluster(name, cluster)
        if name in cluster.nodes:
            return _NodeView(cluster.nodes[name])
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
        return [_NodeView(node) for node in nodes]
    if name == "up":
        return [_NodeView(node) for node in nodes if node.status is UP]
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


class _NodeView:
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
            there = sorted({*_NODE_FIELDS, *_COUNTED, "role", "status", "up", "leads", *_METHODS})
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


def _check(tree: ast.AST, text: str) -> None:
    """Allow nothing but what is listed."""
    for found in ast.walk(tree):
        if not isinstance(found, _ALLOWED):
            raise QueryError(f"{text!r} is no predicate: {type(found).__name__} isn't part of the language")
        if isinstance(found, ast.Attribute) and found.attr.startswith("_"):
            raise QueryError(f"{text!r} is no predicate: {found.attr!r} isn't part of the language")
        if isinstance(found, ast.Name) and found.id.startswith("_"):
            raise QueryError(f"{text!r} is no predicate: {found.id!r} isn't part of the language")
        if isinstance(found, ast.Call):
            function = found.func
            known = (isinstance(function, ast.Name) and function.id in _FUNCTIONS) or (
                isinstance(function, ast.Attribute) and function.attr in _METHODS
            )
            if not known or found.keywords:
                raise QueryError(
                    f"{text!r} is no predicate: the functions are {', '.join(sorted(_FUNCTIONS))}, "
                    f"a node's are {', '.join(sorted(_METHODS))}"
                )
