"""The space-time diagram in a terminal: what is drawn, in which sizes, and where a click goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import on
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen

from raftlab.core import events as e
from raftlab.core.commands import Partition
from raftlab.core.messages import RequestVote
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION
from raftlab.tui import space_time
from raftlab.tui.grid import DIM
from raftlab.tui.space_time import SpaceTime
from raftlab.tui.space_time_art import not_shown, words_that_fit
from tests.tui.screens import recorded, showing

VOTE = RequestVote(1, 0, 0)


class Alone(Screen[None]):
    """The diagram and nothing else, in a size of its own."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.pane = SpaceTime(id="space-time")
        self.pane.styles.width, self.pane.styles.height = width, height
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    @on(SpaceTime.Chosen)
    def note(self, message: SpaceTime.Chosen) -> None:
        self.chosen.append(message.position)


@asynccontextmanager
async def diagram(width: int = 100, height: int = 30) -> AsyncIterator[tuple[SpaceTime, Pilot[None]]]:
    """A pane of a size, on a screen that is large enough."""
    screen = Alone(width, height)
    async with showing(lambda: screen, (max(width, 80), max(height, 24))) as (_, pilot):
        yield screen.pane, pilot


def rows(pane: SpaceTime) -> list[str]:
    return [strip.text for strip in pane._strips]


def row_with(pane: SpaceTime, *texts: str) -> str:
    return next(row for row in rows(pane) if all(text in row for text in texts))


def story(*events: e.Event, nodes: tuple[str, ...] = ("n1", "n2", "n3")) -> Timeline:
    timeline = Timeline(TraceHeader(VERSION, nodes=nodes))
    timeline.append(e.ClusterCreated(0, None, None, None, nodes))
    for event in events:
        timeline.append(event)
    return timeline


async def test_an_election_with_its_names_its_rows_and_its_signs() -> None:
    timeline = recorded()
    leads = timeline.postings("BecameLeader")[0]
    async with diagram(110, 30) as (pane, _):
        pane.show(timeline, leads)

        head = rows(pane)[0]
        assert [
            name for name in ("n1 1", "n2 1", "n3 1", "♛ n4 1", "n5 1") if name not in head.replace("  ", " ")
        ] == []
        assert row_with(pane, "leads").startswith("▸ 0.181 s")
        assert row_with(pane, "◆", "stands").startswith("▲ 0.158 s")
        assert row_with(pane, "n4 receives from n5").startswith("△")
        assert row_with(pane, "n3 follows n4").startswith("▼")
        assert row_with(pane, "n5 stores entry 1").startswith("▽")
        assert row_with(pane, "n2 grants its vote")[0] == "∥"
        assert "○◂" in row_with(pane, "n2 grants its vote"), "concurrent: said by a shape, not by a colour"
        assert "▸ here" in rows(pane)[-1]
        assert "hidden as noise" in rows(pane)[-1]


async def test_lanes_show_roles_by_shape_and_terms_by_number() -> None:
    timeline = recorded()
    second = timeline.postings("BecameLeader")[1]
    async with diagram(100, 40) as (pane, _):
        pane.show(timeline, second)
        drawn = rows(pane)
        columns = [drawn[0].index(name) - 2 for name in ("n1", "n4", "n5")]
        crash = next(y for y, row in enumerate(drawn) if "crashes" in row)
        stands = next(y for y, row in enumerate(drawn) if "◆" in row[columns[2]])
        leads = next(y for y, row in enumerate(drawn) if "leads" in row and y)

        assert drawn[crash - 2][columns[1]] in "┃●"
        assert drawn[crash + 1][columns[1]] == "·"
        assert "╎" in {drawn[y][columns[2]] for y in range(stands, leads)}
        assert drawn[leads + 1][columns[2]] in "┃●"
        assert "2 stands" in drawn[stands]


async def test_an_arrow_goes_from_lane_to_lane_and_ends_in_a_head() -> None:
    timeline = story(
        e.MessageSent(1, "n1", None, None, "n3", VOTE),
        e.TermAdvanced(2, "n2", None, None, 1),
        e.MessageReceived(3, "n3", 1, None, "n1", VOTE),
    )
    async with diagram(80, 10) as (pane, _):
        pane.show(timeline, 3)
        drawn = rows(pane)
        first, second, third = (drawn[0].index(name) - 2 for name in ("n1", "n2", "n3"))

        assert drawn[4][third - 1 : third + 1] == "▸●"
        assert "vote? 1" in drawn[4]
        lines = [x for y in (2, 3, 4) for x, letter in enumerate(drawn[y]) if "\u2800" < letter <= "\u28ff"]
        assert min(lines) == first + 1
        chip = {second + 2, second + 3}
        assert set(range(first + 1, third)) - set(lines) - chip <= {second, third - 1}


async def test_a_lost_message_ends_in_a_cross_on_its_way() -> None:
    timeline = story(
        e.MessageSent(1, "n1", None, None, "n3", VOTE),
        e.MessageDropped(2, "n3", 1, None, "n1", "lose"),
        e.BecameCandidate(3, "n2", None, None, 1),
    )
    async with diagram(80, 10) as (pane, _):
        pane.show(timeline, 3)
        cross = row_with(pane, "◆", "stands")
        head = rows(pane)[0]

        assert head.index("n1") < cross.index("✕") < head.index("n3")


async def test_what_was_lost_is_told_where_there_is_room() -> None:
    timeline = story(
        e.MessageSent(1, "n1", None, None, "n3", VOTE),
        e.MessageDropped(2, "n3", 1, None, "n1", "lose"),
        e.BecameCandidate(3, "n1", None, None, 1),
    )
    async with diagram(80, 10) as (pane, _):
        pane.show(timeline, 3)

        assert "✕ vote? 1" in row_with(pane, "stands")


async def test_a_message_of_which_one_end_is_not_told_says_so() -> None:
    timeline = story(
        e.MessageSent(1, "n1", None, None, "n3", VOTE),
        e.MessageDropped(9, "n3", 1, None, "n1", "unseen"),
        e.MessageReceived(10, "n2", None, None, "n3", VOTE),
    )
    async with diagram(80, 10) as (pane, _):
        pane.show(timeline, 3)
        leaves, comes = rows(pane)[2], rows(pane)[3]

        assert "●⠠?" in leaves.replace("○", "●")
        assert "●◂? vote? 1" in comes
        assert "✕" not in "".join(rows(pane)[:-1])


async def test_what_befalls_the_whole_cluster_goes_across_all_lanes() -> None:
    timeline = recorded("symmetric-partition", 3_000_000)
    given = [(at, timeline.event(at)) for at in timeline.postings("CommandGiven")]
    split = next(
        at for at, event in given if isinstance(event, e.CommandGiven) and isinstance(event.command, Partition)
    )
    async with diagram(100, 20) as (pane, _):
        pane.show(timeline, split)

        assert "┄ partition n1,n2 | n3,n4,n5 ┄" in row_with(pane, "partition")


async def test_lanes_that_do_not_fit_are_named() -> None:
    timeline = recorded()
    async with diagram(40, 10) as (pane, _):
        pane.show(timeline, timeline.postings("BecameLeader")[1])

        assert "n4 not shown: widen" in rows(pane)[-1], "the one that is down takes no part"
        assert "n5" in rows(pane)[0]
        assert all(len(row) == 40 for row in rows(pane))


def test_many_missing_lanes_are_a_span() -> None:
    assert not_shown(["n6"]) == "n6 not shown: widen"
    assert not_shown(["n6", "n7", "n8", "n9"]) == "n6 … n9 not shown: widen"


@pytest.mark.parametrize("size", [(12, 3), (40, 10), (80, 24), (240, 60)])
async def test_nine_nodes_in_every_size(size: tuple[int, int]) -> None:
    names = tuple(f"n{number}" for number in range(1, 10))
    sends = [e.MessageSent(1, "n5", None, None, name, VOTE) for name in names if name != "n5"]
    receives = [e.MessageReceived(2, it.to, 1 + at, None, "n5", VOTE) for at, it in enumerate(sends)]
    async with diagram(*size) as (pane, _):
        for position in range(-1, 17):
            pane.show(story(*sends, *receives, nodes=names), position)
            assert {len(row) for row in rows(pane)} == {size[0]}
        if size[0] >= 100:
            assert all(f" {name} " in rows(pane)[0] for name in names)


async def test_a_click_on_a_row_goes_to_its_main_event() -> None:
    timeline = recorded()
    leads = timeline.postings("BecameLeader")[0]
    async with diagram() as (pane, pilot):
        pane.show(timeline, leads)
        y = next(y for y, row in enumerate(rows(pane)) if "stands" in row)

        await pilot.click(SpaceTime, offset=(30, y))
        await pilot.click(SpaceTime, offset=(30, 0))
        await pilot.pause()

        assert isinstance(pane.screen, Alone)
        assert pane.screen.chosen == [timeline.postings("BecameCandidate")[0]]


async def test_the_wheel_looks_around_and_a_step_comes_back() -> None:
    timeline = recorded()
    async with diagram(100, 20) as (pane, _):
        pane.show(timeline, 1_000)
        before = pane.top

        pane.scroll_rows(30)
        assert "▸" not in {row[0] for row in rows(pane)}
        pane.scroll_rows(10_000)
        pane.show(timeline, 1_001)

        assert "▸" in {row[0] for row in rows(pane)}
        assert pane.top != before or pane.top > 0


async def test_stepping_keeps_the_cursor_in_view_and_seldom_lays_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = recorded()
    laid: list[int] = []
    original = space_time.window_at

    def counted(*arguments: object) -> object:
        laid.append(1)
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(space_time, "window_at", counted)
    async with diagram(80, 20) as (pane, _):
        for position in range(1_200, 1_500):
            pane.show(timeline, position)
            assert [row[0] for row in rows(pane)].count("▸") == 1, position

    assert len(laid) <= 20


async def test_noise_under_the_cursor_is_shown_and_all_of_it_on_request() -> None:
    timeline = recorded()
    timer = next(at for at in timeline.postings("TimerSet") if at > 20)
    async with diagram(110, 30) as (pane, _):
        pane.show(timeline, timer)
        assert row_with(pane, "sets its election timer").startswith("▸")

        pane.show(timeline, timeline.postings("BecameLeader")[0])
        few = sum(row[:1] != " " for row in rows(pane))
        pane.filter(0)

        assert "hidden" not in rows(pane)[-1]
        assert few > 0
        assert "ok 0" in "".join(rows(pane))


async def test_a_trace_that_grows_is_followed() -> None:
    timeline = story(e.BecameCandidate(1, "n1", None, None, 1))
    async with diagram(80, 12) as (pane, _):
        pane.show(timeline, 1)
        timeline.append(e.BecameLeader(2, "n1", 1, None, 1))
        pane.show(timeline, 1)

        assert "leads" in "".join(rows(pane))


async def test_without_colours_shapes_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    timeline = recorded()
    leads = timeline.postings("BecameLeader")[0]
    async with diagram(110, 30) as (pane, _):
        pane.show(timeline, leads)
        grid = pane._grid
        assert grid is not None
        y = next(y for y, row in enumerate(rows(pane)) if "n3 follows n4" in row)

        assert "[1] stands" in row_with(pane, "stands")
        assert all(ink is None or ink[2] & DIM or letter == " " for letter, ink in zip(
            grid.letters[y][:90], grid.inks[y][:90], strict=True
        )), "the future is faint"  # fmt: skip


async def test_an_empty_timeline_says_so() -> None:
    async with diagram() as (pane, _):
        pane.show(Timeline(TraceHeader(VERSION)), -1)

        assert "nothing has happened yet" in rows(pane)[0]


def test_words_are_cut_where_they_must_be() -> None:
    assert words_that_fit(["leads", "vote yes"], 16) == "leads · vote yes"
    assert words_that_fit(["leads", "vote yes"], 15) == "leads"
    assert words_that_fit(["leads"], 4) == "lea…"
    assert words_that_fit([], 4) == ""
