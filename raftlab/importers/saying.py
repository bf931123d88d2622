"""What one line says, in logs of which a line names its node and its Raft group, and such lines in an order that holds.

Each node's lines keep their order. Between nodes the earlier stamp goes first, but a line that takes up what another
node did (a vote for a candidate, a new leader's name) waits for the line in which that node says so, if there is one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core.origin import Origin
from raftlab.importers.weave import weave

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from raftlab.importers.imported import FileReport
    from raftlab.importers.story import Story


class Said(Struct, eq=False):
    """One line. `shows` names what happens in it, `awaits` what must have happened before: (what, node, term)."""

    source: int
    line: int
    at_us: int
    stamp: str
    node: str
    group: str
    form: str
    pieces: dict[str, str]
    text: str
    shows: tuple[str, str, int] | None = None
    awaits: tuple[str, str, int] | None = None
    told: bool = False
    needs: tuple[Said, ...] = ()


def of_one_group(said: Sequence[Said], reports: Sequence[FileReport], noun: str) -> list[Said]:
    """The lines of the group of which the files tell most; the others are counted. `noun`: what a group is called."""
    counts = Counter(each.group for each in said)
    group = max(counts, key=lambda each: (counts[each], each), default="")
    for each in said:
        if each.group != group:
            reports[each.source].skip(f"of another {noun} than {group}, of which the files tell most")
    return [each for each in said if each.group == group]


def in_order(said: Sequence[Said]) -> Iterator[Said]:
    """All lines, woven."""
    streams: dict[tuple[int, str], list[Said]] = {}
    shown: dict[tuple[str, str, int], Said] = {}
    for each in said:
        streams.setdefault((each.source, each.node), []).append(each)
        if each.shows is not None:
            shown.setdefault(each.shows, each)
    for each in said:
        before = shown.get(each.awaits) if each.awaits is not None else None
        if before is not None and (before.source, before.node) != (each.source, each.node):
            each.needs = (before,)
    return weave(list(streams.values()))


def tell_all(
    said: Sequence[Said], reports: Sequence[FileReport], story: Story, tell: Callable[[Said], str | None]
) -> None:
    """Every line is told, or counted under the reason that `tell` gives for having told nothing."""
    for each in in_order(said):
        report = reports[each.source]
        story.turn_to(each.at_us, Origin(report.file, each.line, each.stamp))
        before = story.told()
        reason = tell(each)
        told = story.told() - before
        if told:
            report.told += 1
            report.events += told
        else:
            report.skip(reason or "not about raft")
