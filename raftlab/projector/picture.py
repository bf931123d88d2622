"""One lane's moment on its seat: what nodes, links, messages and logs are all drawn from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from raftlab.core.events import NodeJoined, NodeRemoved
from raftlab.core.log import UNKNOWN
from raftlab.core.model import REMOVED
from raftlab.view.layout import smooth
from raftlab.view.looks import Look, look_of
from raftlab.view.regions import can_commit, sides

if TYPE_CHECKING:
    from raftlab.core.model import Node
    from raftlab.projector.moment import Moment
    from raftlab.projector.stage import Seat
    from raftlab.view.layout import Point
    from raftlab.view.palette import Theme


APPEAR_US = 400_000
"""A node that joins appears in so long (watcher's time)."""
REMOVED_US = 900_000
"""A node that has left fades for so long (watcher's time)."""


class Picture:
    """A moment, its seat, and the theme. `places` are those of the nodes that are to be seen, by name."""

    def __init__(self, moment: Moment, seat: Seat, theme: Theme) -> None:
        self.moment = moment
        self.seat = seat
        self.theme = theme
        self.cluster = moment.cluster
        places = dict(zip(moment.stations, seat.places, strict=False))
        self.places: dict[str, Point] = {
            name: at for name, at in places.items() if name in moment.cluster.nodes and self._remains(name) > 0
        }
        self.names = tuple(self.places)

    @cached_property
    def looks(self) -> dict[str, Look]:
        """How each node looks."""
        return {name: look_of(self.cluster, node) for name, node in self.cluster.nodes.items()}

    @cached_property
    def presence(self) -> dict[str, float]:
        """How much of each node is to be seen: one that has just joined appears, one that has left fades."""
        return {name: self._arrived(name) * self._remains(name) for name in self.names}

    def _arrived(self, name: str) -> float:
        moment = self.moment
        if not moment.settled:
            for _, event in moment.since(APPEAR_US):
                if type(event) is NodeJoined and event.node == name:
                    return 0.1 + 0.9 * smooth(moment.age(event.at_us) / APPEAR_US)
        return 1.0

    def _remains(self, name: str) -> float:
        moment = self.moment
        if moment.cluster.nodes[name].status is not REMOVED:
            return 1.0
        for position, event in moment.since(REMOVED_US):
            if type(event) is NodeRemoved and event.node == name:
                if moment.settled:
                    return 1.0 if position == moment.position else 0.0
                return 1 - smooth(moment.age(event.at_us) / REMOVED_US)
        return 0.0

    @cached_property
    def grounds(self) -> dict[str, str]:
        """The colour behind each node: that of its side, when the network is split."""
        found = sides(self.cluster)
        if len(found) < 2:
            return dict.fromkeys(self.names, self.theme.ground)
        grounds = dict.fromkeys(self.names, self.theme.ground)  # whoever has left is on no side
        for side in found:
            grounds.update(dict.fromkeys(side, self.theme.can if can_commit(self.cluster, side) else self.theme.cannot))
        return grounds

    @cached_property
    def leader(self) -> Node | None:
        """The leader of the highest term."""
        return self.cluster.leader()

    def term_of(self, name: str) -> int:
        """A node's term; 0 when it isn't known."""
        term = self.cluster.nodes[name].current_term
        return 0 if term is UNKNOWN else term
