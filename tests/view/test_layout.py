"""Places, sides and outlines."""

from __future__ import annotations

from itertools import combinations
from math import hypot

import pytest

from raftlab.core import events as e
from raftlab.core.model import Cluster
from raftlab.view import layout
from raftlab.view.regions import _distance, can_commit, outline, side_name, sides
from tests.view.test_describe import cluster_of


@pytest.mark.parametrize("count", range(1, 10))
def test_ring_positions_are_apart_and_inside(count: int) -> None:
    places = layout.ring_positions(count, 1.6)
    assert len(places) == count
    assert all(hypot(x, y) <= 1.0001 for x, y in places)
    stretched = [(1.6 * x, y) for x, y in places]
    assert all(hypot(a[0] - b[0], a[1] - b[1]) > 0.8 for a, b in combinations(stretched, 2))
    if count > 2:
        assert places[0] == pytest.approx((0, -1))


def test_a_message_starts_at_one_rim_and_ends_at_the_other() -> None:
    one, other = layout.shorten((0, 0), (10, 0), 2)
    assert (one, other) == ((2, 0), (8, 0))
    assert layout.shorten((0, 0), (3, 0), 2) == ((1.5, 0), (1.5, 0))
    assert layout.way_part(150, 100, 200) == 0.5
    assert layout.way_part(900, 100, 200) == 1.0
    assert [layout.ease_out(part) for part in (-1.0, 0.0, 1.0, 2.0)] == [0, 0, 1, 1]
    assert layout.ease_out(0.5) > 0.5


def cut(pairs: list[tuple[str, str]], both: bool = True) -> list[e.Event]:
    """Links that are cut."""
    ways = pairs + [(b, a) for a, b in pairs] if both else pairs
    return [e.LinkChanged(1, None, None, None, a, b, True) for a, b in ways]


def split(cluster_sides: list[list[str]]) -> Cluster:
    """A cluster of five in these sides."""
    pairs = [(a, b) for one, other in combinations(cluster_sides, 2) for a in one for b in other]
    return cluster_of(*cut(pairs))


def test_sides_are_the_connected_components() -> None:
    assert sides(cluster_of()) == (("n1", "n2", "n3", "n4", "n5"),)
    cluster = split([["n1", "n4"], ["n2", "n3", "n5"]])
    assert sides(cluster) == (("n1", "n4"), ("n2", "n3", "n5"))
    assert side_name(cluster, ("n1", "n4")) == "2 of 5: can’t commit"
    assert side_name(cluster, ("n2", "n3", "n5")) == "3 of 5: can commit"


def test_one_way_is_no_way() -> None:
    """Raft needs the answer as much as the question."""
    cluster = cluster_of(*cut([("n1", "n2"), ("n1", "n3"), ("n1", "n4"), ("n1", "n5")], both=False))
    assert sides(cluster)[0] == ("n1",)


def test_a_crashed_voter_counts_for_nobody() -> None:
    cluster = split([["n1", "n2"], ["n3", "n4", "n5"]])
    cluster.fold([e.NodeCrashed(2, "n3", None, None)])
    assert not can_commit(cluster, ("n3", "n4", "n5"))
    assert side_name(cluster, ("n3", "n4", "n5")) == "2 of 5: can’t commit"


@pytest.mark.parametrize("count", range(2, 10))
def test_no_region_covers_a_node_of_another_side(count: int) -> None:
    """However the ring is divided in two."""
    places = [(410 * x, 230 * y) for x, y in layout.ring_positions(count, 410 / 230)]
    radius = 66
    for size in range(1, count):
        for chosen in combinations(range(count), size):
            side = [places[i] for i in chosen]
            others = [places[i] for i in range(count) if i not in chosen]
            for word in ((0.0, 0.0), (70.0, radius + 40.0)):
                parts = outline(side, others, radius + 24, radius + 8, word)
                for part in parts:
                    assert all(_distance(point, part) > radius - 1 for point in others), chosen
                assert all(min(_distance(point, part) for part in parts) < -radius for point in side)
