"""The debugger, by its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from raftlab.core.events import BecameCandidate, ClusterCreated, CommitAdvanced
from raftlab.session import open_traces
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION
from raftlab.tui.app import TooSmall
from raftlab.tui.debug import ALL_TABS, SIDE_TABS, DebugScreen
from raftlab.tui.events import EventList
from raftlab.tui.help import KeyHelp
from raftlab.tui.keys import bindings_of
from raftlab.tui.prompt import Prompt
from raftlab.tui.scan import Scan
from raftlab.tui.watch import WatchScreen
from raftlab.view.palette import DARK
from tests.tui.screens import SMALL, debugger, recorded, showing, words_in, words_on

ETCD = sorted((Path(__file__).parent.parent / "data" / "etcd" / "part_leader3-zap").glob("n?.log"))


async def test_steps_go_forward_and_back() -> None:
    async with showing(debugger) as (app, pilot):
        await pilot.press("right", "n", "n", "left", "p")
        assert isinstance(app.screen, DebugScreen)

        assert app.screen.session.position == 0
        assert "A cluster of 5 nodes begins" in words_in(app, "#caption")


async def test_jumps_go_to_elections_commits_and_faults() -> None:
    async with showing(debugger) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        session = app.screen.session

        await pilot.press("e", "e")
        assert isinstance(session.event(), BecameCandidate)
        second = session.position
        await pilot.press("E")
        assert session.position < second
        await pilot.press("c")
        assert isinstance(session.event(), CommitAdvanced)
        await pilot.press("f")
        assert type(session.event()).__name__ == "NodeCrashed"
        await pilot.press("home", "N")
        assert isinstance(session.event(), ClusterCreated)
        await pilot.press("end")
        assert session.position == len(session.timeline) - 1


async def test_a_jump_that_finds_nothing_says_so_and_stays() -> None:
    async with showing(debugger) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        await pilot.press("E")

        assert app.screen.session.position == -1
        assert "no earlier election" in words_in(app, "#keys")


async def test_every_pane_comes_to_the_front() -> None:
    async with showing(debugger) as (app, pilot):
        await pilot.press("e", "right")
        shown = []
        for name in SIDE_TABS:
            shown.append(words_in(app, f"#{name}").strip())
            await pilot.press("tab")
            await pilot.pause()

        assert all(shown)
        assert "log ends at" in shown[1]
        assert "VoteGranted" in shown[2]
        assert "runs out" in shown[3]


async def test_a_small_terminal_has_tabs_for_everything() -> None:
    async with showing(debugger, SMALL) as (app, pilot):
        await pilot.press("c")
        for name in ALL_TABS:
            assert words_in(app, f"#{name}").strip(), name
            await pilot.press("tab")
            await pilot.pause()


async def test_a_text_is_found_and_found_again() -> None:
    async with showing(debugger) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        await pilot.press("slash", *"leader", "enter")
        await pilot.pause()
        first = app.screen.session.position
        await pilot.press("enter")
        await pilot.pause()

        assert "leader" in words_in(app, "#caption")
        assert app.screen.session.position > first >= 0
        await pilot.press("backspace")
        assert app.screen.session.position == first


async def test_a_predicate_is_run_until_it_holds() -> None:
    async with showing(debugger) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        await pilot.press("colon")
        await pilot.press(*"commit", "space", "greater_than_sign", "equals_sign", "space", "3", "enter")
        await pilot.pause(0.2)

        assert app.screen.session.event() is not None
        assert max(node.commit_index for node in app.screen.session.state().nodes.values()) == 3


async def test_a_predicate_with_a_mistake_is_refused_where_it_was_typed() -> None:
    async with showing(debugger) as (app, pilot):
        await pilot.press("n", "colon", *"nonsense", "enter")

        assert isinstance(app.screen, Prompt)
        assert "nonsense" in str(app.screen.query_one("#prompt-hint").render())


async def test_going_to_a_time() -> None:
    async with showing(debugger) as (app, pilot):
        await pilot.press("g", *"2", "full_stop", *"6s", "enter")
        await pilot.pause()
        assert isinstance(app.screen, DebugScreen)

        assert app.screen.session.position == recorded().index_at(2_600_000)


async def test_the_filter_hides_noise_and_rows_step_over_what_is_left() -> None:
    async with showing(debugger) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        await pilot.press("h", "h", "h", "home", "down", "down")

        turns = app.screen.scan.listed(3)
        assert app.screen.session.position == turns[1]
        assert "turns" in words_in(app, "#events")


async def test_a_nodes_pane_and_the_cause() -> None:
    async with showing(debugger) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        await pilot.press("e", "3")
        await pilot.pause()
        assert "n3" in words_in(app, "#node")

        before = app.screen.session.position
        await pilot.press("u")
        assert app.screen.session.position == recorded().event(before).cause


async def test_playing_moves_on_and_stops_its_clock() -> None:
    async with showing(debugger) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        await pilot.press("plus", "plus", "space")
        await pilot.pause(0.3)
        await pilot.press("space")

        assert app.screen.session.position > 5
        assert app.screen._playing is None


async def test_a_source_without_a_clock_plays_at_an_even_pace() -> None:
    timeline = Timeline(TraceHeader(VERSION, unit="step"))
    for event in recorded().events(0, 50):
        timeline.append(event)
    async with showing(lambda: debugger(timeline)) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        app.screen.session.playing = True
        app.screen.advance(1_000_000)
        await pilot.pause()
        assert app.screen.session.position == 5

        app.screen.session.playing = True
        app.screen.advance(60_000_000)
        assert app.screen.session.position == 49
        assert not app.screen.session.playing


async def test_the_help_lists_every_key_of_the_footer() -> None:
    async with showing(debugger, (140, 70)) as (app, pilot):
        shown = [binding.tooltip or binding.description for binding in bindings_of(app.screen) if binding.show]
        await pilot.press("question_mark")
        await pilot.pause()

        assert isinstance(app.screen, KeyHelp)
        assert all(words in words_on(app) for words in shown)


async def test_a_foreign_trace_shows_its_places_and_cant_be_changed() -> None:
    opened = open_traces([str(path) for path in ETCD])
    async with showing(lambda: debugger(opened.timeline, opened)) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        await pilot.press("e", "e")

        assert "lines skipped" in words_in(app, "#title")
        assert ".log:" in words_in(app, "#caption")
        await pilot.press("w")
        assert isinstance(app.screen, DebugScreen)
        assert "another system" in words_in(app, "#keys")


async def test_a_run_of_ours_can_be_taken_up() -> None:
    async with showing(debugger) as (app, pilot):
        await pilot.press("c", "w")

        assert isinstance(app.screen, WatchScreen)


async def test_a_click_goes_to_the_row_and_to_the_time() -> None:
    async with showing(debugger) as (app, pilot):
        assert isinstance(app.screen, DebugScreen)
        await pilot.click("#events", offset=(20, 4))
        assert app.screen.session.position == 3

        await pilot.click("#tape", offset=(70, 1))
        assert app.screen.session.position > 1000


async def test_a_window_made_too_small_says_so_and_recovers() -> None:
    async with showing(debugger) as (app, pilot):
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert isinstance(app.screen, TooSmall)

        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert isinstance(app.screen, DebugScreen)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (107, 29), (108, 30), (240, 70)])
async def test_it_fits_every_size(size: tuple[int, int]) -> None:
    async with showing(debugger, size) as (app, pilot):
        await pilot.press("e", "e", "right")

        assert "? keys" in words_in(app, "#keys")
        assert "term 2" in words_on(app)


def test_a_million_rows_cost_only_those_that_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = recorded()
    asked: list[int] = []

    class Long(Timeline):
        """Claims to be long; counts what is asked of it."""

        def __len__(self) -> int:
            return 1_000_000

        def event(self, position: int) -> object:  # type: ignore[override]
            asked.append(position)
            return timeline.event(position % len(timeline))

    listed = EventList()
    monkeypatch.setattr(EventList, "theme_colours", DARK)
    monkeypatch.setattr(EventList, "mono", False)
    listed._scan, listed._position, listed.top = Scan(Long(timeline.header)), 500_000, 499_990

    grid = listed.paint(80, 40)

    assert grid.height == 40
    assert sorted(asked) == list(range(499_990, 499_990 + 39))
