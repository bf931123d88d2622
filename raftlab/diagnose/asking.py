"""All questions put to one trace: the verdict first, then the findings in the order in which they matter.

A cluster is healthy when nothing is trouble: an ordinary first election, a hand-over that somebody asked for, a planned
change of members and a shutdown at the end are none. A healthy one has no findings; what was planned is in its verdict.
In trouble, those explanations are findings too, after the trouble itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.log import UNKNOWN
from raftlab.diagnose import contents, disruption, elections, leaderless, outages, reigns, slowness
from raftlab.diagnose.finding import (
    BROKEN,
    DISRUPTIVE,
    ELECTION,
    ENDED,
    LEADERLESS,
    LINKS,
    MEMBERS,
    OVERWRITTEN,
    QUORUM,
    REFUSED,
    SKEWED,
    SLOW,
    SNAPSHOT,
    STEPPED_DOWN,
    TWO_LEADERS,
    UNANSWERED,
    UNTOLD,
    Diagnosis,
    Finding,
    Weight,
)
from raftlab.diagnose.reading import read
from raftlab.diagnose.witness import testify
from raftlab.diagnose.words import listed, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.invariants import Broken
    from raftlab.diagnose.record import Record
    from raftlab.importers import FileReport
    from raftlab.trace import Timeline

ORDER: Final = (
    BROKEN, DISRUPTIVE, QUORUM, LEADERLESS, STEPPED_DOWN, ENDED, TWO_LEADERS, OVERWRITTEN, UNANSWERED, LINKS, SLOW,
    SKEWED, ELECTION, REFUSED, MEMBERS, SNAPSHOT, UNTOLD,
)  # fmt: skip
"""Causes before what came of them."""

_HEADLINES: Final = 4
_MOST: Final = 40


def diagnose(
    timeline: Timeline, name: str = "trace", files: Sequence[FileReport] = (), broken: Sequence[Broken] = ()
) -> Diagnosis:
    """Answer the operators' questions about a trace, ours or an imported one.

    Args:
        timeline: all of it, loaded.
        name: what the trace is called where its own events are evidence (its file, as the person named it).
        files: what the importer says of its files.
        broken: the invariants that the checker found broken on import.
    """
    record = read(timeline)
    found = [
        *contents.broken(record, broken), *leaderless.two_leaders(record), *disruption.answers(record),
        *outages.quorum(record), *leaderless.leaderless(record), *reigns.stepped_down(record), *outages.ended(record),
        *contents.overwritten(record), *elections.unanswered(record), *outages.links(record), *slowness.slow(record),
        *slowness.skewed(record),
    ]  # fmt: skip
    if all(it.weight is Weight.ANSWER for it in found):
        return Diagnosis(True, _healthy(record, found), ())
    found += [*elections.started(record), *elections.refused(record)]
    found += [*contents.members(record), *contents.snapshots(record), *contents.untold(record, files)]
    found.sort(key=lambda it: (it.weight, ORDER.index(it.question)))
    found = found[:_MOST]
    _leave_to_causes(found)
    testify(timeline, found, name)
    return Diagnosis(False, _verdict(found), tuple(found), _ids(record))


def _leave_to_causes(found: Sequence[Finding]) -> None:
    """Where a cause is known, what came of it needs no headline and no advice of its own."""
    culprits = {name for it in found if it.question == DISRUPTIVE for name in it.nodes[:1]}
    downs = {name for it in found if it.question == QUORUM for name in it.nodes}
    led = {it.nodes[0] for it in found if it.question == STEPPED_DOWN and it.headline.endswith("died")}
    for it in found:
        if it.question == LEADERLESS and any(other.question in (DISRUPTIVE, QUORUM, ENDED) for other in found):
            it.advice = ""
        if it.question == STEPPED_DOWN and culprits.intersection(it.nodes[1:]):
            it.headline = ""
        if it.question == ENDED and (downs | led).issuperset(it.nodes):
            it.headline = ""
        if it.question in (UNANSWERED, LINKS) and culprits.intersection(it.nodes):
            it.headline = ""


def _ids(record: Record) -> dict[str, str]:
    """The source's own identifiers of the nodes, as its lines print them."""
    nodes = record.timeline.state(len(record.timeline) - 1).nodes.values() if len(record.timeline) else ()
    return {it.name: it.id for it in nodes if it.id and it.id is not UNKNOWN and it.id != it.name}


def _verdict(found: Sequence[Finding]) -> str:
    """The main headlines, in one line."""
    heads = list(dict.fromkeys(it.headline for it in found if it.headline))
    if not heads:
        heads = [next(it.answer for it in found if it.weight is not Weight.ANSWER).rstrip(".")]
    more = f"; and {len(heads) - _HEADLINES} more" if len(heads) > _HEADLINES else ""
    text = "; ".join(heads[:_HEADLINES]) + more
    return f"Not healthy: {text}."


def _healthy(record: Record, notable: Sequence[Finding]) -> str:
    """One line: who led, how much was looked at, and what was planned."""
    times = record.times
    nodes = sorted(record.speaking) or list(record.timeline.header.nodes)
    if record.reigns:
        led = listed(f"{it.node} ({it.where})" for it in record.reigns[:4])
        led += f" and {len(record.reigns) - 4} more" if len(record.reigns) > 4 else ""
        text = f"Healthy: {led} led; "
    else:
        text = "Healthy: no trouble, though no line tells who led; "
    lasted = times.span(record.start_us, record.end_us)
    text += f"{plural(len(nodes), 'node')}, {plural(record.stop, 'event')} over {lasted}"
    planned = [it for it in notable if it.question in (STEPPED_DOWN, ENDED, SLOW, SKEWED)]
    if planned:
        text += "; by the way: " + " ".join(it.answer for it in planned[:3])
        return text
    return text + "."
