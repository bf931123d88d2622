"""Messages on their way: a bullet that travels its link, and a label that goes with it.

Requests are filled labels, replies outlined ones, in the colour of their term. A lost one stops half way,
cracks and fades. Labels give way to one another and to nodes, smoothly: each is pushed, and where there's no
room the less telling one fades. A bullet always shows where the message truly is.
"""

from __future__ import annotations

from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING, NamedTuple

from raftlab.core.log import UNKNOWN
from raftlab.projector.links import GAP, LANE, rims
from raftlab.projector.metrics import text_width
from raftlab.projector.moment import LINGER_US, UNPAIRED_US, Flight, busiest_first
from raftlab.projector.nodes import label_rect, sign_rect
from raftlab.projector.shapes import Box, Disc, Line, Polygon, Shape, Text
from raftlab.view.layout import Point, along, ease_out, smooth, way_part
from raftlab.view.message_words import HEART, is_heartbeat, is_reply, message_label
from raftlab.view.palette import term_colour, term_pattern, text_on

if TYPE_CHECKING:
    from raftlab.projector.picture import Picture
    from raftlab.projector.shapes import Rect

SIZE = 24.0
LABELS = 18
"""So many labels at most are shown; the others are bullets only."""
PILL = 38.0
LEASH = 95.0
"""A label that had to go farther than this from its bullet fades: nobody could tell whose it is."""
STOPS = 0.5
"""Where a message that will be lost stops; at a cut link, before the gap."""
SEEN_US = (45_000, 140_000)
"""Of the watcher's time: a message that takes less than the first isn't shown; more than the second, fully."""
SLOWED = 0.25
"""Telling messages pass at this part of the speed (see tempo)."""


class Sighting(NamedTuple):
    """A flight where it is to be seen. `crack` is 0 to 1 for one that is dying."""

    flight: Flight
    at: Point
    start: Point
    alpha: float
    crack: float
    text: str
    width: float


def draw(picture: Picture, texts: list[Rect]) -> tuple[list[Shape], list[Shape]]:
    """All messages of a lane: bullets, and labels, which should not cover `texts`."""
    sightings = [
        sighting
        for flight in busiest_first(picture.moment.flights)
        if (sighting := _sight(picture, flight)) is not None and sighting.alpha > 0.02
    ]
    bullets: list[Shape] = []
    for sighting in sightings:
        bullets += _bullet(picture, sighting)
    labelled = sightings[:LABELS]
    shapes: list[Shape] = []
    for sighting, at, alpha in reversed(_placed(picture, labelled, texts)):
        if alpha > 0.02:
            shapes += _pill(picture, sighting, at, alpha)
    return bullets, shapes


def _sight(picture: Picture, flight: Flight) -> Sighting | None:
    """Where a flight is, how much of it is to be seen; None if one of its ends isn't."""
    if flight.sender not in picture.places or flight.to not in picture.places or flight.sender == flight.to:
        return None
    moment = picture.moment
    start, end = rims(picture, flight.sender, flight.to, LANE)
    due_us = flight.due_us if flight.due_us is not None else flight.sent_us + int(UNPAIRED_US * moment.pace)
    now_us = moment.time_us if flight.ended_us is None else min(moment.time_us, flight.ended_us)
    part = way_part(int(now_us), flight.sent_us, due_us)
    alpha, crack = 1.0 if moment.settled else min(1.0, part * 12 + 0.15), 0.0
    if flight.fate in ("lose", "cut"):
        stop = STOPS if flight.fate == "lose" else GAP[0] - 0.05
        crack = max(0.0, part - 0.5) / 0.5
        part = stop * ease_out(min(1.0, part * 2))
        alpha *= 1 - smooth((crack - 0.45) / 0.55)
    else:
        part = ease_out(part)
        if flight.ended_us is not None:
            ended = moment.age(flight.ended_us)
            alpha *= 1 - smooth(ended / (LINGER_US if flight.fate == "deliver" else 2 * LINGER_US))
            crack = smooth(ended / LINGER_US) if flight.fate != "deliver" else 0.0
        elif flight.due_us is None:
            alpha *= 1 - smooth(moment.age(flight.sent_us) / UNPAIRED_US)
    alpha *= _lasting(picture, flight, due_us)
    at = along(start, end, part)
    text = HEART if is_heartbeat(flight.message) else message_label(flight.message)
    return Sighting(flight, at, start, alpha, crack, text, text_width(text, SIZE, "semibold") + 28)


def _lasting(picture: Picture, flight: Flight, due_us: int) -> float:
    """1 for a message that is on its way long enough to be seen at this speed; what would only flash is left out."""
    span = (due_us - flight.sent_us) / picture.moment.pace
    if not is_heartbeat(flight.message):
        span /= SLOWED
    return smooth((span - SEEN_US[0]) / (SEEN_US[1] - SEEN_US[0]))


def _bullet(picture: Picture, sighting: Sighting) -> list[Shape]:
    """A small disc where the message is, and a short tail behind it."""
    theme = picture.theme
    colour = _colour(picture, sighting.flight)
    (x, y), (from_x, from_y) = sighting.at, sighting.start
    length = hypot(x - from_x, y - from_y)
    alpha = sighting.alpha
    shapes: list[Shape] = []
    if length > 14:
        # In steps: a painter keeps what it has drawn, and lengths of every kind would be as many drawings.
        tail = min(90.0, length // 10 * 10) / length
        back = along(sighting.at, sighting.start, tail)
        shapes.append(_wedge(sighting.at, back, 7.0, colour, 0.55 * alpha * (1 - sighting.crack)))
    fill = theme.ground if is_reply(sighting.flight.message) else colour
    shapes.append(Disc(x, y, 8, fill, colour, 3.5, alpha=alpha))
    return shapes


def _wedge(tip: Point, back: Point, half: float, colour: str, alpha: float) -> Polygon:
    length = hypot(tip[0] - back[0], tip[1] - back[1]) or 1.0
    dx, dy = -(tip[1] - back[1]) / length * half, (tip[0] - back[0]) / length * half
    return Polygon(((tip[0] + dx, tip[1] + dy), (tip[0] - dx, tip[1] - dy), back), colour, alpha)


def _colour(picture: Picture, flight: Flight) -> str:
    term = flight.message.term
    return picture.theme.muted if term is UNKNOWN or not term else term_colour(term)


# -- where labels go -------------------------------------------------------------------------------------------------


def _placed(
    picture: Picture, sightings: list[Sighting], texts: list[Rect]
) -> list[tuple[Sighting, Point, float]]:  # fmt: skip
    """Each label's middle and how much of it is to be seen."""
    spots = [list(sighting.at) for sighting in sightings]
    halves = [((sighting.width + 12) / 2, (PILL + 8) / 2) for sighting in sightings]
    signs = [rect for name in picture.places if (rect := sign_rect(picture, name)) is not None]
    walls = [*texts, *[label_rect(picture, name) for name in picture.places], *signs]
    for _ in range(5):
        _part(spots, halves)
        for spot, half in zip(spots, halves, strict=True):
            _leave_walls(spot, half, walls)
            _leave_nodes(picture, spot, half)
    _keep_inside(picture, spots, halves)
    return [
        (sighting, (spot[0], spot[1]), _visible(number, sighting, spots, halves, picture, walls))
        for number, (sighting, spot) in enumerate(zip(sightings, spots, strict=True))
    ]


def _part(spots: list[list[float]], halves: list[tuple[float, float]]) -> None:
    """Push labels that overlap away from one another, along the line between their middles."""
    for number, one in enumerate(spots):
        for place in range(number + 1, len(spots)):
            other = spots[place]
            wide, high = halves[number][0] + halves[place][0], halves[number][1] + halves[place][1]
            dx, dy = (other[0] - one[0]) / wide, (other[1] - one[1]) / high
            near = max(abs(dx), abs(dy))
            if near >= 1:
                continue
            if near < 1e-6:
                dx, dy, near = 0.0, 1e-3, 1e-3
            push = min(0.35, (1 - near) / 2) / near
            one[0] -= dx * push * wide
            one[1] -= dy * push * high
            other[0] += dx * push * wide
            other[1] += dy * push * high


def _leave_nodes(picture: Picture, spot: list[float], half: tuple[float, float]) -> None:
    """Push a label off any node that it would cover."""
    clear = picture.seat.timer + 4
    for x, y in picture.places.values():
        near_x = min(max(x, spot[0] - half[0]), spot[0] + half[0])
        near_y = min(max(y, spot[1] - half[1]), spot[1] + half[1])
        dx, dy = near_x - x, near_y - y
        away = hypot(dx, dy)
        if away >= clear:
            continue
        if away < 1e-6:
            dx, dy = spot[0] - x, spot[1] - y
            away = hypot(dx, dy) or 1.0
            push = clear + half[1]
            spot[0], spot[1] = x + dx / away * push, y + dy / away * push
            continue
        spot[0] += dx / away * (clear - away)
        spot[1] += dy / away * (clear - away)


def _leave_walls(spot: list[float], half: tuple[float, float], walls: list[Rect]) -> None:
    """Push a label off any text that stands still."""
    for left, top, width, height in walls:
        wide, high = half[0] + width / 2, half[1] + height / 2
        dx, dy = (spot[0] - left - width / 2) / wide, (spot[1] - top - height / 2) / high
        near = max(abs(dx), abs(dy))
        if near >= 1:
            continue
        near = max(near, 0.05)
        spot[0] += dx * (1 / near - 1) * wide
        spot[1] += dy * (1 / near - 1) * high


def _keep_inside(picture: Picture, spots: list[list[float]], halves: list[tuple[float, float]]) -> None:
    left, top, width, height = picture.seat.ring
    for spot, (wide, high) in zip(spots, halves, strict=True):
        spot[0] = min(max(spot[0], left + wide - 40), left + width - wide)
        spot[1] = min(max(spot[1], top + high - 8), top + height - high)


def _visible(
    number: int,
    sighting: Sighting,
    spots: list[list[float]],
    halves: list[tuple[float, float]],
    picture: Picture,
    walls: list[Rect],
) -> float:
    """A label fades as far as one that is more telling, or a text or a node, still lies under it."""
    spot, half = spots[number], halves[number]
    deepest = 0.0
    for other, other_half in zip(spots[:number], halves[:number], strict=True):
        across = half[0] + other_half[0] - abs(spot[0] - other[0])
        down = half[1] + other_half[1] - abs(spot[1] - other[1])
        deepest = max(deepest, min(across, down))
    for left, top, width, height in walls:
        across = half[0] + width / 2 - abs(spot[0] - left - width / 2)
        down = half[1] + height / 2 - abs(spot[1] - top - height / 2)
        deepest = max(deepest, min(across, down) - 2)
    for x, y in picture.places.values():
        near_x = min(max(x, spot[0] - half[0]), spot[0] + half[0])
        near_y = min(max(y, spot[1] - half[1]), spot[1] + half[1])
        deepest = max(deepest, picture.seat.timer - hypot(near_x - x, near_y - y))
    strayed = hypot(spot[0] - sighting.at[0], spot[1] - sighting.at[1])
    deepest = max(deepest, (strayed - LEASH) / 8)
    travelled = hypot(sighting.at[0] - sighting.start[0], sighting.at[1] - sighting.start[1])
    started = 1.0 if picture.moment.settled else smooth((travelled + 8) / 40)
    return sighting.alpha * (1 - smooth((deepest - 4) / 10)) * started


def _pill(picture: Picture, sighting: Sighting, at: Point, alpha: float) -> list[Shape]:
    theme = picture.theme
    colour = _colour(picture, sighting.flight)
    term = sighting.flight.message.term
    x, y = at
    left, top, width = x - sighting.width / 2, y - PILL / 2, sighting.width
    if is_reply(sighting.flight.message):
        ink = theme.ink
        box = Box(left, top, width, PILL, 10, theme.ground, colour, 3.5, alpha=alpha)
    else:
        ink = text_on(colour)
        pattern = "plain" if term is UNKNOWN else term_pattern(term)
        box = Box(left, top, width, PILL, 10, colour, theme.ground, 2.5, pattern=pattern, alpha=alpha)
    shapes: list[Shape] = [box, Text(x, y, sighting.text, SIZE, ink, "semibold", "centre", alpha)]
    if sighting.crack > 0:
        shapes += _crack(picture, (left, top, width, PILL), sighting.crack, alpha)
    return shapes


def _crack(picture: Picture, rect: Rect, crack: float, alpha: float) -> list[Shape]:
    """A red crack that runs through a label from its upper edge to its lower one."""
    left, top, width, height = rect
    zigzag = ((0.56, -0.12), (0.44, 0.3), (0.58, 0.62), (0.46, 1.12))
    points = [(left + width * across, top + height * down) for across, down in zigzag]
    shapes: list[Shape] = []
    for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        grown = smooth(crack * 3 * 2.2 - number)
        if grown > 0:
            tip = along((x, y), (to_x, to_y), grown)
            shapes.append(Line(x, y, tip[0], tip[1], 5, picture.theme.bad, alpha))
    return shapes
