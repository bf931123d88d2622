"""The way from an event to its sentence: the words of all kinds, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.view.describe import clients, cluster, disk, elections, logs, members, network, observed, reads, snapshots

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.view.describe.phrases import Words


def describe(event: Event, cluster_after: Cluster | None = None) -> str:
    """What happened, as one sentence. With the state after the event it says a little more."""
    found = _WORDS.get(type(event))
    if found is None:
        return f"{event.node or 'The cluster'}: {type(event).__name__}."
    sentence = found(event, cluster_after)
    return f"{sentence}." if sentence[-1] not in ".?!" else sentence


_WORDS: Words = {
    **cluster.WORDS, **elections.WORDS, **logs.WORDS, **members.WORDS, **snapshots.WORDS, **clients.WORDS,
    **reads.WORDS, **disk.WORDS, **network.WORDS, **observed.WORDS,
}  # fmt: skip
