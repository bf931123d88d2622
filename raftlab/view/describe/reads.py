"""Reads in words: what must be proven before a server may answer one (dissertation 6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.view.describe.phrases import client_name, read_name

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.describe.phrases import Words


def _started(event: e.ReadStarted, cluster: Cluster | None) -> str:
    key = f", of {event.key}" if event.key else ""
    origin = f", which {event.origin} has passed on" if event.origin else ""
    if event.rule == "follower_read":
        then = ": its leader must say from which entry on it may answer"
    elif event.read_index is UNKNOWN:
        then = ": it must first commit an entry of its own term" if event.rule else ""
    else:
        then = f", to be answered from entry {event.read_index} on"
    return f"{event.node} takes {read_name(event.context, event.node)}{key}{origin}{then}"


def _confirmed(event: e.ReadConfirmed, cluster: Cluster | None) -> str:
    who = "its leader" if event.rule == "follower_read" else "it"
    may = "" if event.read_index is UNKNOWN else f", once entry {event.read_index} is applied"
    return f"{event.node} may answer {read_name(event.context, event.node)}{may}: {who} led when it was asked"


def _forwarded(event: e.ReadForwarded, cluster: Cluster | None) -> str:
    return f"{event.node} has told the follower that asked how to answer {read_name(event.context, event.node)}"


def _abandoned(event: e.ReadAbandoned, cluster: Cluster | None) -> str:
    name = read_name(event.context, event.node)
    return f"{event.node} gives up {name}: nobody will confirm any more that its leader led"


def _answered(event: e.ReadAnswered, cluster: Cluster | None) -> str:
    what = f": {event.key} is {'not there' if event.value is None else event.value}" if event.key else ""
    if event.consistency == "serializable":
        whom = client_name(event.client) if event.client else "at once"
        return f"{event.node} answers {whom} without asking anybody{what}"
    revision = f" (revision {event.revision})" if event.revision else ""
    return f"{event.node} answers {read_name(event.context, event.node)}{what}{revision}"


WORDS: Words = {
    e.ReadStarted: _started, e.ReadConfirmed: _confirmed, e.ReadForwarded: _forwarded,
    e.ReadAbandoned: _abandoned, e.ReadAnswered: _answered,
}  # fmt: skip
"""By kind of event."""
