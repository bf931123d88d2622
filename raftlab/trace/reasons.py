"""What led to one event at once: its cause, and what its node knew that made it do so.

One function for each kind of event whose reason is a state. They say only what the trace shows: a reason that the
source doesn't tell is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core import events as e
from raftlab.core import messages as m
from raftlab.core.log import UNKNOWN
from raftlab.core.model import LEADER
from raftlab.trace.broken_reasons import broken
from raftlab.trace.chain import Reason
from raftlab.trace.past import Past
from raftlab.trace.silence_reasons import from_leader, heard_nobody, quorum_lost, stopped_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.trace.timeline import Timeline

_ROUND_AND_ROUND = ("heartbeat", "quorum", "batch", "lease")
"""A leader's timers: each sets itself again."""
_STEPS = 8
"""How many events there are at most between a timer that runs out and the same one set anew."""


def reasons(timeline: Timeline, position: int) -> list[Reason]:
    """The events that led to one at once, the plain cause first."""
    event = timeline.event(position)
    past = Past(timeline, position)
    if isinstance(event, e.TimerFired) and event.timer in _ROUND_AND_ROUND:
        return [*_leads(past, event), *(quorum_lost(past, event) if event.timer == "quorum" else ())]
    cause = _cause(timeline, event)
    found = [] if cause is None else [Reason(cause, ends=_tried_again(timeline, event))]
    more = _MORE.get(type(event))
    return found if more is None else [*found, *more(past, event)]


def _reason(position: int | None, words: str, *, ends: bool = True) -> list[Reason]:
    return [] if position is None else [Reason(position, words, ends)]


def _leads(past: Past, event: e.TimerFired) -> list[Reason]:
    elected = past.last(e.BecameLeader, node=event.node)
    return _reason(elected, f"{event.node} leads since then")


def _cause(timeline: Timeline, event: e.Event) -> int | None:
    """An event's cause. An answer follows from the entries that came, not from the commit that came with them."""
    cause = event.cause
    if isinstance(event, e.MessageSent) and isinstance(event.message, m.AppendEntriesReply):
        while cause is not None and isinstance(timeline.event(cause), e.CommitAdvanced):
            cause = timeline.event(cause).cause
    return cause


def _tried_again(timeline: Timeline, event: e.Event) -> bool:
    """Whether an election timer was set by an attempt that came to nothing: that one is named, and not explained."""
    if not isinstance(event, e.TimerFired) or event.timer != "election" or event.cause is None:
        return False
    at_us, cause = timeline.event(event.cause).at_us, event.cause
    for _ in range(_STEPS):
        led = timeline.event(cause)
        if led.at_us != at_us or led.cause is None:
            return False
        if isinstance(led, e.TimerFired):
            return True
        cause = led.cause
    return False


def _timer(past: Past, event: e.TimerFired) -> list[Reason]:
    return heard_nobody(past, event.node) if event.timer == "election" else []


def _election(past: Past, event: Any) -> list[Reason]:
    """An imported election has no timer before it: look for what kept its leader's heartbeats away all the same."""
    return heard_nobody(past, event.node) if event.cause is None else []


def _term(past: Past, event: e.TermAdvanced) -> list[Reason]:
    """A term that came with a message was begun by whoever stood for election in it."""
    cause = None if event.cause is None else past.timeline.event(event.cause)
    if isinstance(cause, e.MessageReceived):
        return _term_begun(past, event.term, str(event.node), cause.sender)
    return []


def _term_begun(past: Past, term: int, name: str, sender: str) -> list[Reason]:
    """Who stood first in a term; the sender's own candidacy stands in the chain of its message already."""
    stood = [at for at, it in past.back(e.BecameCandidate) if it.term == term and it.node == sender]
    if not stood:
        stood = [at for at, it in past.back(e.BecameCandidate) if it.term == term and it.node != name]
    return _reason(stood[-1] if stood else None, f"term {term} begins here", ends=False)


def _follower(past: Past, event: e.BecameFollower) -> list[Reason]:
    """Whoever leads or stands becomes a follower when a message shows a higher term; a source may not link the two."""
    found = quorum_lost(past, event) if "quorum" in event.reason else []
    cause = None if event.cause is None else past.timeline.event(event.cause)
    if cause is None:
        found += _reason(_near(past, event, e.TermAdvanced, e.NodeRestarted), "at the same moment", ends=False)
        return found + _reason(_near(past, event, e.SourceNoted), "its own words")
    raised = past.last(e.TermAdvanced, node=event.node, since=(event.cause or 0) + 1)
    if isinstance(cause, e.MessageReceived) and raised is not None:
        found += _term_begun(past, event.term, str(event.node), cause.sender)
    return found


def _sent(past: Past, event: e.MessageSent) -> list[Reason]:
    """A leader asks its successor to stand as soon as it may; what it was told to do stands further back."""
    if not isinstance(event.message, m.TimeoutNow):
        return []
    begun = past.last(e.TransferStarted, node=event.node, where=lambda it: it.target == event.to)
    return _reason(begun, f"{event.node} hands over to {event.to}")


def _received(past: Past, event: e.MessageReceived) -> list[Reason]:
    """A message that nobody saw leave: whoever sends such a one leads."""
    if event.cause is not None or not from_leader(event):
        return []
    elected = past.last(e.BecameLeader, node=event.sender)
    return _reason(elected, f"{event.sender} leads since then")


def _near(past: Past, event: e.Event, *kinds: type[e.Event]) -> int | None:
    """The node's latest event of these kinds, if it stands at the very same time."""
    return past.last(*kinds, node=event.node, where=lambda it: it.at_us == event.at_us)


def _leader(past: Past, event: e.BecameLeader) -> list[Reason]:
    """The votes that made the majority."""
    stood = past.last(e.BecameCandidate, node=event.node) or 0
    votes = past.back(e.VoteCounted, node=event.node, since=stood)
    return [
        Reason(position, f"counts towards the majority of {event.node}")
        for position, vote in votes
        if vote.granted and not vote.pre and position != event.cause
    ]


def _counted(past: Past, event: e.VoteCounted) -> list[Reason]:
    """Where a source doesn't tell how a vote came: the voter's own word."""
    if event.cause is not None:
        return []
    granted = past.last(
        e.VoteGranted if event.granted else e.VoteRefused,
        node=event.voter,
        where=lambda it: it.candidate == event.node and it.term == event.term and it.pre == event.pre,
    )
    return _reason(granted, "the voter's answer", ends=False)


def _refused(past: Past, event: e.VoteRefused) -> list[Reason]:
    """Why a voter said no: what it had heard, promised, or stored."""
    name = event.node
    if event.reason == "lease":
        return _heard(past, str(name))
    if event.reason == "voted":
        given = past.last(e.VoteGranted, node=name, where=lambda it: not it.pre and it.term == event.term)
        return _reason(given, f"{name} had given its vote of term {event.term} already")
    if event.reason == "log":
        stored = past.last(e.EntryAppended, e.EntriesAppended, e.SnapshotInstalled, node=name)
        return _reason(stored, f"the newest entry in the log of {name}")
    if event.reason == "term":
        return _own_term(past, event)
    return []


def _append_refused(past: Past, event: e.AppendRefused) -> list[Reason]:
    if event.reason == "term":
        return _own_term(past, event)
    changed = past.last(e.EntryAppended, e.EntriesAppended, e.LogTruncated, e.SnapshotInstalled, node=event.node)
    return _reason(changed, f"so the log of {event.node} ended as it does")


def _own_term(past: Past, event: e.Event) -> list[Reason]:
    raised = past.last(e.TermAdvanced, node=event.node)
    return _reason(raised, f"{event.node} was in a higher term already")


def _heard(past: Past, name: str) -> list[Reason]:
    """The leader's last word to a node: a message, or that it learned who leads."""
    heard = past.last(e.MessageReceived, node=name, where=from_leader)
    learned = past.last(e.LeaderLearned, node=name, where=lambda it: it.leader is not None)
    if heard is None or (learned is not None and learned > heard):
        return _reason(learned, f"{name} followed this leader")
    return _reason(heard, f"the leader's last message that {name} had heard")


def _commit(past: Past, event: e.CommitAdvanced) -> list[Reason]:
    """At a leader the answers that made the majority; at a follower its leader's own commit."""
    name, index = str(event.node), event.index
    node = past.timeline.state(past.position - 1).nodes.get(name)
    if index is UNKNOWN or node is None:
        return []
    if node.role is not LEADER:
        committed = past.last(e.CommitAdvanced, where=lambda it: it.node == node.leader and it.index >= index)
        return _reason(committed, f"its leader {node.leader} had committed it", ends=False)
    return [*_stored(past, name, index), *_answers(past, name, index, event.cause)]


def _answers(past: Past, name: str, index: int, cause: int | None) -> list[Reason]:
    """The last belief about each peer that holds the entry, but for the one that led here."""
    found: list[Reason] = []
    asked = set() if cause is None else {getattr(past.timeline.event(cause), "peer", None)}
    elected = past.last(e.BecameLeader, node=name) or 0
    for position, belief in past.back(e.ProgressChanged, node=name, since=elected):
        if belief.peer not in asked:
            asked.add(belief.peer)
            if belief.match_index is not UNKNOWN and belief.match_index >= index:
                found.append(Reason(position, f"{belief.peer} holds entry {index} too", True))
    return found


def _stored(past: Past, name: str, index: int) -> list[Reason]:
    """Where a node stored an entry."""
    stored = past.last(e.EntryAppended, e.EntriesAppended, node=name, where=lambda it: holds(it, index))
    return _reason(stored, f"{name} stored entry {index}", ends=False)


def holds(event: Any, index: int) -> bool:
    """Whether an event stores the entry of this index."""
    entries = event.entries if isinstance(event, e.EntriesAppended) else (event.entry,)
    return any(entry.index == index for entry in entries)


def _truncated(past: Past, event: e.LogTruncated) -> list[Reason]:
    stored = past.last(
        e.EntryAppended, e.EntriesAppended, node=event.node, where=lambda it: holds(it, event.from_index)
    )
    return _reason(stored, f"{event.node} had stored what it drops now")


_MORE: dict[type[e.Event], Callable[[Past, Any], list[Reason]]] = {
    e.TimerFired: _timer,
    e.BecameCandidate: _election,
    e.BecamePreCandidate: _election,
    e.TermAdvanced: _term,
    e.BecameFollower: _follower,
    e.BecameLeader: _leader,
    e.VoteCounted: _counted,
    e.VoteRefused: _refused,
    e.AppendRefused: _append_refused,
    e.CommitAdvanced: _commit,
    e.LogTruncated: _truncated,
    e.MessageDropped: stopped_message,
    e.MessageSent: _sent,
    e.MessageReceived: _received,
    e.InvariantBroken: broken,
}
