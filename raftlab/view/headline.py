"""The projector's caption: what happened and what it means for the cluster, above the rule that it follows.

    n1 has entry 7 on 2 of 5 nodes. It may not commit it yet.
    A leader commits an entry of its own term once a majority holds it (§5.3, §5.4.2) · majority of 5 = 3

The sentence is `describe`'s, unless the state says more. The rule is the rulebook's, in our own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core import commands as c
from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.core.model import LEADER, Cluster, Config, Node
from raftlab.view.command_words import groups_text
from raftlab.view.describe import describe, of_term
from raftlab.view.message_words import entry_text
from raftlab.view.quorum import configuration, holders, is_quorum, majority, running
from raftlab.view.rule_words import rule_text, section

if TYPE_CHECKING:
    from collections.abc import Callable

_COMMIT_RULE = "A leader commits an entry of its own term once a majority holds it (§5.3, §5.4.2)"


def headline(event: e.Event, cluster: Cluster) -> tuple[str, str]:
    """What to say of an event, given the state after it: (sentence, rule line). The rule line may be ""."""
    found = _HEADLINES.get(type(event))
    said = found(event, cluster) if found else None
    return said or (describe(event, cluster), _rule_line(event))


def _rule_line(event: e.Event) -> str:
    sentence, mark = rule_text(event).rstrip("."), section(event)
    return f"{sentence} ({mark})" if sentence and mark else sentence or mark


def _majority_of(cluster: Cluster) -> str:
    size = len(configuration(cluster).voters)
    return f"majority of {size} = {majority(size)}"


def _stored(event: e.EntryAppended, cluster: Cluster) -> tuple[str, str] | None:
    entry, node = event.entry, _node(event, cluster)
    if node is None:
        return None
    config = configuration(cluster)
    if not _logs_known(cluster, config):
        return None
    held, size = len(holders(cluster, entry.index, entry.term, config)), len(config.voters)
    text = entry_text(entry)
    named = f"entry {entry.index}{f' ({text})' if text else ''}"
    if node.role is LEADER:
        return f"{node.name} takes {named} into its own log, and sends it to all.", _rule_line(event)
    known = node.commit_index is not UNKNOWN and entry.index <= node.commit_index
    if held == size > 1:
        return f"{node.name} stores {named}: all {size} nodes hold it.", _rule_line(event)
    end = "" if known else " A majority." if held >= majority(size) else " Not enough to commit it."
    return f"{node.name} stores {named}: {held} of {size} nodes hold it.{end}", _rule_line(event)


def _progressed(event: e.ProgressChanged, cluster: Cluster) -> tuple[str, str] | None:
    node = _node(event, cluster)
    if node is None or node.role is not LEADER or node.commit_index is UNKNOWN:
        return None
    if event.match_index <= node.commit_index:
        return None
    index, config = event.match_index, configuration(cluster)
    matched = {name for name, progress in node.progress.items() if progress.match_index >= index} | {node.name}
    size, held = len(config.voters), sum(name in matched for name in config.voters)
    fact = f"{node.name} has entry {index} on {held} of {size} nodes."
    rule = f"{_COMMIT_RULE} · {_majority_of(cluster)}"
    term = node.log.term_at(index)
    if not is_quorum(config, matched):
        return f"{fact} It may not commit it yet.", rule
    if term is not None and term != node.current_term:
        old = f"It is of term {term}: {node.name}, in term {node.current_term}, may not commit it by counting."
        return f"{fact} {old}", rule
    return f"{fact} That is a majority.", rule


def _committed(event: e.CommitAdvanced, cluster: Cluster) -> tuple[str, str] | None:
    node = _node(event, cluster)
    if node is None or node.role is not LEADER:
        return None
    config = configuration(cluster)
    matched = {name for name, progress in node.progress.items() if progress.match_index >= event.index} | {node.name}
    held, size = sum(name in matched for name in config.voters), len(config.voters)
    where = f" on {held} of {size} nodes" if is_quorum(config, matched) else ""
    entry = node.log.entry(event.index)
    text = entry_text(entry) if entry is not None else ""
    named = f"Entry {event.index}{f' ({text})' if text else ''}"
    said = f"{named} is{where}: {node.name} commits it." if where else f"{node.name} commits up to entry {event.index}."
    return said, f"{_COMMIT_RULE} · {_majority_of(cluster)}"


def _stands(event: e.BecameCandidate, cluster: Cluster) -> tuple[str, str]:
    size = len(configuration(cluster).voters)
    need = f" It needs {majority(size)} of {size} votes." if size > 1 else ""
    return f"{event.node} stands for election{of_term(_term_of(event, cluster), 'in')}.{need}", _rule_line(event)


def _leads(event: e.BecameLeader, cluster: Cluster) -> tuple[str, str]:
    node = _node(event, cluster)
    size = len(configuration(cluster).voters)
    votes = sum(node.votes.values()) if node is not None and node.votes is not UNKNOWN else 0
    count = f" with {votes} of {size} votes" if votes else ""
    line = f"{_rule_line(event)} · {_majority_of(cluster)}" if votes else _rule_line(event)
    return f"{event.node} becomes the leader{of_term(_term_of(event, cluster))}{count}.", line


def _counted(event: e.VoteCounted, cluster: Cluster) -> tuple[str, str] | None:
    node = _node(event, cluster)
    if node is None or event.pre:
        return None
    size = len(configuration(cluster).voters)
    votes, need = sum(node.votes.values()), majority(size)
    end = "A majority." if votes >= need else f"It needs {need}."
    who = "" if event.voter == node.name else f" {event.voter} says {'yes' if event.granted else 'no'}."
    return f"{node.name} has {votes} of {size} votes.{who} {end}", _rule_line(event)


def _crashed(event: e.NodeCrashed, cluster: Cluster) -> tuple[str, str]:
    config = configuration(cluster)
    rule = "Its term, vote and log survive on its disk; what it knew of commits and peers doesn't (Figure 2)"
    if any(name not in cluster.nodes or cluster.nodes[name].status is UNKNOWN for name in config.voters):
        return f"{event.node} crashes.", rule
    left = running(cluster, config.voters)
    size = len(config.voters)
    can = "still a majority." if is_quorum(config, left) else "no majority, so nothing can be committed."
    return f"{event.node} crashes. {len(left)} of {size} nodes are left: {can}", rule


def _restarted(event: e.NodeRestarted, cluster: Cluster) -> tuple[str, str]:
    node = _node(event, cluster)
    known = node is not None and node.current_term is not UNKNOWN and node.log.last_index is not UNKNOWN
    has = f", with term {node.current_term} and {node.log.last_index} entries from its disk" if node and known else ""
    return f"{event.node} starts again as a follower{has}.", "A server that starts is a follower (§5.2)"


def _given(event: e.CommandGiven, cluster: Cluster) -> tuple[str, str] | None:
    command = event.command
    if isinstance(command, c.Partition):
        config = configuration(cluster)
        sides = [side for side in command.groups if is_quorum(config, running(cluster, side))]
        winner = f"Only the side of {sides[0][0]} has a majority." if sides else "No side has a majority."
        rule = "Elections and commits need more than half of all voters, reachable or not (§5.2, §5.3)"
        rule = f"{rule} · {_majority_of(cluster)}"
        return f"The network is split: {groups_text(command.groups)}. {winner}", rule
    if isinstance(command, c.Heal):
        rule = "Whoever sees a higher term follows it, and its log is made to agree (§5.1, §5.3)"
        return "The network is whole again.", rule
    return None


def _dropped(event: e.LogTruncated, cluster: Cluster) -> tuple[str, str] | None:
    node = _node(event, cluster)
    if node is None or not node.leader or node.leader is UNKNOWN or event.last_index is UNKNOWN:
        return None
    last = event.last_index
    what = f"entry {last}" if last == event.from_index else f"entries {event.from_index}-{last}"
    conflicts = "conflicts" if last == event.from_index else "conflict"
    sentence = f"{node.name} drops {what}, which {conflicts} with the log of {node.leader}."
    known = node.commit_index is not UNKNOWN and event.from_index > node.commit_index
    safe = " Never committed, so nothing is lost." if known else ""
    return f"{sentence}{safe}", _rule_line(event)


def _node(event: e.Event, cluster: Cluster) -> Node | None:
    return cluster.nodes.get(event.node) if event.node is not None else None


def _term_of(event: e.BecameCandidate | e.BecameLeader, cluster: Cluster) -> Any:
    node = _node(event, cluster)
    return event.term if event.term is not UNKNOWN or node is None else node.current_term


def _logs_known(cluster: Cluster, config: Config) -> bool:
    """Whether every voter's log is told of: else nobody can say how many hold an entry."""
    nodes = [cluster.nodes.get(name) for name in config.voters]
    return all(node is not None and node.log.last_index is not UNKNOWN for node in nodes)


_HEADLINES: dict[type[e.Event], Callable[[Any, Cluster], tuple[str, str] | None]] = {
    e.EntryAppended: _stored,
    e.ProgressChanged: _progressed,
    e.CommitAdvanced: _committed,
    e.BecameCandidate: _stands,
    e.BecameLeader: _leads,
    e.VoteCounted: _counted,
    e.NodeCrashed: _crashed,
    e.NodeRestarted: _restarted,
    e.CommandGiven: _given,
    e.LogTruncated: _dropped,
}
