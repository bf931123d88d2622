"""Entries that were overwritten, snapshots, members, broken rules; and what the source can't tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.core.model import Config
from raftlab.diagnose import advice
from raftlab.diagnose.finding import BROKEN, EXACT, INFERRED, MEMBERS, OVERWRITTEN, SNAPSHOT, UNTOLD, Finding, Weight
from raftlab.diagnose.words import listed, plural
from raftlab.view.describe import config_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.invariants import Broken
    from raftlab.diagnose.record import Drop, Record
    from raftlab.importers import FileReport


def overwritten(record: Record) -> list[Finding]:
    """Entries that a node dropped for its leader's, a finding a node."""
    found = []
    for name in dict.fromkeys(it.node for it in record.drops):
        own = [it for it in record.drops if it.node == name]
        told = [_drop(record, it) for it in own[:4]]
        more = f"; and {len(own) - 4} times more" if len(own) > 4 else ""
        known = [it for it in own if it.last is not UNKNOWN]
        count = sum(it.last - it.first + 1 for it in known)
        text = f"{name} had to drop entries that its leader does not have: {'; '.join(told)}{more}."
        wrote = [it for it in record.reigns if it.node == name and it.is_over and it.to_us <= own[0].at_us]
        if wrote:
            text += f" {name} had led {wrote[-1].where} until {record.times.at(wrote[-1].to_us)}: they are most likely "
            text += "writes that it took then and could not commit."
        text += " Who wrote them got no success: an error or a timeout."
        some = f"at least {count}" if len(known) < len(own) else str(count)
        head = (
            f"{some} {'entry' if count == 1 else 'entries'} of {name} overwritten"
            if count
            else f"entries of {name} overwritten"
        )
        found.append(Finding(
            OVERWRITTEN, text, EXACT if len(known) == len(own) else INFERRED, (name,), own[0].at_us, own[-1].at_us,
            tuple(it.at for it in own[:4]), headline=head, advice=advice.CLIENTS,
        ))  # fmt: skip
    return found


def _drop(record: Record, drop: Drop) -> str:
    when = record.times.at(drop.at_us)
    if drop.last is UNKNOWN:
        return f"all from entry {drop.first} on at {when} (how many isn't told)"
    if drop.last <= drop.first:
        return f"entry {drop.first} at {when}"
    return f"entries {drop.first} to {drop.last} ({drop.last - drop.first + 1} of them) at {when}"


def snapshots(record: Record) -> list[Finding]:
    """Followers that had to be sent a snapshot. An explanation, no trouble by itself."""
    found = []
    for name in dict.fromkeys(it[2] for it in record.snapshots):
        own = [it for it in record.snapshots if it[2] == name]
        told = [f"up to entry {index} at {record.times.at(at_us)}" for _, at_us, _, index in own[:4]]
        text = f"{name} was too far behind for entries alone and took over a snapshot {listed(told)}."
        at = []
        for position, *_ in own[:3]:
            event = record.timeline.event(position)
            at += [position] + ([event.cause] if event.cause is not None else [])
        found.append(Finding(SNAPSHOT, text, EXACT, (name,), own[0][1], own[-1][1], tuple(at), Weight.ANSWER,
                             advice=advice.SNAPSHOT))  # fmt: skip
    return found


def members(record: Record) -> list[Finding]:
    """How the membership changed while somebody led, as that leader tells it."""
    before: Config | None = None
    told, at, times, nodes = [], [], [], []
    for position, at_us, name in record.configs:
        event = record.timeline.event(position)
        leader = record.working(at_us)
        if not isinstance(event, e.ConfigChanged) or leader is None or leader.node != name:
            continue
        if before is None:
            node = record.timeline.state(position - 1).nodes.get(name)
            before = node.config if node is not None and node.config is not UNKNOWN else Config()
        if event.config != before:
            old, new = set(before.members()), set(event.config.members())
            what = [f"{it} joined" for it in sorted(new - old)] + [f"{it} left" for it in sorted(old - new)]
            told.append(f"{listed(what) + ': ' if what else ''}{config_text(event.config)} at {record.times.at(at_us)}")
            nodes += sorted(new ^ old) or sorted(set(event.config.voters) ^ set(before.voters))
            at.append(position)
            times.append(at_us)
            before = event.config
    at += [position for position, _ in record.removed.values()]
    if not told:
        return []
    more = f"; and {len(told) - 8} changes more" if len(told) > 8 else ""
    text = f"The members changed {plural(len(told), 'time')}: {'; '.join(told[:8])}{more}."
    return [
        Finding(MEMBERS, text, EXACT, tuple(dict.fromkeys(nodes)), times[0], times[-1], tuple(at[:8]), Weight.ANSWER)
    ]


def broken(record: Record, found: Sequence[Broken]) -> list[Finding]:
    """Rules of Raft that no longer hold: a bug, or files that don't belong together."""
    every = [(it.position, record.timeline.time_of(it.position), it.invariant, it.text) for it in found] + record.broken
    findings = []
    for name in dict.fromkeys(it[2] for it in every):
        own = [it for it in every if it[2] == name]
        more = f" (and {len(own) - 1} times more)" if len(own) > 1 else ""
        text = f"{name} is broken at {record.times.at(own[0][1])}: {own[0][3]}{more}"
        node = record.timeline.event(own[0][0]).node
        findings.append(Finding(
            BROKEN, text, EXACT, () if node is None else (node,), own[0][1], own[-1][1], tuple(it[0] for it in own[:4]),
            Weight.BROKEN, f"{name} is broken", advice.BUG,
        ))  # fmt: skip
    return findings


def untold(record: Record, files: Sequence[FileReport]) -> list[Finding]:
    """What an answer may be missing for. An explanation, no trouble by itself."""
    if record.timeline.header.source == "raftlab":
        return []
    told = []
    silent = record.missing()
    if silent:
        told.append(f"no log of {listed(silent)} is among these files, so only the others speak of it")
    if "roles" not in record.timeline.header.knows:
        told.append("they hold no roles, so who led, and when, is not known")
    elif "messages" not in record.timeline.header.knows:
        told.append("heartbeats and accepted entries leave no line, so a link is seen to fail only by what follows")
    if record.reigns and record.reigns[0].from_us > record.start_us and not record.boots:
        told.append("these logs begin while the cluster runs: what was before is not known")
    if record.whole_seconds:
        told.append("raft's lines are stamped with whole seconds, so times are good to about a second")
    if record.timeline.cut_short:
        told.append(record.timeline.cut_short)
    odd = sum(
        count for it in files for reason, count in it.skipped.items() if "not JSON" in reason or "unknown" in reason
    )
    if odd:
        told.append(f"{plural(odd, 'line')} could not be understood")
    if not told:
        return []
    text = "What these logs can't tell: " + "; ".join(told) + "."
    return [Finding(UNTOLD, text, EXACT, tuple(silent), record.start_us, record.end_us, (), Weight.ANSWER)]
