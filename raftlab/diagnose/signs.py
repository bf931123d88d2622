"""Signs of life: which events show that a process runs, when it was last seen, when the whole cluster is shut down."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from raftlab.core import events as e
from raftlab.core.model import UP

if TYPE_CHECKING:
    from raftlab.trace import Timeline

_TOGETHER_US: Final = 10_000_000
"""Members that are asked to stop within this time of one another are shut down together."""

_STARTING_US: Final = 500_000

NO_SIGN: Final = frozenset({
    e.NodeCrashed, e.NodeRemoved, e.NodePaused, e.MessageDropped, e.NodeObserved, e.ClusterCreated, e.CommandGiven,
    e.ClientAsked, e.LinkChanged, e.ClockChanged,
})  # fmt: skip
"""Events that don't show that their node runs."""


def is_signal(text: str) -> bool:
    """Whether a note says that a process was asked to stop."""
    return "signal" in text and "shutting down" in text


def shutdown(timeline: Timeline) -> int:
    """The position at which the cluster begins to be shut down for good; the length if it isn't.

    All that still run and speak must have been asked to stop, within a few seconds, and not have come back.
    """
    asked: dict[str, tuple[int, int]] = {}
    for at in timeline.postings("SourceNoted"):
        note = timeline.event(at)
        if isinstance(note, e.SourceNoted) and is_signal(note.text):
            asked[str(note.node)] = (note.at_us, at)
    if not asked:
        return len(timeline)
    for at in timeline.postings("NodeRestarted"):
        name = str(timeline.event(at).node)
        if name in asked and asked[name][1] < at:
            del asked[name]
    last = max(asked.values(), default=(0, 0))
    together = {name: found for name, found in asked.items() if last[0] - found[0] <= _TOGETHER_US}
    if not together:
        return len(timeline)
    first = min(at for _, at in together.values())
    state = timeline.state(first)
    running = {name for name, node in state.nodes.items() if node.status is UP and _speaks_later(timeline, name, first)}
    return first if running <= set(together) else len(timeline)


def _speaks_later(timeline: Timeline, name: str, position: int) -> bool:
    """Whether a node, whose own file may have ended long ago, still speaks from a position on."""
    own = timeline.postings(f"node:{name}")
    return any(
        at >= position and type(timeline.event(at)) not in NO_SIGN for at in own[-64:]
    )  # fmt: skip


def sign_before(timeline: Timeline, name: str, at: int, last: int) -> int:
    """The last sign of a process that ended without a word: what comes just before the next one starts to write may
    be the next one's (a wire capture sees it sooner than its log)."""
    limit_us = timeline.time_of(at) - _STARTING_US
    if timeline.time_of(last) < limit_us:
        return last
    own = timeline.postings(f"node:{name}")
    for position in reversed(own[: bisect_right(own, timeline.index_at(limit_us))]):
        if type(timeline.event(position)) not in NO_SIGN:
            return position
    return last
