"""Proving a violation from what is near it.

A search that fails has to fail in all its choices, those of long ago too, though what goes wrong mostly goes wrong
within a few operations. So forget the distant past: begin a little before the answer that can't be passed, in every
state that was possible there, and let whatever was in flight then take effect or not, as it likes. Each order of the
whole history is among these beginnings. If none of them passes that answer, none ever will.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from msgspec import UNSET

from raftlab.core.linearizability.evidence import held, left
from raftlab.core.linearizability.operation import ADD, Operation, Value
from raftlab.core.linearizability.rules import State
from raftlab.core.linearizability.search import Found, Search
from raftlab.core.operations import as_integer

WINDOW = 8
"""How many moments before the farthest place the first try begins."""

MOST_STATES = 4096
"""More beginnings than that are not tried."""


def prove(
    search: Search,
    operations: Sequence[Operation],
    keys: Sequence[str],
    initial: Mapping[str, Value],
    steps: int,
    patience: int,
) -> Found | None:
    """Try to prove that no order passes the farthest place that `search` has reached; None if that can't be done.

    operations: those of the search. There are a few tries, which begin ever earlier; patience: how many steps each may
    take. steps: how many the search may have taken in the end, these among them.
    """
    window = WINDOW
    while window < search.farthest and search.steps < steps:
        budget = min(patience, steps - search.steps)
        found = _from(search, search.farthest - window, operations, keys, initial, budget)
        if found is not None:
            return found
        window *= 8
    return None


def _from(
    search: Search,
    begin: int,
    operations: Sequence[Operation],
    keys: Sequence[str],
    initial: Mapping[str, Value],
    steps: int,
) -> Found | None:
    asked = {moment >> 1: place for place, moment in enumerate(search.moments[: search.farthest + 1]) if not moment & 1}
    answered = {moment >> 1: place for place, moment in enumerate(search.moments[: search.farthest + 1]) if moment & 1}
    before = [number for number, place in asked.items() if place < begin]
    states = _states(before, asked, answered, begin, operations, keys, initial)
    flying = [it for it in before if answered.get(it, begin) >= begin and not search.rules[it].observer]
    recent = [it for it, place in asked.items() if place >= begin and (it in answered or not search.rules[it].observer)]
    numbers = flying + recent
    nearby = Search(
        [begin] * len(flying) + [asked[it] for it in recent],
        [None] * len(flying) + [answered.get(it) for it in recent],
        [search.rules[it] for it in numbers],
        search.places,
        states,
        # Of those in flight there may be hundreds, and it hardly matters how often they happen. Only sums could grow.
        [place for place, it in enumerate(flying) if operations[it].kind != ADD],
    )
    found = nearby.run(steps, steps)
    search.steps += found.steps
    return Found(search.farthest, found.states, True, search.steps) if states and found.proved else None


def _states(
    before: Sequence[int],
    asked: Mapping[int, int],
    answered: Mapping[int, int],
    begin: int,
    operations: Sequence[Operation],
    keys: Sequence[str],
    initial: Mapping[str, Value],
) -> list[State]:
    """All states that were possible at a place, and maybe more; none at all if they can't be told, or are too many."""
    choices: list[list[Value]] = []
    for key in keys:
        # What was over before somebody surely knew the key's value has left no trace after that.
        sure = [it for it in before if answered.get(it, begin) < begin and held(operations[it], key) is not UNSET]
        since = max((asked[it] for it in sure), default=-1)
        values: dict[Value, None] = {} if sure else {initial.get(key): None}
        later = [operations[it] for it in before if answered.get(it, begin) >= since]
        for operation in later:
            told = (held(operation, key), *left(operation, key))
            values.update({value: None for value in told if value is not UNSET})
        choices.append(_with_sums(values, [int(it.value or "0") for it in later if _is_untold_sum(it, key)]))
    if prod(map(len, choices)) > MOST_STATES:
        return []
    return list(choices[0]) if len(keys) == 1 else list(product(*choices))


def _is_untold_sum(operation: Operation, key: str) -> bool:
    return operation.kind == ADD and operation.key == key and operation.output is UNSET


def _with_sums(values: Mapping[Value, None], amounts: Sequence[int]) -> list[Value]:
    """These values, and all that some of the amounts may have made of them; they end where there are too many."""
    sums = {0: None}
    for amount in amounts:
        if len(sums) <= MOST_STATES:
            sums |= {amount + each: None for each in sums}
    found = dict(values)
    for value in values:
        number = 0 if value is None else as_integer(value)
        if number is not None and amounts:
            found |= {str(number + each): None for each in sums}
    return list(found)
