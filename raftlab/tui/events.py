"""The timeline as a list: time, node, sentence, a row an event, fetched when it is seen.

It opens a million rows at once, since it knows nothing but how many there are. It follows the session's cursor; a
filter leaves out noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from raftlab.core.errors import TraceError
from raftlab.tui.clock import short_time
from raftlab.tui.grid import BOLD, PLAIN, REVERSE, Grid, fit
from raftlab.tui.lines import Lines
from raftlab.view.describe import describe
from raftlab.view.importance import ALARM, NOISE, TURN, importance
from raftlab.view.palette import mix

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from raftlab.session.listing import Listing
    from raftlab.tui.scan import Scan


def _no_signs(position: int) -> str:
    return ""


FILTERS = ("everything", "without noise", "steps", "turns")


class EventList(Lines):
    """Rows around the cursor. It scrolls by itself: a row is an index, never a widget."""

    class Chosen(Message):
        """A row was clicked: go to that position."""

        def __init__(self, position: int) -> None:
            super().__init__()
            self.position = position

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.level = 0
        self.top = 0
        self.needle = ""
        self._scan: Scan | None = None
        self._listing: Listing | None = None
        self._signs: Callable[[int], str] = _no_signs
        self._position = -1
        self._sentences: dict[int, tuple[str, str, str, int]] = {}

    def show(
        self, scan: Scan, position: int, listing: Listing | None = None, signs: Callable[[int], str] | None = None
    ) -> None:
        """Show the list around a position.

        Args:
            listing: what it is limited to; None: to nothing but its level.
            signs: what stands before an event's sentence, one letter or a few.
        """
        if self._scan is not scan:
            self._sentences.clear()
        moved = (self._scan, self._listing, self._position) != (scan, listing, position)
        self._scan, self._listing, self._position = scan, listing, position
        self._signs = signs or _no_signs
        if moved:
            self._follow()
        self.redraw()

    @property
    def listed(self) -> Sequence[int]:
        """The positions of the rows, as far as they are known."""
        if self._scan is None:
            return ()
        return self._scan.listed(self.level) if self._listing is None else self._listing.positions

    def row_of(self, position: int) -> int:
        """The row at or before a position; -1 when there is none."""
        if self._scan is None:
            return -1
        if self._listing is not None:
            return self._listing.row_of(position)
        return self._scan.row_of(self.level, position)

    def filter(self, level: int) -> None:
        """Leave out what matters less than a level."""
        self.level = level
        self._follow()
        self.redraw()

    def row_step(self, way: int, rows: int = 1) -> int | None:
        """The position that lies so many listed rows on (way 1) or back (-1) from the cursor."""
        if self._scan is None:
            return None
        listed = self.listed
        row = self.row_of(self._position)
        on_row = row >= 0 and listed[row] == self._position
        wanted = row + way * rows if way > 0 or on_row else row - rows + 1
        if not listed or wanted < 0:
            return -1 if way < 0 else None
        return listed[min(wanted, len(listed) - 1)]

    def _follow(self) -> None:
        """Keep the cursor's row within the middle half, moving no more than needed."""
        if self._scan is None:
            return
        height = max(1, self.size.height - 1)
        row = self.row_of(self._position)
        margin = min(height // 4, 5)
        if row < self.top + margin:
            self.top = max(0, row - margin)
        elif row >= self.top + height - margin:
            self.top = row - height + 1 + margin
        self._clamp()

    def _clamp(self) -> None:
        count = len(self.listed)
        self.top = max(0, min(self.top, count - max(1, self.size.height - 1)))

    def on_resize(self, event: events.Resize) -> None:
        self._follow()
        self.redraw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll_by(-3)

    def _scroll_by(self, rows: int) -> None:
        self.top += rows
        self._clamp()
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        if self._scan is None:
            return
        listed = self.listed
        row = self.top + event.y - 1
        if event.y > 0 and row < len(listed):
            self.post_message(self.Chosen(listed[row]))

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        grid = Grid(width, height, theme.ground)
        scan = self._scan
        if scan is None:
            return grid
        listed = self.listed
        current = self.row_of(self._position)
        self._paint_header(grid, len(listed))
        names = [len(name) for name in scan.timeline.header.nodes]
        node_width = min(12, max([2, *names]))
        for y in range(1, height):
            row = self.top + y - 1
            if row >= len(listed):
                break
            self._paint_row(grid, y, listed[row], row == current, node_width)
        if not listed:
            grid.text(1, 1, "nothing here yet" if self._behind() else "no event is like that", theme.muted)
        return grid

    def _paint_header(self, grid: Grid, count: int) -> None:
        theme = self.theme_colours
        scan = self._scan
        assert scan is not None
        hidden = len(scan.timeline) - count
        title = f" events · {FILTERS[self.level]}, {hidden:,} hidden" if self.level else " events"
        if self._listing is not None:
            level = f" · {FILTERS[self.level]}" if self.level else ""
            so_far = " so far" if self._behind() else ""
            title = f" only {self._listing.words}{level} · {count:,} of {len(scan.timeline):,}{so_far} · esc: all"
        grid.text(0, 0, fit(title, grid.width - 1).ljust(grid.width), theme.muted, theme.panel, BOLD)

    def _behind(self) -> bool:
        if self._listing is not None:
            return self._listing.behind
        return self._scan is not None and (self._scan.behind or not len(self._scan.timeline))

    def _paint_row(self, grid: Grid, y: int, position: int, current: bool, node_width: int) -> None:
        theme = self.theme_colours
        when, node, text, level = self._row(position)
        here = position == self._position
        ground = mix(theme.ground, theme.gold, 0.22) if current else theme.ground
        for x in range(grid.width):
            grid.pixels[2 * y][x] = grid.pixels[2 * y + 1][x] = ground
        extra = REVERSE if current and self.mono else PLAIN
        ink = theme.bad_text if level >= ALARM else theme.ink if level > NOISE or here else theme.muted
        future = position > self._position
        if future and level < ALARM:
            ink = theme.muted
        grid.text(0, y, "▸" if current else " ", theme.gold_text, None, extra)
        grid.text(1, y, f"{when:>12}", theme.muted, None, extra)
        grid.text(14, y, fit(node, node_width), ink, None, extra | BOLD)
        signs = self._signs(position)
        if signs:
            # The sign beside the node, a second one where the cursor isn't; the caption and the panes name them all.
            grid.text(13, y, signs[-1], theme.gold_text, None, extra | BOLD)
            if len(signs) > 1 and not current:
                grid.text(0, y, signs[0], theme.gold_text, None, extra | BOLD)
        left = 15 + node_width
        bold = BOLD if level >= TURN else PLAIN
        grid.text(left, y, fit(text, grid.width - left), ink, None, bold | extra)
        if self.needle:
            self._mark_needle(grid, y, left, text)

    def _mark_needle(self, grid: Grid, y: int, left: int, text: str) -> None:
        at = text.lower().find(self.needle.lower())
        if at >= 0:
            found = fit(text, grid.width - left)[at : at + len(self.needle)]
            grid.text(left + at, y, found, self.theme_colours.pill_text, self.theme_colours.pill, BOLD)

    def _row(self, position: int) -> tuple[str, str, str, int]:
        """The words of a row; the last few hundred are kept."""
        found = self._sentences.get(position)
        if found is not None:
            return found
        assert self._scan is not None
        timeline = self._scan.timeline
        if len(self._sentences) > 600:
            self._sentences.clear()
        try:
            event = timeline.event(position)
        except TraceError as error:
            return "", "", str(error), ALARM
        when = short_time(event.at_us, timeline.header.unit)
        node, text = event.node or "", describe(event)
        if node and text.startswith((f"{node} ", f"{node}: ")):
            text = text[len(node) :].lstrip(": ")
        row = self._sentences[position] = (when, node, text, importance(event))
        return row
