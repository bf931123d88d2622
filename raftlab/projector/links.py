"""Links between nodes, and the sides of a partition.

An open link is a thin line. A cut one has a gap with a bar at each end of it; where only one direction is cut,
each direction is a line of its own with an arrow, and one of them has the gap.
"""

from __future__ import annotations

from functools import lru_cache
from math import hypot, pi, sin
from typing import TYPE_CHECKING

from raftlab.projector.metrics import text_width
from raftlab.projector.nodes import DOT, vote_arc
from raftlab.projector.shapes import Box, Line, Polygon, Region, Shape, Text, overlap
from raftlab.view.layout import Point, along, shorten
from raftlab.view.looks import Look
from raftlab.view.palette import mix
from raftlab.view.regions import can_commit, outline, side_name, sides

if TYPE_CHECKING:
    from raftlab.projector.picture import Picture
    from raftlab.projector.shapes import Rect
    from raftlab.projector.stage import Seat
    from raftlab.view.palette import Theme

GAP = (0.42, 0.58)
"""Where a cut link has its gap, as parts of the way between the rims."""
LANE = 9.0
"""How far beside the middle of a link each direction runs: to the right of whoever goes there."""
_NAME = 27.0
MOST_NAMED = 3
"""Where a network falls into more sides, only those of several nodes are named."""
WORD = (82.0, 54.0)
"""Half the width of the room for the word under a node, and how far it reaches below the node's rim."""


def links(picture: Picture) -> list[Shape]:
    """All links of a lane."""
    shapes: list[Shape] = []
    cluster, names = picture.cluster, picture.names
    # Nine nodes have 36 links: there each is fainter, so that messages stand out.
    line = mix(picture.theme.line, picture.theme.ground, max(0.0, min(0.45, (len(names) - 5) * 0.15)))
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            # In few steps: whatever of what lies still looks new is painted anew with all the rest of it.
            there_is = round(8 * min(picture.presence[one], picture.presence[other])) / 8
            there, back = cluster.is_cut(one, other), cluster.is_cut(other, one)
            quiet = Look.CRASHED in (picture.looks[one], picture.looks[other])
            colour = mix(line, picture.theme.ground, 1 - there_is * (0.5 if quiet else 1.0))
            if there == back:
                start, end = rims(picture, one, other, 0.0)
                shapes += _gapped(picture, start, end, colour) if there else [_line(start, end, colour)]
            else:
                shapes += _one_way(picture, one, other, colour, cut=there)
                shapes += _one_way(picture, other, one, colour, cut=back)
    return shapes


def rims(picture: Picture, one: str, other: str, beside: float) -> tuple[Point, Point]:
    """The way from rim to rim, `beside` units to the right of the straight line."""
    (x, y), (to_x, to_y) = picture.places[one], picture.places[other]
    length = hypot(to_x - x, to_y - y) or 1.0
    right = (-(to_y - y) / length * beside, (to_x - x) / length * beside)
    return shorten(
        (x + right[0], y + right[1]), (to_x + right[0], to_y + right[1]), picture.seat.timer + 9
    )  # fmt: skip


def _line(start: Point, end: Point, colour: str, width: float = 3.0) -> Line:
    return Line(start[0], start[1], end[0], end[1], width, colour)


def _gapped(picture: Picture, start: Point, end: Point, colour: str) -> list[Shape]:
    left, right = along(start, end, GAP[0]), along(start, end, GAP[1])
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    across = (-(end[1] - start[1]) / length * 11, (end[0] - start[0]) / length * 11)
    bars = [
        _line((x - across[0], y - across[1]), (x + across[0], y + across[1]), picture.theme.bad, 5.0)
        for x, y in (left, right)
    ]
    return [_line(start, left, colour), _line(right, end, colour), *bars]


def _one_way(picture: Picture, one: str, other: str, colour: str, *, cut: bool) -> list[Shape]:
    start, end = rims(picture, one, other, LANE)
    if cut:
        return _gapped(picture, start, end, colour)
    return [_line(start, end, colour), _arrow(start, end, picture.theme.muted)]


def _arrow(start: Point, end: Point, colour: str) -> Polygon:
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    dx, dy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    x, y = end
    return Polygon(
        ((x, y), (x - 18 * dx - 8 * dy, y - 18 * dy + 8 * dx), (x - 18 * dx + 8 * dy, y - 18 * dy - 8 * dx)),
        colour,
    )


def regions(picture: Picture) -> tuple[tuple[Shape, ...], tuple[Shape, ...]]:
    """A soft region around each side of a partition, and its name: what it can do. Nothing while all can talk."""
    found = sides(picture.cluster)
    if len(found) < 2:
        return (), ()
    signs = tuple((side_name(picture.cluster, side), can_commit(picture.cluster, side)) for side in found)
    return _regions(picture.seat, picture.theme, tuple(picture.places.items()), found, signs)


@lru_cache(maxsize=64)
def _regions(
    seat: Seat,
    theme: Theme,
    placed: tuple[tuple[str, Point], ...],
    found: tuple[tuple[str, ...], ...],
    signs: tuple[tuple[str, bool], ...],
) -> tuple[tuple[Shape, ...], tuple[Shape, ...]]:
    places = dict(placed)
    soft: list[Shape] = []
    words: list[Shape] = []
    taken = [_node_rect(seat, at, len(places)) for at in places.values()]
    for side, (sign, able) in zip(found, signs, strict=True):
        inside = [places[name] for name in side if name in places]
        if not inside:
            continue
        others = [at for name, at in places.items() if name not in side]
        colour = theme.can if able else theme.cannot
        soft.append(Region(_outline(seat, inside, others), colour))
        if len(found) > MOST_NAMED and len(side) == 1 and not able:
            continue  # one of many that are alone: there is no room to say it of each
        rect = _room_for(seat, inside, text_width(sign, _NAME, "semibold"), taken)
        taken.append(rect)
        x, y = rect[0] + rect[2] / 2, rect[1] + rect[3] / 2
        words += [
            Box(rect[0] - 14, y - 20, rect[2] + 28, 40, 19, colour),
            Text(x, y, sign, _NAME, theme.ink, "semibold", "centre"),
        ]
    return tuple(soft), tuple(words)


def _outline(seat: Seat, inside: list[Point], others: list[Point]) -> tuple[tuple[Point, ...], ...]:
    """The region's polygons; they are made around the ring's middle."""
    middle = seat.middle

    def centred(points: list[Point]) -> list[Point]:
        return [(x - middle[0], y - middle[1]) for x, y in points]

    word = (WORD[0], seat.timer + WORD[1])
    parts = outline(centred(inside), centred(others), seat.timer + 20, seat.timer + 12, word)
    return tuple(tuple((x + middle[0], y + middle[1]) for x, y in part) for part in parts)


def _node_rect(seat: Seat, at: Point, voters: int) -> Rect:
    """A node with its crown or dots, and the word under it."""
    x, y = at
    arc, turn = vote_arc(seat.timer, voters)
    top, half = y - seat.timer - 54, max(seat.timer + 10, 66.0, arc * sin(min(pi / 2, (voters - 1) / 2 * turn)) + DOT)
    return (x - half, top, 2 * half, y + seat.timer + 46 - top)


def _room_for(seat: Seat, places: list[Point], width: float, taken: list[Rect]) -> Rect:
    """Where a side's name stands: near its nodes, where nothing else is, and aside from where messages pass."""
    height, ring = 38.0, seat.ring
    centre = (sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places))
    best: tuple[float, Rect] | None = None
    for x, y in _candidates(seat, places, centre, width):
        left = min(max(x - width / 2, ring[0] + 14), ring[0] + ring[2] - width - 14)
        top = min(max(y - height / 2, ring[1] + 2), ring[1] + ring[3] - height - 2)
        rect = (left, top, width, height)
        hidden = sum(
            max(0.0, across + 12) * max(0.0, down + 8)
            for across, down in (overlap(rect, other) for other in taken)
            if across > -12 and down > -8
        )
        far = hypot(left + width / 2 - centre[0], top + height / 2 - centre[1])
        aside = hypot(left + width / 2 - seat.middle[0], top + height / 2 - seat.middle[1])
        cost = hidden * 10 + far - 0.8 * aside + (160 if _on_a_link(seat, rect) else 0)
        if best is None or cost < best[0]:
            best = (cost, rect)
    assert best is not None
    return best[1]


def _on_a_link(seat: Seat, rect: Rect) -> bool:
    """Whether messages would pass under it."""
    x, y, wide, high = rect[0] + rect[2] / 2, rect[1] + rect[3] / 2, rect[2] / 2, rect[3] / 2
    for number, one in enumerate(seat.places):
        for other in seat.places[number + 1 :]:
            for step in range(1, 16):
                at = along(one, other, step / 16)
                if abs(at[0] - x) < wide and abs(at[1] - y) < high:
                    return True
    return False


def _candidates(seat: Seat, places: list[Point], centre: Point, width: float) -> list[Point]:
    reach = seat.timer
    found = [centre]
    for x, y in places:
        found += [(x, y + reach + 70), (x, y - reach - 76)]
        for dx in (reach + 34 + width / 2, -reach - 34 - width / 2):
            found += [(x + dx, y + shift) for shift in (0.0, -60.0, 60.0)]
    found += [along(a, b, 0.5) for a in places for b in places if a < b]
    return found
