"""Jumps to conflicts and to broken invariants, those found beside an import too."""

from __future__ import annotations

from raftlab.core.invariants import Broken
from raftlab.session import Lane, Opened, Session, open_traces
from raftlab.tui.debug import DebugScreen
from tests.importers.recordings import COPY, logs
from tests.tui.screens import WIDE, recorded, showing, words_on


async def test_conflicts_of_a_real_cluster() -> None:
    opened = open_traces([str(log) for log in logs(COPY)])
    screen = DebugScreen(Session([Lane(opened.timeline)], speed=1.0), opened)
    async with showing(lambda: screen, WIDE) as (app, pilot):
        await pilot.press("home", "o")
        first = screen.session.position
        assert type(opened.timeline.event(first)).__name__ in ("AppendRefused", "LogTruncated")
        await pilot.press("o")
        assert screen.session.position > first
        await pilot.press("O")
        assert screen.session.position == first
        await pilot.press("i")
        assert screen.session.position == first
        assert "no later broken invariant" in words_on(app)


async def test_what_the_checker_found_beside_a_trace() -> None:
    timeline = recorded()
    broken = [Broken("Election Safety", 70, "two"), Broken("Log Matching", 30, "differ")]
    screen = DebugScreen(Session([Lane(timeline)], speed=1.0), Opened(timeline, [], broken))
    async with showing(lambda: screen, WIDE) as (_, pilot):
        await pilot.press("home")
        places = []
        for key in ("i", "i", "I"):
            await pilot.press(key)
            places.append(screen.session.position)

        assert places == [30, 70, 30]
