"""Starting and leaving in a real (pseudo-)terminal: sizes, no terminal at all, signals."""

from __future__ import annotations

import os
import pty
import select
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from raftlab.session.lane import header_of
from raftlab.session.opening import open_scenario
from raftlab.trace.writer import TraceWriter
from tests.tui.screens import recorded

fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

ALTERNATE, MAIN = b"\x1b[?1049h", b"\x1b[?1049l"


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    path = tmp_path / "crash.trace"
    with TraceWriter(path, header_of(open_scenario("leader-crash"))) as writer:
        for event in recorded():
            writer.append(event)
    return path


class Terminal:
    """raftlab in a terminal of a size."""

    def __init__(self, arguments: list[str], columns: int, rows: int) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "raftlab", *arguments],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(theirs)
        self._ours = ours
        self.output = b""

    def read_until(self, wanted: bytes, seconds: float = 20.0) -> bool:
        """Read until something was written; False when it never is."""
        end = time.monotonic() + seconds
        while wanted not in self.output and time.monotonic() < end:
            if select.select([self._ours], [], [], 0.1)[0]:
                try:
                    piece = os.read(self._ours, 65536)
                except OSError:
                    break
                if not piece:
                    break
                self.output += piece
        return wanted in self.output

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._ours, keys)

    def close(self) -> int:
        """What is still written is read; the exit code."""
        self.read_until(b"never written", 1.0)
        code = self.process.wait(10)
        os.close(self._ours)
        return code


def test_a_terminal_of_40x12_is_refused(trace: Path) -> None:
    terminal = Terminal(["debug", str(trace)], 40, 12)

    code = terminal.close()

    assert code == 2
    assert b"the terminal is 40x12; raftlab debug needs at least 60x20" in terminal.output
    assert ALTERNATE not in terminal.output


def test_without_a_terminal_debug_names_what_works_without(trace: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "raftlab", "debug", str(trace)], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert "raftlab events" in done.stderr
    assert done.stdout == ""


def test_without_a_terminal_learn_lists_the_course() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "raftlab", "learn"], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )

    assert done.returncode == 0
    assert "quorum-math" in done.stdout


@pytest.mark.parametrize("how", ["q", "ctrl-c", "SIGINT", "SIGTERM"])
def test_however_it_ends_the_terminal_is_given_back(trace: Path, how: str) -> None:
    terminal = Terminal(["debug", str(trace)], 100, 30)
    assert terminal.read_until(b"A cluster of"), terminal.output[-2000:]

    if how == "q":
        terminal.type(b"q")
    elif how == "ctrl-c":
        terminal.type(b"\x03")
    else:
        terminal.process.send_signal(getattr(signal, how))
    terminal.read_until(MAIN)
    code = terminal.close()

    assert code == 0
    assert MAIN in terminal.output
    assert b"\x1b[?25h" in terminal.output, "the cursor is shown again"
    assert b"Traceback" not in terminal.output


def test_a_terminal_that_is_closed_ends_it(trace: Path) -> None:
    terminal = Terminal(["debug", str(trace)], 100, 30)
    assert terminal.read_until(b"A cluster of"), terminal.output[-2000:]

    terminal.process.send_signal(signal.SIGHUP)

    assert terminal.process.wait(10) == 129  # at once: whoever waits for a terminal that is gone waits for ever


def test_a_trace_on_standard_input_leaves_the_keys_to_the_terminal() -> None:
    """Only the refusal can be tested without a controlling terminal: it must not hang, and not read for ever."""
    done = subprocess.run(
        [sys.executable, "-m", "raftlab", "debug", "-"], input="", capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 2
