"""When a member was in which term, as messages and polls show it: for what has no time of its own (its WAL)."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from raftlab.importers.etcd_wire.message import FROM_LEADER, HEARTBEAT_US, PRE, WITHOUT_TERM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.importers.fact import Fact


class Evidence:
    """What the files of observers show of one member's terms, which only rise."""

    def __init__(self, streams: Iterable[Sequence[Fact]], node: str) -> None:
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for facts in streams:
            for fact in facts:
                term = _shown(fact, node)
                if term:
                    first[term] = min(fact.at_us, first.get(term, fact.at_us))
                    last[term] = max(fact.at_us, last.get(term, fact.at_us))
        self._first = first
        self._terms = sorted(last)
        self._last = [last[term] for term in self._terms]

    def reached_us(self, term: int) -> int | None:
        """When the member came into this term, about: when it is first seen there, else after it was last seen in a
        lower one; None: nothing shows it."""
        if term in self._first:
            return self._first[term]
        place = bisect_left(self._terms, term)
        if not place:
            return None
        # Nobody stands for election within five heartbeats of hearing from a leader (etcd refuses such timeouts).
        after_us = max(self._last[:place]) + 5 * HEARTBEAT_US
        return min([after_us, *(self._first[higher] for higher in self._terms[place:])])


def _shown(fact: Fact, node: str) -> int:
    """The term in which a fact shows the member; 0: in none."""
    if fact.form == "wire":
        wire = fact.payload
        if wire.type in PRE or wire.type in WITHOUT_TERM:
            return 0
        shown = fact.node == node or (fact.args[0] == node and wire.type in FROM_LEADER)
        return int(wire.term) if shown else 0
    if fact.form == "poll" and fact.node == node and fact.payload.raft is not None:
        return int(fact.payload.raft.term)
    return 0
