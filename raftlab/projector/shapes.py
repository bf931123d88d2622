"""What a frame consists of: small values that say what is to be seen and where, never how it is drawn.

Lengths are in units of which a frame is always 1080 high (its width follows the window's proportions), x to the
right, y down. Colours are hex, `alpha` is 0 to 1. Text's (x, y) is its anchor: y half way up its capital
letters.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from raftlab.projector.metrics import Face, text_width

Anchor = Literal["left", "centre", "right"]
Rect = tuple[float, float, float, float]
"""Left, top, width, height."""

HEIGHT = 1080.0
SMALLEST = 24.0
"""The smallest type: 2.2 % of the height."""


class Text(Struct, frozen=True, gc=False):
    """A line of text."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    face: Face = "regular"
    anchor: Anchor = "left"
    alpha: float = 1.0


class Disc(Struct, frozen=True, gc=False):
    """A filled circle, perhaps with a rim; `fill` None leaves it hollow. `dashes` cut the rim."""

    x: float
    y: float
    radius: float
    fill: str | None
    rim: str | None = None
    width: float = 0.0
    dashes: int = 0
    pattern: str = "plain"
    alpha: float = 1.0


class Ring(Struct, frozen=True, gc=False):
    """A ring, or the part of one that lies clockwise from the top: `part` 0 to 1. `dots` draws it dotted."""

    x: float
    y: float
    radius: float
    width: float
    colour: str
    part: float = 1.0
    dots: int = 0
    alpha: float = 1.0


class Crown(Struct, frozen=True, gc=False):
    """The leader's crown; (x, y) is the middle of its base."""

    x: float
    y: float
    width: float
    colour: str
    alpha: float = 1.0


class Line(Struct, frozen=True, gc=False):
    """A straight line with square ends."""

    x: float
    y: float
    to_x: float
    to_y: float
    width: float
    colour: str
    alpha: float = 1.0


class Polygon(Struct, frozen=True, gc=False):
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    colour: str
    alpha: float = 1.0


class Box(Struct, frozen=True, gc=False):
    """A rectangle with round corners: a slot of a log, a label, a band. Dashed ones wait."""

    x: float
    y: float
    width: float
    height: float
    radius: float
    fill: str | None
    rim: str | None = None
    rim_width: float = 0.0
    dashed: bool = False
    pattern: str = "plain"
    alpha: float = 1.0


class Region(Struct, frozen=True, gc=False):
    """A soft area: the union of some polygons."""

    parts: tuple[tuple[tuple[float, float], ...], ...]
    colour: str
    alpha: float = 1.0


Shape = Text | Disc | Ring | Crown | Line | Polygon | Box | Region


class Frame(Struct, frozen=True):
    """A whole picture: `still` is what seldom changes and lies below, `moving` what lies above it."""

    width: float
    ground: str
    still: tuple[Shape, ...]
    moving: tuple[Shape, ...]

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """All shapes, from the lowest to the topmost."""
        return self.still + self.moving


def text_box(text: Text) -> Rect:
    """The room that a text takes: its width, and from the top of its capitals to the foot of its descenders."""
    width = text_width(text.text, text.size, text.face)
    left = {"left": text.x, "centre": text.x - width / 2, "right": text.x - width}[text.anchor]
    return (left, text.y - 0.40 * text.size, width, 0.96 * text.size * 0.92)


def overlap(one: Rect, other: Rect) -> tuple[float, float]:
    """How far two rectangles reach into each other, across and down; either is negative when they are apart."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return across, down
