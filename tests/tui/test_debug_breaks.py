"""The debugger: stepping over and into, breakpoints, running to them."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from raftlab.core.events import BecameLeader, VoteGranted
from raftlab.session import open_traces
from raftlab.session.breakpoints import Breakpoints
from raftlab.session.stepping import out
from raftlab.session.tracks import Tracks, find_now
from raftlab.tui.app import RaftlabApp
from raftlab.tui.debug import DebugScreen
from raftlab.tui.following import last_word, offers
from raftlab.tui.prompt import Prompt
from raftlab.tui.rows import Rows
from tests.tui.screens import SMALL, debugger, recorded, showing, words_in, words_on
from tests.tui.test_debug_screen import ETCD


def screen_of(app: RaftlabApp) -> DebugScreen:
    found = app.screen
    assert isinstance(found, DebugScreen)
    return found


async def type_in(pilot: Pilot[None], key: str, text: str) -> None:
    """Open a prompt with a key, and answer it."""
    await pilot.press(key)
    await pilot.pause()
    field = pilot.app.screen.query_one("#prompt-input", Input)
    field.value = text
    await pilot.press("enter")
    await pilot.pause()


def hits(kind: type) -> list[int]:
    return [at for at, event in enumerate(recorded()) if isinstance(event, kind)]


async def test_over_and_back_over_go_from_step_to_step() -> None:
    starts = [at for at, event in enumerate(recorded()) if event.starts_step]
    async with showing(debugger) as (app, pilot):
        session = screen_of(app).session
        await pilot.press("s", "s", "f10")
        assert session.position == starts[2]

        await pilot.press("n", "S")
        assert session.position == starts[2]
        await pilot.press("S")
        assert session.position == starts[1]
        await pilot.press("end", "S", "s", "s")
        assert session.position == len(recorded()) - 1
        await pilot.press("home", "S")
        assert "before the first event" in words_in(app, "#keys")


async def test_into_the_causes_and_back_out_the_same_way() -> None:
    leader = hits(BecameLeader)[0]
    async with showing(debugger) as (app, pilot):
        session = screen_of(app).session
        session.seek(leader)
        await pilot.press("u", "f11")
        cause = recorded().event(recorded().event(leader).cause or 0).cause
        assert session.position == cause

        await pilot.press("U", "U")
        assert session.position == leader
        second = next(
            at
            for at, it in enumerate(recorded())
            if it.cause is not None and out(recorded(), it.cause) not in (None, at)
        )
        session.seek(second)
        await pilot.press("u", "U")
        assert session.position == second, "not the first effect of its cause"
        await pilot.press("home", "n", "u")
        assert "no cause is known" in words_in(app, "#keys")
        await pilot.press("U")
        assert recorded().event(session.position).cause == 0
        assert "caused" in words_in(app, "#keys")


async def test_back_to_where_the_last_jump_began() -> None:
    async with showing(debugger) as (app, pilot):
        session = screen_of(app).session
        await pilot.press("apostrophe")
        assert "nothing to go back to" in words_in(app, "#keys")
        await pilot.press("n", "n", "end", "apostrophe")
        assert session.position == 1
        await pilot.press("apostrophe")
        assert session.position == len(recorded()) - 1
        await pilot.press("up", "apostrophe")
        assert session.position == 1, "a row is no jump"


async def test_running_stops_at_breakpoints_in_both_directions() -> None:
    first, second = hits(BecameLeader)
    async with showing(debugger) as (app, pilot):
        session = screen_of(app).session
        await pilot.press("r")
        assert "b sets one" in words_in(app, "#keys")
        await type_in(pilot, "b", "kind BecameLeader")
        assert "breakpoint 1: kind BecameLeader" in words_in(app, "#keys")

        await pilot.press("r", "f5")
        assert session.position == second
        assert "breakpoint 1" in words_in(app, "#keys")
        assert "breakpoint 1: kind BecameLeader" in words_in(app, "#caption")
        await pilot.press("r")
        assert session.position == second
        assert "no breakpoint is hit later" in words_in(app, "#keys")
        await pilot.press("R")
        assert session.position == first
        await pilot.press("R")
        assert "no breakpoint is hit earlier" in words_in(app, "#keys")


async def test_a_predicate_stops_where_it_comes_to_hold() -> None:
    async with showing(debugger) as (app, pilot):
        session = screen_of(app).session
        await type_in(pilot, "b", 'n5.role == "leader" and n2.term > 1')
        await pilot.press("r")
        await pilot.pause(0.1)

        now, before = session.state(), session.timeline.state(session.position - 1)
        assert (now.nodes["n5"].role.value, now.nodes["n2"].current_term) == ("leader", 2)
        assert (before.nodes["n5"].role.value, before.nodes["n2"].current_term) != ("leader", 2)


async def test_a_mistake_is_told_in_the_prompt_and_mended_there() -> None:
    async with showing(debugger) as (app, pilot):
        await type_in(pilot, "b", "n9.term > 3")
        assert isinstance(app.screen, Prompt)
        assert "what is 'n9'? the nodes are n1, n2" in str(app.screen.query_one("#prompt-hint").render())

        app.screen.query_one("#prompt-input", Input).value = "n1.term > 0"
        await pilot.press("enter")
        await pilot.pause()
        assert [it.words for it in screen_of(app).bench.breakpoints.all] == ["n1.term > 0"]


async def test_kinds_are_offered_while_one_types_and_tab_takes_the_first() -> None:
    async with showing(debugger) as (app, pilot):
        await pilot.press("b", *"kind", "space", *"votegr")
        await pilot.pause()
        assert "VoteGranted" in str(app.screen.query_one("#prompt-hint").render())

        await pilot.press("tab", *"node", "space", "tab", "enter")
        await pilot.pause()
        assert screen_of(app).bench.breakpoints.all[0].words == "kind VoteGranted node n1"


def test_what_may_follow_is_offered_by_the_word_before() -> None:
    following = {"": ("kind", "node", "n1"), "kind": ("BecameLeader", "VoteGranted"), "n1.": ("n1.role", "n1.term")}

    assert offers("kind ", following) == ["BecameLeader", "VoteGranted"]
    assert offers("kind VoteGranted ", following) == ["kind", "node", "n1"]
    assert offers("kind VoteGranted, ", following) == ["BecameLeader", "VoteGranted"]
    assert offers("kind leader", following) == ["BecameLeader"]
    assert offers("n1.t", following) == ["n1.term"]
    assert last_word('text "lea') == "lea"


async def test_the_window_turns_breakpoints_off_and_deletes_them() -> None:
    async with showing(debugger) as (app, pilot):
        await type_in(pilot, "b", "kind BecameLeader")
        await type_in(pilot, "b", "kind VoteGranted")
        breakpoints = screen_of(app).bench.breakpoints

        await pilot.press("B")
        await pilot.pause()
        assert isinstance(app.screen, Rows)
        assert "1  kind BecameLeader" in words_on(app)
        await pilot.press("space", "down", "d")
        await pilot.pause()
        assert [(it.words, it.enabled) for it in breakpoints.all] == [("kind BecameLeader", False)]
        assert "off" in words_on(app)

        await pilot.press("escape", "r")
        assert "all are off" in words_in(app, "#keys")
        await pilot.press("B", "right")
        await pilot.pause()
        assert screen_of(app).session.position == hits(BecameLeader)[0]


async def test_a_breakpoint_is_changed_in_its_window() -> None:
    async with showing(debugger) as (app, pilot):
        await type_in(pilot, "b", "kind BecameLeader")
        await pilot.press("B")
        await pilot.pause()
        await type_in(pilot, "e", "kind VoteGranted")
        assert [(it.number, it.words) for it in screen_of(app).bench.breakpoints.all] == [(1, "kind VoteGranted")]


async def test_the_pane_tells_hits_before_and_after_and_list_and_tape_show_them() -> None:
    first, second = hits(BecameLeader)
    async with showing(debugger) as (app, pilot):
        screen = screen_of(app)
        await type_in(pilot, "b", "kind BecameLeader")
        screen.seek(first + 3)
        screen.bring("breaks")
        while screen.bench.tracks.behind:
            screen.bench.tracks.catch_up(0.1)
        screen.update_views()
        await pilot.pause()

        pane = words_in(app, "#breaks")
        assert "2 hits" in pane
        assert f"← {first:,} at" in pane
        assert f"→ {second:,} at" in pane
        row = next(line for line in words_in(app, "#events").split("\n") if "becomes the leader" in line)
        assert "●n4" in row.replace(" ", "")
        assert words_in(app, "#tape").split("\n")[0].count("●") >= 1


async def test_a_long_run_shows_how_far_it_is_and_escape_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing(debugger) as (app, pilot):
        screen = screen_of(app)
        await type_in(pilot, "b", "term > 99")
        monkeypatch.setattr("raftlab.session.tracks.perf_counter", lambda: 0.0)
        monkeypatch.setattr("raftlab.session.tracks.Search.step", lambda self, budget_s=0.0: None)
        await pilot.press("r")
        await pilot.pause(0.1)
        assert "to a breakpoint" in words_in(app, "#keys")
        assert "esc stops" in words_in(app, "#keys")

        await pilot.press("escape")
        await pilot.pause()
        assert screen.search is None
        assert screen.session.position == -1


async def test_nothing_ticks_when_all_has_been_looked_at() -> None:
    async with showing(debugger) as (app, pilot):
        screen = screen_of(app)
        await type_in(pilot, "b", "kind BecameLeader")
        for _ in range(60):
            if screen._looking is None:
                break
            await pilot.pause(0.05)

        assert not screen.bench.tracks.behind
        assert screen._looking is None
        assert screen._playing is None


async def test_a_foreign_trace_is_run_through_the_same_way() -> None:
    opened = open_traces([str(path) for path in ETCD])
    breakpoints = Breakpoints(Tracks(opened.timeline), opened.timeline.header.nodes)
    breakpoints.add("kind VoteGranted node n3 term 3")
    expected = find_now(breakpoints.search(-1, 1))
    async with showing(lambda: debugger(opened.timeline, opened)) as (app, pilot):
        await type_in(pilot, "b", "kind VoteGranted node n3 term 3")
        await pilot.press("r")
        await pilot.pause(0.1)

        event = screen_of(app).session.event()
        assert isinstance(event, VoteGranted)
        assert screen_of(app).session.position == expected
        await pilot.press("u", "U")
        assert screen_of(app).session.position == expected


async def test_breakpoints_are_kept_when_the_run_goes_on_differently() -> None:
    async with showing(lambda: debugger(recorded("leader-crash", 3_000_000))) as (app, pilot):
        screen = screen_of(app)
        await type_in(pilot, "b", "kind BecameLeader")
        old = screen.session.timeline
        screen.session.lane.timeline = old.fork(60)
        screen.session.seek(0)
        screen.update_views()

        assert screen.bench.timeline is not old
        await pilot.press("r")
        await pilot.pause()
        assert screen.session.position == 40


@pytest.mark.parametrize("size", [(60, 20), SMALL, (108, 30), (240, 70)])
async def test_windows_and_prompts_fit_every_size(size: tuple[int, int]) -> None:
    async with showing(debugger, size) as (app, pilot):
        await type_in(pilot, "b", 'kind VoteGranted node n1, n2, n3 if n1.role == "leader" and n2.term > 0')
        await type_in(pilot, "b", "kind BecameLeader")
        await pilot.press("B", "down")
        await pilot.pause()

        words = words_on(app)
        assert "▸ ● 2" in words.replace("  ", " ").replace("  ", " ")
        box = app.screen.query_one(".box").region
        assert box.x >= 0
        assert box.right <= size[0]
        assert box.bottom <= size[1]
