"""What a checker of client histories reads and what it says: operations and verdicts.

Moments (`invoke`, `complete`) are integers of one kind throughout a history: trace positions (from 0) or microseconds.
Only their order counts. One operation is before another if it was answered at a smaller moment than the other was asked
at; else the two are concurrent. Clients may have several operations in flight.
"""

from __future__ import annotations

from enum import Enum

from msgspec import UNSET, Struct, UnsetType

from raftlab.core.operations import Transaction, parse

Value = str | None
"""What a key holds. None: nothing, never written or deleted."""

WRITE, DELETE, READ, ADD, SWAP, TRANSACTION = "write", "delete", "read", "add", "swap", "transaction"


class Operation(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a client asked for, when, and what it was told.

    `complete` None: it was never told, so the operation took effect at any moment after `invoke`, or never does.
    Those that were refused never took effect and have no place in a history.

    - "write": `key` becomes `value`.
    - "delete": `key` holds nothing any more; `succeeded` tells whether it held something.
    - "read": `output` is the value that it saw.
    - "add": the integer in `key` grows by `value`; `output` is the new one. A key that holds nothing counts as 0.
      `succeeded` False: it holds no integer, and stays as it is.
    - "swap" (compare and swap): if `key` holds `expected`, it becomes `value`; `succeeded` tells whether it did.
    - "transaction": what `text` says (see raftlab.core.operations); `key` is empty, `output` is the answer, and
      `succeeded` tells whether its comparisons held.

    `output` UNSET and `succeeded` None: the source can't tell, so anything goes.
    """

    client: str
    key: str
    kind: str
    invoke: int
    complete: int | None = None
    value: Value = None
    output: Value | UnsetType = UNSET
    expected: Value = None
    succeeded: bool | None = None
    text: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it touches, each once, in the order of their first mention."""
        if self.kind != TRANSACTION:
            return (self.key,)
        found = parse(self.text)
        assert isinstance(found, Transaction), f"{self.text!r} is no transaction"
        parts = (*found.comparisons, *found.then, *found.otherwise)
        return tuple(dict.fromkeys(part.key for part in parts))


class Outcome(Enum):
    """What a check can end with. UNKNOWN: it ran out of steps, and nothing is claimed."""

    LINEARIZABLE = "linearizable"
    VIOLATED = "not linearizable"
    UNKNOWN = "unknown"


class Verdict(Struct, frozen=True):
    """What was found about some keys, one or those that transactions tie together.

    `operations` counts what was looked at. `explained` counts the answers, in their order, that a sequential store
    could have given: all of them if linearizable, else those before `offender`'s (unknown: before the place reached).
    `evidence` is what the offender contradicts, as few operations as were found. `values` holds what a read could have
    seen instead, where that was worked out. `words` says it in a sentence; it is never empty.
    """

    keys: tuple[str, ...]
    outcome: Outcome
    operations: int
    explained: int
    words: str
    offender: Operation | None = None
    evidence: tuple[Operation, ...] = ()
    values: tuple[Value, ...] = ()
