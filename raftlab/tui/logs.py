"""The table of all logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.tui.grid import Grid
from raftlab.tui.lines import Lines
from raftlab.tui.logs_art import paint_logs
from raftlab.view.stations import stations

if TYPE_CHECKING:
    from raftlab.core.model import Cluster


class LogsTable(Lines):
    """Every node's log, a row each; `before` shows what the last event took away."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._cluster: Cluster | None = None
        self._before: Cluster | None = None
        self._names: tuple[str, ...] = ()

    def show(self, cluster: Cluster, named: tuple[str, ...], before: Cluster | None = None) -> None:
        """Show the logs of this state."""
        self._cluster, self._before = cluster, before
        self._names = stations(cluster, named)
        self.redraw()

    def paint(self, width: int, height: int) -> Grid:
        if self._cluster is None:
            return Grid(width, height, self.theme_colours.ground)
        return paint_logs(
            self._cluster, self._names, width, height, self.theme_colours, before=self._before, mono=self.mono
        )
