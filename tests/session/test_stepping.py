"""Steps over and into, on a run of ours and on a real cluster's logs."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from raftlab.core.events import NodeObserved, TermAdvanced
from raftlab.session import open_traces
from raftlab.session.criteria import Criteria, parse_criteria
from raftlab.session.listing import Listing
from raftlab.session.stepping import Trail, back_over, into, out, over
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION
from raftlab.view.importance import TURN, importance
from tests.session.test_session import DATA
from tests.tui.screens import recorded


@lru_cache(maxsize=1)
def foreign() -> Timeline:
    return open_traces([str(path) for path in sorted(DATA.glob("n?.log"))]).timeline


def walk(timeline: Timeline) -> list[int]:
    """Where steps over lead, from before the first event."""
    found = [-1]
    while (place := over(timeline, found[-1])) is not None:
        found.append(place)
    return found


def test_over_goes_from_the_beginning_of_a_step_to_the_next() -> None:
    timeline = recorded()

    expected = [at for at, event in enumerate(timeline) if event.starts_step]

    assert walk(timeline) == [-1, *expected]
    assert len(expected) < len(timeline) / 2


def test_over_from_within_a_step_leaves_it_and_back_over_goes_to_its_beginning() -> None:
    timeline = recorded()
    starts = walk(timeline)
    place = next(at for at in range(len(starts) - 1) if at and starts[at + 1] - starts[at] > 2)

    assert over(timeline, starts[place] + 1) == starts[place + 1]
    assert back_over(timeline, starts[place] + 1) == starts[place]
    assert back_over(timeline, starts[place]) == starts[place - 1]
    assert back_over(timeline, 0) == back_over(timeline, -1) == -1


def test_a_foreign_trace_is_stepped_past_what_an_event_led_to_on_its_node_at_once() -> None:
    timeline = foreign()
    skipped, places = 0, walk(timeline)
    stands = next(at for at, event in enumerate(timeline) if type(event).__name__ == "BecameCandidate")
    end = over(timeline, stands)
    assert end is not None
    assert timeline.event(end).node != timeline.event(stands).node, "all that it does as it stands is one step"
    for start, end in pairwise(places):
        for at in range(start + 1, end):
            event = timeline.event(at)
            told = isinstance(event, NodeObserved)
            cause = timeline.event(start if told else event.cause or 0)
            assert start >= 0
            assert (event.node, event.at_us) == (cause.node, cause.at_us)
            skipped += 1

    assert skipped > 20
    assert places[-1] < len(timeline)


def test_what_followed_from_a_consequence_belongs_to_the_step_too() -> None:
    timeline = Timeline(TraceHeader(VERSION, source="etcd-log", nodes=("n1", "n2")))
    for node, cause in (("n1", None), ("n1", 0), ("n1", 1), ("n2", 2), ("n1", 0)):
        timeline.append(TermAdvanced(5, node, cause, None, 1))

    assert over(timeline, 0) == over(timeline, 1) == 3
    assert back_over(timeline, 2) == back_over(timeline, 3) == 0


def test_back_over_undoes_over_where_no_other_node_comes_between() -> None:
    timeline = recorded()
    places = walk(timeline)

    assert all(back_over(timeline, end) == start for start, end in pairwise(places[1:]))


def test_into_goes_to_the_cause_and_the_trail_leads_back_out() -> None:
    timeline = recorded()
    start = next(at for at, event in enumerate(timeline) if type(event).__name__ == "BecameLeader")
    trail = Trail()
    place = start
    steps = 0
    while (cause := into(timeline, place)) is not None:
        trail.went(place, cause)
        place = cause
        steps += 1
    assert steps > 3

    for _ in range(steps):
        back = trail.back(place)
        assert back is not None
        place = back
    assert place == start
    assert trail.back(place) is None
    assert into(timeline, -1) is None
    assert out(timeline, -1) is None


def test_a_trail_is_forgotten_when_one_went_elsewhere() -> None:
    trail = Trail()
    trail.went(9, 5)

    assert trail.back(4) is None
    assert trail.back(5) is None


def test_out_is_the_first_consequence() -> None:
    timeline = recorded()
    place = next(at for at in range(len(timeline)) if into(timeline, at) is not None)
    cause = into(timeline, place)
    assert cause is not None

    assert out(timeline, cause) == place
    assert out(timeline, len(timeline) - 1) is None


def test_a_listing_keeps_what_meets_the_criteria_and_weighs_enough() -> None:
    timeline = recorded()
    criteria = parse_criteria('node n1 text "term"', timeline.header.nodes)
    listing = Listing(timeline, criteria, TURN)
    while listing.behind:
        listing.catch_up(0.0)

    expected = [
        at
        for at, event in enumerate(timeline)
        if event.node == "n1" and criteria.matches(event, at, timeline) and importance(event) >= TURN
    ]
    assert list(listing.positions) == expected
    assert expected
    assert listing.row_of(expected[-1]) == len(expected) - 1
    assert listing.row_of(-1) == -1
    assert Listing(timeline, Criteria()).words == ""
