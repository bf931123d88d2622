"""What single operations prove about a key: which values they may have left there, and which they surely did."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET, Struct, UnsetType

from raftlab.core.linearizability.operation import ADD, DELETE, READ, SWAP, TRANSACTION, WRITE, Operation, Value
from raftlab.core.operations import Get, Put, Transaction, parse


class Overwritten(Struct, frozen=True):
    """A read that is too old: all that could have brought its value was over before each of `newer` was asked for, and
    these were answered before the read began. `source` is the last of what could have brought it; None: it was there
    at first. `newer` is in the order of the answers: their number, and how long before the read the first of them was
    answered, say how stale the read is."""

    read: Operation
    source: Operation | None
    newer: tuple[Operation, ...]


def overwritten(read: Operation, operations: Iterable[Operation], initial: Value = None) -> Overwritten | None:
    """How stale a read is; None if it may be up to date, as far as these operations tell (they may concern any keys).

    initial: what the read's key held at first.
    """
    members = list(operations)
    sources = [
        it
        for it in members
        if it.invoke <= answered_at(read) and any(value in (UNSET, read.output) for value in left(it, read.key))
    ]
    if any(it.complete is None for it in sources) or (not sources and initial != read.output):
        return None
    source = max(sources, key=answered_at, default=None)
    over = -1 if source is None else answered_at(source)
    newer = [it for it in members if over < it.invoke and _contradicts(it, read)]
    return Overwritten(read, source, tuple(sorted(newer, key=answered_at))) if newer else None


def _contradicts(operation: Operation, read: Operation) -> bool:
    """Whether an operation was answered before the read began and found, or left, another value."""
    if operation.complete is None or operation.complete >= read.invoke:
        return False
    return held(operation, read.key) not in (UNSET, read.output)


def left(operation: Operation, key: str) -> list[Value | UnsetType]:
    """The values that an operation may leave in a key by changing it; UNSET: one that it doesn't tell."""
    if operation.kind == TRANSACTION:
        asked = parse(operation.text)
        assert isinstance(asked, Transaction)
        writes = [it for it in (*asked.then, *asked.otherwise) if not isinstance(it, Get) and it.key == key]
        return [it.value if isinstance(it, Put) else None for it in writes]
    if operation.key != key or operation.kind == READ or operation.succeeded is False:
        return []
    return [operation.output if operation.kind == ADD else operation.value]


def held(operation: Operation, key: str) -> Value | UnsetType:
    """What a key surely held when an answered operation had taken effect; UNSET: it doesn't tell."""
    if operation.key != key or operation.kind == TRANSACTION or operation.complete is None:
        return UNSET
    if operation.kind in (READ, ADD):
        return operation.output
    if operation.kind == SWAP and not operation.succeeded:
        return UNSET
    assert operation.kind in (WRITE, DELETE, SWAP), operation.kind
    return operation.value


def answered_at(operation: Operation) -> int:
    """The moment of the answer that an operation is known to have."""
    assert operation.complete is not None
    return operation.complete
