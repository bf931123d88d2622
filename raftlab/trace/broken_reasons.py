"""What broke an invariant: the events that its sentence names.

The checker says in words who did what ("n1 and n2 both lead term 3"); the event of each node that these words mean
stands before it in the trace.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from raftlab.core import events as e
from raftlab.trace.chain import Reason

if TYPE_CHECKING:
    from raftlab.trace.past import Past

_KINDS: Final[dict[str, tuple[type[e.Event], ...]]] = {
    "Election Safety": (e.BecameLeader,),
    "Vote Once": (e.VoteGranted,),
    "Candidate Term": (e.BecameCandidate,),
    "Election Quorum": (e.VoteCounted,),
}
_STORING: Final = (e.EntryAppended, e.EntriesAppended, e.CommitAdvanced, e.EntryApplied, e.LogTruncated)


def broken(past: Past, event: e.InvariantBroken) -> list[Reason]:
    """For each node that the sentence names, its events that it means."""
    named = [name for name in past.timeline.header.nodes if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", event.text)]
    terms = [int(number) for number in re.findall(r"\bterm (\d+)", event.text)]
    indices = [int(number) for number in re.findall(r"\bentry (\d+)", event.text)]
    kinds = _KINDS.get(event.invariant)
    found: list[Reason] = []
    for name in dict.fromkeys([*named, *([event.node] if event.node else [])]):
        if kinds is not None:
            found += _of_terms(past, name, kinds, terms)
        for index in indices:
            found += _of_entry(past, name, index)
    return [reason for reason in found if reason.position != event.cause]


def _of_terms(past: Past, name: str, kinds: tuple[type[e.Event], ...], terms: list[int]) -> list[Reason]:
    """A node's events of these kinds in the terms that are named, the latest four."""
    meant = (position for position, it in past.back(*kinds, node=name) if getattr(it, "term", None) in terms)
    return [Reason(position, f"what {name} did", True) for position, _ in zip(meant, range(4), strict=False)]


def _of_entry(past: Past, name: str, index: int) -> list[Reason]:
    """How a node came to hold, commit or drop an entry: the latest of each."""
    found = []
    for kind in _STORING:
        position = past.last(kind, node=name, where=lambda it: _concerns(it, index))
        if position is not None:
            found.append(Reason(position, f"entry {index} at {name}", True))
    return found


def _concerns(event: e.Event, index: int) -> bool:
    if isinstance(event, e.EntryAppended):
        return event.entry.index == index
    if isinstance(event, e.EntriesAppended):
        return event.entries[0].index <= index <= event.entries[-1].index
    if isinstance(event, e.LogTruncated):
        return event.from_index <= index
    return bool(getattr(event, "index", 0) >= index)
