"""Is a history of client operations linearizable (Herlihy and Wing, 1990)?

It is if each operation can be given one instant between its question and its answer such that, done in the order of
these instants, a single sequential store would have given the same answers. The property is local: a history is
linearizable if it is for each key alone, so keys are checked one by one. Keys that one transaction touches belong
together and are checked as one.

An operation without an answer may have happened or not, and at any time after its question. What nobody can have
noticed of those is left out before anything is searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import UNSET, UnsetType

from raftlab.core.linearizability import nearby, unique, words
from raftlab.core.linearizability.operation import READ, SWAP, WRITE, Operation, Outcome, Value, Verdict
from raftlab.core.linearizability.rules import compile_rule, initial_state, value_in
from raftlab.core.linearizability.search import Search

STEPS = 2_000_000
"""How many choices a search may look at for each partition: some ten seconds."""

PATIENCE = 2_000
"""After so many steps without progress it is tried whether the place where the search stands can be passed at all."""


def check(
    operations: Iterable[Operation],
    steps: int = STEPS,
    initial: Mapping[str, Value] | None = None,
    when: Callable[[int], str] = str,
) -> tuple[Verdict, ...]:
    """One verdict for each key, or for each group of keys that transactions tie together, in the order of the keys.

    operations: in any order; those that were refused are not among them.
    steps: the budget of each partition's search; one that needs more gets the verdict UNKNOWN.
    initial: what the keys hold at first; those that aren't named hold nothing.
    when: how a moment is written in a sentence.
    """
    begin = initial or {}
    return tuple(_check(keys, members, steps, begin, when) for keys, members in partitions(operations))


def partitions(operations: Iterable[Operation]) -> list[tuple[tuple[str, ...], list[Operation]]]:
    """Operations by the keys that have to be looked at together; the keys of each group are sorted, as are the groups.

    A transaction that touches no key says nothing and is left out.
    """
    leader: dict[str, str] = {}

    def find(key: str) -> str:
        root = key
        while leader.setdefault(root, root) != root:
            root = leader[root]
        while leader[key] != root:
            leader[key], key = root, leader[key]
        return root

    by_key: dict[str, list[Operation]] = {}
    for operation in operations:
        keys = operation.keys
        if keys:
            by_key.setdefault(keys[0], []).append(operation)
        for key in keys:
            leader[find(key)] = find(keys[0])
    groups: dict[str, list[str]] = {}
    for key in sorted(leader):
        groups.setdefault(find(key), []).append(key)
    return [(tuple(keys), [it for key in keys for it in by_key.get(key, ())]) for keys in groups.values()]


def _check(
    keys: tuple[str, ...],
    members: list[Operation],
    steps: int,
    initial: Mapping[str, Value],
    when: Callable[[int], str],
) -> Verdict:
    telling = _telling(members)
    if len(keys) == 1 and unique.names_its_writers(telling, initial.get(keys[0])):
        return _check_unique(keys, members, telling, initial.get(keys[0]), when)
    places = {key: place for place, key in enumerate(keys)}
    rules = [compile_rule(it, places) for it in telling]
    asked, answered = [it.invoke for it in telling], [it.complete for it in telling]
    search = Search(asked, answered, rules, places, [initial_state(initial, keys)])
    patience = PATIENCE
    found = search.run(steps, patience)
    while found.place is not None and not found.proved and found.steps < steps:
        patience *= 8
        found = nearby.prove(search, telling, keys, initial, steps, patience) or search.run(steps, patience)
    if found.place is None:
        return _linearizable(keys, members)
    offender = telling[search.moments[found.place] >> 1]
    explained = _answered_before(members, offender)
    if not found.proved:
        text = words.gave_up(keys, found.steps, explained, offender, when)
        return Verdict(keys, Outcome.UNKNOWN, len(members), explained, text)
    values: tuple[Value, ...] = ()
    if len(offender.keys) == 1:
        key = offender.keys[0]
        held = [value_in(state, places, key) for state in found.states]
        held += [it.value for it in members if it.kind == WRITE and it.key == key and _was_lost(it, offender)]
        values = tuple(dict.fromkeys(held))
    reason = words.explain(offender, members, values, initial, when)
    return Verdict(keys, Outcome.VIOLATED, len(members), explained, reason.text, offender, reason.evidence, values)


def _check_unique(
    keys: tuple[str, ...],
    members: list[Operation],
    telling: list[Operation],
    initial: Value,
    when: Callable[[int], str],
) -> Verdict:
    found = unique.first_contradiction(telling, initial)
    if found is None:
        return _linearizable(keys, members)
    reason = words.explain(found.offender, members, (), {keys[0]: initial}, when, found)
    explained = _answered_before(members, found.offender)
    return Verdict(keys, Outcome.VIOLATED, len(members), explained, reason.text, found.offender, reason.evidence)


def _telling(members: list[Operation]) -> list[Operation]:
    """Without what nobody can have noticed: reads that tell nothing, and lost writes of values that nobody saw."""
    wanted: set[Value | UnsetType] = set()
    for operation in members:
        if operation.kind == READ:
            if operation.complete is not None:
                wanted.add(operation.output)
        elif operation.kind == SWAP and operation.succeeded:
            wanted.add(operation.expected)
        elif operation.kind != WRITE:
            return [it for it in members if not _tells_nothing(it)]  # It may have noticed any value.
    return [it for it in members if not _tells_nothing(it) and not _is_lost_write(it, wanted)]


def _tells_nothing(operation: Operation) -> bool:
    return operation.kind == READ and (operation.complete is None or operation.output is UNSET)


def _is_lost_write(operation: Operation, wanted: set[Value | UnsetType]) -> bool:
    return operation.kind == WRITE and operation.complete is None and operation.value not in wanted


def _was_lost(operation: Operation, offender: Operation) -> bool:
    """Whether an operation without an answer may have happened before the offender was answered."""
    return operation.complete is None and operation.invoke < (offender.complete or 0)


def _linearizable(keys: tuple[str, ...], members: Sequence[Operation]) -> Verdict:
    answered = sum(operation.complete is not None for operation in members)
    return Verdict(keys, Outcome.LINEARIZABLE, len(members), answered, words.agrees(keys, len(members)))


def _answered_before(members: Sequence[Operation], offender: Operation) -> int:
    assert offender.complete is not None
    return sum(it.complete is not None and it.complete < offender.complete for it in members)
