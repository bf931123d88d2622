"""The projector's window: shows frames, and turns keys and clicks into the player's actions.

It draws sixty times a second while something moves, and not at all while nothing does. On some systems SDL's
events arrive on the main thread only: so the window has a process of its own.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from raftlab.core.errors import RaftlabError
from raftlab.projector.bands import time_at
from raftlab.projector.keys import ACTIONS
from raftlab.projector.paint import Painter, check_pygame, icon
from raftlab.projector.player import Player
from raftlab.projector.shapes import HEIGHT
from raftlab.projector.stage import frame_width, stage_for
from raftlab.view.regions import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.projector.scene import Options
    from raftlab.projector.stage import Stage
    from raftlab.session import Lane

FRAMES_PER_S = 60
NAP_S = 0.025
"""How long we sleep between looks for events while nothing moves: 0.4 % of a core. pygame's own event.wait takes
1.8 %, since it looks every millisecond, and it doesn't hear Ctrl-C."""
SMALLEST = (640, 400)
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "SDL_VIDEO_DRIVER")
_IDLE = (pygame.MOUSEMOTION, pygame.KEYUP, pygame.TEXTINPUT, pygame.ACTIVEEVENT)


def run(
    lanes: Sequence[Lane],
    options: Options | None = None,
    *,
    subtitles: Sequence[str] = (),
    end_us: int | None = None,
    fullscreen: bool = False,
    playing: bool = True,
) -> None:
    """Show lanes in a window until it is closed.

    Raises:
        RaftlabError: there is no display, or pygame isn't pygame-ce.
    """
    check_display()
    window = Window(Player(lanes, options, subtitles, end_us), fullscreen=fullscreen)
    window.player.session.playing = playing
    try:
        window.run()
    except KeyboardInterrupt:
        pass  # Ctrl-C in the terminal closes the window, as closing it would
    finally:
        pygame.quit()


def check_display() -> None:
    """See that there is a display: without one, SDL would draw to nowhere without a word.

    Raises:
        RaftlabError: there is none, or pygame isn't pygame-ce.
    """
    check_pygame()
    try:
        if sys.platform == "linux" and not any(name in os.environ for name in _DISPLAYS):
            raise pygame.error("no display is named")  # SDL would try them all, and grumble on standard error
        pygame.display.init()
        driver = pygame.display.get_driver()
    except pygame.error as error:
        driver = f"none: {error}"
    if driver in ("offscreen", "dummy") or driver.startswith("none"):
        pygame.display.quit()
        raise RaftlabError(
            "there is no display to show a window on; `raftlab show ... --export FILE.png` (or .gif) draws without one"
        )


class Window:
    """A window and its loop."""

    def __init__(self, player: Player, *, fullscreen: bool = False) -> None:
        self.player = player
        pygame.display.init()
        pygame.display.set_caption("raftlab")
        pygame.display.set_icon(icon())
        pygame.key.set_repeat(350, 45)
        self._windowed = fitting(player.options.size, pygame.display.get_desktop_sizes()[0])
        self._full = fullscreen
        self._surface = self._open()
        self._painter = Painter(self._surface.get_size())
        self._dragging = False
        self.frames = 0
        self.open = True

    def run(self) -> None:
        """Until it is closed."""
        self.draw()
        prepare()
        clock = pygame.time.Clock()
        while self.open:
            if self.player.moving:
                # A frame that came late doesn't make the story jump.
                self.player.advance(min(100_000.0, clock.tick(FRAMES_PER_S) * 1000))
                self.player.catch_up()
                events, changed = pygame.event.get(), True
            else:
                changed, events = self.player.catch_up(), pygame.event.get()
                if not changed and not events:
                    time.sleep(NAP_S)
                clock.tick()
            for event in events:
                changed = self.handle(event) or changed
            if changed and self.open:
                self.draw()

    def draw(self) -> None:
        """Paint the picture of now."""
        self._fit_size()
        self._painter.paint(self.player.frame(), self._surface)
        pygame.display.flip()
        self.frames += 1

    def handle(self, event: pygame.event.Event) -> bool:
        """One event of the window's; whether there is something else to be seen now."""
        if event.type in _IDLE and not (self._dragging or self.player.following):
            return False
        if event.type == pygame.QUIT:
            self.open = False
        elif event.type == pygame.KEYDOWN:
            self._key(event)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            if self.player.following:
                self.player.act("follow")
            elif self._on_tape(event.pos):
                self._dragging = True
                self._seek(event.pos)
        elif event.type == pygame.MOUSEBUTTONUP and event.button == 1:
            self._dragging = False
        elif event.type == pygame.MOUSEMOTION:
            self._seek(event.pos)
        return True

    # -- keys and clicks -------------------------------------------------------------------------------------------

    def _key(self, event: pygame.event.Event) -> None:
        name = event.unicode if event.unicode in ("+", "-", "?", "=") and event.unicode else pygame.key.name(event.key)
        name = {"[+]": "+", "[-]": "-", "keypad +": "+", "keypad -": "-"}.get(name, name)
        if event.mod & pygame.KMOD_SHIFT and name in ("left", "right"):
            name = f"shift+{name}"
        action = ACTIONS.get(name)
        if action == "quit" and self.player.help:
            action = "help"  # escape closes what lies on top first
        if action == "quit":
            self.open = False
        elif action == "fullscreen":
            self._toggle_fullscreen()
        elif action is not None:
            self.player.act(action)

    def _on_tape(self, place: tuple[int, int]) -> bool:
        x, y = self._units(place)
        left, top, width, height = self._stage().tape
        return left - 12 <= x <= left + width + 12 and top - 12 <= y <= top + height + 12

    def _seek(self, place: tuple[int, int]) -> None:
        self.player.session.playing = False
        self.player.seek(time_at(self._units(place)[0], self.player.views, self._stage()))

    def _units(self, place: tuple[int, int]) -> tuple[float, float]:
        """A place in pixels as one in the frame's units."""
        size = self._surface.get_size()
        width = frame_width(size)
        scale = min(size[0] / width, size[1] / HEIGHT)
        left, top = max(0.0, (size[0] - width * scale) / 2), max(0.0, (size[1] - HEIGHT * scale) / 2)
        return (place[0] - left) / scale, (place[1] - top) / scale

    def _stage(self) -> Stage:
        counts = tuple(len(lane.state().nodes) for lane in self.player.session.lanes)
        return stage_for(frame_width(self._surface.get_size()), counts)

    # -- the window itself -----------------------------------------------------------------------------------------

    def _open(self) -> pygame.Surface:
        if self._full:
            return pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        return pygame.display.set_mode(self._windowed, pygame.RESIZABLE)

    def _toggle_fullscreen(self) -> None:
        if not self._full:
            self._windowed = self._surface.get_size()
        self._full = not self._full
        self._surface = self._open()

    def _fit_size(self) -> None:
        """The window may have another size now."""
        self._surface = pygame.display.get_surface() or self._surface
        size = self._surface.get_size()
        if size != self.player.options.size:
            self.player.resize((max(SMALLEST[0], size[0]), max(SMALLEST[1], size[1])))


def fitting(wanted: tuple[int, int], desktop: tuple[int, int]) -> tuple[int, int]:
    """The size of a window: what was asked for, made smaller where the desktop is; the shape stays."""
    width, height = wanted
    scale = min(1.0, desktop[0] / width, desktop[1] / height)
    if scale == 1.0:
        return wanted
    return int(width * scale), int(height * scale)
