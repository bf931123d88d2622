"""Weaving streams: by time, each stream in its own order, nothing before what it needs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from raftlab.importers.fact import Fact
from raftlab.importers.weave import weave


def fact(source: int, line: int, at_us: int, *needs: Fact) -> Fact:
    return Fact(source, line, at_us, "", "", "", needs=needs)


def test_by_time_and_ties_by_the_order_of_the_streams() -> None:
    streams = [[fact(0, 1, 5), fact(0, 2, 9)], [fact(1, 1, 5), fact(1, 2, 6)]]

    assert [(each.source, each.line) for each in weave(streams)] == [(0, 1), (1, 1), (1, 2), (0, 2)]


def test_a_stream_waits_for_what_its_next_item_needs() -> None:
    sending = fact(1, 2, 7)
    streams = [[fact(0, 1, 5, sending), fact(0, 2, 6)], [fact(1, 1, 6), sending]]

    assert [(each.source, each.line) for each in weave(streams)] == [(1, 1), (1, 2), (0, 1), (0, 2)]


def test_a_circle_is_broken_at_its_earliest_item() -> None:
    one, two = fact(0, 1, 5), fact(1, 1, 6)
    one.needs, two.needs = (two,), (one,)

    assert list(weave([[one], [two]])) == [one, two]


@given(st.lists(st.lists(st.integers(0, 20), max_size=6).map(sorted), max_size=4), st.data())
def test_nothing_is_lost_and_every_stream_keeps_its_order(times: list[list[int]], data: st.DataObject) -> None:
    streams = [[fact(source, line, at) for line, at in enumerate(ats)] for source, ats in enumerate(times)]
    facts = [each for stream in streams for each in stream]
    for each in facts:
        each.needs = tuple(data.draw(st.lists(st.sampled_from(facts), max_size=1)))

    woven = list(weave(streams))

    assert sorted(map(id, woven)) == sorted(map(id, facts))
    for source, stream in enumerate(streams):
        assert [each for each in woven if each.source == source] == stream
