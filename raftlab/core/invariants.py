"""The checker: the paper's five safety properties (Figure 3), over history, from events alone.

It shares no code with the engine and believes nobody: it keeps its own logs, terms and leaders, and looks at the
past, not at one state only. It costs a look-up for the events that can't break anything, and constant time for the
others.

How a whole log fits into one number: every log prefix is interned. Prefix 0 is the empty log; (prefix, term, kind,
text) has exactly one number. So two logs are equal up to an index if and only if their prefix numbers there are.

Leader Completeness goes by the term IN WHICH an entry was committed, not by the entry's own term: a leader of
term 4 may rightly lack an entry of term 2 that is committed only in term 5.

On imported traces a source may not tell all: a log with holes gets a fresh prefix of its own and is not compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from raftlab.core.events import (
    BecameFollower,
    BecameLeader,
    ClusterCreated,
    CommitAdvanced,
    EntriesAppended,
    EntryAppended,
    EntryApplied,
    Event,
    LogTruncated,
    NodeCrashed,
    NodeJoined,
    NodeObserved,
    NodeRemoved,
    NodeRestarted,
    SnapshotInstalled,
    TermAdvanced,
)
from raftlab.core.log import UNKNOWN, Entry
from raftlab.core.model import LEADER


class Broken(Struct, frozen=True):
    """A property that no longer holds, from the event at `position` on."""

    invariant: str
    position: int
    text: str


class _Mirror:
    """What the checker knows of one node. prefixes[i] stands for the log up to index base + i."""

    __slots__ = ("base", "leads", "prefixes", "term")

    def __init__(self) -> None:
        self.term = 0
        self.leads = False
        self.base = 0
        self.prefixes: list[int] = [0]

    def at(self, index: int) -> int | None:
        """The prefix that ends at a Raft index; None when it isn't known."""
        place = index - self.base
        return self.prefixes[place] if 0 <= place < len(self.prefixes) else None


class Checker:
    """Watches a trace, event by event.

    `observe` takes an event; whoever is in a hurry sets `position` and calls the event's handler. `broken` collects
    what was found; a property is reported once for each place where it breaks, and the checker goes on.
    """

    def __init__(self) -> None:
        self.broken: list[Broken] = []
        self.handlers: dict[type[Event], Callable[[Any], None]] = {
            ClusterCreated: self._created,
            NodeJoined: self._joined,
            TermAdvanced: self._term,
            BecameLeader: self._leads,
            BecameFollower: self._follows,
            NodeCrashed: self._follows,
            NodeRestarted: self._follows,
            NodeRemoved: self._follows,
            NodeObserved: self._observed,
            EntryAppended: self._appended,
            EntriesAppended: self._several_appended,
            LogTruncated: self._truncated,
            CommitAdvanced: self._committed,
            EntryApplied: self._applied,
            SnapshotInstalled: self._installed,
        }
        self._nodes: dict[str, _Mirror] = {}
        self._interned: dict[tuple[int, int, str, str], int] = {}
        self._next_prefix = 1
        self._holders: dict[tuple[int, int], int] = {}  # (index, term) -> the prefix of the first log that held it
        self._leaders: dict[int, str] = {}  # term -> who led it
        self._led_with: dict[int, tuple[int, list[int]]] = {}  # term -> (base, prefixes) of its leader's log
        self._commits: list[tuple[int, int, int]] = []  # (term of the commit, index, prefix), terms and indices rise
        self._applied_at: dict[int, tuple[int, str, str]] = {}  # index -> (term, kind, text) that was applied
        self._texts: dict[int, tuple[int, str, str]] = {}  # prefix -> its last entry
        self.position = 0

    def observe(self, position: int, event: Event) -> list[Broken]:
        """Look at the event that stands at `position`; what it broke comes back (mostly nothing)."""
        handler = self.handlers.get(type(event))
        if handler is None:
            return []
        before = len(self.broken)
        self.position = position
        handler(event)
        return self.broken[before:]

    def _report(self, invariant: str, text: str) -> None:
        self.broken.append(Broken(invariant, self.position, text))

    def _mirror(self, name: str | None) -> _Mirror:
        assert name is not None
        found = self._nodes.get(name)
        if found is None:
            found = self._nodes[name] = _Mirror()
        return found

    # -- the story so far ------------------------------------------------------------------------------------

    def _created(self, event: ClusterCreated) -> None:
        for name in event.nodes:
            mirror = self._mirror(name)
            history = event.histories.get(name)
            if history is not None:
                mirror.term = history.term
                for entry in history.log:
                    self._extend(name, mirror, entry)

    def _joined(self, event: NodeJoined) -> None:
        self._nodes[str(event.node)] = _Mirror()

    def _term(self, event: TermAdvanced) -> None:
        self._mirror(event.node).term = event.term

    def _follows(self, event: Event) -> None:
        self._mirror(event.node).leads = False
        if type(event) is NodeCrashed and event.last_index is not UNKNOWN:
            self._cut(self._mirror(event.node), event.last_index + 1)

    def _observed(self, event: NodeObserved) -> None:
        mirror = self._mirror(event.node)
        if event.term is not UNKNOWN:
            mirror.term = event.term
        if event.last_index is not UNKNOWN and event.last_index != mirror.base + len(mirror.prefixes) - 1:
            self._start_anew(mirror, event.last_index)
        if event.role is not UNKNOWN and event.role is not LEADER:
            mirror.leads = False

    # -- Election Safety, Leader Completeness ----------------------------------------------------------------

    def _leads(self, event: BecameLeader) -> None:
        name = str(event.node)
        mirror = self._mirror(name)
        term = mirror.term if event.term is UNKNOWN else event.term
        mirror.leads = True
        mirror.term = term
        first = self._leaders.setdefault(term, name)
        if first != name:
            self._report("Election Safety", f"{first} and {name} both lead term {term}")
            return
        self._led_with[term] = (mirror.base, mirror.prefixes.copy())
        for commit_term, index, prefix in self._commits:
            if commit_term < term and not _holds(mirror.base, mirror.prefixes, index, prefix):
                self._incomplete(name, term, index, commit_term)
                break

    def _committed(self, event: CommitAdvanced) -> None:
        mirror = self._mirror(event.node)
        prefix = mirror.at(event.index)
        if prefix is None or not mirror.leads:
            return  # a follower repeats what some leader committed: State Machine Safety looks after that
        term = mirror.term
        if self._commits and event.index <= self._commits[-1][1] and term >= self._commits[-1][0]:
            return
        self._commits.append((term, event.index, prefix))
        for later, (base, prefixes) in self._led_with.items():
            if later > term and not _holds(base, prefixes, event.index, prefix):
                self._incomplete(self._leaders[later], later, event.index, term)

    def _incomplete(self, name: str, term: int, index: int, commit_term: int) -> None:
        self._report(
            "Leader Completeness",
            f"{name} leads term {term} without entry {index}, which was committed in term {commit_term}",
        )

    # -- Log Matching, Leader Append-Only --------------------------------------------------------------------

    def _several_appended(self, event: EntriesAppended) -> None:
        for entry in event.entries:
            self._append(str(event.node), entry)

    def _appended(self, event: EntryAppended) -> None:
        self._append(str(event.node), event.entry)

    def _append(self, name: str, entry: Entry) -> None:
        mirror = self._mirror(name)
        expected = mirror.base + len(mirror.prefixes)
        if entry.index < expected:
            if mirror.leads:
                self._report("Leader Append-Only", f"{name} leads and overwrites its entry {entry.index}")
            self._cut(mirror, entry.index)
        elif entry.index > expected:
            self._start_anew(mirror, entry.index - 1)
        self._extend(name, mirror, entry)

    def _extend(self, name: str, mirror: _Mirror, entry: Entry) -> None:
        last = (entry.term, entry.kind, entry.text)
        key = (mirror.prefixes[-1], *last)
        prefix = self._interned.get(key)
        if prefix is None:
            prefix = self._interned[key] = self._fresh()
            self._texts[prefix] = last
        mirror.prefixes.append(prefix)
        first = self._holders.setdefault((entry.index, entry.term), prefix)
        if first != prefix and mirror.base == 0:
            self._report(
                "Log Matching",
                f"{name} holds entry {entry.index} of term {entry.term}, as another log does or did, "
                "and they differ there or before it",
            )

    def _truncated(self, event: LogTruncated) -> None:
        mirror = self._mirror(event.node)
        if mirror.leads:
            self._report("Leader Append-Only", f"{event.node} leads and drops its entries from {event.from_index} on")
        self._cut(mirror, event.from_index)

    def _cut(self, mirror: _Mirror, from_index: int) -> None:
        keep = from_index - mirror.base
        if keep > 0:
            del mirror.prefixes[keep:]
        else:
            self._start_anew(mirror, from_index - 1)

    def _start_anew(self, mirror: _Mirror, base: int) -> None:
        """We don't know what stands up to `base`: a prefix of its own, equal to no other."""
        mirror.base, mirror.prefixes = base, [0 if base == 0 else self._fresh()]

    def _fresh(self) -> int:
        self._next_prefix += 1
        return self._next_prefix - 1

    def _installed(self, event: SnapshotInstalled) -> None:
        mirror = self._mirror(event.node)
        if mirror.at(event.index) is None:
            known = [prefix for _, index, prefix in self._commits if index == event.index]
            self._start_anew(mirror, event.index)
            if known:
                mirror.prefixes = [known[-1]]

    # -- State Machine Safety --------------------------------------------------------------------------------

    def _applied(self, event: EntryApplied) -> None:
        prefix = self._mirror(event.node).at(event.index)
        last = None if prefix is None else self._texts.get(prefix)
        if last is None:
            return
        first = self._applied_at.setdefault(event.index, last)
        if first != last:
            self._report(
                "State Machine Safety",
                f"{event.node} applies {last[2]!r} (term {last[0]}) at index {event.index}, "
                f"where another server has applied {first[2]!r} (term {first[0]})",
            )


def _holds(base: int, prefixes: list[int], index: int, prefix: int) -> bool:
    """Whether the log up to `index` is that prefix; what can't be known counts as held."""
    place = index - base
    if place < 0 or (base > 0 and place >= 0):
        return True
    return place < len(prefixes) and prefixes[place] == prefix
