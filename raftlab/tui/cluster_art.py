"""A whole cluster, painted: regions, links, messages under way, nodes.

Pure: a grid that depends on a state, a time and a size. What rarely changes (regions and links) is painted once and
kept.
"""

from __future__ import annotations

from functools import lru_cache
from math import hypot
from typing import TYPE_CHECKING, Final

from raftlab.tui.faces import Face, face_of
from raftlab.tui.grid import BOLD, Grid, braille, braille_line, fit
from raftlab.tui.message_art import Box, paint_messages
from raftlab.tui.node_art import colour_of, paint_node, word_ink
from raftlab.tui.places import Places, places_for
from raftlab.view.layout import along
from raftlab.view.looks import Look
from raftlab.view.palette import THEMES, Theme, text_on
from raftlab.view.regions import can_commit, cuts, outline, side_name, sides
from raftlab.view.stations import is_absent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.model import Cluster
    from raftlab.view.layout import Point

_WHOLE_MESH: Final = 5
"""Up to so many nodes every link is drawn; beyond, only neighbours' (and what is cut shows in the regions)."""


def paint_cluster(
    cluster: Cluster, names: Sequence[str], now_us: int, width: int, height: int, theme: Theme, *, mono: bool = False
) -> Grid:
    """The picture of a state at a time.

    `names`: all nodes that have a place, whether or not the state knows them yet.
    """
    names = tuple(names)
    if not names:
        return Grid(width, height, theme.ground)
    places = places_for(len(names), max(len(name) for name in names), width, height, mono)
    faces = [_face(cluster, name, now_us) for name in names]
    if places.size is None:
        return _paint_list([face for face in faces if face.look is not Look.REMOVED], width, height, theme)
    parted = tuple((side, can_commit(cluster, side), side_name(cluster, side)) for side in _parts(cluster))
    gone = frozenset(face.name for face in faces if face.look in (Look.CRASHED, Look.REMOVED))
    backdrop, written = _backdrop(names, places, width, height, theme.name, mono, parted, cuts(cluster), gone)
    grid = backdrop.copy()
    paint_messages(grid, cluster, names, places, now_us, theme, written)
    for (x, y), face in zip(places.cells, faces, strict=True):
        paint_node(grid, x, y, face, places.size, theme, mono=mono)
    return grid


def _face(cluster: Cluster, name: str, now_us: int) -> Face:
    """A node's face; who isn't set up yet looks like one who has left: not at all."""
    if name in cluster.nodes:
        return face_of(cluster, cluster.nodes[name], now_us)
    if is_absent(cluster, name):
        return Face(name, Look.REMOVED, "", None)
    return Face(name, Look.UNKNOWN, "not seen yet", None)


def _parts(cluster: Cluster) -> tuple[tuple[str, ...], ...]:
    found = sides(cluster) if cluster.nodes else ()
    return found if len(found) > 1 else ()


Parted = tuple[tuple[tuple[str, ...], bool, str], ...]


@lru_cache(maxsize=16)
def _backdrop(
    names: tuple[str, ...], places: Places, width: int, height: int, theme_name: str, mono: bool,
    parted: Parted, cut: frozenset[tuple[str, str]], gone: frozenset[str],
) -> tuple[Grid, list[Box]]:  # fmt: skip
    """Regions and links: what lies under messages and nodes; and where something is written on it."""
    theme = THEMES[theme_name]
    grid = Grid(width, height, theme.ground)
    if not mono:
        _paint_regions(grid, names, places, parted, theme)
    _paint_links(grid, names, places, cut, gone, theme)
    return grid, _name_regions(grid, names, places, parted, theme)


def _paint_regions(grid: Grid, names: tuple[str, ...], places: Places, parted: Parted, theme: Theme) -> None:
    """A soft ground around each side of a partition."""
    assert places.size is not None
    middle_x, middle_y = places.middle
    where = {name: places.pixel(number) for number, name in enumerate(names)}
    points = {name: (x - middle_x, y - middle_y) for name, (x, y) in where.items()}
    reach = max(places.size.half_width, 2 * places.size.below) + 1.5
    clear = max(places.size.half_width, 2 * places.size.above) + 1.0
    for side, able, _ in parted:
        mine = [points[name] for name in side if name in points]
        others = [point for name, point in points.items() if name not in side]
        if not mine:
            continue
        for polygon in outline(mine, others, reach, clear):
            _fill(grid, [(x + middle_x, y + middle_y) for x, y in polygon], theme.can if able else theme.cannot)


def _fill(grid: Grid, polygon: Sequence[Point], colour: str) -> None:
    """Colour all pixels within a convex polygon."""
    top = max(0, int(min(y for _, y in polygon)))
    foot = min(2 * grid.height - 1, int(max(y for _, y in polygon)) + 1)
    edges = list(zip(polygon, [*polygon[1:], polygon[0]], strict=True))
    for y in range(top, foot + 1):
        level = y + 0.5
        crossings = [
            x1 + (level - y1) * (x2 - x1) / (y2 - y1) for (x1, y1), (x2, y2) in edges if (y1 <= level) != (y2 <= level)
        ]
        if crossings:
            row = grid.pixels[y]
            for x in range(max(0, round(min(crossings))), min(grid.width, round(max(crossings)))):
                row[x] = colour


def _paint_links(
    grid: Grid,
    names: tuple[str, ...],
    places: Places,
    cut: frozenset[tuple[str, str]],
    gone: frozenset[str],
    theme: Theme,
) -> None:
    """Thin lines between nodes; where a way is cut, the line has a gap before the node that hears nothing any more."""
    dots: dict[tuple[int, int], int] = {}
    marks: list[tuple[Point, str]] = []
    count = len(names)
    for first in range(count):
        for second in range(first + 1, count):
            one, other = names[first], names[second]
            ways = ((one, other) in cut) + ((other, one) in cut)
            near = second - first in (1, count - 1)
            if (count > _WHOLE_MESH and not near and not ways) or one in gone or other in gone or ways == 2:
                continue
            start, end = _cell_point(places, first), _cell_point(places, second)
            if ways == 0:
                _draw(dots, start, end)
                continue
            if (other, one) in cut:
                start, end = end, start
            _draw(dots, start, along(start, end, 0.52))
            _draw(dots, along(start, end, 0.66), end)
            marks.append((along(start, end, 0.59), "╳"))
    for (x, y), bits in dots.items():
        grid.text(x, y, braille(bits), theme.line)
    for (mark_x, mark_y), mark in marks:
        grid.text(int(mark_x), int(mark_y), mark, theme.bad_text, None, BOLD)


def _draw(dots: dict[tuple[int, int], int], start: Point, end: Point) -> None:
    for cell, bits in braille_line(start, end).items():
        dots[cell] = dots.get(cell, 0) | bits


def _cell_point(places: Places, number: int) -> Point:
    x, y = places.pixel(number)
    return x, y / 2


def _name_regions(grid: Grid, names: tuple[str, ...], places: Places, parted: Parted, theme: Theme) -> list[Box]:
    """What each side can do, written where there is room near its middle; the boxes of what was written."""
    assert places.size is not None
    size, written = places.size, []
    taken = [(left - 1, top, right, foot) for left, top, right, foot in places.boxes()]
    for side, able, said in sorted(parted, key=lambda part: -len(part[0])):
        cells = [places.cells[names.index(name)] for name in side if name in names]
        if not cells:
            continue
        text = fit(f" {said} ", grid.width)
        wanted = (
            sum(x for x, _ in cells) / len(cells),
            sum(y for _, y in cells) / len(cells) + (size.below if len(cells) == 1 else 0),
        )
        spot = _free_spot(grid, taken, wanted, len(text))
        if spot is None:
            continue
        x, y = spot
        ground = theme.can if able else theme.cannot
        grid.text(x, y, text, theme.ink if able else theme.bad_text, ground, BOLD)
        written.append((x, y, x + len(text), y + 1))
        taken.append((x - 1, y, x + len(text) + 1, y + 1))
    return written


def _free_spot(grid: Grid, taken: list[Box], wanted: tuple[float, float], width: int) -> tuple[int, int] | None:
    """The free place for a text that lies nearest to where it is wanted (its middle)."""
    best: tuple[float, tuple[int, int]] | None = None
    for y in range(grid.height):
        for x in range(grid.width - width + 1):
            if any(x < right and x + width > left and top <= y < foot for left, top, right, foot in taken):
                continue
            away = hypot(x + width / 2 - wanted[0], 2 * (y - wanted[1]))
            if best is None or away < best[0]:
                best = (away, (x, y))
    return best[1] if best else None


def _paint_list(faces: Sequence[Face], width: int, height: int, theme: Theme) -> Grid:
    """A line a node, when there is no room for a picture."""
    grid = Grid(width, height, theme.ground)
    longest = max((len(face.name) for face in faces), default=0)
    shown = list(faces) if len(faces) <= height else list(faces)[: max(0, height - 1)]
    for y, face in enumerate(shown):
        fill = colour_of(face, theme)
        chip = f" {face.glyph} {face.name:<{longest}} {'' if face.term is None else face.term} "
        grid.text(0, y, chip, text_on(fill) if face.look is not Look.CRASHED else theme.muted, fill, BOLD)
        rest = "  ".join(part for part in (face.word, face.clock, face.votes) if part)
        grid.text(len(chip) + 1, y, fit(rest, width - len(chip) - 1), word_ink(face, theme))
    if len(shown) < len(faces):
        grid.text(0, height - 1, f"… {len(faces) - len(shown)} more", theme.muted)
    return grid
