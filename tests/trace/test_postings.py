"""Posting lists: by kind, node, message and term; and which of them a predicate's matches must stand in."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.core.events import Event, TimerFired
from raftlab.session.lane import header_of
from raftlab.trace import Timeline
from raftlab.trace.postings import Postings
from raftlab.trace.query import Query
from raftlab.trace.search import QueryMatcher, sweep
from raftlab.trace.terms import event_terms, message_type
from raftlab.trace.writer import TraceWriter
from tests.runs import faulted, record
from tests.view.samples import every_event

SCENARIO = faulted(10, 2_500_000)
EVENTS, _ = record(SCENARIO)


def lists_of(events: list[Event]) -> dict[str, list[int]]:
    """What the lists should be, by looking at each event."""
    found: dict[str, list[int]] = defaultdict(list)
    for position, event in enumerate(events):
        keys = [type(event).__name__, f"node:{event.node}", *(f"term:{term}" for term in event_terms(event))]
        for key in keys:
            found[key].append(position)
        carried = message_type(event)
        if carried is not None:
            found[f"message:{carried}"].append(position)
    return found


def lists_in(postings: Postings) -> dict[str, list[int]]:
    return {key: postings[key].tolist() for key in postings}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("postings") / "run.trace"
    with TraceWriter(path, header_of(SCENARIO)) as writer:
        for event in EVENTS:
            writer.append(event)
    return path


@pytest.fixture(scope="module")
def timeline(path: Path) -> Timeline:
    timeline = Timeline.open(path)
    timeline.load()
    return timeline


def test_every_event_stands_in_the_lists_of_what_it_is(timeline: Timeline) -> None:
    expected = lists_of(EVENTS)
    assert {"message:AppendEntries", "term:1", "node:n1", "BecameLeader"} <= expected.keys()
    assert lists_in(timeline.posted) == expected


def test_every_kind_of_event_is_posted_right() -> None:
    samples = every_event()
    postings = Postings()
    postings.extend(0, samples)
    assert lists_in(postings) == lists_of(samples)


def test_while_it_is_loaded_the_lists_hold_what_is_there(path: Path) -> None:
    timeline = Timeline.open(path)
    assert 0 < timeline._postings.length == len(timeline) < len(EVENTS)
    timeline.load()
    assert timeline._postings.length == len(EVENTS)  # built while loading: nobody waits for them later


def test_the_list_that_lies_furthest_ahead_says_where_to_go_on() -> None:
    postings = Postings()
    events: list[Event] = [TimerFired(at, "n2" if at % 5000 == 4999 else "n1", None, None, "t") for at in range(10_000)]
    postings.extend(0, events)
    both = [("TimerFired",), ("node:n2", "node:n3")]
    for wanted in (both, both[::-1]):
        assert [postings.leap(wanted, start, 10_000, 1) for start in (0, 4999, 5000)] == [4999, 4999, 9999]
        assert [postings.leap(wanted, 0, stop, -1) for stop in (10_000, 9999, 5000)] == [9999, 4999, 4999]
    assert postings.leap(both, 5000, 9999, 1) is postings.leap([*both, ("node:n4",)], 0, 10_000, 1) is None


def test_a_timeline_that_is_appended_to_and_its_forks(timeline: Timeline) -> None:
    live = Timeline()
    for event in EVENTS[:700]:
        live.append(event)
    assert lists_in(live.posted) == lists_of(EVENTS[:700])
    for event in EVENTS[700:1400]:
        live.append(event)
    assert lists_in(live.posted) == lists_of(EVENTS[:1400])
    for position in (3, 511, 512, 1300):
        fork = live.fork(position)
        for event in EVENTS[20:60]:
            fork.append(event)
        assert lists_in(fork.posted) == lists_of([*EVENTS[: position + 1], *EVENTS[20:60]])
    assert lists_in(live.posted) == lists_of(EVENTS[:1400])


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ('kind == "BecameLeader"', [("BecameLeader",)]),
        ('"BecameLeader" == kind', [("BecameLeader",)]),
        ('kind == "BecameLeader" and node == "n2" and n1.term > 3', [("BecameLeader",), ("node:n2",)]),
        ('message == "AppendEntries" and 3 in event_terms', [("message:AppendEntries",), ("term:3",)]),
        ("event.term == 3", [("term:3",)]),
        ('kind in ("A", "B")', [("A", "B")]),
        ('kind == "A" or node in ["n1", "n2"]', [("A", "node:n1", "node:n2")]),
        ('kind == "A" and node == "n1" or kind == "B"', [("A", "B"), ("node:n1", "B")]),
        ('kind == "A" or n1.term > 3', []),
        ("message == None", []),
        ("True in event_terms", []),
        ("event.index == 3", []),
        ('not kind == "A"', []),
        ('kind != "A"', []),
        ('kind == "A" == True', []),
        ('n1.role == "leader"', []),
        ('kind in ("A", 3)', []),
    ],
)
def test_what_a_predicate_requires(text: str, required: list[tuple[str, ...]]) -> None:
    assert Query(text).required == required


ATOMS = st.sampled_from(
    [
        'kind == "MessageSent"', 'kind in ("BecameLeader", "BecameCandidate", "VoteGranted")', 'node == "n2"',
        'node in ["n1", "n3"]', "node == None", 'message == "AppendEntries"', "message == None", "event.term == 2",
        '"RequestVote" == message', "1 in event_terms", "len(event_terms) == 0", 'rule == "grant_vote"',
        'kind == "CommitAdvanced"', "event.index > 3", 'kind == "Nonsense"', "at > 1",
    ]
)  # fmt: skip
PREDICATES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' and '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' or '.join(parts)})"),
        inner.map(lambda part: f"not ({part})"),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(PREDICATES, st.integers(-1, len(EVENTS)), st.integers(0, len(EVENTS) + 5))
def test_searches_find_what_looking_at_every_event_finds(text: str, start: int, stop: int) -> None:
    query = Query(text)
    expected = [at for at, event in enumerate(EVENTS) if query.asker()(event, None)]
    timeline = TIMELINE
    within = [at for at in expected if start <= at < stop]
    for way in (1, -1):
        found = [at for _, part in sweep(timeline, QueryMatcher(query), start, stop, way) for at in part]
        assert found == within[::way]
    assert timeline.next(query, start) == next((at for at in expected if at > start), None)
    assert timeline.prev(query, start) == next((at for at in reversed(expected) if at < start), None)


TIMELINE = Timeline()
for _event in EVENTS:
    TIMELINE.append(_event)
