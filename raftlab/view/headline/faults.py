"""Captions of what is done to a cluster: crashes, restarts, partitions, and what can still be committed then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import commands as c
from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.view.command_words import groups_text
from raftlab.view.headline.lines import node_of, rule_line, so_many
from raftlab.view.quorum import configuration, count_words, is_quorum, majority_words, running, voters_of

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.headline.lines import Captions, Said


def _crashed(event: e.NodeCrashed, cluster: Cluster) -> Said:
    config = configuration(cluster)
    rule = "Its term, vote and log survive on its disk; what it knew of commits and peers doesn't (Figure 2)"
    lost = ""
    if event.torn:
        lost = f" Its disk loses what it had said was durable after entry {event.last_index}."
    elif event.last_index is not UNKNOWN:
        lost = f" What it had written after entry {event.last_index} was not on its disk, and is lost."
    elif event.term is not UNKNOWN:
        lost = " Its latest term or vote was not on its disk, and is lost."
    voters = voters_of(config)
    if any(name not in cluster.nodes or cluster.nodes[name].status is UNKNOWN for name in voters):
        return f"{event.node} crashes.{lost}", rule
    return f"{event.node} crashes.{lost} {_left(cluster)}", rule


def _left(cluster: Cluster) -> str:
    """How many voters still run, and whether they are enough."""
    config = configuration(cluster)
    left = running(cluster, voters_of(config))
    can = "still a majority." if is_quorum(config, left) else "no majority, so nothing can be committed."
    return f"{count_words(config, left)} nodes are left: {can}"


def _removed(event: e.NodeRemoved, cluster: Cluster) -> Said | None:
    config = configuration(cluster)
    if event.node not in voters_of(config):
        return f"{event.node} is switched off for good. It had no vote any more, so nobody misses it.", ""
    rule = "Who is a member still counts, running or not: first change the members, then switch off (§6)"
    return f"{event.node} is switched off for good, but is a voter still. {_left(cluster)}", rule


def _restarted(event: e.NodeRestarted, cluster: Cluster) -> Said:
    node = node_of(event, cluster)
    has = ""
    if node is not None and node.current_term is not UNKNOWN and node.log.last_index is not UNKNOWN:
        start = node.log.snapshot_index
        last = node.log.last_index
        held = f"a snapshot up to entry {start} and {so_many(last - start)}" if start else so_many(last)
        has = f", with term {node.current_term} and {held} from its disk"
    return f"{event.node} starts again as a follower{has}.", "A server that starts is a follower (§5.2)"


def _given(event: e.CommandGiven, cluster: Cluster) -> Said | None:
    command = event.command
    if isinstance(command, c.Partition):
        config = configuration(cluster)
        sides = [side for side in command.groups if is_quorum(config, running(cluster, side))]
        winner = f"Only the side of {sides[0][0]} has a majority." if sides else "No side has a majority."
        rule = "Elections and commits need more than half of all voters, reachable or not (§5.2, §5.3)"
        rule = f"{rule} · {majority_words(config)}"
        return f"The network is split: {groups_text(command.groups)}. {winner}", rule
    if isinstance(command, c.Heal):
        rule = "Whoever sees a higher term follows it, and its log is made to agree (§5.1, §5.3)"
        return "The network is whole again.", rule
    return None


def _torn(event: e.DiskFoundTorn, cluster: Cluster) -> Said:
    return f"{event.node} doesn't start: its disk has lost what others count on.", rule_line(event)


CAPTIONS: Captions = {
    e.NodeCrashed: _crashed, e.NodeRemoved: _removed, e.NodeRestarted: _restarted, e.CommandGiven: _given,
    e.DiskFoundTorn: _torn,
}  # fmt: skip
"""By kind of event."""
