"""`m`: what can be done to a cluster beside what has a key of its own, down to the command that is given."""

from __future__ import annotations

import pytest

from raftlab.core.commands import (
    ChangeMembers,
    KeepAlive,
    LeaveJoint,
    Propose,
    Read,
    Remove,
    SetClock,
    SetDisk,
    StallDisk,
    TakeSnapshot,
    TransferLeadership,
    Watch,
)
from raftlab.core.events import CommandGiven
from raftlab.session import open_scenario
from raftlab.tui.acting import Acting
from raftlab.tui.app import RaftlabApp
from raftlab.tui.chooser import Chooser
from raftlab.tui.learn import LearnScreen
from raftlab.tui.members import MembersScreen, next_name
from raftlab.tui.prompt import Prompt
from raftlab.tui.starting import watch_screen
from raftlab.tui.watch import WatchScreen
from tests.tui.screens import SMALL, WIDE, showing, words_in, words_on
from tests.tutor.small import play

PLACES = {
    "read": ("1",),
    "read-old": ("2",),
    "watch": ("3",),
    "transfer": ("4",),
    "members": ("5",),
    "leave-joint": ("6",),
    "snapshot": ("7",),
    "disk": ("8",),
    "stall": ("9",),
    # Where nothing is joint and there is no lease, those two are passed over.
    "clock": ("up", "up", "up", "enter"),
    "remove": ("up", "up", "enter"),
    "histories": ("up", "enter"),
}
"""The keys that choose a deed."""


def watching(at_us: int = 3_000_000) -> WatchScreen:
    screen = watch_screen(open_scenario("healthy-cluster"))
    screen.session.move_to(at_us)
    return screen


def given(app: RaftlabApp) -> list[object]:
    assert isinstance(app.screen, Acting), app.screen
    timeline = app.screen.session.timeline
    events = [timeline.event(at) for at in timeline.postings("CommandGiven")]
    return [event.command for event in events if isinstance(event, CommandGiven)]


def line(app: RaftlabApp, text: str) -> str:
    return next(it for it in words_on(app).splitlines() if text in it)


@pytest.mark.parametrize(
    ("deed", "keys", "command"),
    [
        ("read", ("1", "enter"), Read("x")),
        ("read", ("4", "y", "enter"), Read("y", "n3")),
        ("read-old", ("2", "enter"), Read("x", "n1", "serializable")),
        ("watch", ("3", "x", "asterisk", "enter"), Watch("x*", "n2")),
        ("transfer", ("3",), TransferLeadership("n3")),
        ("members", ("5", "5", "enter"), ChangeMembers(("n1", "n2", "n3", "n4"))),
        ("snapshot", ("2",), TakeSnapshot("n2")),
        ("disk", ("2", "enter"), SetDisk("n2", fsync_us=20_000)),
        ("stall", ("2", "2", "s", "enter"), StallDisk("n2", 2_000_000)),
        ("clock", ("2", "9", "8", ".", "5", "percent_sign", "enter"), SetClock("n2", 985_000)),
        ("remove", ("5",), Remove("n5")),
    ],
)
async def test_a_deed_ends_in_its_command(deed: str, keys: tuple[str, ...], command: object) -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("m", *PLACES[deed])
        await pilot.pause()
        await pilot.press(*(key if key != "." else "full_stop" for key in keys))
        await pilot.pause()

        assert given(app) == [command]


async def test_what_cant_be_done_is_shown_with_the_reason_and_cant_be_chosen() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("m")
        await pilot.pause()

        assert "the configuration isn't joint" in line(app, "leave joint")
        assert "there is none" in line(app, "keep a lease")
        await pilot.press("6")
        assert isinstance(app.screen, Chooser)


async def test_without_a_leader_there_is_nobody_to_ask() -> None:
    async with showing(lambda: watching(10_000)) as (app, pilot):
        await pilot.press("m")
        await pilot.pause()

        assert "nobody leads" in line(app, "hand over")
        assert "nobody leads" in line(app, "change the members")
        assert "a node compacts its log" in line(app, "take a snapshot")


async def test_who_leads_and_who_is_crashed_says_why_it_cant_be_chosen() -> None:
    async with showing(watching) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        leader = app.screen.session.state().leader()
        assert leader is not None
        await pilot.press("m", "4")
        await pilot.pause()
        assert "leads already" in line(app, f"{leader.name} leader")
        await pilot.press("escape", "c", "5", "m", "7")
        await pilot.pause()

        assert "n5 is crashed" in line(app, "n5 crashed")


async def test_a_wish_that_is_refused_keeps_the_line_open_and_says_why() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("m", *PLACES["clock"], "1")
        await pilot.pause()
        await pilot.press("0", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Prompt)
        assert "a clock runs at a rate between" in str(app.screen.query_one("#prompt-hint").render())

        await pilot.press("f", "enter")
        await pilot.pause()
        assert "is no rate" in str(app.screen.query_one("#prompt-hint").render())
        await pilot.press("escape")
        assert given(app) == []


async def test_a_lease_is_kept_alive() -> None:
    async with showing(watching) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        session = app.screen.session
        app.screen.give(Propose("lease grant L1 10s"))
        session.move_to(session.now_us + 1_000_000)
        await pilot.press("m", *("up",) * 3, "enter")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()

        assert given(app)[1:] == [KeepAlive("L1")]


async def test_escape_at_any_window_leaves_everything_as_it_was() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("m", "escape", "m", "4", "escape", "m", "8", "1", "escape", "m", "5", "escape")
        await pilot.pause()

        assert given(app) == []


# -- members ---------------------------------------------------------------------------------------------------------


async def test_a_server_joins_as_a_learner_and_gets_a_vote_later() -> None:
    async with showing(watching) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        session = app.screen.session
        await pilot.press("m", "5", "a", "space", "enter")
        await pilot.pause()
        assert given(app) == [ChangeMembers(("n1", "n2", "n3", "n4", "n5"), ("n6",))]

        session.move_to(session.now_us + 2_000_000)
        await pilot.press("m", "5", "6", "6", "enter")
        await pilot.pause()
        assert given(app)[1] == ChangeMembers(("n1", "n2", "n3", "n4", "n5", "n6"))


async def test_a_joint_configuration_stays_until_it_is_told_to_be_left() -> None:
    async with showing(watching) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        session = app.screen.session
        await pilot.press("m", "5", "5", "s")
        await pilot.pause()
        assert "stays until it is left" in words_on(app).replace("\n", " ")
        await pilot.press("enter")
        await pilot.pause()
        session.move_to(session.now_us + 2_000_000)
        await pilot.press("m", "6")
        await pilot.pause()
        session.move_to(session.now_us + 2_000_000)

        asked, left = given(app)
        assert asked == ChangeMembers(("n1", "n2", "n3", "n4"), ("n5",), "joint", "explicit")
        assert left == LeaveJoint()
        leader = session.state().leader()
        assert leader is not None
        assert (leader.config.outgoing, leader.config.learners) == ((), ("n5",))


async def test_one_at_a_time_is_asked_for() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("m", "5", "5", "5", "w", "w", "enter")
        await pilot.pause()

        assert given(app) == [ChangeMembers(("n1", "n2", "n3", "n4"), mode="single")]


async def test_nothing_is_asked_for_before_something_is_changed_or_when_nobody_is_left() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("m", "5", "enter")
        await pilot.pause()
        assert isinstance(app.screen, MembersScreen)
        assert "nothing is changed yet" in words_on(app)

        await pilot.press(*"1122334455", "enter")
        await pilot.pause()
        assert isinstance(app.screen, MembersScreen)
        assert "a cluster without voters can't decide anything" in words_on(app)


async def test_a_new_server_can_be_taken_back_and_there_is_no_room_for_a_tenth() -> None:
    async with showing(watching) as (app, pilot):
        await pilot.press("m", "5", "a", "space", "space")
        await pilot.pause()
        assert "n6" not in words_on(app)

        await pilot.press(*"aaaaa")
        await pilot.pause()
        assert "n9 new" in words_on(app)
        assert "n10" not in words_on(app)


def test_names_are_not_given_twice() -> None:
    assert next_name(["n1", "n3", "leader"]) == "n4"
    assert next_name(["a", "b"]) == "n1"


# -- answers ---------------------------------------------------------------------------------------------------------


async def test_what_a_read_answered_is_a_notice_once() -> None:
    async with showing(watching) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        session = app.screen.session
        await pilot.press("m", "1", "3", "enter")
        await pilot.pause()
        assert not app._notifications
        session.move_to(session.now_us + 1_000_000)
        app.screen.update_views()
        app.screen.update_views()
        await pilot.pause()

        (notice,) = app._notifications
        assert "n2 answers" in notice.message
        assert "x is " in notice.message


async def test_a_read_in_a_future_that_was_left_has_no_answer() -> None:
    async with showing(watching) as (app, pilot):
        assert isinstance(app.screen, WatchScreen)
        session = app.screen.session
        before = session.position
        await pilot.press("m", "1", "3", "enter")
        await pilot.pause()
        session.seek(before - 50)
        await pilot.press("x")
        session.move_to(session.now_us + 2_000_000)
        app.screen.update_views()
        await pilot.pause()

        assert not app._notifications


# -- where it is offered ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=str)
async def test_all_of_it_fits_on_the_screen(size: tuple[int, int]) -> None:
    async with showing(watching, size) as (app, pilot):
        await pilot.press("m")
        await pilot.pause()
        assert "more" not in words_in(app, "#box-lines")
        assert "esc closes" in words_in(app, "#box-lines")
        assert "…" not in words_in(app, "#box-lines")

        await pilot.press("5", "a", "a", "a", "a", "w", "6")
        await pilot.pause()
        assert "enter asks the leader" in words_in(app, "#box-lines")


async def test_a_lesson_offers_what_its_step_allows() -> None:
    lesson = play(at="crash-one")
    async with showing(lambda: LearnScreen(lesson)) as (app, pilot):
        await pilot.press("m")
        await pilot.pause()

        assert isinstance(app.screen, LearnScreen), "this step allows nothing that stands there"


async def test_a_lesson_that_is_about_more_offers_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = play(at="crash-one")
    monkeypatch.setattr(type(lesson), "allowed", frozenset({"read", "snapshot"}))
    async with showing(lambda: LearnScreen(lesson)) as (app, pilot):
        await pilot.press("m")
        await pilot.pause()

        assert "read a key" in words_on(app)
        assert "take a snapshot" in words_on(app)
        assert "hand over" not in words_on(app)
