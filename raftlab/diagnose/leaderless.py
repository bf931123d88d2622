"""How long nobody led, and whether two led at once (questions 8 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.diagnose import advice
from raftlab.diagnose.finding import EXACT, INFERRED, LEADERLESS, TWO_LEADERS, Finding, Weight
from raftlab.diagnose.record import PLANNED, Gap, gaps
from raftlab.diagnose.words import listed, plural

if TYPE_CHECKING:
    from raftlab.diagnose.record import Record, Reign

_TOGETHER_US: Final = 10_000
"""Two leaders for less than this are an old one that hears of the new one at once (or clocks that differ a little)."""

_SLOW_START_US: Final = 10_000_000


def leaderless(record: Record) -> list[Finding]:
    """One finding for all the time without a leader; a hand-over's moment, and an ordinary start, are none."""
    spans = [it for it in gaps(record) if it[2] is None or it[2].how != "transfer" or it[3] is None]
    if not record.reigns:
        return _never(record)
    spans = _before_the_first(record) + spans
    found = _slow_start(record)
    if not spans:
        return found
    times, missing = record.times, record.missing()
    total = times.span(0, sum(until - since for since, until, _, _ in spans))
    if any(before is None for _, _, before, _ in spans):
        total = f"at least {total}"  # it was missed for an election timeout already when the first one stood
    told = "; ".join(_told(record, it) for it in spans[:6])
    more = f"; and {len(spans) - 6} times more" if len(spans) > 6 else ""
    if missing:
        text = f"No leader is known for {total} in all: {told}{more}. That is as far as these logs show: no log of "
        text += f"{listed(missing)} is here, so there may have been one."
        head = f"no leader seen for {total} in all"
    else:
        text = f"The cluster had no leader for {total} in all: {told}{more}. Nothing could be written then."
        head = f"no leader for {total} in all" + _after(spans)
    at = [
        position
        for _, _, before, after in spans[:4]
        for position in (-1 if before is None else before.to_at, -1 if after is None else after.from_at)
        if position >= 0
    ]
    guessed = [it for _, _, it, _ in spans if it is not None and it.how in ("ended", "silent", "seen")]
    exact = not missing and not guessed and not record.whole_seconds and not total.startswith("at least")
    nodes = tuple(dict.fromkeys(it.node for _, _, it, _ in spans if it is not None))
    return [*found, Finding(
        LEADERLESS, text, EXACT if exact else INFERRED, nodes, spans[0][0], spans[-1][1], tuple(at), headline=head,
        advice=advice.TIMEOUTS,
    )]  # fmt: skip


def _before_the_first(record: Record) -> list[Gap]:
    """An election in the middle of a cluster's life, before any line says who led: somebody did, and was lost."""
    first = record.reigns[0]
    tried = [it for it in record.campaigns if it.from_us < first.from_us and not it.pre]
    if record.boots or not tried or any(it.transfer for it in tried):
        return []
    return [(tried[0].from_us, first.from_us, None, first)]


def _told(record: Record, gap: Gap) -> str:
    since, until, before, after = gap
    times = record.times
    ends = "to the end of the trace" if after is None else f"until {after.node} was elected in term {after.term}"
    lost = "whoever led before was lost, " if before is None else f"after {before.node} of {before.where} was gone, "
    return f"{times.span(since, until)} from {times.at(since)} to {times.at(until)} ({lost}{ends})"


def _after(spans: list[Gap]) -> str:
    """Why nobody led, where one planned thing led to it."""
    before = spans[0][2]
    if before is None or len(spans) > 1 or before.how not in PLANNED:
        return ""
    return f" after {before.node} {'was asked to stop' if before.how == 'stopped' else 'was removed'}"


def _never(record: Record) -> list[Finding]:
    tried = record.campaigns
    if not tried:
        return []
    text = (
        f"No leader was elected in all this trace ({record.times.span(record.start_us, record.end_us)}), though "
        f"{listed(dict.fromkeys(it.node for it in tried))} tried ({plural(len(tried), 'election')})."
    )
    at = tuple(it.from_at for it in tried[:6])
    nodes = tuple(dict.fromkeys(it.node for it in tried))
    return [Finding(LEADERLESS, text, EXACT, nodes, record.start_us, record.end_us, at,
                    headline="no leader was ever elected", advice=advice.NETWORK)]  # fmt: skip


def _slow_start(record: Record) -> list[Finding]:
    first = record.reigns[0]
    if record.times.unit == "step" or first.from_us - record.start_us < _SLOW_START_US or not record.boots:
        return []
    took = record.times.span(record.start_us, first.from_us)
    text = f"It took {took} from the start to the first leader ({first.node})."
    return [Finding(LEADERLESS, text, EXACT, (first.node,), record.start_us, first.from_us, (first.from_at,),
                    headline="the first election took long", advice=advice.NETWORK)]  # fmt: skip


def two_leaders(record: Record) -> list[Finding]:
    """Two of one term are a bug; two of different terms are a stale one beside the real one."""
    found = []
    by_term: dict[int, list[Reign]] = {}
    for reign in record.reigns:
        by_term.setdefault(reign.term, []).append(reign)
    for term, reigns in by_term.items():
        names = list(dict.fromkeys(it.node for it in reigns))
        if len(names) > 1:
            told = listed(f"{it.node} (at {record.times.at(it.from_us)})" for it in reigns)
            found.append(Finding(
                TWO_LEADERS, f"Two leaders in ONE term, {term}: {told}. At most one may win a term: a bug, or the "
                "files are of different clusters.", EXACT if all(it.told for it in reigns) else INFERRED, tuple(names),
                reigns[0].from_us, reigns[-1].from_us, tuple(it.from_at for it in reigns), Weight.BROKEN,
                f"two leaders in term {term}", advice.BUG,
            ))  # fmt: skip
    return found + _stale(record)


def _stale(record: Record) -> list[Finding]:
    pairs: list[tuple[Reign, Reign, int]] = []
    active: list[Reign] = []
    for newer in record.reigns:
        active = [it for it in active if not it.is_over or it.to_us > newer.from_us]
        for older in active:
            if older.term < newer.term and older.node != newer.node:
                until = min(it.to_us if it.is_over else record.end_us for it in (older, newer))
                if until - newer.from_us > (0 if record.times.unit == "step" else _TOGETHER_US):
                    pairs.append((newer, older, until))
        active.append(newer)
    if not pairs:
        return []
    times = record.times
    told = [
        f"{older.node} ({older.where}) still believed to lead for {times.span(newer.from_us, until)} beside "
        f"{newer.node} (term {newer.term}, from {times.at(newer.from_us)} to {times.at(until)})"
        for newer, older, until in pairs[:4]
    ]
    text = (
        f"Two leaders in different terms, so one was stale: {'; '.join(told)}. The old one could commit nothing, but "
    )
    text += "serve stale reads if they weren't linearizable."
    nodes = tuple(dict.fromkeys(name for newer, older, _ in pairs for name in (older.node, newer.node)))
    at = tuple(at for newer, older, _ in pairs[:3] for at in (newer.from_at, older.to_at) if at >= 0)
    return [Finding(TWO_LEADERS, text, INFERRED, nodes, pairs[0][0].from_us, pairs[-1][2], at,
                    headline=f"{pairs[0][1].node} was a stale leader")]  # fmt: skip
