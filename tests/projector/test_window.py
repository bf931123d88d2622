"""The window, drawn to nowhere: its loop, its keys, and when it refuses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pygame
import pytest

from raftlab.core.errors import RaftlabError
from raftlab.projector.bands import time_at
from raftlab.projector.player import Player
from raftlab.projector.scene import Options
from raftlab.projector.stage import stage_for
from raftlab.projector.window import Window, check_display
from raftlab.session import Lane
from tests.projector.runs import recorded

SIZE = (1280, 720)


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Window:
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(3840, 2160)])
    return Window(Player([Lane(recorded("symmetric-partition"))], Options(size=SIZE)))


def press(name: str, unicode: str = "", mod: int = 0) -> pygame.event.Event:
    """A key."""
    return pygame.event.Event(pygame.KEYDOWN, key=pygame.key.key_code(name), unicode=unicode, mod=mod)


def test_keys_move_and_quit(window: Window) -> None:
    window.handle(press("page down"))
    first = window.player.session.position
    assert first > 0
    window.handle(press("right"))
    assert window.player.session.position == first + 1
    window.handle(press("right", mod=pygame.KMOD_SHIFT))
    assert window.player.session.position > first + 1
    window.handle(press("=", "+"))
    assert window.player.session.speed == 1 / 8
    window.handle(press("/", "?"))
    assert window.player.help
    after = []
    for _ in range(2):
        window.handle(press("escape"))
        after.append((window.player.help, window.open))
    assert after == [(False, True), (False, False)], "escape closes the panel first"


def test_a_click_on_the_tape_goes_there(window: Window) -> None:
    window.draw()
    stage = stage_for(1920.0, (5,))
    x, y = 700, round((stage.tape[1] + stage.tape[3] / 2) * 720 / 1080)
    window.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(x, y)))
    wanted = time_at(x * 1.5, window.player.views, stage)
    assert window.player.time_us == pytest.approx(wanted)
    window.handle(pygame.event.Event(pygame.MOUSEMOTION, pos=(800, y), rel=(100, 0), buttons=(1, 0, 0)))
    assert window.player.time_us > wanted
    window.handle(pygame.event.Event(pygame.MOUSEBUTTONUP, button=1, pos=(800, y)))
    moved = window.player.time_us
    assert not window.handle(pygame.event.Event(pygame.MOUSEMOTION, pos=(300, y), rel=(1, 0), buttons=(0, 0, 0)))
    assert window.player.time_us == moved


def test_a_click_elsewhere_does_nothing(window: Window) -> None:
    window.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(300, 300)))
    assert window.player.session.position <= 0


def test_the_playhead_follows_the_mouse_until_a_click(window: Window) -> None:
    window.handle(press("t", "t"))
    window.handle(pygame.event.Event(pygame.MOUSEMOTION, pos=(900, 300), rel=(1, 0), buttons=(0, 0, 0)))
    there = window.player.time_us
    assert there > 0
    window.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(900, 300)))
    assert not window.handle(pygame.event.Event(pygame.MOUSEMOTION, pos=(100, 300), rel=(1, 0), buttons=(0, 0, 0)))
    assert window.player.time_us == there


def test_nothing_is_drawn_while_nothing_moves(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    naps = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 20:
            window.open = False

    monkeypatch.setattr(time, "sleep", nap)
    pygame.event.clear()
    pygame.time.set_timer(pygame.event.Event(pygame.QUIT), 3_000, 1)  # so that a loop which never naps ends too
    window.run()
    pygame.time.set_timer(pygame.QUIT, 0)
    assert window.frames == 1
    assert len(naps) == 20


def test_playing_draws_and_closing_ends(window: Window) -> None:
    window.player.act("play")
    pygame.event.clear()
    pygame.time.set_timer(pygame.event.Event(pygame.QUIT), 300, 1)
    window.run()
    assert window.frames > 5
    assert window.player.time_us > 0


def test_without_a_display_it_refuses() -> None:
    with pytest.raises(RaftlabError, match="no display"):
        check_display()
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    }
    code = (
        "from raftlab.core.errors import RaftlabError\n"
        "from raftlab.projector.window import run\n"
        "try:\n    run([])\nexcept RaftlabError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert "no display" in done.stdout
    assert "--export" in done.stdout
    assert "Traceback" not in done.stderr


def test_ctrl_c_closes_it() -> None:
    """The loop is interrupted while it sleeps, and the window closed as by its own key."""
    code = (
        "from raftlab.projector import window\n"
        "from raftlab.session import Lane, open_scenario\n"
        "window.check_display = lambda: None\n"
        "paint = window.Window.draw\n"
        "window.Window.draw = lambda self: (paint(self), print('up', flush=True))\n"
        "window.run([Lane.begin(open_scenario('healthy-cluster'))], playing=False)\n"
        "print('down')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=20)
    assert (process.returncode, out, error) == (0, "down\n", "")


def test_a_window_is_never_larger_than_the_desktop() -> None:
    from raftlab.projector.window import fitting

    assert fitting((1920, 1080), (2560, 1440)) == (1920, 1080)
    assert fitting((1920, 1080), (1280, 720)) == (1280, 720)
    assert fitting((1920, 1080), (1280, 1024)) == (1280, 720)
