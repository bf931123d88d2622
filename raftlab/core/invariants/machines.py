"""State machines: State Machine Safety (5.4.3), At Most Once (dissertation 6.3).

Whoever is the first to apply an index writes down its entry and its result; everybody else must do the same there.
From these results a store of the checker's own can be made, which a snapshot's is compared with (section 7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from raftlab.core.invariants.mirror import agree
from raftlab.core.log import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.events import EntriesApplied, EntryApplied, SnapshotInstalled
    from raftlab.core.history import Result
    from raftlab.core.invariants.branches import Forest
    from raftlab.core.invariants.broken import Report
    from raftlab.core.invariants.mirror import Mirror, Mirrors
    from raftlab.core.log import Entry

MOST_REQUESTS: Final = 4096
"""So many requests of a client are remembered, at least half as many; it doesn't ask again for older ones."""


class Machines:
    """Keeps what was applied where. `whole`: the trace tells all from the beginning on."""

    def __init__(self, nodes: Mirrors, forest: Forest, report: Report) -> None:
        self.whole = False
        self._nodes = nodes
        self._report = report
        # What was applied up to `_last`: a log, and the results by index (UNKNOWN: not told).
        self._branch = forest.root
        self._last = 0
        self._results: list[Result] = [UNKNOWN]
        self._loose: dict[int, Entry] = {}  # applied by servers whose logs aren't known from their beginnings on
        self._effects: dict[str, dict[int, int]] = {}  # client -> sequence -> index at which it took effect
        self._replayed = _Store()

    def applied(self, event: EntryApplied) -> None:
        """An entry; mostly one that another server has applied before."""
        mirror = self._nodes[event.node]
        index = event.index
        if index <= mirror.applied and self.whole:
            self._again(mirror, index)
        mirror.applied = index
        if index <= self._last and mirror.branch is self._branch and index <= mirror.last and not self._loose:
            first = self._results[index]
            result = event.result
            if first is not result and first != result:
                self._differs(mirror, index, result)
        else:
            self._apply(mirror, index, (event.result,))

    def several_applied(self, event: EntriesApplied) -> None:
        """Entries in a row."""
        mirror = self._nodes[event.node]
        first, results = event.first, event.results
        last = first + len(results) - 1
        if first <= mirror.applied and self.whole:
            self._again(mirror, first)
        mirror.applied = last
        if (
            last > self._last
            or mirror.branch is not self._branch
            or last > mirror.last
            or self._loose
            or self._results[first : last + 1] != list(results)
        ):
            self._apply(mirror, first, results)

    def revision_at(self, index: int) -> int:
        """The store's revision after an index was applied; 0 when it isn't known."""
        if index > self._last or self._results[index] is UNKNOWN:
            return 0
        return self._results[index].revision

    def installed(self, mirror: Mirror, event: SnapshotInstalled) -> None:
        """A snapshot's store is the one that the same entries make elsewhere, as far as that is known."""
        mirror.applied = mirror.snapshot = event.index
        if event.machine is UNKNOWN or event.index > self._last:
            return
        if event.index < self._replayed.index:
            self._replayed = _Store()
        if not self._replayed.replay(self._results, event.index):
            return
        difference = self._replayed.difference(event.machine)
        if difference is not None:
            self._report(
                "State Machine Safety",
                f"{mirror.name} installs a snapshot up to index {event.index} in which {difference}",
            )

    def _apply(self, mirror: Mirror, first: int, results: Sequence[Result]) -> None:
        """The same in all cases: news at once, the rest one by one."""
        if first > self._last and not self._loose and self._goes_on(mirror, first + len(results) - 1):
            self._first_applied(mirror, first, results)
            return
        for index, result in enumerate(results, first):
            if index <= self._last and agree(mirror.branch, mirror.last, index, self._branch):
                self._compare(mirror, index, result)
            elif index > self._last and self._goes_on(mirror, index):
                self._first_applied(mirror, index, (result,))
            else:
                self._apply_loose(mirror, index)

    def _goes_on(self, mirror: Mirror, index: int) -> bool:
        """Whether a server's log is known up to an index, and holds what was applied so far."""
        if mirror.branch.base or index > mirror.last:
            return False
        return agree(mirror.branch, mirror.last, self._last, self._branch)

    def _first_applied(self, mirror: Mirror, first: int, results: Sequence[Result]) -> None:
        self._results.extend([UNKNOWN] * (first - self._last - 1))
        self._results.extend(results)
        self._branch, self._last = mirror.branch, first + len(results) - 1
        for entry, result in zip(mirror.branch.entries[first : self._last + 1], results, strict=True):
            if entry.client is not None and entry.sequence > 0 and result is not UNKNOWN:
                self._once(mirror, entry, result)
            if entry.index in self._loose:
                self._apply_loose(mirror, entry.index)

    def _compare(self, mirror: Mirror, index: int, result: Result) -> None:
        if mirror.branch.base or index in self._loose:
            self._apply_loose(mirror, index)
        if self._results[index] is UNKNOWN:
            self._results[index] = result
        elif result != self._results[index]:
            self._differs(mirror, index, result)

    def _apply_loose(self, mirror: Mirror, index: int) -> None:
        """Compare one entry alone."""
        place = index - mirror.branch.base
        if place <= 0 or index > mirror.last:
            return
        entry = mirror.branch.entries[place]
        first = self._loose.get(index)
        if first is None:
            first = self._branch.entries[index] if index <= self._last else self._loose.setdefault(index, entry)
        if (first.term, first.kind, first.text) != (entry.term, entry.kind, entry.text):
            self._report(
                "State Machine Safety",
                f"{mirror.name} applies {entry.text!r} (term {entry.term}) at index {index}, "
                f"where another server has applied {first.text!r} (term {first.term})",
            )

    def _differs(self, mirror: Mirror, index: int, result: Result) -> None:
        first = self._results[index]
        if first is UNKNOWN or result is UNKNOWN:
            return
        self._report(
            "State Machine Safety",
            f"{mirror.name} applies entry {index} with the result {_words(result)}, "
            f"and another server has applied it with the result {_words(first)}",
        )

    # -- At Most Once ----------------------------------------------------------------------------------------

    def _again(self, mirror: Mirror, index: int) -> None:
        self._report("At Most Once", f"{mirror.name} applies entry {index}, and has applied all up to {mirror.applied}")

    def _once(self, mirror: Mirror, entry: Entry, result: Result) -> None:
        """A request is told by its client and its number; what is done without an effect may be done again."""
        if not (result.changes or result.lease is not None or result.compacted):
            return
        assert entry.client is not None
        done = self._effects.setdefault(entry.client, {})
        first = done.setdefault(entry.sequence, entry.index)
        if first != entry.index:
            self._report(
                "At Most Once",
                f"{mirror.name} carries out request {entry.sequence} of {entry.client} at index {entry.index}, "
                f"and it took effect at index {first} already",
            )
        if len(done) > MOST_REQUESTS:
            self._effects[entry.client] = dict(list(done.items())[MOST_REQUESTS // 2 :])


class _Store:
    """Keys and values as results make them, up to an index."""

    def __init__(self) -> None:
        self.index = 0
        self.revision = 1
        self.values: dict[str, str] = {}

    def replay(self, results: list[Result], index: int) -> bool:
        """Go on up to an index; False when a result on the way isn't known."""
        while self.index < index:
            result = results[self.index + 1]
            if result is UNKNOWN:
                return False
            for change in result.changes:
                if change.value is None:
                    self.values.pop(change.key, None)
                else:
                    self.values[change.key] = change.value
            self.revision = result.revision or self.revision
            self.index += 1
        return True

    def difference(self, text: str) -> str | None:
        """What the dump of a machine says otherwise, as the end of a sentence; None: nothing."""
        try:
            content: dict[str, Any] = msgspec.json.decode(text)
            revision, keys = content["revision"], {key: found[0] for key, found in content["keys"]}
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError, IndexError):
            return "no store can be read"
        if revision != self.revision:
            return f"the store is at revision {revision}, and elsewhere it was at {self.revision} then"
        for key in sorted({*keys, *self.values}):
            if keys.get(key) != self.values.get(key):
                return f"{key!r} is {keys.get(key)!r}, and elsewhere it was {self.values.get(key)!r} then"
        return None


def _words(result: Result) -> str:
    changes = ", ".join(f"{it.key}={it.value}" for it in result.changes)
    return f"{result.outcome!r}" + (f" ({changes}, revision {result.revision})" if changes else "")
