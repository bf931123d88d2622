"""Captions of changes of members: which configuration counts, and what a majority of it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.core.model import LEADER
from raftlab.view.describe import config_text
from raftlab.view.headline.lines import node_of, rule_line
from raftlab.view.quorum import majority_words, need_words

if TYPE_CHECKING:
    from raftlab.core.model import Cluster, Config
    from raftlab.view.headline.lines import Captions, Said


def _changed(event: e.ConfigChanged, cluster: Cluster) -> Said:
    node, config = node_of(event, cluster), event.config
    line = f"{rule_line(event)} · {majority_words(config)}" if config.voters else rule_line(event)
    using = [it.name for it in cluster.nodes.values() if it.config is not UNKNOWN and it.config == config]
    known = node is not None and all(it.config is not UNKNOWN for it in cluster.nodes.values())
    follows = node is not None and node.role is not LEADER
    if follows and known and len(using) > 1:
        return f"{event.node} uses {_which(config)} too: {len(using)} of {len(cluster.nodes)} servers do.", line
    if config.outgoing:
        halves = f"{', '.join(config.voters)} jointly with {', '.join(config.outgoing)}"
        return f"{event.node} uses a joint configuration: {halves}. It takes {need_words(config)}.", line
    need = f". It takes {need_words(config)}." if len(config.voters) > 1 else "."
    return f"{event.node} uses the configuration {config_text(config)} from now on{need}", line


def _which(config: Config) -> str:
    return "the joint configuration" if config.outgoing else f"the configuration {config_text(config)}"


def _joined(event: e.NodeJoined, cluster: Cluster) -> Said:
    rule = "A new server is sent entries first, and votes only when it has caught up (dissertation §4.2.1)"
    return f"{event.node} is set up with an empty log, and waits for a leader that knows it.", rule


CAPTIONS: Captions = {e.ConfigChanged: _changed, e.NodeJoined: _joined}
"""By kind of event."""
