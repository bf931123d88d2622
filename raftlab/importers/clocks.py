"""How far the members' clocks are apart, found from the messages between them, and put right.

Each clock shows the true time and its offset. A message from a to b can't arrive before it is sent, so what b's clock
shows at the arrival less what a's showed at the sending is at least the difference of their offsets:

    offset(b) - offset(a) <= arrival - sending      for every message from a to b, so for the quickest of them
    offset(b) - offset(a) >= sending - arrival      for every message from b to a

Only messages that can be told apart whatever the clocks say are used: those whose kind, way and term occur once.
Clocks that may well agree are left alone: no correction is better than one of a delay's size. Else the middle of both
bounds is taken (half a round trip is the error, as with NTP), or where messages went one way only the smallest
correction that puts the arrival after its sending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from raftlab.importers.etcd_wire.clues import clues
from raftlab.importers.pairing import arrived_key, sent_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from raftlab.importers.fact import Fact
    from raftlab.importers.pairing import Key
    from raftlab.importers.stream import Stream

    _Placed = tuple[Fact, Stream]

SLACK_US: Final = 20_000
"""Clocks that seem further apart than this (and than their stamps are coarse) are put right."""

_NO_BOUND: Final = 1 << 62

Bounds = dict[tuple[str, str], tuple[int, int]]
"""(a, b): offset(b) - offset(a) is at most the first, give or take the second, in microseconds."""


class _Edge(NamedTuple):
    """What two clocks' messages say of them: offset(b) - offset(a) lies from `least` to `most`, but for the slack."""

    width: int
    a: str
    b: str
    least: int
    most: int
    slack: int

    @property
    def agree(self) -> bool:
        return self.least - self.slack <= 0 <= self.most + self.slack

    @property
    def guess(self) -> int:
        if self.agree:
            return 0
        if self.width < _NO_BOUND:
            return (self.least + self.most) // 2
        return self.most if self.most < 0 else self.least


def set_right(streams: Sequence[Stream]) -> dict[str, int]:
    """Shift the facts of every clock that goes wrong; returns by how much it was ahead, microseconds, by clock.

    The clock that agrees with the most others counts as right. A clock that is right isn't in the answer.
    """
    offsets = estimate(streams)
    for stream in streams:
        offset = offsets.get(stream.clock or "", 0)
        if offset:
            for fact in stream.facts:
                fact.at_us -= offset
    return offsets


def estimate(streams: Sequence[Stream]) -> dict[str, int]:
    """By how much each clock that goes wrong is ahead of the others, microseconds."""
    edges = sorted(_edges(_bounds(streams)), key=lambda edge: (edge.width >= _NO_BOUND, not edge.agree, edge))
    clocks = sorted({clock for edge in edges for clock in (edge.a, edge.b)})
    if all(edge.agree for edge in edges):
        return {}
    offsets: dict[str, int] = {}
    for clock in sorted(clocks, key=lambda each: (-_friends(each, edges), each)):
        if clock not in offsets:
            _spread(clock, edges, offsets)
    return {clock: offset for clock, offset in offsets.items() if abs(offset) > SLACK_US}


def _friends(clock: str, edges: Iterable[_Edge]) -> int:
    return sum(edge.agree for edge in edges if clock in (edge.a, edge.b))


def _spread(root: str, edges: Sequence[_Edge], offsets: dict[str, int]) -> None:
    """From one clock to all that it is connected with, by the surest edge first."""
    offsets[root] = 0
    while True:
        edge = next((edge for edge in edges if (edge.a in offsets) != (edge.b in offsets)), None)
        if edge is None:
            return
        if edge.a in offsets:
            offsets[edge.b] = _near(edge, offsets[edge.a])
        else:
            offsets[edge.a] = -_near(edge, -offsets[edge.b])


def _near(edge: _Edge, known: int) -> int:
    """One clock's offset from the other's: none, if that may be. Read backwards, both are negated."""
    may_be_right = edge.least - edge.slack <= -known <= edge.most + edge.slack
    return 0 if may_be_right else known + edge.guess


def _edges(bounds: Bounds) -> Iterable[_Edge]:
    for (a, b), (most, slack) in bounds.items():
        back = bounds.get((b, a))
        if back is None:
            yield _Edge(_NO_BOUND, a, b, -_NO_BOUND, most, slack)
        elif a < b:
            yield _Edge(most + back[0], a, b, -back[0], most, slack)


def _bounds(streams: Sequence[Stream]) -> Bounds:
    """The quickest message each way between two clocks, with what their stamps may be off."""
    bounds: Bounds = {}
    for (sending, there), (arrival, here) in _surely_paired(streams):
        a, b = there.clock, here.clock
        if a is not None and b is not None and a != b:
            slack = SLACK_US + max(there.resolution_us, here.resolution_us)
            bounds[a, b] = min((arrival.at_us - sending.at_us, slack), bounds.get((a, b), (_NO_BOUND, 0)))
    return bounds


def _surely_paired(streams: Sequence[Stream]) -> Iterator[tuple[_Placed, _Placed]]:
    """Cause and effect: what was sent and arrived once, and a leader's election and who heard of it."""
    sendings: dict[Key, list[_Placed]] = {}
    arrivals: dict[Key, list[_Placed]] = {}
    elected: dict[tuple[str, str], _Placed] = {}
    learned: list[_Placed] = []
    for stream in streams:
        for fact in stream.facts:
            placed = (fact, stream)
            for key, found in ((sent_key(fact), sendings), (arrived_key(fact), arrivals)):
                if key is not None:
                    found.setdefault(key, []).append(placed)
            if fact.form == "became_leader":
                elected[fact.node, fact.args[0]] = placed
            elif fact.form == "leader_learned":
                learned.append(placed)
    for key, sent in sendings.items():
        arrived = arrivals.get(key, ())
        if len(sent) == len(arrived) == 1:
            yield sent[0], arrived[0]
    for placed in learned:
        leader, term = placed[0].args
        if (leader, term) in elected:
            yield elected[leader, term], placed
    yield from clues(streams)
