"""Watching and acting: every key gives a command to the session."""

from __future__ import annotations

from raftlab.core.commands import Crash, Heal, Partition, Pause, Propose, Restart, Resume, SetLink
from raftlab.core.events import CommandGiven
from raftlab.core.model import CRASHED
from raftlab.session import open_scenario
from raftlab.tui.app import RaftlabApp
from raftlab.tui.chooser import Chooser
from raftlab.tui.debug import DebugScreen
from raftlab.tui.starting import watch_screen
from raftlab.tui.watch import WatchScreen
from tests.tui.screens import SMALL, showing, words_in, words_on


def watching(at_us: int = 1_000_000) -> WatchScreen:
    screen = watch_screen(open_scenario("healthy-cluster"))
    screen.session.move_to(at_us)
    return screen


def commands(app: RaftlabApp) -> list[object]:
    screen = app.screen
    assert isinstance(screen, WatchScreen)
    timeline = screen.session.timeline
    events = [timeline.event(at) for at in timeline.postings("CommandGiven")]
    return [event.command for event in events if isinstance(event, CommandGiven)]


async def test_a_node_is_crashed_and_restarted() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("c", "2", "r")
        await pilot.pause()

        assert commands(app) == [Crash("n2"), Restart("n2")]


async def test_the_leader_is_offered_first() -> None:
    async with showing(watching) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        leader = app.screen.session.state().leader()
        assert leader is not None
        await pilot.press("c", "enter")
        await pilot.pause()

        assert commands(app) == [Crash(leader.name)]
        assert app.screen.session.state().nodes[leader.name].status is CRASHED


async def test_of_several_crashed_nodes_one_is_chosen_and_others_cant_be() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("c", "1", "c", "2", "r")
        await pilot.pause()
        assert isinstance(app.screen, Chooser)

        await pilot.press("3")
        assert isinstance(app.screen, Chooser), "n3 runs: it can't be restarted"
        await pilot.press("2")
        await pilot.pause()
        assert commands(app)[-1] == Restart("n2")


async def test_a_value_is_proposed_to_the_leader_or_to_a_node() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("p", "enter", "p")
        await pilot.press(*"y", "equals_sign", *"7", "tab", "tab", "tab", "enter")
        await pilot.pause()

        assert [(it.text, it.node) for it in commands(app) if isinstance(it, Propose)] == [("x=2", None), ("y=7", "n3")]


async def test_the_network_is_cut_in_two_and_mended() -> None:
    async with showing(watching) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        leader = app.screen.session.state().leader()
        assert leader is not None
        other = next(name for name in app.screen.session.state().nodes if name != leader.name)
        await pilot.press("slash", other[1:], "enter", "x")
        await pilot.pause()

        cut, heal = commands(app)
        assert isinstance(cut, Partition)
        assert set(cut.groups[0]) == {leader.name, other}
        assert heal == Heal()


async def test_only_one_way_is_cut() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("slash", "o", "enter")
        await pilot.pause()

        given = commands(app)
        assert len(given) == 4
        assert all(isinstance(command, SetLink) and command.cut is True for command in given)


async def test_a_node_is_frozen_and_thawed() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("z", "4", "z", "enter")
        await pilot.pause()

        assert commands(app) == [Pause("n4"), Resume("n4")]


async def test_escape_leaves_everything_as_it_was() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("c", "escape", "p", "escape", "slash", "escape")
        await pilot.pause()

        assert commands(app) == []


async def test_acting_in_the_past_leaves_the_recorded_future_behind() -> None:
    async with showing(lambda: watching(3_000_000)) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        session = app.screen.session
        session.seek(session.timeline.index_at(1_000_000))
        await pilot.press("c", "1")
        await pilot.pause()

        assert session.timeline.end_us < 1_100_000
        assert commands(app) == [Crash("n1")]


async def test_it_lives_while_it_plays() -> None:
    async with showing(lambda: watching(0)) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        await pilot.press("plus", "plus", "plus", "space")
        await pilot.pause(0.5)
        await pilot.press("space")

        assert app.screen.session.now_us > 200_000
        assert app.screen.session.state().leader() is not None


async def test_a_small_terminal_shows_cluster_or_logs() -> None:
    async with showing(watching, SMALL) as (app, pilot):
        assert "leader" in words_in(app, "#cluster")
        await pilot.press("tab")
        await pilot.pause()

        assert "commit 0" in words_in(app, "#logs")


async def test_the_debugger_is_one_key_away_and_so_is_the_way_back() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, DebugScreen)

        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, WatchScreen)
        assert "A healthy cluster" in words_on(app)
