"""A lesson played by its keys; what it decides is tested in tests/tutor."""

from __future__ import annotations

from raftlab.tui.chooser import Chooser
from raftlab.tui.keys import KeyLine
from raftlab.tui.learn import LearnScreen
from raftlab.tutor import Progress
from tests.tui.screens import SMALL, showing, words_in, words_on
from tests.tutor.small import play


def learning(at: str = "hello", progress: Progress | None = None) -> LearnScreen:
    return LearnScreen(play(progress, at=at))


async def test_words_task_and_cluster_stand_side_by_side() -> None:
    async with showing(learning) as (app, _pilot):
        assert "Good morning." in words_in(app, "#text")
        assert "n: next step" in words_in(app, "#task")
        assert "follower" in words_in(app, "#cluster0")
        assert "step 1 of 5" in words_in(app, "#title")


async def test_n_goes_on_and_b_goes_back() -> None:
    async with showing(learning) as (app, pilot):
        assert isinstance(app.screen, LearnScreen)
        await pilot.press("n")
        await pilot.pause()
        assert "there is a leader" in words_in(app, "#task")

        await pilot.press("n", "n")
        await pilot.pause()
        assert app.screen.play.passed, "the second n brings what is watched to its end"
        await pilot.press("b")
        await pilot.pause()
        assert "Good morning." in words_in(app, "#text")


async def test_a_number_is_typed_mended_and_given() -> None:
    async with showing(lambda: learning("quorum")) as (app, pilot):
        assert isinstance(app.screen, LearnScreen)
        await pilot.press("3", "enter")
        await pilot.pause()
        assert "Not all of them." in words_in(app, "#task")
        assert "1 wrong try" in words_in(app, "#task")

        await pilot.press("t", "4", "backspace", "2", "enter")
        await pilot.pause()
        assert "Two it is." in words_in(app, "#task")
        assert app.screen.play.passed


async def test_hints_come_one_by_one() -> None:
    async with showing(lambda: learning("quorum")) as (app, pilot):
        await pilot.press("h")
        await pilot.pause()
        assert "more than half" in words_in(app, "#task")
        assert "1 hint: h" in words_in(app, "#task")


async def test_a_choice_is_made_by_its_digit_and_the_cluster_answers() -> None:
    async with showing(lambda: learning("crash-one")) as (app, pilot):
        assert isinstance(app.screen, LearnScreen)
        app.screen.play.session.speed = 1e-6  # nothing may be decided by how fast this machine is
        await pilot.press("2")
        await pilot.pause()
        assert app.screen.play.chosen == "goes-on"

        await pilot.press("n")
        await pilot.pause()
        assert "It goes on, you see." in words_in(app, "#task")


async def test_a_choice_is_made_with_the_arrows() -> None:
    async with showing(lambda: learning("crash-one")) as (app, pilot):
        assert isinstance(app.screen, LearnScreen)
        await pilot.press("down", "enter")
        await pilot.pause()

        assert app.screen.play.chosen == "goes-on"


async def test_only_what_the_step_allows_is_offered() -> None:
    async with showing(learning) as (app, pilot):
        foot = app.screen.query_one(KeyLine)
        assert not {"crash", "propose"} & {binding.action for binding in foot.hints()}
        await pilot.press("c")
        assert isinstance(app.screen, LearnScreen)

    async with showing(lambda: learning("stop-it")) as (app, _pilot):
        foot = app.screen.query_one(KeyLine)
        actions = {binding.action for binding in foot.hints()}
        assert {"crash", "propose"} <= actions
        assert not {"restart", "cut", "heal"} & actions


async def test_the_learner_acts_and_reaches_the_goal() -> None:
    async with showing(lambda: learning("stop-it")) as (app, pilot):
        assert isinstance(app.screen, LearnScreen)
        it = app.screen.play
        follower = next(
            place
            for place, node in enumerate(it.session.state().nodes.values(), 1)
            if node.status.value == "up" and node.role.value == "follower"
        )
        await pilot.press("c")
        await pilot.pause()
        assert isinstance(app.screen, Chooser)
        await pilot.press(str(follower), "p", "enter")
        await pilot.pause()
        it.let_pass(2_000_000)
        await pilot.press("space", "space")
        await pilot.pause()

        assert "Stopped." in words_in(app, "#task")
        assert it.done


async def test_the_solution_can_be_seen() -> None:
    async with showing(lambda: learning("stop-it")) as (app, pilot):
        assert isinstance(app.screen, LearnScreen)
        app.screen.play.session.speed = 1e-6
        await pilot.press("s", "n")
        await pilot.pause()

        assert app.screen.play.passed
        assert app.screen.play.credit == 0


async def test_n_says_what_is_wanted_first() -> None:
    async with showing(lambda: learning("quorum")) as (app, pilot):
        await pilot.press("n")
        await pilot.pause()

        assert "First answer the question." in words_in(app, "#task")


async def test_a_small_terminal_keeps_words_and_task_together() -> None:
    async with showing(lambda: learning("quorum"), SMALL) as (app, pilot):
        assert "Count." in words_in(app, "#text")
        assert "How many?" in words_in(app, "#task")
        await pilot.press("tab")
        await pilot.pause()
        assert "term 1" in words_in(app, "#cluster0")
        await pilot.press("tab")
        await pilot.pause()
        assert "log" in words_in(app, "#logs0")


async def test_leaving_keeps_progress() -> None:
    progress = Progress()
    async with showing(lambda: learning("quorum", progress)) as (_app, pilot):
        await pilot.press("2", "enter", "q")
        await pilot.pause()

    assert progress.lesson("small").steps["quorum"].credit == 3


async def test_the_shipped_lessons_open() -> None:
    from raftlab.tui.starting import learn_screen
    from raftlab.tutor.library import lesson_names

    for name in lesson_names():
        async with showing(lambda name=name: learn_screen(name)) as (app, _pilot):  # type: ignore[misc]
            assert "step 1 of" in words_on(app)
