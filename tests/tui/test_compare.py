"""What was beside what would have been."""

from __future__ import annotations

from raftlab.core.commands import Crash
from raftlab.core.events import CommandGiven
from raftlab.session import Lane, Opened, Session, open_traces
from raftlab.tui.compare import CompareScreen
from raftlab.tui.debug import DebugScreen
from tests.importers.recordings import COPY, logs
from tests.tui.screens import SMALL, WIDE, debugger, recorded, showing, words_on


def crash() -> int:
    timeline = recorded()
    return next(
        place
        for place in timeline.postings("CommandGiven")
        if isinstance(event := timeline.event(place), CommandGiven) and isinstance(event.command, Crash)
    )


async def test_a_crash_that_was_not() -> None:
    async with showing(debugger, WIDE) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        app.screen.session.seek(crash())
        await pilot.press("K")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        await pilot.pause()
        words = words_on(app)
        assert "without: n4 crashes" in words or "without:" in words
        assert f"they part at event {crash():,}" in words
        await pilot.press("end")
        one, other = screen.session.lanes
        assert one.state().leader() is not None
        assert one.state().leader().current_term > other.state().leader().current_term  # type: ignore[union-attr]
        await pilot.press("d")
        assert one.position == crash()
        await pilot.press("tab", "right")
        assert screen.session.focus == 1
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, DebugScreen)
        assert app.screen.session.position == crash()


async def test_in_a_small_terminal_one_run_at_a_time() -> None:
    async with showing(debugger, SMALL) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        app.screen.session.seek(crash())
        await pilot.press("K")
        await pilot.pause()
        sides = [app.screen.query_one(f"#side-{number}").display for number in range(2)]
        assert sides == [True, False]
        await pilot.press("tab")
        assert [app.screen.query_one(f"#side-{number}").display for number in range(2)] == [False, True]


async def test_what_isnt_a_command_and_what_isnt_ours_say_so() -> None:
    async with showing(debugger, WIDE) as (app, pilot):
        app.screen.session.seek(crash() + 1)  # type: ignore[attr-defined]
        await pilot.press("K")
        await pilot.pause()
        assert "this event is no command" in words_on(app)
    opened: Opened = open_traces([str(log) for log in logs(COPY)])
    screen = DebugScreen(Session([Lane(opened.timeline)], speed=1.0), opened)
    async with showing(lambda: screen, WIDE) as (app, pilot):
        await pilot.press("n", "K")
        await pilot.pause()
        assert "recorded from another system" in words_on(app)
