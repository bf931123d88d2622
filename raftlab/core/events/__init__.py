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
    ReadAnswered,
    ReadStarted,
    RequestAccepted,
    RetryScheduled,
)
from raftlab.core.events.cluster import (
    ClusterCreated,
    CommandGiven,
    FsyncDone,
    FsyncStarted,
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
from raftlab.core.events.observed import InvariantBroken, NodeObserved, SourceNoted
from raftlab.core.events.replication import (
    AppendRefused,
    CommitAdvanced,
    ConfigChanged,
    EntryAppended,
    EntryApplied,
    LogTruncated,
    ProgressChanged,
    SnapshotInstalled,
    SnapshotTaken,
)
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
    ClusterCreated | NodeJoined | CommandGiven | ParameterSet | TermAdvanced | BecameFollower | BecamePreCandidate
    | BecameCandidate | BecameLeader | LeaderLearned | VoteGranted | VoteRefused | VoteCounted | EntryAppended
    | LogTruncated | AppendRefused | CommitAdvanced | EntryApplied | ProgressChanged | ConfigChanged | TransferStarted
    | SnapshotTaken | SnapshotInstalled | MessageSent | MessageDuplicated | MessageReceived | MessageDropped
    | TimerSet | TimerFired | TimerCancelled | FsyncStarted | FsyncDone | NodeCrashed | NodeRestarted | NodePaused
    | NodeResumed | NodeRemoved | LinkChanged | ClientAsked | RequestAccepted | ClientAnswered | RetryScheduled
    | ReadStarted | ReadAnswered | NodeObserved | SourceNoted | InvariantBroken
)  # fmt: skip

__all__ = [
    "AnyEvent",
    "AppendRefused",
    "BecameCandidate",
    "BecameFollower",
    "BecameLeader",
    "BecamePreCandidate",
    "ClientAnswered",
    "ClientAsked",
    "ClusterCreated",
    "CommandGiven",
    "CommitAdvanced",
    "ConfigChanged",
    "EntryAppended",
    "EntryApplied",
    "Event",
    "FsyncDone",
    "FsyncStarted",
    "History",
    "InvariantBroken",
    "LeaderLearned",
    "LinkChanged",
    "LogTruncated",
    "MessageDropped",
    "MessageDuplicated",
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
    "ProgressChanged",
    "ReadAnswered",
    "ReadStarted",
    "RequestAccepted",
    "RetryScheduled",
    "SnapshotInstalled",
    "SnapshotTaken",
    "SourceNoted",
    "TermAdvanced",
    "TimerCancelled",
    "TimerFired",
    "TimerSet",
    "TransferStarted",
    "VoteCounted",
    "VoteGranted",
    "VoteRefused",
]
