"""What a drawing needs of a node: its look, words and numbers, taken from a state and ready to be painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core.log import UNKNOWN
from raftlab.view.layout import way_part
from raftlab.view.looks import GLYPHS, Look, look_of, word_for
from raftlab.view.quorum import configuration, voters_of

if TYPE_CHECKING:
    from raftlab.core.model import Cluster, Node

CLOCKS = "○◔◑◕●"
"""A timer that empties, from nothing left to all of it."""

_WAITING = (Look.FOLLOWER, Look.CANDIDATE, Look.PRE_CANDIDATE, Look.LEARNER)
_VOTING = (Look.CANDIDATE, Look.PRE_CANDIDATE)


class Face(Struct, frozen=True):
    """One node as it is drawn.

    `term` is None when it isn't known; `left` how much of its election timer is left (0 to 1; None: none runs),
    `left_us` the same as time; `votes` one sign a voter: "+" granted, "-" refused, "?" waiting.
    """

    name: str
    look: Look
    word: str
    term: int | None
    left: float | None = None
    left_us: int = 0
    votes: str = ""

    @property
    def glyph(self) -> str:
        """The look's character."""
        return GLYPHS[self.look]

    @property
    def clock(self) -> str:
        """The timer in words: "◔ 71 ms"; "" when none runs."""
        if self.left is None:
            return ""
        return f"{CLOCKS[min(4, round(self.left * 4))]} {round(self.left_us / 1000)} ms"


def face_of(cluster: Cluster, node: Node, now_us: int) -> Face:
    """How a node looks at a time."""
    look = look_of(cluster, node)
    term = None if node.current_term is UNKNOWN else node.current_term
    left, left_us = _timer(node, look, now_us)
    votes = _votes(cluster, node) if look in _VOTING else ""
    return Face(node.name, look, word_for(cluster, node), term, left, left_us, votes)


def _timer(node: Node, look: Look, now_us: int) -> tuple[float | None, int]:
    timer = node.timers.get("election") if look in _WAITING else None
    if timer is None:
        return None, 0
    return 1.0 - way_part(now_us, timer.since_us, timer.due_us), max(0, timer.due_us - now_us)


def _votes(cluster: Cluster, node: Node) -> str:
    config = node.config if node.config is not UNKNOWN and node.config.voters else configuration(cluster)
    signs = {True: "+", False: "-", None: "?"}
    return "".join(signs[node.votes.get(name)] for name in voters_of(config))
