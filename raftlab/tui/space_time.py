"""The space-time diagram of the debugger: lanes side by side, time running down, the cursor's event among its causes,
its consequences, and what is concurrent with it. A click on a row goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.message import Message

from raftlab.tui.clock import short_time
from raftlab.tui.grid import Grid
from raftlab.tui.lines import Lines
from raftlab.tui.space_time_art import Plan, Scene, Words, paint_space_time
from raftlab.view.space_time import Relation, lanes_that_fit, relations, taking_part, window_at
from raftlab.view.space_time.lanes import states_of
from raftlab.view.space_time.window import REACH, WITHOUT_NOISE
from raftlab.view.stations import stations

if TYPE_CHECKING:
    from textual import events

    from raftlab.core.model import Cluster
    from raftlab.trace import Timeline
    from raftlab.view.space_time import Arrow, Row, Window

_NARROWEST: Final = 8
_WIDEST: Final = 24
_SENTENCE: Final = 34
"""How many columns a lane takes at least and at most, and a sentence at least."""

_SPARE_ROWS: Final = 6
"""So many rows more than needed are laid out each way, so that not every step lays out anew."""


class SpaceTime(Lines):
    """The diagram around the cursor. `level` is its filter: 0 everything, 1 without noise."""

    class Chosen(Message):
        """A row was clicked: go to that position."""

        def __init__(self, position: int) -> None:
            super().__init__()
            self.position = position

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.level = WITHOUT_NOISE
        self.top = 0
        self._timeline: Timeline | None = None
        self._position = -1
        self._names: tuple[str, ...] = ()
        self._state: Cluster | None = None
        self._window: Window | None = None
        self._rows: list[Row] = []
        self._arrows: list[Arrow] = []
        self._words: dict[int, Words] = {}

    def show(self, timeline: Timeline, position: int, named: tuple[str, ...] = ()) -> None:
        """Show the diagram around a position; `named` nodes have a lane whether or not the state knows them."""
        if timeline is not self._timeline:
            self._window = None
        self._timeline, self._position = timeline, position
        self._state = timeline.state(position)
        self._names = stations(self._state, named or timeline.header.nodes)
        self._look()
        self.redraw()

    def filter(self, level: int) -> None:
        """Leave out what matters less than a level; from 1 on, noise is left out."""
        self.level, self._window = min(level, WITHOUT_NOISE), None
        self._look()
        self.redraw()

    @property
    def hidden(self) -> int:
        """How many of the events from the first to the last row that can be seen the filter leaves out."""
        window, seen = self._window, self._rows[self.top : self.top + self._height]
        if not seen or window is None:
            return 0
        there = {row.moment.first for row in seen}
        first, last = window.place_of(seen[0].moment.first), window.place_of(seen[-1].moment.first)
        assert first is not None
        assert last is not None
        between = (row.moment for row in window.moments[first : last + 1] if row.moment.first not in there)
        return sum(len(moment.events) for moment in between if moment.first not in window.shown)

    @property
    def _height(self) -> int:
        return max(1, self.size.height - 2)

    def _look(self) -> None:
        """Lay out the events around the cursor, unless what is laid out will do."""
        timeline = self._timeline
        if timeline is None or not self.size.height or not len(timeline):
            self._rows, self._arrows = [], []
            return
        position = max(0, self._position)
        if self._window is None or not self._will_do(self._window, position):
            enough = self._height * 3 // 4 + _SPARE_ROWS
            self._window = window_at(timeline, position, enough, enough, self.level, self._guess(enough))
            self._words = {}
            self._follow_new(position)
        first = self._rows[self.top].moment.first if self.top < len(self._rows) else -1
        self._rows = self._window.rows(position)
        self._arrows = self._window.arrows(position)
        # A row of noise comes and goes with the cursor: what stood first stays first.
        self.top = next((place for place, row in enumerate(self._rows) if row.moment.first >= first), 0)
        self._follow(position)

    def _guess(self, rows: int) -> int:
        """How many events so many rows will take, and half as many more, if it goes on as it did."""
        known = 0 if self._window is None else len(self._window.events)
        return known * rows * 3 // max(1, 2 * len(self._rows))

    def _follow_new(self, position: int) -> None:
        """Keep what stood first, if a new layout has it too; otherwise the cursor stands in the upper half."""
        assert self._window is not None
        first = self._rows[self.top].moment.first if self.top < len(self._rows) else -1
        self._rows = self._window.rows(position)
        here = _row_at(self._rows, position)
        place = next((at for at, row in enumerate(self._rows) if row.moment.first == first), None)
        near = place is not None and place <= here < place + self._height
        self.top = place if near and place is not None else max(0, here - self._height // 2)

    def _will_do(self, window: Window, position: int) -> bool:
        """Whether there are rows enough around the cursor, or the trace has no more."""
        assert self._timeline is not None
        if not window.first <= position <= window.last:
            return False
        rows = window.rows(position)
        here, needed = _row_at(rows, position), self._height * 3 // 4 + 1
        above = here >= needed or window.first == 0 or position - window.first >= REACH
        below = len(rows) - here > needed or window.last + 1 == len(self._timeline) or window.last - position >= REACH
        return above and below

    def _follow(self, position: int) -> None:
        """Keep the cursor's row within the middle half, moving no more than needed."""
        height, here = self._height, _row_at(self._rows, position)
        margin = height // 4
        if here < self.top + margin:
            self.top = here - margin
        elif here >= self.top + height - margin:
            self.top = here - height + 1 + margin
        self._clamp()

    def _clamp(self) -> None:
        self.top = max(0, min(self.top, len(self._rows) - self._height))

    def on_resize(self, event: events.Resize) -> None:
        self._window = None
        self._look()
        self.redraw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.scroll_rows(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.scroll_rows(-3)

    def scroll_rows(self, rows: int) -> None:
        """Look further up or down, within what is laid out; the cursor stays where it is."""
        self.top += rows
        self._clamp()
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        place = self.top + event.y - 1
        if 0 < event.y <= self._height and place < len(self._rows):
            self.post_message(self.Chosen(self._rows[place].moment.main))

    # -- painting ----------------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        if self._timeline is None or self._state is None or self._window is None or not self._rows:
            grid = Grid(width, height, theme.ground)
            grid.text(1, 0, "nothing has happened yet", theme.muted)
            return grid
        seen = self._rows[self.top : self.top + self._height]
        times = self._times(seen, width)
        scene = Scene(
            self._rows,
            self._arrows,
            self._relations(seen),
            self._position,
            self.top,
            times,
            states_of(self._state),
            self._window.before,
            self._words,
            self._note(),
        )
        return paint_space_time(scene, self._plan(width, seen, times), width, height, theme, mono=self.mono)

    def _relations(self, seen: list[Row]) -> dict[int, Relation]:
        """Of the moments that can be seen, with those between them that the filter hides."""
        window = self._window
        if self._position < 0 or not seen or window is None:
            return {}
        first = window.place_of(min(seen[0].moment.first, self._position))
        last = window.place_of(max(seen[-1].moment.first, self._position))
        if first is None or last is None:
            return {}
        return relations([row.moment for row in window.moments[first : last + 1]], self._position)

    def _note(self) -> str:
        hidden = self.hidden
        return f"{hidden:,} hidden as noise" if hidden else ""

    def _times(self, seen: list[Row], width: int) -> list[str]:
        """The rows' times, each only where it differs from the one above."""
        assert self._timeline is not None
        unit, found, before = self._timeline.header.unit, [], ""
        for row in seen:
            said = _stamp(row.moment.at_us, unit, width)
            found.append("" if said == before else said)
            before = said
        return found

    def _plan(self, width: int, seen: list[Row], times: list[str]) -> Plan:
        """Which lanes fit, and where all stands."""
        assert self._timeline is not None
        time_width = max([len(said) for said in times] or [0])
        left = 2 + time_width + 1
        space = width - left
        here = self._timeline.event(self._position) if self._position >= 0 else None
        wanted = [here.node] if here is not None and here.node else []
        first, last = (seen[0].moment.first, seen[-1].moment.last) if seen else (0, -1)
        inside = [it for it in self._arrows if any(at is not None and first <= at <= last for at in (it.sent, it.ends))]
        names, missing = lanes_that_fit(self._names, max(1, space // _NARROWEST), [*wanted, *taking_part(seen, inside)])
        count = max(1, len(names))
        with_words = space >= count * 13 + _SENTENCE
        pitch = min(_WIDEST, (space - (_SENTENCE if with_words else 0)) // count)
        columns = {name: left + 1 + pitch * place for place, name in enumerate(names)}
        return Plan(columns, pitch - 2, left + pitch * count + 2 if with_words else 0, time_width, missing)


def _row_at(rows: list[Row], position: int) -> int:
    """The row that holds a position; else the last one before it."""
    found = 0
    for place, row in enumerate(rows):
        if row.moment.first > position:
            break
        found = place
    return found


def _stamp(at_us: int, unit: str, width: int) -> str:
    """A time as short as the pane is narrow."""
    said = short_time(at_us, unit)
    if width >= 64:
        return said
    return said[3:] if unit == "clock" else said.removeprefix("step ").removesuffix(" s")
