"""`raftlab learn`: the tutorial."""

from __future__ import annotations

import click

from raftlab.core.errors import RaftlabError


@click.command(epilog="Example: raftlab learn quorum-math")
@click.argument("lesson", required=False)
def command(lesson: str | None) -> None:
    """Learn Raft on a live cluster. Without LESSON: the list, with what you have done."""
    from raftlab.tutor.library import open_lesson

    if lesson is None:
        _list()
        return
    found, _ = open_lesson(lesson)
    from raftlab.tui.terminal import has_terminal

    if not has_terminal():
        raise RaftlabError(
            f"raftlab learn {found.name} needs a terminal to draw on and to take keys from; "
            "raftlab lessons lists the course, and raftlab alone tells a tour as plain text"
        )
    from raftlab.tui.starting import learn

    learn(lesson)


def _list() -> None:
    """The course with its progress."""
    from raftlab.tutor.library import lesson_names, open_lesson
    from raftlab.tutor.progress import Progress

    progress = Progress.open()
    if progress.notice:
        click.echo(f"note: {progress.notice}", err=True)
    names = lesson_names()
    width = max((len(name) for name in names), default=0)
    for name in names:
        lesson, words = open_lesson(name)
        record = progress.lesson(name)
        done = "done" if record.done else f"{len(record.steps)} of {len(lesson.steps)}"
        click.echo(f"{'●' if record.done else '◐' if record.steps else '○'} {name:<{width}}  {done:<9} {words.summary}")
    if names:
        click.echo(
            f"\nBegin with: raftlab learn {next((it for it in names if not progress.lesson(it).done), names[0])}"
        )
