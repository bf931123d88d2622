"""Pictures and films in files, without a display: .png (one frame) and .gif (a film).

A film's times follow from its rate and the tempo alone, so the same trace gives the same film. pygame would
write a .gif as TGA without a word: Pillow does it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from raftlab.core.errors import RaftlabError
from raftlab.projector.moment import LaneView
from raftlab.projector.scene import Options, frame, pace_of
from raftlab.projector.tempo import tempo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PIL import Image

    from raftlab.projector.shapes import Frame
    from raftlab.session import Lane

    Progress = Callable[[float], bool | None]

ENDINGS = (".png", ".gif")
LONGEST = 3_000
"""A film has at most so many frames: a GIF of more would fill the memory and no one would wait for it."""
EASE_FRAMES = 6.0


def export(
    lanes: Sequence[Lane],
    path: Path | str,
    *,
    options: Options | None = None,
    subtitles: Sequence[str] = (),
    fps: int = 20,
    from_us: int | None = None,
    to_us: int | None = None,
    at_us: int | None = None,
    progress: Progress | None = None,
) -> bool:
    """Draw lanes into a file; its ending says what it becomes.

    Args:
        options: size, theme and speed.
        from_us, to_us: what part of the timelines a film shows; None: from the beginning, to the end.
        at_us: the time of a still picture; None: `from_us`, else the end.
        progress: hears the part that is done (0 to 1); it may return False to stop, and nothing is written then.

    Returns:
        Whether the file was written.

    Raises:
        RaftlabError: an ending that isn't known, a folder that isn't there, a film without an end or too long.
    """
    path = Path(path)
    options = options or Options()
    if path.suffix.lower() not in ENDINGS:
        raise RaftlabError(
            f"{path.name}: an export ends in {' or '.join(ENDINGS)}, not in {path.suffix or 'nothing'!r}"
        )
    if not path.parent.is_dir():
        raise RaftlabError(f"{path}: there is no folder {path.parent}")
    for lane in lanes:
        latest = max((time for time in (from_us, to_us, at_us) if time is not None), default=None)
        if latest is not None:
            lane.move_to(latest)  # a live cluster lives on until then
    views = _views(lanes, subtitles)
    try:
        if path.suffix.lower() == ".png":
            return _picture(views, path, options, at_us if at_us is not None else from_us)
        return _film(views, path, options, fps, from_us, to_us, progress)
    except OSError as error:
        raise RaftlabError(f"{path}: it can't be written ({error.strerror or error})") from None


def film(
    views: Sequence[LaneView], options: Options, fps: int, from_us: float, to_us: float
) -> Iterator[tuple[float, Frame]]:  # fmt: skip
    """A film's frames with their times: time slows where the story happens."""
    pace = pace_of(views[0].timeline.header.unit, options.speed)
    time_us, slowed = from_us, 1.0
    while time_us <= to_us:
        moments = [view.moment(time_us, pace) for view in views]
        target = tempo(moments) if options.speed <= 1 else 1.0
        slowed += (target - slowed) / EASE_FRAMES
        yield time_us, frame(views, time_us, replace(options, slowed=slowed))
        time_us += 1_000_000 / fps * pace * slowed


def _views(lanes: Sequence[Lane], subtitles: Sequence[str]) -> list[LaneView]:
    views = []
    for number, lane in enumerate(lanes):
        view = LaneView(lane.timeline, lane.title, subtitles[number] if number < len(subtitles) else "")
        while view.catch_up(65_536):
            pass
        views.append(view)
    return views


def _picture(views: Sequence[LaneView], path: Path, options: Options, at_us: int | None) -> bool:
    from raftlab.projector.paint import Canvas

    time_us = max(view.tape.end_us for view in views) if at_us is None else at_us
    Canvas(options.size).image(frame(views, time_us, options)).save(path)
    return True


def _film(
    views: Sequence[LaneView],
    path: Path,
    options: Options,
    fps: int,
    from_us: int | None,
    to_us: int | None,
    progress: Progress | None,
) -> bool:
    from PIL import Image

    from raftlab.projector.paint import Canvas

    start = min(view.tape.start_us for view in views) if from_us is None else from_us
    end = max(view.tape.end_us for view in views) if to_us is None else to_us
    if end < start:
        raise RaftlabError(f"a film goes forward: it can't begin at {start} us and end at {end} us")
    canvas = Canvas(options.size)
    images: list[Image.Image] = []
    for time_us, shown in film(views, options, fps, start, end):
        if len(images) == LONGEST:
            raise RaftlabError(
                f"the film would have more than {LONGEST} frames; show a shorter part (--from, --to) or go faster"
            )
        # Each frame has colours of its own: new terms bring new ones.
        images.append(canvas.image(shown).quantize(255, dither=Image.Dither.NONE))
        if progress is not None and progress((time_us - start) / max(1, end - start)) is False:
            return False
    # GIF counts in hundredths of a second.
    images[0].save(path, save_all=True, append_images=images[1:], duration=max(20, round(100 / fps) * 10), loop=0)
    if progress is not None:
        progress(1.0)
    return True
