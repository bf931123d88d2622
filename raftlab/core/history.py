"""What has happened to a state machine, in the order of its log: written down once, shared by all who look.

A History only grows. Beside the results themselves it keeps, for every key, its versions (multi-version concurrency
control, as in etcd: a change never overwrites, it adds a version with the revision that made it), and for every
client, lease and compaction the positions of the results that speak of them. Whoever knows how many results he
counts as his own, and which revision that is, finds by bisection what stood there then. That is a Machine: see
machine.py.

Positions count from 0, in this history; revisions from 1 (an empty store), and each result that changes a key makes
the next one.

One thread may write while others read, since a result is published (put into `results`) after all that it
entails. Two threads may want to write at once, when both fold the end of a trace: `pen` holds one token, taking
it from a list is atomic, and who doesn't get it goes on in a copy of his own. A pen that was dropped halfway (an
interrupt) stays away, so nobody writes after half a result.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.log import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.machine import Machine


class Change(Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """A key has another value (and lease) from now on; value None: it is deleted."""

    key: str
    value: str | None
    lease: str | None = None


class LeaseChange(Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """A lease begins, to last ttl_us microseconds; ttl_us None: it has ended."""

    lease: str
    ttl_us: int | None


class Result(Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """What applying one entry did: all that has to be written down, and what the client is told.

    Outcomes: "ok"; "else": a transaction's comparison didn't hold; "repeated": this client's request had been applied
    before, so that nothing changes and the stored answer comes back; "nothing": no command (noop and config entries);
    "error": it can't be done, and `answer` says why. `revision` is the store's after it (0: as before). `client` and
    `sequence` name the request whose answer is kept from now on, `compacted` the revision that was compacted.
    """

    outcome: str = "ok"
    answer: str | None = None
    changes: tuple[Change, ...] = ()
    revision: int = 0
    client: str | None = None
    sequence: int = 0
    lease: LeaseChange | None = None
    compacted: int = 0


NOTHING: Final = Result("nothing")
"""The result of every entry that carries no command."""


class KeyValue(Struct, frozen=True, gc=False, array_like=True):
    """A key's value, and etcd's numbers: the revision that created it, the one that changed it last, how many changes
    there have been since its creation (0: this is the mark of its deletion), and its lease."""

    value: str
    create_revision: int
    mod_revision: int
    version: int
    lease: str | None = None


_NEVER: Final = KeyValue("", 0, 0, 0)


class History:
    """An append-only record. Only a Machine writes here."""

    __slots__ = (
        "attached", "base", "born_empty", "compactions", "entries", "leases", "pen", "results", "sessions", "sizes",
        "snapshots", "versions", "written",
    )  # fmt: skip

    def __init__(self, base: int = 1, versions: dict[str, list[KeyValue]] | None = None) -> None:
        """A history that begins with the store of revision `base`; `versions` are its keys, each with its value."""
        self.pen = [True]
        self.base = base
        self.born_empty = True  # its first result is that of the first entry; not so in one that a snapshot began
        self.results: list[Result] = []
        # The entries that were planned, beside their results: where they stand again, so do the results.
        self.entries: list[Entry | None] = []
        self.versions = versions if versions is not None else {}
        # By revision since the base: who made it, and how many keys there were then.
        self.written: list[Result] = []
        self.sizes = [len(self.versions)]
        self.sessions: dict[str, list[int]] = {}
        self.leases: dict[str, list[int]] = {}
        self.compactions: list[int] = []
        # Keys that were ever attached to a lease. Whether they still are, their versions tell.
        self.attached: dict[str, dict[str, None]] = {}
        self.snapshots: dict[str, Machine] = {}

    def key_value(self, key: str, revision: int) -> KeyValue | None:
        """What stood under a key in a revision; None when nothing did."""
        versions = self.versions.get(key)
        if versions is None:
            return None
        found = versions[-1]
        if found.mod_revision > revision:
            place = bisect_right(versions, revision, key=_mod_revision)
            if not place:
                return None
            found = versions[place - 1]
        return found if found.version else None

    def last(self, positions: list[int] | None, length: int) -> Result | None:
        """The last result before position `length` that stands at one of these positions."""
        if not positions:
            return None
        place = positions[-1]
        if place >= length:
            before = bisect_left(positions, length)
            if not before:
                return None
            place = positions[before - 1]
        return self.results[place]

    def write(self, result: Result) -> None:
        """Add a result at the end. The pen must be in hand."""
        if result.changes:
            self._write_changes(result)
        if result.client is not None:
            positions = self.sessions.get(result.client)
            if positions is None:
                positions = self.sessions[result.client] = []
            positions.append(len(self.results))
        if result.lease is not None:
            self.leases.setdefault(result.lease.lease, []).append(len(self.results))
        if result.compacted:
            self.compactions.append(len(self.results))
        self.results.append(result)

    def put(self, key: str, value: str, revision: int) -> None:
        """Add the result of a plain put, and what it changes, at the end. The pen must be in hand."""
        result = Result("ok", None, (Change(key, value),), revision)
        versions = self.versions.get(key)
        if versions is None:
            self.versions[key] = [KeyValue(value, revision, revision, 1)]
            self.sizes.append(self.sizes[-1] + 1)
        else:
            before = versions[-1]
            if before.version:
                versions.append(KeyValue(value, before.create_revision, revision, before.version + 1))
                self.sizes.append(self.sizes[-1])
            else:
                versions.append(KeyValue(value, revision, revision, 1))
                self.sizes.append(self.sizes[-1] + 1)
        self.written.append(result)
        self.results.append(result)

    def remember(self, start: int, entries: Sequence[Entry]) -> None:
        """Note which entries gave the results from position `start` on. The pen must be in hand."""
        missing = start - len(self.entries)
        if missing > 0:
            self.entries.extend([None] * missing)
        self.entries[start : start + len(entries)] = entries

    def fork(self, length: int, revision: int) -> History:
        """A history of its own for who counts `length` results and stands at `revision`. Copies the whole."""
        twin = History(self.base)
        twin.born_empty = self.born_empty
        twin.results = self.results[:length]
        twin.entries = self.entries[:length]
        twin.written = self.written[: revision - self.base]
        twin.sizes = self.sizes[: revision - self.base + 1]
        twin.sessions = _before(self.sessions, length)
        twin.leases = _before(self.leases, length)
        twin.compactions = self.compactions[: bisect_left(self.compactions, length)]
        twin.attached = {lease: dict(keys) for lease, keys in list(self.attached.items())}
        for key, versions in list(self.versions.items()):
            kept = versions[: bisect_right(versions, revision, key=_mod_revision)]
            if kept:
                twin.versions[key] = kept
        return twin

    def _write_changes(self, result: Result) -> None:
        revision, size = result.revision, self.sizes[-1]
        for change in result.changes:
            key, value = change.key, change.value
            versions = self.versions.get(key)
            before = versions[-1] if versions is not None else _NEVER
            if value is None:
                after = KeyValue("", 0, revision, 0)
                size -= before.version > 0
            elif before.version:
                after = KeyValue(value, before.create_revision, revision, before.version + 1, change.lease)
            else:
                after = KeyValue(value, revision, revision, 1, change.lease)
                size += 1
            if versions is None:
                self.versions[key] = [after]
            else:
                versions.append(after)
            if change.lease is not None:
                self.attached.setdefault(change.lease, {})[key] = None
        self.sizes.append(size)
        self.written.append(result)


def _mod_revision(found: KeyValue) -> int:
    return found.mod_revision


def _before(positions: dict[str, list[int]], length: int) -> dict[str, list[int]]:
    """Of positions by name those before `length`, and no name that has none."""
    kept = {name: found[: bisect_left(found, length)] for name, found in list(positions.items())}
    return {name: found for name, found in kept.items() if found}
