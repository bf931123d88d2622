"""Frames as images, without a window: what an export writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from raftlab.projector.paint.painter import Painter

if TYPE_CHECKING:
    from PIL import Image

    from raftlab.projector.shapes import Frame


class Canvas:
    """A painter on a surface of its own, out of sight; it needs no display."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._surface = pygame.Surface(size)
        self._painter = Painter(size)

    def image(self, shown: Frame) -> Image.Image:
        """A frame as an image."""
        from PIL import Image

        self._painter.paint(shown, self._surface)
        return Image.frombytes("RGB", self._surface.get_size(), pygame.image.tobytes(self._surface, "RGB"))
