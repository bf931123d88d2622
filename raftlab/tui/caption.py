"""The caption: when, what happened, the rule that it follows; for imported events, their place in the source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from raftlab.tui.clock import short_time
from raftlab.tui.grid import BOLD, Grid, fit, join, wrap
from raftlab.tui.lines import Lines
from raftlab.view.headline import headline

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.core.origin import Origin


class Caption(Lines):
    """One or two lines of sentence, one of rule or origin."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._when = ""
        self._sentence = ""
        self._below = ""
        self._right = ""

    def show(
        self, event: Event | None, cluster: Cluster, now_us: int, unit: str, *, origin: Origin | None = None,
        right: str = "", note: str = "",
    ) -> None:  # fmt: skip
        """Caption an event, given the state after it.

        Args:
            right: what is said at the end of the first line.
            note: what a person has left there; it stands before the rule.
        """
        self._when, self._right = short_time(now_us, unit), right
        if event is None:
            self._sentence, self._below = "Before the first event.", "Press → to step, space to play."
        else:
            sentence, rule = headline(event, cluster)
            where = "" if origin is None else f"{Path(origin.file).name}:{origin.line}  {origin.stamp}".rstrip()
            self._sentence, self._below = sentence, join([note, where, rule])
        self.redraw()

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        grid = Grid(width, height, theme.panel)
        for y in range(height):
            grid.text(0, y, "▌", theme.gold)
        grid.text(2, 0, self._when, theme.muted, None, BOLD)
        left = 4 + len(self._when)
        room = width - left - (len(self._right) + 2 if self._right else 0)
        lines = wrap(self._sentence, room)
        spoken = max(1, height - 1)
        if len(lines) > spoken:
            lines = [*lines[: spoken - 1], fit(" ".join(lines[spoken - 1 :]), room)]
        for y, line in enumerate(lines):
            grid.text(left, y, line, theme.ink, None, BOLD)
        below = wrap(self._below, width - left - 1) if self._below else []
        room_below = height - len(lines)
        if len(below) > room_below > 0:
            below = [*below[: room_below - 1], fit(" ".join(below[room_below - 1 :]), width - left - 1)]
        for y, line in enumerate(below[: max(0, room_below)], len(lines)):
            grid.text(left, y, line, theme.muted)
        if self._right:
            grid.text(width - len(self._right) - 1, 0, self._right, theme.muted)
        return grid
