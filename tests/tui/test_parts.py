"""What screens are made of: looking through a trace, searching it, times, prose, the words of nodes."""

from __future__ import annotations

import pytest

from raftlab.core.errors import RaftlabError
from raftlab.core.events import BecameCandidate, CommitAdvanced
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION
from raftlab.trace.query import Query
from raftlab.tui.clock import parse_place, short_time
from raftlab.tui.grid import BOLD
from raftlab.tui.hunt import Hunt
from raftlab.tui.node_words import changes, node_facts
from raftlab.tui.pane import Said
from raftlab.tui.panes import causes, consequences
from raftlab.tui.prose import flow, prose
from raftlab.tui.scan import LEVELS, Scan
from raftlab.view.importance import importance
from tests.tui.screens import recorded


def scanned(timeline: Timeline) -> Scan:
    scan = Scan(timeline)
    while scan.catch_up(0.0):
        pass
    return scan


def test_a_scan_goes_on_in_slices_until_it_has_seen_all() -> None:
    scan = Scan(recorded())

    scan.catch_up(0.0)
    first = scan.seen
    while scan.catch_up(0.0):
        pass

    assert 0 < first < scan.seen == len(recorded())
    assert not scan.behind


def test_a_filter_leaves_what_matters_enough() -> None:
    timeline = recorded()
    scan = scanned(timeline)

    for level in range(LEVELS):
        wanted = [at for at, event in enumerate(timeline) if importance(event) >= level]
        assert list(scan.listed(level)) == wanted
        assert scan.row_of(level, len(timeline) - 1) == len(wanted) - 1


def test_jumps_find_the_nearest_one_each_way() -> None:
    timeline = recorded()
    scan = scanned(timeline)
    elections = [at for at, event in enumerate(timeline) if isinstance(event, BecameCandidate)]

    assert scan.jump("election", -1, 1) == elections[0]
    assert scan.jump("election", elections[1], -1) == elections[0]
    assert scan.jump("election", elections[-1], 1) is None
    commit = scan.jump("commit", -1, 1)
    assert commit is not None
    assert isinstance(timeline.event(commit), CommitAdvanced)
    fault = scan.jump("fault", -1, 1)
    assert fault is not None
    assert type(timeline.event(fault)).__name__ == "NodeCrashed"


def hunt(timeline: Timeline, what: str, start: int, way: int = 1, *, query: bool = False) -> int | None:
    it = Hunt(timeline, what, start, way, query=Query(what) if query else None)
    while not it.over:
        it.step(0.0)
    return it.found


def test_a_text_is_found_forward_and_backward() -> None:
    timeline = recorded()
    first = hunt(timeline, "BECOMES THE LEADER", -1)
    assert first is not None
    second = hunt(timeline, "becomes the leader", first)

    assert second is not None
    assert hunt(timeline, "becomes the leader", second, -1) == first
    assert hunt(timeline, "no such words", -1) is None


def test_a_predicate_about_the_state_is_found_where_it_comes_to_hold() -> None:
    timeline = recorded()
    found = hunt(timeline, "n5.term >= 2", -1, query=True)
    assert found is not None

    assert timeline.state(found).nodes["n5"].current_term == 2
    assert timeline.state(found - 1).nodes["n5"].current_term == 1
    assert hunt(timeline, "n5.term >= 2", found, query=True) is None


def test_times_are_short_in_every_unit() -> None:
    assert short_time(12_430_500, "us") == "12.430 s"
    assert short_time(1_795_463_436_070_000, "clock") == "19:50:36.070"
    assert short_time(412, "step") == "step 412"


def test_a_place_is_an_events_number_or_a_time() -> None:
    timeline = recorded()

    assert parse_place("12", timeline) == 12
    assert parse_place("999999999", timeline) == len(timeline) - 1
    assert parse_place("2.5s", timeline) == timeline.index_at(2_500_000)
    with pytest.raises(RaftlabError, match="no place"):
        parse_place("yesterday", timeline)


def test_a_source_without_a_clock_takes_only_numbers() -> None:
    with pytest.raises(RaftlabError, match="no clock"):
        parse_place("2s", Timeline(TraceHeader(VERSION, unit="step")))


def test_prose_has_strong_words_code_and_items() -> None:
    lines = prose("A **majority** of `5`:\nis 3.\n\n- one\n- two")

    assert lines[0][1] == Said("majority", "ink", BOLD)
    assert lines[0][3] == Said("5", "gold_text")
    assert "".join(said.text for said in lines[0]) == "A majority of 5: is 3."
    assert [line[0].text for line in lines[2:]] == ["• one", "• two"]


def test_the_further_rows_of_an_item_stand_in() -> None:
    rows = flow(prose("- one two three four")[0], 11)

    assert ["".join(said.text for said in row) for row in rows] == ["• one two", "  three", "  four"]


def test_no_word_of_prose_is_lost() -> None:
    text = "Three servers keep **one log**. Each request becomes an *entry*, and `x=1` is one."
    words = "".join(said.text for said in prose(text)[0]).split()

    for room in range(8, 60):
        rows = flow(prose(text)[0], room)
        assert " ".join("".join(said.text for said in row) for row in rows).split() == words
        assert all(sum(len(said.text) for said in row) <= max(room, 9) for row in rows)


def test_what_a_source_cant_tell_is_left_out() -> None:
    from raftlab.core.model import Node

    assert node_facts(Node.unseen("n1")) == {}


def test_a_diff_names_exactly_what_an_event_changed() -> None:
    timeline = recorded()
    position = timeline.postings("CommitAdvanced")[0]
    event = timeline.event(position)

    found = changes(timeline.state(position - 1), timeline.state(position))

    assert found == [(event.node, "commit index", "0", "1")]


def test_a_chain_of_causes_leads_back_to_what_began_it() -> None:
    timeline = recorded()
    leader = timeline.postings("BecameLeader")[0]

    chain = causes(timeline, leader)

    assert chain[-1] == leader
    assert chain[0] == 0
    assert "TimerFired" in [type(timeline.event(at)).__name__ for at in chain]
    assert chain[-1] in consequences(timeline, chain[-2])
