"""Snapshots in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.describe.phrases import Words


def _taken(event: e.SnapshotTaken, cluster: Cluster | None) -> str:
    kept = event.compacted_index
    if kept is UNKNOWN or kept == event.index:
        return f"{event.node} compacts its log up to entry {event.index} into a snapshot"
    return f"{event.node} takes a snapshot up to entry {event.index}, and keeps its log from entry {kept + 1} on"


def _chunk(event: e.SnapshotChunkStored, cluster: Cluster | None) -> str:
    piece = "the first piece" if event.offset == 0 else "a further piece"
    so_far = event.offset + len(event.data)
    return f"{event.node} stores {piece} of its leader's snapshot up to entry {event.index}: {so_far} characters so far"


def _installed(event: e.SnapshotInstalled, cluster: Cluster | None) -> str:
    return f"{event.node} takes over its leader's snapshot up to entry {event.index}"


WORDS: Words = {
    e.SnapshotTaken: _taken, e.SnapshotChunkStored: _chunk, e.SnapshotInstalled: _installed,
}  # fmt: skip
"""By kind of event."""
