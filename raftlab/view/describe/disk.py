"""Disks in words: what is durable, and what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.core.times import format_span
from raftlab.view.message_words import is_reply, message_noun

if TYPE_CHECKING:
    from raftlab.core.model import Cluster, DiskModel
    from raftlab.view.describe.phrases import Words


def _written(event: e.FsyncStarted | e.FsyncDone) -> str:
    """What is on its way to the disk, or there."""
    parts = [f"its log up to entry {event.up_to}"] if event.up_to else []
    if event.term is not UNKNOWN:
        parts.append(f"term {event.term}")
    if event.vote and event.vote is not UNKNOWN:
        parts.append("its own vote" if event.vote == event.node else f"its vote for {event.vote}")
    return ", ".join(parts) or "its empty log"


def _fsync(event: e.FsyncStarted, cluster: Cluster | None) -> str:
    return f"{event.node} begins to make durable: {_written(event)}"


def _fsync_done(event: e.FsyncDone, cluster: Cluster | None) -> str:
    return f"{event.node} has on its disk: {_written(event)}"


def _torn(event: e.DiskFoundTorn, cluster: Cluster | None) -> str:
    return f"{event.node} doesn't start: its disk has lost what it had said was durable"


def _held(event: e.MessageHeld, cluster: Cluster | None) -> str:
    name, fsync = message_noun(event.message), "the next fsync" if event.next else "its disk"
    deed = f"answers {event.to}" if is_reply(event.message) else f"sends to {event.to}"
    return f"{event.node} waits for {fsync} before it {deed}: {name}"


def _released(event: e.HeldReleased, cluster: Cluster | None) -> str:
    return f"{event.node} may send what has waited for its disk"


def _changed(event: e.DiskChanged, cluster: Cluster | None) -> str:
    if event.stalled_us > event.at_us:
        return f"The disk of {event.node} does nothing for {format_span(event.stalled_us - event.at_us)}"
    if event.model is None:
        return f"The disk of {event.node} works again"
    return f"The disk of {event.node} behaves in another way from now on: {disk_text(event.model)}"


def disk_text(model: DiskModel) -> str:
    """How a disk behaves."""
    if not (model.write_us or model.fsync_us or model.jitter_us):
        return "what is written is durable at once"
    more = f" and up to {format_span(model.jitter_us)} more" if model.jitter_us else ""
    return f"{format_span(model.write_us)} to write an entry, {format_span(model.fsync_us)}{more} for an fsync"


WORDS: Words = {
    e.FsyncStarted: _fsync, e.FsyncDone: _fsync_done, e.DiskFoundTorn: _torn, e.MessageHeld: _held,
    e.HeldReleased: _released, e.DiskChanged: _changed,
}  # fmt: skip
"""By kind of event."""
