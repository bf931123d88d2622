"""The replicated state machine (5.3): a small etcd, with revisions, transactions, leases and client sessions.

A Machine is a view on a History that the machines of other servers, and their copies in keyframes, share: it says how
many results count as its own, and which revision that is. So a copy costs the same for ten keys as for a hundred
thousand. Servers apply the same entries, and a fold that is done again meets the same results: then what is to be
recorded stands there already, and the view only moves on. Where something else stands, the view goes on in a copy of
the history, and nobody else notices.

Deciding and writing down are apart. `plan` says what entries would do; an event carries these results; `record`
writes them down, and neither parses nor decides nor checks anything. So a decoded trace folds to the same machine.

Planning walks a copy of the view forward, which writes the results into the shared history: there the next server finds
them planned already. No view sees them before it has recorded them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from raftlab.core.execution import execute
from raftlab.core.history import NOTHING, Change, History, KeyValue, LeaseChange, Result
from raftlab.core.log import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NOTHING", "Change", "KeyValue", "Lease", "LeaseChange", "Look", "Machine", "Refusal", "Result"]

_SNAPSHOTS_KEPT = 8


class Lease(Struct, frozen=True, gc=False):
    """A lease: how long it lasts, in microseconds, and the keys that end with it, sorted."""

    ttl_us: int
    keys: tuple[str, ...] = ()


class Refusal(Struct, frozen=True, gc=False):
    """Why a revision can't be looked at. "compacted": `revision` is the oldest that can; "future": the newest."""

    reason: str
    revision: int


class Look:
    """A store as it was in a revision."""

    __slots__ = ("_history", "revision")

    def __init__(self, history: History, revision: int) -> None:
        self._history = history
        self.revision = revision

    def get(self, key: str) -> KeyValue | None:
        """What stood under a key; None when nothing did."""
        return self._history.key_value(key, self.revision)

    def value(self, key: str) -> str | None:
        """The value of a key; None when there was none."""
        found = self._history.key_value(key, self.revision)
        return None if found is None else found.value

    def items(self) -> list[tuple[str, str]]:
        """All keys and their values, sorted by key."""
        return [(key, found.value) for key, found in self.key_values()]

    def key_values(self) -> list[tuple[str, KeyValue]]:
        """All keys and what stands under them, sorted by key."""
        history, revision = self._history, self.revision
        # `sorted` reads all the keys in one go, so that no other thread's key comes in between.
        pairs = ((key, history.key_value(key, revision)) for key in sorted(history.versions))
        return [(key, found) for key, found in pairs if found is not None]


class Machine(Look):
    """The state machine of one server; see the module. Empty, its revision is 1, and the first put makes it 2.

    Two are equal when their stores, leases, sessions and revisions are: not the past, of which a snapshot says nothing.
    """

    __slots__ = ("_length", "_oldest", "_text")

    def __init__(self) -> None:
        super().__init__(History(), 1)
        self._length = 0
        self._oldest = 1
        self._text: str | None = None

    def copy(self) -> Machine:
        """Another view on the same history, in constant time."""
        twin = Machine.__new__(Machine)
        twin._history = self._history
        twin._length = self._length
        twin._oldest = self._oldest
        twin._text = self._text
        twin.revision = self.revision
        return twin

    def reborn(self) -> Machine:
        """An empty machine, which shares this one's history if that began empty: what a server that starts anew has.

        It will apply the same entries again, and finds them there.
        """
        twin = Machine()
        if self._history.born_empty:
            twin._history = self._history
        return twin

    @property
    def has_leases(self) -> bool:
        """Whether there ever was a lease: cheaper than to ask which there are."""
        return bool(self._history.leases)

    def __len__(self) -> int:
        """How many keys there are."""
        return self._history.sizes[self.revision - self._history.base]

    def __bool__(self) -> bool:
        """A machine without keys is a machine all the same."""
        return True

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Machine):
            return NotImplemented
        if self._history is other._history and self._length == other._length:
            return True
        return self.revision == other.revision and self._content() == other._content()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Machine(revision {self.revision}, {len(self)} keys)"

    # --- applying --------------------------------------------------------------------------------------------------

    def plan(self, entries: Sequence[Entry]) -> tuple[Result, ...]:
        """What applying these entries here would do. The view stays as it is."""
        history, start = self._history, self._length
        if len(entries) == 1 and start < len(history.entries) and history.entries[start] is entries[0]:
            return (history.results[start],)  # another server has just applied this very entry
        stop = start + len(entries)
        if history.entries[start:stop] == [*entries]:
            return tuple(history.results[start:stop])
        walker = self.copy()
        if _take(history.pen):
            results = walker._continue(entries) if start == len(history.results) else None
            history.pen.append(True)
            if results is not None:
                return results
        for entry in entries:
            walker.record((execute(walker, entry),))
        history = self._history = walker._history
        if _take(history.pen):
            history.remember(start, entries)
            history.pen.append(True)
        return tuple(history.results[start:stop])

    def plan_blindly(self, entries: Sequence[Entry]) -> tuple[Result, ...]:
        """The same without clients' sessions, which are neither looked at nor kept: a retry is applied again."""
        return self.plan([Entry(entry.index, entry.term, entry.kind, entry.text) for entry in entries])

    def record(self, results: Sequence[Result]) -> None:
        """Write results down. What an event does; nobody else may."""
        if not results:
            return
        start = self._length
        stop = start + len(results)
        if self._history.results[start:stop] != [*results]:
            self._write(start, results)
        self._length = stop
        self._text = None
        for result in reversed(results):
            if result.revision:
                self.revision = result.revision
                break

    def record_one(self, result: Result) -> None:
        """Write one result down: the same as `record`, for the usual case."""
        start, standing = self._length, self._history.results
        if start < len(standing) and standing[start] is result:
            self._length = start + 1
            self._text = None
            if result.revision:
                self.revision = result.revision
        else:
            self.record((result,))

    def _continue(self, entries: Sequence[Entry]) -> tuple[Result, ...]:
        """Execute entries at the history's end, pen in hand: nothing can stand there, so nothing is compared."""
        history, start = self._history, self._length
        for entry in entries:
            if entry.client is None and entry.kind == "normal":
                key, _, value = entry.text.partition("=")
                if key.isalnum() and value.isalnum():  # `x=3`: as execute and write would do, in one go
                    self.revision += 1
                    self._length += 1
                    history.put(key, value, self.revision)
                    continue
            result = execute(self, entry)
            history.write(result)
            self._length += 1
            if result.revision:
                self.revision = result.revision
        history.remember(start, entries)
        return tuple(history.results[start:])

    def _write(self, start: int, results: Sequence[Result]) -> None:
        """Continue the history if it ends here (or within these results), or else a copy of it."""
        history = self._history
        if _take(history.pen):
            standing = history.results[start : start + len(results)]
            fits = standing == [*results[: len(standing)]]
            if fits:
                for result in results[len(standing) :]:
                    history.write(result)
            history.pen.append(True)
            if fits:
                return
        self._history = history.fork(start, self.revision)
        for result in results:
            self._history.write(result)

    # --- looking ---------------------------------------------------------------------------------------------------

    @property
    def compacted_revision(self) -> int:
        """The revision up to which the past was compacted; 0 when it never was."""
        found = self._history.last(self._history.compactions, self._length)
        return 0 if found is None else found.compacted

    def at(self, revision: int) -> Look | Refusal:
        """The store as it was in an older revision."""
        oldest = max(self.compacted_revision, self._oldest)
        if revision < oldest:
            return Refusal("compacted", oldest)
        if revision > self.revision:
            return Refusal("future", self.revision)
        return Look(self._history, revision)

    def changes_since(
        self, revision: int, key: str | None = None, prefix: str = ""
    ) -> tuple[tuple[int, Change], ...] | Refusal:
        """The changes after a revision, oldest first, each with the revision that it made: what a watch is told.

        Only those of `key` when it is given, and only those of keys that begin with `prefix`.
        """
        look = self.at(revision)
        if isinstance(look, Refusal):
            return look
        history = self._history
        return tuple(
            (made.revision, change)
            for made in history.written[revision - history.base : self.revision - history.base]
            for change in made.changes
            if (key is None or change.key == key) and change.key.startswith(prefix)
        )

    def last_result(self, client: str) -> Result | None:
        """The result of the last request of a client that was applied (dissertation 6.3)."""
        history = self._history
        return history.last(history.sessions.get(client), self._length)

    def sessions(self) -> dict[str, tuple[int, str | None]]:
        """By client, sorted: the number of its last request and the answer."""
        found = ((client, self.last_result(client)) for client in sorted(self._history.sessions))
        return {client: (last.sequence, last.answer) for client, last in found if last is not None}

    def lease_ttl_us(self, lease: str) -> int | None:
        """How long a lease lasts, in microseconds; None when there is no such lease."""
        found = self._history.last(self._history.leases.get(lease), self._length)
        return None if found is None or found.lease is None else found.lease.ttl_us

    def lease_keys(self, lease: str) -> tuple[str, ...]:
        """The keys that are attached to a lease, sorted."""
        once = sorted(self._history.attached.get(lease, ()))
        return tuple(key for key in once if (found := self.get(key)) is not None and found.lease == lease)

    def leases(self) -> dict[str, Lease]:
        """The leases that there are, sorted."""
        found = ((lease, self.lease_ttl_us(lease)) for lease in sorted(self._history.leases))
        return {lease: Lease(ttl_us, self.lease_keys(lease)) for lease, ttl_us in found if ttl_us is not None}

    # --- snapshots (section 7) -------------------------------------------------------------------------------------

    def dump(self) -> str:
        """The machine as compact JSON text: equal machines give the same. Older revisions are left out.

        This differs from etcd, whose snapshots carry every revision since the last compaction; here a snapshot is to be
        smaller than the log that it replaces.
        """
        if self._text is None:
            self._text = _encoder.encode(self._content()).decode()
            _keep(self._history, self._text, self)
        return self._text

    @classmethod
    def load(cls, text: str) -> Machine:
        """The machine of a snapshot, with a history of its own.

        Raises:
            msgspec.MsgspecError: the text is no snapshot.
        """
        content = _decoder.decode(text)
        machine = cls.__new__(cls)
        history = History(content.revision, {key: [found] for key, found in content.keys})
        for key, found in content.keys:
            if found.lease is not None:
                history.attached.setdefault(found.lease, {})[key] = None
        # What isn't a key is told by results, so a loaded history begins with some that nobody applied.
        told = [Result("nothing", lease=LeaseChange(lease, ttl_us)) for lease, ttl_us in content.leases]
        told += [Result("nothing", answer, (), 0, client, number) for client, number, answer in content.sessions]
        if content.compacted:
            told.append(Result("nothing", compacted=content.compacted))
        history.born_empty = False
        for result in told:
            history.write(result)
        machine._history = history
        machine._length = len(told)
        machine.revision = machine._oldest = content.revision
        machine._text = text
        _keep(history, text, machine)
        return machine

    def install(self, text: str) -> None:
        """Become the machine of a snapshot (section 7). What an event does; nobody else may.

        A snapshot that was taken from, or loaded beside, this history is found there, and the history stays shared.

        Raises:
            msgspec.MsgspecError: the text is no snapshot.
        """
        known = self._history.snapshots.get(text)
        if known is None:
            known = Machine.load(text)
            _keep(self._history, text, known)
        self._history = known._history
        self._length = known._length
        self._text = text
        self.revision = self._oldest = known.revision

    def _content(self) -> _Content:
        return _Content(
            self.revision,
            self.compacted_revision,
            self.key_values(),
            [(lease, found.ttl_us) for lease, found in self.leases().items()],
            [(client, number, answer) for client, (number, answer) in self.sessions().items()],
        )


class _Content(Struct):
    """What a snapshot holds. The keys of a lease stand with the keys."""

    revision: int
    compacted: int
    keys: list[tuple[str, KeyValue]]
    leases: list[tuple[str, int]]
    sessions: list[tuple[str, int, str | None]]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Content)


def _take(pen: list[bool]) -> bool:
    """Whether the pen is ours now. Asking first could be too late: another thread may take it in between."""
    try:
        pen.pop()
    except IndexError:
        return False
    return True


def _keep(history: History, text: str, machine: Machine) -> None:
    """Let later installations of a snapshot find it. Few are kept, for they hold on to what they came from."""
    if len(history.snapshots) >= _SNAPSHOTS_KEPT:
        history.snapshots.clear()
    history.snapshots[text] = machine.copy()
