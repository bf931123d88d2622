"""The checker: which event is whose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from raftlab.core.events import (
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    ClientAnswered,
    ClientAsked,
    ClusterCreated,
    CommitAdvanced,
    ConfigChanged,
    DiskChanged,
    EntriesAppended,
    EntriesApplied,
    EntryAppended,
    EntryApplied,
    Event,
    FsyncDone,
    FsyncStarted,
    LogTruncated,
    NodeCrashed,
    NodeJoined,
    NodeObserved,
    NodeRemoved,
    NodeRestarted,
    ParameterSet,
    PeerForgotten,
    ProgressChanged,
    ReadAnswered,
    SnapshotInstalled,
    SnapshotTaken,
    TermAdvanced,
    VoteCounted,
    VoteGranted,
)
from raftlab.core.invariants.branches import Branch, Forest
from raftlab.core.invariants.broken import Broken
from raftlab.core.invariants.commits import Commits
from raftlab.core.invariants.disks import Disks
from raftlab.core.invariants.elections import Elections
from raftlab.core.invariants.logs import Logs
from raftlab.core.invariants.machines import Machines
from raftlab.core.invariants.mirror import Mirror, Mirrors
from raftlab.core.invariants.reads import Reads
from raftlab.core.log import UNKNOWN
from raftlab.core.model import LEADER, Config


class Checker:
    """Watches a trace, event by event.

    `observe` takes an event; whoever is in a hurry sets `position` and calls the event's handler. `broken` collects
    what was found; a property is reported once for each place where it breaks, and the checker goes on.
    """

    def __init__(self) -> None:
        self.broken: list[Broken] = []
        self.position = 0
        forest = self._forest = Forest(self._report)
        nodes = self._nodes = Mirrors(forest)
        logs = self._logs = Logs(nodes, forest, self._report)
        elections = self._elections = Elections(nodes, forest, self._report)
        commits = self._commits = Commits(nodes, self._report)
        machines = self._machines = Machines(nodes, forest, self._report)
        self._disks = Disks(nodes)
        self.handlers: dict[type[Event], Callable[[Any], None]] = {
            ClusterCreated: self._created,
            NodeJoined: self._joined,
            NodeCrashed: self._crashed,
            NodeRestarted: self._restarted,
            NodeRemoved: self._follows,
            NodeObserved: self._observed,
            TermAdvanced: elections.term_advanced,
            BecameFollower: self._follows,
            BecameCandidate: elections.became_candidate,
            BecameLeader: self._leads,
            VoteGranted: elections.vote_granted,
            VoteCounted: elections.vote_counted,
            EntryAppended: logs.appended,
            EntriesAppended: logs.several_appended,
            LogTruncated: logs.truncated,
            CommitAdvanced: commits.advanced,
            EntryApplied: machines.applied,
            EntriesApplied: machines.several_applied,
            SnapshotTaken: self._snapshot_taken,
            SnapshotInstalled: self._installed,
        }

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

    # -- the cluster -----------------------------------------------------------------------------------------

    def _created(self, event: ClusterCreated) -> None:
        config = Config(tuple(it for it in event.nodes if it not in event.learners), (), event.learners)
        for name in event.nodes:
            mirror = self._nodes[name]
            mirror.use(config)
            history = event.histories.get(name)
            if history is not None:
                mirror.term = history.term
                if history.vote is not None:
                    mirror.votes[history.term] = history.vote
                for entry in history.log:
                    self._logs.append(mirror, entry)
        if event.nodes:
            self._hear_all(event)

    def _hear_all(self, event: ClusterCreated) -> None:
        """A trace of ours tells everything: now the invariants that need it can be asked."""
        reads = Reads(self._machines, self._report)
        self._elections.whole = self._commits.whole = self._machines.whole = True
        self._disks.created(event)
        self.handlers.update(
            {
                ConfigChanged: self._configured,
                ProgressChanged: self._commits.progress_changed,
                PeerForgotten: self._commits.peer_forgotten,
                FsyncStarted: self._disks.fsync_started,
                FsyncDone: self._disks.fsync_done,
                DiskChanged: self._disks.changed,
                ParameterSet: self._disks.parameter_set,
                ClientAsked: reads.asked,
                ClientAnswered: reads.answered,
                ReadAnswered: reads.read_answered,
            }
        )

    def _joined(self, event: NodeJoined) -> None:
        assert event.node is not None
        mirror = self._nodes[event.node] = Mirror(event.node, self._forest.root)
        mirror.use(event.config)
        self._disks.spin_up(mirror)

    def _configured(self, event: ConfigChanged) -> None:
        self._nodes[event.node].use(event.config)

    def _crashed(self, event: NodeCrashed) -> None:
        """Term, vote and log survive as far as they were durable (Figure 2)."""
        mirror = self._nodes[event.node]
        self._forget(mirror)
        self._elections.crashed(event)
        if event.last_index is not UNKNOWN:
            torn = (mirror.branch, mirror.last if mirror.durable is None else mirror.durable)
            self._logs.cut(mirror, event.last_index + 1)
            if event.torn:
                mirror.torn = torn
        mirror.durable = None
        if event.config is not UNKNOWN:
            mirror.use(event.config)

    def _restarted(self, event: NodeRestarted) -> None:
        mirror = self._nodes[event.node]
        self._forget(mirror)
        self._disks.spin_up(mirror)

    def _follows(self, event: Event) -> None:
        self._nodes[event.node].leads = False

    def _leads(self, event: BecameLeader) -> None:
        if self._elections.became_leader(event):
            self._commits.became_leader(self._nodes[event.node])

    def _observed(self, event: NodeObserved) -> None:
        mirror = self._nodes[event.node]
        if event.term is not UNKNOWN:
            mirror.term = event.term
        if event.last_index is not UNKNOWN and event.last_index != mirror.last:
            self._logs.start_anew(mirror, event.last_index)
        if event.role is not UNKNOWN and event.role is not LEADER:
            mirror.leads = False

    def _forget(self, mirror: Mirror) -> None:
        """What a process knows is gone with it; it begins with its snapshot again."""
        mirror.leads = False
        mirror.commit = mirror.applied = mirror.snapshot

    # -- snapshots (section 7) -------------------------------------------------------------------------------

    def _snapshot_taken(self, event: SnapshotTaken) -> None:
        self._nodes[event.node].snapshot = event.index

    def _installed(self, event: SnapshotInstalled) -> None:
        """The log up to the snapshot is the one that was committed; what fits behind it stays."""
        mirror = self._nodes[event.node]
        index = event.index
        committed = self._commits.up_to(index)
        if mirror.last < index or not _has_term(mirror.branch, index, event.term):
            if committed is not None and _has_term(committed, index, event.term):
                mirror.branch, mirror.last = committed, index
            else:
                self._logs.start_anew(mirror, index)
        if mirror.durable is not None:
            mirror.durable = max(min(mirror.durable, mirror.last), index)
        mirror.syncing = min(mirror.syncing, mirror.last)
        self._commits.installed(mirror, index)
        self._machines.installed(mirror, event)
        if event.config is not UNKNOWN:
            mirror.use(event.config)


def _has_term(branch: Branch, index: int, term: int) -> bool:
    """Whether the entry at an index is of a term, as far as both are known."""
    if index <= branch.base:
        return index == branch.base
    return term is UNKNOWN or branch.entries[index - branch.base].term == term
