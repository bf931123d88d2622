"""Lanes: the nodes side by side, and what each is from moment to moment: its role, its term, whether it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.view.looks import Look, look_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.core.model import Cluster
    from raftlab.view.space_time.moments import Moment

_CHANGING: Final = frozenset({
    e.ClusterCreated, e.NodeJoined, e.NodeCrashed, e.NodeRestarted, e.NodePaused, e.NodeResumed, e.NodeRemoved,
    e.NodeObserved, e.TermAdvanced, e.BecameFollower, e.BecamePreCandidate, e.BecameCandidate, e.BecameLeader,
    e.ConfigChanged, e.SnapshotInstalled,
})  # fmt: skip
"""The events after which a lane may look otherwise: all others leave it as it is."""


class LaneState(Struct, frozen=True, gc=False):
    """What a node is: its look, and its term (None: the source can't tell)."""

    look: Look
    term: int | None


ABSENT: Final = LaneState(Look.REMOVED, None)
"""A node that nobody has spoken of yet."""


def states_of(cluster: Cluster) -> dict[str, LaneState]:
    """What each node of a state is."""
    return {
        name: LaneState(look_of(cluster, node), None if node.current_term is UNKNOWN else node.current_term)
        for name, node in cluster.nodes.items()
    }


def states_after(cluster: Cluster, moments: Sequence[Moment]) -> list[dict[str, LaneState]]:
    """What the nodes are after each moment. `cluster` is the state before the first; it is evolved to the last."""
    now = states_of(cluster)
    found = []
    for moment in moments:
        cluster.fold(moment.events)
        if any(type(event) in _CHANGING for event in moment.events):
            now = states_of(cluster)
        found.append(now)
    return found


def lanes_that_fit(names: Sequence[str], most: int, taking_part: Iterable[str]) -> tuple[list[str], list[str]]:
    """Which lanes to show where only so many fit, and which not, each in the nodes' order.

    Args:
        names: all of them.
        most: how many fit, at least 1.
        taking_part: those that do something in the window, the most wanted first.
    """
    if len(names) <= most:
        return list(names), []
    wanted = [name for name in dict.fromkeys([*taking_part, *names]) if name in set(names)][:most]
    return [name for name in names if name in wanted], [name for name in names if name not in wanted]
