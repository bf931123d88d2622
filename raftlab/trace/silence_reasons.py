"""Why a node heard nobody: what stood between it and its leader, or between a leader and its majority.

An election begins with silence, and silence leaves no event behind. So the trace is asked for what was heard last, and
for what has happened since then that can keep messages away: a crash, a pause, a cut link, a message that died.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from raftlab.core import events as e
from raftlab.core import messages as m
from raftlab.trace.chain import Reason
from raftlab.trace.past import Past

_NOTES: Final = 3


def heard_nobody(past: Past, name: str | None) -> list[Reason]:
    """What a node heard last before its election timer ran out, and what has kept its leader's messages away."""
    learned, leader = _leader_of(past, name)
    if learned is not None and leader == name:
        gone = past.last(e.BecameFollower, node=name, since=learned)
        last = [] if gone is None else [Reason(gone, f"{name} leads no longer", True)]
        return [*last, *_failed_election(past, name, gone or learned)]
    heard = past.last(e.MessageReceived, node=name, where=from_leader)
    last_heard = [at for at in (heard, learned) if at is not None]
    since = max(last_heard, default=0)
    last = [Reason(since, f"the last that {name} heard of a leader", True)] if last_heard else []
    away = [] if leader is None else _kept_away(past, leader, name, learned or 0, since)
    return [*last, *away, *_failed_election(past, name, since)]


def from_leader(event: e.MessageReceived) -> bool:
    """Whether only a leader sends such a message."""
    return isinstance(event.message, m.AppendEntries | m.Heartbeat | m.InstallSnapshot)


def _leader_of(past: Past, name: str | None) -> tuple[int | None, str | None]:
    """When a node learned of the leader that it followed last, and who that was; nobody, if it never followed one."""
    for position, event in past.back(e.LeaderLearned, e.BecameFollower, e.BecameLeader, node=name):
        leader = name if isinstance(event, e.BecameLeader) else event.leader
        if leader is not None:
            return position, str(leader)
    return None, None


def _failed_election(past: Past, name: str | None, since: int) -> list[Reason]:
    """Its own last attempt, if nobody has led since then."""
    for position, event in past.back(e.BecameCandidate, e.BecamePreCandidate, node=name, since=since):
        tried = "stood" if isinstance(event, e.BecameCandidate) else "asked"
        return [Reason(position, f"{name} {tried} before, and no majority answered in time", True)]
    return []


def _kept_away(past: Past, leader: str, name: str | None, learned: int, heard: int) -> list[Reason]:
    """What has happened to a leader since a node learned of it, or between the two since the node heard of it last."""
    found = _down(past, leader, learned, heard, "send")
    gone = past.last(e.BecameFollower, node=leader, since=learned)
    if gone is not None:
        found.append(Reason(gone, f"{leader} leads no longer", True))
    return [*found, *_between(past, leader, name, heard), *_notes(past, name, leader, heard)]


def _down(past: Past, name: str, since: int, heard: int, verb: str) -> list[Reason]:
    """The crash or pause of a node, if it lasts still, or came after the node was heard of last."""
    down = past.last(e.NodeCrashed, e.NodePaused, e.NodeRemoved, node=name, since=since)
    back = past.last(e.NodeRestarted, e.NodeResumed, node=name, since=down or 0)
    if down is None or (back is not None and down < heard):
        return []
    return [Reason(down, f"{name} can't {verb} from then on", True)]


def _notes(past: Past, name: str | None, other: str, since: int) -> list[Reason]:
    """What a source says in its own words of another node."""
    notes = (at for at, note in past.back(e.SourceNoted, node=name, since=since) if _names(note.text, other))
    return [Reason(at, f"about {other}", True) for at in islice(notes, _NOTES)]


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _between(past: Past, source: str, target: str | None, since: int) -> list[Reason]:
    """Why messages from one node didn't reach another: its link was cut, or one of them died."""
    found: list[Reason] = []
    dropped = past.last(e.MessageDropped, node=target, since=since, where=lambda it: _died(it, source))
    cut = _cut(past, source, target)
    if cut is None and dropped is not None:
        cut = _cut(Past(past.timeline, dropped), source, target)  # it may be whole again by now
    if cut is not None:
        found.append(Reason(cut, f"nothing goes from {source} to {target} from then on", True))
    if dropped is not None:
        found.append(Reason(dropped, f"what {source} sent didn't reach {target}", True))
    return found


def _died(event: e.MessageDropped, source: str) -> bool:
    """Whether a message is known to have died; of one that nobody saw arrive ("unseen") it isn't."""
    return event.sender == source and event.reason != "unseen"


def _cut(past: Past, source: str, target: str | None) -> int | None:
    """The position from which a link is cut, if it is."""
    for position, event in past.back(e.LinkChanged):
        if event.source == source and event.target == target:
            return position if event.cut else None
    return None


def quorum_lost(past: Past, event: e.Event) -> list[Reason]:
    """Why a leader hears of no majority: for each of the others, what stands between them."""
    name = str(event.node)
    others = [other for other in past.timeline.state(past.position - 1).nodes if other != name]
    elected = past.last(e.BecameLeader, node=name) or 0
    return [reason for other in others for reason in _silent_peer(past, name, other, elected)]


def _silent_peer(past: Past, name: str, other: str, elected: int) -> list[Reason]:
    """Why a leader hears nothing of one peer: the first of these that the trace shows."""
    heard = past.last(e.MessageReceived, node=name, since=elected, where=lambda it: it.sender == other) or elected
    found = _down(past, other, elected, heard, "answer")
    found = found or _between(past, other, name, heard)[:1] or _between(past, name, other, heard)[:1]
    if found:
        return found
    turned = past.last(
        e.LeaderLearned, e.BecameLeader, node=other, since=elected, where=lambda it: _leader_in(it) not in (name, None)
    )
    return _notes(past, name, other, heard) + _turned(turned, other)


def _turned(position: int | None, other: str) -> list[Reason]:
    return [] if position is None else [Reason(position, f"{other} is in another term by then", True)]


def _leader_in(event: e.LeaderLearned | e.BecameLeader) -> str | None:
    return event.node if isinstance(event, e.BecameLeader) else event.leader


def stopped_message(past: Past, event: e.MessageDropped) -> list[Reason]:
    """What stopped a message: the cut of its link, the crash of its receiver."""
    if event.reason == "cut":
        cut = _cut(past, event.sender, event.node)
        return [] if cut is None else [Reason(cut, "no link", True)]
    if event.reason == "down":
        down = past.last(e.NodeCrashed, e.NodeRemoved, node=event.node)
        return [] if down is None else [Reason(down, f"{event.node} doesn't run", True)]
    return []
