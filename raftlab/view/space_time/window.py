"""A window on a timeline: its moments as rows, its messages as arrows between them, and what the lanes are at each.

Building one costs some microseconds for each event that is looked at, whatever the length of the trace: at most
`REACH` events each way from where one stands.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core import events as e
from raftlab.core.messages import AppendEntriesReply
from raftlab.view.space_time.arrows import Arrow, Fate, find_arrows
from raftlab.view.space_time.lanes import LaneState, states_after, states_of
from raftlab.view.space_time.moments import Moment, begins, group
from raftlab.view.space_time.words import is_chatter, is_quiet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.view.timeline_like import TimelineLike

EVERYTHING: Final = 0
WITHOUT_NOISE: Final = 1
"""Filters: all events, or without timers, what leaders note down, and messages that change nothing."""

REACH: Final = 1536
"""How many events are looked at each way, at most."""

_FIRST_REACH: Final = 96
_LONGEST_MOMENT: Final = 64

_MESSAGES: Final = frozenset({e.MessageSent, e.MessageDuplicated, e.MessageReceived, e.MessageDropped})


class Row(Struct, frozen=True, gc=False):
    """One moment of the picture, and what the lanes are after it."""

    moment: Moment
    states: dict[str, LaneState]


class Window(Struct, frozen=True):
    """The events `first` .. `last` of a timeline, laid out.

    `moments` are all of them, as rows, and `listed` the places of those that the filter leaves; `shown` are the
    positions that it leaves; `messages` all messages that leave or end here; `before` what the lanes are before the
    first event; `passing` how many messages were under way then and still are after the last event.
    """

    first: int
    events: list[e.Event]
    level: int
    moments: list[Row]
    listed: list[int]
    shown: frozenset[int]
    messages: list[Arrow]
    before: dict[str, LaneState]
    passing: int

    @property
    def last(self) -> int:
        """The position of the last event; `first - 1` where there is none."""
        return self.first + len(self.events) - 1

    def rows(self, keep: int = -1) -> list[Row]:
        """The rows to show, in time. The moment of the event `keep` is among them, be it noise or not."""
        moments, places = self.moments, self.listed
        at = self.place_of(keep)
        if at is not None:
            where = bisect_left(places, at)
            if where == len(places) or places[where] != at:
                places = [*places[:where], at, *places[where:]]
        return [moments[place] for place in places]

    def place_of(self, position: int) -> int | None:
        """The place of an event's moment among `moments`."""
        if not self.first <= position <= self.last:
            return None
        return bisect_right(self.moments, position, key=lambda row: row.moment.first) - 1

    def arrows(self, keep: int = -1) -> list[Arrow]:
        """The messages to show; one that leaves or ends with the event `keep` is among them."""
        wanted = self.shown | {keep}
        return [arrow for arrow in self.messages if arrow.sent in wanted or arrow.ends in wanted]


def taking_part(rows: Sequence[Row], arrows: Sequence[Arrow]) -> list[str]:
    """Who does something in these rows, the busiest first."""
    count: dict[str, int] = {}
    for row in rows:
        if row.moment.lane is not None:
            count[row.moment.lane] = count.get(row.moment.lane, 0) + 2
    for arrow in arrows:
        for name in (arrow.source, arrow.target):
            count[name] = count.get(name, 0) + 1
    return sorted(count, key=lambda name: -count[name])


def window_between(timeline: TimelineLike, start: int, stop: int, level: int = WITHOUT_NOISE) -> Window:
    """The window on the events start .. stop - 1."""
    start, stop = max(0, start), min(stop, len(timeline))
    events = timeline.events(start, stop)
    cluster = timeline.state(start - 1)
    before, flights = states_of(cluster), dict(cluster.flights)
    moments = group(events, start)
    states = states_after(cluster, moments)
    passing = sum(position in cluster.flights for position in flights)
    messages = find_arrows(events, start, flights)
    shown = frozenset(range(start, stop) if level == EVERYTHING else _without_noise(events, start, messages))
    rows = [Row(moment, state) for moment, state in zip(moments, states, strict=True)]
    firsts = [moment.first for moment in moments]
    # A loss is seen at its message's end: nobody does anything then, so without noise it needs no row of its own.
    dropped = set() if level == EVERYTHING else {at for at in shown if type(events[at - start]) is e.MessageDropped}
    listed = sorted({bisect_right(firsts, position) - 1 for position in shown - dropped})
    return Window(start, events, level, rows, listed, shown, messages, before, passing)


def window_at(
    timeline: TimelineLike,
    position: int,
    rows_before: int,
    rows_after: int,
    level: int = WITHOUT_NOISE,
    guess: int = _FIRST_REACH,
) -> Window:
    """A window around a position that holds so many rows before and after it, where `REACH` events hold as many.

    Args:
        guess: how many events each way to begin with (what sufficed last time saves laying out twice).
    """
    back = ahead = max(_FIRST_REACH, min(guess, REACH))
    while True:
        start = moment_start(timeline, max(0, position - back))
        stop = min(len(timeline), position + 1 + ahead)
        window = window_between(timeline, start, stop, level)
        rows = window.rows(position)
        above = sum(row.moment.last < position for row in rows)
        short_above = above < rows_before and start > 0 and back < REACH
        short_below = len(rows) - above <= rows_after and stop < len(timeline) and ahead < REACH
        if not short_above and not short_below:
            return window
        back, ahead = min(back * 2, REACH) if short_above else back, min(ahead * 2, REACH) if short_below else ahead


def moment_start(timeline: TimelineLike, position: int) -> int:
    """Where the moment begins that the event at a position belongs to."""
    start = max(0, position - _LONGEST_MOMENT)
    nearby = timeline.events(start, position + 1)
    for at in range(position, start, -1):
        if begins(nearby[at - start], nearby[at - start - 1], at, nearby, start):
            return at
    return start


def _without_noise(events: Sequence[e.Event], first: int, messages: Sequence[Arrow]) -> set[int]:
    """What is shown without noise: what matters by itself, what led to that, and both ends of its messages."""
    shown = {
        at for at, event in enumerate(events, first) if not is_quiet(event) and type(event) is not e.MessageDropped
    }
    for at, event in enumerate(events, first):
        if at in shown and type(event) not in _MESSAGES:
            _show_causes(events, first, event.cause, shown)
    for arrow in messages:
        refused = isinstance(arrow.message, AppendEntriesReply) and not arrow.message.success
        if refused or arrow.sent in shown or arrow.ends in shown or _is_lost_and_matters(arrow, events, first):
            _show_ends(arrow, first, shown)
    return shown


def _show_causes(events: Sequence[e.Event], first: int, cause: int | None, shown: set[int]) -> None:
    """The chain of causes, back to what is shown anyway or to a timer: what set that one is a story of its own."""
    while cause is not None and cause >= first and cause not in shown:
        shown.add(cause)
        event = events[cause - first]
        cause = None if isinstance(event, e.TimerFired) else event.cause


def _show_ends(arrow: Arrow, first: int, shown: set[int]) -> None:
    if arrow.sent is not None and arrow.sent >= first:
        shown.add(arrow.sent)
    if arrow.ends is not None and arrow.fate is not Fate.UNSEEN:
        shown.add(arrow.ends)


def _is_lost_and_matters(arrow: Arrow, events: Sequence[e.Event], first: int) -> bool:
    """A lost message that was sent before the window: shown unless it is known to be noise."""
    if arrow.fate is not Fate.LOST or (arrow.sent is not None and arrow.sent >= first):
        return False
    return arrow.message is None or not is_chatter(arrow.message)
