"""A frame: what is to be seen of some timelines at some time. A pure function; nothing here knows a display or a clock.

The layers, from below: partitions, links, messages, nodes, logs, the labels of messages, the caption, the term tape.
What each thing looks like is said in one module each (nodes, links, flights, logs, bands); here they are put together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.projector import bands, flights, help_panel, links, logs, nodes
from raftlab.projector.shapes import Frame, Shape, Text, text_box
from raftlab.projector.stage import frame_width, stage_for
from raftlab.view.palette import THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.projector.moment import LaneView
    from raftlab.projector.shapes import Rect

STEP_PACE = 1e-6
"""A source without a clock counts events: at speed 1, one a second."""


class Options(Struct, frozen=True):
    """How to show it.

    `speed` is simulated time over the watcher's; `positions` the last event to count in each lane (None: all up
    to the time); `exact` puts the very last event into the caption (stepping), else the most telling one of
    late; `playing` None shows no play mark (a still picture); `slowed` is how much slower the telling moments
    pass right now.
    """

    size: tuple[int, int] = (1920, 1080)
    theme: str = "dark"
    speed: float = 1 / 16
    positions: tuple[int | None, ...] = ()
    exact: bool = False
    playing: bool | None = None
    slowed: float = 1.0
    help: bool = False
    notice: str = ""


def pace_of(unit: str, speed: float) -> float:
    """How many units of a trace's time pass in one of the watcher's microseconds."""
    return speed * STEP_PACE if unit == "step" else speed


def frame(lanes: Sequence[LaneView], time_us: float, options: Options) -> Frame:
    """What is to be seen of these lanes at this time."""
    theme = THEMES[options.theme]
    positions = options.positions or (None,) * len(lanes)
    moments = [
        lane.moment(time_us, pace_of(lane.timeline.header.unit, options.speed), position, settled=options.exact)
        for lane, position in zip(lanes, positions, strict=True)
    ]
    width = frame_width(options.size)
    stage = stage_for(width, tuple(len(moment.stations) for moment in moments))
    still: list[Shape] = []
    moving: list[Shape] = []
    for lane, moment, seat in zip(lanes, moments, stage.seats, strict=True):
        picture = nodes.Picture(moment, seat, theme)
        still += bands.title(lane, seat, theme)
        soft, names = links.regions(picture)
        still += [*soft, *links.links(picture), *names]
        bullets, labels = flights.draw(picture, _rects(still))
        moving += bullets + nodes.draw(picture) + logs.draw(lane, picture) + labels
    still += bands.modified(lanes, moments, stage, theme)
    moving += bands.caption(lanes, moments, stage, theme, exact=options.exact)
    tape_still, tape_moving = bands.tape(lanes, moments, stage, theme)
    still += tape_still
    moving += tape_moving
    moving += bands.clock(lanes[0], moments[0], stage, theme, options.speed, options.playing, options.slowed)
    if options.notice:
        moving += bands.notice(options.notice, stage, theme)
    if options.help:
        moving += help_panel.draw(stage, theme)
    return Frame(width, theme.ground, tuple(still), tuple(moving))


def _rects(shapes: list[Shape]) -> list[Rect]:
    """The room of the texts among them."""
    return [text_box(shape) for shape in shapes if isinstance(shape, Text)]
