"""`H`: are the client histories of a recording linearizable?"""

from __future__ import annotations

from msgspec.structs import replace

from raftlab.core.linearizability import Outcome, Verdict
from raftlab.session import Lane, Session, open_scenario
from raftlab.trace import Timeline
from raftlab.tui.debug import DebugScreen
from raftlab.tui.histories import HistoriesScreen, Inspection
from raftlab.tui.starting import watch_screen
from raftlab.tui.watch import WatchScreen
from tests.tui.screens import SMALL, recorded, showing, words_in


def stale() -> Timeline:
    """A run in which a leader that leads no longer answers a read at once."""
    lane = Lane.begin(replace(open_scenario("stale-read"), off=("read-at-once",)))
    lane.move_to(3_000_000)
    return lane.timeline


def debugger(timeline: Timeline) -> DebugScreen:
    return DebugScreen(Session([Lane(timeline)], speed=1.0), None, "a recording")


def test_it_goes_on_in_slices_and_says_how_far_it_is() -> None:
    found = Inspection(recorded())
    found.step(0.0)
    assert "looking at what clients asked 0%" in found.words
    while not found.over:
        found.step()

    assert found.words == "client histories: linearizable (17 operations)"


async def test_a_run_that_is_linearizable() -> None:
    async with showing(lambda: debugger(recorded())) as (app, pilot):
        await pilot.press("H")
        await pilot.pause(0.5)

        assert "client histories: linearizable (17 operations)" in words_in(app, "#box-lines")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, DebugScreen)
        assert app.screen.session.position == -1, "there is nowhere to go"


async def test_a_stale_answer_is_told_in_words_and_enter_goes_there() -> None:
    async with showing(lambda: debugger(stale()), SMALL) as (app, pilot):
        await pilot.press("H")
        await pilot.pause(0.5)

        said = " ".join(words_in(app, "#box-lines").split())
        assert "NOT linearizable (key x)" in said
        assert "reader read x = 1" in said
        assert "had been acknowledged to you before the read began" in said
        assert "esc closes" in said
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, DebugScreen)
        assert app.screen.session.position == 489


async def test_a_search_that_gave_up_is_no_violation() -> None:
    async with showing(lambda: debugger(recorded())) as (app, pilot):
        await pilot.press("H")
        await pilot.pause(0.5)
        assert isinstance(app.screen, HistoriesScreen)
        app.screen._inspection.verdicts = [Verdict(("x",), Outcome.UNKNOWN, 7, 2, "no order was found within 10 steps")]
        app.screen.refresh_lines()
        await pilot.pause()
        await pilot.pause()

        said = words_in(app, "#box-lines")
        assert "client histories: unknown" in said
        assert "no order was found within 10 steps" in said
        assert app.screen.wrong is None


async def test_it_is_a_key_away_while_a_cluster_lives_and_stands_under_more() -> None:
    async with showing(lambda: watch_screen(open_scenario("healthy-cluster"))) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        app.screen.session.move_to(3_000_000)
        await pilot.press("H")
        await pilot.pause(0.5)
        assert "linearizable (6 operations)" in words_in(app, "#box-lines")

        await pilot.press("escape", "m", "up", "enter")
        await pilot.pause(0.5)
        assert "linearizable (6 operations)" in words_in(app, "#box-lines")
