"""`raftlab show`: the projector, in a window or into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from raftlab.cli.output import kind_option

if TYPE_CHECKING:
    from raftlab.session import Lane

_WITHOUT_END_US = 10_000_000


@click.command(epilog="Example: raftlab show symmetric-partition; raftlab show figure-7 --export figure-7.gif --to 3s")
@click.argument("what", default="healthy-cluster", metavar="[PATH | SCENARIO | LESSON]")
@click.option("--export", "target", metavar="FILE.{png,gif}", help="Draw into a file; needs no display.")
@click.option("--size", default="1920x1080", show_default=True, metavar="WxH", help="The picture's size.")
@click.option("--fps", type=click.IntRange(1, 60), default=20, show_default=True, help="A film's pictures a second.")
@click.option("--from", "first", metavar="AT", help="From this event number or time on.")
@click.option("--to", "last", metavar="AT", help="Up to this event number or time; a still picture shows that moment.")
@click.option(
    "--speed",
    type=click.FloatRange(1 / 64, 16),
    default=1 / 16,
    show_default="1/16",
    help="Simulated seconds in a second.",
)
@click.option("--theme", type=click.Choice(["dark", "light", "high-contrast"]), default="dark", show_default=True)
@click.option("--fullscreen", is_flag=True, help="Fill the screen.")
@kind_option
def command(
    what: str,
    target: str | None,
    size: str,
    fps: int,
    first: str | None,
    last: str | None,
    speed: float,
    theme: str,
    fullscreen: bool,
    kind: str | None,
) -> None:
    """Show a trace, foreign logs, a scenario or a lesson's cluster, large enough for a hall."""
    from raftlab.cli.output import parse_position
    from raftlab.cli.progress import progress_bar
    from raftlab.projector.scene import Options

    if target is None:
        from raftlab.projector.window import check_display

        check_display()  # before any work is done for a window that can't open
    lanes, subtitles = open_lanes(what, kind)
    options = Options(size=_size(size), theme=theme, speed=speed)
    timeline = lanes[0].timeline
    from_us = None if first is None else timeline.time_of(parse_position(first, timeline))
    to_us = None if last is None else timeline.time_of(parse_position(last, timeline))
    if target is not None:
        from raftlab.projector.export import export

        with progress_bar("drawing") as progress:
            export(
                lanes, target, options=options, fps=fps, from_us=from_us, to_us=to_us, at_us=to_us, progress=progress
            )
        click.echo(f"written to {target}")
        return
    from raftlab.projector.window import run

    if from_us is not None:
        for lane in lanes:
            lane.move_to(from_us)
    run(lanes, options, subtitles=subtitles, end_us=to_us, fullscreen=fullscreen)


def open_lanes(what: str, kind: str | None) -> tuple[list[Lane], list[str]]:
    """A path, a scenario or a lesson, looked up in that order; recorded to its end, standing at its beginning.

    Returns:
        the lanes, and a line to stand under the title of each.

    Raises:
        RaftlabError: it is none of them, or can't be read.
    """
    from pathlib import Path

    from raftlab.core.errors import RaftlabError
    from raftlab.session import Lane, open_scenario, open_traces
    from raftlab.session.opening import scenario_names
    from raftlab.tutor.library import lesson_names, open_lesson

    path = Path(what)
    if path.exists() and path.suffix not in (".yaml", ".yml"):
        paths = sorted(str(file) for file in path.glob("*.log")) if path.is_dir() else [what]
        return [Lane(open_traces(paths or [what], kind).timeline, title=path.name)], []
    if path.exists() or what in scenario_names():
        scenario = open_scenario(what)
        return [_recorded(Lane.begin(scenario), scenario.end_us)], [scenario.teaches]
    if what in lesson_names():
        lesson, _ = open_lesson(what)
        clusters = [lesson.clusters[name] for name in lesson.steps[0].show]
        return [_recorded(Lane.begin(scenario), scenario.end_us) for scenario in clusters], []
    names = ", ".join([*scenario_names(), *lesson_names()])
    raise RaftlabError(f"there is no file, scenario or lesson {what!r}; there are {names}")


def _recorded(lane: Lane, end_us: int | None) -> Lane:
    lane.move_to(end_us or _WITHOUT_END_US)
    lane.live = None
    lane.position = -1
    return lane


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and 320 <= int(width) <= 7680 and 180 <= int(height) <= 4320):
        raise click.UsageError(f"--size wants WIDTHxHEIGHT such as 1920x1080, not {text!r}")
    return int(width), int(height)
