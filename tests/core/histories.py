"""Histories of client operations for tests: short notations, a sequential store that makes them, and a slow judge."""

from __future__ import annotations

from random import Random
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from raftlab.core.linearizability import Operation

IMPOSSIBLE = object()


def wrote(value: str | None, asked: int, answered: int | None, client: str = "c1", key: str = "x") -> Operation:
    return Operation(client, key, "write", asked, answered, value)


def read(value: str | None, asked: int, answered: int | None, client: str = "c2", key: str = "x") -> Operation:
    return Operation(client, key, "read", asked, answered, output=value)


def added(amount: int, total: str, asked: int, answered: int | None, client: str = "c3", key: str = "x") -> Operation:
    return Operation(client, key, "add", asked, answered, str(amount), total)


def deleted(succeeded: bool | None, asked: int, answered: int | None, client: str = "c4", key: str = "x") -> Operation:
    return Operation(client, key, "delete", asked, answered, succeeded=succeeded)


def swapped(
    expected: str | None, value: str, succeeded: bool | None, asked: int, answered: int | None, key: str = "x"
) -> Operation:
    return Operation("c5", key, "swap", asked, answered, value, expected=expected, succeeded=succeeded)


def transacted(text: str, asked: int, answered: int | None, told: Any = UNSET, branch: bool | None = None) -> Operation:
    return Operation("c6", "", "transaction", asked, answered, output=told, succeeded=branch, text=text)


def register_history(
    seed: int,
    count: int,
    clients: int = 10,
    kinds: tuple[str, ...] = ("write", "read"),
    values: int | None = None,
    lost: float = 0.0,
) -> list[Operation]:
    """What clients see of a real sequential store: each operation takes effect at one moment while it is in flight.

    values: how many different ones are written; None: each write has its own. lost: which part is never answered.
    """
    chance = Random(seed)
    done: list[Operation] = []
    flying: dict[int, Operation] = {}
    effective: set[int] = set()
    held: str | None = None
    asked = moment = 0
    while asked < count or flying:
        client = chance.randrange(clients)
        operation = flying.get(client)
        if operation is None and asked == count:
            continue
        moment += 1
        if operation is None:
            asked += 1
            value = str(asked if values is None else chance.randrange(values))
            expected = held if values is None else str(chance.randrange(values))
            flying[client] = _ask(chance.choice(kinds), f"c{client}", moment, value, expected)
        elif client not in effective:
            effective.add(client)
            held, flying[client] = _take_effect(operation, held)
        else:
            effective.discard(client)
            del flying[client]
            untold = chance.random() < lost
            done.append(_forget(operation) if untold else replace(operation, complete=moment))
    return done


def _ask(kind: str, client: str, moment: int, value: str, expected: str | None) -> Operation:
    blank = Operation(client, "x", kind, moment)
    if kind == "swap":
        return replace(blank, value=value, expected=expected)
    return replace(blank, value={"write": value, "add": "1"}.get(kind))


def _take_effect(operation: Operation, held: str | None) -> tuple[str | None, Operation]:
    if operation.kind == "write":
        return operation.value, operation
    if operation.kind == "read":
        return held, replace(operation, output=held)
    if operation.kind == "delete":
        return None, replace(operation, succeeded=held is not None)
    if operation.kind == "add":
        total = str(int(held or "0") + 1)
        return total, replace(operation, output=total)
    fits = held == operation.expected
    return (operation.value if fits else held), replace(operation, succeeded=fits)


def _forget(operation: Operation) -> Operation:
    return replace(operation, complete=None, output=UNSET, succeeded=None)


# --- a slow judge: all orders, one operation after the other ---------------------------------------------------------


def is_linearizable(operations: list[Operation]) -> bool:
    """By trying every order that time allows. Shares nothing with the checker."""
    return _fits({}, operations)


def known_before(operations: list[Operation], moment: int) -> list[Operation]:
    """The history without the answers from `moment` on, and without what was asked only then."""
    return [
        replace(it, complete=None) if it.complete is not None and it.complete >= moment else it
        for it in operations
        if it.invoke < moment
    ]


def _fits(store: dict[str, str | None], left: list[Operation]) -> bool:
    answers = [it.complete for it in left if it.complete is not None]
    if not answers:
        return True
    return any(
        (after := step(store, it)) is not IMPOSSIBLE and _fits(after, left[:place] + left[place + 1 :])
        for place, it in enumerate(left)
        if it.invoke <= min(answers)
    )


def step(store: dict[str, str | None], it: Operation) -> Any:
    """The store after an operation, or IMPOSSIBLE."""
    if it.kind == "transaction":
        return _transact(store, it)
    held = store.get(it.key)
    if it.kind == "read":
        return store if it.output in (UNSET, held) else IMPOSSIBLE
    if it.kind == "delete" and it.succeeded is not None and it.succeeded is not (held is not None):
        return IMPOSSIBLE
    after = it.value
    if it.kind == "add":
        after = str(int(held or "0") + int(it.value or "0"))
        if it.output not in (UNSET, after):
            return IMPOSSIBLE
    if it.kind == "swap":
        fits = held == it.expected
        if it.succeeded is not None and it.succeeded is not fits:
            return IMPOSSIBLE
        after = it.value if fits else held
    return {**store, it.key: after}


def _transact(store: dict[str, str | None], it: Operation) -> Any:
    """Only of this form: if k==v then k=v else k=v"""
    _, test, _, then, _, otherwise = it.text.split()
    key, value = test.split("==")
    fits = store.get(key) == value
    if it.succeeded is not None and it.succeeded is not fits:
        return IMPOSSIBLE
    key, value = (then if fits else otherwise).split("=")
    return {**store, key: value}
