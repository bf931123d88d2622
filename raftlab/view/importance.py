"""How much an event matters to somebody who watches: for captions, tapes and filters.

0 noise (timers, heartbeats), 1 detail (a message, a counted vote), 2 a step of the story (an entry stored,
a vote), 3 a turn of it (an election, a commit, a fault), 4 an invariant is broken.
"""

from __future__ import annotations

from typing import Final

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.core.messages import AppendEntriesReply, HeartbeatReply, Message
from raftlab.view.message_words import is_heartbeat

NOISE: Final = 0
DETAIL: Final = 1
STEP: Final = 2
TURN: Final = 3
ALARM: Final = 4


def importance(event: e.Event) -> int:
    """0 to 4, by what it is."""
    level = _LEVELS.get(type(event))
    if level is not None:
        return level
    if isinstance(event, CARRIERS):
        return NOISE if _is_chatter(event.message) else DETAIL
    if isinstance(event, e.CommitAdvanced):
        return STEP if event.rule == "follow_commit" else TURN
    if isinstance(event, e.BecameFollower):
        return TURN if event.rule in _STEPS_DOWN else DETAIL
    if isinstance(event, e.NodeObserved):
        return DETAIL if event.role is UNKNOWN and event.status is UNKNOWN else STEP
    return DETAIL


CARRIERS: Final = (e.MessageSent, e.MessageReceived, e.MessageDuplicated)
"""What carries a message, and is a detail at the most."""

_ANSWERS: Final = (AppendEntriesReply, HeartbeatReply)
_STEPS_DOWN: Final = ("check_quorum", "leave_cluster")
"""A leader that goes of its own accord is a turn; that who sees a higher term follows it isn't."""


def _is_chatter(message: Message | None) -> bool:
    return isinstance(message, _ANSWERS) or is_heartbeat(message)


_LEVELS: dict[type[e.Event], int] = {
    **dict.fromkeys(
        (e.TimerSet, e.TimerFired, e.TimerCancelled, e.FsyncStarted, e.FsyncDone, e.LinkChanged, e.RetryScheduled,
         e.MessageHeld, e.HeldReleased, e.LeadConfirmed, e.TurnSkipped),
        NOISE,
    ),
    **dict.fromkeys(
        (e.ClusterCreated, e.NodeJoined, e.VoteGranted, e.VoteRefused, e.EntryAppended, e.EntriesAppended,
         e.AppendRefused, e.ConfigChanged, e.CatchUpStarted, e.CatchUpRound, e.SnapshotTaken, e.ParameterSet,
         e.BecamePreCandidate, e.SourceNoted, e.ClientAsked, e.RetryDue, e.ReadStarted, e.ReadAbandoned,
         e.ReadAnswered, e.WatchStarted, e.ClockChanged, e.DiskChanged, e.PeerForgotten),
        STEP,
    ),
    **dict.fromkeys(
        (e.BecameCandidate, e.BecameLeader, e.LogTruncated, e.NodeCrashed, e.NodeRestarted, e.NodePaused,
         e.NodeResumed, e.NodeRemoved, e.CommandGiven, e.CommandLeftOut, e.SnapshotInstalled, e.TransferStarted,
         e.ConfigRefused, e.CatchUpEnded, e.DiskFoundTorn),
        TURN,
    ),
    e.InvariantBroken: ALARM,
}  # fmt: skip
