"""The logs: what each server stores and drops; Leader Append-Only (5.3). Log Matching is in `branches`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raftlab.core.events import EntriesAppended, EntryAppended, LogTruncated
    from raftlab.core.invariants.branches import Forest
    from raftlab.core.invariants.broken import Report
    from raftlab.core.invariants.mirror import Mirror, Mirrors
    from raftlab.core.log import Entry


class Logs:
    """Keeps every server's log."""

    def __init__(self, nodes: Mirrors, forest: Forest, report: Report) -> None:
        self._nodes = nodes
        self._forest = forest
        self._report = report

    def appended(self, event: EntryAppended) -> None:
        """An entry; mostly one that stands on the branch already, since another server has it."""
        mirror = self._nodes[event.node]
        entry = event.entry
        branch = mirror.branch
        index = mirror.last + 1
        place = index - branch.base
        entries = branch.entries
        if place < len(entries) and (entries[place] is entry or entries[place] == entry):
            mirror.last = index
        else:
            self.append(mirror, entry)

    def several_appended(self, event: EntriesAppended) -> None:
        """Entries, taken all at once where they stand on the branch already or come at its end."""
        mirror = self._nodes[event.node]
        new = event.entries
        count = len(new)
        if count and new[0].index == mirror.last + 1 and new[-1].index == mirror.last + count:
            branch = mirror.branch
            place = new[0].index - branch.base
            standing = branch.entries[place : place + count]
            if not standing:
                self._forest.extend_by(mirror.name, branch, new)
                standing = branch.entries[place:]
            if standing == list(new):
                mirror.last += count
                return
        for entry in new:
            self.append(mirror, entry)

    def truncated(self, event: LogTruncated) -> None:
        """Entries are dropped."""
        mirror = self._nodes[event.node]
        if mirror.leads:
            self._report("Leader Append-Only", f"{event.node} leads and drops its entries from {event.from_index} on")
        self.cut(mirror, event.from_index)

    def append(self, mirror: Mirror, entry: Entry) -> None:
        """Put an entry into a log, wherever that ends."""
        if entry.index <= mirror.last:
            if mirror.leads:
                self._report("Leader Append-Only", f"{mirror.name} leads and overwrites its entry {entry.index}")
            self.cut(mirror, entry.index)
        elif entry.index > mirror.last + 1:
            self.start_anew(mirror, entry.index - 1)
        mirror.branch = self._forest.extend(mirror.name, mirror.branch, entry)
        mirror.last = entry.index

    def cut(self, mirror: Mirror, from_index: int) -> None:
        """Drop the entry at an index and all after it."""
        if from_index > mirror.branch.base:
            mirror.last = min(mirror.last, from_index - 1)
        else:
            self.start_anew(mirror, from_index - 1)
        mirror.syncing = min(mirror.syncing, from_index - 1)
        if mirror.durable is not None:
            mirror.durable = min(mirror.durable, from_index - 1)

    def start_anew(self, mirror: Mirror, base: int) -> None:
        """We don't know what stands up to `base`."""
        mirror.branch = self._forest.root if base == 0 else self._forest.floating(base)
        mirror.last = base
