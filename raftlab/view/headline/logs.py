"""Captions of logs: how many nodes hold an entry, whether it may be committed, what is dropped, what is compacted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN, Entry
from raftlab.core.model import LEADER
from raftlab.view.headline.lines import COMMIT_RULE, config_of, logs_known, named, node_of, rule_line, so_many
from raftlab.view.message_words import indices
from raftlab.view.quorum import configuration, count_words, holders, is_quorum, majority_words, voters_of

if TYPE_CHECKING:
    from raftlab.core.model import Cluster, Node
    from raftlab.view.headline.lines import Captions, Said


def _stored(event: e.EntryAppended, cluster: Cluster) -> Said | None:
    return _held(event, (event.entry,), cluster)


def _batch_stored(event: e.EntriesAppended, cluster: Cluster) -> Said | None:
    return _held(event, event.entries, cluster) if event.entries else None


def _held(event: e.Event, entries: tuple[Entry, ...], cluster: Cluster) -> Said | None:
    """Who holds the last of these entries now that this node does."""
    node, entry = node_of(event, cluster), entries[-1]
    if node is None:
        return None
    config = configuration(cluster)
    if not logs_known(cluster, config):
        return None
    what = named(entry) if len(entries) == 1 else indices(entries[0].index, entry.index)
    if node.role is LEADER:
        it = "it" if len(entries) == 1 else "them"
        return f"{node.name} takes {what} into its own log, and sends {it} to all.", rule_line(event)
    if node.disk is not None and node.disk.index < entry.index:
        return f"{node.name} stores {what}, and says so once that is on its disk.", rule_line(event)
    held, voters = holders(cluster, entry.index, entry.term, config), voters_of(config)
    if node.name not in voters:
        return f"{node.name} stores {what}; it has no vote, so that doesn't count.", rule_line(event)
    if len(held) == len(voters) > 1:
        return f"{node.name} stores {what}: all {len(voters)} nodes hold it.", rule_line(event)
    known = node.commit_index is not UNKNOWN and entry.index <= node.commit_index
    end = "" if known else " A majority." if is_quorum(config, held) else " Not enough to commit it."
    return f"{node.name} stores {what}: {count_words(config, held)} nodes hold it.{end}", rule_line(event)


def _matched(node: Node, index: int) -> set[str]:
    """Who holds all up to an index for sure, as this leader sees it: itself only once that is on its disk."""
    matched = {name for name, progress in node.progress.items() if progress.match_index >= index}
    return matched | {node.name} if node.durable_index is UNKNOWN or node.durable_index >= index else matched


def _progressed(event: e.ProgressChanged, cluster: Cluster) -> Said | None:
    node = node_of(event, cluster)
    if node is None or node.role is not LEADER or node.commit_index is UNKNOWN:
        return None
    index, config = event.match_index, config_of(node, cluster)
    if index <= node.commit_index or event.peer not in voters_of(config):
        return None
    matched = _matched(node, index)
    fact = f"{node.name} has entry {index} on {count_words(config, matched)} nodes."
    rule = f"{COMMIT_RULE} · {majority_words(config)}"
    term = node.log.term_at(index)
    if not is_quorum(config, matched):
        return f"{fact} It may not commit it yet.", rule
    if term is not None and term != node.current_term:
        old = f"It is of term {term}: {node.name}, in term {node.current_term}, may not commit it by counting."
        return f"{fact} {old}", rule
    return f"{fact} That is a majority.", rule


def _committed(event: e.CommitAdvanced, cluster: Cluster) -> Said | None:
    node = node_of(event, cluster)
    if node is None or node.role is not LEADER:
        return None
    config = config_of(node, cluster)
    matched = _matched(node, event.index)
    entry = node.log.entry(event.index)
    what = named(entry) if entry is not None else f"entry {event.index}"
    said = f"{node.name} commits up to entry {event.index}."
    if is_quorum(config, matched):
        said = f"E{what[1:]} is on {count_words(config, matched)} nodes: {node.name} commits it."
    return said, f"{COMMIT_RULE} · {majority_words(config)}"


def _dropped(event: e.LogTruncated, cluster: Cluster) -> Said | None:
    node = node_of(event, cluster)
    if node is None or not node.leader or node.leader is UNKNOWN or event.last_index is UNKNOWN:
        return None
    conflicts = "conflicts" if event.last_index == event.from_index else "conflict"
    what = indices(event.from_index, event.last_index)
    sentence = f"{node.name} drops {what}, which {conflicts} with the log of {node.leader}."
    known = node.commit_index is not UNKNOWN and event.from_index > node.commit_index
    safe = " Never committed, so nothing is lost." if known else ""
    return f"{sentence}{safe}", rule_line(event)


def _compacted(event: e.SnapshotTaken, cluster: Cluster) -> Said | None:
    node = node_of(event, cluster)
    if node is None or event.config is UNKNOWN:
        return None
    left = len(node.log)
    kept = f"{so_many(left)} stay{'s' * (left == 1)} in its log" if left else "its log is empty now"
    return f"{node.name} writes down its state up to entry {event.index} as a snapshot: {kept}.", rule_line(event)


def _installed(event: e.SnapshotInstalled, cluster: Cluster) -> Said | None:
    node = node_of(event, cluster)
    if node is None or event.machine is UNKNOWN:
        return None
    keys = len(node.machine)
    holds = f"{keys} key{'s' * (keys != 1)} at revision {node.machine.revision}"
    upto = f"its leader's snapshot up to entry {event.index}"
    return f"{node.name} takes over {upto}: {holds}, without a single entry.", rule_line(event)


CAPTIONS: Captions = {
    e.EntryAppended: _stored, e.EntriesAppended: _batch_stored, e.ProgressChanged: _progressed,
    e.CommitAdvanced: _committed, e.LogTruncated: _dropped, e.SnapshotTaken: _compacted,
    e.SnapshotInstalled: _installed,
}  # fmt: skip
"""By kind of event."""
