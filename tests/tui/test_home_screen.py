"""The way in: the home screen, and what is remembered."""

from __future__ import annotations

from pathlib import Path

from raftlab.session.lane import header_of
from raftlab.session.opening import open_scenario
from raftlab.trace.writer import TraceWriter
from raftlab.tui.chooser import Chooser
from raftlab.tui.debug import DebugScreen
from raftlab.tui.home import HomeScreen
from raftlab.tui.learn import LearnScreen
from raftlab.tui.prompt import Prompt
from raftlab.tui.recent import remember, remembered
from raftlab.tui.watch import WatchScreen
from raftlab.tutor.library import lesson_names
from raftlab.tutor.progress import Progress
from tests.tui.screens import SMALL, recorded, showing, words_on


def a_trace(folder: Path) -> Path:
    path = folder / "crash.trace"
    with TraceWriter(path, header_of(open_scenario("leader-crash"))) as writer:
        for event in recorded():
            writer.append(event)
    return path


async def test_it_shows_the_entries_and_the_course() -> None:
    for size in ((140, 45), SMALL, (60, 20)):
        async with showing(HomeScreen, size) as (app, _pilot):
            shown = words_on(app)
            assert all(word in shown for word in ("learn", "watch", "debug", "Quorum math"))
            assert f"0 of {len(lesson_names())} lessons done" in shown


async def test_what_is_done_is_seen_on_the_path() -> None:
    progress = Progress.open()
    progress.finish_lesson(lesson_names()[0])
    async with showing(HomeScreen) as (app, _pilot):
        assert "1 of" in words_on(app)
        assert "●  1" in words_on(app)


async def test_each_entry_leads_on_and_q_leads_back() -> None:
    async with showing(HomeScreen) as (app, pilot):
        await pilot.press("l", "enter")
        await pilot.pause()
        assert isinstance(app.screen, LearnScreen)
        await pilot.press("q", "w", "1")
        await pilot.pause()
        assert isinstance(app.screen, WatchScreen)
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


async def test_a_trace_is_opened_by_its_path_and_remembered(tmp_path: Path) -> None:
    path = a_trace(tmp_path)
    async with showing(HomeScreen) as (app, pilot):
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Prompt)
        app.screen.query_one("#prompt-input").value = str(tmp_path / "*.trace")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, DebugScreen)
        await pilot.press("q", "d")
        await pilot.pause()

        assert remembered().recent == ((str(path),),)
        assert isinstance(app.screen, Chooser)


async def test_a_path_that_isnt_there_is_refused_where_it_was_typed() -> None:
    async with showing(HomeScreen) as (app, pilot):
        await pilot.press("d", *"nowhere", "enter")
        await pilot.pause()

        assert isinstance(app.screen, Prompt)
        assert "no file" in str(app.screen.query_one("#prompt-hint").render())


async def test_the_theme_is_kept() -> None:
    async with showing(HomeScreen) as (app, pilot):
        await pilot.press("T")
        assert app.theme == "raftlab-light"

    async with showing(HomeScreen) as (app, _pilot):
        assert app.theme == "raftlab-light"


def test_a_broken_memory_is_as_good_as_none() -> None:
    from raftlab.tui.recent import state_file

    remember(theme="light", opened=("a.trace",))
    assert remembered().theme == "light"
    state_file().write_text("{nonsense")

    assert remembered().recent == ()
    assert remembered().theme == "dark"
