"""Screens under test: an application without a terminal, a recorded run, and what a person would read of it all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache

from textual.pilot import Pilot
from textual.screen import Screen

from raftlab.session import Lane, Opened, Session, open_scenario
from raftlab.trace import Timeline
from raftlab.tui.app import RaftlabApp
from raftlab.tui.debug import DebugScreen
from raftlab.tui.grid import Grid
from raftlab.tui.lines import Lines

WIDE = (140, 45)
SMALL = (80, 24)


@lru_cache(maxsize=8)
def recorded(name: str = "leader-crash", until_us: int = 6_000_000) -> Timeline:
    """The timeline of a scenario that has been run; shared, so not to be appended to."""
    lane = Lane.begin(open_scenario(name))
    lane.move_to(until_us)
    return lane.timeline


def debugger(timeline: Timeline | None = None, opened: Opened | None = None) -> DebugScreen:
    """The debugger on a recording."""
    timeline = recorded() if timeline is None else timeline
    return DebugScreen(Session([Lane(timeline)], speed=1.0), opened, "a recording")


@asynccontextmanager
async def showing(
    first: Callable[[], Screen[None]], size: tuple[int, int] = WIDE
) -> AsyncIterator[tuple[RaftlabApp, Pilot[None]]]:
    """An application that shows a screen, and what presses its keys."""
    app = RaftlabApp(first)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.pause()
        yield app, pilot


def text_of(grid: Grid) -> str:
    """What stands on a grid; pixels are blanks."""
    return "\n".join("".join(letter or " " for letter in row).replace("\0", "") for row in grid.letters)


def words_on(app: RaftlabApp) -> str:
    """Everything that is written on the screen in front, widget by widget."""
    return "\n".join(
        "\n".join(strip.text for strip in lines._strips) for lines in app.screen.query(Lines) if lines.display
    )


def words_in(app: RaftlabApp, selector: str) -> str:
    """What one widget shows."""
    return "\n".join(strip.text for strip in app.screen.query_one(selector, Lines)._strips)
