"""Why leaders stepped down, how long nobody led, whether two led at once (questions 1, 8 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.diagnose import advice
from raftlab.diagnose.finding import (
    EXACT,
    INFERRED,
    LEADERLESS,
    STEPPED_DOWN,
    TWO_LEADERS,
    Finding,
    Weight,
)
from raftlab.diagnose.words import listed, plural

if TYPE_CHECKING:
    from raftlab.diagnose.record import Record, Reign

_PLANNED: Final = frozenset({"transfer", "removed", "stopped"})
_SEPARATELY: Final = 3
"""So many leaders that stepped down for one reason are told one by one; more are one finding."""

_TOGETHER_US: Final = 10_000
"""Two leaders for less than this are an old one that hears of the new one at once (or clocks that differ a little)."""

_SLOW_START_US: Final = 10_000_000


def stepped_down(record: Record) -> list[Finding]:
    """A finding for each leader that had to go, or for all that went for the same reason."""
    groups: dict[tuple[str, str], list[Reign]] = {}
    for reign in record.reigns:
        if reign.is_over:
            groups.setdefault((reign.how, reign.started_by), []).append(reign)
    found = []
    for reigns in groups.values():
        if len(reigns) > _SEPARATELY:
            found.append(_many(record, reigns))
        else:
            found += [_one(record, reign) for reign in reigns]
    return found


def _one(record: Record, reign: Reign) -> Finding:
    reason, confidence = _reason(record, reign)
    text = f"{reign.node}, leader of term {reign.term}, {reason}"
    at = [reign.to_at if reign.to_at >= 0 else reign.from_at]
    if reign.how == "transfer":
        at = [*(it[0] for it in reign.transfers[-1:]), *at]
    elif reign.how == "term":
        at += [it.from_at for it in record.campaigns if it.term == reign.met and it.node == reign.started_by][:1]
    down = reign.down
    if reign.asked_at >= 0:
        at = [reign.asked_at, *(it[0] for it in reign.transfers if it[0] >= reign.asked_at), *at]
    elif down is not None:
        at = [note.at for note in record.lost_by(reign.node, reign.from_us, down.from_us)[:2]] + [down.sign_at, *at]
        at += [down.note_at] if down.note_at >= 0 else [down.at]
    elif reign.how == "silent":
        sign = record.speaking.get(reign.node, reign.from_at)
        lost = record.lost_by(reign.node, record.timeline.time_of(sign), record.end_us)
        at = [*(note.at for note in lost[:2]), sign]
    nodes = tuple(dict.fromkeys(it for it in (reign.node, reign.started_by, reign.by) if it))
    leaves_a_gap = any(before is reign for _, _, before, _ in gaps(record) if reign.how != "transfer")
    weight = Weight.ANSWER if reign.how in _PLANNED and not leaves_a_gap else Weight.TROUBLE
    head = _HEADS.get(reign.how, "").format(node=reign.node, term=reign.term)
    return Finding(
        STEPPED_DOWN, text, confidence, nodes, reign.to_us, reign.to_us, tuple(dict.fromkeys(at)), weight, head,
        _ADVICE.get(reign.how, ""),
    )  # fmt: skip


_HEADS: Final = {
    "quorum": "{node}, leader of term {term}, lost its quorum",
    "term": "{node}, leader of term {term}, was unseated",
    "ended": "{node}, leader of term {term}, died",
    "silent": "{node}, leader of term {term}, fell silent",
    "seen": "{node} lost the leadership of term {term}",
}
_ADVICE: Final = {"quorum": advice.NETWORK, "ended": advice.ENDED, "silent": advice.ENDED, "stopped": advice.STOPPED}


def _reason(record: Record, reign: Reign) -> tuple[str, str]:
    when = record.times.at(reign.to_us)
    if reign.how == "quorum":
        return f"stepped down at {when}: it had lost its quorum (no majority answered it for an election timeout)." + (
            _meanwhile(record, reign)
        ), EXACT
    if reign.how == "term":
        brought = f"{reign.message} from {reign.by}" if reign.message else f"a message from {reign.by or 'a peer'}"
        text = f"stepped down at {when}: {brought} carried the higher term {reign.met}"
        if reign.started_by and reign.started_by != reign.by:
            text += f", whose election {reign.started_by} had started"
        elif reign.started_by:
            text += f" ({reign.started_by} had started that term's election itself)"
        return text + ".", EXACT
    if reign.how == "transfer":
        asked = record.times.at(record.timeline.time_of(reign.transfers[-1][0])) if reign.transfers else ""
        begun = f" (begun at {asked})" if asked else ""
        return (
            f"handed the leadership over to {reign.started_by}{begun}, which asked for votes in term {reign.met}: it "
            + (f"stepped down at {when}, as it should."),
            EXACT,
        )
    if reign.how == "removed":
        return f"left the cluster at {when}: it was removed from the members.", EXACT
    if reign.how == "stopped":
        return _stopped(record, reign), EXACT
    if reign.how == "ended":
        return _ended(record, reign)
    if reign.how == "silent":
        return (
            f"is heard of no more from about {when} on, and another one took over: its process ended or was cut off, "
            "or its log ends here."
        ), INFERRED
    return f"no longer leads from {when} on; no line tells why.", INFERRED


def _stopped(record: Record, reign: Reign) -> str:
    when = record.times.at(reign.to_us)
    if reign.asked_at < 0:
        return f"was stopped at {when}: its process was asked to shut down."
    asked = record.times.at(record.timeline.time_of(reign.asked_at))
    text = f"was asked to shut down at {asked}, and led no more from {when} on"
    targets = [target for at, target in reign.transfers if at >= reign.asked_at]
    return text + (f": it tried to hand over to {targets[-1]}, in vain." if targets else ".")


def _ended(record: Record, reign: Reign) -> tuple[str, str]:
    down = reign.down
    if down is None or down.how == "command":
        return f"crashed at {record.times.at(reign.to_us)}.", EXACT
    if down.how == "fatal":
        return f"ended at {record.times.at(down.from_us)}: its process gave up, and says why.", EXACT
    lost = {note.node for note in record.lost_by(reign.node, down.sign_us, down.from_us)}
    seen = f": {listed(sorted(lost))} lost the connection then" if lost else ""
    return (
        f"died at about {record.times.at(reign.to_us)} without a word{seen} (killed or crashed; its process starts "
        "again "
        f"at {record.times.at(down.from_us)})."
    ), INFERRED


def _meanwhile(record: Record, reign: Reign) -> str:
    asked = [it for it in record.campaigns if it.node != reign.node and reign.node in it.arrived]
    heard = sorted(
        {it.node for it in asked if 0 <= reign.to_us - it.from_us < 5_000_000 and it.from_us > reign.from_us}
    )
    if heard:
        return (
            f" Vote requests of {listed(heard)} had reached it meanwhile: it could hear the others, but they did not "
            "hear "
            "it (an asymmetric link)."
        )
    newer = [it for it in record.reigns if it.term > reign.term and it.from_us < reign.to_us]
    if newer:
        return (
            f" The others had elected {newer[0].node} in term {newer[0].term} at {record.times.at(newer[0].from_us)}."
        )
    down = sorted({it.node for it in record.downs if record.down_at(it.node, reign.to_us) is not None})
    down = [name for name in down if name != reign.node]
    return f" {listed(down)} {'was' if len(down) == 1 else 'were'} down." if down else ""


def _many(record: Record, reigns: list[Reign]) -> Finding:
    how, culprit = reigns[0].how, reigns[0].started_by
    why = {
        "term": f"because of higher terms that {culprit or 'others'} had begun",
        "quorum": "because no majority answered them",
        "transfer": f"to hand over to {culprit}, as they should",
        "stopped": "because their processes were asked to stop",
        "removed": "because they were removed from the members",
    }.get(how, "because their processes ended or fell silent")
    told = [f"{it.node} (term {it.term}, {record.times.at(it.to_us)})" for it in reigns[:8]]
    more = f" and {len(reigns) - 8} more" if len(reigns) > 8 else ""
    text = f"{plural(len(reigns), 'leader')} stepped down {why}: {listed(told)}{more}."
    weight = Weight.ANSWER if how in _PLANNED else Weight.TROUBLE
    nodes = tuple(dict.fromkeys([*([culprit] if culprit else []), *(it.node for it in reigns)]))
    head = f"{plural(len(reigns), 'leader')} stepped down" if weight is Weight.TROUBLE and how != "term" else ""
    confidence = INFERRED if how in ("ended", "silent", "seen") else EXACT
    at = tuple(it.to_at if it.to_at >= 0 else it.from_at for it in reigns[:8])
    return Finding(
        STEPPED_DOWN, text, confidence, nodes, reigns[0].to_us, reigns[-1].to_us, at, weight, head, _ADVICE.get(how, "")
    )


def gaps(record: Record) -> list[tuple[int, int, Reign | None, Reign | None]]:
    """When nobody led, after the first leader: from, to, who led before, and who after (None: to the end)."""
    found: list[tuple[int, int, Reign | None, Reign | None]] = []
    last: Reign | None = None
    until = -1
    for reign in sorted(record.reigns, key=lambda it: it.from_us):
        if last is not None and reign.from_us > until:
            found.append((until, reign.from_us, last, reign))
        end = reign.to_us if reign.is_over else record.end_us + 1
        if end > until:
            until, last = end, reign
    if last is not None and until < record.end_us:
        found.append((until, record.end_us, last, None))
    return found


def leaderless(record: Record) -> list[Finding]:
    """One finding for all the time without a leader; a hand-over's moment, and an ordinary start, are none."""
    spans = [it for it in gaps(record) if it[2] is None or it[2].how != "transfer" or it[3] is None]
    if not record.reigns:
        return _never(record)
    found = _slow_start(record)
    if not spans:
        return found
    times, missing = record.times, record.missing()
    total = sum(until - since for since, until, _, _ in spans)
    told = []
    for since, until, before, after in spans[:6]:
        ends = (
            f"until {after.node} was elected in term {after.term}" if after is not None else "to the end of the trace"
        )
        lost = f"after {before.node} of term {before.term} was gone" if before is not None else ""
        told.append(f"{times.span(since, until)} from {times.at(since)} to {times.at(until)} ({lost}, {ends})")
    more = f"; and {len(spans) - 6} times more" if len(spans) > 6 else ""
    text = f"{'The cluster had no leader' if not missing else 'No leader is known'} for {times.span(0, total)} in all: {'; '.join(told)}{more}."
    text += (
        " Nothing could be written then."
        if not missing
        else (f" As far as these logs show: {listed(missing)} may have known one, and no log of theirs is here.")
    )
    at = [
        position
        for _, _, before, after in spans[:4]
        for position in (-1 if before is None else before.to_at, -1 if after is None else after.from_at)
        if position >= 0
    ]
    inferred = bool(missing) or any(
        before is not None and before.how in ("ended", "silent", "seen") for _, _, before, _ in spans
    )
    inferred = inferred or (record.whole_seconds and times.unit == "clock")
    nodes = tuple(dict.fromkeys(before.node for _, _, before, _ in spans if before is not None))
    return [*found, Finding(
        LEADERLESS, text, INFERRED if inferred else EXACT, nodes, spans[0][0], spans[-1][1], tuple(at),
        headline=f"no leader {'seen ' if missing else ''}for {times.span(0, total)} in all" + _after(spans), advice=advice.TIMEOUTS,
    )]  # fmt: skip


def _after(spans: list[tuple[int, int, Reign | None, Reign | None]]) -> str:
    """Why nobody led, where one planned thing led to it."""
    before = spans[0][2]
    if before is None or len(spans) > 1 or before.how not in _PLANNED:
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
    pairs = []
    for newer in record.reigns:
        for older in record.reigns:
            if older.term >= newer.term or older.node == newer.node or older.how in ("ended", "silent"):
                continue
            until = min(
                older.to_us if older.is_over else record.end_us, newer.to_us if newer.is_over else record.end_us
            )
            if until - newer.from_us > _TOGETHER_US or (record.times.unit == "step" and until > newer.from_us):
                pairs.append((newer, older, until))
    if not pairs:
        return []
    times = record.times
    told = [
        f"{older.node} (term {older.term}) still believed to lead for {times.span(newer.from_us, until)} beside "
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
