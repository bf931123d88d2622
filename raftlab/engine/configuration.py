"""The configuration that a log says (section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.model import Config

if TYPE_CHECKING:
    from raftlab.core.model import Node


def config_at(node: Node, index: int) -> tuple[Config, int]:
    """The configuration that a log says up to an index, and the index of its entry (0: it stands before the log)."""
    for entry in reversed(node.log.between(node.log.snapshot_index + 1, index)):
        if entry.kind == "config":
            return Config.parse(entry.text), entry.index
    return (node.first_config if node.snapshot is None else node.snapshot.config), 0
