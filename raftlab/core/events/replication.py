"""The log: entries, commitment, progress, configurations (5.3, 5.4.2, 6, 7)."""

from __future__ import annotations

from raftlab.core.events.base import Event, name_of
from raftlab.core.log import UNKNOWN, Entry
from raftlab.core.model import Cluster, Config, Progress


class EntryAppended(Event, frozen=True, gc=False):
    """A node stores an entry at the end of its log (5.3)."""

    entry: Entry

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(name_of(self)).log.append(self.entry)


class LogTruncated(Event, frozen=True, gc=False):
    """A follower drops the entries from an index on, since they conflict with its leader's (5.3)."""

    from_index: int
    last_index: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(name_of(self)).log.truncate(self.from_index)


class AppendRefused(Event, frozen=True, gc=False):
    """A follower refuses entries: its log holds nothing that fits before them (5.3), or the term is old (5.1)."""

    leader: str
    prev_log_index: int = UNKNOWN
    reason: str = "log"


class CommitAdvanced(Event, frozen=True, gc=False):
    """A node's commit index rises: what stands up to it will never be undone (5.3, 5.4.2)."""

    index: int

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(name_of(self)).commit_index = self.index


class EntryApplied(Event, frozen=True, gc=False):
    """A node's state machine executes a committed entry; `key` and `value` are what it wrote (5.3)."""

    index: int
    key: str | None = None
    value: str = ""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(name_of(self))
        node.last_applied = self.index
        if self.key is not None:
            node.machine[self.key] = self.value


class ProgressChanged(Event, frozen=True, gc=False):
    """A leader's belief about a peer: matchIndex, nextIndex, how far it has sent (5.3, Figure 2)."""

    peer: str
    match_index: int = 0
    next_index: int = 1
    sent_index: int = 0
    state: str = "probe"

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(name_of(self)).progress[self.peer] = Progress(
            self.match_index, self.next_index, self.sent_index, self.state
        )


class ConfigChanged(Event, frozen=True, gc=False):
    """A node uses another configuration from now on (section 6)."""

    config: Config

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(name_of(self)).config = self.config


class SnapshotTaken(Event, frozen=True, gc=False):
    """A node compacts its log up to an index (section 7)."""

    index: int
    term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(name_of(self)).log.compact(self.index, self.term)


class SnapshotInstalled(Event, frozen=True, gc=False):
    """A follower takes over its leader's snapshot (section 7)."""

    index: int
    term: int = UNKNOWN
    machine: dict[str, str] = {}

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.node(name_of(self))
        node.log.compact(self.index, self.term)
        node.commit_index = node.last_applied = self.index
        node.machine = dict(self.machine)
