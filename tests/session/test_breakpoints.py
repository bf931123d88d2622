"""Breakpoints without a screen: what they wait for, where they are hit, and that a search says the same as a fold."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from raftlab.core.errors import QueryError
from raftlab.core.events import BecameLeader, InvariantBroken, MessageDropped
from raftlab.session import open_traces
from raftlab.session.breakpoints import Breakpoints, Condition
from raftlab.session.criteria import message_of, parse_criteria
from raftlab.session.tracks import Track, Tracks, find_now, look_through, times_of
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import BLOCK, VERSION
from raftlab.trace.terms import event_terms
from tests.session.test_session import DATA
from tests.tui.screens import recorded

NODES = ("n1", "n2", "n3", "n4", "n5")


def breakpoints(timeline: Timeline | None = None) -> Breakpoints:
    return Breakpoints(Tracks(recorded() if timeline is None else timeline), NODES)


def hits(text: str, timeline: Timeline | None = None) -> list[int]:
    """All positions, found one after the other from the start."""
    found = breakpoints(timeline)
    found.add(text)
    places: list[int] = []
    position = -1
    while (place := find_now(found.search(position, 1))) is not None:
        places.append(place)
        position = place
    return places


def holding(predicate: str) -> list[bool]:
    """Whether a predicate holds, event by event, each state asked for by itself."""
    from raftlab.trace.query import Query

    timeline, query = recorded(), Query(predicate)
    return [query.holds(timeline.state(at), timeline.event(at)) for at in range(len(timeline))]


def test_a_kind_stops_at_each_of_its_events() -> None:
    timeline = recorded()

    expected = [at for at, event in enumerate(timeline) if isinstance(event, BecameLeader)]

    assert len(expected) == 2
    assert hits("kind BecameLeader") == hits("became-leader kind became-leader") == hits("BecameLeader") == expected


def test_node_term_and_message_must_all_hold_and_values_of_one_word_are_alternatives() -> None:
    timeline = recorded()

    expected = [
        at
        for at, event in enumerate(timeline)
        if event.node in ("n1", "n2") and 2 in event_terms(event) and message_of(event, timeline) == "AppendEntries"
    ]

    assert expected
    assert hits("node n1, n2 term 2 message AppendEntries") == expected


def test_a_lost_message_is_known_by_its_sending() -> None:
    timeline = recorded()
    at = next(at for at, event in enumerate(timeline) if isinstance(event, MessageDropped))
    cause = timeline.event(at).cause
    assert cause is not None

    assert message_of(timeline.event(at), timeline) == message_of(timeline.event(cause), timeline) is not None
    kind = message_of(timeline.event(at), timeline)
    assert at in hits(f"message {kind}")
    assert hits(f"message {kind}") == [
        place for place, event in enumerate(timeline) if message_of(event, timeline) == kind
    ]


@pytest.mark.parametrize(
    "predicate", ["seconds >= 2.7", 'n4.role == "leader" and n2.term > 0', "commit >= 3", "len(leaders) == 0"]
)
def test_a_predicate_about_the_state_stops_where_it_comes_to_hold(predicate: str) -> None:
    held = holding(predicate)
    rises = [at for at, now in enumerate(held) if now and not (at and held[at - 1])]

    assert 0 < len(rises) < sum(held)
    assert hits(predicate) == rises


def test_a_predicate_about_the_event_stops_at_each() -> None:
    predicate = 'node == "n2" and n2.term > 1'
    held = holding(predicate)

    assert hits(predicate) == [at for at, now in enumerate(held) if now]


def test_several_that_ask_for_different_things_share_a_fold_and_find_each_its_own() -> None:
    texts = [
        "kind BecameLeader if term > 1",
        "commit >= 3",
        "seconds >= 2.7",
        "term 2 node n1",
        'kind == "VoteGranted"',
    ]
    found = breakpoints()
    all_of_them = [found.add(text) for text in texts]
    while found.tracks.behind:
        found.tracks.catch_up(0.05, near=1_500)

    for it, text in zip(all_of_them, texts, strict=True):
        assert [at for block in sorted(it.track.blocks) for at in it.track.blocks[block]] == hits(text), text


def test_criteria_may_have_a_condition() -> None:
    assert hits("kind BecameLeader if term > 1") == hits("kind BecameLeader")[1:]


def test_backward_finds_the_same_as_forward() -> None:
    found = breakpoints()
    found.add("kind VoteGranted")
    found.add("commit >= 3")
    forward = sorted({*hits("kind VoteGranted"), *hits("commit >= 3")})

    places: list[int] = []
    position = len(recorded())
    while (place := find_now(found.search(position, -1))) is not None:
        places.append(place)
        position = place

    assert places[::-1] == forward
    assert len(recorded()) > 2 * BLOCK, "one block would prove little"


def test_a_search_goes_on_in_slices_and_folds_no_block_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    found = breakpoints()
    found.add("commit > 1000000")
    looked: list[int] = []

    def look(timeline: Timeline, number: int, length: int, tracks: Sequence[Track]) -> None:
        looked.append(number)
        look_through(timeline, number, length, tracks)

    monkeypatch.setattr("raftlab.session.tracks.look_through", look)

    search = found.search(-1, 1)
    slices = 0
    while not search.over:
        search.step(0.0)
        slices += 1
    find_now(found.search(len(recorded()), -1))

    assert search.found is None
    assert slices == len(looked) + 1 == len(recorded()) // BLOCK + 2
    assert "esc stops" in search.words


def test_a_disabled_one_is_passed_and_a_deleted_one_is_gone() -> None:
    found = breakpoints()
    leader, commit = found.add("kind BecameLeader"), found.add("commit >= 3")
    leader.enabled = False
    assert find_now(found.search(-1, 1)) == hits("commit >= 3")[0]

    found.remove(commit)
    assert find_now(found.search(-1, 1)) is None
    assert found.add("kind VoteGranted").number == 3


def test_the_same_words_are_one_breakpoint_and_all_hits_are_counted() -> None:
    found = breakpoints()
    first = found.add("kind BecameLeader")
    first.enabled = False

    assert found.add("kind became_leader") is first
    assert [it for it in found.all if it.enabled] == [first]
    behind = found.tracks.behind
    while found.tracks.behind:
        found.tracks.catch_up(0.05)
    assert behind
    assert first.track.count == 2
    assert found.tracks.whole(first.track)
    assert [it.number for it in found.at(hits("kind BecameLeader")[1])] == [1]
    assert times_of([first.track], 100) == [recorded().time_of(at) for at in hits("kind BecameLeader")]


def test_a_broken_invariant_stops_whether_the_trace_says_it_or_the_checker() -> None:
    timeline = Timeline(TraceHeader(VERSION, nodes=NODES))
    for event in recorded().events(0, 40):
        timeline.append(event)
    timeline.append(InvariantBroken(timeline.end_us, None, None, None, "ElectionSafety", "two lead"))

    found = Breakpoints(Tracks(timeline), NODES, broken={7})
    found.add("invariant")

    assert find_now(found.search(-1, 1)) == 7
    assert find_now(found.search(7, 1)) == 40
    assert hits("invariant ElectionSafety", timeline) == [40]
    assert hits("invariant LogMatching", timeline) == []


def test_a_timeline_that_grows_is_looked_at_again_where_it_grew() -> None:
    timeline = Timeline(recorded().header)
    found = Breakpoints(Tracks(timeline), NODES)
    found.add("kind BecameLeader")
    for event in recorded():
        timeline.append(event)
        if len(timeline) % 100 == 0:
            found.tracks.catch_up(0.05)

    assert find_now(found.search(-1, 1)) == hits("kind BecameLeader")[0]
    while found.tracks.behind:
        found.tracks.catch_up(0.05)
    assert found.all[0].track.count == 2


def test_a_search_waits_for_what_is_still_being_loaded() -> None:
    timeline = Timeline(recorded().header)
    for event in recorded().events(0, BLOCK + 100):
        timeline.append(event)
    timeline._complete = False
    found = Breakpoints(Tracks(timeline), NODES)
    found.add("kind BecameLeader if term > 1")
    search = found.search(-1, 1)
    for _ in range(5):
        search.step()
    assert not search.over

    for event in recorded().events(BLOCK + 100):
        timeline.append(event)
    timeline._complete = True
    assert find_now(search) == hits("kind BecameLeader")[1]


def test_a_node_that_no_event_has_spoken_of_yet_stops_nothing() -> None:
    opened = open_traces([str(path) for path in sorted(DATA.glob("n?.log"))])
    found = Breakpoints(Tracks(opened.timeline), opened.timeline.header.nodes)
    found.add("n3.term >= 3")

    place = find_now(found.search(-1, 1))

    assert place is not None
    assert opened.timeline.state(place).nodes["n3"].current_term >= 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "what shall it wait for"),
        ("kind", "kind what"),
        ("kind node n1", "kind what"),
        ("node n1 text", "text what"),
        ("kind Leader", "BecameLeader"),
        ("kind BecameLedaer", "did you mean BecameLeader"),
        ("node n9", "there is no node 'n9'; there are n1"),
        ("n9.term > 3", "what is 'n9'?"),
        ("term three", "a term is a number"),
        ("message Append", "AppendEntries"),
        ('text "lease', "a quote isn't closed"),
        ("n1.term >", "is no predicate"),
        ("leader.term > 3 node", "is no predicate"),
        ("n1.colour == 3", "a node has no 'colour'"),
        ("n1.term % 0 == 1", "modulo by zero"),
        ("nonsense", "what is 'nonsense'"),
        ("kind BecameLeader if n9.term > 3", "what is 'n9'?"),
    ],
)
def test_what_cant_be_understood_is_said(text: str, says: str) -> None:
    with pytest.raises(QueryError, match=re.escape(says)):
        breakpoints().add(text)


def test_words_are_said_as_they_are_understood() -> None:
    assert parse_criteria("n1 vote-granted text lease expired term 2 3", NODES).words == (
        'kind VoteGranted node n1 term 2, 3 text "lease expired"'
    )
    assert parse_criteria("node n1 text term 2", NODES).words == 'node n1 text "term 2"'
    assert parse_criteria('text "term" term 2 invariant', NODES).words == 'term 2 text "term" invariant'
    assert Condition("kind becameleader if n1.term>3", recorded(), NODES).words == "kind BecameLeader if n1.term>3"


def test_a_predicate_that_names_the_message_stops_at_each() -> None:
    timeline = recorded()
    for text, rises in (('message == "AppendEntries" and n1.term > 0', False), ("n1.term > 0", True)):
        assert Breakpoints(Tracks(timeline), NODES).add(text).condition.rises is rises
