"""Causes and effects between what members logged and what observers wrote: for clocks that disagree.

A message is sent before it passes the tap, and arrives after that. A member is polled in a term after its log reaches
the term, and in a lower one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.importers.etcd_wire.joining import wire_key
from raftlab.importers.pairing import arrived_key, sent_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from raftlab.importers.fact import Fact
    from raftlab.importers.pairing import Key
    from raftlab.importers.stream import Stream

    Placed = tuple[Fact, Stream]

_REACHES: Final = frozenset({"became_follower", "became_candidate", "became_leader"})


def clues(streams: Sequence[Stream]) -> Iterator[tuple[Placed, Placed]]:
    """(cause, effect), each a fact with its stream."""
    placed = [(fact, stream) for stream in streams for fact in stream.facts]
    yield from _passing(placed)
    yield from _polled(placed)


def _passing(placed: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Only messages that are there once: these belong together whatever the clocks say."""
    passing: dict[Key, list[Placed]] = {}
    for each in placed:
        key = wire_key(each[0]) if each[0].form == "wire" else None
        if key is not None:
            passing.setdefault(key, []).append(each)
    if not passing:
        return
    sent: dict[Key, list[Placed]] = {}
    arrived: dict[Key, list[Placed]] = {}
    for each in placed:
        for key, found in ((sent_key(each[0]), sent), (arrived_key(each[0]), arrived)):
            if key is not None and key in passing:
                found.setdefault(key, []).append(each)
    for key, passed in passing.items():
        if len(passed) == 1:
            if len(sent.get(key, ())) == 1:
                yield sent[key][0], passed[0]
            # Two lines may tell of one receipt: that it came, and what was made of it.
            if arrived.get(key) and all(each[1] is arrived[key][0][1] for each in arrived[key]):
                yield passed[0], arrived[key][0]


def _polled(placed: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """A poll of each term, and the last one before it."""
    polls: dict[str, list[tuple[int, Placed]]] = {}
    for each in placed:
        fact = each[0]
        if fact.form == "poll" and fact.payload.raft is not None:
            polls.setdefault(fact.node, []).append((fact.payload.raft.term, each))
    if not polls:
        return
    reached: dict[tuple[str, int], Placed] = {}
    for each in placed:
        if each[0].form in _REACHES:
            reached.setdefault((each[0].node, int(each[0].args[0])), each)
    for (node, term), line in reached.items():
        found = polls.get(node, [])
        after = next((poll for seen, poll in found if seen >= term), None)
        before = next((poll for seen, poll in reversed(found) if seen < term), None)
        if after is not None and before is not None:
            # One alone would say hardly anything, and tie the poller's clock to that of any member.
            yield line, after
            yield before, line
