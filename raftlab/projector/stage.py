"""Where everything stands in a frame: computed once for a window's proportions, a number of lanes and of nodes.

One lane: the ring at the left, the logs at its right. Two lanes: a column each, the ring above its logs. The
caption and the term tape lie across the foot. The title has a band of its own above the ring, so that they
can't touch.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from raftlab.projector.shapes import HEIGHT, Rect
from raftlab.view.layout import Point, ring_positions

MARGIN = 60.0
BAND = 36.0
"""How high the label of modified Raft is, at the upper edge."""
TITLE_Y = 62.0
SUBTITLE_Y = 108.0
TOP = 140.0
CAPTION: tuple[float, float] = (826.0, 112.0)
TAPE: tuple[float, float] = (980.0, 36.0)
TAPE_WORDS_Y = 958.0
CLOCK_Y = 1045.0


class Seat(Struct, frozen=True):
    """One lane's room: where its nodes stand and how large they are, and where its logs are listed.

    `crowded`: too little room for the word "follower" under each node; the others keep theirs.
    """

    title: Rect
    ring: Rect
    logs: Rect
    places: tuple[Point, ...]
    middle: Point
    disc: float
    timer: float
    row: float
    slot: float
    columns: int
    names: float
    crowded: bool


class Stage(Struct, frozen=True):
    """A frame's plan."""

    width: float
    seats: tuple[Seat, ...]
    caption: Rect
    tape: Rect


@lru_cache(maxsize=64)
def stage_for(width: float, counts: tuple[int, ...]) -> Stage:
    """The plan for a frame of this width with lanes of so many nodes.

    Args:
        width: in units, for a height of 1080.
        counts: how many nodes each lane has.
    """
    inner = width - 2 * MARGIN
    if len(counts) == 1:
        seats: tuple[Seat, ...] = (_alone(width, max(1, counts[0])),)
    else:
        gap = 60.0
        column = (inner - gap * (len(counts) - 1)) / len(counts)
        seats = tuple(
            _column(MARGIN + number * (column + gap), column, max(1, count)) for number, count in enumerate(counts)
        )
    return Stage(width, seats, (MARGIN, CAPTION[0], inner, CAPTION[1]), (MARGIN, TAPE[0], inner, TAPE[1]))


def _alone(width: float, count: int) -> Seat:
    inner = width - 2 * MARGIN
    left = 0.565 * inner
    ring = (MARGIN, TOP, left, CAPTION[0] - 16 - TOP)
    logs = (MARGIN + left + 36, 50.0, inner - left - 36, CAPTION[0] - 24 - 50.0)
    disc = 64.0 if count <= 5 else 59.0 if count <= 7 else 53.0
    title = (MARGIN, 30.0, left, TOP - 30.0)
    return _seat(title, ring, logs, count, disc, 116.0, 1.75)


def _column(left: float, width: float, count: int) -> Seat:
    foot = CAPTION[0] - 20
    rows = 44.0 + count * (39.0 if count <= 5 else 33.0 if count <= 7 else 30.0)
    ring = (left, TOP, width, foot - TOP - rows - 12)
    logs = (left, foot - rows, width, rows)
    disc = 50.0 if count <= 5 else 44.0
    return _seat((left, 30.0, width, TOP - 30.0), ring, logs, count, disc, 54.0, 4.0)


def _seat(title: Rect, ring: Rect, logs: Rect, count: int, disc: float, most_row: float, aspect: float) -> Seat:
    timer = disc * 1.25
    crowded = aspect > 2 and count > 5
    above, below, beside = timer + 0.9 * disc, timer + 50, max(timer + 12, 86.0)
    span_x, span_y = ring[2] - 2 * beside, ring[3] - above - below
    # A flat ring of many nodes: equal steps along the very ellipse that there is room for.
    unit = ring_positions(count, span_x / span_y if crowded else 1.75)
    top, bottom = min(y for _, y in unit), max(y for _, y in unit)
    half = max(abs(x) for x, _ in unit) or 1.0
    down = span_y / (bottom - top) if bottom > top else 0.0
    across = span_x / (2 * half)
    if not crowded:
        across = min(across, aspect * down if down else 4.8 * disc)
    centre_x = ring[0] + ring[2] / 2
    first_y = ring[1] + above if bottom > top else ring[1] + above + span_y / 2
    places = tuple((centre_x + x * across, first_y + (y - top) * down) for x, y in unit)
    middle = (centre_x, first_y - top * down)
    names, head = 118.0, 44.0
    legend = 56.0 if most_row > 60 else 0.0
    row = min(most_row, (logs[3] - head - legend) / count)
    slot = min(66.0, row - (6 if row > 33 else 3))
    columns = max(3, int((logs[2] - names) // 88))
    return Seat(title, ring, logs, places, middle, disc, timer, row, slot, columns, names, crowded)


def frame_width(size: tuple[int, int]) -> float:
    """The width of a frame for a window of this size, in units; a narrow window is letterboxed to 4:3."""
    return max(HEIGHT * 4 / 3, HEIGHT * size[0] / size[1])
