"""What a node of a script has on its disk: the part of its log that was written there, and when.

The engine's own log is what the node believes; this is what `raft-log` prints. The two differ while entries wait to be
written, and where a write that is under way still brings entries which the node has dropped meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.log import Entry


class Storage:
    """Entries first_index .. last_index (Raft indices, from 1), and the term and vote that were written last."""

    def __init__(self, index: int = 0) -> None:
        self.entries: list[Entry] = []
        self.first_index = index + 1
        self.term = 0
        self.vote: str | None = None

    @property
    def last_index(self) -> int:
        """The last entry's index; the one before first_index when there are no entries."""
        return self.first_index + len(self.entries) - 1

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries; what stands from the first of them on gives way."""
        new = [entry for entry in entries if entry.index >= self.first_index]
        if new:
            self.entries = [*self.entries[: new[0].index - self.first_index], *new]

    def install(self, index: int) -> None:
        """A snapshot stands for the whole log."""
        self.entries, self.first_index = [], index + 1

    def compact(self, index: int) -> None:
        """Forget the entries up to an index."""
        self.entries = self.entries[index + 1 - self.first_index :]
        self.first_index = index + 1
