"""Why a history is not linearizable, in a sentence: the answer that is wrong, and what it contradicts.

The plainest contradiction comes first: a value that nobody wrote; one that was overwritten before the read began; one
that had given way to another, as somebody's read shows. Where none of these is found, the search tells which values
were possible, and the sentence says that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import UNSET, Struct

from raftlab.core.linearizability.evidence import Overwritten, answered_at, held, left, overwritten
from raftlab.core.linearizability.operation import ADD, DELETE, READ, SWAP, TRANSACTION, WRITE, Operation, Value
from raftlab.core.linearizability.unique import Contradiction

When = Callable[[int], str]
"""How a moment is written."""


class Reason(Struct, frozen=True):
    """A sentence, and the operations that it speaks of beside the offender."""

    text: str
    evidence: tuple[Operation, ...] = ()


def explain(
    offender: Operation,
    members: Sequence[Operation],
    values: Sequence[Value],
    initial: Mapping[str, Value],
    when: When,
    contradiction: Contradiction | None = None,
) -> Reason:
    """The reason why no order explains the offender's answer.

    members: all operations of its partition. values: what its key could hold when it was answered, if that is known.
    initial: what keys hold at first. contradiction: what the pass over a register found.
    """
    if offender.kind == READ:
        reason = _never_written(offender, members, initial, when)
        if reason is not None:
            return reason
        old = overwritten(offender, members, initial.get(offender.key))
        if old is not None:
            return _too_old(old, when)
        if contradiction is not None:
            return _gave_way(contradiction, when)
    text = f"{deed(offender)} {_span(offender, when)}, though "
    if values:
        return Reason(f"{text}{offender.keys[0]} could only hold {_either(values)} by then")
    return Reason(f"{text}no order of what was asked until then explains that")


def deed(operation: Operation) -> str:
    """What a client did and was told: "c2 read x = 1"."""
    client, key, value = operation.client, operation.key, operation.value
    if operation.kind == WRITE:
        return f"{client} wrote {_equation(key, value)}"
    if operation.kind == READ:
        return f"{client} read {_equation(key, operation.output)}"
    if operation.kind == DELETE:
        return f"{client} deleted {key}" + (
            " and was told that it held nothing" if operation.succeeded is False else ""
        )
    if operation.kind == ADD:
        if operation.succeeded is False:
            return f"{client} added {value} to {key} and was told that it holds no integer"
        return f"{client} added {value} to {key}" + _told(operation)
    if operation.kind == SWAP:
        ended = {True: "swapped", False: "failed to swap", None: "tried to swap"}[operation.succeeded]
        return f"{client} {ended} {key} from {_shown(operation.expected)} to {_shown(value)}"
    assert operation.kind == TRANSACTION, operation.kind
    branch = {True: ", which held,", False: ", which did not hold,", None: ""}[operation.succeeded]
    return f"{client} asked `{operation.text}`{branch}{_told(operation)}"


def agrees(keys: Sequence[str], count: int) -> str:
    """What is said of a linearizable history."""
    return f"{', '.join(keys)}: one order explains all that was told ({count} operations)"


def gave_up(keys: Sequence[str], steps: int, explained: int, place: Operation, when: When) -> str:
    """What is said when the budget was used up; place: the operation at whose answer the search stood."""
    return (
        f"{', '.join(keys)}: given up after {steps} steps. The first {explained} answers can be explained; whether one "
        f"order explains the next, {deed(place)} {_span(place, when)}, and the rest, is not known"
    )


def _never_written(
    read: Operation, members: Sequence[Operation], initial: Mapping[str, Value], when: When
) -> Reason | None:
    sources = [it for it in members if {read.output, UNSET} & set(left(it, read.key))]
    if initial.get(read.key) == read.output or any(it.invoke <= answered_at(read) for it in sources):
        return None
    text = f"{deed(read)} {_span(read, when)}, though "
    if not sources:
        return Reason(f"{text}nobody ever wrote that")
    source = min(sources, key=_asked)
    return Reason(f"{text}{source.client} asked for that only at {when(source.invoke)}", (source,))


def _too_old(found: Overwritten, when: When) -> Reason:
    read, source, newer = found.read, found.source, found.newer
    best = max(newer, key=lambda it: (it.kind != READ, answered_at(it)))
    said = f"{deed(best)} before the read began"
    if best.kind != READ:
        said = (
            f"{_equation(read.key, held(best, read.key))} had been acknowledged to {best.client} before the read began"
        )
    text = (
        f"{deed(read)} {_span(read, when)}, though {said} (asked at {when(best.invoke)}, answered at "
        f"{when(answered_at(best))})"
    )
    if source is None:
        return Reason(text, (best,))
    return Reason(f"{text}; {deed(source)} before that, until {when(answered_at(source))}", (best, source))


def _gave_way(found: Contradiction, when: When) -> Reason:
    read, before, first, last = found.offender, found.before, found.other_first, found.other_last
    assert first is not None
    assert last is not None
    text = f"{deed(read)} {_span(read, when)}, though before the read began"
    told = f"{deed(first)} {_span(first, when)}"
    earlier = f"{_equation(read.key, read.output)} was there at first"
    if before is not None:
        earlier = f"{deed(before)} until {when(answered_at(before))}"
    if first is last:
        return Reason(f"{text} {told}; {earlier}, before that", _present(first, before))
    return Reason(
        f"{text} {told}; and that value is the newer one: {deed(last)} from {when(last.invoke)} on, while {earlier}",
        _present(first, last, before),
    )


def _told(operation: Operation) -> str:
    return "" if operation.output is UNSET else f" and was told {_shown(operation.output)}"


def _span(operation: Operation, when: When) -> str:
    ended = "never answered" if operation.complete is None else f"answered at {when(operation.complete)}"
    return f"(asked at {when(operation.invoke)}, {ended})"


def _equation(key: str, value: object) -> str:
    return f"{key} = {_shown(value)}"


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)


def _either(values: Sequence[Value], most: int = 4) -> str:
    shown = [_shown(value) for value in values]
    if len(shown) > most:
        return f"one of {', '.join(shown[:most])} and {len(shown) - most} others"
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _present(*operations: Operation | None) -> tuple[Operation, ...]:
    return tuple(it for it in operations if it is not None)


def _asked(operation: Operation) -> int:
    return operation.invoke
