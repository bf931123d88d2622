"""Starting the terminal's face: each function shows one screen until the person leaves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from raftlab.session import Lane, Session
from raftlab.tui.app import RaftlabApp
from raftlab.tui.recent import remember
from raftlab.tui.terminal import require_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.scenario import Scenario
    from raftlab.session import Opened
    from raftlab.session.following import Following
    from raftlab.tui.debug import DebugScreen
    from raftlab.tui.learn import LearnScreen
    from raftlab.tui.watch import WatchScreen


def debug_traces(opened: Opened, paths: Sequence[str], following: Following | None = None) -> None:
    """The debugger on a trace; what isn't loaded yet is loaded while it is looked at."""
    require_size("raftlab debug")
    if "-" not in paths:
        remember(opened=tuple(paths))
    RaftlabApp(lambda: debug_screen(opened, paths, following)).run()


def debug_screen(opened: Opened, paths: Sequence[str], following: Following | None = None) -> DebugScreen:
    """The debugger's screen for a trace; with `following`, for one that grows."""
    from raftlab.session.notes import Notes
    from raftlab.tui.debug import DebugScreen
    from raftlab.tui.follow import Follow

    names = [Path(path).name for path in paths]
    title = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    session = Session([Lane(opened.timeline, title=title)], speed=1.0)
    notes = Notes(None if "-" in paths else Path(paths[0]))
    return DebugScreen(session, opened, title, notes, None if following is None else Follow(following))


def watch_screen(scenario: Scenario) -> WatchScreen:
    """A live scenario's screen."""
    from raftlab.tui.watch import WatchScreen

    return WatchScreen(Session([Lane.begin(scenario)]), scenario.title or scenario.name)


def home_screen() -> None:
    """The home screen."""
    from raftlab.tui.home import HomeScreen

    require_size("raftlab")
    RaftlabApp(HomeScreen).run()


def learn_screen(name: str) -> LearnScreen:
    """A lesson's screen, where the learner left it.

    Raises:
        LessonError: there is no such lesson, or its files have mistakes.
    """
    from raftlab.session.lesson_play import LessonPlay
    from raftlab.tui.learn import LearnScreen
    from raftlab.tutor.library import open_lesson
    from raftlab.tutor.progress import Progress

    lesson, words = open_lesson(name)
    return LearnScreen(LessonPlay(lesson, words, Progress.open()))


def learn(name: str) -> None:
    """A lesson, until the learner leaves.

    Raises:
        LessonError: there is no such lesson, or its files have mistakes.
    """
    require_size("raftlab learn")
    screen = learn_screen(name)
    RaftlabApp(lambda: screen).run()
