"""What lies across a frame: title, caption, term tape, clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from raftlab.core.commands import Propose, Read
from raftlab.core.events import CommandGiven, ConfigChanged
from raftlab.core.times import format_us
from raftlab.projector.metrics import shrunk, text_width
from raftlab.projector.moment import HOLD_US
from raftlab.projector.shapes import SMALLEST, Box, Disc, Line, Polygon, Shape, Text
from raftlab.projector.stage import BAND, CLOCK_Y, SUBTITLE_Y, TAPE_WORDS_Y, TITLE_Y
from raftlab.view.headline import headline
from raftlab.view.importance import ALARM, STEP, TURN, importance
from raftlab.view.modified import modified_label, variants_of
from raftlab.view.palette import term_colour, term_pattern, text_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.events import Event
    from raftlab.projector.moment import LaneView, Moment
    from raftlab.projector.stage import Seat, Stage
    from raftlab.view.palette import Theme
    from raftlab.view.tape import Mark, Span

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def title(lane: LaneView, seat: Seat, theme: Theme) -> list[Shape]:
    """The lane's title and subtitle."""
    left, _, room, _ = seat.title
    shapes: list[Shape] = []
    name, size = shrunk(lane.title or lane.timeline.header.scenario or "Raft", 46, 30, "semibold", room)
    shapes.append(Text(left, TITLE_Y, name, size, theme.ink, "semibold"))
    if lane.subtitle:
        words, size = shrunk(lane.subtitle, 27, SMALLEST, "regular", seat.title[2])
        shapes.append(Text(left, SUBTITLE_Y, words, size, theme.muted))
    return shapes


def modified(lanes: Sequence[LaneView], moments: Sequence[Moment], stage: Stage, theme: Theme) -> list[Shape]:
    """A band along the upper edge of every lane of modified Raft, for good: striped, so that nobody misses it, and
    neither red nor gold, since nothing is broken yet and nobody leads by it."""
    shapes: list[Shape] = []
    for lane, moment, seat in zip(lanes, moments, stage.seats, strict=True):
        label = modified_label(variants_of(lane.timeline, moment.cluster))
        if not label:
            continue
        left, width = (0.0, stage.width) if len(lanes) == 1 else (seat.title[0], seat.title[2])
        words, size = shrunk(label, 25, SMALLEST, "semibold", width - 120)
        half, x = text_width(words, size, "semibold") / 2 + 22, left + width / 2
        shapes += [
            Box(left, 0, width, BAND, 0, theme.track, pattern="stripes"),
            Box(x - half, 0, 2 * half, BAND, 0, theme.pill),
            Text(x, BAND / 2 - 1, words, size, theme.pill_text, "semibold", "centre"),
        ]
    return shapes


def notice(words: str, stage: Stage, theme: Theme) -> list[Shape]:
    """A short word in the middle of the upper edge: what a key has just done."""
    width = text_width(words, 27, "semibold") + 48
    x = stage.width / 2
    return [
        Box(x - width / 2, 16, width, 54, 16, theme.pill, theme.ground, 3),
        Text(x, 43, words, 27, theme.pill_text, "semibold", "centre"),
    ]


# -- the caption -----------------------------------------------------------------------------------------------------


def caption(
    lanes: Sequence[LaneView], moments: Sequence[Moment], stage: Stage, theme: Theme, *, exact: bool
) -> list[Shape]:
    """One sentence, and the rule that it follows."""
    left, top, width, height = stage.caption
    said = _telling(lanes, moments, exact=exact)
    shapes: list[Shape] = [Box(left, top, width, height, 14, theme.panel)]
    if said is None:
        shapes.append(Box(left, top, 9, height, 4, theme.track))
        return shapes
    number, position, event = said
    lane, moment = lanes[number], moments[number]
    cluster = moment.cluster if position == moment.position else lane.timeline.state(position)
    sentence, rule = headline(event, cluster)
    if len(lanes) > 1:
        sentence = f"{lane.title}: {sentence}" if lane.title else sentence
    colour = theme.bad if importance(event) == ALARM else theme.gold
    words, size = shrunk(sentence, 38, 27, "semibold", width - 72)
    shapes += [
        Box(left, top, 9, height, 4, colour),
        Text(left + 36, top + (38 if rule else height / 2), words, size, theme.ink, "semibold"),
    ]
    if rule:
        words, size = shrunk(rule, 27, SMALLEST, "regular", width - 72)
        shapes.append(Text(left + 36, top + 82, words, size, theme.muted))
    return shapes


def _telling(lanes: Sequence[LaneView], moments: Sequence[Moment], *, exact: bool) -> tuple[int, int, Event] | None:
    """The event to speak of: lane, position, event. The lane whose event is the more telling speaks, or the later."""
    if exact and moments[0].recent:
        position, event = moments[0].recent[-1]
        return 0, position, event
    found = [
        (number, *said)
        for number, (lane, moment) in enumerate(zip(lanes, moments, strict=True))
        if (said := _said(lane, moment)) is not None
    ]
    return max(found, key=lambda one: (_level(one[2], moments[one[0]]), one[2].at_us, one[1])) if found else None


def _said(lane: LaneView, moment: Moment) -> tuple[int, Event] | None:
    """A turn of the story stands for a while, whatever steps follow it; then the latest step, else still that turn."""
    fresh = [pair for pair in moment.since(HOLD_US) if _level(pair[1], moment) >= TURN]
    if fresh:
        return max(fresh, key=lambda pair: (_level(pair[1], moment), pair[0]))
    turn = next((pair for pair in reversed(moment.recent) if _level(pair[1], moment) >= TURN), None)
    if turn is None and (earlier := lane.tape.previous_important(moment.position + 1 - len(moment.recent))) is not None:
        turn = (earlier, lane.timeline.event(earlier))
    for position, event in reversed(moment.recent):
        if turn is not None and event.at_us <= turn[1].at_us + HOLD_US * moment.pace:
            break
        if _level(event, moment) >= STEP:
            return position, event
    return turn


def _level(event: Event, moment: Moment) -> int:
    """How telling: a request is only the first of the steps that lead to its commit; a leader's configuration is a
    turn, that the others hear of it isn't."""
    if isinstance(event, ConfigChanged):
        leader = moment.cluster.leader()
        return TURN if leader is not None and event.node == leader.name else STEP
    asks = isinstance(event, CommandGiven) and isinstance(event.command, Propose | Read)
    return STEP if asks else importance(event)


# -- the term tape ---------------------------------------------------------------------------------------------------


def tape(
    lanes: Sequence[LaneView], moments: Sequence[Moment], stage: Stage, theme: Theme
) -> tuple[list[Shape], list[Shape]]:
    """The bands of terms with what befell the cluster (still), and the playhead (moving)."""
    left, top, width, height = stage.tape
    first = min(lane.tape.start_us for lane in lanes)
    last = max(max(lane.tape.end_us, int(moment.time_us)) for lane, moment in zip(lanes, moments, strict=True))
    scale = width / max(1, last - first)
    share = (height - 3 * (len(lanes) - 1)) / len(lanes)
    # A long trace has thousands of spans and marks: they are laid out anew only when the tape has grown.
    key = (tuple((id(lane.tape), lane.tape.length) for lane in lanes), stage, theme.name, first, last)
    if lanes[0].tape_kept[0] != key:
        laid: list[Shape] = [Box(left, top, width, height, 7, theme.track)]
        for number, lane in enumerate(lanes):
            y = top + number * (share + 3)
            spans = lane.tape.spans if lane.tape.telling else []
            laid += _spans(spans, (left, y, width, share), first, scale, theme, words=len(lanes) == 1)
        laid += _marks(lanes[0].tape.marks, stage, first, scale, theme)
        lanes[0].tape_kept = (key, laid)
    still = lanes[0].tape_kept[1]
    x = left + min(width, max(0.0, (moments[0].time_us - first) * scale))
    moving: list[Shape] = [
        Line(x, top, x, top + height + 8, 9, theme.ground),
        Line(x, top, x, top + height + 8, 4, theme.ink),
        Disc(x, top + 3, 12, theme.ink, theme.ground, 3.5),  # above the words in the band
    ]
    return still, moving


def time_at(x: float, lanes: Sequence[LaneView], stage: Stage) -> float:
    """The time that a place on the tape stands for."""
    left, _, width, _ = stage.tape
    first = min(lane.tape.start_us for lane in lanes)
    last = max(lane.tape.end_us for lane in lanes)
    return first + min(1.0, max(0.0, (x - left) / width)) * (last - first)


def _spans(
    spans: Sequence[Span],
    rect: tuple[float, float, float, float],
    first: int,
    scale: float,
    theme: Theme,
    *,
    words: bool,
) -> list[Shape]:
    left, top, _, height = rect
    shapes: list[Shape] = []
    drawn_to = -1.0
    for span in spans:
        x, end = left + (span.from_us - first) * scale, left + (span.to_us - first) * scale
        if end - drawn_to < 0.7:
            continue  # too short to be seen, as are its neighbours: a million events have many
        x = max(x, drawn_to)
        drawn_to = end
        if span.term is None:
            shapes.append(Box(x, top + height / 2 - 4, end - x, 8, 0, theme.bad))
            continue
        colour = term_colour(span.term)
        shapes.append(
            Box(x, top, max(1.0, end - x), height, 6 if end - x > 16 else 0, colour, pattern=term_pattern(span.term))
        )
        if words:
            label = next(
                (
                    label
                    for label in (f"term {span.term}", str(span.term))
                    if text_width(label, SMALLEST) < end - x - 16
                ),
                None,
            )
            if label is not None:
                shapes.append(Text(x + 10, top + height / 2, label, SMALLEST, text_on(colour)))
    return shapes


_RANKS = {
    "broken": 0,
    "partition": 1,
    "heal": 2,
    "crash": 3,
    "restart": 4,
    "pause": 5,
    "resume": 6,
    "cut": 7,
    "members": 8,
    "transfer": 9,
    "election": 10,
}


def _marks(marks: Sequence[Mark], stage: Stage, first: int, scale: float, theme: Theme) -> list[Shape]:
    """A stroke for each mark; words for as many as there is room for, the gravest first."""
    left, top, width, height = stage.tape
    columns: dict[int, Mark] = {}
    for mark in marks:
        column = int((mark.at_us - first) * scale / 3)
        known = columns.get(column)
        if known is None or _RANKS[mark.kind] < _RANKS[known.kind]:
            columns[column] = mark
    shapes: list[Shape] = []
    taken: list[tuple[float, float]] = []
    for mark in sorted(columns.values(), key=lambda mark: (_RANKS[mark.kind], mark.at_us)):
        x = left + (mark.at_us - first) * scale
        election = mark.kind == "election"
        colour = theme.bad if mark.kind == "broken" else theme.muted if election else theme.ink
        if election:
            shapes.append(Line(x, top + height + 2, x, top + height + 11, 3, colour))
        else:
            shapes.append(Line(x, top - 9, x, top + height + 9, 3.5, colour))
        words = "" if election else mark.text
        half = text_width(words, SMALLEST) / 2
        centre = min(max(x, left + half), left + width - half)
        if words and all(abs(centre - other) > half + reach_of + 18 for other, reach_of in taken):
            taken.append((centre, half))
            ink = theme.bad_text if mark.kind == "broken" else theme.muted
            shapes.append(Text(centre, TAPE_WORDS_Y - 2, words, SMALLEST, ink, "regular", "centre"))
    return shapes


# -- the clock -------------------------------------------------------------------------------------------------------


def clock(
    lane: LaneView,
    moment: Moment,
    stage: Stage,
    theme: Theme,
    speed: float,
    playing: bool | None,
    slowed: float,
) -> list[Shape]:
    """Time and speed at the right, where the events come from at the left."""
    right = stage.tape[0] + stage.tape[2]
    shapes: list[Shape] = []
    if playing is not None:
        if playing:
            shapes.append(
                Polygon(((right - 20, CLOCK_Y - 11), (right, CLOCK_Y), (right - 20, CLOCK_Y + 11)), theme.ink)
            )
        else:
            shapes += [
                Box(right - 20, CLOCK_Y - 11, 7, 22, 1, theme.ink),
                Box(right - 7, CLOCK_Y - 11, 7, 22, 1, theme.ink),
            ]
        right -= 40
    speed_text = speed_words(speed)
    width = text_width("×1/16", 26, "mono")
    shapes.append(Text(right, CLOCK_Y, speed_text, 26, theme.muted, "mono", "right"))
    right -= width + 30
    now = time_words(lane, moment)
    shapes.append(Text(right, CLOCK_Y, now, 26, theme.ink, "mono", "right"))
    if slowed < 0.95 and playing is not False:
        right -= text_width(now, 26, "mono") + 30
        shapes.append(Text(right, CLOCK_Y, "slowed", 26, theme.gold_text, "regular", "right"))
    shapes.append(Text(stage.tape[0], CLOCK_Y, source_words(lane), SMALLEST, theme.muted))
    return shapes


def speed_words(speed: float) -> str:
    """ "×1/16", "×2"."""
    return f"×1/{round(1 / speed)}" if speed < 1 else f"×{speed:g}"


def time_words(lane: LaneView, moment: Moment) -> str:
    """The time shown, in the unit of the trace."""
    unit = lane.timeline.header.unit
    if unit == "step":
        return f"event {max(0, moment.position)}"
    if unit == "clock":
        stamp = _EPOCH + timedelta(microseconds=int(moment.time_us))
        return f"{stamp:%Y-%m-%d %H:%M:%S}.{stamp.microsecond // 1000:03d}"
    return format_us(int(moment.time_us) // 1000 * 1000)


def source_words(lane: LaneView) -> str:
    """Where the events come from, if not from a simulation of ours."""
    source = lane.timeline.header.source
    return "simulated" if source == "raftlab" else f"recorded: {source}"
