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
from typing import TYPE_CHECKING, Protocol

from raftlab.core.errors import QueryError
from raftlab.trace.required import required_keys
from raftlab.trace.scope import CLUSTER_NAMES, EVENT_NAMES, FUNCTIONS, METHODS, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.trace.scope import Describe


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
        self.needs_state = bool(self._names - EVENT_NAMES - set(FUNCTIONS) - {"at"})
        bound = {
            found.id for found in ast.walk(tree) if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store)
        }
        self._free = self._names - bound - EVENT_NAMES - CLUSTER_NAMES - set(FUNCTIONS)
        self.about_event = bool(self._names & EVENT_NAMES)
        """Whether it asks for the event: then it holds at events, not for as long as a state lasts."""
        self.about_state_alone = self.needs_state and not self._names & (EVENT_NAMES | {"seconds", "at"})
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
        scope, code = Scope(self._describe), self._code
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
            known = (isinstance(function, ast.Name) and function.id in FUNCTIONS) or (
                isinstance(function, ast.Attribute) and function.attr in METHODS
            )
            if not known or found.keywords:
                raise QueryError(
                    f"{text!r} is no predicate: the functions are {', '.join(sorted(FUNCTIONS))}, "
                    f"a node's are {', '.join(sorted(METHODS))}"
                )
