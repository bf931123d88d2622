"""The term tape: who led when, and what befell the cluster, from the first event to the last.

It is filled slice by slice (`extend`), looks at each event once and never at a Cluster, so a trace of a
million events costs a few seconds in all and a face stays awake meanwhile.

The band shows the highest term that has a leader; where nobody leads there is a gap. A leader of an older
term that hasn't heard yet doesn't count.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from raftlab.core import commands as c
from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.core.model import CRASHED, FOLLOWER, LEADER, REMOVED
from raftlab.view.importance import CARRIERS, TURN, importance
from raftlab.view.stations import awaited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from raftlab.core.model import Role
    from raftlab.view.timeline_like import TimelineLike


class Span(Struct, frozen=True, gc=False):
    """From one time to another nobody led (term None), or `leader` led `term`."""

    from_us: int
    to_us: int
    term: int | None
    leader: str | None = None


class Mark(Struct, frozen=True, gc=False):
    """Something to see on the tape.

    Kinds: "election", "crash", "restart", "pause", "resume", "partition", "heal", "cut", "members" (a change of them is
    asked for), "transfer" (a leader hands over), "broken".
    """

    at_us: int
    kind: str
    text: str
    position: int


class TermTape:
    """Spans, marks and important positions of the events seen so far."""

    def __init__(self) -> None:
        self.length = 0
        self.telling = False  # whether the source has told of any role: else "nobody leads" would be a guess
        self.start_us = 0
        self.end_us = 0
        self.marks: list[Mark] = []
        self.nodes: dict[str, None] = {}  # all that appear, in the order of their places
        self._closed: list[Span] = []
        self._since_us = 0
        self._led: tuple[int, str] | None = None
        self._terms: dict[str, int] = {}
        self._leading: dict[str, int] = {}  # who leads, and in which term
        self._important: array[int] = array("q")

    def extend(self, events: Iterable[e.Event]) -> None:
        """Take the next events, in order."""
        for event in events:
            if self.length == 0:
                self.start_us = self._since_us = event.at_us
            self.end_us = event.at_us
            look = _LOOKS.get(type(event))
            led = event.node in self._leading
            if look is not None:
                look(self, event)
            if _is_turn(event, self._leading) or (led and event.node not in self._leading):
                self._important.append(self.length)
            self.length += 1

    def catch_up(self, timeline: TimelineLike, most: int = 8192) -> bool:
        """Take up to `most` events that the timeline has and the tape hasn't; whether there are more."""
        stop = min(len(timeline), self.length + most)
        if stop > self.length:
            self.extend(timeline.events(self.length, stop))
        return stop < len(timeline)

    @property
    def spans(self) -> list[Span]:
        """Who led when, without gaps, up to the last event."""
        if self.length == 0:
            return []
        return [*self._closed, self._open_span()]

    def leader_at(self, time_us: int) -> Span | None:
        """The span that a time falls into."""
        spans = self.spans
        at = bisect_right(spans, time_us, key=lambda span: span.from_us) - 1
        return spans[at] if at >= 0 else None

    def next_important(self, position: int) -> int | None:
        """The first turn of the story after a position."""
        at = bisect_right(self._important, position)
        return self._important[at] if at < len(self._important) else None

    def previous_important(self, position: int) -> int | None:
        """The last turn of the story before a position."""
        at = bisect_left(self._important, position) - 1
        return self._important[at] if at >= 0 else None

    # -- what each kind of event means for the tape -----------------------------------------------

    def _open_span(self) -> Span:
        term, leader = self._led or (None, None)
        return Span(self._since_us, self.end_us, term, leader)

    def _mark(self, event: e.Event, kind: str, text: str) -> None:
        self.marks.append(Mark(event.at_us, kind, text, self.length))

    def _lead(self, event: e.Event, name: str, term: int) -> None:
        self._leading[name] = term
        self._settle(event)

    def _stop(self, event: e.Event, name: str) -> None:
        if self._leading.pop(name, None) is not None:
            self._settle(event)

    def _settle(self, event: e.Event) -> None:
        """Close the span when another one leads, or nobody."""
        led = max(((term, name) for name, term in self._leading.items()), default=None)
        if led != self._led:
            if event.at_us > self._since_us:
                self._closed.append(self._open_span())
            self._led, self._since_us = led, event.at_us

    def _set_term(self, name: str, term: Any) -> None:
        if term is not UNKNOWN:
            self._terms[name] = term

    def _set_role(self, event: e.Event, name: str, role: Role) -> None:
        self.telling = True
        if role is LEADER:
            self._lead(event, name, self._terms.get(name, 0))
        else:
            self._stop(event, name)


def _is_turn(event: e.Event, leading: dict[str, int]) -> bool:
    """A leader's commit and its configuration are turns; that followers hear of them isn't one of its own."""
    if isinstance(event, CARRIERS):
        return False  # more than half of all events
    if type(event) is e.CommitAdvanced or type(event) is e.ConfigChanged:
        return event.node in leading
    if type(event) is e.ClusterCreated:
        return True
    return importance(event) >= TURN


def _created(tape: TermTape, event: e.ClusterCreated) -> None:
    tape._terms.update({name: history.term for name, history in event.histories.items()})
    tape.nodes.update(dict.fromkeys([*event.nodes, *awaited(event.script)]))


def _joined(tape: TermTape, event: e.NodeJoined) -> None:
    tape.nodes[str(event.node)] = None


def _transfer(tape: TermTape, event: e.TransferStarted) -> None:
    if event.target is not None:
        tape._mark(event, "transfer", f"{event.node} → {event.target}")


def _term(tape: TermTape, event: e.TermAdvanced) -> None:
    tape._set_term(str(event.node), event.term)
    if event.node is not None:
        tape._stop(event, event.node)  # nobody leads a term that it has just heard of


def _follower(tape: TermTape, event: e.BecameFollower) -> None:
    tape._set_term(str(event.node), event.term)
    tape._set_role(event, str(event.node), FOLLOWER)


def _candidate(tape: TermTape, event: e.BecameCandidate) -> None:
    tape._set_term(str(event.node), event.term)
    tape._set_role(event, str(event.node), FOLLOWER)
    tape._mark(event, "election", f"{event.node} stands")


def _leader(tape: TermTape, event: e.BecameLeader) -> None:
    tape._set_term(str(event.node), event.term)
    tape._set_role(event, str(event.node), LEADER)


def _crashed(tape: TermTape, event: e.NodeCrashed) -> None:
    tape._mark(event, "crash", f"crash {event.node}")
    tape._stop(event, str(event.node))


def _restarted(tape: TermTape, event: e.NodeRestarted) -> None:
    tape._mark(event, "restart", f"restart {event.node}")
    tape._stop(event, str(event.node))


def _removed(tape: TermTape, event: e.NodeRemoved) -> None:
    tape._mark(event, "crash", f"remove {event.node}")
    tape._stop(event, str(event.node))


def _paused(tape: TermTape, event: e.NodePaused) -> None:
    tape._mark(event, "pause", f"pause {event.node}")


def _resumed(tape: TermTape, event: e.NodeResumed) -> None:
    tape._mark(event, "resume", f"resume {event.node}")


def _command(tape: TermTape, event: e.CommandGiven) -> None:
    if isinstance(event.command, c.Partition):
        tape._mark(event, "partition", "partition")
    elif isinstance(event.command, c.Heal):
        tape._mark(event, "heal", "heal")
    elif isinstance(event.command, c.ChangeMembers | c.LeaveJoint):
        tape._mark(event, "members", "members")


def _link(tape: TermTape, event: e.LinkChanged) -> None:
    """Links that change at the same instant are one mark; a command that did it has its own already."""
    last = tape.marks[-1] if tape.marks else None
    if last is not None and last.at_us == event.at_us and last.kind in ("partition", "heal", "cut"):
        return
    if event.cut:
        tape._mark(event, "cut", f"cut {event.source}-{event.target}")


def _observed(tape: TermTape, event: e.NodeObserved) -> None:
    name = str(event.node)
    tape._set_term(name, event.term)
    if event.status is CRASHED or event.status is REMOVED:
        tape._stop(event, name)
    elif event.role is not UNKNOWN:
        tape._set_role(event, name, event.role)
    elif event.term is not UNKNOWN and name in tape._leading:
        tape._lead(event, name, event.term)


def _broken(tape: TermTape, event: e.InvariantBroken) -> None:
    tape._mark(event, "broken", event.invariant)


_LOOKS: dict[type[e.Event], Callable[[TermTape, Any], None]] = {
    e.ClusterCreated: _created,
    e.NodeJoined: _joined,
    e.TransferStarted: _transfer,
    e.TermAdvanced: _term,
    e.BecameFollower: _follower,
    e.BecameCandidate: _candidate,
    e.BecameLeader: _leader,
    e.NodeCrashed: _crashed,
    e.NodeRestarted: _restarted,
    e.NodeRemoved: _removed,
    e.NodePaused: _paused,
    e.NodeResumed: _resumed,
    e.CommandGiven: _command,
    e.LinkChanged: _link,
    e.NodeObserved: _observed,
    e.InvariantBroken: _broken,
}
