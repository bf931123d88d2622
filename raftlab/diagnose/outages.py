"""Processes that ended, the quorum that went with them, links that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.diagnose import advice
from raftlab.diagnose.finding import ENDED, EXACT, INFERRED, LINKS, QUORUM, Finding, Weight
from raftlab.diagnose.words import listed, plural

if TYPE_CHECKING:
    from raftlab.diagnose.record import Down, Note, Record

_LOSSY = 0.05
_MANY = 10


def quorum(record: Record) -> list[Finding]:
    """When so many voters were down that no majority was left."""
    found: list[Finding] = []
    changes = sorted({it.since_us for it in record.downs} | {it.to_us for it in record.downs if it.to_us >= 0})
    since, worst = -1, (0, 0, ())  # type: tuple[int, tuple[int, int, tuple[str, ...]]]
    for at_us in changes:
        voters = record.voters(record.timeline.index_at(at_us))
        down = tuple(name for name in voters if record.down_at(name, at_us) is not None)
        up = len(voters) - len(down)
        if voters and 2 * up <= len(voters):
            if since < 0:
                since, worst = at_us, (up, len(voters), down)
            elif up < worst[0]:
                worst = (up, len(voters), down)
        elif since >= 0:
            found.append(_quorum(record, since, at_us, worst))
            since = -1
    if since >= 0:
        found.append(_quorum(record, since, record.end_us, worst))
    return found


def _quorum(record: Record, since: int, until: int, worst: tuple[int, int, tuple[str, ...]]) -> Finding:
    up, count, down = worst
    downs = [it for name in down if (it := record.down_at(name, since)) is not None]
    times = record.times
    text = (
        f"The quorum was lost for {times.span(since, until)}, from {times.at(since)} to {times.at(until)}: {up} of "
        f"{count} "
        f"voters was up ({listed(down)} down), and {count // 2 + 1} are needed. Nothing could be committed then."
    ).replace(" was up", " were up" if up != 1 else " was up")
    inferred = any(it.how == "silent" for it in downs)
    if inferred:
        text += " When the processes ended is what their peers noticed."
    at = [note.at for it in downs for note in record.lost_by(it.node, it.sign_us, it.from_us)[:1]]
    at += [it.to_at for it in record.reigns if it.how == "quorum" and since <= it.to_us <= until]
    at += [it.at for it in downs]
    return Finding(
        QUORUM, text, INFERRED if inferred else EXACT, down, since, until, tuple(dict.fromkeys(at)),
        headline=f"the quorum was lost for {times.span(since, until)} ({listed(down)} down)", advice=advice.QUORUM,
    )  # fmt: skip


def ended(record: Record) -> list[Finding]:
    """Processes that ended or stood still, a finding a node. One that was asked to stop is no trouble by itself."""
    found = []
    for name in dict.fromkeys(it.node for it in record.downs):
        downs = [it for it in record.downs if it.node == name and not _is_removal(record, it)]
        if downs:
            found.append(_ended(record, name, downs))
    return found


def _is_removal(record: Record, down: Down) -> bool:
    """A member that has left ends its process: that is as it should be."""
    gone = record.removed.get(down.node)
    return gone is not None and abs(gone[1] - down.from_us) < 60_000_000


def _ended(record: Record, name: str, downs: list[Down]) -> Finding:
    times = record.times
    told = [_told(record, it) for it in downs[:4]]
    more = f"; and {len(downs) - 4} times more" if len(downs) > 4 else ""
    text = f"{name} {'; '.join(told)}{more}."
    planned = all(it.how == "stopped" for it in downs)
    at = []
    for it in downs[:3]:
        at += [it.note_at] if it.note_at >= 0 else []
        at += [note.at for note in record.lost_by(name, it.sign_us, it.from_us)[:2]]
        at += [it.at] + ([it.to_at] if it.to_at >= 0 else [])
    head = (
        ""
        if planned
        else f"{name} {'stood still' if downs[0].how == 'paused' else 'died'} {_times(len(downs))}".strip()
    )
    until = downs[-1].to_us if downs[-1].to_us >= 0 else record.end_us
    return Finding(
        ENDED, text, INFERRED if any(it.how == "silent" for it in downs) else EXACT, (name,), downs[0].since_us, until,
        tuple(dict.fromkeys(at)), Weight.ANSWER if planned else Weight.TROUBLE, head,
        advice.STOPPED if planned else advice.ENDED if times.unit == "clock" else "",
    )  # fmt: skip


def _times(count: int) -> str:
    return "" if count == 1 else f"{count} times"


def _told(record: Record, down: Down) -> str:
    times = record.times
    back = f", and was back at {times.at(down.to_us)}" if down.to_us >= 0 else ", and did not come back"
    if down.how == "silent":
        last = f"last heard of at {times.at(down.sign_us)}"
        return f"ended without a word at about {times.at(down.since_us)} (killed or crashed; {last}){back}"
    if down.how == "stopped":
        return f"was asked to stop at {times.at(down.since_us)}, and ended by {times.at(down.from_us)}{back}"
    if down.how == "fatal":
        note = record.timeline.event(down.note_at)
        text = note.text if isinstance(note, e.SourceNoted) else ""
        return f"gave up at {times.at(down.from_us)} ({text[:120]}){back}"
    if down.how == "paused":
        return f"stood still from {times.at(down.from_us)}" + (
            f" to {times.at(down.to_us)}" if down.to_us >= 0 else " on"
        )
    return f"crashed at {times.at(down.from_us)}{back}"


def links(record: Record) -> list[Finding]:
    """Links that were cut or lossy (a simulation knows), or over which connections were lost (a log says)."""
    return _cut(record) + _lossy(record) + _connections(record)


def _cut(record: Record) -> list[Finding]:
    cuts = [it for it in record.cuts if it[4]]
    if not cuts:
        return []
    ways = list(dict.fromkeys((source, target) for _, _, source, target, _ in cuts))
    both = [(a, b) for a, b in ways if (b, a) in ways and a < b]
    single = [(a, b) for a, b in ways if (b, a) not in ways]
    told = [f"{a} to {b} (one way only)" for a, b in single] + [f"{a} and {b}" for a, b in both]
    more = f" and {len(told) - 8} more" if len(told) > 8 else ""
    first, last = cuts[0][1], record.cuts[-1][1]
    text = f"Links were cut {record.times.between(first, last)}: {listed(told[:8])}{more}."
    nodes = tuple(dict.fromkeys(name for way in (single or both) for name in way))
    head = "" if not single else f"one-way links: {listed(f'{a} to {b}' for a, b in single[:4])}"
    return [Finding(LINKS, text, EXACT, nodes, first, last, tuple(it[0] for it in cuts[:6]), headline=head)]


def _lossy(record: Record) -> list[Finding]:
    cut = {(source, target) for _, _, source, target, is_cut in record.cuts if is_cut}
    told = []
    for (source, target), way in record.ways.items():
        if way.lost >= _MANY and way.lost > _LOSSY * way.sent and (source, target) not in cut:
            told.append((source, target, way))
    if not told:
        return []
    told.sort(key=lambda it: -it[2].lost / it[2].sent)
    words = [f"{a} to {b} lost {way.lost} of {way.sent}" for a, b, way in told[:6]]
    nodes = tuple(dict.fromkeys(name for a, b, _ in told[:6] for name in (a, b)))
    return [Finding(
        LINKS, f"Links lost messages: {listed(words)}.", EXACT, nodes, record.start_us, record.end_us,
        tuple(way.lost_at for _, _, way in told[:4]), headline="lossy links", advice=advice.NETWORK,
    )]  # fmt: skip


def _connections(record: Record) -> list[Finding]:
    """Connections that timed out: the peers' processes were there (else they'd be refused), the network wasn't.

    Older logs don't say why a connection was lost; then it counts unless the peer was down.
    """
    found: list[tuple[Note, str]] = []
    for peer, notes in record.lost.items():
        for note in notes:
            untold = "error" not in note.text and record.down_at(peer, note.at_us) is None
            if untold or "timeout" in note.text:
                found.append((note, peer))
    found.sort(key=lambda it: it[0].at)
    if not found:
        return []
    pairs = list(dict.fromkeys(frozenset((note.node, peer)) for note, peer in found))
    often: dict[str, int] = {}
    for pair in pairs:
        for name in pair:
            often[name] = often.get(name, 0) + 1
    culprit = max(often, key=lambda it: often[it])
    others = sorted({name for pair in pairs if culprit in pair for name in pair} - {culprit})
    rest = [sorted(pair) for pair in pairs if culprit not in pair]
    timed_out = all("timeout" in note.text for note, _ in found)
    text = f"{culprit} lost touch with {listed(others)}: {plural(len(found), 'connection')} "
    text += "timed out " if timed_out else f"{'was' if len(found) == 1 else 'were'} lost "
    text += record.times.between(found[0][0].at_us, found[-1][0].at_us)
    text += " (the network, not the processes, failed)" if timed_out else " while the peers ran"
    text += f"; so did those of {listed(' and '.join(pair) for pair in rest)}." if rest else "."
    nodes = (culprit, *others)
    return [Finding(
        LINKS, text, INFERRED, nodes, found[0][0].at_us, found[-1][0].at_us, tuple(note.at for note, _ in found[:4]),
        headline="", advice=advice.NETWORK,
    )]  # fmt: skip
