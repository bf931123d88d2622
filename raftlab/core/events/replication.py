"""The log: entries, commitment, what a leader believes of its peers (5.3, 5.4.2)."""

from __future__ import annotations

from raftlab.core.events.base import Event
from raftlab.core.log import UNKNOWN, Entry
from raftlab.core.machine import Result
from raftlab.core.model import Cluster, Progress


class EntryAppended(Event, frozen=True, gc=False):
    """A node stores an entry at the end of its log (5.3)."""

    entry: Entry

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].log.append(self.entry)


class LogTruncated(Event, frozen=True, gc=False):
    """A follower drops the entries from an index on, since they conflict with its leader's (5.3)."""

    from_index: int
    last_index: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.log.truncate(self.from_index)
        if node.disk is not None:
            # Dropping entries needs no fsync: their leader has overruled them, so nobody counts on them any more.
            node.disk = node.disk.without(self.from_index)


class AppendRefused(Event, frozen=True, gc=False):
    """A follower refuses entries: its log holds nothing that fits before them (5.3), or the term is old (5.1)."""

    leader: str
    prev_log_index: int = UNKNOWN
    reason: str = "log"


class CommitAdvanced(Event, frozen=True, gc=False):
    """A node's commit index rises: what stands up to it will never be undone (5.3, 5.4.2)."""

    index: int

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].commit_index = self.index


class EntriesAppended(Event, frozen=True, gc=False):
    """A node stores several entries at the end of its log at once: they came in one message (5.3)."""

    entries: tuple[Entry, ...]

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].log.extend(self.entries)


class EntryApplied(Event, frozen=True, gc=False):
    """A node's state machine executes a committed entry; `result` is what came of it (5.3). UNKNOWN: not told."""

    index: int
    result: Result = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.last_applied = self.index
        if self.result is not UNKNOWN:
            node.machine.record_one(self.result)


class EntriesApplied(Event, frozen=True, gc=False):
    """A node's state machine executes the committed entries from `first` on, each with its result (5.3)."""

    first: int
    results: tuple[Result, ...]

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.last_applied = self.first + len(self.results) - 1
        node.machine.record(self.results)


class ProgressChanged(Event, frozen=True, gc=False):
    """A leader's belief about a peer: matchIndex, nextIndex, how far it has sent (5.3, Figure 2)."""

    peer: str
    match_index: int = 0
    next_index: int = 1
    sent_index: int = 0
    state: str = "probe"
    inflight: tuple[int, ...] = ()
    pending_snapshot: int = 0

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].progress[self.peer] = Progress(
            self.match_index, self.next_index, self.sent_index, self.state, self.inflight, self.pending_snapshot
        )


class PeerForgotten(Event, frozen=True, gc=False):
    """A leader no longer sends to a server: it isn't a member any more (section 6)."""

    peer: str

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.progress.pop(self.peer, None)
        node.acked.pop(self.peer, None)


class LeadConfirmed(Event, frozen=True, gc=False):
    """A peer has answered what a leader sent when its own clock showed `sent_us`: it led still (dissertation 6.4)."""

    peer: str
    sent_us: int

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].acked[self.peer] = self.sent_us
