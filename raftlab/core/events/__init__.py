"""What can happen to a cluster: one small class for each thing, and what it does to the state.

An event records a decision and its result (a drawn timeout stands in the event that set the timer), so `evolve` never
decides, draws, or counts a quorum: it writes down. A cluster's state is the fold of its events, for our own runs and
for traces that real systems wrote alike. Importers use the same classes; what they can't tell is UNKNOWN.

Every event has `at_us` (it never falls along a trace; ties go by position), `node` (whose it is; None: the
cluster's), `cause` (the position of the event that led to it, if known) and `rule` (the rulebook's name of the rule
that the algorithm followed; None when nobody decided: a person's command, the network, a foreign source). The event's
own position in its trace is `cluster.position` while it evolves.
"""

from __future__ import annotations

from raftlab.core.events.base import Event
from raftlab.core.events.clients import (
    ClientAnswered,
    ClientAsked,
    LeaseRenewed,
    ReadAbandoned,
    ReadAnswered,
    ReadConfirmed,
    ReadForwarded,
    ReadStarted,
    RequestAccepted,
    RetryDue,
    RetryScheduled,
    TurnSkipped,
    WatchNotified,
    WatchStarted,
)
from raftlab.core.events.cluster import (
    ClockChanged,
    ClusterCreated,
    CommandGiven,
    CommandLeftOut,
    History,
    LinkChanged,
    NodeCrashed,
    NodeJoined,
    NodePaused,
    NodeRemoved,
    NodeRestarted,
    NodeResumed,
    ParameterSet,
)
from raftlab.core.events.disk import DiskChanged, DiskFoundTorn, FsyncDone, FsyncStarted, HeldReleased, MessageHeld
from raftlab.core.events.election import (
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    LeaderLearned,
    TermAdvanced,
    TransferStarted,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.events.membership import CatchUpEnded, CatchUpRound, CatchUpStarted, ConfigChanged, ConfigRefused
from raftlab.core.events.observed import InvariantBroken, NodeObserved, SourceNoted
from raftlab.core.events.replication import (
    AppendRefused,
    CommitAdvanced,
    EntriesAppended,
    EntriesApplied,
    EntryAppended,
    EntryApplied,
    LeadConfirmed,
    LogTruncated,
    PeerForgotten,
    ProgressChanged,
)
from raftlab.core.events.snapshots import SnapshotChunkStored, SnapshotInstalled, SnapshotTaken
from raftlab.core.events.transport import (
    MessageDropped,
    MessageDuplicated,
    MessageReceived,
    MessageSent,
    TimerCancelled,
    TimerFired,
    TimerSet,
)

AnyEvent = (
    ClientAsked | RequestAccepted | ClientAnswered | RetryScheduled | RetryDue | TurnSkipped | ReadStarted
    | ReadConfirmed | ReadForwarded | ReadAbandoned | ReadAnswered | WatchStarted | WatchNotified | LeaseRenewed
    | ClusterCreated | NodeJoined | CommandGiven | CommandLeftOut | ParameterSet | NodeCrashed
    | NodeRestarted | NodePaused | NodeResumed
    | NodeRemoved
    | LinkChanged | ClockChanged | FsyncStarted | FsyncDone | DiskFoundTorn | MessageHeld | HeldReleased
    | DiskChanged | TermAdvanced | BecameFollower | BecamePreCandidate | BecameCandidate | BecameLeader
    | LeaderLearned | VoteGranted | VoteRefused | VoteCounted | TransferStarted | ConfigChanged | ConfigRefused
    | CatchUpStarted | CatchUpRound | CatchUpEnded | NodeObserved | SourceNoted | InvariantBroken | EntryAppended
    | LogTruncated | AppendRefused | CommitAdvanced | EntriesAppended | EntryApplied | EntriesApplied
    | ProgressChanged | PeerForgotten | LeadConfirmed | SnapshotTaken | SnapshotChunkStored | SnapshotInstalled
    | MessageSent | MessageDuplicated | MessageReceived | MessageDropped | TimerSet | TimerFired | TimerCancelled
)  # fmt: skip

__all__ = [
    "AnyEvent",
    "AppendRefused",
    "BecameCandidate",
    "BecameFollower",
    "BecameLeader",
    "BecamePreCandidate",
    "CatchUpEnded",
    "CatchUpRound",
    "CatchUpStarted",
    "ClientAnswered",
    "ClientAsked",
    "ClockChanged",
    "ClusterCreated",
    "CommandGiven",
    "CommandLeftOut",
    "CommitAdvanced",
    "ConfigChanged",
    "ConfigRefused",
    "DiskChanged",
    "DiskFoundTorn",
    "EntriesAppended",
    "EntriesApplied",
    "EntryAppended",
    "EntryApplied",
    "Event",
    "FsyncDone",
    "FsyncStarted",
    "HeldReleased",
    "History",
    "InvariantBroken",
    "LeadConfirmed",
    "LeaderLearned",
    "LeaseRenewed",
    "LinkChanged",
    "LogTruncated",
    "MessageDropped",
    "MessageDuplicated",
    "MessageHeld",
    "MessageReceived",
    "MessageSent",
    "NodeCrashed",
    "NodeJoined",
    "NodeObserved",
    "NodePaused",
    "NodeRemoved",
    "NodeRestarted",
    "NodeResumed",
    "ParameterSet",
    "PeerForgotten",
    "ProgressChanged",
    "ReadAbandoned",
    "ReadAnswered",
    "ReadConfirmed",
    "ReadForwarded",
    "ReadStarted",
    "RequestAccepted",
    "RetryDue",
    "RetryScheduled",
    "SnapshotChunkStored",
    "SnapshotInstalled",
    "SnapshotTaken",
    "SourceNoted",
    "TermAdvanced",
    "TimerCancelled",
    "TimerFired",
    "TimerSet",
    "TransferStarted",
    "TurnSkipped",
    "VoteCounted",
    "VoteGranted",
    "VoteRefused",
    "WatchNotified",
    "WatchStarted",
]  # fmt: skip
