"""Who has a place in the picture: all nodes that there were, are, and are known to come.

Nodes keep their place for good (see layout), so whoever joins later has one from the start, as far as that can be known
ahead: from the script, or from the part of a recording that was looked through. Who has left keeps it, empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.commands import ChangeMembers
from raftlab.core.log import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.core.model import Cluster, Scheduled


def stations(cluster: Cluster, named: Iterable[str] = ()) -> tuple[str, ...]:
    """All nodes that have a place, in its order: those `named` (by a header, by a tape), then the others."""
    configured = [
        name for node in cluster.nodes.values() if node.config is not UNKNOWN for name in node.config.members()
    ]
    return tuple(dict.fromkeys([*named, *awaited(cluster.script), *cluster.nodes, *configured]))


def awaited(script: Sequence[Scheduled]) -> list[str]:
    """Whom a script makes members, old and new."""
    changes = [it.command for it in script if isinstance(it.command, ChangeMembers)]
    return [name for command in changes for name in (*command.voters, *command.learners)]


def is_absent(cluster: Cluster, name: str) -> bool:
    """Whether a node of a run of our own isn't set up yet. (A foreign source may just not have spoken of it yet.)"""
    return name not in cluster.nodes and bool(cluster.links)
