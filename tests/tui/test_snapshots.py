"""What a few screens look like as a whole; `pytest tests/tui --snapshot-update` takes them anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from raftlab.tui.app import RaftlabApp
from raftlab.tui.debug import DebugScreen
from raftlab.tui.home import HomeScreen, LessonEntry
from raftlab.tui.learn import LearnScreen
from tests.tui.screens import debugger, recorded
from tests.tutor.small import play

Compare = Callable[..., bool]


async def settle(pilot: Pilot[None]) -> None:
    for _ in range(3):
        await pilot.pause()


def test_debugger_in_a_partition(snap_compare: Compare) -> None:
    app = RaftlabApp(lambda: debugger(recorded("symmetric-partition", 6_000_000)))

    assert snap_compare(app, terminal_size=(140, 45), press=["e", "e", "N", "right"], run_before=settle)


def test_debugger_with_breakpoints(snap_compare: Compare) -> None:
    app = RaftlabApp(lambda: debugger(recorded("leader-crash", 6_000_000)))

    async def settle_all(pilot: Pilot[None]) -> None:
        screen = app.screen
        assert isinstance(screen, DebugScreen)
        for text in ("kind BecameLeader", "commit > 3", "invariant"):
            screen.bench.breakpoints.add(text)
        screen.bring("breaks")
        screen.bench.notes.put(42, screen.session.timeline.time_of(42), "from here n4 leads")
        while screen.bench.tracks.behind:
            screen.bench.tracks.catch_up(0.1)
        await pilot.press("r", "n", "n")
        await settle(pilot)

    assert snap_compare(app, terminal_size=(140, 45), run_before=settle_all)


def test_lesson_in_a_small_terminal(snap_compare: Compare) -> None:
    app = RaftlabApp(lambda: LearnScreen(play(at="crash-one")))

    assert snap_compare(app, terminal_size=(80, 24), run_before=settle)


def test_home_in_light_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    path = [
        LessonEntry("first", "The first", "It is done.", 1.0, True, 9),
        LessonEntry("second", "The second", "It is begun.", 0.4),
        LessonEntry("third", "The third", "It is still to come."),
    ]
    monkeypatch.setattr("raftlab.tui.home.course", lambda progress: path)

    assert snap_compare(RaftlabApp(HomeScreen), terminal_size=(110, 34), press=["T"], run_before=settle)
