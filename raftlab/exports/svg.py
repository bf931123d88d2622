"""A range of events as a space-time diagram in SVG, for a paper or a post-mortem: one file that needs nothing else.

Time runs down, a lane for each node: its band has the colour of its term (the number stands where it changes) and is
wide while it leads, striped while it stands for election, absent while it is down. Messages are arrows with their
labels; sentences stand at the right. Rows keep their order; the gap between two grows with the time between them, but
far more slowly, so that milliseconds and minutes both fit on a page (the stamps at the left are exact).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from math import atan2, degrees, log2
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from raftlab.core import events as e
from raftlab.core.errors import TraceError
from raftlab.core.log import UNKNOWN
from raftlab.core.times import format_us
from raftlab.exports.svg_shapes import LEGEND, PATTERN, STYLE, shape
from raftlab.view.describe import describe
from raftlab.view.importance import ALARM, TURN, importance
from raftlab.view.looks import Look
from raftlab.view.message_words import message_label
from raftlab.view.modified import modified_label, variants_of
from raftlab.view.palette import LIGHT, mix, term_colour, text_on
from raftlab.view.space_time import Fate, moment_sign, moment_words, window_between
from raftlab.view.space_time.lanes import ABSENT
from raftlab.view.stations import stations

if TYPE_CHECKING:
    from raftlab.view.space_time import Arrow, LaneState, Row, Window
    from raftlab.view.timeline_like import TimelineLike

MOST_ROWS: Final = 1_000
MOST_EVENTS: Final = 100_000
"""Beyond these nobody could read the picture, and few programs show it: `space_time_svg` refuses."""

_LEFT: Final = 132.0
_PITCH: Final = 170.0
_NOTES: Final = 450.0
_HEAD: Final = 104.0
_ROW: Final = 24.0
_MOST_GAP: Final = 46.0
_LOST_AT: Final = 0.62
_STUB: Final = 34.0
_SENTENCE: Final = 68
_WORDS: Final = 16
"""Pixels; and how many letters are shown of a sentence (its tooltip has all), and beside a mark."""


def space_time_svg(timeline: TimelineLike, start: int, stop: int, *, everything: bool = False, title: str = "") -> str:
    """The diagram of the events start .. stop - 1 (positions count from 0), as the text of an SVG file.

    Args:
        everything: noise too (timers, heartbeats that change nothing); by default it is left out, and counted.
        title: what to write above it; else the scenario's name, or what was recorded.

    Raises:
        TraceError: there are no such events, or more than MOST_EVENTS, or they make more than MOST_ROWS rows.
    """
    start, stop = max(0, start), min(stop, len(timeline))
    if stop <= start:
        raise TraceError("there is nothing to draw: no events lie between --from and --to")
    if stop - start > MOST_EVENTS:
        raise TraceError(
            f"{stop - start:,} events are too many for one picture (the most is {MOST_EVENTS:,}); "
            "narrow it with --from and --to"
        )
    window = window_between(timeline, start, stop, 0 if everything else 1)
    rows = window.rows()
    if len(rows) > MOST_ROWS:
        raise TraceError(
            f"these events make {len(rows):,} rows, more than a picture can show (the most is {MOST_ROWS:,}); "
            f"narrow it with --from and --to, as in --from {start} --to {rows[MOST_ROWS - 1].moment.last}"
        )
    return _Sheet(timeline, window, rows, title).text()


class _Sheet:
    """The picture while it is drawn: pieces of SVG, back to front."""

    def __init__(self, timeline: TimelineLike, window: Window, rows: list[Row], title: str) -> None:
        self.timeline, self.window, self.rows = timeline, window, rows
        end = timeline.state(window.last)
        names = stations(end, timeline.header.nodes)
        self.x = {name: _LEFT + _PITCH * (place + 0.5) for place, name in enumerate(names)}
        self.notes = _LEFT + _PITCH * len(names) + 54
        self.width = self.notes + _NOTES
        self.y = self._heights()
        self.foot = (self.y[-1] if self.y else _HEAD) + _ROW
        self.label = modified_label(variants_of(timeline, end))
        self.title = title or timeline.header.scenario or f"{timeline.header.source} recording"
        self.pieces: list[str] = []
        self.arrows = window.arrows()
        self.taken: set[tuple[int, int]] = set()  # (row, side): where arrows come to a mark, or leave it

    def _heights(self) -> list[float]:
        """Where the rows stand: the longer the time between two, the wider the gap, by its logarithm."""
        found: list[float] = []
        at = _HEAD + _ROW
        clock = self.timeline.header.unit != "step"
        for place, row in enumerate(self.rows):
            if place:
                passed = row.moment.at_us - self.rows[place - 1].moment.at_us if clock else 0
                at += _ROW + min(_MOST_GAP, 4.0 * log2(1 + passed / 2_000))
            found.append(at)
        return found

    def text(self) -> str:
        """The whole file."""
        height = self.foot + 92
        self.bands()
        for arrow in self.arrows:
            self.arrow(arrow)
        for place in range(len(self.rows)):
            self.row(place)
        self.head()
        self.legend()
        name = f"Space-time diagram: {self.title}"
        return "\n".join(
            [
                '<?xml version="1.0" encoding="UTF-8"?>',
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:.0f}" height="{height:.0f}" '
                f'viewBox="0 0 {self.width:.0f} {height:.0f}" role="img">',
                f"<title>{_safe(name)}</title>",
                f"<style>{STYLE}</style>",
                f"<defs>{PATTERN}</defs>",
                f'<rect width="100%" height="100%" fill="{LIGHT.ground}"/>',
                *self.pieces,
                "</svg>",
                "",
            ]
        )

    # -- pieces ------------------------------------------------------------------------------------------------------

    def put(self, piece: str) -> None:
        """Add a piece in front of all before."""
        self.pieces.append(piece)

    def write(self, x: float, y: float, text: str, classes: str = "", more: str = "") -> None:
        """Add a text; `more` are further attributes, as XML."""
        self.put(f'<text x="{x:.1f}" y="{y:.1f}" class="{classes}"{more}>{_safe(text)}</text>')

    def line(self, ends: tuple[float, float, float, float], stroke: str, width: float, dash: str = "") -> None:
        """Add a straight line."""
        x1, y1, x2, y2 = ends
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.put(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" '
            f'stroke-width="{width}"{dashed}/>'
        )

    def chip(self, x: float, y: float, term: int) -> None:
        """Add a term's number on its colour."""
        colour, said = term_colour(term), str(term)
        width = 10 + 6.5 * len(said)
        self.put(f'<rect x="{x:.1f}" y="{y - 7:.1f}" width="{width:.1f}" height="14" rx="4" fill="{colour}"/>')
        self.write(x + width / 2, y + 3.6, said, "chip", f' style="fill:{text_on(colour)}"')

    # -- lanes -------------------------------------------------------------------------------------------------------

    def bands(self) -> None:
        """Each lane, stretch by stretch of one role and term."""
        for name, x in self.x.items():
            top, state = _HEAD, self.window.before.get(name, ABSENT)
            for place, row in enumerate(self.rows):
                now = row.states.get(name, ABSENT)
                if now != state:
                    self.band(x, top, self.y[place], state)
                    top, state = self.y[place], now
            self.band(x, top, self.foot, state)

    def band(self, x: float, top: float, bottom: float, state: LaneState) -> None:
        """One stretch."""
        colour = LIGHT.muted if state.term is None else term_colour(state.term)
        if state.look is Look.REMOVED or bottom <= top:
            return
        if state.look in (Look.CRASHED, Look.PAUSED, Look.UNKNOWN):
            self.line((x, top, x, bottom), LIGHT.line, 2, "2 6" if state.look is Look.CRASHED else "7 5")
            return
        half = 8.0 if state.look in (Look.LEADER, Look.OLD_LEADER) else 3.5
        shape = f'x="{x - half:.1f}" y="{top:.1f}" width="{2 * half:.1f}" height="{bottom - top:.1f}"'
        self.put(f'<rect {shape} fill="{mix(colour, LIGHT.ground, 0.25)}"/>')
        if state.look in (Look.CANDIDATE, Look.PRE_CANDIDATE):
            self.put(f'<rect {shape} fill="url(#standing)"/>')

    # -- arrows ------------------------------------------------------------------------------------------------------

    def row_of(self, position: int | None) -> int | None:
        """The row of an event, or of the last one before it that has a row; None: before the first."""
        if position is None or not self.rows or position < self.rows[0].moment.first:
            return None
        low, high = 0, len(self.rows)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.rows[middle].moment.first <= position else (low, middle)
        return low

    def arrow(self, arrow: Arrow) -> None:
        """One message, as far as it is known."""
        if arrow.source not in self.x or arrow.target not in self.x or arrow.source == arrow.target:
            return
        term = None if arrow.message is None else arrow.message.term
        colour = LIGHT.muted if term is None or term is UNKNOWN else mix(term_colour(term), LIGHT.ink, 0.2)
        step = 1 if self.x[arrow.target] > self.x[arrow.source] else -1
        x1, x2 = self.x[arrow.source] + 6 * step, self.x[arrow.target] - 9 * step
        sent, ends = self.row_of(arrow.sent), self.row_of(arrow.ends)
        if sent is not None:
            self.taken.add((sent, step))
        if ends is not None and arrow.fate in (Fate.ARRIVES, Fate.UNSENT):
            self.taken.add((ends, -step))
        label = message_label(arrow.message)
        if arrow.fate is Fate.UNSEEN and sent is not None:
            self.stub(x1, self.y[sent], step, colour, label)
        elif arrow.fate is Fate.UNSENT and ends is not None:
            self.shaft((x2 - step * _STUB, self.y[ends] - 9, x2, self.y[ends]), colour, label, dashed=True)
            self.write(x2 - step * (_STUB + 6), self.y[ends] - 6, "?", "label muted")
        elif arrow.fate is Fate.LOST and ends is not None:
            y1 = self.y[sent] if sent is not None else self.y[ends] - _ROW
            # Between two rows, where no mark's words stand.
            y2 = max(self.y[ends] + _ROW / 2, y1 + _ROW / 2)
            self.lost((x1, y1, x1 + (x2 - x1) * _LOST_AT, y2), colour, label)
        elif arrow.fate is Fate.UNDER_WAY and sent is not None:
            self.shaft((x1, self.y[sent], x1 + (x2 - x1) * 0.7, self.foot), colour, label, head=False)
        elif ends is not None:
            y1 = self.y[sent] if sent is not None else _HEAD
            self.shaft((x1, y1, x2, self.y[ends]), colour, label)

    def shaft(
        self,
        ends: tuple[float, float, float, float],
        colour: str,
        label: str,
        *,
        dashed: bool = False,
        head: bool = True,
    ) -> None:
        """A line with a head, and its label along it near its end."""
        x1, y1, x2, y2 = ends
        self.line(ends, colour, 1.5, "4 3" if dashed else "")
        if head:
            turn = degrees(atan2(y2 - y1, x2 - x1))
            self.put(
                f'<path d="M0 0 L-9 -4 L-9 4 Z" fill="{colour}" transform="translate({x2:.1f} {y2:.1f}) '
                f'rotate({turn:.1f})"/>'
            )
        self.beside(ends, 0.5 if dashed else 0.7, label, colour)

    def beside(self, ends: tuple[float, float, float, float], part: float, label: str, colour: str) -> None:
        """A label along a line, `part` of the way on it, never upside down."""
        x1, y1, x2, y2 = ends
        turn = degrees(atan2(y2 - y1, x2 - x1))
        turn += 180 if abs(turn) > 90 else 0
        x, y = x1 + (x2 - x1) * part, y1 + (y2 - y1) * part
        place = f' transform="translate({x:.1f} {y:.1f}) rotate({turn:.1f})" style="fill:{mix(colour, LIGHT.ink, 0.4)}"'
        self.put(f'<text y="-4" class="label halo"{place}>{_safe(label)}</text>')

    def stub(self, x: float, y: float, step: int, colour: str, label: str) -> None:
        """A message that is only known to have left."""
        self.line((x, y, x + step * _STUB, y + 10), colour, 1.5, "4 3")
        self.write(x + step * (_STUB + 8), y + 14, f"{label} ?" if step > 0 else f"? {label}", "label muted halo")

    def lost(self, ends: tuple[float, float, float, float], colour: str, label: str) -> None:
        """A message that dies on its way."""
        _, _, x, y = ends
        self.line(ends, colour, 1.5)
        self.put(f'<path class="cross" d="M{x - 5:.1f} {y - 5:.1f} l10 10 m0 -10 l-10 10"/>')
        self.beside(ends, 0.6, label, colour)

    # -- rows --------------------------------------------------------------------------------------------------------

    def row(self, place: int) -> None:
        """A moment: its stamp, its mark, its words, its sentence."""
        moment, y = self.rows[place].moment, self.y[place]
        stamp = _stamp(moment.at_us, self.timeline.header.unit)
        if place == 0 or stamp != _stamp(self.rows[place - 1].moment.at_us, self.timeline.header.unit):
            self.write(_LEFT - 28, y + 4, stamp, "stamp muted")
        main = moment.event(moment.main)
        level, said = importance(main), describe(main)
        if moment.lane in self.x:
            self.mark(place)
        else:
            self.across(place, said, level)
        classes = "bad turn" if level >= ALARM else "turn" if level >= TURN else "muted"
        tip = f"<title>event {moment.main:,}: {_safe(said)}</title>"
        self.put(
            f'<text x="{self.notes:.1f}" y="{y + 4:.1f}" class="{classes}">{_safe(_cut(said, _SENTENCE))}{tip}</text>'
        )

    def mark(self, place: int) -> None:
        """The mark on a lane, with the term where it changes, and what is done there."""
        row, y = self.rows[place], self.y[place]
        name = str(row.moment.lane)
        x, state = self.x[name], row.states.get(name, ABSENT)
        before = (self.rows[place - 1].states if place else self.window.before).get(name, ABSENT)
        self.put(shape(moment_sign(row.moment), x, y))
        side = -1 if (place, 1) in self.taken and (place, -1) not in self.taken else 1
        at = x + 14 * side
        if state.term is not None and state.term != before.term:
            width = 10 + 6.5 * len(str(state.term))
            self.chip(min(at, at + side * width), y, state.term)
            at += side * (width + 6)
        words = moment_words(row.moment, received=False)
        if words:
            bad = any(isinstance(event, e.NodeCrashed | e.InvariantBroken) for event in row.moment.events)
            turn = max(map(importance, row.moment.events)) >= TURN
            classes = f"halo{' bad' * bad}{' turn' * turn}"
            self.write(at, y + 4, _cut(words[0], _WORDS), classes, ' style="text-anchor:end"' if side < 0 else "")

    def across(self, place: int, said: str, level: int) -> None:
        """What befalls the whole cluster: a line through all lanes. A loss has its mark on its arrow already."""
        row, y = self.rows[place], self.y[place]
        if isinstance(row.moment.events[0], e.MessageDropped | e.MessageDuplicated):
            return
        colour = LIGHT.bad if level >= ALARM else LIGHT.muted
        self.line((_LEFT, y, self.notes - 8, y), colour, 1.2, "8 4")
        words = moment_words(row.moment)
        self.write(_LEFT + 6, y - 5, words[0] if words else said, f"halo turn{' bad' if level >= ALARM else ''}")

    # -- around ------------------------------------------------------------------------------------------------------

    def head(self) -> None:
        """Title, what the picture shows, whose rules were broken, and the nodes' names."""
        window, header = self.window, self.timeline.header
        self.write(20, 32, self.title, "title")
        first, last = (_stamp(self.timeline.time_of(at), header.unit) for at in (window.first, window.last))
        hidden = len(window.events) - sum(len(row.moment.events) for row in self.rows)
        shows = f"events {window.first:,} to {window.last:,} · {first} to {last}"
        if header.unit == "clock":
            shows += f" · {_moment(self.timeline.time_of(window.first)):%Y-%m-%d} UTC"
        left_out = f" · {hidden:,} of noise left out (timers, heartbeats)" if hidden else ""
        self.write(20, 52, shows + left_out, "muted")
        if self.label:
            self.write(self.width - 20, 32, self.label, "title bad", ' style="text-anchor:end"')
        for name, x in self.x.items():
            for y in (_HEAD - 10, self.foot + 20):
                self.write(x, y, name, "name")

    def legend(self) -> None:
        """What the shapes mean, and who drew it."""
        y, x = self.foot + 56, 24.0
        for sign, words in LEGEND:
            self.put(shape(sign, x, y))
            self.write(x + 12, y + 4, words, "muted")
            x += 30 + 7.2 * len(words)
        said = "wide band: leads · striped: stands for election · dotted: down · colour and number: term · "
        self.write(20, y + 24, f"{said}✕: lost · ?: the other end isn’t told · drawn by raftlab", "muted")


def _stamp(time_us: int, unit: str) -> str:
    """An exact time, in the timeline's own unit."""
    if unit == "clock":
        return f"{_moment(time_us):%H:%M:%S.%f}"[: None if time_us % 1_000 else -3]
    return f"step {time_us}" if unit == "step" else format_us(time_us)


def _moment(time_us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()}…"


def _safe(text: str) -> str:
    """Text for XML: escaped, and without the characters that XML can't hold at all."""
    return escape(_UNFIT.sub("\ufffd", text))


_UNFIT: Final = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
