"""The label of a run in which a rule was broken on purpose: "modified Raft: commit_any_term", in every face, for good.

What such a run shows isn't Raft. Nobody who comes in late, or finds a picture of it, may take it for Raft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.timeline_like import TimelineLike


def variants_of(timeline: TimelineLike, cluster: Cluster | None = None) -> tuple[str, ...]:
    """The broken variants of a run: those that its header names, and those that its first event names.

    `cluster` is a state of the timeline, if one is at hand (all know the variants); without it the first is made.
    """
    if cluster is None and len(timeline):
        cluster = timeline.state(0)
    off = cluster.off if cluster is not None else ()
    return tuple(dict.fromkeys((*timeline.header.modified, *off)))


def modified_label(variants: tuple[str, ...]) -> str:
    """The label; "" for a run of Raft as it is."""
    return f"modified Raft: {', '.join(variants)}" if variants else ""
