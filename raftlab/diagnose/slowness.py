"""Which node or link is slow, and whose clock is skewed (questions 5 and 9)."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING, Final

from raftlab.core.times import format_span
from raftlab.diagnose import advice
from raftlab.diagnose.finding import EXACT, INFERRED, SKEWED, SLOW, Finding, Weight
from raftlab.diagnose.words import listed, plural

if TYPE_CHECKING:
    from raftlab.diagnose.record import Note, Record, Way

_COMPLAINTS: Final = (
    ("heartbeats sent late", re.compile("failed to send out heartbeat on time")),
    ("requests applied slowly", re.compile(r"(?:apply|apply entries|read-only range|range) request.* took too long|"
                                           r"apply entries took too long|took too long \(.*\) to execute")),
    ("slow fsyncs", re.compile("slow fdatasync|sync duration of .* expected less")),
    ("reads that waited for the leader", re.compile("ReadIndex response took too long")),
    ("ticks missed (the process got no CPU)", re.compile("tick missed to fire")),
    ("overload", re.compile("overloaded|overload")),
)  # fmt: skip
"""What a node says of itself, or of its disk; the first that fits counts."""

_TOOK: Final = re.compile(
    r"(?:exceeded-duration|took|exceeded the \S+ timeout for|duration of|too long \()[: ]*([\d.]+)(µs|us|ms|s|m)?\b"
)
_UNITS: Final = {"µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, None: 1.0}

_FEW: Final = 5
"""So many complaints make a node slow; fewer may be chance, unless one is as long as an election timeout."""
_LONG_S: Final = 1.0

_SKEWED_US: Final = 500_000
_NOTABLE_US: Final = 50_000
_DRIFT_PPM: Final = 20_000


def slow(record: Record) -> list[Finding]:
    """Nodes that complain, disks that hang, links that take long."""
    return _complaints(record) + _disks(record) + _delays(record)


def _complaints(record: Record) -> list[Finding]:
    by_node: dict[str, list[tuple[str, Note, float]]] = {}
    for note in record.notes:
        kind = next((name for name, pattern in _COMPLAINTS if pattern.search(note.text)), None)
        if kind is not None:
            by_node.setdefault(note.node, []).append((kind, note, _seconds(note.text)))
    return [_complaint(record, name, found) for name, found in by_node.items()]


def _seconds(text: str) -> float:
    """The longest time that a complaint names, in seconds; 0 where it names none."""
    return max(
        (float(number) * _UNITS[unit or None] for number, unit in _TOOK.findall(text) if number != "."), default=0.0
    )


def _complaint(record: Record, name: str, found: list[tuple[str, Note, float]]) -> Finding:
    told = []
    for kind in dict.fromkeys(kind for kind, _, _ in found):
        longest = max(seconds for it, _, seconds in found if it == kind)
        count = sum(1 for it, _, _ in found if it == kind)
        told.append(f"{count} times {kind}" + (f" (the worst {format_span(int(longest * 1e6))})" if longest else ""))
    first, last = found[0][1], found[-1][1]
    worst = sorted(found, key=lambda it: -it[2])
    text = f"{name} was slow {record.times.between(first.at_us, last.at_us)}: {listed(told)}."
    leading = record.working(first.at_us)
    if leading is not None and leading.node == name:
        text += f" It led {leading.where} then, so all had to wait for it."
    serious = len(found) >= _FEW or worst[0][2] >= _LONG_S
    return Finding(
        SLOW, text, EXACT, (name,), first.at_us, last.at_us, tuple(note.at for _, note, _ in worst[:5]),
        Weight.TROUBLE if serious else Weight.ANSWER, f"{name} was slow" if serious else "", advice.DISK,
    )  # fmt: skip


def _disks(record: Record) -> list[Finding]:
    found = []
    for name in dict.fromkeys(it[2] for it in record.slow_syncs):
        own = [it for it in record.slow_syncs if it[2] == name]
        worst = max(it[3] for it in own)
        text = (
            f"The disk of {name} was slow {record.times.between(own[0][1], own[-1][1])}: {plural(len(own), 'fsync')} "
            "of "
            f"100 ms and more, the worst {format_span(worst)}."
        )
        at = tuple(it[0] for it in sorted(own, key=lambda it: -it[3])[:4])
        found.append(Finding(SLOW, text, EXACT, (name,), own[0][1], own[-1][1] + own[-1][3], at,
                             headline=f"the disk of {name} was slow", advice=advice.DISK))  # fmt: skip
    return found


def _delays(record: Record) -> list[Finding]:
    """A node whose links, in and out, take ten times as long as those of the others. It may just be far away."""
    mean = {way: it.delay_us / it.timed for way, it in record.ways.items() if _counts(it)}
    nodes = sorted({name for way in mean for name in way})
    if len(nodes) < 3 or record.times.unit == "step":
        return []
    found = []
    for name in nodes:
        own = [value for way, value in mean.items() if name in way]
        others = [value for way, value in mean.items() if name not in way]
        if not own or not others:
            continue
        mine, theirs = median(own), median(others)
        if min(own) >= 5 * max(others) and mine >= 10 * theirs and mine >= 50_000:
            text = (
                f"Messages from and to {name} took {format_span(int(mine))} (median of its links), those between the "
                "others "
                f"{format_span(int(theirs))}: it is slow, or far away."
            )
            found.append(Finding(SLOW, text, INFERRED, (name,), record.start_us, record.end_us, (), Weight.ANSWER,
                                 advice=advice.TIMEOUTS))  # fmt: skip
    return found


def _counts(way: Way) -> bool:
    return way.timed >= 20


def skewed(record: Record) -> list[Finding]:
    """Whose clock is off, by the header's estimates, by what the nodes found themselves, by a simulation's settings."""
    return _offsets(record) + _rates(record) + _drift_notes(record)


def _offsets(record: Record) -> list[Finding]:
    clocks: dict[str, int] = getattr(record.timeline.header, "clocks", {}) or {}
    off = {name: offset for name, offset in clocks.items() if abs(offset) >= _NOTABLE_US}
    if not off:
        return []
    names = sorted(off, key=lambda name: -abs(off[name]))
    told = [f"{name} is about {format_span(abs(off[name]))} {'ahead' if off[name] > 0 else 'behind'}" for name in names]
    text = f"The clocks differ: {listed(told)} (estimated from messages, which can't arrive before they are sent)."
    serious = abs(off[names[0]]) >= _SKEWED_US
    own = [record.timeline.postings(f"node:{name}") for name in names[:2]]
    at = tuple(int(positions[0]) for positions in own if positions)
    return [Finding(
        SKEWED, text, INFERRED, tuple(names), record.start_us, record.end_us, at,
        Weight.TROUBLE if serious else Weight.ANSWER, f"the clock of {names[0]} is off" if serious else "",
        advice.CLOCKS,
    )]  # fmt: skip


def _rates(record: Record) -> list[Finding]:
    found = []
    for at, at_us, name, rate in record.clocks:
        wrong = rate - 1_000_000
        if abs(wrong) >= _DRIFT_PPM:
            word = "fast" if wrong > 0 else "slow"
            text = f"The clock of {name} runs {abs(wrong) / 10_000:g} % too {word} from {record.times.at(at_us)} on."
            found.append(Finding(SKEWED, text, EXACT, (name,), at_us, record.end_us, (at,),
                                 headline=f"the clock of {name} runs {word}", advice=advice.CLOCKS))  # fmt: skip
    return found


def _drift_notes(record: Record) -> list[Finding]:
    notes = [note for note in record.notes if "clock drift" in note.text or "clock difference" in note.text]
    if not notes:
        return []
    peers: dict[str, int] = {}
    for note in notes:
        said = re.search(r"remote-peer-id: ([^\s,)]+)|against peer (\S+)", note.text)
        if said is not None:
            name = said[1] or said[2]
            peers[name] = peers.get(name, 0) + 1
    drift = re.findall(
        r"(?:clock-drift: |clock difference[^\[\d]*\[?)(-?[\d.hm]+(?:ms|µs|us|s))", " ".join(it.text for it in notes)
    )
    culprit = max(peers, key=lambda it: peers[it], default=notes[0].node)
    tellers = sorted({note.node for note in notes})
    amount = f" (up to {max(drift, key=len)})" if drift else ""
    theirs = listed(sorted(peers) or ["a peer"])
    text = f"{listed(tellers)} found the clock of {theirs} to differ{amount}, {plural(len(notes), 'time')}."
    return [Finding(
        SKEWED, text, EXACT, (culprit, *(it for it in tellers if it != culprit)), notes[0].at_us, notes[-1].at_us,
        tuple(note.at for note in notes[:4]), headline="clocks differ", advice=advice.CLOCKS,
    )]  # fmt: skip
