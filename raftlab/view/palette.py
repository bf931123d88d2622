"""Colours, for both faces, as plain hex values: one for each term, and three themes.

A term's colour says which term something is of; its number stands beside it, and from the seventh term on
the colours come again with another pattern. Red means broken or lost, gold the leader or a timer that is
about to run out: neither ever means anything else. Every text reaches a contrast of 4.5:1 on its ground
(WCAG 2.1, 1.4.3); a test computes it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from msgspec import Struct

TERM_COLOURS: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#8C6BB1")
PATTERNS: Final = ("plain", "stripes", "dots", "bars")
_BLACK: Final = "#000000"
_WHITE: Final = "#FFFFFF"


class Theme(Struct, frozen=True):
    """One set of colours. `ink`, `muted`, `gold_text` and `bad_text` are for text on `ground` or `panel`."""

    name: str
    ground: str
    panel: str
    ink: str
    muted: str
    line: str
    track: str
    gold: str
    gold_text: str
    bad: str
    bad_text: str
    can: str
    cannot: str
    pill: str
    pill_text: str


DARK: Final = Theme(
    name="dark",
    ground="#101218",
    panel="#191C26",
    ink="#F1F3F7",
    muted="#A3AAB8",
    line="#3A4150",
    track="#2B303C",
    gold="#FFD23F",
    gold_text="#FFD23F",
    bad="#E5484D",
    bad_text="#FF8A8A",
    can="#10302C",
    cannot="#35201F",
    pill="#F1F3F7",
    pill_text="#14161D",
)
LIGHT: Final = Theme(
    name="light",
    ground="#FAFBF8",
    panel="#EDEEEA",
    ink="#171A21",
    muted="#565C69",
    line="#B9BDC4",
    track="#D7DADD",
    gold="#B8860B",
    gold_text="#805900",
    bad="#CE2C31",
    bad_text="#B3161C",
    can="#D5EBE2",
    cannot="#F8DEDA",
    pill="#1B1F28",
    pill_text="#F6F7F4",
)
CONTRAST: Final = Theme(
    name="high-contrast",
    ground="#000000",
    panel="#000000",
    ink="#FFFFFF",
    muted="#E4E6EA",
    line="#9AA0AC",
    track="#4A4E57",
    gold="#FFE14D",
    gold_text="#FFE14D",
    bad="#FF5C5C",
    bad_text="#FF9C9C",
    can="#00392F",
    cannot="#4A0F0F",
    pill="#FFFFFF",
    pill_text="#000000",
)
THEMES: Final = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST)}


def term_colour(term: int) -> str:
    """The colour of a term (from 1; term 0, in which nobody ever leads, is grey)."""
    return TERM_COLOURS[(term - 1) % len(TERM_COLOURS)] if term > 0 else "#7A8190"


def term_pattern(term: int) -> str:
    """The pattern that tells a term from an earlier one of the same colour: "plain" for the first six."""
    return PATTERNS[(term - 1) // len(TERM_COLOURS) % len(PATTERNS)] if term > 0 else "plain"


@lru_cache(maxsize=4096)
def text_on(ground: str) -> str:
    """Black or white, whichever is easier to read on `ground`."""
    return max((_BLACK, _WHITE), key=lambda ink: contrast(ink, ground))


@lru_cache(maxsize=4096)
def pattern_on(ground: str) -> str:
    """The colour of a pattern on `ground`: away from its text's, so that no text becomes harder to read."""
    return mix(ground, _BLACK if text_on(ground) == _WHITE else _WHITE, 0.2)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=65536)
def mix(one: str, other: str, part: float) -> str:
    """`part` (0 to 1) of the other colour in the one."""
    mixed = (round(a + (b - a) * part) for a, b in zip(rgb(one), rgb(other), strict=True))
    return "#" + "".join(f"{value:02X}" for value in mixed)


@lru_cache(maxsize=65536)
def rgb(colour: str) -> tuple[int, int, int]:
    """ "#0072B2" as (0, 114, 178)."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(value) for value in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
