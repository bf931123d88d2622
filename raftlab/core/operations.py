"""The language of commands to the state machine: what may stand in an entry's text.

    x=3                  put              x=3 @L1          put, attached to the lease L1
    get x                read through the log              del x            delete
    add x 1              add to an integer (a missing key counts as 0)
    x=3; del y           several at once, in one revision
    if x==3 and y exists then x=4; y=5 else z=1            compare, then one of two branches (`else` may be left out)
    lease grant L1 10s   lease revoke L1  compact 5

A comparison asks for a value (`x==3`; also != < > <= >=; as numbers when both are integers, else as text), for the
revision of a key's last change (`rev(x)==7`; 0 for a missing key), or whether there is one (`x exists`, `x missing`).
Keys are letters, digits and _ . / : # - without spaces. A value may hold spaces, but no `;`, and in a transaction
no ` then ` or ` else `. White space around the parts doesn't matter.

Scenarios and foreign logs carry free text as well. Text that doesn't look like an operation is therefore no mistake
but `Opaque`, and changes nothing. Text that begins as an operation and doesn't go on as one is `Malformed`, and says
what would be right. Parsing never raises: every server must come to the same end, so a mistake is a result too.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from raftlab.core.times import parse_duration

__all__ = [
    "Add", "AnyOperation", "Compact", "Comparison", "Delete", "Get", "Grant", "Malformed", "Opaque", "Put", "Revoke",
    "Simple", "Transaction", "as_integer", "parse", "plain_put",
]  # fmt: skip


class Put(Struct, frozen=True, gc=False):
    """Store a value under a key; `lease` is the lease that the key shall end with, if any."""

    key: str
    value: str
    lease: str | None = None


class Delete(Struct, frozen=True, gc=False):
    """Remove a key."""

    key: str


class Get(Struct, frozen=True, gc=False):
    """Read a key."""

    key: str


class Add(Struct, frozen=True, gc=False):
    """Add an integer to the one that stands under a key."""

    key: str
    amount: int


class Comparison(Struct, frozen=True, gc=False):
    """One question of a transaction. `subject` is "value", "revision" or "existence".

    `relation` is ==, !=, <, >, <= or >=; for existence == asks whether the key exists and != whether it is missing.
    """

    subject: str
    key: str
    relation: str
    operand: str = ""

    def holds(self, value: str | None, revision: int) -> bool:
        """Whether it is so for a key with this value (None: missing), last changed in this revision (missing: 0).

        As in etcd, no comparison of a missing key's value holds, not even !=.
        """
        compare = _RELATIONS[self.relation]
        if self.subject == "existence":
            return compare(value is not None, True)
        if self.subject == "revision":
            return compare(revision, int(self.operand))
        if value is None:
            return False
        number, wanted = as_integer(value), as_integer(self.operand)
        if number is None or wanted is None:
            return compare(value, self.operand)
        return compare(number, wanted)


class Transaction(Struct, frozen=True):
    """If all the comparisons hold, the operations of `then` happen, else those of `otherwise`, in one revision."""

    comparisons: tuple[Comparison, ...]
    then: tuple[Simple, ...]
    otherwise: tuple[Simple, ...] = ()


class Grant(Struct, frozen=True, gc=False):
    """Make a lease that lasts ttl_us microseconds unless it is kept alive."""

    lease: str
    ttl_us: int


class Revoke(Struct, frozen=True, gc=False):
    """End a lease, and with it all the keys that are attached to it."""

    lease: str


class Compact(Struct, frozen=True, gc=False):
    """Forget what stood before a revision."""

    revision: int


class Opaque(Struct, frozen=True, gc=False):
    """Text that means nothing to the state machine."""


class Malformed(Struct, frozen=True, gc=False):
    """Begins as an operation, but isn't one; `reason` says what would be."""

    reason: str


Simple = Put | Delete | Get
AnyOperation = Put | Delete | Get | Add | Transaction | Grant | Revoke | Compact | Opaque | Malformed

_RELATIONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
_MOST_DIGITS: Final = 100
_LONGEST_US: Final = 2**53
"""Beyond it other JSON readers lose digits; it is 285 years."""

_OPAQUE: Final = Opaque()
_KEY = r"([\w./:#-]+)"
_put = re.compile(rf"{_KEY}\s*=(?!=)([^;]*?)(?:\s+@{_KEY})?", re.DOTALL)
_value_comparison = re.compile(rf"{_KEY}\s*(==|!=|<=|>=|<|>)\s*(.+)", re.DOTALL)
_revision_comparison = re.compile(rf"rev\(\s*{_KEY}\s*\)\s*(==|!=|<=|>=|<|>)\s*(\d{{1,{_MOST_DIGITS}}})", re.ASCII)
_existence = re.compile(rf"{_KEY}\s+(exists|missing)")
_and, _then, _else = re.compile(r"\s+and\s+"), re.compile(r"\s+then\s+"), re.compile(r"\s+else\s+")
_key = re.compile(_KEY)


def plain_put(text: str) -> tuple[str, str] | None:
    """Key and value of the simplest text of all, `x=3` in letters, digits and _; None for any other.

    Most entries are such ones, and a regular expression takes as long as all the rest of applying them.
    """
    key, equals, value = text.partition("=")
    if equals and value.isalnum() and (key.isalnum() or (key.isascii() and key.isidentifier())):
        return key, value
    return None


@lru_cache(maxsize=1024)
def parse(text: str) -> AnyOperation:
    """What an entry's text asks for. Never raises."""
    text = text.strip()
    words = text.split(None, 2)
    reader = _READERS.get(words[0]) if words else None
    if reader is not None and not text[len(words[0]) :].lstrip().startswith("="):  # `get = 5` puts
        return reader(text, words)
    if ";" in text:
        return _several(text)
    return _simple(text) or _OPAQUE


def as_integer(text: str) -> int | None:
    """The integer that a value stands for; None when it is none, or has more digits than anybody means."""
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS:
        return int(text)
    return None


def _simple(text: str) -> Simple | None:
    """A put, a deletion or a reading: what a transaction may hold."""
    found = _put.fullmatch(text)
    if found is not None:
        return Put(found[1], found[2].strip(), found[3])
    words = text.split()
    if len(words) == 2 and words[0] in ("del", "get") and _key.fullmatch(words[1]):
        return Delete(words[1]) if words[0] == "del" else Get(words[1])
    return None


def _read_simple(text: str, words: list[str]) -> AnyOperation:
    if ";" in text:
        return _several(text)
    return _simple(text) or Malformed(f"{text!r}: write {words[0]} and one key, as in `{words[0]} x`")


def _several(text: str) -> AnyOperation:
    """`x=3; del y`. Text in which nothing is an operation has its semicolons for reasons of its own."""
    found = _operations(text)
    if isinstance(found, Malformed):
        return found if any(_simple(part.strip()) for part in text.split(";")) else _OPAQUE
    return Transaction((), found)


def _read_add(text: str, words: list[str]) -> AnyOperation:
    amount = as_integer(words[2]) if len(words) == 3 and _key.fullmatch(words[1]) else None
    if amount is None:
        return Malformed(f"{text!r}: write add, a key and an integer, as in `add x 1`")
    return Add(words[1], amount)


def _read_compact(text: str, words: list[str]) -> AnyOperation:
    revision = as_integer(words[1]) if len(words) == 2 else None
    if revision is None:
        return Malformed(f"{text!r}: write compact and a revision, as in `compact 5`")
    return Compact(revision)


def _read_lease(text: str, words: list[str]) -> AnyOperation:
    parts = text.split()
    if len(parts) == 3 and parts[1] == "revoke" and _key.fullmatch(parts[2]):
        return Revoke(parts[2])
    if len(parts) == 4 and parts[1] == "grant" and _key.fullmatch(parts[2]):
        try:
            ttl_us = parse_duration(parts[3]) if len(parts[3]) <= _MOST_DIGITS else 0
        except ValueError as error:
            return Malformed(str(error))
        if not 0 < ttl_us < _LONGEST_US:
            return Malformed(f"{parts[3]!r} is no time that a lease can last; write 10s")
        return Grant(parts[2], ttl_us)
    return Malformed(f"{text!r}: write `lease grant L1 10s` or `lease revoke L1`")


def _read_transaction(text: str, words: list[str]) -> AnyOperation:
    head, *branches = _then.split(text[len(words[0]) :].strip(), 1)
    if not branches:
        return Malformed(f"{text!r}: write `if x==3 then x=4 else z=1`")
    comparisons = []
    for part in _and.split(head):
        comparison = _comparison(part.strip())
        if comparison is None:
            return Malformed(f"{part!r} is no comparison; write x==3, rev(x)==7, x exists or x missing")
        comparisons.append(comparison)
    then, *others = _else.split(branches[0], 1)
    first, second = _operations(then), _operations(others[0]) if others else ()
    if isinstance(first, Malformed):
        return first
    return second if isinstance(second, Malformed) else Transaction(tuple(comparisons), first, second)


def _comparison(text: str) -> Comparison | None:
    found = _existence.fullmatch(text)
    if found is not None:
        return Comparison("existence", found[1], "==" if found[2] == "exists" else "!=")
    found = _revision_comparison.fullmatch(text)
    if found is not None:
        return Comparison("revision", found[1], found[2], found[3])
    found = _value_comparison.fullmatch(text)
    return None if found is None else Comparison("value", found[1], found[2], found[3])


def _operations(text: str) -> tuple[Simple, ...] | Malformed:
    """A branch. As in etcd, no key may be written twice: both writes would have the same revision."""
    found: list[Simple] = []
    written: set[str] = set()
    for part in filter(None, map(str.strip, text.split(";"))):
        operation = _simple(part)
        if operation is None:
            return Malformed(f"{part!r} is none of `x=3`, `del x` and `get x`, which a transaction may hold")
        if not isinstance(operation, Get):
            if operation.key in written:
                return Malformed(f"one transaction writes {operation.key} twice")
            written.add(operation.key)
        found.append(operation)
    return tuple(found) if found else Malformed("nothing stands in a branch; write at least one operation")


_READERS: Final[dict[str, Callable[[str, list[str]], AnyOperation]]] = {
    "if": _read_transaction, "lease": _read_lease, "compact": _read_compact, "add": _read_add,
    "del": _read_simple, "get": _read_simple,
}  # fmt: skip
