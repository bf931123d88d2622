"""Happened before (Lamport, 1978): which events may have led to one, which it may have led to, and which neither.

One event happened before another when it stands earlier on the same lane, when it is known as its cause, when it is the
sending of the message that the other receives, or by a chain of these. Two events of which neither happened before the
other are concurrent, whatever their clocks say.

A graph of the window alone (networkx, imported when first needed): what happened through events outside it isn't seen,
so `concurrent` means "nothing in this window orders them".
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from raftlab.core.events import TimerFired

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx

    from raftlab.view.space_time.moments import Moment


class Relation(Enum):
    """How a moment stands to the event that is looked at. CAUSE and CONSEQUENCE are told by the trace; BEFORE and AFTER
    only mean that an influence was possible."""

    HERE = "here"
    CAUSE = "cause"
    BEFORE = "before"
    AFTER = "after"
    CONSEQUENCE = "consequence"
    CONCURRENT = "concurrent"


def prepare() -> None:
    """Import networkx now (about an eighth of a second), so that the first picture needn't wait for it."""
    import networkx  # noqa: F401


def relations(moments: Sequence[Moment], position: int) -> dict[int, Relation]:
    """How each of some neighbouring moments stands to the event at `position`, by the position of its first event.

    Moments that aren't in the answer are concurrent with it; `relation_of` reads it. Where the event lies in none of
    the moments, the answer is empty.
    """
    import networkx

    here = next((moment for moment in moments if position in moment), None)
    if here is None:
        return {}
    graph = graph_of(moments, position)
    firsts = {moment.first for moment in moments}
    found = dict.fromkeys(networkx.ancestors(graph, position) & firsts, Relation.BEFORE)
    found.update(dict.fromkeys(networkx.descendants(graph, position) & firsts, Relation.AFTER))
    _tell_causes(moments, position, found)
    found[here.first] = Relation.HERE
    return found


def graph_of(moments: Sequence[Moment], position: int) -> networkx.DiGraph[int]:
    """The happens-before graph of some neighbouring moments.

    Its vertices are positions: the first event of each moment, the event at `position`, and every event that led to
    another moment. The rest of a moment needn't be there, since nothing comes into one after its first event.
    """
    import networkx

    led_on = {event.cause for moment in moments for event in moment.events[:1] if event.cause is not None}
    graph: networkx.DiGraph[int] = networkx.DiGraph()
    latest: dict[str, int] = {}
    edges: list[tuple[int, int]] = []
    start = moments[0].first if moments else 0
    for moment in moments:
        at = moment.first
        cause = moment.events[0].cause
        if cause is not None and start <= cause < at:
            edges.append((cause, at))
        if moment.lane in latest:
            edges.append((latest[moment.lane], at))
        for later in range(at + 1, moment.last + 1):
            if later in led_on or later == position:
                edges.append((at, later))
                at = later
        if moment.lane is not None:
            latest[moment.lane] = at
    graph.add_nodes_from(moment.first for moment in moments)
    graph.add_node(position)
    graph.add_edges_from(edges)
    return graph


def _tell_causes(moments: Sequence[Moment], position: int, found: dict[int, Relation]) -> None:
    """Among those before and after, mark the ones that the trace itself names as causes."""
    events = [event for moment in moments for event in moment.events]
    start = moments[0].first
    place = {at: moment.first for moment in moments for at in range(moment.first, moment.last + 1)}
    at = position
    while (cause := events[at - start].cause) is not None and start <= cause < at:
        found[place[cause]] = Relation.CAUSE
        at = cause
    led_to = {position}
    for later in range(position + 1, start + len(events)):
        event = events[later - start]
        if event.cause in led_to:
            found[place[later]] = Relation.CONSEQUENCE
            # A timer that runs out begins something new, or each heartbeat would follow from the election for ever.
            if not isinstance(event, TimerFired):
                led_to.add(later)


def relation_of(found: dict[int, Relation], moment: Moment) -> Relation:
    """One moment's relation, out of what `relations` found."""
    return found.get(moment.first, Relation.CONCURRENT)
