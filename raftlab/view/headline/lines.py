"""What captions share: the line of the rule, and what the state says of those concerned."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from raftlab.core.events import Event
from raftlab.core.log import UNKNOWN
from raftlab.view.message_words import entry_text
from raftlab.view.quorum import configuration, voters_of
from raftlab.view.rule_words import rule_text, section

if TYPE_CHECKING:
    from raftlab.core.log import Entry
    from raftlab.core.model import Cluster, Config, Node

Said: TypeAlias = tuple[str, str]
"""A sentence and the line of its rule."""
Captions: TypeAlias = dict[type[Event], Callable[[Any, "Cluster"], "Said | None"]]
"""A kind of event, and what makes its caption; None: `describe` says it all."""

COMMIT_RULE: Final = "A leader commits an entry of its own term once a majority holds it (§5.3, §5.4.2)"


_ASIDE: Final = re.compile(r" \([^()]*etcd[^()]*\)")


def rule_line(event: Event) -> str:
    """The rule that an event follows and its section; how etcd does it otherwise would be too much for a caption."""
    sentence, mark = _ASIDE.sub("", rule_text(event)).rstrip("."), section(event)
    return f"{sentence} ({mark})" if sentence and mark else sentence or mark


def node_of(event: Event, cluster: Cluster) -> Node | None:
    """The node whose event it is, if the state knows it."""
    return cluster.nodes.get(event.node) if event.node is not None else None


def config_of(node: Node | None, cluster: Cluster) -> Config:
    """The configuration that a node goes by; where that isn't known, the cluster's."""
    if node is not None and node.config is not UNKNOWN and node.config.voters:
        return node.config
    return configuration(cluster)


def logs_known(cluster: Cluster, config: Config) -> bool:
    """Whether every voter's log is told of: else nobody can say how many hold an entry."""
    nodes = [cluster.nodes.get(name) for name in voters_of(config)]
    return all(node is not None and node.log.last_index is not UNKNOWN for node in nodes)


def named(entry: Entry) -> str:
    """ "entry 7 (x=3)"."""
    text = entry_text(entry)
    return f"entry {entry.index}{f' ({text})' if text else ''}"


def so_many(count: int) -> str:
    """ "1 entry", "4 entries"."""
    return f"{count} entr{'y' if count == 1 else 'ies'}"
