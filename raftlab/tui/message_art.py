"""Messages under way, painted where they are at a time: requests filled, replies outlined, lost ones with a cross.

A message whose arrival the source doesn't know stands half way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.tui.grid import BOLD, PLAIN
from raftlab.view.layout import way_part
from raftlab.view.message_words import is_heartbeat, is_reply, message_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.events import MessageDuplicated, MessageSent
    from raftlab.core.model import Cluster
    from raftlab.tui.grid import Grid
    from raftlab.tui.places import Places
    from raftlab.view.palette import Theme

Box = tuple[int, int, int, int]
"""Left, top, right, foot; the last two just outside."""

_MOST: Final = 24
_DIES_AT: Final = 0.5


def paint_messages(
    grid: Grid,
    cluster: Cluster,
    names: Sequence[str],
    places: Places,
    now_us: int,
    theme: Theme,
    written: Sequence[Box],
) -> None:
    """All messages under way.

    A label that would cover a node, another label or what is `written` moves to the next free row.
    """
    flights = list(cluster.flights.values())[-_MOST:]
    number = {name: place for place, name in enumerate(names)}
    taken = [*places.boxes(), *written]
    for sent in flights:
        if sent.node not in number or sent.to not in number:
            continue
        label = _label(sent, now_us)
        x, y = _where(sent, places, number[sent.node], number[sent.to], now_us, len(label))
        left = max(0, min(grid.width - len(label), round(x - len(label) / 2)))
        row = _free_row(taken, left, int(y), len(label))
        if row is None:
            continue
        taken.append((left, row, left + len(label), row + 1))
        _write(grid, left, row, label, sent, now_us, theme)


def _where(
    sent: MessageSent | MessageDuplicated, places: Places, source: int, target: int, now_us: int, width: int
) -> tuple[float, float]:
    """The middle of a label, in cells: on the way between two nodes, where it touches neither."""
    start, end = places.cells[source], places.cells[target]
    part = 0.5 if sent.due_us is None else way_part(now_us, sent.at_us, sent.due_us)
    if sent.fate != "deliver":
        part = min(part, _DIES_AT)
    first = _way_out(places, start, end, width)
    last = 1 - _way_out(places, end, start, width)
    if first > last:
        first = last = (first + last) / 2
    part = first + part * (last - first)
    return start[0] + 0.5 + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def _way_out(places: Places, start: tuple[int, int], end: tuple[int, int], width: int) -> float:
    """How far (0 to 1) a label must have gone from a node to be clear of it and of the words around it."""
    assert places.size is not None
    across, down = end[0] - start[0], end[1] - start[1]
    room_x = places.size.half_width + width / 2 + 0.5
    room_y = places.size.below + 0.2 if down > 0 else places.size.above + 0.8
    ways = [room / abs(way) for room, way in ((room_x, across), (room_y, down)) if way]
    return min(1.0, min(ways, default=0.5))


def _is_dying(sent: MessageSent | MessageDuplicated, now_us: int) -> bool:
    """Whether the message has already got to where it is lost."""
    return sent.fate != "deliver" and (sent.due_us is None or way_part(now_us, sent.at_us, sent.due_us) >= _DIES_AT)


def _label(sent: MessageSent | MessageDuplicated, now_us: int) -> str:
    """The message's few letters, with what shows its kind even without colours: (reply), a cross when it is lost."""
    text = message_label(sent.message)
    if _is_dying(sent, now_us):
        return f"✕ {text}"
    if is_reply(sent.message):
        return f"({text})"
    if is_heartbeat(sent.message):
        return " ♥ "
    return f" {text} "


def _write(
    grid: Grid, x: int, y: int, label: str, sent: MessageSent | MessageDuplicated, now_us: int, theme: Theme
) -> None:
    if _is_dying(sent, now_us):
        grid.text(x, y, label, theme.bad_text)
    elif is_reply(sent.message):
        grid.text(x, y, label, theme.ink, None, PLAIN)
    elif is_heartbeat(sent.message):
        grid.text(x, y, label, theme.ink, theme.track)
    else:
        grid.text(x, y, label, theme.pill_text, theme.pill, BOLD)


def _free_row(taken: Sequence[Box], left: int, row: int, width: int) -> int | None:
    for y in (row, row - 1, row + 1, row - 2, row + 2):
        if not any(left < right and left + width > start and top <= y < foot for start, top, right, foot in taken):
            return y
    return None
