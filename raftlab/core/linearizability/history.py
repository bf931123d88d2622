"""From a trace to a history: what clients asked and were told, collected event by event.

A request that its client repeats is one operation, from the first asking to the first answer that settles it. One of
which every attempt was turned away never took effect and is left out; any other without an answer may have.

Entries that stand in logs though no client asked for them (the story began with them, or a leader made them itself)
count as operations without an answer by `NOBODY`: clients may see what they wrote.

Keys that end with a lease change when no client asks; a comparison of revisions speaks of the whole store. Registers
can't tell of either, so such keys are left out, those that a transaction ties to them too, and `left_out` says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Struct

from raftlab.core.events import (
    ClientAnswered,
    ClientAsked,
    ClusterCreated,
    EntriesAppended,
    Event,
    ReadAnswered,
    RequestAccepted,
)
from raftlab.core.linearizability.check import partitions
from raftlab.core.linearizability.operation import ADD, DELETE, READ, TRANSACTION, WRITE, Operation, Value
from raftlab.core.log import Entry
from raftlab.core.operations import Add, Delete, Get, Put, Transaction, as_integer, parse
from raftlab.core.times import format_us

NOBODY = "nobody"
"""The client of entries that no client asked for."""


class _Request(Struct):
    """A request on its way. `attempts` counts those of which nobody knows that they were turned away."""

    client: str
    text: str
    reads: str | None
    invoke: int
    attempts: int = 0
    accepted: bool = False


class History:
    """The operations of a trace, for `check`. Their moments are positions in it.

    `observe` takes an event; whoever is in a hurry looks into `handlers` for its class, and calls what is there with
    the position and the event. `serializable` holds the reads that may be old and are not checked: `overwritten` tells
    how old.
    """

    def __init__(self) -> None:
        self.serializable: list[Operation] = []
        self.handlers: dict[type[Event], Callable[[int, Any], None]] = {
            ClusterCreated: self._created,
            ClientAsked: self._asked,
            RequestAccepted: self._accepted,
            ClientAnswered: self._answered,
            ReadAnswered: self._read,
            EntriesAppended: self._appended,
        }
        self._settled: list[Operation] = []
        self._open: dict[tuple[str, int], _Request] = {}
        self._untellable: dict[str, str] = {}
        self._times: dict[int, int] = {}

    def observe(self, position: int, event: Event) -> None:
        """Take note of the next event; position: where it stands in its trace."""
        handler = self.handlers.get(type(event))
        if handler is not None:
            handler(position, event)

    def operations(self) -> list[Operation]:
        """What can be checked, by keys. Serializable reads are not among it."""
        return [it for keys, members in self._groups() if not self._why_not(keys) for it in members]

    def left_out(self) -> dict[str, str]:
        """The keys that can't be checked, and why."""
        found = ((key, self._why_not(keys)) for keys, _ in self._groups() for key in keys)
        return {key: reason for key, reason in found if reason}

    def when(self, position: int) -> str:
        """The time at which an operation of this history was asked or answered, for the sentences of `check`."""
        return format_us(self._times[position])

    def _groups(self) -> list[tuple[tuple[str, ...], list[Operation]]]:
        lost = [
            self._operation(request, None, UNSET)
            for request in self._open.values()
            if request.reads is None and (request.accepted or request.attempts > 0)
        ]
        return partitions([*self._settled, *(it for it in lost if it is not None)])

    def _why_not(self, keys: tuple[str, ...]) -> str:
        return next((self._untellable[key] for key in keys if key in self._untellable), "")

    # --- events ------------------------------------------------------------------------------------------------------

    def _created(self, position: int, event: ClusterCreated) -> None:
        entries = dict.fromkeys(entry for history in event.histories.values() for entry in history.log)
        self._nobody_asked(position, event.at_us, tuple(entries))

    def _appended(self, position: int, event: EntriesAppended) -> None:
        # Followers append under other rules what somebody has proposed before.
        if event.rule == "accept_proposal":
            self._nobody_asked(position, event.at_us, event.entries)

    def _nobody_asked(self, position: int, at_us: int, entries: tuple[Entry, ...]) -> None:
        self._times[position] = at_us
        for entry in entries:
            if entry.kind == "normal":
                operation = self._operation(_Request(NOBODY, entry.text, None, position), None, UNSET)
                if operation is not None and operation.kind != READ:
                    self._settled.append(operation)

    def _asked(self, position: int, event: ClientAsked) -> None:
        name = (event.client, event.sequence)
        request = self._open.get(name)
        if request is None:
            request = self._open[name] = _Request(event.client, event.text, event.reads, position)
            self._times[position] = event.at_us
        request.attempts += 1

    def _accepted(self, position: int, event: RequestAccepted) -> None:
        request = self._open.get((event.client, event.sequence))
        if request is not None:
            request.accepted = True

    def _answered(self, position: int, event: ClientAnswered) -> None:
        name = (event.client, event.sequence)
        request = self._open.get(name)
        if request is None:
            return  # It has had its answer before.
        if event.outcome == "ok":
            self._settle(position, event, name, event.answer)
        elif event.outcome != "unknown":
            request.attempts -= 1

    def _read(self, position: int, event: ReadAnswered) -> None:
        if (event.client, event.sequence) in self._open:
            self._settle(position, event, (event.client, event.sequence), event.value)

    def _settle(self, position: int, event: Event, name: tuple[str, int], answer: Value) -> None:
        request = self._open.pop(name)
        self._times[position] = event.at_us
        operation = self._operation(request, position, answer)
        if operation is not None:
            (self.serializable if request.reads == "serializable" else self._settled).append(operation)

    # --- operations --------------------------------------------------------------------------------------------------

    def _operation(self, request: _Request, complete: int | None, answer: Any) -> Operation | None:
        """What a request comes to; None when it concerns no key's value. answer: UNSET without one."""
        client, invoke, told = request.client, request.invoke, complete is not None
        if request.reads is not None:
            return Operation(client, request.text, READ, invoke, complete, output=answer)
        asked = parse(request.text)
        if isinstance(asked, Transaction):
            return self._transaction(request, asked, complete, answer)
        if isinstance(asked, Put):
            if asked.lease is not None:
                self._untellable[asked.key] = "it ends with a lease"
            return Operation(client, asked.key, WRITE, invoke, complete, asked.value)
        if isinstance(asked, Get):
            return Operation(client, asked.key, READ, invoke, complete, output=answer)
        if isinstance(asked, Delete):
            succeeded = {"1": True, "0": False}.get(answer) if told else None
            return Operation(client, asked.key, DELETE, invoke, complete, succeeded=succeeded)
        if isinstance(asked, Add):
            amount = str(asked.amount)
            if not told or answer is None:
                return Operation(client, asked.key, ADD, invoke, complete, amount)
            if as_integer(answer) is None:
                return Operation(client, asked.key, ADD, invoke, complete, amount, succeeded=False)
            return Operation(client, asked.key, ADD, invoke, complete, amount, answer)
        return None

    def _transaction(
        self, request: _Request, asked: Transaction, complete: int | None, answer: Any
    ) -> Operation | None:
        parts = (*asked.comparisons, *asked.then, *asked.otherwise)
        if any(it.subject == "revision" for it in asked.comparisons):
            self._untellable.update((it.key, "a transaction compares revisions") for it in parts)
        for it in parts:
            if isinstance(it, Put) and it.lease is not None:
                self._untellable[it.key] = "it ends with a lease"
        return Operation(
            request.client, "", TRANSACTION, request.invoke, complete, output=answer, text=request.text
        )  # fmt: skip
