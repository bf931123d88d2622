"""A range as a log for ShiViz: two lines an event, its host with a vector clock, then its sentence.

The first line is the pattern that ShiViz asks for, the second its delimiter between executions, mostly empty. ShiViz
wants each host's own clock to count 1, 2, 3 ..., so clocks begin anew where the range does. What the network did to a
message stands at the node that it didn't reach, and brings it no knowledge.
"""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING, Final

import msgspec

from raftlab.core.events import MessageDropped
from raftlab.view.describe import describe
from raftlab.view.modified import modified_label, variants_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from raftlab.exports.range import Range
    from raftlab.trace import Timeline

PATTERN: Final = r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)"
DELIMITER: Final = r"^=== (?<trace>.*) ===$"
"""What ShiViz takes the name of an execution from; only a run of modified Raft has one, and is called so."""
CLUSTER: Final = "(cluster)"
"""The host of what belongs to no node: commands, links."""


def shiviz(timeline: Timeline, asked: Range) -> Iterator[str]:
    """The lines of the log, each with its end; written as they come."""
    hosts = _hosts(timeline, asked)
    names = _one_word_each(hosts)
    now = [[0] * len(hosts) for _ in hosts]
    clocks = array("I")
    label = modified_label(variants_of(timeline))
    yield f"{PATTERN}\n{DELIMITER}\n=== {label} ===\n" if label else f"{PATTERN}\n\n"
    for place in range(asked.start, asked.stop):
        event = timeline.event(place)
        host = hosts[event.node]
        row = now[host]
        row[host] += 1
        cause = event.cause
        if cause is not None and asked.start <= cause < place and not isinstance(event, MessageDropped):
            first = (cause - asked.start) * len(hosts)
            for at, count in enumerate(clocks[first : first + len(hosts)]):
                row[at] = max(row[at], count)
        clocks.extend(row)
        clock = {name: count for name, count in zip(names, row, strict=True) if count}
        yield f"{names[host]} {msgspec.json.encode(clock).decode()}\n{' '.join(describe(event).split())}\n"


def _one_word_each(hosts: Iterable[str | None]) -> list[str]:
    """The hosts' names without blanks, each still its own."""
    found: list[str] = []
    for name in hosts:
        word = re.sub(r"\s", "_", name or CLUSTER)
        while word in found:
            word += "'"
        found.append(word)
    return found


def _hosts(timeline: Timeline, asked: Range) -> dict[str | None, int]:
    """Who has events in the range, in the header's order."""
    seen = {timeline.event(place).node for place in range(asked.start, asked.stop)}
    named = [name for name in timeline.header.nodes if name in seen]
    others = sorted(name for name in seen if name is not None and name not in named)
    world: list[str | None] = [None] if None in seen else []
    return {name: number for number, name in enumerate([*world, *named, *others])}
