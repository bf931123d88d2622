"""Drawn once, kept, and put down many times: discs, rings, boxes, crowns, words.

Everything round is drawn four times as large and scaled down, which is slow and beautiful, and so it is done
once for each kind and size. What is kept is bounded: the oldest are forgotten. Fonts are instances of their own
weight; nothing is made bold by smearing.
"""

from __future__ import annotations

from collections import OrderedDict
from math import cos, pi, sin
from typing import TYPE_CHECKING

import pygame

from raftlab.content import data_path
from raftlab.core.errors import RaftlabError
from raftlab.projector.metrics import FILES
from raftlab.view.palette import pattern_on, rgb

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.projector.metrics import Face
    from raftlab.view.layout import Point

FINE = 4
"""How many times larger things are drawn before they are scaled down."""
KEPT = 3000
CROWN = (
    (-0.50, 0.0), (-0.56, -0.52), (-0.27, -0.24), (0.0, -0.68), (0.27, -0.24), (0.56, -0.52), (0.50, 0.0),
)  # fmt: skip


class Brushes:
    """Surfaces by what they show, for one scale (pixels in a unit)."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self._kept: OrderedDict[tuple[object, ...], pygame.Surface] = OrderedDict()
        self._fonts: dict[tuple[Face, int], pygame.font.Font] = {}

    def kept(self, key: tuple[object, ...], draw: Callable[[], pygame.Surface]) -> pygame.Surface:
        """The surface for a key, drawn now if it is new."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = draw()
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    # -- words -----------------------------------------------------------------------------------------------

    def font(self, face: Face, size: float) -> pygame.font.Font:
        """A font, FINE times as large as a size in units."""
        pixels = max(6 * FINE, round(size * self.scale * FINE))
        font = self._fonts.get((face, pixels))
        if font is None:
            path = data_path("assets", "fonts", FILES[face])
            if not path.exists():
                raise RaftlabError(f"the font {FILES[face]} is missing: this installation of raftlab is not whole")
            font = self._fonts[face, pixels] = pygame.font.Font(str(path), pixels)
        return font

    def ascent(self, face: Face, size: float) -> float:
        """From the top of a text's surface to its baseline, in pixels."""
        return self.font(face, size).get_ascent() / FINE

    def text(self, words: str, face: Face, size: float, colour: str) -> pygame.Surface:
        """A line of text; scaled down from large letters, so that hinting doesn't push them apart."""

        def draw() -> pygame.Surface:
            big = self.font(face, size).render(words, True, rgb(colour))
            width, height = big.get_size()
            return pygame.transform.smoothscale(big, (max(1, round(width / FINE)), max(1, round(height / FINE))))

        return self.kept(("text", words, face, round(size * self.scale, 1), colour), draw)

    # -- straight things -------------------------------------------------------------------------------------

    def polygon(self, corners: tuple[Point, ...], colour: str) -> pygame.Surface:
        """A filled polygon; its corners are in pixels, from the left upper corner of its surface on."""

        def draw() -> pygame.Surface:
            wide = int(max(x for x, _ in corners)) + 2
            high = int(max(y for _, y in corners)) + 2
            big = _blank(wide * FINE, high * FINE, colour)
            pygame.draw.polygon(big, rgb(colour), [(x * FINE, y * FINE) for x, y in corners])
            return pygame.transform.smoothscale(big, (wide, high))

        return self.kept(("polygon", corners, colour), draw)

    def drawing(self, polygons: tuple[tuple[tuple[Point, ...], str], ...]) -> pygame.Surface:
        """Many polygons on one surface, each with its colour, for what lies still: all links at once."""

        def draw() -> pygame.Surface:
            wide = int(max(x for corners, _ in polygons for x, _ in corners)) + 2
            high = int(max(y for corners, _ in polygons for _, y in corners)) + 2
            fine = FINE if wide * high < 200_000 else 3
            big = _blank(wide * fine, high * fine, polygons[0][1])
            for corners, colour in polygons:
                pygame.draw.polygon(big, rgb(colour), [(x * fine, y * fine) for x, y in corners])
            return pygame.transform.smoothscale(big, (wide, high))

        return self.kept(("drawing", polygons), draw)

    # -- round things ----------------------------------------------------------------------------------------

    def disc(
        self, radius: float, fill: str | None, rim: str | None, width: float, dashes: int, pattern: str
    ) -> pygame.Surface:  # fmt: skip
        """A disc in the middle of its surface."""
        key = ("disc", round(radius * self.scale, 1), fill, rim, round(width * self.scale, 1), dashes, pattern)

        def draw() -> pygame.Surface:
            side, unit = self._side(radius + width), self.scale * FINE
            big = _blank(side * FINE, colour=rim or fill)
            middle = side * FINE / 2
            if fill is not None:
                pygame.draw.circle(big, rgb(fill), (middle, middle), radius * unit)
                if pattern != "plain":
                    self._pattern(big, pattern, fill)
            if rim is not None and dashes:
                for number in range(dashes):
                    start = 2 * pi * number / dashes
                    _arc(big, middle, radius * unit, width * unit, rim, start, start + 1.1 * pi / dashes)
            elif rim is not None:
                outer = radius * unit
                pygame.draw.circle(big, rgb(rim), (middle, middle), outer, max(1, round(width * unit)))
            return pygame.transform.smoothscale(big, (side, side))

        return self.kept(key, draw)

    def ring(self, radius: float, width: float, colour: str, dots: int = 0) -> pygame.Surface:
        """A whole ring, or one of dots; `radius` is that of its middle line."""
        key = ("ring", round(radius * self.scale, 1), round(width * self.scale, 1), colour, dots)

        def draw() -> pygame.Surface:
            side, unit = self._side(radius + width), self.scale * FINE
            big = _blank(side * FINE, colour=colour)
            middle = side * FINE / 2
            if dots:
                for number in range(dots):
                    angle = 2 * pi * number / dots
                    at = (middle + radius * unit * sin(angle), middle - radius * unit * cos(angle))
                    pygame.draw.circle(big, rgb(colour), at, width * unit / 2)
            else:
                outer = (radius + width / 2) * unit
                pygame.draw.circle(big, rgb(colour), (middle, middle), outer, max(1, round(width * unit)))
            return pygame.transform.smoothscale(big, (side, side))

        return self.kept(key, draw)

    def arc(self, radius: float, width: float, colour: str, part: float) -> pygame.Surface:
        """The part of a ring that lies clockwise from the top; not kept, since it changes all the time."""
        whole = self.ring(radius, width, colour)
        if part >= 1:
            return whole
        arc = whole.copy()
        side = arc.get_width()
        middle = side / 2
        reach = side
        start, end = 2 * pi * part, 2 * pi
        steps = max(2, int(8 * (1 - part)) + 2)
        points = [(middle, middle)]
        for step in range(steps + 1):
            angle = start + (end - start) * step / steps
            points.append((middle + reach * sin(angle), middle - reach * cos(angle)))
        pygame.draw.polygon(arc, (0, 0, 0, 0), points)
        cap = self.disc(width / 2, colour, None, 0, 0, "plain")
        for angle in (0.0, start):
            x, y = middle + radius * self.scale * sin(angle), middle - radius * self.scale * cos(angle)
            arc.blit(cap, (x - cap.get_width() / 2, y - cap.get_height() / 2))
        return arc

    def crown(self, width: float, colour: str) -> pygame.Surface:
        """A crown: its base is the lower edge of its surface."""

        def draw() -> pygame.Surface:
            unit = self.scale * FINE
            wide, high = round(1.3 * width * self.scale), round(0.86 * width * self.scale)
            big = _blank(wide * FINE, high * FINE, colour)
            points = [(wide * FINE / 2 + x * width * unit, high * FINE + y * width * unit) for x, y in CROWN]
            pygame.draw.polygon(big, rgb(colour), points)
            for x, y in points[1::2]:
                pygame.draw.circle(big, rgb(colour), (x, y), 0.075 * width * unit)
            return pygame.transform.smoothscale(big, (wide, high))

        return self.kept(("crown", round(width * self.scale, 1), colour), draw)

    # -- boxes -----------------------------------------------------------------------------------------------

    def box(
        self,
        width: float,
        height: float,
        radius: float,
        fill: str | None,
        rim: str | None,
        rim_width: float,
        dashed: bool,
        pattern: str,
    ) -> pygame.Surface:
        """A box with round corners."""
        wide, high = max(1, round(width * self.scale)), max(1, round(height * self.scale))
        key = ("box", wide, high, round(radius * self.scale), fill, rim, rim_width, dashed, pattern)

        def draw() -> pygame.Surface:
            fine = FINE if wide * high < 400_000 else 2
            big = _blank(wide * fine, high * fine, rim if rim_width else fill)
            area = big.get_rect()
            corner = round(radius * self.scale * fine)
            if fill is not None:
                pygame.draw.rect(big, rgb(fill), area, border_radius=corner)
                if pattern != "plain":
                    self._pattern(big, pattern, fill, fine)
            if rim is not None and rim_width:
                line = max(1, round(rim_width * self.scale * fine))
                if dashed:
                    frame = _blank(*big.get_size(), rim)
                    pygame.draw.rect(frame, rgb(rim), area, line, border_radius=corner)
                    _cut_gaps(frame, round(9 * self.scale * fine), line)
                    big.blit(frame, (0, 0))
                else:
                    pygame.draw.rect(big, rgb(rim), area, line, border_radius=corner)
            return pygame.transform.smoothscale(big, (wide, high))

        return self.kept(key, draw)

    def _side(self, radius: float) -> int:
        return 2 * (int(radius * self.scale) + 3)

    def _pattern(self, surface: pygame.Surface, pattern: str, fill: str, fine: int = FINE) -> None:
        """Stripes, dots or bars over what is filled, and nowhere else."""
        unit = self.scale * fine
        over = _blank(*surface.get_size())
        colour = rgb(pattern_on(fill))
        width, height = surface.get_size()
        if pattern == "stripes":
            for x in range(-height, width, max(1, round(13 * unit))):
                pygame.draw.line(over, colour, (x, height), (x + height, 0), max(1, round(3.5 * unit)))
        elif pattern == "dots":
            step = max(1, round(13 * unit))
            for y in range(step // 2, height, step):
                for x in range(step // 2 + (y // step % 2) * step // 2, width, step):
                    pygame.draw.circle(over, colour, (x, y), 3 * unit)
        else:
            for x in range(0, width, max(1, round(11 * unit))):
                pygame.draw.line(over, colour, (x, 0), (x, height), max(1, round(3.5 * unit)))
        mask = pygame.mask.from_surface(surface)
        over.blit(
            mask.to_surface(setcolor=(255, 255, 255, 255), unsetcolor=(0, 0, 0, 0)),
            (0, 0),
            None,
            pygame.BLEND_RGBA_MULT,
        )
        surface.blit(over, (0, 0))


def _blank(width: float, height: float | None = None, colour: str | None = None) -> pygame.Surface:
    """A clear surface. Clear of a colour: scaling mixes it into the edges, and clear black would darken them."""
    surface = pygame.Surface((round(width), round(width if height is None else height)), pygame.SRCALPHA)
    if colour is not None:
        surface.fill((*rgb(colour), 0))
    return surface


def _cut_gaps(frame: pygame.Surface, dash: int, line: int) -> None:
    """Make an outline dashed: gaps along each straight edge, the corners left whole."""
    width, height = frame.get_size()
    clear = (*frame.get_at((width // 2, height // 2))[:3], 0)
    gap = max(1, round(dash * 0.75))
    for length, place in ((width, "across"), (height, "down")):
        count = max(1, round((length - dash) / (dash + gap)))
        pitch = (length - gap) / count if count > 1 else length
        for number in range(count):
            start = round(pitch * (number + 0.5)) if count > 1 else length // 2 - gap // 2
            if place == "across":
                frame.fill(clear, (start, 0, gap, line))
                frame.fill(clear, (start, height - line, gap, line))
            else:
                frame.fill(clear, (0, start, line, gap))
                frame.fill(clear, (width - line, start, line, gap))


def _arc(
    surface: pygame.Surface, middle: float, radius: float, width: float, colour: str, start: float, end: float
) -> None:
    """A piece of a ring as a polygon: pygame's own arcs have holes."""
    steps = 12
    outer, inner = [], []
    for step in range(steps + 1):
        angle = start + (end - start) * step / steps
        across, down = sin(angle), -cos(angle)
        outer.append((middle + across * radius, middle + down * radius))
        inner.append((middle + across * (radius - width), middle + down * (radius - width)))
    pygame.draw.polygon(surface, rgb(colour), outer + inner[::-1])
