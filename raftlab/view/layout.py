"""Where things stand: nodes on a ring, messages on their way. Unit coordinates, x to the right and y down.

Nodes keep their place for good: a picture that moves them about is one nobody can learn. Faces scale the
unit circle to whatever room they have; an ellipse is walked in equal steps, so that neighbours are as far
apart at its flat sides as at its ends.
"""

from __future__ import annotations

from functools import lru_cache
from math import cos, hypot, pi, sin

Point = tuple[float, float]


@lru_cache(maxsize=256)
def ring_positions(count: int, aspect: float = 1.0) -> tuple[Point, ...]:
    """`count` places on a ring, clockwise from the top, each within -1 .. 1.

    Args:
        aspect: width : height of the room, for equal steps along an ellipse.
    """
    if count == 1:
        return ((0.0, 0.0),)
    if count == 2:
        return ((-1.0, 0.0), (1.0, 0.0))
    return tuple((sin(angle), -cos(angle)) for angle in _equal_steps(count, aspect))


@lru_cache(maxsize=256)
def _equal_steps(count: int, aspect: float) -> tuple[float, ...]:
    """Angles that cut an ellipse's outline into `count` parts of the same length."""
    fine = 1440
    lengths = [0.0]
    for step in range(fine):
        one, other = 2 * pi * step / fine, 2 * pi * (step + 1) / fine
        lengths.append(lengths[-1] + hypot(aspect * (sin(other) - sin(one)), cos(other) - cos(one)))
    angles, at = [], 0
    for number in range(count):
        wanted = lengths[-1] * number / count
        while lengths[at + 1] < wanted:
            at += 1
        part = (wanted - lengths[at]) / (lengths[at + 1] - lengths[at])
        angles.append(2 * pi * (at + part) / fine)
    return tuple(angles)


def ease_out(part: float) -> float:
    """0 to 1, quick at first: how a message moves."""
    left = 1 - min(1.0, max(0.0, part))
    return 1 - left * left


def smooth(part: float) -> float:
    """0 to 1, slow at both ends: how things fade and slide."""
    part = min(1.0, max(0.0, part))
    return part * part * (3 - 2 * part)


def along(one: Point, other: Point, part: float) -> Point:
    """The point that lies at `part` (0 to 1) of the way."""
    return one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part


def shorten(one: Point, other: Point, cut: float) -> tuple[Point, Point]:
    """The same way without its first and last `cut` units: from rim to rim, not centre to centre."""
    length = hypot(other[0] - one[0], other[1] - one[1])
    if length <= 2 * cut:
        middle = along(one, other, 0.5)
        return middle, middle
    return along(one, other, cut / length), along(one, other, 1 - cut / length)


def way_part(now_us: int, sent_us: int, due_us: int) -> float:
    """How much of its time a message has spent, 0 to 1; one that is late stands at its end."""
    if due_us <= sent_us:
        return 1.0
    return min(1.0, max(0.0, (now_us - sent_us) / (due_us - sent_us)))
