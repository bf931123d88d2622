"""Disks: how long an fsync takes, and what a crash leaves.

What was written and not yet made durable may survive a crash in part: the tail of the log is torn somewhere in it. What
*was* durable survives, unless somebody says otherwise (Crash with `lose`): then the server finds out when it starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import NodeCrashed
from raftlab.core.log import UNKNOWN
from raftlab.core.model import DiskModel
from raftlab.engine.configuration import config_at

if TYPE_CHECKING:
    from raftlab.core.chance import Chance
    from raftlab.core.model import Cluster, Node


def fsync_due_us(cluster: Cluster, node: Node, now_us: int, chance: Chance) -> int:
    """When what a node has written will be durable, if its fsync begins now."""
    model, held = cluster.disk_model(node) or DiskModel(), node.disk
    assert held is not None
    writes = max(1, node.log.last_index - held.index)
    took_us = writes * model.write_us + model.fsync_us
    if model.jitter_us:
        took_us += chance.between(0, model.jitter_us, "fsync", node.name, node.fsyncs)
    return max(now_us, node.stalled_us) + took_us


def crash(cluster: Cluster, node: Node, now_us: int, cause: int, chance: Chance, lose: int) -> NodeCrashed:
    """The crash of a node: what its disk holds then."""
    log, held = node.log, node.disk
    last = log.last_index
    term, vote = UNKNOWN, None
    if held is not None:
        # A snapshot is written before its entries are forgotten, so the disk holds all up to it, and its term.
        sure = held.index if node.snapshot is None else max(held.index, node.snapshot.index)
        if last > sure:
            last = chance.between(sure, last, "torn tail", node.name, node.crashes)
            while last > sure and (log.term_at(last) or 0) > held.term:
                last -= 1  # the term was to be written before its entries
        saved = (held.term, held.vote)
        if node.snapshot is not None and node.snapshot.term > held.term:
            saved = (node.snapshot.term, node.voted_for if node.snapshot.term == node.current_term else None)
        if saved != (node.current_term, node.voted_for):
            term, vote = saved
    torn = lose > 0 and last > log.snapshot_index
    if torn:
        last = max(log.snapshot_index, last - lose)
    if last == log.last_index:
        return NodeCrashed(now_us, node.name, cause, None, UNKNOWN, term, vote)
    config, config_index = UNKNOWN, 0
    if node.config_index > last:
        config, config_index = config_at(node, last)
    return NodeCrashed(now_us, node.name, cause, None, last, term, vote, config, config_index, torn)
