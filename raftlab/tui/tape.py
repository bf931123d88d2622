"""The term tape across the foot: who led when, what befell the cluster, where we are. A click goes there."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from textual.message import Message

from raftlab.tui.grid import BOLD, PLAIN, Grid
from raftlab.tui.lines import Lines
from raftlab.view.palette import mix, term_colour, text_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from raftlab.tui.scan import Scan
    from raftlab.view.tape import Mark, Span

_SIGNS: Final = {
    "election": "◆", "crash": "✕", "restart": "↑", "pause": "‖", "resume": "▸", "partition": "╳", "heal": "○",
    "cut": "╳", "members": "±", "transfer": "→", "broken": "!",
}  # fmt: skip


_LOSSES: Final = frozenset({"✕", "╳", "!"})


class Tape(Lines):
    """Two lines: marks above, the band of terms below, with the playhead."""

    class Sought(Message):
        """Somebody pointed at a time."""

        def __init__(self, time_us: int) -> None:
            super().__init__()
            self.time_us = time_us

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._scan: Scan | None = None
        self._now_us = 0
        self._end_us = 0
        self._breaks: Sequence[int] = ()
        self._notes: Sequence[int] = ()

    def show(self, scan: Scan, now_us: int, end_us: int, breaks: Sequence[int] = (), notes: Sequence[int] = ()) -> None:
        """Show the tape up to `end_us` at least, with the playhead at `now_us`.

        Args:
            breaks, notes: times at which breakpoints are hit, or something was noted.
        """
        self._scan, self._now_us, self._end_us = scan, now_us, end_us
        self._breaks, self._notes = breaks, notes
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        if self._scan is not None and self.size.width > 1:
            start, end = self._bounds()
            self.post_message(self.Sought(start + (end - start) * event.x // (self.size.width - 1)))

    def _bounds(self) -> tuple[int, int]:
        assert self._scan is not None
        start = self._scan.tape.start_us
        return start, max(self._scan.tape.end_us, self._now_us, self._end_us, start + 1)

    def _column(self, time_us: int) -> int:
        start, end = self._bounds()
        return max(0, min(self.size.width - 1, (time_us - start) * (self.size.width - 1) // (end - start)))

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        grid = Grid(width, height, theme.ground)
        scan = self._scan
        if scan is None or height < 1:
            return grid
        band = height - 1
        grid.text(0, band, "·" * width, theme.line)
        for span in scan.tape.spans:
            self._paint_span(grid, band, span)
        if height > 1:
            self._paint_marks(grid, scan.tape.marks)
            self._paint_signs(grid, self._breaks, "●")
            self._paint_signs(grid, self._notes, "✎")
        head = self._column(self._now_us)
        letter = grid.letters[band][head].strip("·") or "│"
        grid.text(head, band, letter, theme.pill_text, theme.pill, BOLD)
        if height > 1:
            grid.text(head, 0, "▾", theme.ink, None, BOLD)
        return grid

    def _paint_span(self, grid: Grid, y: int, span: Span) -> None:
        theme = self.theme_colours
        left, right = self._column(span.from_us), self._column(span.to_us)
        width = right - left + (1 if right == grid.width - 1 else 0)
        if width <= 0:
            return
        if span.term is None:
            words = "no leader" if width >= 9 else ""
            grid.text(left, y, words.ljust(width, "┄"), theme.bad_text, None, PLAIN)
            return
        colour = term_colour(span.term)
        words = next(
            (
                said
                for said in (f" term {span.term} {span.leader} ", f" {span.term} ", f"{span.term}")
                if len(said) <= width
            ),
            "",
        )
        grid.text(left, y, words.ljust(width), text_on(colour), colour)
        if self.mono and not words:
            grid.text(left, y, "=" * width, theme.ink)

    def _paint_marks(self, grid: Grid, marks: list[Mark]) -> None:
        """The newest of a column wins; one with words if there is room up to the next."""
        theme = self.theme_colours
        columns: dict[int, Mark] = {}
        for mark in marks if len(marks) < 4000 else _thinned(marks, grid.width):
            column = self._column(mark.at_us)
            if column not in columns or mark.kind != "election":
                columns[column] = mark
        places = sorted(columns)
        for number, column in enumerate(places):
            mark = columns[column]
            room = (places[number + 1] if number + 1 < len(places) else grid.width) - column
            bad = mark.kind in ("crash", "partition", "cut", "broken")
            said = f"{_SIGNS.get(mark.kind, '·')} {mark.text}"
            ink = theme.bad_text if bad else mix(theme.muted, theme.ink, 0.3)
            grid.text(column, 0, said if len(said) < room else said[0], ink)

    def _paint_signs(self, grid: Grid, times: Sequence[int], sign: str) -> None:
        """A person's own signs stand before the story's words, never before what is lost."""
        theme = self.theme_colours
        for column in {self._column(time_us) for time_us in times}:
            if grid.letters[0][column] not in _LOSSES:
                grid.text(column, 0, sign, theme.gold_text, None, BOLD)


def _thinned(marks: list[Mark], width: int) -> list[Mark]:
    """At most some of each column: a tape of a million events is painted as quickly as any."""
    first, last = marks[0].at_us, marks[-1].at_us
    step = max(1, (last - first) // (2 * width))
    found, place = [], 0
    while place < len(marks):
        found.append(marks[place])
        place = max(place + 1, bisect_left(marks, marks[place].at_us + step, place, key=lambda mark: mark.at_us))
    return found
