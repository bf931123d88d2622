"""What an importer hands back: events in their final order, where each came from, and an account of every line."""

from __future__ import annotations

from msgspec import Struct

from raftlab.core.events import Event
from raftlab.core.origin import Origin


class FileReport(Struct):
    """What became of one file's lines.

    `told` lines became one event or several (`events` in all); every other line is counted in `skipped` under its
    reason: lines == told + sum(skipped.values()).
    """

    file: str
    kind: str
    lines: int = 0
    told: int = 0
    events: int = 0
    skipped: dict[str, int] = {}

    def skip(self, reason: str, lines: int = 1) -> None:
        """Count lines that became no event."""
        self.skipped[reason] = self.skipped.get(reason, 0) + lines


class Imported(Struct):
    """One cluster's trace, from the files of its nodes.

    `events` are in their final order (an event's position is its index); `origins[i]` is where events[i] came from,
    None for what no single line says. `nodes` are the keys in order of appearance. `unit` is "clock" (at_us counts
    microseconds since the Unix epoch) or "step" (the source has no clock; at_us counts events). `clocks` says by how
    many microseconds the clocks of some nodes were ahead (behind: below 0) before they were put right; `origins` keep
    the stamps as they were.
    """

    events: list[Event]
    origins: list[Origin | None]
    knows: tuple[str, ...]
    nodes: tuple[str, ...]
    unit: str
    files: list[FileReport]
    clocks: dict[str, int] = {}
