"""What each operation asks of a sequential store and does to it, in the form that the search wants.

A partition's state is a tuple of values, one for each of its keys in their order, or the bare value when it has one
key. States are compared and kept by the thousand, so they are never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

from msgspec import UNSET

from raftlab.core.linearizability.evidence import left
from raftlab.core.linearizability.operation import ADD, DELETE, READ, SWAP, TRANSACTION, WRITE, Operation, Value
from raftlab.core.operations import Delete, Put, Simple, Transaction, as_integer, parse

State = Hashable
IMPOSSIBLE = object()
"""What applying yields where the answer that was given can't be."""

ANY = object()
"""In `Rule.uses`: which value is not said."""

Apply = Callable[[State], object]


class Rule:
    """One operation, compiled.

    apply(state) is the state after it, or IMPOSSIBLE. An `observer` leaves every state as it is. A `blind` operation
    writes one key whatever it holds, and tells nothing: (key, value). `uses` says what it looks at: (key, value), or
    (key, ANY); `leaves`, what it leaves behind where it changes something, as far as that is known. Two operations with
    one `signature` do and tell the same.
    """

    __slots__ = ("apply", "blind", "leaves", "observer", "signature", "uses")

    def __init__(
        self,
        apply: Apply,
        signature: Hashable,
        uses: tuple[tuple[str, object], ...] = (),
        leaves: tuple[tuple[str, object], ...] = (),
        *,
        observer: bool = False,
        blind: tuple[str, Value] | None = None,
    ) -> None:
        self.apply = apply
        self.signature = signature
        self.uses = uses
        self.leaves = leaves
        self.observer = observer
        self.blind = blind


def compile_rule(operation: Operation, places: Mapping[str, int]) -> Rule:
    """An operation's rule; places: where each of the partition's keys stands in the state.

    Raises:
        ValueError: a transaction compares revisions, which no register has, and doesn't say how it went.
    """
    if operation.kind == TRANSACTION:
        return _transaction(operation, places)
    key, value, succeeded = operation.key, operation.value, operation.succeeded
    signature = (operation.kind, key, value, operation.output, operation.expected, succeeded)
    leaves = tuple((key, what) for what in left(operation, key))
    if operation.kind == WRITE or (operation.kind == DELETE and succeeded is None):
        return Rule(_lift(lambda _: value, places, key), signature, (), leaves, blind=(key, value))
    single, wanted, observer = _SINGLE[operation.kind](operation)
    return Rule(_lift(single, places, key), signature, ((key, wanted),), leaves, observer=observer)


def initial_state(values: Mapping[str, Value], keys: tuple[str, ...]) -> State:
    """The state in which a partition of these keys begins; what isn't in `values` holds nothing."""
    return values.get(keys[0]) if len(keys) == 1 else tuple(values.get(key) for key in keys)


def value_in(state: State, places: Mapping[str, int], key: str) -> Value:
    """What a key holds in a state."""
    held = state if len(places) == 1 else state[places[key]]  # type: ignore[index]
    return held  # type: ignore[return-value]


def _lift(single: Callable[[Value], object], places: Mapping[str, int], key: str) -> Apply:
    """A rule for one value as a rule for the partition's state."""
    if len(places) == 1:
        return single  # type: ignore[return-value]
    place = places[key]

    def apply(state: State) -> object:
        assert isinstance(state, tuple)
        after = single(state[place])
        if after is IMPOSSIBLE:
            return IMPOSSIBLE
        return (*state[:place], after, *state[place + 1 :])

    return apply


_Single = tuple[Callable[[Value], object], object, bool]
"""A rule for one value, the value that it looks for, and whether it leaves every value as it is."""


def _read(operation: Operation) -> _Single:
    output = operation.output
    if output is UNSET:
        return lambda held: held, ANY, True
    return lambda held: held if held == output else IMPOSSIBLE, output, True


def _delete(operation: Operation) -> _Single:
    if operation.succeeded:
        return lambda held: IMPOSSIBLE if held is None else None, ANY, False
    return lambda held: IMPOSSIBLE if held is not None else None, None, True


def _add(operation: Operation) -> _Single:
    amount, output, succeeded = int(operation.value or "0"), operation.output, operation.succeeded

    def apply(held: Value) -> object:
        number = 0 if held is None else as_integer(held)
        if number is None:
            return IMPOSSIBLE if succeeded or output is not UNSET else held
        after = str(number + amount)
        return IMPOSSIBLE if succeeded is False or output not in (UNSET, after) else after

    return apply, ANY, succeeded is False


def _swap(operation: Operation) -> _Single:
    expected, value, succeeded = operation.expected, operation.value, operation.succeeded

    def apply(held: Value) -> object:
        if held == expected:
            return IMPOSSIBLE if succeeded is False else value
        return IMPOSSIBLE if succeeded else held

    # One without an answer that didn't succeed is one that never happened.
    exact = succeeded or operation.complete is None
    return apply, expected if exact else ANY, succeeded is False


_SINGLE: Mapping[str, Callable[[Operation], _Single]] = {READ: _read, DELETE: _delete, ADD: _add, SWAP: _swap}


def _transaction(operation: Operation, places: Mapping[str, int]) -> Rule:
    asked = parse(operation.text)
    assert isinstance(asked, Transaction), f"{operation.text!r} is no transaction"
    known = [it for it in asked.comparisons if it.subject != "revision"]
    succeeded, output = operation.succeeded, operation.output
    if succeeded is None and len(known) < len(asked.comparisons):
        raise ValueError(f"{operation.text!r} compares revisions, and nothing tells how it went")
    may_fail = len(known) < len(asked.comparisons)
    alone = len(places) == 1

    def apply(state: State) -> object:
        values: list[Value] = [state] if alone else list(state)  # type: ignore[call-overload, list-item]
        holds = all(test.holds(values[places[test.key]], 0) for test in known)
        if succeeded is False and may_fail:
            holds = False
        if succeeded is not None and holds is not succeeded:
            return IMPOSSIBLE
        answer = _follow(asked.then if holds else asked.otherwise, values, places)
        if output not in (UNSET, answer):
            return IMPOSSIBLE
        return values[0] if alone else tuple(values)

    branches = {True: asked.then, False: asked.otherwise, None: (*asked.then, *asked.otherwise)}[succeeded]
    observer = not any(isinstance(it, Put | Delete) for it in branches)
    signature = (TRANSACTION, operation.text, output, succeeded)
    uses = tuple((key, ANY) for key in operation.keys)
    leaves = tuple((key, what) for key in operation.keys for what in left(operation, key))
    return Rule(apply, signature, uses, leaves, observer=observer)


def _follow(branch: Sequence[Simple], values: list[Value], places: Mapping[str, int]) -> Value:
    """Do a branch on these values; its answer, in the words of the state machine: one get tells its value alone."""
    told: list[tuple[str, Value]] = []
    for it in branch:
        place = places[it.key]
        if isinstance(it, Put):
            values[place] = it.value
        elif isinstance(it, Delete):
            values[place] = None
        else:
            told.append((it.key, values[place]))
    if len(told) == 1:
        return told[0][1]
    return "; ".join(f"{key} missing" if value is None else f"{key}={value}" for key, value in told) or None
