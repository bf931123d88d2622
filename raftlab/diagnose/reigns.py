"""Why leaders stepped down (question 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.diagnose import advice
from raftlab.diagnose.finding import EXACT, INFERRED, STEPPED_DOWN, Finding, Weight
from raftlab.diagnose.record import PLANNED, gaps
from raftlab.diagnose.words import listed, plural

if TYPE_CHECKING:
    from raftlab.diagnose.record import Record, Reign

_AT_ONCE_US: Final = 2_000_000

_SEPARATELY: Final = 3
"""So many leaders that stepped down for one reason are told one by one; more are one finding."""


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
    text = f"{reign.node}, leader of {reign.where}, {reason}"
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
    weight = Weight.ANSWER if reign.how in PLANNED and not leaves_a_gap else Weight.TROUBLE
    lost_sight = reign.how == "seen" and not reign.told
    head = _HEADS["lost" if lost_sight else reign.how] if lost_sight or reign.how in _HEADS else ""
    tip = _ADVICE.get(reign.how, "")
    if reign.how == "term" and _unheard(record, reign):
        head, tip, confidence = _MUTE, advice.ONE_WAY, INFERRED
    head = head.format(node=reign.node, term=reign.where, newer=reign.started_by)
    return Finding(
        STEPPED_DOWN, text, confidence, nodes, reign.to_us, reign.to_us, tuple(dict.fromkeys(at)), weight, head,
        tip,
    )  # fmt: skip


_HEADS: Final = {
    "quorum": "{node}, leader of {term}, lost its quorum",
    "term": "{node}, leader of {term}, was unseated",
    "ended": "{node}, leader of {term}, died",
    "silent": "{node}, leader of {term}, fell silent",
    "seen": "{node} lost the leadership of {term}",
    "lost": "{node}, leader of {term}, was lost sight of",
}
_MUTE: Final = "{node}, leader of {term}, could hear {newer} but not be heard by it, and was unseated"
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
        return f"{text}.{_unheard(record, reign)}", EXACT
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
    if not reign.told:
        return f"was lost sight of at {when} by the last whose log is here; whether it led on isn't told.", INFERRED
    return f"no longer leads from {when} on; no line tells why.", INFERRED


def _unheard(record: Record, reign: Reign) -> str:
    """A leader that was alive and is followed by one that had missed it: it could hear, and was not heard."""
    won = [it for it in record.campaigns if (it.node, it.term, it.outcome) == (reign.started_by, reign.met, "won")]
    newer = record.successor(reign)
    at_once = bool(won) and reign.node in won[0].arrived and reign.to_us - won[0].from_us < _AT_ONCE_US
    if not at_once or won[0].transfer or (newer is not None and newer.term != reign.met):
        return ""
    return (
        f" {reign.started_by} had not heard from {reign.node} for an election timeout, though it ran and could hear "
        f"{reign.started_by}: what {reign.node} sent did not get through (the link from it failed one way, or it was "
        "too "
        "slow)."
    )


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
    told = [f"{it.node} ({it.where}, {record.times.at(it.to_us)})" for it in reigns[:8]]
    more = f" and {len(reigns) - 8} more" if len(reigns) > 8 else ""
    text = f"{plural(len(reigns), 'leader')} stepped down {why}: {listed(told)}{more}."
    weight = Weight.ANSWER if how in PLANNED else Weight.TROUBLE
    nodes = tuple(dict.fromkeys([*([culprit] if culprit else []), *(it.node for it in reigns)]))
    head = f"{plural(len(reigns), 'leader')} stepped down" if weight is Weight.TROUBLE and how != "term" else ""
    confidence = INFERRED if how in ("ended", "silent", "seen") else EXACT
    at = tuple(it.to_at if it.to_at >= 0 else it.from_at for it in reigns[:8])
    return Finding(
        STEPPED_DOWN, text, confidence, nodes, reigns[0].to_us, reigns[-1].to_us, at, weight, head, _ADVICE.get(how, "")
    )
