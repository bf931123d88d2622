"""Runs to draw: the scenarios that ship, and a few events by hand."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from raftlab.projector.moment import LaneView
from raftlab.session import Lane, open_scenario
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION

if TYPE_CHECKING:
    from raftlab.core.events import Event

SCENARIOS = ("healthy-cluster", "leader-crash", "split-vote", "symmetric-partition", "one-way-partition", "figure-7")


@lru_cache(maxsize=32)
def recorded(name: str, nodes: int | None = None, until_us: int = 7_000_000) -> Timeline:
    """What a scenario does, up to a time."""
    scenario = open_scenario(name)
    lane = Lane.begin(scenario if nodes is None else scenario.with_nodes(nodes))
    lane.move_to(until_us)
    return lane.timeline


@lru_cache(maxsize=32)
def view_of(name: str, nodes: int | None = None) -> LaneView:
    """A scenario's run, with its tape."""
    return caught_up(LaneView(recorded(name, nodes), open_scenario(name).title, open_scenario(name).teaches))


def view_by_hand(
    events: list[Event], source: str = "raftlab", unit: str = "us", modified: tuple[str, ...] = ()
) -> LaneView:
    """A view of these events."""
    timeline = Timeline(TraceHeader(VERSION, source=source, unit=unit, modified=modified))
    for event in events:
        timeline.append(event)
    return caught_up(LaneView(timeline, "By hand"))


def caught_up(view: LaneView) -> LaneView:
    """A view whose tape holds everything."""
    while view.catch_up():
        pass
    return view
