"""Makes the fonts of this folder from the full ones; README.md says where those come from. Needs fonttools and brotli.

python make.py InterVariable.woff2 JetBrainsMono-Regular.ttf
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).parent

RANGES = [
    (0x0020, 0x007E),  # Latin
    (0x00A0, 0x024F),  # Latin-1 and the extended Latin of people's names
    (0x0300, 0x036F),  # combining accents
    (0x0370, 0x03FF),  # Greek
    (0x1E00, 0x1EFF),  # more Latin
    (0x2000, 0x206F),  # dashes, quotes, ellipsis, spaces
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20AC, 0x20AC),
    (0x2100, 0x214F),  # letter-like
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x2300, 0x23FF),  # keys
    (0x2500, 0x259F),  # box drawing, blocks
    (0x25A0, 0x25FF),  # geometric shapes
    (0x2600, 0x26FF),  # stars, warnings, chess pieces
    (0x2700, 0x27BF),  # dingbats
    (0x27F0, 0x27FF),  # long arrows
    (0x2B00, 0x2BFF),  # more arrows and shapes
]

# What is typed is what is shown: without `calt`, "->" stays two characters instead of becoming an arrow.
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl"]


def inter(source: str, weight: int, style: str) -> None:
    """One weight of Inter, in the cut for text (its optical size 14): wider and easier to read from afar."""
    font = instantiateVariableFont(TTFont(source), {"wght": weight, "opsz": 14}, updateFontNames=True)
    save(font, f"Inter-{style}.ttf")


def save(font: TTFont, name: str) -> None:
    options = Options(layout_features=FEATURES, name_IDs=["*"], hinting=True, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    font.flavor = None
    font["head"].modified = font["head"].created  # the same bytes whenever this runs
    font.recalcTimestamp = False
    font.save(HERE / name)


if __name__ == "__main__":
    variable, mono = sys.argv[1:]
    inter(variable, 400, "Regular")
    inter(variable, 600, "SemiBold")
    save(TTFont(mono), "JetBrainsMono-Regular.ttf")
