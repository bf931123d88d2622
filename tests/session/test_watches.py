"""Watches: values, and where they changed last."""

from __future__ import annotations

import re

import pytest

from raftlab.core.errors import QueryError
from raftlab.core.log import UNKNOWN
from raftlab.session.tracks import Tracks, find_now
from raftlab.session.watches import Watches
from raftlab.trace.expression import Expression, value_text
from tests.tui.screens import recorded

NODES = ("n1", "n2", "n3", "n4", "n5")
EXPRESSIONS = ("n1.commit", "leader", "len(leaders)", "[n.term for n in nodes]", "n5.role")


def test_a_value_is_words_numbers_or_nobody() -> None:
    timeline = recorded()
    cluster, event = timeline.state(len(timeline) - 1), timeline.event(len(timeline) - 1)

    assert Expression("n1.term").value(cluster, event) == cluster.nodes["n1"].current_term
    assert Expression("n1").value(cluster) == "n1"
    assert value_text(Expression("leader").value(timeline.state(0))) == "nobody"
    assert value_text(Expression("[n.up for n in nodes]").value(timeline.state(0))) == "yes, yes, yes, yes, yes"
    assert value_text(Expression("(n.name for n in nodes)").value(cluster)) == "n1, n2, n3, n4, n5"
    assert Expression("n9.term").value(cluster) is UNKNOWN
    assert value_text(UNKNOWN) == "not known"


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_changes_are_those_that_a_look_at_every_state_finds(text: str) -> None:
    timeline, expression = recorded(), Expression(text)
    values = [expression.value(timeline.state(at), timeline.event(at)) for at in range(len(timeline))]
    expected = [at for at in range(len(timeline)) if at == 0 or values[at] != values[at - 1]]
    watches = Watches(Tracks(timeline), NODES)
    watch = watches.add(text)

    found = []
    position = len(timeline)
    while (place := find_now(watches.search([watch], position, -1))) is not None:
        found.append(place)
        position = place

    assert len(expected) > 1
    assert found[::-1] == expected


def test_a_value_that_went_and_came_back_changed_when_it_came_back() -> None:
    timeline = recorded()
    watches = Watches(Tracks(timeline), NODES)
    watch = watches.add("len(leaders)")
    last = len(timeline) - 1
    assert watches.last_change(watch, last) is None

    place = find_now(watches.search([watch], last + 1, -1))

    assert place is not None
    assert watches.last_change(watch, last) == place
    assert watch.value(timeline.state(place), timeline.event(place)) == "1"
    assert watch.value(timeline.state(place - 1), timeline.event(place - 1)) == "0"
    assert watches.last_change(watch, place) == place
    assert watches.last_change(watch, place - 1) != place


def test_mistakes_are_said_when_it_is_typed() -> None:
    watches = Watches(Tracks(recorded()), NODES)

    for text, says in (
        ("n9.term", "what is 'n9'"),
        ("n1.", "is no predicate"),
        ("n1.colour", "has no 'colour'"),
        ("open('x')", "the functions are"),
    ):
        with pytest.raises(QueryError, match=re.escape(says)):
            watches.add(text)
    assert not watches.all


def test_the_same_words_are_watched_once_and_can_be_changed() -> None:
    watches = Watches(Tracks(recorded()), NODES)
    watch = watches.add("leader")
    assert watches.add(" leader ") is watch

    watches.change(watch, "commit")
    assert [it.words for it in watches.all] == ["commit"]
    watches.remove(watch)
    assert not watches.all
    assert not watches.tracks.tracks


def test_the_nearest_change_is_known_from_everywhere_once_all_has_been_looked_at() -> None:
    timeline = recorded()
    watches = Watches(Tracks(timeline), NODES)
    track = watches.add("len(leaders)").track
    tracks = watches.tracks
    assert tracks.surely(track, 1_000, -1) is None, "nobody has looked yet"
    while tracks.behind:
        tracks.catch_up(0.05, near=1_000)
    places = [at for block in sorted(track.blocks) for at in track.blocks[block]]

    for position in range(-1, len(timeline) + 1, 97):
        assert tracks.surely(track, position, 1) == next((at for at in places if at > position), None)
        assert tracks.surely(track, position, -1) == next((at for at in places[::-1] if at < position), None)
