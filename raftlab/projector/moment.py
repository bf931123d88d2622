"""One lane at one instant: the state, what has just happened, and which messages are on their way.

A LaneView wraps a timeline with what the projector derives from it once and for all (the term tape; for foreign
traces, when each message arrived). A Moment is made anew for each frame, and is a function of (timeline, time,
pace) alone.

Pace is how many microseconds of the trace pass in one of the watcher's: fades and falls are measured in the
watcher's time, so that they look the same at every speed.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core import events as e
from raftlab.core.commands import Propose
from raftlab.core.log import Entry
from raftlab.core.messages import Message
from raftlab.core.model import Cluster
from raftlab.view.message_words import entry_text, is_heartbeat, is_reply
from raftlab.view.stations import stations
from raftlab.view.tape import TermTape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.projector.shapes import Shape
    from raftlab.view.timeline_like import TimelineLike

RECENT = 400
"""How many events a frame looks back at most."""
LINGER_US = 180_000
"""A message that has arrived fades for so long (watcher's time)."""
HOLD_US = 2_200_000
"""A caption stands at least so long (watcher's time)."""
UNPAIRED_US = 500_000
"""A foreign message of which nobody knows when it arrived is shown for so long (watcher's time)."""


class Flight(Struct, frozen=True, gc=False):
    """A message on its way. `due_us` None: nobody knows when it arrives. `ended_us`: it has arrived, or died.

    Fates: "deliver", "lose" and "cut" (it dies on the way), "down" (nobody is there), "command" (somebody took
    it away).
    """

    position: int
    sender: str
    to: str
    message: Message
    sent_us: int
    due_us: int | None
    fate: str
    ended_us: int | None = None


class Moment(Struct, frozen=True):
    """A lane at one instant. `recent` are the last events, oldest first, as (position, event).

    `stations` are all nodes that have a place, whether they are there now or not.
    `settled`: we stand on an event, so what it has done is done, and nothing is shown half way.
    """

    time_us: float
    position: int
    pace: float
    cluster: Cluster
    recent: list[tuple[int, e.Event]]
    flights: list[Flight]
    settled: bool = False
    stations: tuple[str, ...] = ()

    def age(self, at_us: float) -> float:
        """How long ago that was, in the watcher's microseconds."""
        return (self.time_us - at_us) / self.pace

    def since(self, watcher_us: float) -> list[tuple[int, e.Event]]:
        """Those of the recent events that are younger than this (watcher's time)."""
        start = bisect_left(self.recent, self.time_us - watcher_us * self.pace, key=lambda pair: pair[1].at_us)
        return self.recent[start:]


class LaneView:
    """A timeline, and what is derived from it while it is shown."""

    def __init__(self, timeline: TimelineLike, title: str = "", subtitle: str = "") -> None:
        self.timeline = timeline
        self.title = title
        self.subtitle = subtitle
        self.tape = TermTape()
        self.tape_kept: tuple[object, list[Shape]] = (None, [])
        self.truncated: dict[int, tuple[Entry, ...]] = {}
        self._arrivals: dict[int, int] = {}
        self._paired = 0

    @cached_property
    def longest_history(self) -> int:
        """How many entries the longest log has from the start; 0 where longer words than "x=8" are written."""
        event = self.timeline.event(0) if len(self.timeline) else None
        if not isinstance(event, e.ClusterCreated) or event.workloads:
            return 0
        logs = [history.log for history in event.histories.values()]
        given = (scheduled.command for scheduled in event.script)
        words = [command.text for command in given if isinstance(command, Propose)]
        words += [entry_text(entry) for log in logs for entry in log]
        return max(map(len, logs), default=0) if all(len(word) <= 3 for word in words) else 0

    def catch_up(self, most: int = 8192) -> bool:
        """Take in up to so many events more; whether there are still others."""
        timeline = self.timeline
        more = self.tape.catch_up(timeline, most)
        if timeline.header.source != "raftlab" and self._paired < self.tape.length:
            # Our own messages carry the time at which they are due; foreign ones have to be paired with their arrivals.
            for event in timeline.events(self._paired, self.tape.length):
                if isinstance(event, e.MessageReceived | e.MessageDropped) and event.cause is not None:
                    self._arrivals[event.cause] = event.at_us
            self._paired = self.tape.length
        return more

    def moment(self, time_us: float, pace: float, position: int | None = None, *, settled: bool = False) -> Moment:
        """The lane at a time.

        Args:
            position: the last event to count, when several share that time; None: all up to it.
            settled: we stand on that event: show what it has done as done.
        """
        timeline = self.timeline
        at = timeline.index_at(int(time_us)) if position is None else min(position, len(timeline) - 1)
        cluster = timeline.state(at)
        first = max(0, at + 1 - RECENT)
        recent = list(enumerate(timeline.events(first, at + 1), first))
        named = (*timeline.header.nodes, *self.tape.nodes)
        moment = Moment(time_us, at, pace, cluster, recent, [], settled, stations(cluster, named))
        moment.flights.extend(self._flying(moment))
        moment.flights.extend(self._ended(moment))
        return moment

    def struck(self, position: int, event: e.LogTruncated) -> tuple[Entry, ...]:
        """The entries that a truncation took away."""
        found = self.truncated.get(position)
        if found is None:
            before = self.timeline.state(position - 1).nodes.get(event.node or "")
            found = before.log.between(event.from_index, event.from_index + 1000) if before is not None else ()
            if len(self.truncated) > 256:
                self.truncated.clear()
            self.truncated[position] = found
        return found

    def _flying(self, moment: Moment) -> list[Flight]:
        flights = []
        for position, sent in moment.cluster.flights.items():
            due_us = sent.due_us if sent.due_us is not None else self._arrivals.get(position)
            if due_us is None and moment.age(sent.at_us) > UNPAIRED_US:
                continue
            flights.append(Flight(position, str(sent.node), sent.to, sent.message, sent.at_us, due_us, sent.fate))
        return flights

    def _ended(self, moment: Moment) -> list[Flight]:
        """Messages that have just arrived or died: they fade where they are."""
        flights = []
        for _, event in moment.since(2 * LINGER_US):
            if not isinstance(event, e.MessageReceived | e.MessageDropped) or event.cause is None:
                continue
            fate = event.reason if isinstance(event, e.MessageDropped) else "deliver"
            if fate in ("lose", "cut"):
                continue  # it has cracked and faded on its way already
            sent = self.timeline.event(event.cause)
            if not isinstance(sent, e.MessageSent | e.MessageDuplicated):
                continue
            due_us = event.at_us if fate != "command" else sent.due_us
            flights.append(
                Flight(
                    event.cause, str(sent.node), sent.to, sent.message, sent.at_us, due_us, fate, event.at_us
                )
            )  # fmt: skip
        return flights


def busiest_first(flights: Sequence[Flight]) -> list[Flight]:
    """Flights by how much one wants to read them: requests that carry something, answers, heartbeats."""

    def rank(flight: Flight) -> tuple[int, int]:
        return (2 if is_heartbeat(flight.message) else 1 if is_reply(flight.message) else 0, flight.position)

    return sorted(flights, key=rank)
