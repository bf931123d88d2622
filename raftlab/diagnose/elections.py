"""Who started which election, whether its log could win, why votes were refused, who never answered (2, 3 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.log import UNKNOWN
from raftlab.diagnose import advice
from raftlab.diagnose.finding import ELECTION, EXACT, INFERRED, REFUSED, UNANSWERED, Finding, Weight
from raftlab.diagnose.logs import behind, could_not_win, far_behind, shorter
from raftlab.diagnose.words import listed, log_end, plural, terms

if TYPE_CHECKING:
    from raftlab.diagnose.record import Campaign, Record, Refusal


def _later(record: Record) -> list[Campaign]:
    """The campaigns after an ordinary start."""
    found = [it for it in record.campaigns if not it.stopping]
    return [it for it in found if not record.boots or it.from_us > record.first_leader_us]


def started(record: Record) -> list[Finding]:
    """Who stood, grouped by node, outcome and whether its log was behind. An explanation, no trouble by itself."""
    groups: dict[tuple[str, bool, object], list[Campaign]] = {}
    ends: dict[str, set[tuple[int, int] | None]] = {}
    for campaign in _later(record):
        if campaign.shorter:
            ends.setdefault(campaign.node, set()).add(campaign.end)
    for campaign in _later(record):
        if not campaign.pre:
            won = campaign.outcome == "won"
            short = not won and campaign.end in ends.get(campaign.node, ())
            groups.setdefault((campaign.node, won, short), []).append(campaign)
    return [_started(record, run) for run in groups.values()]


def _started(record: Record, run: list[Campaign]) -> Finding:
    first, last = run[0], run[-1]
    numbers = [it.term for it in run]
    what = "the election" if len(run) == 1 else f"{len(run)} elections"
    why = "its leader asked it to, to hand over" if first.transfer else "its election timer ran out"
    text = (
        f"{first.node} started {what} of {terms(numbers)} {record.times.between(first.from_us, last.from_us)} ({why})"
    )
    confidence = EXACT
    if first.outcome == "won":
        text += ", and won"
        voters = list(dict.fromkeys(name for it in run for name in it.granted))
        text += f" with the votes of {listed(voters)}" if voters and len(run) == 1 else ""
        text += f"; its log {'ends' if last.end is None else log_end(*last.end)}." if last.end is not None else "."
    else:
        could, confidence = _could_win(record, run)
        text += f". {could}"
    at = [it.from_at for it in run[:2]] + [at for it in run[-1:] for at in list(it.granted.values())[:2]]
    at += [at for it in run[-1:] for at in list(it.refused.values())[:2]]
    return Finding(
        ELECTION, text, confidence, (first.node,), first.from_us, last.from_us, tuple(dict.fromkeys(at)), Weight.ANSWER
    )


def _could_win(record: Record, run: list[Campaign]) -> tuple[str, str]:
    """Whether a log that did not win could have."""
    end = run[-1].end
    ends = "where its log ends isn't told" if end is None else f"its log {log_end(*end)}"
    short = behind(record, run)
    if short:
        hopeless = could_not_win(record, run[-1].from_at, short)
        could = "could not win" if hopeless else "could have won with the others' votes only"
        return f"It {could}: {ends}, and {far_behind(record, short)}.", EXACT
    if any(it.counted or it.refused for it in run):
        return f"It did not win, but nobody refused it for its log ({ends}).", EXACT
    return f"Nobody's answer tells whether it could have won; {ends}.", INFERRED


def refused(record: Record) -> list[Finding]:
    """Why votes were refused, grouped by candidate and reason."""
    groups: dict[tuple[str, str, bool], list[Refusal]] = {}
    for refusal in record.refusals:
        if not record.boots or refusal.at_us > record.first_leader_us:
            groups.setdefault((refusal.candidate, refusal.reason, refusal.pre), []).append(refusal)
    return [_refused(record, found) for found in groups.values()]


def _refused(record: Record, found: list[Refusal]) -> Finding:
    first, last = found[0], found[-1]
    voters = list(dict.fromkeys(it.voter for it in found))
    vote = "pre-vote" if first.pre else "vote"
    asked = {voter: sorted({it.term for it in found if it.term and it.voter == voter}) for voter in voters}
    alike = all(numbers == asked[voters[0]] for numbers in asked.values())
    when = f" in {terms(asked[voters[0]])}" if alike and asked[voters[0]] else ""
    # Whoever refused in other terms than the rest is told with its own.
    each = [f"{voter} (in {terms(numbers)})" if numbers else voter for voter, numbers in asked.items()]
    text = f"{listed(voters if alike else each)} refused the {vote} to {first.candidate}{when}: {_why(record, found)}."
    return Finding(
        REFUSED, text, EXACT, (first.candidate, *voters), first.at_us, last.at_us, tuple(it.at for it in found[:6]),
        Weight.ANSWER,
    )  # fmt: skip


def _why(record: Record, found: list[Refusal]) -> str:
    last = found[-1]
    if last.reason == "log":
        own = last.campaign.end if last.campaign is not None else None
        ends = f"its log {log_end(*own)}" if own is not None else "its log is behind"
        return f"its log is behind ({ends}; {far_behind(record, shorter(record, found[-50:]))})"
    if last.reason == "voted":
        votes = {it.voter: record.timeline.state(it.at).nodes[it.voter].voted_for for it in found[-20:]}
        told = [f"{voter} for {vote}" for voter, vote in votes.items() if vote is not UNKNOWN and vote is not None]
        return "already voted in that term" + (f" ({listed(told)})" if told else "")
    if last.reason == "lease":
        return "a leader was heard of within the election timeout (its lease held), so the request was ignored"
    if last.reason == "term":
        terms_then = [record.timeline.state(it.at).nodes[it.voter].current_term for it in found[-20:]]
        known = [it for it in terms_then if it is not UNKNOWN]
        return "the request was of an older term than the voter's" + (f" ({max(known)} by then)" if known else "")
    if last.reason == "learner":
        return "a learner, which has no vote"
    return "the line doesn't tell why"


def unanswered(record: Record) -> list[Finding]:
    """Which peers were asked, for a whole election timeout, and are not seen to answer."""
    groups: dict[tuple[str, tuple[str, ...], bool], list[Campaign]] = {}
    for campaign in _later(record):
        missing = tuple(sorted(peer for peer in campaign.asked if peer not in campaign.counted))
        if missing and campaign.outcome == "timed out":
            groups.setdefault((campaign.node, missing, campaign.pre), []).append(campaign)
    return [_unanswered(record, missing, run) for (_, missing, _), run in groups.items()]


def _unanswered(record: Record, missing: tuple[str, ...], run: list[Campaign]) -> Finding:
    name, first, last = run[0].node, run[0], run[-1]
    what = "pre-votes" if first.pre else "votes"
    until = last.to_us if last.to_us >= 0 else last.from_us
    when = record.times.between(first.from_us, until)
    text = f"{listed(missing)} never answered {name}, which asked for {what} in {terms(it.term for it in run)} {when}"
    text += f" ({plural(len(run), 'time')}, a whole timeout each)" if len(run) > 1 else ", and waited a whole timeout"
    why = [_why_not(record, name, peer, run) for peer in missing]
    reasons: dict[str, list[str]] = {}
    for peer, reason in zip(missing, why, strict=True):
        reasons.setdefault(reason, []).append(peer)
    text += ". " + "; ".join(f"{listed(peers)}: {reason}" for reason, peers in reasons.items()) + "."
    leader = record.working(first.from_us, (name,))
    head = ""
    if leader is not None and record.down_at(leader.node, until) is None:
        text += f" Meanwhile {leader.node} led {leader.where}: {name} had lost touch with it."
        head = f"{name} was cut off from its leader {leader.node}"
    at = [first.from_at, *(at for it in run[:2] for peer, at in it.asked.items() if peer in missing)]
    at += [at for it in run[:2] for peer, at in it.arrived.items() if peer in missing]
    at += [note.at for peer in missing for note in record.lost_by(peer, first.from_us, until) if note.node == name][:2]
    quiet = Weight.ANSWER if set(reasons) <= {_LEASE, _STOPPING} and not head else Weight.TROUBLE
    return Finding(
        UNANSWERED, text, INFERRED, (*missing, name), first.from_us, until, tuple(dict.fromkeys(at)), quiet, head,
        advice.NETWORK,
    )  # fmt: skip


_STOPPING = "had been asked to stop"
_LEASE = "heard the request and ignored it (a leader's lease held)"


def _why_not(record: Record, name: str, peer: str, run: list[Campaign]) -> str:
    """What a peer's silence comes from, as far as can be told, and in which terms if that differs."""
    statuses: dict[str, list[int]] = {}
    for campaign in run:
        statuses.setdefault(_status(record, name, peer, campaign), []).append(campaign.term)
    if len(statuses) == 1:
        return next(iter(statuses))
    return ", then ".join(f"{status} ({terms(numbers)})" for status, numbers in statuses.items())


def _status(record: Record, name: str, peer: str, campaign: Campaign) -> str:
    down = record.down_at(peer, campaign.from_us)
    if down is not None:
        return _STOPPING if down.how == "stopped" else "down then"
    if peer in campaign.ignored:
        return _LEASE
    if peer in campaign.granted or peer in campaign.refused:
        return f"did answer, but no answer reached {name} (the link towards {name} fails)"
    if peer in campaign.arrived:
        return "got the request, and no answer is seen"
    if peer not in record.speaking:
        return "no log here that could tell"
    return "never got the request, as far as its log shows (the link failed, or the process)"
