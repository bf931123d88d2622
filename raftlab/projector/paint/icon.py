"""The window's icon: a leader's crown."""

from __future__ import annotations

import pygame

from raftlab.projector.paint.brushes import Brushes
from raftlab.view.palette import DARK

_SIDE = 64


def icon() -> pygame.Surface:
    """A golden crown on a dark tile."""
    brushes = Brushes(1.0)
    tile = brushes.box(_SIDE, _SIDE, 14, DARK.panel, None, 0, dashed=False, pattern="plain").copy()
    crown = brushes.crown(38, DARK.gold)
    tile.blit(crown, ((_SIDE - crown.get_width()) / 2, (_SIDE - crown.get_height()) / 2 - 2))
    return tile
