"""The painter: what a frame says is what a surface shows. Coarse properties, not pixels: fonts differ by a hair."""

from __future__ import annotations

import pygame
import pytest

from raftlab.core.errors import RaftlabError
from raftlab.projector.metrics import fitted, shrunk, text_width
from raftlab.projector.paint import Painter, check_pygame
from raftlab.projector.paint.brushes import Brushes
from raftlab.projector.scene import Options, frame
from raftlab.projector.shapes import Crown, Disc
from raftlab.view.palette import DARK, THEMES, rgb, term_colour
from tests.projector.runs import view_of

SIZES = ((1280, 720), (1920, 1080), (3840, 2160), (1000, 900))


def painted(name: str, time_us: int, size: tuple[int, int], theme: str = "dark") -> tuple[pygame.Surface, float, float]:
    """A surface, the scale, and what is left above."""
    shown = frame([view_of(name)], time_us, Options(size=size, theme=theme))
    surface = pygame.Surface(size)
    Painter(size).paint(shown, surface)
    scale = min(size[0] / shown.width, size[1] / 1080)
    return surface, scale, (size[1] - 1080 * scale) / 2


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_shapes_stand_where_the_frame_says(size: tuple[int, int]) -> None:
    view = view_of("symmetric-partition")
    shown = frame([view], 3_000_000, Options(size=size))
    surface, scale, above = painted("symmetric-partition", 3_000_000, size)
    discs = [shape for shape in shown.moving if isinstance(shape, Disc) and shape.radius > 40]
    assert len(discs) == 5
    for disc in discs:
        # Left of the name, where nothing is written.
        place = (round((disc.x - 0.8 * disc.radius) * scale), round(above + disc.y * scale))
        assert near(surface.get_at(place), disc.fill or ""), disc
    crown = next(shape for shape in shown.moving if isinstance(shape, Crown))
    place = (round(crown.x * scale), round(above + (crown.y - crown.width * 0.1) * scale))
    assert near(surface.get_at(place), DARK.gold)


def near(pixel: pygame.Color, colour: str) -> bool:
    """Whether a pixel has a colour, but for smoothing."""
    return all(abs(one - other) <= 12 for one, other in zip(pixel[:3], rgb(colour), strict=True))


@pytest.mark.parametrize("theme", THEMES)
def test_the_ground_is_the_themes(theme: str) -> None:
    surface, _, _ = painted("healthy-cluster", 2_000_000, (1280, 720), theme)
    for corner in ((2, 2), (1277, 2), (2, 717), (1277, 717)):
        assert surface.get_at(corner)[:3] == rgb(THEMES[theme].ground)


def test_the_same_frame_paints_the_same_pixels() -> None:
    one, _, _ = painted("leader-crash", 2_715_000, (1280, 720))
    other, _, _ = painted("leader-crash", 2_715_000, (1280, 720))
    assert pygame.image.tobytes(one, "RGB") == pygame.image.tobytes(other, "RGB")


def test_a_painter_that_has_painted_before_paints_the_same() -> None:
    size = (1280, 720)
    fresh, _, _ = painted("leader-crash", 2_715_000, size)
    painter, surface = Painter(size), pygame.Surface(size)
    for time_us in (1_000_000, 2_500_000, 5_100_000, 2_715_000):
        painter.paint(frame([view_of("leader-crash")], time_us, Options(size=size)), surface)
    assert pygame.image.tobytes(surface, "RGB") == pygame.image.tobytes(fresh, "RGB")


def test_edges_of_boxes_are_not_dark_on_light() -> None:
    """Scaling mixes what is clear into the edges: clear black left a dark line around every light box."""
    brushes = Brushes(1.0)
    piece = brushes.box(60, 40, 14, "#EEEEEE", None, 0, False, "plain")
    ground = pygame.Surface((60, 40))
    ground.fill((255, 255, 255))
    ground.blit(piece, (0, 0))
    darkest = min(min(ground.get_at((x, y))[:3]) for x in range(60) for y in range(40))
    assert darkest >= 0xEA


def test_text_is_as_wide_as_the_layout_thinks() -> None:
    brushes = Brushes(1.0)
    samples = ("A partition, and its healing", "AE 7:x=9", "n1 stands for election in term 1.", "3 of 5: can’t commit")
    for face in ("regular", "semibold", "mono"):
        for sample in samples:
            real = brushes.text(sample, face, 40, "#FFFFFF").get_width()
            assert real == pytest.approx(text_width(sample, 40, face), rel=0.04, abs=3)


def test_text_that_is_too_long_is_cut_with_a_mark() -> None:
    assert fitted("short", 24, "regular", 400) == "short"
    cut = fitted("a very long name indeed", 24, "regular", 120)
    assert cut.endswith("…")
    assert text_width(cut, 24) <= 120
    words, size = shrunk("a name", 40, 24, "regular", 90)
    assert 24 <= size < 40
    assert words == "a name"


def test_patterns_tell_terms_apart_that_share_a_colour() -> None:
    brushes = Brushes(1.0)
    pictures = {
        pygame.image.tobytes(brushes.disc(40, term_colour(1), None, 0, 0, pattern), "RGBA")
        for pattern in ("plain", "stripes", "dots", "bars")
    }
    assert len(pictures) == 4


def test_classic_pygame_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(pygame, "IS_CE")
    with pytest.raises(RaftlabError, match="pygame-ce"):
        check_pygame()
