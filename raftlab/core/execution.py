"""What applying an entry to a state machine does: the decisions, made once and then only written down.

A result follows from the entry and from the machine before it, and from nothing else; that is what makes the servers'
machines equal (5.3). So nothing here raises on a strange command: an error is a result as well.

A client that hears nothing asks again, and its command may then stand in the log twice. The machine therefore keeps,
for each client, the number of its last request and the answer, and doesn't apply a request again (dissertation 6.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from raftlab.core.history import NOTHING, Change, KeyValue, LeaseChange, Result
from raftlab.core.operations import (
    Add,
    Compact,
    Delete,
    Get,
    Grant,
    Malformed,
    Opaque,
    Put,
    Revoke,
    Simple,
    Transaction,
    as_integer,
    parse,
    plain_put,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.core.log import Entry
    from raftlab.core.machine import Machine


def execute(machine: Machine, entry: Entry) -> Result:
    """The result of applying an entry to a machine, which stays as it is."""
    if entry.kind != "normal":
        return NOTHING
    client, sequence = entry.client, entry.sequence
    if client is None or sequence <= 0:
        client, sequence = None, 0
    else:
        last = machine.last_result(client)
        if last is not None and sequence <= last.sequence:
            # An older answer than the last is no longer kept, and no longer waited for.
            answer = last.answer if sequence == last.sequence else None
            return Result("repeated", answer, (), machine.revision)
    put = plain_put(entry.text)
    if put is not None:
        return Result("ok", None, (Change(*put),), machine.revision + 1, client, sequence)
    operation = parse(entry.text)
    did = _DEEDS[type(operation)](machine, operation)
    revision = machine.revision + 1 if did.changes else machine.revision
    return Result(did.outcome, did.answer, did.changes, revision, client, sequence, did.lease, did.compacted)


def _put(machine: Machine, put: Put) -> Result:
    return _all_of(machine, "ok", (put,))


def _get(machine: Machine, get: Get) -> Result:
    return Result("ok", machine.value(get.key))


def _delete(machine: Machine, delete: Delete) -> Result:
    found = machine.get(delete.key)
    return Result("ok", "0") if found is None else Result("ok", "1", (Change(delete.key, None),))


def _add(machine: Machine, add: Add) -> Result:
    found = machine.get(add.key)
    number = 0 if found is None else as_integer(found.value)
    if number is None:
        return Result("error", f"{add.key} holds no integer")
    total = str(number + add.amount)
    return Result("ok", total, (Change(add.key, total, found.lease if found is not None else None),))


def _transaction(machine: Machine, transaction: Transaction) -> Result:
    for comparison in transaction.comparisons:
        found = machine.get(comparison.key) or _MISSING
        if not comparison.holds(found.value if found.version else None, found.mod_revision):
            return _all_of(machine, "else", transaction.otherwise)
    return _all_of(machine, "ok", transaction.then)


def _all_of(machine: Machine, outcome: str, operations: tuple[Simple, ...]) -> Result:
    """Operations in one revision, or none of them. A get sees what the same transaction wrote before it.

    One get answers with its value; several are told apart as `x=3; y missing`.
    """
    changes: dict[str, Change] = {}
    read: list[tuple[str, str | None]] = []
    for operation in operations:
        key = operation.key
        if isinstance(operation, Put):
            if operation.lease is not None and machine.lease_ttl_us(operation.lease) is None:
                return _no_lease(operation.lease)
            changes[key] = Change(key, operation.value, operation.lease)
        elif isinstance(operation, Delete):
            if machine.get(key) is not None:
                changes[key] = Change(key, None)
        else:
            read.append((key, changes[key].value if key in changes else machine.value(key)))
    if len(read) == 1:
        answer = read[0][1]
    else:
        answer = "; ".join(f"{key} missing" if value is None else f"{key}={value}" for key, value in read) or None
    return Result(outcome, answer, tuple(changes.values()))


def _grant(machine: Machine, grant: Grant) -> Result:
    if machine.lease_ttl_us(grant.lease) is not None:
        return Result("error", f"there is a lease {grant.lease} already")
    return Result("ok", None, lease=LeaseChange(grant.lease, grant.ttl_us))


def _revoke(machine: Machine, revoke: Revoke) -> Result:
    if machine.lease_ttl_us(revoke.lease) is None:
        return _no_lease(revoke.lease)
    keys = machine.lease_keys(revoke.lease)
    changes = tuple(Change(key, None) for key in keys)
    return Result("ok", str(len(keys)), changes, lease=LeaseChange(revoke.lease, None))


def _compact(machine: Machine, compact: Compact) -> Result:
    if compact.revision > machine.revision:
        return Result("error", f"revision {compact.revision} is not yet; the store is at {machine.revision}")
    if compact.revision <= machine.compacted_revision:
        return Result("error", f"compacted up to {machine.compacted_revision} already")
    return Result("ok", None, compacted=compact.revision)


def _opaque(machine: Machine, opaque: Opaque) -> Result:
    return _OK


def _malformed(machine: Machine, malformed: Malformed) -> Result:
    return Result("error", malformed.reason)


def _no_lease(lease: str) -> Result:
    return Result("error", f"there is no lease {lease}")


_OK: Final = Result("ok")
_MISSING: Final = KeyValue("", 0, 0, 0)

# Each deed returns a Result without the revision and the request, which `execute` adds. The operations are a closed
# union, and each deed takes the class that it stands under.
_DEEDS: Final[dict[type, Callable[[Machine, Any], Result]]] = {
    Put: _put, Get: _get, Delete: _delete, Add: _add, Transaction: _transaction, Grant: _grant, Revoke: _revoke,
    Compact: _compact, Opaque: _opaque, Malformed: _malformed,
}  # fmt: skip
