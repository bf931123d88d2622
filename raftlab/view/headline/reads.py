"""Captions of reads: what was proven, and whether the answer is old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.view.headline.lines import rule_line

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.headline.lines import Captions, Said


def _answered(event: e.ReadAnswered, cluster: Cluster) -> Said | None:
    if not event.key or not event.revision:
        return None
    value = "not there" if event.value is None else event.value
    told = f"{event.node} answers: {event.key} is {value}."
    if event.consistency != "serializable":
        leader = cluster.leader()
        it = "It" if leader is not None and leader.name == event.node else "Its leader"
        return f"{told} {it} led when the question came, so nobody knows better.", rule_line(event)
    newer = _newer(event, cluster)
    old = "" if newer is None else f" That is old: at {newer[0]} it is {newer[1]} already."
    return f"{told} It has asked nobody.{old}", rule_line(event)


def _newer(event: e.ReadAnswered, cluster: Cluster) -> tuple[str, str] | None:
    """Who has applied another value of the key since, and which."""
    nodes = [node for node in cluster.nodes.values() if node.machine is not UNKNOWN]
    newest = max(nodes, key=lambda node: node.machine.revision, default=None)
    if newest is None or newest.machine.revision <= event.revision:
        return None
    value = newest.machine.value(event.key)
    return None if value == event.value else (newest.name, "gone" if value is None else value)


CAPTIONS: Captions = {e.ReadAnswered: _answered}
"""By kind of event."""
