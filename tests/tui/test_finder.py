"""Finding one of many: headings, typed letters, pages; on the chooser of scenarios, which needs all of it."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from raftlab.core.scenario import TOPICS
from raftlab.session.opening import shipped_scenarios
from raftlab.tui.app import RaftlabApp
from raftlab.tui.finder import Finder
from raftlab.tui.home import HomeScreen
from raftlab.tui.pane import Pane
from raftlab.tui.watch import WatchScreen
from tests.tui.screens import SMALL, WIDE, showing, words_in

FOUND = shipped_scenarios()


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()
    await pilot.pause()


def shows(app: RaftlabApp, kind: type[Screen[Any]]) -> bool:
    """Whether the screen in front is of a kind (asked anew: a key may have changed it)."""
    return isinstance(app.screen, kind)


def row_of(app: RaftlabApp) -> str:
    """The row under the cursor."""
    (row,) = [row for row in words_in(app, "#box-lines").splitlines() if "▸" in row]
    return row


@pytest.mark.parametrize("size", [WIDE, SMALL, (60, 20)])
async def test_scenarios_stand_under_their_topics(size: tuple[int, int]) -> None:
    async with showing(HomeScreen, size) as (app, pilot):
        await press(pilot, "w")
        rows = [row.strip() for row in words_in(app, "#box-lines").splitlines()]

        assert rows[0] == TOPICS[0]
        assert rows[1].startswith(f"▸ 1 {FOUND[0].title} (5)")
        assert any(row.startswith(TOPICS[1]) for row in rows)
        foot = words_in(app, "#box-foot")
        assert " ".join(foot.split()).startswith(FOUND[0].teaches)
        assert "esc closes" in foot


@pytest.mark.parametrize("size", [SMALL, (60, 20)])
async def test_whoever_the_cursor_is_on_can_be_read_in_full(size: tuple[int, int]) -> None:
    async with showing(HomeScreen, size) as (app, pilot):
        await press(pilot, "w")
        for it in FOUND:
            row = row_of(app)
            title = row.split("▸")[1][2:].split("   ")[0].rstrip().removesuffix("…")
            whole = f"{it.title} ({len(it.nodes)})"
            assert whole.startswith(title.strip())
            assert len(title.strip()) >= min(len(whole), 40)
            assert " ".join(words_in(app, "#box-foot").split()).startswith(it.teaches)
            await press(pilot, "down")
        assert FOUND[0].title in row_of(app)


async def test_pages_and_ends() -> None:
    async with showing(HomeScreen, SMALL) as (app, pilot):
        for keys, place in (
            (("w",), 0),
            (("pagedown",), 10),
            (("pagedown",), 20),
            (("pageup",), 10),
            (("end",), -1),
            (("pagedown",), -1),
            (("pageup",), -11),
            (("home",), 0),
            (("pageup",), 0),
        ):
            await press(pilot, *keys)
            assert FOUND[place].title in row_of(app)


async def test_typed_letters_keep_those_that_have_them() -> None:
    async with showing(HomeScreen, SMALL) as (app, pilot):
        await press(pilot, "w", *"TORN", "space", *"disk")
        assert "with 'TORN disk': " in words_in(app, "#box-foot")
        assert "torn-disk" not in words_in(app, "#box-lines")
        # The one has a disk in its topic, the other in its name.
        assert "What a crash leaves on a disk" in words_in(app, "#box-lines")
        assert "A server whose disk lost an entry" in words_in(app, "#box-lines")
        assert FOUND[0].title not in words_in(app, "#box-lines")

        await press(pilot, "down", "enter")
        assert shows(app, WatchScreen)


async def test_a_digit_chooses_until_letters_are_typed() -> None:
    async with showing(HomeScreen, SMALL) as (app, pilot):
        await press(pilot, "w", *"etcd", "space", *"100")
        assert shows(app, Finder)
        assert "▸   etcd as it comes (3)" in row_of(app)
        await press(pilot, "escape", "2")
        assert shows(app, WatchScreen)


async def test_what_is_typed_can_be_taken_back() -> None:
    async with showing(HomeScreen, SMALL) as (app, pilot):
        await press(pilot, "w", *"wqq", "enter")
        assert "nothing has these letters" in words_in(app, "#box-lines")
        await press(pilot, "down", "pagedown", "end", "home")
        await press(pilot, "backspace", "backspace", "backspace", "backspace")
        assert f"▸ 1 {FOUND[0].title}" in row_of(app)

        await press(pilot, "x", "escape")
        assert shows(app, Finder)
        await press(pilot, "escape")
        assert shows(app, HomeScreen)


async def test_a_click_on_a_row_chooses_it_and_on_a_heading_nothing() -> None:
    async with showing(HomeScreen, SMALL) as (app, pilot):
        await press(pilot, "w")
        rows = words_in(app, "#box-lines").splitlines()
        (heading,) = [y for y, row in enumerate(rows) if row.strip() == TOPICS[1]]
        pane = app.screen.query_one("#box-lines", Pane)

        await pilot.click(pane, offset=(4, heading))
        assert shows(app, Finder)
        await pilot.click(pane, offset=(4, heading + 1))
        await pilot.pause()
        assert shows(app, WatchScreen)
        first = next(it for it in FOUND if it.topic == TOPICS[1])
        assert isinstance(app.screen, WatchScreen)
        assert app.screen.session.timeline.header.scenario == first.name
