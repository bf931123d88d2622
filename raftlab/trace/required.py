"""Which posting lists a predicate's matches must stand in, read off its text: what `trace.search` walks.

It may leave possibilities out (then more is looked at than need be), and never names a list that a match could be
missing from.
"""

from __future__ import annotations

import ast
from itertools import product
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.trace.postings import Alternatives

_MOST = 16
"""So many ways to choose one of each branch of an `or` are written out."""


def required_keys(tree: ast.expr) -> list[Alternatives]:
    """The alternatives that must all be met, one key of each; empty when nothing is known.

    From `kind == "..."`, `node == "..."`, `message == "..."`, `3 in event_terms`, `event.term == 3`, `kind in (...)`
    and the like, joined by `and` and `or`.
    """
    if isinstance(tree, ast.BoolOp):
        parts = [required_keys(part) for part in tree.values]
        if isinstance(tree.op, ast.And):
            return [alternatives for part in parts for alternatives in part]
        return _either(parts)
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1:
        return []
    left, operator, right = tree.left, tree.ops[0], tree.comparators[0]
    if isinstance(operator, ast.Eq):
        keys = _equal(left, right) or _equal(right, left)
        return [keys] if keys else []
    if isinstance(operator, ast.In):
        if isinstance(right, ast.Name) and right.id == "event_terms":
            keys = _keys([left], _term_key)
        elif isinstance(right, ast.Tuple | ast.List):
            keys = _keys(right.elts, _key_of(left))
        else:
            keys = ()
        return [keys] if keys else []
    return []


def _either(parts: list[list[Alternatives]]) -> list[Alternatives]:
    """One branch at least must hold: (A and B) or C asks for A or C, and for B or C."""
    count = prod(map(len, parts))  # 0 where one of them may match anywhere: then nothing is known
    chosen = product(*parts) if count <= _MOST else [tuple(part[0] for part in parts)]
    return [tuple(dict.fromkeys(key for alternatives in each for key in alternatives)) for each in chosen]


def _equal(what: ast.expr, value: ast.expr) -> Alternatives:
    return _keys([value], _key_of(what))


def _keys(values: list[ast.expr], key_of: Callable[[object], str | None] | None) -> Alternatives:
    """The keys of some constants; none when one of them has no posting list."""
    if key_of is None:
        return ()
    keys = [key_of(value.value) if isinstance(value, ast.Constant) else None for value in values]
    return tuple(key for key in keys if key is not None) if None not in keys else ()


def _key_of(what: ast.expr) -> Callable[[object], str | None] | None:
    """What turns a value that is compared with this into a key; None when there are no lists of it."""
    if isinstance(what, ast.Name):
        return {"kind": _kind_key, "node": _node_key, "message": _message_key}.get(what.id)
    is_term = isinstance(what, ast.Attribute) and what.attr == "term"
    return _term_key if is_term and isinstance(what.value, ast.Name) and what.value.id == "event" else None  # type: ignore[attr-defined]


def _kind_key(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _node_key(value: object) -> str | None:
    return f"node:{value}" if value is None or isinstance(value, str) else None


def _message_key(value: object) -> str | None:
    return f"message:{value}" if isinstance(value, str) else None  # no list holds the events without a message


def _term_key(value: object) -> str | None:
    return f"term:{value}" if type(value) is int else None  # True == 1 in this language, and has no list
