"""The log in words: what is stored, dropped, committed, applied, and what a leader believes of its peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.core.model import LEADER
from raftlab.core.times import format_us
from raftlab.view.describe.phrases import listed, node_of, of_term, result_text
from raftlab.view.message_words import entry_words, indices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.log import Entry
    from raftlab.core.model import Cluster
    from raftlab.view.describe.phrases import Words

_MOST: Final = 4
"""So many entries of a batch are told one by one."""


def _appended(event: e.EntryAppended, cluster: Cluster | None) -> str:
    text = entry_words(event.entry)
    what = f": {text}" if text else ""
    return f"{event.node} stores entry {event.entry.index}{of_term(event.entry.term)}{what}"


def _batch_appended(event: e.EntriesAppended, cluster: Cluster | None) -> str:
    entries = event.entries
    if not entries:
        return f"{event.node} stores nothing"
    carried = _some([entry_words(entry) for entry in entries])
    what = f": {carried}" if carried else ""
    return f"{event.node} stores {indices(entries[0].index, entries[-1].index)}{_of_terms(entries)}{what}"


def _of_terms(entries: Sequence[Entry]) -> str:
    terms = sorted({entry.term for entry in entries if entry.term is not UNKNOWN})
    if len(terms) < 2:
        return of_term(terms[0]) if terms else ""
    return f" of terms {listed(str(term) for term in terms)}"


def _some(words: list[str]) -> str:
    """The first few of these words, and whether there are more."""
    told = [text for text in words if text]
    return ", ".join(told[:_MOST]) + (", …" if len(told) > _MOST else "")


def _truncated(event: e.LogTruncated, cluster: Cluster | None) -> str:
    if event.last_index is UNKNOWN:
        return f"{event.node} drops its entries from {event.from_index} on: they conflict with its leader's"
    what = indices(event.from_index, event.last_index)
    they = "it conflicts" if event.last_index == event.from_index else "they conflict"
    return f"{event.node} drops {what}: {they} with its leader's"


def _refused(event: e.AppendRefused, cluster: Cluster | None) -> str:
    if event.reason == "term":
        return f"{event.node} refuses the entries of {event.leader}: their term is old"
    at = "" if event.prev_log_index is UNKNOWN else f" at index {event.prev_log_index}"
    return f"{event.node} refuses the entries of {event.leader}: its own log doesn't fit{at}"


def _commit(event: e.CommitAdvanced, cluster: Cluster | None) -> str:
    node = node_of(event, cluster)
    learns = node is not None and node.role is not UNKNOWN and node.role is not LEADER
    if learns or event.rule == "follow_commit":
        return f"{event.node} learns that all up to entry {event.index} is committed"
    return f"{event.node} commits up to entry {event.index}"


def _applied(event: e.EntryApplied, cluster: Cluster | None) -> str:
    applies = f"{event.node} applies entry {event.index}"
    if event.result is UNKNOWN:
        return applies
    if event.result.outcome == "nothing":
        return f"{applies}, which changes nothing"
    came_to = result_text(event.result)
    return f"{applies}: {came_to}" if came_to else applies


def _batch_applied(event: e.EntriesApplied, cluster: Cluster | None) -> str:
    if not event.results:
        return f"{event.node} applies nothing"
    last = event.first + len(event.results) - 1
    applies = f"{event.node} applies {indices(event.first, last)}"
    if all(result.outcome == "nothing" for result in event.results):
        return f"{applies}, which {'changes' if last == event.first else 'change'} nothing"
    told = [text for text in map(result_text, event.results) if text]
    more = "; …" if len(told) > _MOST else ""
    return f"{applies}: {'; '.join(told[:_MOST])}{more}" if told else applies


def _progress(event: e.ProgressChanged, cluster: Cluster | None) -> str:
    if event.state == "snapshot":
        return f"{event.node} believes that {event.peer} needs its snapshot up to entry {event.pending_snapshot}"
    return (
        f"{event.node} believes that {event.peer} matches up to entry {event.match_index}, "
        f"and will send from {event.next_index} on"
    )


def _forgotten(event: e.PeerForgotten, cluster: Cluster | None) -> str:
    return f"{event.node} no longer sends to {event.peer}, which isn't a member any more"


def _confirmed(event: e.LeadConfirmed, cluster: Cluster | None) -> str:
    return f"{event.node} knows that {event.peer} followed it when its own clock showed {format_us(event.sent_us)}"


WORDS: Words = {
    e.EntryAppended: _appended, e.EntriesAppended: _batch_appended, e.LogTruncated: _truncated,
    e.AppendRefused: _refused, e.CommitAdvanced: _commit, e.EntryApplied: _applied,
    e.EntriesApplied: _batch_applied, e.ProgressChanged: _progress, e.PeerForgotten: _forgotten,
    e.LeadConfirmed: _confirmed,
}  # fmt: skip
"""By kind of event."""
