"""An expression in the language of queries, asked for its value instead of its truth: what a watch shows.

    n1.commit       leader       len(leaders)       [n.term for n in nodes if n.up]

Text is checked as a predicate's is before anything of it is run. What the source can't tell is UNKNOWN, nobody is
None; neither is ever guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from raftlab.core.errors import QueryError
from raftlab.core.log import UNKNOWN
from raftlab.trace.query import Query
from raftlab.trace.scope import NodeView, Scope

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.model import Cluster


class Expression(Query):
    """An expression, compiled.

    Raises:
        QueryError: it isn't one; the message says where and why.
    """

    def value(self, cluster: Cluster, event: Event | None = None) -> Any:
        """What it is in a state (after an event): plain words, numbers, lists of them; None: nobody; UNKNOWN.

        Two values may be kept and compared: nothing in them changes as the state does. A node that no event has spoken
        of yet makes it UNKNOWN; whoever takes the text from a person asks `unknown_names` first.
        """
        scope = Scope(self._describe)
        scope.event, scope.cluster = event, cluster
        try:
            return _settled(eval(self._code, scope))
        except (TypeError, AttributeError, NameError):
            return UNKNOWN
        except (ArithmeticError, ValueError) as error:
            raise QueryError(f"{self.text!r}: {error}") from None


def _settled(value: Any) -> Any:
    """The value as one that never changes: a node is its name, what is still to be worked out is worked out."""
    if isinstance(value, NodeView):
        return value.name
    if isinstance(value, (list, tuple, GeneratorType)):
        return tuple(_settled(part) for part in value)
    return value


def value_text(value: Any) -> str:
    """A value in words: "nobody", "not known", "yes", "n1, n3"."""
    if value is UNKNOWN:
        return "not known"
    if value is None:
        return "nobody"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(value_text(part) for part in value) or "none"
    return str(value)
