"""One node, painted: a disc in its term's colour with its timer as a ring, a card, or a line, as there is room.

Shape and word carry the meaning: a crown and a thick ring for a leader, dots for votes, a hollow disc with a cross for
a crashed node. Without colours (NO_COLOR) cards have outlines and nothing is lost.
"""

from __future__ import annotations

from functools import lru_cache
from math import atan2, ceil, hypot, pi, sqrt
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.tui.grid import BOLD, PLAIN, fit
from raftlab.view.looks import Look
from raftlab.view.palette import mix, pattern_on, term_colour, term_pattern, text_on

if TYPE_CHECKING:
    from raftlab.tui.faces import Face
    from raftlab.tui.grid import Grid
    from raftlab.view.palette import Theme

_EMPTY: Final = (Look.CRASHED, Look.REMOVED)
_GOLD_FROM: Final = 0.25


class Size(Struct, frozen=True):
    """How large nodes are painted. `radius` 0: as a card of three lines. All in cells but the radii (pixels).

    `one_line`: the word and the timer stand in one line.
    """

    radius: float
    ring: float
    stretch: int
    half_width: int
    above: int
    below: int
    one_line: bool = False

    @property
    def width(self) -> int:
        return 2 * self.half_width + 1


def disc_size(radius: float, longest: int) -> Size:
    """Discs of that radius (pixels) that hold a name of `longest` letters; the timer is a ring around them."""
    inner = int(2 * sqrt(max(0.0, radius * radius - 2.25))) - 1
    stretch = max(0, (max(longest, 6 if radius >= 4 else 2) - inner + 1) // 2)
    ring = radius + (2.4 if radius >= 5 else 2.0)
    reach = ceil(ring + 0.6)
    rows = (reach + 1) // 2
    return Size(radius, ring, stretch, max(reach + stretch, 5), rows + 1, rows + 2)


def small_disc_size(longest: int) -> Size:
    """The smallest discs, with all words in one line below them."""
    stretch = (max(longest, 6) - 2) // 2
    return Size(3.0, 4.4, stretch, max(5 + stretch, 8), 4, 4, one_line=True)


def card_size(longest: int) -> Size:
    """Cards of three lines: crown and name, word, timer."""
    return Size(0.0, 0.0, 0, max(7, (longest + 8) // 2), 2, 2)


def paint_node(grid: Grid, x: int, y: int, face: Face, size: Size, theme: Theme, *, mono: bool = False) -> None:
    """Paint a node around a cell: (x, y) is the cell right below its middle (between two pixel rows)."""
    if face.look is Look.REMOVED:
        return
    if size.radius and not mono:
        _paint_disc(grid, x, y, face, size, theme)
    else:
        _paint_card(grid, x, y, face, size, theme, mono)


def paint_dot(grid: Grid, x: int, middle: int, radius: float, colour: str) -> None:
    """A disc without words around the upper edge of pixel row `middle`."""
    for dx, dy, cover in _disc(radius, 0):
        grid.pixel(x + dx, middle + dy, colour, cover)


def colour_of(face: Face, theme: Theme) -> str:
    """The fill: the term's colour; of a node that isn't there, or isn't known, that of the ground."""
    if face.look in _EMPTY or face.look is Look.UNKNOWN or face.term is None:
        return theme.track
    colour = term_colour(face.term)
    return mix(theme.ground, colour, 0.45) if face.look is Look.PAUSED else colour


def word_ink(face: Face, theme: Theme) -> str:
    """The ink of the word under a node."""
    if face.look is Look.LEADER:
        return theme.gold_text
    if face.look in _EMPTY:
        return theme.bad_text
    return theme.muted if face.look in (Look.UNKNOWN, Look.PAUSED, Look.OLD_LEADER) else theme.ink


def _paint_disc(grid: Grid, x: int, y: int, face: Face, size: Size, theme: Theme) -> None:
    _clear(grid, x, y, size)
    middle = 2 * y
    fill = colour_of(face, theme)
    hollow = face.look is Look.CRASHED
    striped = face.term is not None and term_pattern(face.term) != "plain" and not hollow
    body = theme.ground if hollow else fill
    stripe = pattern_on(fill) if striped else fill
    for dx, dy, cover in _disc(size.radius, size.stretch):
        colour = stripe if striped and (dx + dy) % 4 < 2 else body
        grid.pixel(x + dx, middle + dy, colour, cover)
    _paint_ring(grid, x, middle, face, size, theme)
    ink = theme.muted if hollow else text_on(_middling(fill, stripe))
    _centred(grid, x, y - 1, f"✕ {face.name}" if hollow else face.name, ink, BOLD)
    if face.term is not None:
        room = _room(size)
        term = next((t for t in (f"term {face.term}", f"t {face.term}", f"{face.term}") if len(t) <= room), "…")
        _centred(grid, x, y, term, ink)
    _paint_words(grid, x, y, face, size, theme)


def _middling(fill: str, stripe: str) -> str:
    return fill if fill == stripe else mix(fill, stripe, 0.5)


def _room(size: Size) -> int:
    """How many letters fit into a disc, in the lines next to its middle."""
    return int(2 * sqrt(max(0.0, size.radius**2 - 4))) + 1 + 2 * size.stretch


def _clear(grid: Grid, x: int, y: int, size: Size) -> None:
    """Nothing of what is written below shines through a node: links end at its rim, messages pass beneath it."""
    reach = size.ring + 0.8
    for row in range(-size.above + 1, size.above - 1):
        away = min(abs(2 * row), abs(2 * row + 2)) if row not in (0, -1) else 0
        half = int(sqrt(max(0.0, reach * reach - away * away))) + size.stretch
        grid.clear(x - half, y + row, 2 * half + 1)


def _paint_ring(grid: Grid, x: int, middle: int, face: Face, size: Size, theme: Theme) -> None:
    """What goes around the disc: gold for a leader, the timer that empties, dots for a leader of the past."""
    leads = face.look is Look.LEADER
    radius = size.radius if face.look is Look.CRASHED else size.ring
    for dx, dy, cover, turn in _ring(radius, size.stretch, (0.9 if leads else 0.4) if size.radius > 3 else 0.3):
        if leads:
            colour = theme.gold
        elif face.look is Look.OLD_LEADER:
            if int(turn * 18) % 2:
                continue
            colour = theme.muted
        elif face.look is Look.CRASHED:
            colour = theme.line
        elif face.look is Look.UNKNOWN or (face.look is Look.LEARNER and int(turn * 16) % 2):
            continue
        elif face.left is not None and turn < face.left:
            colour = theme.gold if face.left < _GOLD_FROM else theme.ink
        else:
            colour = theme.muted if face.look is Look.LEARNER else theme.track
        grid.pixel(x + dx, middle + dy, colour, cover)


def _paint_words(grid: Grid, x: int, y: int, face: Face, size: Size, theme: Theme) -> None:
    top = y - size.above
    foot = y + size.below - (1 if size.one_line else 2)
    if face.look in (Look.LEADER, Look.OLD_LEADER):
        _paint_crown(grid, x, top, theme.gold if face.look is Look.LEADER else theme.muted)
    elif face.look is Look.PAUSED:
        _centred(grid, x, top, "‖", theme.ink, BOLD)
    if face.votes:
        _paint_votes(grid, x, top, face.votes, theme)
    if size.one_line and face.clock:
        both = f"{face.word} {face.clock}"
        left = x - len(both) // 2
        grid.text(left, foot, face.word, word_ink(face, theme))
        grid.text(left + len(face.word) + 1, foot, face.clock, _clock_ink(face, theme))
        return
    _centred(grid, x, foot, face.word, word_ink(face, theme))
    if face.clock:
        _centred(grid, x, foot + 1, face.clock, _clock_ink(face, theme))


def _paint_crown(grid: Grid, x: int, y: int, colour: str) -> None:
    """Three points and a band, in pixels: not every font has one."""
    for dx in (-2, -1, 0, 1, 2):
        grid.pixel(x + dx, 2 * y + 1, colour)
        if dx % 2 == 0:
            grid.pixel(x + dx, 2 * y, colour)
    grid.clear(x - 2, y, 5)


def _clock_ink(face: Face, theme: Theme) -> str:
    return theme.gold_text if face.left is not None and face.left < _GOLD_FROM else theme.muted


def _paint_votes(grid: Grid, x: int, y: int, votes: str, theme: Theme) -> None:
    """One sign a voter, with room between where there is some."""
    inks = {"+": theme.ink, "-": theme.bad_text, "?": theme.muted}
    left = x - (2 * len(votes) - 1) // 2
    grid.clear(left - 1, y, 2 * len(votes) + 1)
    for place, sign in enumerate(votes):
        grid.text(left + 2 * place, y, sign, inks[sign], None, BOLD)


def _paint_card(grid: Grid, x: int, y: int, face: Face, size: Size, theme: Theme, mono: bool) -> None:
    """Three lines: a bar in the term's colour with crown and name, the word, the timer or the votes."""
    width = size.width
    left = x - size.half_width
    fill = colour_of(face, theme)
    term = "" if face.term is None else f"term {face.term}"
    name = f"{face.glyph} {face.name}"
    head = f"{name} {term}" if len(name) + len(term) + 3 <= width else f"{name} {face.term if term else ''}"
    if mono:
        head = f"[{fit(head, width - 2).center(width - 2)}]"
        grid.text(left, y - 1, head, theme.ink, theme.ground, BOLD)
    else:
        ink = theme.muted if face.look is Look.CRASHED else text_on(fill)
        grid.text(left, y - 1, fit(head, width - 2).center(width), ink, fill, BOLD)
        if face.look is Look.LEADER:
            grid.text(left - 1, y - 1, "▐", theme.gold)
            grid.text(left + width, y - 1, "▌", theme.gold)
    _centred(grid, x, y, fit(face.word, width), word_ink(face, theme))
    if face.votes:
        _paint_votes(grid, x, y + 1, face.votes, theme)
    elif face.clock:
        _centred(grid, x, y + 1, face.clock, _clock_ink(face, theme))


def _centred(grid: Grid, x: int, y: int, text: str, ink: str, attributes: int = PLAIN) -> None:
    grid.clear(x - len(text) // 2 - 1, y, len(text) + 2)  # no link may touch a word
    grid.text(x - len(text) // 2, y, text, ink, None, attributes)


@lru_cache(maxsize=64)
def _disc(radius: float, stretch: int) -> tuple[tuple[int, int, float], ...]:
    """The pixels of a disc (a capsule, if stretched) around a middle, and how much of each it covers."""
    found = []
    for dx, dy, away in _around(radius + 1, stretch):
        cover = min(1.0, max(0.0, radius - away + 0.5))
        if cover > 0.04:
            found.append((dx, dy, cover))
    return tuple(found)


@lru_cache(maxsize=64)
def _ring(radius: float, stretch: int, thick: float) -> tuple[tuple[int, int, float, float], ...]:
    """The pixels of a ring; with each, how far around it lies (0 to 1, clockwise from the top)."""
    found = []
    for dx, dy, away in _around(radius + thick + 1, stretch):
        cover = min(1.0, max(0.0, thick - abs(away - radius) + 0.5))
        if cover > 0.04:
            turn = (atan2(dx, -(dy + 0.5)) / (2 * pi)) % 1.0
            found.append((dx, dy, cover, turn))
    return tuple(found)


def _around(reach: float, stretch: int) -> list[tuple[int, int, float]]:
    """Pixels around a middle, with their distance from it (from its line, if stretched).

    The middle is an edge of pixel rows.
    """
    most = int(reach) + 1
    found = []
    for dy in range(-most, most):
        for dx in range(-most - stretch, most + stretch + 1):
            beyond = max(0, abs(dx) - stretch)
            found.append((dx, dy, hypot(beyond, dy + 0.5)))
    return found
