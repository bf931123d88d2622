"""What differs between any two positions: node by node, and which log entries came, went, or were overwritten."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.log import UNKNOWN
from raftlab.tui.grid import BOLD
from raftlab.tui.node_words import node_facts
from raftlab.tui.pane import Line, Said
from raftlab.view.message_words import entry_text
from raftlab.view.regions import cuts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.core.log import Entry, Log
    from raftlab.core.model import Cluster, Node

_FEW: Final = 4
"""So many entries that follow one another and fared alike are shown each by itself."""

_LEAST_INTERESTING: Final = ("timer", "followed at", "lease")


class EntryChange(Struct, frozen=True):
    """How the entry at an index differs; None: it isn't there."""

    index: int
    old: Entry | None
    new: Entry | None

    @property
    def fate(self) -> tuple[str, int | None, int | None]:
        """Entries of one fate that follow one another are told together."""
        words = "added" if self.old is None else "removed" if self.new is None else "overwritten"
        return words, None if self.old is None else self.old.term, None if self.new is None else self.new.term


def entry_changes(old: Log, new: Log) -> list[EntryChange]:
    """The entries that differ; those that one of the two has compacted aren't known to."""
    first = max(old.snapshot_index, new.snapshot_index) + 1
    was = old.between(first, _last(old))
    now = new.between(first, _last(new))
    same = _alike(was, now)
    before = {entry.index: entry for entry in was[same:]}
    after = {entry.index: entry for entry in now[same:]}
    return [
        EntryChange(index, before.get(index), after.get(index))
        for index in sorted(before.keys() | after.keys())
        if before.get(index) != after.get(index)
    ]


def _last(log: Log) -> int:
    tail = log.tail(1)
    return tail[-1].index if tail else 0


def _alike(one: tuple[Entry, ...], other: tuple[Entry, ...]) -> int:
    """How many entries from the beginning on are the same (by bisection: of a long log most are)."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def entry_lines(changes: list[EntryChange]) -> list[Line]:
    """Those changes in lines; many alike in one."""
    found: list[Line] = []
    for run in _runs(changes):
        if len(run) <= _FEW:
            found += [_entry_line(f"log[{it.index}]", it.fate[0], _text(it.old), _text(it.new)) for it in run]
            continue
        fate, was, now = run[0].fate
        count = f"{len(run):,} entries of term"
        where = f"log[{run[0].index:,} … {run[-1].index:,}]"
        found.append(_entry_line(where, fate, f"{count} {was}", f"{count} {now}"))
    return found


def _runs(changes: list[EntryChange]) -> Iterable[list[EntryChange]]:
    cuts_at = [0] + [
        place
        for place, (one, other) in enumerate(pairwise(changes), 1)
        if one.fate != other.fate or other.index != one.index + 1
    ]
    return [changes[start:stop] for start, stop in zip(cuts_at, [*cuts_at[1:], len(changes)], strict=True) if changes]


def _entry_line(where: str, fate: str, old: str, new: str) -> Line:
    head = Said(f"  {where}  ", "muted")
    if fate == "added":
        return head, Said(f"+ {new}", "ink", BOLD)
    if fate == "removed":
        return head, Said(f"- {old}  removed", "bad_text")
    return (
        head,
        Said(f"{old}", "bad_text"),
        Said(" → ", "muted"),
        Said(new, "ink", BOLD),
        Said("  overwritten", "bad_text"),
    )


def _text(entry: Entry | None) -> str:
    return "" if entry is None else f"term {entry.term} {entry_text(entry)}".rstrip()


def node_lines(old: Node | None, new: Node) -> list[Line]:
    """What differs of one node; nothing when nothing does."""
    was, now = (node_facts(old) if old is not None else {}), node_facts(new)
    fields = [field for field in dict.fromkeys([*was, *now]) if was.get(field) != now.get(field)]
    fields.sort(key=lambda field: any(word in field for word in _LEAST_INTERESTING))
    width = max(map(len, fields), default=0)
    lines: list[Line] = [
        _field_line(f"  {field:<{width}}  ", was.get(field, ""), now.get(field, "")) for field in fields
    ]
    if old is not None and UNKNOWN not in (old.log, new.log):
        lines += entry_lines(entry_changes(old.log, new.log))
    elif old is None and new.log is not UNKNOWN:
        lines += entry_lines([EntryChange(entry.index, None, entry) for entry in new.log])
    return [(Said(new.name, "gold_text", BOLD),), *lines] if lines else []


def _field_line(head: str, old: str, new: str) -> Line:
    if not old:
        return Said(head, "muted"), Said(f"+ {new}", "ink", BOLD)
    if not new:
        return Said(head, "muted"), Said(f"- {old}", "bad_text")
    return Said(head, "muted"), Said(old, "muted"), Said(" → ", "muted"), Said(new, "ink", BOLD)


def cluster_lines(old: Cluster, new: Cluster) -> list[Line]:
    """What differs of all nodes, the links and the messages under way."""
    found: list[Line] = []
    for name, node in new.nodes.items():
        found += node_lines(old.nodes.get(name), node)
    was, now = cuts(old), cuts(new)
    links = [(f"{one} → {other}", "cut") for one, other in sorted(now - was)]
    links += [(f"{one} → {other}", "whole again") for one, other in sorted(was - now)]
    if links:
        found.append((Said("links", "gold_text", BOLD),))
        found += [(Said(f"  {link}  ", "muted"), Said(state, "ink", BOLD)) for link, state in links]
    gone, come = old.flights.keys() - new.flights.keys(), new.flights.keys() - old.flights.keys()
    if gone or come:
        found.append((Said("network", "gold_text", BOLD),))
        found.append(_field_line("  messages under way  ", str(len(old.flights)), str(len(new.flights))))
    return found
