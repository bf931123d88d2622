"""The debugger: notes and bookmarks, what the list is limited to, tabs that don't all fit, help by groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from raftlab.session import Lane, Opened, Session, open_scenario
from raftlab.session.notes import Note, Notes
from raftlab.tui.debug import ALL_TABS, DebugScreen
from raftlab.tui.help import KeyHelp
from raftlab.tui.prompt import Prompt
from raftlab.tui.starting import debug_screen
from raftlab.tui.watch import WatchScreen
from tests.tui.screens import SMALL, debugger, recorded, showing, words_in, words_on
from tests.tui.test_debug_breaks import screen_of, type_in


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], DebugScreen]:
    """Opens the debugger on a trace that stands in a directory of its own."""
    monkeypatch.setenv("RAFTLAB_STATE_DIR", str(tmp_path / "state"))
    return lambda: debug_screen(Opened(recorded(), [], []), [str(tmp_path / "run.trace")])


def notes_in(tmp_path: Path) -> list[Note]:
    return list(Notes(tmp_path / "run.trace"))


async def test_a_note_is_written_shown_and_there_when_the_trace_is_opened_again(
    noted: Callable[[], DebugScreen], tmp_path: Path
) -> None:
    async with showing(noted) as (app, pilot):
        screen_of(app).seek(40)
        await type_in(pilot, "a", "n4 leads from here")
        assert "noted in run.trace.notes.yaml" in words_in(app, "#keys")
    assert notes_in(tmp_path) == [Note(40, recorded().time_of(40), "n4 leads from here")]

    async with showing(noted) as (app, pilot):
        await pilot.press("full_stop")
        assert screen_of(app).session.position == 40
        assert "n4 leads from here" in words_in(app, "#keys")
        assert "✎ n4 leads from here" in words_in(app, "#caption")
        assert "✎n4" in words_in(app, "#events").replace(" ", "")
        await pilot.press("home")
        assert "✎" in words_in(app, "#tape"), "where the playhead doesn't cover it"
        screen_of(app).bring("notes")
        await pilot.pause()
        assert "run.trace.notes.yaml" in words_in(app, "#notes").replace("\n", "").replace(" ", "")
        assert "n4 leads from here" in words_in(app, "#notes")


async def test_bookmarks_come_and_go_and_are_stepped_through(noted: Callable[[], DebugScreen], tmp_path: Path) -> None:
    async with showing(noted) as (app, pilot):
        session = screen_of(app).session
        await pilot.press("k")
        assert "nothing to mark" in words_in(app, "#keys")
        await pilot.press("n", "k", "end", "k", "home", "full_stop", "full_stop", "full_stop")
        assert session.position == len(recorded()) - 1
        assert "no later note" in words_in(app, "#keys")
        await pilot.press("comma")
        assert session.position == 0
        await pilot.press("k")
    assert [note.position for note in notes_in(tmp_path)] == [len(recorded()) - 1]


async def test_notes_are_changed_deleted_and_gone_to_in_their_window(
    noted: Callable[[], DebugScreen], tmp_path: Path
) -> None:
    async with showing(noted) as (app, pilot):
        screen = screen_of(app)
        for position in (40, 50):
            screen.seek(position)
            await type_in(pilot, "a", f"at {position}")
        await pilot.press("k")
        assert "A deletes it" in words_in(app, "#keys")
        await pilot.press("A")
        await pilot.pause()
        assert "at 40" in words_on(app)
        await pilot.press("enter")
        await pilot.pause()
        assert screen.session.position == 40

        await pilot.press("A", "down")
        await pilot.pause()
        await type_in(pilot, "e", "changed")
        await pilot.press("A", "d", "escape")
        assert [note.text for note in notes_in(tmp_path)] == ["changed"]


async def test_a_damaged_notes_file_is_told_when_the_trace_is_opened(
    noted: Callable[[], DebugScreen], tmp_path: Path
) -> None:
    (tmp_path / "run.trace.notes.yaml").write_text("notes:\n  - {event: one, at: 3}\n", "utf-8")
    async with showing(noted) as (app, pilot):
        await pilot.pause(0.4)

        shown = words_in(app, "#notes").replace("\n", "").replace(" ", "")
        assert "run.trace.notes.yaml:2:13" in shown
        assert "thefileiskept" in shown


async def test_a_run_without_a_file_says_how_long_its_notes_are_kept() -> None:
    async with showing(debugger) as (app, pilot):
        await pilot.press("n")
        await type_in(pilot, "a", "x")
        assert "until you leave" in words_in(app, "#keys")


async def test_the_list_is_limited_its_title_says_so_and_escape_lists_all() -> None:
    async with showing(debugger) as (app, pilot):
        screen = screen_of(app)
        await type_in(pilot, "l", "node n1 kind VoteGranted, VoteRefused")
        expected = [
            at
            for at, event in enumerate(recorded())
            if event.node == "n1" and type(event).__name__ in ("VoteGranted", "VoteRefused")
        ]
        title = words_in(app, "#events").split("\n")[0]
        assert "only kind VoteGranted, VoteRefused node n1" in title
        await pilot.press("down", "down")
        assert screen.session.position == expected[1]
        await pilot.press("up")
        assert screen.session.position == expected[0]

        await pilot.press("escape")
        await pilot.pause()
        assert words_in(app, "#events").split("\n")[0].strip() == "events"
        assert screen.listing is None


async def test_an_empty_answer_lists_all_and_a_mistake_is_told() -> None:
    async with showing(debugger) as (app, pilot):
        await type_in(pilot, "ampersand", "kind Vote")
        assert isinstance(app.screen, Prompt)
        assert "did you mean VoteCounted or VoteGranted" in str(app.screen.query_one("#prompt-hint").render())
        await pilot.press("escape")
        await type_in(pilot, "l", "term 2")
        assert screen_of(app).listing is not None
        await type_in(pilot, "l", "")
        assert screen_of(app).listing is None


async def test_a_limit_and_the_noise_filter_hold_together() -> None:
    from raftlab.view.importance import importance

    async with showing(debugger) as (app, pilot):
        await type_in(pilot, "l", "node n1")
        await pilot.press("h", "h")
        await pilot.pause()
        listing = screen_of(app).listing
        assert listing is not None
        while listing.behind:
            listing.catch_up(0.1)

        expected = [at for at, it in enumerate(recorded()) if it.node == "n1" and importance(it) >= 2]
        assert list(listing.positions) == expected


async def test_tabs_that_dont_all_fit_say_that_there_are_more_and_are_reached() -> None:
    async with showing(debugger, SMALL) as (app, pilot):
        await pilot.press("c")
        seen = set()
        for name in ALL_TABS:
            line = words_in(app, "#all-tabs")
            assert f" {name} " in line
            assert len(line.rstrip()) <= 80
            assert ("‹" in line) or ("›" in line)
            seen.add(name)
            await pilot.press("tab")
            await pilot.pause()
        assert len(seen) == len(ALL_TABS)
        assert "›" in words_in(app, "#all-tabs")
        await pilot.click("#all-tabs", offset=(79, 0))
        await pilot.pause()
        assert screen_of(app).front in ALL_TABS[6:]


async def test_space_time_stands_among_the_tabs_and_a_click_goes_there() -> None:
    async with showing(debugger) as (app, pilot):
        screen = screen_of(app)
        screen.seek(60)
        screen.bring("space-time")
        await pilot.pause()
        await pilot.pause()
        assert "n1" in words_in(app, "#space-time")
        await pilot.click("#space-time", offset=(4, 3))
        await pilot.pause()
        assert screen.session.position != 60


@pytest.mark.parametrize("size", [(140, 60), (90, 40)])
async def test_help_groups_keys_by_what_they_are_for(size: tuple[int, int]) -> None:
    async with showing(debugger, size) as (app, pilot):
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, KeyHelp)
        found = ""
        for _ in range(12):
            found += words_on(app)
            await pilot.press("pagedown")
        for title in ("step", "run", "find", "turns", "watch and compare", "note", "see", "signs", "everywhere"):
            assert f" {title} " in found.replace("\n", " "), title
        assert "reverse-continue to the breakpoint before" in found
        assert "back to where u came from" in found
        titles = [group[0][0].text for group in app.screen._keys()]
        assert "keys" not in titles, "every key of the debugger has a group"


async def test_help_of_a_screen_without_groups_has_one_for_its_keys() -> None:
    async with showing(lambda: WatchScreen(Session([Lane.begin(open_scenario("leader-crash"))]), "x")) as (app, pilot):
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, KeyHelp)
        keys = app.screen._keys()

    titles = {group[0][0].text: len(group) for group in keys}
    assert list(titles) == ["keys", "everywhere"]
    assert titles["keys"] > 8


def test_every_key_of_the_debugger_does_one_thing() -> None:
    from textual.binding import Binding

    from raftlab.tui.debug_keys import DEBUG_KEYS

    keys = [key for binding in DEBUG_KEYS if isinstance(binding, Binding) for key in binding.key.split(",")]
    assert len(keys) == len(set(keys))
    for binding in DEBUG_KEYS:
        assert isinstance(binding, Binding)
        name = binding.action.split("(")[0]
        assert hasattr(DebugScreen, f"action_{name}"), name
