"""The logs of all nodes under one another, painted: a column for each index.

    log      1    2    3    4    5
    ♛ n1    ■1   ■1   ■2   ■4 ┃ □4       commit 4
      n2    ■1   ■1   ■2 ┃ ■4            commit 3
                         ▲    △          match 3, next 4

■ is committed, □ waits; the number (and the colour) is the term. The bright line is the commit index, the dotted one
where the disk has got to (where there is a disk model). What is compacted is one block: snapshot up to 12. Entries that
were overwritten by the last event are struck. What a source can't tell is left out; who has left is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from raftlab.core.log import UNKNOWN
from raftlab.core.model import REMOVED
from raftlab.tui.grid import BOLD, PLAIN, STRIKE, Grid, fit
from raftlab.view.looks import GLYPHS, Look, look_of
from raftlab.view.message_words import entry_text
from raftlab.view.palette import mix, term_colour, term_pattern, text_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.log import Entry
    from raftlab.core.model import Cluster, Node
    from raftlab.view.palette import Theme

_SQUARES: Final = {"plain": "■□", "stripes": "▨□", "dots": "▩□", "bars": "▥□"}
_MARK: Final = "┃"
_DURABLE: Final = "┊"
_LEGENDS: Final = (
    "■ committed  □ waiting  number and colour: term  ┃ commit index  ▲ match  △ next",
    "■ committed  □ waiting  ┃ commit index  ▲ match  △ next",
    "■ committed  □ waiting  ┃ commit index",
    "■ committed  □ waiting",
)


class Window(Struct, frozen=True):
    """Which indices are shown: each in `each` columns, from column `left` on; `texts`: with what entries carry."""

    first: int
    last: int
    left: int
    each: int
    texts: bool
    lines: int

    def column(self, index: int) -> int:
        """Where an index begins."""
        return self.left + (index - self.first) * self.each


def paint_logs(
    cluster: Cluster, names: Sequence[str], width: int, height: int, theme: Theme,
    *, before: Cluster | None = None, mono: bool = False,
) -> Grid:  # fmt: skip
    """The table. `before`: the state before the last event, to show what it took away."""
    grid = Grid(width, height, theme.ground)
    names = [name for name in names if name in cluster.nodes and cluster.nodes[name].status is not REMOVED]
    if not names or height < 1 or width < 12:
        return grid
    nodes = [cluster.nodes[name] for name in names]
    window = _window(nodes, width, height, before)
    leader = cluster.leader()
    _paint_header(grid, window, nodes, theme)
    room = max(0, (height - 1) // window.lines)
    for place, node in enumerate(nodes[:room]):
        y = 1 + place * window.lines
        _paint_node(grid, y, node, cluster, window, theme, mono)
        if before is not None and node.name in before.nodes:
            _paint_dropped(grid, y, node, before.nodes[node.name], window, theme)
        if leader is not None and node.name in leader.progress and node is not leader:
            _paint_progress(grid, y, node.name, leader, window, theme)
    if room < len(nodes):
        grid.clear(0, height - 1, width)
        grid.text(0, height - 1, fit(f"… {len(nodes) - room} more nodes", width), theme.muted)
    elif height - 1 - len(nodes) * window.lines >= 2:
        disk = any(node.disk is not None for node in nodes)
        _paint_legend(grid, 2 + len(nodes) * window.lines, theme, disk)
    return grid


def _window(nodes: Sequence[Node], width: int, height: int, before: Cluster | None) -> Window:
    """As many of the newest indices as there is room for."""
    seen = [*nodes, *(before.nodes.values() if before else ())]
    last = max((node.log.last_index for node in seen if node.log.last_index is not UNKNOWN), default=0)
    left = max(len(node.name) for node in nodes) + 4
    lines = 2 if height - 1 >= 2 * len(nodes) else 1
    room = width - left - 11
    texts = [len(entry_text(entry)) for node in nodes for entry in node.log.tail(12)]
    longest = max(texts, default=0)
    wide = 6 + min(8, longest) if longest else 4
    shown = last if last <= 3 else min(last, 6)
    with_texts = bool(longest) and wide * max(shown, 1) <= room
    digits = len(str(_highest_term(nodes)))
    each = wide + digits - 1 if with_texts else max(3 + digits, len(str(last)) + 2)
    count = max(1, room // each)
    first = max(1, last - count + 1)
    return Window(first, last, left, each, with_texts, lines)


def _highest_term(nodes: Sequence[Node]) -> int:
    return max((node.log.last_term for node in nodes if node.log.last_term is not UNKNOWN), default=1)


def _paint_header(grid: Grid, window: Window, nodes: Sequence[Node], theme: Theme) -> None:
    grid.text(2, 0, "log", theme.muted, None, BOLD)
    if window.first > 1:
        grid.text(window.left - 1, 0, "…", theme.muted)
    for index in range(window.first, window.last + 1):
        grid.text(window.column(index), 0, str(index), theme.muted)


def _paint_legend(grid: Grid, y: int, theme: Theme, disk: bool) -> None:
    legends = [f"{text}  {_DURABLE} on disk" for text in _LEGENDS] if disk else _LEGENDS
    text = next((text for text in legends if len(text) <= grid.width - 2), legends[-1])
    grid.text(2, y, fit(text, grid.width - 2), theme.muted)


def _paint_node(grid: Grid, y: int, node: Node, cluster: Cluster, window: Window, theme: Theme, mono: bool) -> None:
    look = look_of(cluster, node)
    leads = look is Look.LEADER
    mark = GLYPHS[look] if look not in (Look.FOLLOWER, Look.UNKNOWN) else " "
    ink = theme.gold_text if leads else theme.muted if look is Look.CRASHED else theme.ink
    grid.text(0, y, f"{mark} {node.name}", ink, None, BOLD if leads else PLAIN)
    commit = node.commit_index
    known = 0 if commit is UNKNOWN else commit
    _paint_snapshot(grid, y, node, window, theme, mono)
    for entry in node.log.between(window.first, window.last):
        _paint_entry(grid, window.column(entry.index), y, entry, entry.index <= known, window, theme, mono)
    if node.disk is not None and window.first - 1 <= node.disk.index <= window.last:
        grid.text(window.column(node.disk.index + 1) - 1, y, _DURABLE, theme.muted)
    if window.first <= known <= window.last and look is not Look.CRASHED:
        grid.text(window.column(known + 1) - 1, y, _MARK, theme.gold_text if leads else theme.ink, None, BOLD)
    _paint_end(grid, y, node, window, look, theme)


def _paint_snapshot(grid: Grid, y: int, node: Node, window: Window, theme: Theme, mono: bool) -> None:
    """What is compacted, as one block that says up to where the snapshot stands in for the log."""
    compacted = node.log.snapshot_index
    if compacted < window.first:
        return
    upto = compacted if node.snapshot is None else node.snapshot.index
    width = window.column(min(compacted, window.last) + 1) - window.left - 1
    words = (f" snapshot up to {upto} ", f" snapshot {upto} ", f"snap {upto}", f"▒{upto}")
    said = next((text for text in words if len(text) <= width), "")
    grid.text(window.left, y, said.center(width, "▒"), theme.ink, None if mono else theme.track)


def _paint_entry(
    grid: Grid, x: int, y: int, entry: Entry, committed: bool, window: Window, theme: Theme, mono: bool
) -> None:
    colour = term_colour(entry.term)
    square = _SQUARES[term_pattern(entry.term)][0 if committed else 1]
    width = window.each - 1
    text = f"{square}{entry.term}"
    if window.texts:
        text = f"{text} {entry_text(entry)}"
    text = fit(text, width)
    if committed and not mono:
        grid.text(x, y, text.ljust(width), text_on(colour), colour)
    else:
        grid.text(x, y, text, theme.ink if mono else _readable(colour, theme))


def _readable(colour: str, theme: Theme) -> str:
    """A term's colour as an ink."""
    return mix(colour, theme.ink, 0.35)


def _paint_end(grid: Grid, y: int, node: Node, window: Window, look: Look, theme: Theme) -> None:
    """Behind the row: the commit index; and where the log ends, when that isn't seen."""
    said = "" if node.commit_index is UNKNOWN or look is Look.CRASHED else f"commit {node.commit_index}"
    last = node.log.last_index
    start = window.column(window.last + 1) + (1 if window.last else 3)
    if look is Look.CRASHED:
        said = "crashed" if last is UNKNOWN or last >= window.first else f"crashed, ends at {last}"
    elif last is UNKNOWN:
        said = said or "log not known"
    elif last < window.first:
        said = f"ends at {last}" if last else "empty"
    elif len(node.log) == 0 and last > 0 and node.log.snapshot_index < last:
        grid.text(window.left, y, f"last {last}:{_or_mark(node.log.last_term)}", theme.muted)
    ink = theme.bad_text if look is Look.CRASHED else theme.muted
    grid.text(start, y, fit(said, grid.width - start), ink)


def _or_mark(value: Any) -> str:
    return "?" if value is UNKNOWN else str(value)


def _paint_dropped(grid: Grid, y: int, node: Node, old: Node, window: Window, theme: Theme) -> None:
    """Entries that the last event took away, struck."""
    if old.log.last_index is UNKNOWN or node.log.last_index is UNKNOWN or old.log.last_index <= node.log.last_index:
        return
    for entry in old.log.between(max(window.first, node.log.last_index + 1), window.last):
        text = f"✕{entry.term} {entry_text(entry)}" if window.texts else f"✕{entry.term}"
        grid.text(window.column(entry.index), y, fit(text, window.each - 1), theme.bad_text, None, STRIKE)


def _paint_progress(grid: Grid, y: int, name: str, leader: Node, window: Window, theme: Theme) -> None:
    """What the leader believes of a peer: ticks under its log where there is a line for them, words else."""
    progress = leader.progress[name]
    words = f"match {progress.match_index} next {progress.next_index}"
    if window.lines == 1:
        start = window.column(window.last + 1) + 12
        if grid.width - start >= len(words):
            grid.text(start, y, words, theme.muted)
        return
    for index, tick in ((progress.match_index, "▲"), (progress.next_index, "△")):
        if window.first <= index <= window.last + 1 and window.column(index) < grid.width - 1:
            grid.text(window.column(index), y + 1, tick, theme.muted)
    if 0 < progress.match_index < window.first:
        start = window.column(window.last + 1) + 1
        grid.text(start, y + 1, fit(words, grid.width - start), theme.muted)
