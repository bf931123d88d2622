"""Putting frames onto a surface with pygame: the painter, its brushes, and a canvas out of sight.

With the window, the only place of the projector that knows pygame.
"""

import os

# pygame greets on standard output when it is imported, unless told not to.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

from raftlab.projector.paint.canvas import Canvas
from raftlab.projector.paint.icon import icon
from raftlab.projector.paint.painter import Painter, check_pygame

__all__ = ["Canvas", "Painter", "check_pygame", "icon"]
