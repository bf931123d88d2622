"""The keys, on a panel over the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.projector.keys import KEYS
from raftlab.projector.shapes import Box, Shape, Text

if TYPE_CHECKING:
    from raftlab.projector.stage import Stage
    from raftlab.view.palette import Theme


def draw(stage: Stage, theme: Theme) -> list[Shape]:
    """The panel: a line for each key."""
    pitch, width = 50.0, 1240.0
    height = pitch * len(KEYS) + 130
    left, top = (stage.width - width) / 2, (1080 - height) / 2
    shapes: list[Shape] = [
        Box(0, 0, stage.width, 1080, 0, theme.ground, alpha=0.72),
        Box(left, top, width, height, 22, theme.panel, theme.line, 2.5),
        Text(left + 48, top + 58, "Keys", 38, theme.ink, "semibold"),
    ]
    for number, (keys, words) in enumerate(KEYS):
        y = top + 124 + number * pitch
        shapes.append(Text(left + 48, y, keys, 27, theme.ink, "semibold"))
        shapes.append(Text(left + 400, y, words, 27, theme.muted))
    return shapes
