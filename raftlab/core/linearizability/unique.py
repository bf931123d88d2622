"""Registers whose values name their writers: checked in one pass, about as fast as the history can be sorted.

If every value that is read was written once only, each read points at its write, and nothing needs to be searched.
Take a value with its write and reads as one family. All of them share one stretch of time without another write in
between. That stretch holds at the latest from the family's first answer, and until its last beginning at least. So two
families contradict each other exactly if each has an answer before the other's last beginning: each would have to be
over before the other. A history without such a pair (and without a read that was answered before its write was asked
for) is linearizable. The theorem is from Gibbons and Korach, "Testing shared memories" (SIAM J. Comput., 1997).

The pass goes by answers, so that the first contradiction is found at the very answer that makes it. Only a read's
answer can: a write fits at the end of whatever was seen so far.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from msgspec import Struct

from raftlab.core.linearizability.operation import READ, WRITE, Operation, Value


class Contradiction(Struct, frozen=True):
    """A read that no order explains.

    `source` is the write that it names, None if there is none (or nothing was written at first). If that was asked for
    in time, another family stands against the read: `before` is the first answer of the read's own family, None for the
    initial value; `other_last` began after it; `other_first` was answered before the read began.
    """

    offender: Operation
    source: Operation | None = None
    before: Operation | None = None
    other_first: Operation | None = None
    other_last: Operation | None = None


class _Family:
    """A value's write and reads, as far as they were answered."""

    __slots__ = ("began", "first", "last", "place")

    def __init__(self, place: int, first: Operation | None, last: Operation | None, began: int) -> None:
        self.place = place
        self.first = first
        self.last = last
        self.began = began


def names_its_writers(operations: Sequence[Operation], initial: Value) -> bool:
    """Whether these are reads and writes of one key where each value that is read has one writer at most."""
    if any(operation.kind not in (READ, WRITE) for operation in operations):
        return False
    seen = {operation.output for operation in operations if operation.kind == READ and operation.complete is not None}
    written = {initial}
    for operation in operations:
        if operation.kind == WRITE and operation.value in seen:
            if operation.value in written:
                return False
            written.add(operation.value)
    return True


def first_contradiction(operations: Sequence[Operation], initial: Value) -> Contradiction | None:
    """The read at whose answer it became clear that no order explains the history; None if there is one.

    operations: a history that `names_its_writers`, without reads that tell nothing.
    """
    answered = [it for it in operations if it.complete is not None]
    answered.sort(key=_answered)
    seen = {operation.output for operation in answered if operation.kind == READ}
    sources = {it.value: it for it in operations if it.kind == WRITE and it.value in seen}
    return _Pass(sources, initial).run(answered)


class _Pass:
    """The families in the order of their first answers, with the latest beginning among each prefix of them."""

    def __init__(self, sources: dict[Value, Operation], initial: Value) -> None:
        self.sources = sources
        self.of_value: dict[object, _Family] = {initial: _Family(0, None, None, -1)}
        self.families = list(self.of_value.values())
        self.answers = [-1]
        self.latest = [-1]

    def run(self, answered: Sequence[Operation]) -> Contradiction | None:
        of_value, sources = self.of_value, self.sources
        for operation in answered:
            if operation.kind == WRITE:
                value: object = operation.value
                if value not in sources:
                    self.add(operation, operation)  # Nobody reads it, so it needs no name.
                elif value not in of_value:
                    of_value[value] = self.add(operation, operation)
                continue
            family = of_value.get(operation.output)
            if family is None:
                source = sources.get(operation.output)  # type: ignore[arg-type]
                if source is None or source.invoke > _answered(operation):
                    return Contradiction(operation, source)
                last = operation if operation.invoke > source.invoke else source
                of_value[operation.output] = self.add(operation, last)
            elif operation.invoke > family.began:
                family.last, family.began = operation, operation.invoke
                self.raise_latest(family)
                other = self.against(family)
                if other is not None:
                    source = sources.get(operation.output)  # type: ignore[arg-type]
                    return Contradiction(operation, source, family.first, other.first, other.last)
        return None

    def add(self, first: Operation, last: Operation) -> _Family:
        """A family whose first answer is the latest of all answers so far."""
        family = _Family(len(self.families), first, last, last.invoke)
        self.families.append(family)
        self.answers.append(_answered(first))
        self.latest.append(max(self.latest[-1], last.invoke))
        return family

    def raise_latest(self, family: _Family) -> None:
        """Few steps in a history that is fine: families answered later are those in flight then, or newer ones."""
        latest, began = self.latest, family.began
        place = family.place
        while place < len(latest) and latest[place] < began:
            latest[place] = began
            place += 1

    def against(self, family: _Family) -> _Family | None:
        """A family that had an answer before this one's last beginning, and began after this one's first answer."""
        first_answer = self.answers[family.place]
        place = bisect_left(self.answers, family.began) - 1
        while place >= 0 and self.latest[place] > first_answer:
            other = self.families[place]
            if other is not family and other.began > first_answer:
                return other
            place -= 1
        return None


def _answered(operation: Operation) -> int:
    assert operation.complete is not None
    return operation.complete
