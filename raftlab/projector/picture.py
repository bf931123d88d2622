"""One lane's moment on its seat: what nodes, links, messages and logs are all drawn from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from raftlab.core.log import UNKNOWN
from raftlab.view.looks import Look, look_of
from raftlab.view.regions import can_commit, sides

if TYPE_CHECKING:
    from raftlab.core.model import Node
    from raftlab.projector.moment import Moment
    from raftlab.projector.stage import Seat
    from raftlab.view.layout import Point
    from raftlab.view.palette import Theme


class Picture:
    """A moment, its seat, and the theme."""

    def __init__(self, moment: Moment, seat: Seat, theme: Theme) -> None:
        self.moment = moment
        self.seat = seat
        self.theme = theme
        self.cluster = moment.cluster
        self.names = tuple(moment.cluster.nodes)
        self.places: dict[str, Point] = dict(zip(self.names, seat.places, strict=False))

    @cached_property
    def looks(self) -> dict[str, Look]:
        """How each node looks."""
        return {name: look_of(self.cluster, node) for name, node in self.cluster.nodes.items()}

    @cached_property
    def grounds(self) -> dict[str, str]:
        """The colour behind each node: that of its side, when the network is split."""
        found = sides(self.cluster)
        if len(found) < 2:
            return dict.fromkeys(self.names, self.theme.ground)
        return {
            name: self.theme.can if can_commit(self.cluster, side) else self.theme.cannot
            for side in found
            for name in side
        }

    @cached_property
    def leader(self) -> Node | None:
        """The leader of the highest term."""
        return self.cluster.leader()

    def term_of(self, name: str) -> int:
        """A node's term; 0 when it isn't known."""
        term = self.cluster.nodes[name].current_term
        return 0 if term is UNKNOWN else term
