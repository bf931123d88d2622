"""The terminal's face: how much of a core it takes when nothing moves, and when a cluster plays."""

from __future__ import annotations

import os
import re
import select
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from raftlab.cli.bench.figure import Figure

_COLUMNS, _ROWS = 140, 45
_SECONDS = 6.0
_SETTLE_S = 3.0
_SCENARIO = "healthy-cluster"
_SCREENS = ("watch", "debug")
_FIRST_EVENT = b"A cluster of"
_ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")
_PATIENCE_S = 20


def measure() -> list[Figure]:
    """tui.idle_cpu_percent, tui.play_cpu_percent: percent of one core, of the worse of the two screens that play."""
    params: dict[str, Any] = {"scenario": _SCENARIO, "columns": _COLUMNS, "rows": _ROWS, "seconds": _SECONDS}
    if sys.platform == "win32":
        return []
    idle = max(_cpu_percent(screen, "") for screen in _SCREENS)
    play = max(_cpu_percent(screen, "+ ") for screen in _SCREENS)
    return [
        ("tui.idle_cpu_percent", round(idle, 2), "%", params),
        ("tui.play_cpu_percent", round(play, 2), "%", {**params, "nodes": 5, "frames_per_s": 15, "speed": "1/2"}),
    ]


def _cpu_percent(screen: str, keys: str) -> float:
    """Run a screen in a terminal of its own, press keys, and see what its process takes from then on."""
    with _terminal(screen) as (process, terminal):
        _drain(terminal, _SETTLE_S)
        for key in keys:
            os.write(terminal, key.encode())
            _drain(terminal, 0.2)
        used, begin = _cpu_s(process.pid), time.monotonic()
        _drain(terminal, _SECONDS)
        return 100 * (_cpu_s(process.pid) - used) / (time.monotonic() - begin)


def first_screen_s(path: str) -> float:
    """From the start of a process until the first events of a trace stand in a terminal, in seconds."""
    begin = time.monotonic()
    with _terminal(f"trace:{path}") as (_, terminal):
        drawn = b""
        while _FIRST_EVENT not in _ESCAPES.sub(b"", drawn):
            if not select.select([terminal], [], [], _PATIENCE_S)[0]:
                raise RuntimeError("the debugger shows nothing")
            drawn += os.read(terminal, 1 << 16)
        return time.monotonic() - begin


@contextmanager
def _terminal(screen: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A pseudo-terminal, and a process that shows a screen in it."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "raftlab.cli.bench.terminal", screen],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.terminate()
        _drain(ours, 0.5)
        process.kill()
        process.wait()
        os.close(ours)


def _drain(terminal: int, seconds: float) -> None:
    """Read what is drawn, as a terminal would, for so long."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                os.read(terminal, 1 << 16)
            except OSError:
                time.sleep(left)
                return


def _cpu_s(pid: int) -> float:
    """The processor time that a process has taken, in seconds."""
    if os.path.exists(f"/proc/{pid}/stat"):
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    shown = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    seconds = 0.0
    for part in shown.strip().replace("-", ":").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _show(screen: str) -> None:
    """What the measured process does: show a screen (or "trace:" and its path) until it is stopped."""
    if screen.startswith("trace:"):
        from raftlab.cli.debug import command

        command([screen.removeprefix("trace:")])
        return
    from raftlab.session import open_scenario
    from raftlab.tui.app import RaftlabApp
    from raftlab.tui.debug import DebugScreen
    from raftlab.tui.starting import watch_screen

    watching = watch_screen(open_scenario(_SCENARIO))
    watching.session.move_to(1_000_000)
    RaftlabApp(lambda: watching if screen == "watch" else DebugScreen(watching.session)).run()


if __name__ == "__main__":
    _show(sys.argv[1])
