"""From a WAL's records to facts: what the member's term, vote, log and commit index were, one after another.

etcd writes a step's entries first and then the state in which they were stored: an entry of a higher term may stand
before the record of that term. Such an entry carries the state along (Stored.state), so that terms rise first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.model import Entry
from raftlab.importers.etcd_wal import frames
from raftlab.importers.etcd_wal.payload import (
    EntryRecord,
    HardState,
    Membership,
    Opened,
    Payload,
    SnapshotMark,
    State,
    Stored,
)
from raftlab.importers.etcd_wal.proto import integer, message, octets
from raftlab.importers.etcd_wal.requests import describe
from raftlab.importers.fact import Fact

if TYPE_CHECKING:
    from raftlab.importers.etcd_wal.frames import Record
    from raftlab.importers.imported import FileReport
    from raftlab.importers.names import Names

FRAMEWORK: Final = "a WAL's own record (checksum, who writes)"
REPEATS: Final = "a WAL's record that repeats what earlier ones said"


class Reading:
    """One WAL while it is read: its facts so far, and where the member stands."""

    def __init__(self, number: int, report: FileReport, names: Names) -> None:
        self.facts: list[Fact] = []
        self.node = ""
        self._number, self._report, self._names = number, report, names
        self._state = State(0, "0")
        self._state_known = False
        self._commit = 0
        self._last: int | None = None
        self._terms: dict[int, int] = {}
        self._membership: Membership | None = None
        self._changes: dict[int, EntryRecord] = {}
        self._ahead: Stored | None = None
        self._notes: list[str] = []

    def take(self, record: Record) -> None:
        """One record whose checksum holds.

        Raises:
            ValueError: it doesn't make sense after those before it.
        """
        match record.kind:
            case frames.CRC:
                self._report.skip(FRAMEWORK)
            case frames.METADATA:
                self._metadata(record)
            case frames.ENTRY:
                self._entry(record)
            case frames.HARD_STATE:
                self._hard_state(record)
            case frames.SNAPSHOT:
                self._snapshot(record)
            case _:
                raise ValueError(f"there is no record of type {record.kind}")

    def note(self, text: str) -> None:
        """Something that the next fact shall say too."""
        self._notes.append(text)

    def gap(self) -> None:
        """Records are missing here: whatever stood before, it may be otherwise now."""
        self._state_known, self._last, self._membership = False, None, None
        self._terms.clear()
        self._changes.clear()

    def finish(self) -> list[Fact]:
        """The facts; what is left to note goes with the last one."""
        if self._ahead is not None:
            self._ahead.state = State(self._ahead.entry.term, None)
        if self._notes and self.facts:
            payload: Payload = self.facts[-1].payload
            payload.notes = (*payload.notes, *self._notes)
        for fact in self.facts:
            fact.node = self.node
        return self.facts

    def _tell(self, record: Record, form: str, payload: Payload) -> None:
        payload.notes = tuple(self._notes)
        self._notes.clear()
        self.facts.append(Fact(self._number, record.number, 0, "", self.node, form, (), payload=payload))

    def _metadata(self, record: Record) -> None:
        found = message(record.data)
        node = f"{integer(found, 1):x}"
        self._names.belongs(self._report.file, f"{integer(found, 2):x}")
        if self.node and node != self.node:
            raise ValueError(f"it is {node}'s, but the records before it are {self.node}'s")
        self.node = node
        self._report.skip(FRAMEWORK)

    def _entry(self, record: Record) -> None:
        found = EntryRecord.parse(record.data)
        index, term, last = found.index, found.term, self._last
        if not index or not term:
            raise ValueError(f"there is no entry {index} of term {term}")
        if index <= self._commit and self._terms.get(index, term) != term:
            raise ValueError(f"it overwrites entry {index}, which is committed")
        kind, text, member = describe(found.type, found.data)
        if member is not None:
            self._names.say(member.id, member.name)
            self._names.lives_at(member.id, member.urls)
        if last is not None:
            if index > last + 1:
                self.note(f"the WAL lacks the entries {last + 1} to {index - 1}")
            if index <= last:
                for old in [each for each in self._terms if each >= index]:
                    del self._terms[old]
                    self._changes.pop(old, None)
        stored = Stored(Entry(index, term, kind, text), last)
        if term > self._state.term and self._ahead is None:
            self._ahead = stored
        self._terms[index] = term
        self._last = index
        if found.type:
            self._changes[index] = found
        self._tell(record, "wal_entry", stored)

    def _hard_state(self, record: Record) -> None:
        found = message(record.data)
        state, commit = State(integer(found, 1), f"{integer(found, 2):x}"), integer(found, 3)
        if state.term < self._state.term or (commit < self._commit and self._state_known):
            raise ValueError("the term or the commit index falls")
        if self._ahead is not None:
            if state.term < self._ahead.entry.term:
                raise ValueError(
                    f"its term is {state.term}, but an entry before it is of term {self._ahead.entry.term}"
                )
            self._ahead.state, self._ahead = state, None
        same = (state, commit) == (self._state, self._commit) and self._state_known
        self._state, self._commit, self._state_known = state, commit, True
        if same:
            self._report.skip(REPEATS)
        else:
            self._tell(record, "wal_state", HardState(state, commit, self._applied(commit)))

    def _applied(self, commit: int) -> tuple[tuple[int, Membership], ...]:
        """The configurations that count once all up to `commit` is applied."""
        applied = []
        for index in sorted(index for index in self._changes if index <= commit):
            change = self._changes.pop(index)
            if self._membership is not None:
                self._membership = self._membership.changed(change.type, change.data)
            if self._membership is not None:
                applied.append((index, self._membership))
        return tuple(applied)

    def _snapshot(self, record: Record) -> None:
        found = message(record.data)
        index, term = integer(found, 1), integer(found, 2)
        if not index:
            # Only a WAL that is made for a new member begins so.
            self._state_known, self._last, self._membership = True, 0, Membership()
            self._tell(record, "wal_opened", Opened())
            return
        membership = Membership.parse(octets(found, 3)) if 3 in found else None
        held = self._last is None or self._terms.get(index) == term
        installed = not held
        if installed:
            self._terms, self._changes, self._last = {index: term}, {}, index
            self._membership = membership
            self._commit = max(self._commit, index)
        elif self._membership is None:
            self._membership = membership
        self._tell(record, "wal_snapshot", SnapshotMark(index, term, installed, membership))
