"""Puts a Frame onto a surface, at any size.

What lies still is painted once and kept as one surface, until a shape of it changes. The rest is put together
from kept pieces (brushes), so that a frame costs a few milliseconds.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import pygame

from raftlab.core.errors import RaftlabError
from raftlab.projector import shapes as s
from raftlab.projector.paint.brushes import Brushes
from raftlab.view.palette import rgb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from raftlab.projector.shapes import Frame, Shape
    from raftlab.view.layout import Point


def check_pygame() -> None:
    """Refuse classic pygame, which other packages put over pygame-ce without a word.

    Raises:
        RaftlabError: it isn't pygame-ce.
    """
    if not getattr(pygame, "IS_CE", False):
        raise RaftlabError(
            "another package has put classic pygame in the place of pygame-ce; "
            "mend it with: pip uninstall -y pygame pygame-ce && pip install pygame-ce"
        )


class Painter:
    """Paints frames of one size; cheap to make, dear to warm up."""

    def __init__(self, size: tuple[int, int]) -> None:
        check_pygame()
        if not pygame.font.get_init():
            pygame.font.init()
        self.size = size
        self._brushes = Brushes(1.0)
        self._still: tuple[Any, ...] | None = None
        self._ground: pygame.Surface | None = None
        self._origin = (0.0, 0.0)

    def paint(self, frame: Frame, surface: pygame.Surface) -> None:
        """Cover the surface with the frame; what is left over at the sides is its ground."""
        scale = min(surface.get_width() / frame.width, surface.get_height() / s.HEIGHT)
        size = surface.get_size()
        if scale != self._brushes.scale or size != self.size:
            self._brushes, self.size, self._still = Brushes(scale), size, None
        across, down = size[0] - frame.width * scale, size[1] - s.HEIGHT * scale
        origin = (max(0.0, across / 2), max(0.0, down / 2))
        key = (frame.ground, frame.still, origin)
        if self._still != key or self._ground is None:
            # Of the target's own format, so that putting it down is a copy of memory.
            ground = pygame.Surface(size, 0, surface) if self._ground is None else self._ground
            if ground.get_size() != size:
                ground = pygame.Surface(size, 0, surface)
            ground.fill(rgb(frame.ground))
            self._origin = origin
            self._put_still(frame.still, ground)
            self._ground, self._still = ground, key
        surface.blit(self._ground, (0, 0))
        self._put(frame.moving, surface)

    def _put_still(self, shapes: Sequence[Shape], surface: pygame.Surface) -> None:
        for straight, group in groupby(shapes, lambda shape: isinstance(shape, s.Line | s.Polygon)):
            if straight:
                self._drawing([shape for shape in group if isinstance(shape, s.Line | s.Polygon)], surface)
            else:
                self._put(list(group), surface)

    def _put(self, shapes: Sequence[Shape], surface: pygame.Surface) -> None:
        for shape in shapes:
            if shape.alpha > 0.004:
                _HANDS[type(shape)](self, shape, surface)

    # -- a hand for each shape -------------------------------------------------------------------------------

    def _blit(self, surface: pygame.Surface, piece: pygame.Surface, x: float, y: float, alpha: float) -> None:
        """Put a kept piece down, its left upper corner at a place in pixels."""
        if alpha < 0.996:
            piece.set_alpha(round(alpha * 255))
            surface.blit(piece, (round(x), round(y)))
            piece.set_alpha(255)
        else:
            surface.blit(piece, (round(x), round(y)))

    def _middle(self, surface: pygame.Surface, piece: pygame.Surface, x: float, y: float, alpha: float) -> None:
        """Put a kept piece down, its middle at a place in units."""
        scale, origin = self._brushes.scale, self._origin
        left = origin[0] + x * scale - piece.get_width() / 2
        self._blit(surface, piece, left, origin[1] + y * scale - piece.get_height() / 2, alpha)

    def _text(self, text: s.Text, surface: pygame.Surface) -> None:
        brushes = self._brushes
        piece = brushes.text(text.text, text.face, text.size, text.colour)
        width = piece.get_width()
        x = self._origin[0] + text.x * brushes.scale
        x -= {"left": 0.0, "centre": width / 2, "right": float(width)}[text.anchor]
        # The middle of the capitals stands at y: 0.73 of the size high, on a baseline at the font's ascent.
        ascent = brushes.ascent(text.face, text.size)
        y = self._origin[1] + text.y * brushes.scale - ascent + 0.364 * text.size * brushes.scale
        self._blit(surface, piece, x, y, text.alpha)

    def _disc(self, disc: s.Disc, surface: pygame.Surface) -> None:
        piece = self._brushes.disc(disc.radius, disc.fill, disc.rim, disc.width, disc.dashes, disc.pattern)
        self._middle(surface, piece, disc.x, disc.y, disc.alpha)

    def _ring(self, ring: s.Ring, surface: pygame.Surface) -> None:
        if ring.dots or ring.part >= 1:
            piece = self._brushes.ring(ring.radius, ring.width, ring.colour, ring.dots)
        else:
            piece = self._brushes.arc(ring.radius, ring.width, ring.colour, ring.part)
        self._middle(surface, piece, ring.x, ring.y, ring.alpha)

    def _crown(self, crown: s.Crown, surface: pygame.Surface) -> None:
        piece = self._brushes.crown(crown.width, crown.colour)
        scale = self._brushes.scale
        x = self._origin[0] + crown.x * scale - piece.get_width() / 2
        self._blit(surface, piece, x, self._origin[1] + crown.y * scale - piece.get_height(), crown.alpha)

    def _box(self, box: s.Box, surface: pygame.Surface) -> None:
        scale = self._brushes.scale
        x, y = self._origin[0] + box.x * scale, self._origin[1] + box.y * scale
        if box.radius == 0 and box.rim is None and box.pattern == "plain" and box.fill is not None:
            self._plain(surface, (x, y, box.width * scale, box.height * scale), box.fill, box.alpha)
            return
        piece = self._brushes.box(
            box.width, box.height, box.radius, box.fill, box.rim, box.rim_width, box.dashed, box.pattern
        )
        self._blit(surface, piece, x, y, box.alpha)

    def _plain(self, surface: pygame.Surface, rect: s.Rect, colour: str, alpha: float) -> None:
        area = pygame.Rect(round(rect[0]), round(rect[1]), max(1, round(rect[2])), max(1, round(rect[3])))
        if alpha >= 0.996:
            surface.fill(rgb(colour), area)
            return
        veil = pygame.Surface(area.size)
        veil.fill(rgb(colour))
        veil.set_alpha(round(alpha * 255))
        surface.blit(veil, area)

    def _line(self, line: s.Line, surface: pygame.Surface) -> None:
        self._fill(surface, _corners(line), line.colour, line.alpha)

    def _polygon(self, polygon: s.Polygon, surface: pygame.Surface) -> None:
        self._fill(surface, polygon.points, polygon.colour, polygon.alpha)

    def _fill(self, surface: pygame.Surface, points: Sequence[Point], colour: str, alpha: float) -> None:
        left, top = min(x for x, _ in points), min(y for _, y in points)
        piece = self._brushes.polygon(self._pixels(points, left, top), colour)
        scale = self._brushes.scale
        self._blit(surface, piece, self._origin[0] + left * scale, self._origin[1] + top * scale, alpha)

    def _drawing(self, shapes: Sequence[s.Line | s.Polygon], surface: pygame.Surface) -> None:
        """Lines and polygons that lie still, at once."""
        outlines = [shape.points if isinstance(shape, s.Polygon) else _corners(shape) for shape in shapes]
        left = min(x for points in outlines for x, _ in points)
        top = min(y for points in outlines for _, y in points)
        polygons = tuple(
            (self._pixels(points, left, top), shape.colour) for points, shape in zip(outlines, shapes, strict=True)
        )
        piece = self._brushes.drawing(polygons)
        scale = self._brushes.scale
        self._blit(surface, piece, self._origin[0] + left * scale, self._origin[1] + top * scale, 1.0)

    def _pixels(self, points: Sequence[Point], left: float, top: float) -> tuple[Point, ...]:
        """Corners in pixels from a place on, to a quarter: a piece serves wherever the same shape is."""
        scale = self._brushes.scale * 4
        return tuple((round((x - left) * scale) / 4, round((y - top) * scale) / 4) for x, y in points)

    def _region(self, region: s.Region, surface: pygame.Surface) -> None:
        """The union of its parts, drawn twice as large; it lies still, so it may cost."""
        scale, fine = self._brushes.scale, 2
        xs = [x for part in region.parts for x, _ in part]
        ys = [y for part in region.parts for _, y in part]
        left, top = min(xs), min(ys)
        wide, high = int((max(xs) - left) * scale) + 2, int((max(ys) - top) * scale) + 2
        big = pygame.Surface((wide * fine, high * fine), pygame.SRCALPHA)
        big.fill((*rgb(region.colour), 0))
        for part in region.parts:
            points = [((x - left) * scale * fine, (y - top) * scale * fine) for x, y in part]
            pygame.draw.polygon(big, rgb(region.colour), points)
        piece = pygame.transform.smoothscale(big, (wide, high))
        self._blit(
            surface, piece, self._origin[0] + left * scale, self._origin[1] + top * scale, region.alpha
        )  # fmt: skip


def _corners(line: s.Line) -> tuple[Point, ...]:
    """A line as the rectangle that it is."""
    dx, dy = line.to_x - line.x, line.to_y - line.y
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    across, down = -dy / length * line.width / 2, dx / length * line.width / 2
    return (
        (line.x + across, line.y + down),
        (line.to_x + across, line.to_y + down),
        (line.to_x - across, line.to_y - down),
        (line.x - across, line.y - down),
    )


_HANDS: dict[type[Shape], Callable[[Painter, Any, pygame.Surface], None]] = {
    s.Text: Painter._text,
    s.Disc: Painter._disc,
    s.Ring: Painter._ring,
    s.Crown: Painter._crown,
    s.Line: Painter._line,
    s.Polygon: Painter._polygon,
    s.Box: Painter._box,
    s.Region: Painter._region,
}
