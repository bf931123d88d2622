"""Which campaign a seed stands for: half of them do anything to any cluster, the others look closely at one thing.

Chance alone hardly ever leads to the bugs that need a certain order of things: a change of members that only some have
heard of, a reader who asks a leader that has been replaced. So a flavour (sim.flavours) draws what such bugs need,
around it everything is random as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.chance import Chance
from raftlab.sim.drawing import Drawing
from raftlab.sim.flavours import Disks, FigureEight, Members, Reads, Snapshots

if TYPE_CHECKING:
    from raftlab.sim.campaign import Campaign

_FLAVOURS: tuple[type[Drawing], ...] = (
    *[Drawing] * 10, Members, Members, Members, Reads, Reads, Disks, Disks, FigureEight, FigureEight, Snapshots,
)  # fmt: skip
"""One of these is drawn for each seed."""


def campaign(seed: int) -> Campaign:
    """A random scenario: some chaos, perhaps a lull and more chaos, and a calm in which the cluster must live."""
    return flavour(seed)(seed).campaign()


def flavour(seed: int) -> type[Drawing]:
    """How a seed's campaign is drawn. (Its dice are its own: a new flavour moves nobody else's.)"""
    return _FLAVOURS[Chance(seed).between(0, len(_FLAVOURS) - 1, "flavour", "", 0)]
