"""The picture of the cluster: one widget that draws all of it, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.tui.cluster_art import paint_cluster
from raftlab.tui.grid import BOLD, Grid, fit
from raftlab.tui.lines import Lines
from raftlab.view.stations import stations

if TYPE_CHECKING:
    from raftlab.core.model import Cluster


class ClusterCanvas(Lines):
    """Draws a state at a time; whoever shows it says when something has changed."""

    def __init__(self, *, title: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.title = title
        self._cluster: Cluster | None = None
        self._names: tuple[str, ...] = ()
        self._now_us = 0

    def show(self, cluster: Cluster, named: tuple[str, ...], now_us: int) -> None:
        """Show this state, at that time; `named` nodes have a place whether or not the state knows them."""
        self._cluster, self._now_us = cluster, now_us
        self._names = stations(cluster, named)
        self.redraw()

    def paint(self, width: int, height: int) -> Grid:
        theme = self.theme_colours
        if self._cluster is None:
            return Grid(width, height, theme.ground)
        grid = paint_cluster(self._cluster, self._names, self._now_us, width, height, theme, mono=self.mono)
        if self.title:
            grid.text(1, 0, fit(self.title, width - 2), theme.muted, None, BOLD)
        return grid
