"""All the logs that ever were, each beginning written down once; and Log Matching (5.3).

A log is a place on a branch: the entries of that branch up to its last index. Servers whose logs agree stand on the
same branch, so that one who appends what another has appended only moves on: nothing is stored, and hardly anything
compared. Where a log goes on in another way than its branch does, it moves to a branch of its own.

Every beginning of a log has exactly one number, on whichever branches it stands: two logs are equal up to an index if
and only if their numbers there are equal. So a whole log is compared in constant time.

This could be better: a new branch copies what it has in common with the old one. Logs part ways rarely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.log import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.invariants.broken import Report

_NO_ENTRY: Final = Entry(0, 0)


class Branch:
    """A log that some server holds, or held; it only grows.

    `entries[i]` stands at Raft index base + i, and `numbers[i]` is the number of the log up to there. What stands up to
    `base` isn't known: 0, unless a source left something out (entries[0] stands for all that).
    """

    __slots__ = ("base", "entries", "numbers")

    def __init__(self, base: int, entries: list[Entry], numbers: list[int]) -> None:
        self.base = base
        self.entries = entries
        self.numbers = numbers


class _Run:
    """The indices first .. last, at which there were entries of one term."""

    __slots__ = ("first", "last")

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last


class Forest:
    """All branches. `root` is where every log begins that is known from its first entry on."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.root = Branch(0, [_NO_ENTRY], [0])
        self._next = 1
        self._forks: dict[int, list[Branch]] = {}  # the number of a log -> branches that go on from it
        self._runs: dict[int, _Run] = {}  # by term
        self._strays: set[tuple[int, int]] = set()  # (index, term) of entries that fit into no run

    def floating(self, base: int) -> Branch:
        """A log of which nothing is known up to `base`: it equals no other."""
        number = self._next
        self._next = number + 1
        return Branch(base, [_NO_ENTRY], [number])

    def has_term(self, term: int) -> bool:
        """Whether any log has ever held an entry of a term."""
        return term in self._runs

    def extend(self, name: str, branch: Branch, entry: Entry) -> Branch:
        """Put an entry after the one before it on a branch; returns the branch on which it stands then.

        The branch must hold all before the entry. `name` is whose log it is.
        """
        entries = branch.entries
        place = entry.index - branch.base
        if place == len(entries):
            number = self._next
            self._next = number + 1
            entries.append(entry)
            branch.numbers.append(number)
            if not branch.base:
                self._note(name, entry)
            return branch
        if entries[place] == entry:
            return branch
        return self._fork(name, branch, place, entry)

    def extend_by(self, name: str, branch: Branch, new: Sequence[Entry]) -> None:
        """The same for several entries in a row, at the branch's very end."""
        number = self._next
        self._next = number + len(new)
        branch.entries.extend(new)
        branch.numbers.extend(range(number, self._next))
        if branch.base:
            return
        run, term = None, -1
        for entry in new:
            if entry.term != term or run is None:
                term = entry.term
                run = self._runs.get(term)
            if run is not None and entry.index == run.last + 1 and not self._strays:
                run.last = entry.index
            else:
                self._note(name, entry)
                run = None

    def _fork(self, name: str, branch: Branch, place: int, entry: Entry) -> Branch:
        known = self._forks.setdefault(branch.numbers[place - 1], [branch])
        for other in known:
            if other.entries[place] == entry:
                return other
        other = Branch(branch.base, branch.entries[:place], branch.numbers[:place])
        known.append(other)
        return self.extend(name, other, entry)

    def _note(self, name: str, entry: Entry) -> None:
        """Log Matching: an index and a term have only one entry, with one log before it. This one is new."""
        index, term = entry.index, entry.term
        run = self._runs.get(term)
        if run is None:
            self._runs[term] = _Run(index, index)
            return
        matches = not run.first <= index <= run.last and (index, term) not in self._strays
        if index == run.last + 1:
            run.last = index
        else:
            self._strays.add((index, term))
        if not matches:
            self._report(
                "Log Matching",
                f"{name} holds entry {index} of term {term}, as another log does or did, "
                "and they differ there or before it",
            )
