"""Partitions: who can still talk to whom, what each side can do, and a soft outline around it.

Two nodes are linked when the way is open in both directions: Raft needs the answer as much as the question.
The sides are the connected components of that graph (networkx, imported only once a link is cut).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING

from raftlab.core.model import REMOVED
from raftlab.view.quorum import configuration, count_words, is_quorum, running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.model import Cluster
    from raftlab.view.layout import Point

Outline = tuple["Point", ...]
_STEPS = 48


def cuts(cluster: Cluster) -> frozenset[tuple[str, str]]:
    """The directed links that are cut."""
    return frozenset((a, b) for a, ways in cluster.links.items() for b, link in ways.items() if link.cut)


def sides(cluster: Cluster) -> tuple[tuple[str, ...], ...]:
    """The groups of nodes that can talk both ways, in the cluster's order; one group when nothing is cut.

    Who has left for good is in none.
    """
    names = tuple(name for name, node in cluster.nodes.items() if node.status is not REMOVED)
    return _components(names, cuts(cluster))


def prepare() -> None:
    """Import what the first cut link will need: a face does this while nothing moves, not in the middle of a film."""
    import networkx  # noqa: F401


@lru_cache(maxsize=512)
def _components(names: tuple[str, ...], cut: frozenset[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    if not cut:
        return (names,) if names else ()
    import networkx

    graph: networkx.Graph[str] = networkx.Graph()
    graph.add_nodes_from(names)
    graph.add_edges_from(
        (a, b) for place, a in enumerate(names) for b in names[place + 1 :] if (a, b) not in cut and (b, a) not in cut
    )
    order = {name: place for place, name in enumerate(names)}
    groups = [tuple(sorted(group, key=order.__getitem__)) for group in networkx.connected_components(graph)]
    return tuple(sorted(groups, key=lambda group: order[group[0]]))


def can_commit(cluster: Cluster, side: Sequence[str]) -> bool:
    """Whether the running voters of a side are a majority."""
    return is_quorum(configuration(cluster), running(cluster, side))


def side_name(cluster: Cluster, side: Sequence[str]) -> str:
    """What a side can do: "3 of 5: can commit", "2 of 5: can't commit"."""
    up = count_words(configuration(cluster), running(cluster, side))
    return f"{up}: {'can commit' if can_commit(cluster, side) else 'can’t commit'}"


def outline(
    side: Sequence[Point], others: Sequence[Point], reach: float, clear: float, word: Point = (0.0, 0.0)
) -> tuple[Outline, ...]:
    """A soft region around the places of one side, as polygons whose union it is.

    Where the rounded hull would come nearer than `clear` to another side's node, it is a band from
    neighbour to neighbour instead, bent inwards where even that would be too near. `side` stands in ring
    order, the ring's middle is (0, 0).

    Args:
        reach: how far it goes beyond a node's centre; clear: how near it may come to the centre of another side's;
        word: half the width, and the depth under a node's centre, of the word that stands under it.
    """
    rooms = [_hull([*_circle(at, reach), *_word_room(at, word)]) for at in side]
    hull = _hull([point for room in rooms for point in room])
    if all(_distance(point, hull) >= clear for point in others):
        return (hull,)
    parts: list[Outline] = rooms
    for one, other in pairwise(side):
        parts.extend(_limb(one, other, others, reach, clear))
    return tuple(parts)


def _word_room(at: Point, word: Point) -> list[Point]:
    """The lower corners of a word's room, rounded."""
    half, depth = word
    corner = 0.5 * half
    return [
        point
        for side in (corner - half, half - corner)
        for point in _circle((at[0] + side, at[1] + max(0.0, depth - corner)), corner)
    ]


def _limb(one: Point, other: Point, others: Sequence[Point], reach: float, clear: float) -> list[Outline]:
    """What joins two nodes: a straight band, or one bent inwards, as wide as the others leave it."""
    best: tuple[float, list[Point]] = (-1.0, [one, other])
    for bend in (0.0, 0.35, 0.6, 0.85, 1.0):
        middle = ((one[0] + other[0]) / 2 * (1 - bend), (one[1] + other[1]) / 2 * (1 - bend))
        way = _curve(one, middle, other) if bend else [one, other]
        room = min((_way_distance(point, way) for point in others), default=clear + reach) - clear
        if room >= reach:
            best = (reach, way)
            break
        if room > best[0]:
            best = (room, way)
    width, way = best
    width = max(width, reach * 0.12)
    return [_hull([*_circle(a, width), *_circle(b, width)]) for a, b in pairwise(way)]


def _curve(one: Point, middle: Point, other: Point) -> list[Point]:
    """A quadratic curve that passes through `middle` half way."""
    pull = (2 * middle[0] - (one[0] + other[0]) / 2, 2 * middle[1] - (one[1] + other[1]) / 2)
    points = []
    for step in range(9):
        t = step / 8
        u = 1 - t
        points.append(
            (
                u * u * one[0] + 2 * u * t * pull[0] + t * t * other[0],
                u * u * one[1] + 2 * u * t * pull[1] + t * t * other[1],
            )
        )
    return points


def _circle(centre: Point, radius: float) -> Outline:
    return tuple(
        (centre[0] + radius * cos(2 * pi * step / _STEPS), centre[1] + radius * sin(2 * pi * step / _STEPS))
        for step in range(_STEPS)
    )


def _hull(points: list[Point]) -> Outline:
    """The convex hull (Andrew's monotone chain)."""
    ordered = sorted(set(points))

    def half(sequence: list[Point]) -> list[Point]:
        kept: list[Point] = []
        for point in sequence:
            while len(kept) >= 2 and _turn(kept[-2], kept[-1], point) <= 0:
                kept.pop()
            kept.append(point)
        return kept[:-1]

    return tuple(half(ordered) + half(ordered[::-1]))


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _distance(point: Point, polygon: Outline) -> float:
    """How far a point lies outside a convex polygon; negative inside."""
    edges = list(zip(polygon, polygon[1:] + polygon[:1], strict=True))
    if all(_turn(a, b, point) >= 0 for a, b in edges):
        return -min(_segment_distance(point, a, b) for a, b in edges)
    return min(_segment_distance(point, a, b) for a, b in edges)


def _way_distance(point: Point, way: Sequence[Point]) -> float:
    return min(_segment_distance(point, a, b) for a, b in pairwise(way))


def _segment_distance(point: Point, a: Point, b: Point) -> float:
    across, down = b[0] - a[0], b[1] - a[1]
    length = across * across + down * down
    part = ((point[0] - a[0]) * across + (point[1] - a[1]) * down) / length if length else 0.0
    part = min(1.0, max(0.0, part))
    return hypot(point[0] - a[0] - across * part, point[1] - a[1] - down * part)
