"""`raftlab lessons`: what ships and how far the learner is; `--check` proves that each can be solved, and only so."""

from __future__ import annotations

import click

from raftlab.cli.output import format_option, print_json


@click.command(epilog="Example: raftlab lessons; raftlab lessons --check quorum-math")
@click.option("--check", is_flag=True, help="Play every solution and every wrong path through the engine.")
@click.argument("names", nargs=-1, metavar="[LESSON...]")
@format_option
def command(check: bool, names: tuple[str, ...], form: str) -> None:
    """List the lessons with your progress, or check them (LESSON: a name, or a folder of your own)."""
    from raftlab.tutor import lesson_names

    chosen = names or tuple(lesson_names())
    if check:
        _check(chosen, form)
    else:
        _list(chosen, form)


def _list(names: tuple[str, ...], form: str) -> None:
    from raftlab.tutor import Progress, open_lesson

    progress = Progress.open()
    if progress.notice:
        click.echo(f"note: {progress.notice}", err=True)
    rows = []
    for name in names:
        lesson, words = open_lesson(name)
        known = progress.lessons.get(lesson.name)
        done = sum(1 for step in lesson.steps if known is not None and step.id in known.steps)
        rows.append((lesson, words, done))
    if form == "json":
        print_json(
            [{"name": it.name, "title": words.title, "steps": len(it.steps), "done": done} for it, words, done in rows]
        )
        return
    width = max((len(it.name) for it, _, _ in rows), default=0)
    for it, words, done in rows:
        click.echo(f"{it.name:<{width}}  {done:>2} of {len(it.steps):>2} steps  {it.minutes} min  {words.summary}")


def _check(names: tuple[str, ...], form: str) -> None:
    """Exit code 1 when a lesson has a problem: a finding."""
    from time import perf_counter

    found = []
    for name in names:
        began = perf_counter()
        known, problems = _problems(name)
        row = {"name": known, "ok": not problems, "problems": problems, "seconds": round(perf_counter() - began, 3)}
        found.append(row)
        if form == "text":
            click.echo(f"{'ok ' if not problems else 'BAD'}  {known}  ({row['seconds']} s)")
            for problem in problems:
                click.echo(f"     {problem}")
    if form == "json":
        print_json(found)
    if not all(row["ok"] for row in found):
        raise SystemExit(1)


def _problems(name: str) -> tuple[str, list[str]]:
    """A lesson's own name, and what is wrong with it; mistakes in its files are problems as well."""
    from raftlab.core.errors import LessonError
    from raftlab.session.lesson_check import check_lesson
    from raftlab.tutor import lesson_names, open_lesson

    try:
        lesson, words = open_lesson(name)
    except LessonError as error:
        if error.file is None and name not in lesson_names():
            raise  # there is no such lesson: the person's mistake, not the lesson's
        return name, str(error).splitlines()
    return lesson.name, check_lesson(lesson, words)
