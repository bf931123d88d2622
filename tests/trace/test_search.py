"""Searches for a text and for predicates about the state: the same as looking at every event, and much cheaper."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.core.errors import QueryError
from raftlab.core.events import Event, SourceNoted, TimerFired
from raftlab.trace import Timeline
from raftlab.trace.codec import BLOCK
from raftlab.trace.query import Query
from raftlab.trace.scope import UNASKED_KINDS, NodeView
from raftlab.trace.search import KeyMatcher, QueryMatcher, TextMatcher, nearest, sweep
from raftlab.trace.sentences import Sentences
from raftlab.tui.hunt import Hunt
from raftlab.tui.scan import Scan
from raftlab.view.describe import describe
from raftlab.view.importance import TURN, importance
from tests.runs import faulted, record

EVENTS, _ = record(faulted(10, 2_500_000))
OTHERS, _ = record(faulted(23, 2_000_000))
SENTENCES = [describe(event).lower() for event in EVENTS]


def timeline_of(events: list[Event]) -> Timeline:
    timeline = Timeline()
    for event in events:
        timeline.append(event)
    return timeline


TIMELINE = timeline_of(EVENTS)


# -- text ----------------------------------------------------------------------------------------------------


@st.composite
def needles(draw: st.DrawFn) -> str:
    """A piece of some sentence, as somebody would type it; or a text that may stand nowhere."""
    sentence = draw(st.sampled_from(SENTENCES))
    start = draw(st.integers(0, len(sentence) - 1))
    piece = sentence[start : start + draw(st.integers(1, 25))]
    return draw(
        st.sampled_from([piece, piece.upper(), piece.title(), piece + draw(st.sampled_from(["", "x", "7", "\n"]))])
    )


@settings(max_examples=150, deadline=None)
@given(needles(), st.integers(-1, len(EVENTS)), st.integers(0, len(EVENTS) + 5), st.sampled_from([1, -1]))
def test_a_text_is_found_exactly_where_a_sentence_has_it(text: str, start: int, stop: int, way: int) -> None:
    matcher = TextMatcher(text, TIMELINE.sentences(describe))  # kept from example to example
    found = [at for _, part in sweep(TIMELINE, matcher, start, stop, way) for at in part]
    expected = [at for at, said in enumerate(SENTENCES) if text.lower() in said and start <= at < stop]
    assert found == expected[::way]


def test_sentences_over_several_lines_and_odd_letters() -> None:
    texts = ["one\ntwo", "ΟΔΟΣ", "ΟΔΟΣ ΟΔΟΣ", "İstanbul", "half \ud83d", "\n", "x" * 3000, "two\none", ""]
    events: list[Event] = [SourceNoted(0, None, None, None, texts[at % len(texts)]) for at in range(BLOCK + 40)]
    said = [describe(event).lower() for event in events]
    timeline = timeline_of(events)
    for needle in ("one", "E\nT", "οδος", "Σ\nİ", "i̇st", "\ud83d", "\n", "xxx", "", "o\n", ".\nΟ"):
        for _ in range(2):
            matcher = TextMatcher(needle, timeline.sentences(describe))
            found = [at for _, part in sweep(timeline, matcher, 0, len(events), 1) for at in part]
            assert found == [at for at, text in enumerate(said) if needle.lower() in text]


def test_a_second_search_makes_no_sentence_anew() -> None:
    asked = 0

    def counted(event: Event) -> str:
        nonlocal asked
        asked += 1
        return describe(event)

    sentences = Sentences(counted)
    whole = len(EVENTS) // BLOCK * BLOCK
    for needle in ("no such text", "becomes the leader", "nor this"):
        list(sweep(TIMELINE, TextMatcher(needle, sentences), 0, whole, 1))
    assert asked == whole


def test_a_text_among_posting_lists() -> None:
    matcher = TextMatcher("n2", TIMELINE.sentences(describe), ("MessageSent", "VoteGranted"), ("node:n1",))
    found = [at for _, part in sweep(TIMELINE, matcher, 0, len(EVENTS), 1) for at in part]
    expected = [
        at
        for at, event in enumerate(EVENTS)
        if type(event).__name__ in ("MessageSent", "VoteGranted") and event.node == "n1" and "n2" in SENTENCES[at]
    ]
    assert found == expected
    assert found


# -- predicates about the state ------------------------------------------------------------------------------

STATEFUL = [
    "n2.term > 2",
    'n1.role == "leader"',
    "commit >= 2",
    "any(n.leads and n.term < term for n in nodes)",
    "logs_equal",
    "cut",
    "len(up) < len(nodes)",
    "seconds > 1",
    'n1.role == "leader" and kind == "MessageSent"',
    'node == "n2" and n2.commit > 0',
    "count(n.vote == leader for n in nodes) >= quorum",
    "max(n.disk_index for n in nodes) > 3",
    "not n3.up",
    'any(n.progress("n1") == "probe" for n in nodes)',
    "sum(n.reads for n in nodes) > 0",
    "len(nodes) >= 3",
]


@pytest.mark.parametrize("text", STATEFUL)
@pytest.mark.parametrize("events", [EVENTS, OTHERS], ids=["run", "another"])
def test_a_predicate_about_the_state_matches_where_it_holds(text: str, events: list[Event]) -> None:
    query, timeline = Query(text), timeline_of(events[:1200])
    holds = []
    for at in range(len(timeline)):
        try:
            holds.append(query.matches(timeline, at))
        except QueryError:
            holds.append(False)  # of a node that no event has spoken of yet
    first = 1  # once the cluster is there
    expected = [at for at in range(first, len(holds)) if holds[at]]
    rising = [at for at in expected if not holds[at - 1]]
    for stop in (len(timeline), 700):
        for way in (1, -1):
            for begin in (first, 500, 513):
                for wanted, is_rising in ((expected, False), (rising, True)):
                    matcher = QueryMatcher(query, rising=is_rising)
                    found = [at for _, part in sweep(timeline, matcher, begin, stop, way) for at in part]
                    assert found == [at for at in wanted if begin <= at < stop][::way]


def test_a_timer_may_be_the_first_that_a_source_tells_of_a_node() -> None:
    events: list[Event] = [TimerFired(at, f"n{min(at, 2)}", None, None, "election") for at in range(6)]
    timeline = timeline_of(events)
    for way, expected in ((1, [2, 3, 4, 5]), (-1, [5, 4, 3, 2])):
        matcher = QueryMatcher(Query("len(nodes) == 3"))
        assert [at for _, part in sweep(timeline, matcher, 0, 6, way) for at in part] == expected


def test_events_that_no_predicate_sees_change_nothing_that_one_can_ask() -> None:
    everything = Query(
        "[n.status, n.role, n.up, n.leads, n.term, n.vote, n.leader, n.commit, n.applied, n.last_index, n.last_term,"
        " n.snapshot_index, n.disk_index, n.keys, n.revision, n.config, n.outgoing, n.learners, n.config_index,"
        " n.transfer_to, n.catch_up, n.reads]"
    )
    seen = 0
    for events in (EVENTS, OTHERS):
        timeline = timeline_of(events[:1500])
        names = list(timeline.state(len(timeline) - 1).nodes)
        state = timeline.state(0)
        for event in timeline.events(1):
            before = [_asked(everything, state, name) for name in names]
            outer = (state.links, state.leader(), len(state.nodes))
            known = event.node in state.nodes
            state.fold([event])
            if type(event) in UNASKED_KINDS and known:
                seen += 1
                assert [_asked(everything, state, name) for name in names] == before, event
                assert (state.links, state.leader(), len(state.nodes)) == outer
    assert seen > 1000


def _asked(query: Query, state: object, name: str) -> list[object]:
    from raftlab.core.model import Cluster

    assert isinstance(state, Cluster)
    node = NodeView(state.nodes[name])
    found: list[object] = []
    for word in query.text.strip("[]").replace(" ", "").replace("n.", "").split(","):
        try:
            found.append(getattr(node, word))
        except (TypeError, AttributeError):
            found.append("not known")
    peers = list(state.nodes)
    return [*found, [(node.match_index(peer), node.next_index(peer), node.progress(peer)) for peer in peers]]


def test_a_search_folds_a_block_once_and_asks_for_no_single_state(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = timeline_of(EVENTS)

    def never(*_: object) -> None:
        raise AssertionError("a state was asked for")

    monkeypatch.setattr(Timeline, "state", never)
    for way in (1, -1):
        assert nearest(timeline, QueryMatcher(Query("n1.term > 99"), rising=True), 0, len(EVENTS), way) is None


# -- in slices -------------------------------------------------------------------------------------------------


def test_a_hunt_looks_at_one_block_a_slice_and_shows_how_far_it_is() -> None:
    hunt = Hunt(TIMELINE, "no such text", -1, 1)
    slices, parts = 0, []
    while not hunt.over:
        hunt.step(0)
        slices += 1
        parts.append(int(hunt.words.split("%")[0].split()[-1]))
    assert hunt.found is None
    assert slices - 1 == -(-len(EVENTS) // BLOCK)
    assert parts == sorted(parts)
    assert parts[-1] == 100


@pytest.mark.parametrize("way", [1, -1])
def test_a_hunt_finds_the_nearest_one_beside_where_it_begins(way: int) -> None:
    places = [at for at, said in enumerate(SENTENCES) if "becomes the leader" in said]
    for start in (-1, 0, places[0], places[-1], len(EVENTS) - 1):
        hunt = Hunt(TIMELINE, "becomes the LEADER", start, way)
        while not hunt.over:
            hunt.step(0)
        beside = [at for at in places if (at > start if way > 0 else at < start)]
        assert hunt.found == (None if not beside else min(beside) if way > 0 else max(beside))


@pytest.mark.parametrize(
    ("jump", "kinds"), [("election", ("BecameCandidate", "BecamePreCandidate")), ("commit", ("CommitAdvanced",))]
)
def test_jumps_reach_what_nobody_has_looked_at_yet(jump: str, kinds: tuple[str, ...]) -> None:
    scan = Scan(TIMELINE)
    assert scan.seen == 0
    places = [
        at
        for at, event in enumerate(EVENTS)
        if type(event).__name__ in kinds and (jump != "commit" or importance(event) == TURN)
    ]
    assert len(places) > 2
    for position in (-1, places[0], places[1] - 1, places[1], places[-1], len(EVENTS) - 1):
        assert scan.jump(jump, position, 1) == next((at for at in places if at > position), None)
        assert scan.jump(jump, position, -1) == next((at for at in places[::-1] if at < position), None)


def test_a_key_goes_straight_to_its_block() -> None:
    last = TIMELINE.postings("BecameLeader")[-1]
    blocks = list(sweep(TIMELINE, KeyMatcher(("BecameLeader",)), last, len(EVENTS), 1))
    assert blocks[0][1] == [last]
    assert list(sweep(TIMELINE, KeyMatcher(("BecameLeader",)), last + 1, len(EVENTS), 1)) == [(len(EVENTS), [])]
