"""The logs, one row for each node: the term above, the command below, as in the paper's Figure 6.

Filled slots are committed, dashed ones wait; a bright line with a tick is the commit index; under the peers of
a leader a solid tick is what it knows to match, an open one what it will send next. Entries that were
overwritten are struck, and fall. What is compacted is one block: snapshot up to 12. Where disks take time, a
short quiet line stands behind the last entry that is on disk. Long logs scroll: the window of the last entries
slides as they are appended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN, Entry
from raftlab.projector.metrics import fitted, shrunk, text_width
from raftlab.projector.shapes import SMALLEST, Box, Line, Polygon, Shape, Text
from raftlab.view.layout import smooth
from raftlab.view.looks import Look
from raftlab.view.message_words import entry_text
from raftlab.view.palette import mix, term_colour, term_pattern, text_on

if TYPE_CHECKING:
    from raftlab.core.model import Node
    from raftlab.projector.moment import LaneView
    from raftlab.projector.picture import Picture
    from raftlab.projector.stage import Seat

FALL_US = 600_000
HOLD_US = 250_000
"""Of its fall, an overwritten entry stays in place so long, struck."""
SLIDE_US = 350_000
APPEAR_US = 200_000
PITCH = 88.0
GAP = 8.0
CLOSEST = 52.0
"""Slots stand at least so far apart, with a smaller gap: room for three letters."""


def draw(lane: LaneView, picture: Picture) -> list[Shape]:
    """The table of a lane."""
    stations = picture.moment.stations
    if not stations:
        return []
    table = _Table(lane, picture)
    shapes = table.header()
    for number, name in enumerate(stations):
        if name in picture.places:  # who isn't there keeps the row, empty
            shapes += table.row(number, picture.cluster.nodes[name])
    return shapes + table.legend(len(stations))


class _Table:
    """One frame's table: its window of indices, and what is changing in it."""

    def __init__(self, lane: LaneView, picture: Picture) -> None:
        self.picture = picture
        self.seat = picture.seat
        self.left = self.seat.logs[0] + self.seat.names
        self.top = self.seat.logs[1] + 44
        self.pitch, self.columns = _pitch(lane, self.seat)
        self.slot = self.pitch - (GAP if self.pitch == PITCH else 0.6 * GAP)
        self.falling = self._falling(lane)
        self.appeared: dict[tuple[str, int], float] = {}
        self.committing: dict[str, tuple[int, float]] = {}
        self._note_changes()
        self.first = self._first()

    # -- what changes ------------------------------------------------------------------------------------------

    def _falling(self, lane: LaneView) -> dict[str, list[tuple[float, Entry]]]:
        falling: dict[str, list[tuple[float, Entry]]] = {}
        for position, event in self.picture.moment.since(FALL_US):
            if isinstance(event, e.LogTruncated) and event.node is not None:
                age = self.picture.moment.age(event.at_us)
                if self.picture.moment.settled:
                    if position != self.picture.moment.position:
                        continue
                    age = HOLD_US  # we stand on it: struck, not fallen yet
                falling.setdefault(event.node, []).extend((age, entry) for entry in lane.struck(position, event))
        return falling

    def _note_changes(self) -> None:
        """How far new entries and new commits have come, 0 to 1."""
        moment = self.picture.moment
        if moment.settled:
            return
        for _, event in moment.since(FALL_US + APPEAR_US):
            name = event.node or ""
            for entry in _stored(event):
                falls = any(struck.index == entry.index for _, struck in self.falling.get(name, ()))
                age = moment.age(event.at_us) - (FALL_US * 0.7 if falls else 0)
                self.appeared[name, entry.index] = smooth(age / APPEAR_US)
            if isinstance(event, e.CommitAdvanced):
                self.committing.setdefault(name, (event.index, smooth(moment.age(event.at_us) / APPEAR_US)))

    def _first(self) -> float:
        """The first index of the window. It slides: the mean over the last moments of where it should stand."""
        moment = self.picture.moment
        now = self._wanted(self._last())
        if now <= 1 or moment.settled:
            return float(now)
        newest = self._last()
        for _, event in moment.since(SLIDE_US):
            entries = _stored(event)
            if entries and entries[-1].index == newest:
                before = min(now, self._wanted(entries[0].index - 1))
                # The first node to hold the newest makes the window move.
                return before + (now - before) * smooth(moment.age(event.at_us) / SLIDE_US)
        return float(now)

    def _wanted(self, last: int) -> int:
        return max(1, last - self.columns + 1)

    def _last(self) -> int:
        lasts = [
            node.log.last_index
            for node in self.picture.cluster.nodes.values()
            if node.log.last_index is not UNKNOWN
        ]  # fmt: skip
        return max(lasts, default=0)

    # -- where things stand ------------------------------------------------------------------------------------

    def x(self, index: float) -> float:
        """The left edge of an index' slot."""
        return self.left + (index - self.first) * self.pitch

    def edge(self, index: float) -> float:
        """1 inside the window, 0 outside, in between at its edges."""
        place = index - self.first
        return smooth(min(1.0, 1 + place, self.columns - place))

    def visible(self) -> range:
        """The indices that are to be seen, if only in part."""
        return range(max(1, int(self.first)), int(self.first) + self.columns + 1)

    # -- rows --------------------------------------------------------------------------------------------------

    def header(self) -> list[Shape]:
        """The word and the indices."""
        theme = self.picture.theme
        y = self.seat.logs[1] + 18
        shapes: list[Shape] = [Text(self.seat.logs[0], y, "log", 27, theme.muted)]
        for index in self.visible():
            alpha = self.edge(index)
            if alpha > 0.02:
                shapes.append(
                    Text(
                        self.x(index) + self.slot / 2, y, str(index), SMALLEST, theme.muted, "regular", "centre", alpha
                    )
                )
        return shapes

    def row(self, number: int, node: Node) -> list[Shape]:
        """One node's log."""
        theme = self.picture.theme
        top = self.top + number * self.seat.row
        middle = top + self.seat.slot / 2
        look = self.picture.looks[node.name]
        presence = self.picture.presence[node.name]
        name, size = shrunk(node.name, 30, SMALLEST, "semibold", self.seat.names - 16)
        colour = theme.gold_text if look is Look.LEADER else theme.muted if look is Look.CRASHED else theme.ink
        shapes: list[Shape] = [Text(self.seat.logs[0], middle, name, size, colour, "semibold", alpha=presence)]
        if look is Look.REMOVED:
            return shapes
        if node.log.last_index is UNKNOWN:
            return [*shapes, Text(self.left, middle, "not told by the source", SMALLEST, theme.muted)]
        faint = presence * (0.5 if look is Look.CRASHED else 1.0)
        shapes += self._snapshot(node, top, faint)
        for index in self.visible():
            if index <= node.log.last_index and self.edge(index) > 0.02:
                shapes += self._slot(node, index, top, faint)
        shapes += self._durable(node, top) + self._commit(node, top)
        for age, entry in self.falling.get(node.name, ()):
            if self.edge(entry.index) > 0.02:
                shapes += self._struck(entry, top, age)
        if 0 < node.log.last_index < self.first - 0.5 and not self._covered(node):
            shapes.append(Text(self.left, middle, f"← ends at {node.log.last_index}", SMALLEST, theme.muted))
        return shapes + self._ticks(node, top)

    def _slot(self, node: Node, index: int, top: float, faint: float) -> list[Shape]:
        theme, x = self.picture.theme, self.x(index)
        alpha = self.edge(index) * self.appeared.get((node.name, index), 1.0) * faint
        if alpha <= 0.02:
            return []
        height = self.seat.slot
        if index <= node.log.snapshot_index:
            return []  # within the block
        entry = node.log.entry(index)
        if entry is None:
            return [
                Box(x, top, self.slot, height, 8, None, theme.line, 2.5, dashed=True, alpha=alpha),
                Text(x + self.slot / 2, top + height / 2, "?", SMALLEST, theme.muted, "regular", "centre", alpha),
            ]
        colour, filled = term_colour(entry.term), self._filled(node, index)
        shapes: list[Shape] = []
        if filled < 1:
            shapes.append(Box(x, top, self.slot, height, 8, theme.ground, colour, 3.5, dashed=True, alpha=alpha))
        if filled > 0:
            pattern = term_pattern(entry.term)
            shapes.append(Box(x, top, self.slot, height, 8, colour, pattern=pattern, alpha=alpha * filled))
        ink = text_on(colour) if filled > 0.5 else theme.ink
        return shapes + self._entry(entry, x, top, ink, alpha)

    def _filled(self, node: Node, index: int) -> float:
        """1 when an entry is committed as far as this node knows; on its way there just afterwards."""
        if node.commit_index is UNKNOWN or index > node.commit_index:
            return 0.0
        changed = self.committing.get(node.name)
        return changed[1] if changed is not None and index == changed[0] else 1.0

    def _entry(self, entry: Entry, x: float, top: float, ink: str, alpha: float) -> list[Shape]:
        """The term above the command; in low rows the command alone, or the term if there is none."""
        text = entry_text(entry)
        height = self.seat.slot
        if height < 52 or not text:
            only = fitted(text, SMALLEST, "mono", self.slot - 1) if text else f"t{entry.term}"
            return [Text(x + self.slot / 2, top + height / 2, only, SMALLEST, ink, "mono", "centre", alpha)]
        shown = fitted(text, SMALLEST, "mono", self.slot - 1)
        return [
            Text(x + self.slot / 2, top + height * 0.29, str(entry.term), SMALLEST, ink, "regular", "centre", alpha),
            Text(x + self.slot / 2, top + height * 0.71, shown, SMALLEST, ink, "mono", "centre", alpha),
        ]

    def _covered(self, node: Node) -> bool:
        """Whether some of what is compacted lies within the window."""
        return bool(node.log.snapshot_index >= self.first)

    def _snapshot(self, node: Node, top: float, alpha: float) -> list[Shape]:
        """What is compacted, as one block that says up to where the snapshot stands in for the log."""
        if not self._covered(node):
            return []
        theme, height = self.picture.theme, self.seat.slot
        left = max(self.left, self.x(1))
        right = self.x(min(node.log.snapshot_index, self.first + self.columns - 1)) + self.slot
        upto = node.log.snapshot_index if node.snapshot is None else node.snapshot.index
        words = (f"snapshot up to {upto}", f"snapshot {upto}", f"snap {upto}", f"…{upto}")
        said = next((text for text in words if text_width(text, SMALLEST) <= right - left - 12), words[-1])
        return [
            Box(left, top, right - left, height, 8, theme.track, theme.line, 2.5, alpha=alpha),
            Text((left + right) / 2, top + height / 2, said, SMALLEST, theme.ink, "regular", "centre", alpha),
        ]

    def _durable(self, node: Node, top: float) -> list[Shape]:
        """A short quiet line behind the last entry that is on disk, where disks take time."""
        if node.disk is None or node.disk.index == node.commit_index:
            return []
        index = min(node.disk.index, node.log.last_index)
        if index < self.first - 1 or index >= self.first + self.columns:
            return []
        x, foot = self.x(index + 1) - 4, top + self.seat.slot
        return [Line(x, foot - 0.45 * self.seat.slot, x, foot + 2, 4, self.picture.theme.muted)]

    def _commit(self, node: Node, top: float) -> list[Shape]:
        """The bright line after the last committed entry."""
        index = node.commit_index
        if index is UNKNOWN or index == 0 or self.picture.looks[node.name] is Look.CRASHED:
            return []
        index = min(index, node.log.last_index)
        if index < self.first - 1 or index >= self.first + self.columns:
            return []
        theme = self.picture.theme
        x = self.x(index + 1) - 4
        foot = top + self.seat.slot + 3
        return [
            Line(x, top - 3, x, foot, 4, theme.ink),
            Polygon(((x - 7, top - 10), (x + 7, top - 10), (x, top + 1)), theme.ink),
        ]

    def _struck(self, entry: Entry, top: float, age: float) -> list[Shape]:
        """An overwritten entry: struck at once, then it falls and fades."""
        theme = self.picture.theme
        fallen = smooth((age - HOLD_US) / (FALL_US - HOLD_US))
        alpha = (1 - fallen) * self.edge(entry.index)
        if alpha <= 0.02:
            return []
        x, y, height = self.x(entry.index), top + fallen * 34, self.seat.slot
        colour = term_colour(entry.term)
        pale = mix(colour, theme.ground, 0.55)
        struck = smooth(age / 120_000)
        return [
            Box(x, y, self.slot, height, 8, pale, colour, 3, dashed=True, alpha=alpha),
            *self._entry(entry, x, y, text_on(pale), alpha),
            Line(x - 5, y + height / 2, x - 5 + (self.slot + 10) * struck, y + height / 2, 6, theme.bad, alpha),
        ]

    def _ticks(self, node: Node, top: float) -> list[Shape]:
        """What the newest leader believes of this peer: match (solid) and next (open)."""
        leader = self.picture.leader
        if leader is None or leader is node or self.seat.row - self.seat.slot < 18:
            return []
        progress = leader.progress.get(node.name) if leader.progress is not UNKNOWN else None
        if progress is None:
            return []
        theme, y = self.picture.theme, top + self.seat.slot + 4
        shapes: list[Shape] = []
        if progress.match_index and self.edge(progress.match_index) > 0.5:
            shapes.append(tick(self.x(progress.match_index) + self.slot / 2, y, theme.ink))
        if self.edge(progress.next_index) > 0.5:
            shapes.append(open_tick(self.x(progress.next_index) + self.slot / 2, y, theme.ink))
        return shapes

    def legend(self, rows: int) -> list[Shape]:
        """What the signs mean; in two lines where one is too narrow."""
        if self.seat.slot < 44:
            return []
        theme, left = self.picture.theme, self.seat.logs[0]
        right, foot = left + self.seat.logs[2], self.seat.logs[1] + self.seat.logs[3] - 20
        items = [(30.0, "committed"), (30.0, "waiting"), (4.0, "commit"), (21.0, "match"), (21.0, "next")]
        if any(node.disk is not None for node in self.picture.cluster.nodes.values()):
            items.append((4.0, "on disk"))
        widths = [sign + 12 + text_width(word, SMALLEST) for sign, word in items]
        gap = min(40.0, max(22.0, (right - left - sum(widths)) / (len(items) - 1)))
        wraps = sum(widths) + gap * (len(items) - 1) > right - left
        y = min(self.top + rows * self.seat.row + 22, foot - (30 if wraps else 0))
        shapes: list[Shape] = []
        x = left
        for (sign, word), width in zip(items, widths, strict=True):
            if x + width > right + 1:
                x, y = left, y + 34
            shapes += self._sign(word, x, y)
            shapes.append(Text(x + sign + 12, y, word, SMALLEST, theme.muted))
            x += width + gap
        return shapes

    def _sign(self, word: str, x: float, y: float) -> list[Shape]:
        theme = self.picture.theme
        if word == "committed":
            return [Box(x, y - 12, 30, 24, 5, theme.muted)]
        if word == "waiting":
            return [Box(x, y - 12, 30, 24, 5, theme.ground, theme.muted, 2.5, dashed=True)]
        if word == "on disk":
            return [Line(x + 2, y, x + 2, y + 14, 4, theme.muted)]
        if word == "commit":
            return [Line(x + 2, y - 14, x + 2, y + 14, 4, theme.ink)]
        return [(open_tick if word == "next" else tick)(x + 10, y - 6, theme.ink)]


def _stored(event: e.Event) -> tuple[Entry, ...]:
    """The entries that an event puts into a log."""
    if isinstance(event, e.EntryAppended):
        return (event.entry,)
    return event.entries if isinstance(event, e.EntriesAppended) else ()


def _pitch(lane: LaneView, seat: Seat) -> tuple[float, int]:
    """How far apart slots stand, and how many there are: closer where logs that are long from the start (Figure 7)
    can be seen whole so."""
    room = seat.logs[2] - seat.names
    longest = lane.longest_history
    if longest <= seat.columns:
        return PITCH, seat.columns
    columns = min(longest, int(room // CLOSEST))
    return room / columns, columns


def tick(x: float, y: float, colour: str, half: float = 10.5) -> Polygon:
    """A small triangle that points up at a slot."""
    return Polygon(((x - half, y + half * 1.15), (x + half, y + half * 1.15), (x, y)), colour)


def open_tick(x: float, y: float, colour: str) -> Polygon:
    """The same, hollow: one outline that goes around outside, and back inside."""
    outer = tick(x, y, colour).points
    inner = tick(x, y + 3.6, colour, 5.6).points
    return Polygon((*outer, outer[0], *inner[::-1], inner[-1]), colour)
