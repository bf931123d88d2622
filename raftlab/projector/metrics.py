"""How wide text is, so that a frame can be laid out without a display: advance widths of the fonts that ship.

In thousandths of the type size, read from Inter Regular, Inter SemiBold and JetBrains Mono with fontTools
(kerning left out, which only makes texts narrower). A test compares them with what pygame renders.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

Face = Literal["regular", "semibold", "mono"]
FILES: Final[dict[Face, str]] = {
    "regular": "Inter-Regular.ttf",
    "semibold": "Inter-SemiBold.ttf",
    "mono": "JetBrainsMono-Regular.ttf",
}
ELLIPSIS: Final = "…"

_MONO: Final = 600
_OTHER: Final = 680
# From the space (32) to the tilde (126).
_REGULAR: Final = (
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646, 593, 620,
    566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269, 571, 672, 565, 903,
    753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612,
    583, 370, 613, 591, 242, 242, 549, 242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426,
    333, 426, 662,
)  # fmt: skip
_SEMIBOLD: Final = (
    252, 321, 523, 644, 650, 1004, 663, 326, 373, 373, 540, 673, 319, 465, 319, 379, 660, 423, 623, 636, 666, 612,
    640, 576, 640, 640, 319, 329, 673, 673, 673, 543, 999, 728, 659, 737, 722, 605, 588, 749, 746, 277, 580, 703, 565,
    922, 759, 769, 645, 773, 652, 650, 660, 736, 728, 1020, 720, 713, 652, 373, 379, 373, 481, 469, 351, 574, 624,
    583, 624, 591, 389, 625, 612, 262, 262, 569, 262, 900, 612, 609, 624, 624, 397, 549, 353, 612, 587, 839, 569, 588,
    566, 455, 359, 455, 673,
)  # fmt: skip
_MORE: Final = {
    "§": 568, "·": 319, "×": 673, "→": 954, "’": 294, "‘": 294, "…": 956, "–": 500, "—": 1000, "−": 673, "½": 870,
    "¼": 831, "♥": 1022, "✓": 884, "“": 507, "”": 501, "°": 458, "▶": 940,
}  # fmt: skip


@lru_cache(maxsize=16384)
def text_width(text: str, size: float, face: Face = "regular") -> float:
    """The width of a line of text, in the unit of its size."""
    if face == "mono":
        return len(text) * _MONO * size / 1000
    table = _SEMIBOLD if face == "semibold" else _REGULAR
    total = 0
    for letter in text:
        code = ord(letter)
        total += table[code - 32] if 32 <= code < 127 else _MORE.get(letter, _OTHER)
    return total * size / 1000


@lru_cache(maxsize=4096)
def fitted(text: str, size: float, face: Face, room: float) -> str:
    """The text, or as much of it as fits into `room`, with an ellipsis."""
    if text_width(text, size, face) <= room:
        return text
    for length in range(len(text) - 1, 0, -1):
        shorter = text[:length].rstrip() + ELLIPSIS
        if text_width(shorter, size, face) <= room:
            return shorter
    return ELLIPSIS


def shrunk(text: str, size: float, smallest: float, face: Face, room: float) -> tuple[str, float]:
    """The text in the largest size down to `smallest` in which it fits; cut short if even that is too large."""
    width = text_width(text, size, face)
    if width > room:
        size = max(smallest, size * room / width)
    return fitted(text, size, face, room + 0.5), size
