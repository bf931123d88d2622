"""The few words beside a mark: what happens there, shorter than a sentence; and the mark's own sign.

The sentence is `describe`'s; these are for where there is room for a dozen letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from raftlab.core import commands as c
from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.core.messages import AppendEntriesReply, HeartbeatReply
from raftlab.view.importance import DETAIL, NOISE, TURN, importance
from raftlab.view.message_words import HEART, is_heartbeat, message_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.core.messages import Message
    from raftlab.view.space_time.moments import Moment

_SIGNS: Final[dict[type[e.Event], str]] = {
    e.BecameLeader: "♛", e.BecameCandidate: "◆", e.BecamePreCandidate: "◇", e.NodeCrashed: "✕", e.NodeRestarted: "↑",
    e.NodePaused: "‖", e.NodeResumed: "▸", e.NodeRemoved: "✕", e.NodeJoined: "+", e.InvariantBroken: "!",
    e.LogTruncated: "−", e.CommitAdvanced: "✓", e.DiskFoundTorn: "✕",
}  # fmt: skip


def moment_sign(moment: Moment) -> str:
    """One character for a mark on a lane: a role that begins, a crash, a commit; else a point, small for noise."""
    for event in sorted(moment.events, key=importance, reverse=True):
        sign = _SIGNS.get(type(event))
        if sign is not None:
            return sign
    return "●" if any(importance(event) > NOISE for event in moment.events) else "•"


def moment_words(moment: Moment, *, received: bool = True) -> list[str]:
    """What to write beside a mark, the most wanted first: what is done, and the message that came (if `received`)."""
    found: list[tuple[int, str]] = []
    commands = [event for event in moment.events if isinstance(event, e.CommandGiven) and event.node is None]
    for event in commands or moment.events:
        tell = _WORDS.get(type(event))
        words = tell(event) if tell is not None else ""
        if words:
            # A note says at length what the other events of its moment are: they come first.
            found.append((NOISE if isinstance(event, e.SourceNoted) else importance(event), words))
    found.sort(key=lambda pair: -pair[0])
    said = [words for _, words in found[:2]]
    first = moment.events[0]
    if received and isinstance(first, e.MessageReceived) and first.message is not None:
        label = message_label(first.message)
        # Only a turn of the story matters more than what has just come in.
        place = 1 if found and found[0][0] >= TURN else 0
        said.insert(place, label)
    return list(dict.fromkeys(said))


def _vote(event: e.VoteGranted) -> str:
    who = "itself" if event.candidate == event.node else event.candidate
    return f"{'pre-vote' if event.pre else 'vote'} → {who}" if event.candidate != event.node else f"votes {who}"


def _commanded(event: e.CommandGiven) -> str:
    """What is done to one node is told by what happens to it."""
    command = event.command
    if event.node is not None:
        return ""
    if isinstance(command, c.Partition):
        return "partition " + " | ".join(",".join(side) for side in command.groups)
    return _COMMANDS.get(type(command), type(command).__name__.lower())


_COMMANDS: Final[dict[type[Any], str]] = {
    c.Heal: "all links heal", c.ChangeMembers: "change members", c.Propose: "a client writes",
    c.Read: "a client reads", c.SetLink: "a link changes", c.SetParameter: "a setting changes",
}  # fmt: skip


def _follows(event: e.BecameFollower) -> str:
    if event.rule in ("check_quorum", "leave_cluster") or "quorum" in event.reason:
        return "steps down"
    return f"follows {event.leader}" if event.leader else ""


def _up_to(first: int, last: int) -> str:
    return f"+{first}" if first == last else f"+{first}…{last}"


_TIMERS: Final = {"election": "timeout", "heartbeat": HEART}

_WORDS: Final[dict[type[e.Event], Callable[[Any], str]]] = {
    e.ClusterCreated: lambda event: "begins",
    e.NodeJoined: lambda event: "joins",
    e.CommandGiven: _commanded,
    e.NodeCrashed: lambda event: "crashes",
    e.NodeRestarted: lambda event: "restarts",
    e.NodePaused: lambda event: "pauses",
    e.NodeResumed: lambda event: "goes on",
    e.NodeRemoved: lambda event: "leaves",
    e.LinkChanged: lambda event: f"{event.source}→{event.target} {'cut' if event.cut else 'open'}",
    e.BecameFollower: _follows,
    e.BecamePreCandidate: lambda event: "asks first",
    e.BecameCandidate: lambda event: "stands",
    e.BecameLeader: lambda event: "leads",
    e.LeaderLearned: lambda event: f"follows {event.leader}" if event.leader else "no leader",
    e.VoteGranted: _vote,
    e.VoteRefused: lambda event: f"no vote: {event.reason}" if event.reason != "unknown" else "no vote",
    e.VoteCounted: lambda event: f"counts {event.voter}" if event.voter != event.node else "",
    e.TransferStarted: lambda event: f"hands to {event.target}" if event.target else "keeps the lead",
    e.ConfigChanged: lambda event: "new config" if event.index else "",
    e.EntryAppended: lambda event: _up_to(event.entry.index, event.entry.index),
    e.EntriesAppended: lambda event: _up_to(event.entries[0].index, event.entries[-1].index),
    e.LogTruncated: lambda event: f"drops {event.from_index}…",
    e.AppendRefused: lambda event: "refuses",
    e.CommitAdvanced: lambda event: f"commit {event.index}",
    e.SnapshotTaken: lambda event: f"snap {event.index}",
    e.SnapshotInstalled: lambda event: f"installs {event.index}",
    e.TimerFired: lambda event: _TIMERS.get(event.timer, f"{event.timer} timer"),
    e.ClientAsked: lambda event: f"asked {event.text}".rstrip(),
    e.SourceNoted: lambda event: event.text.split(" (")[0],
    e.NodeObserved: lambda event: "" if event.role is UNKNOWN else f"seen: {event.role.value.replace('_', '-')}",
    e.InvariantBroken: lambda event: event.invariant,
    e.DiskFoundTorn: lambda event: "torn disk",
    e.FsyncDone: lambda event: "on disk",
}
"""Kinds that aren't here have no short words: the sentence tells them, where there is room for one."""


def is_chatter(message: Message) -> bool:
    """Whether a message only says that all is as it was: a heartbeat, an ok."""
    return isinstance(message, _ANSWERS) or is_heartbeat(message)


def is_quiet(event: e.Event) -> bool:
    """Whether a picture without noise leaves an event out: noise, and what a leader only notes down for itself."""
    if isinstance(event, _WITH_MESSAGE):
        return event.message is not None and is_chatter(event.message)
    return type(event) in _ALWAYS_QUIET or importance(event) < DETAIL


_ANSWERS: Final = (AppendEntriesReply, HeartbeatReply)
_WITH_MESSAGE: Final = (e.MessageSent, e.MessageReceived, e.MessageDuplicated)
_ALWAYS_QUIET: Final = frozenset({
    e.ProgressChanged, e.LeaseRenewed, e.SnapshotChunkStored, e.TimerSet, e.TimerFired, e.TimerCancelled,
})  # fmt: skip
