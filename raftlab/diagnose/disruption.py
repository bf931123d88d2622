"""Which node is disruptive: its term rises while its log does not, and working leaders have to go (question 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.diagnose import advice
from raftlab.diagnose.finding import DISRUPTIVE, EXACT, INFERRED, Finding
from raftlab.diagnose.logs import behind, could_not_win, far_behind
from raftlab.diagnose.words import listed, plural, ranges, terms

if TYPE_CHECKING:
    from raftlab.diagnose.record import Campaign, Record, Reign

_MANY = 3
"""So many elections in vain beside a working leader disturb, even if no leader had to go (yet)."""


def answers(record: Record) -> list[Finding]:
    """One finding a disruptive node."""
    found = []
    for name in dict.fromkeys(it.node for it in record.campaigns):
        own = [it for it in record.campaigns if it.node == name and not (it.pre or it.transfer or it.stopping)]
        own = [it for it in own if it.from_us > record.first_leader_us or not record.boots]
        deposed = [it for it in record.reigns if it.how == "term" and it.started_by == name]
        won = {it.term for it in own if it.outcome == "won"}
        vain = [it for it in own if it.outcome != "won"]
        beside = [it for it in vain if _is_beside(record, it)]
        unseated = [it for it in deposed if it.met not in won]
        taken = [it for it in deposed if it.met in won and not _is_stale(record, it)]
        if beside and (unseated or len(beside) >= _MANY):
            run = [it for it in vain if it.from_us >= beside[0].from_us]
            found.append(_in_vain(record, name, run, unseated + taken, beside))
        elif len(taken) >= 2:
            found.append(_hasty(record, name, [it for it in own if it.term in won], taken))
    found += _unseen(record)
    return sorted(found, key=lambda it: -len(it.at))


def _unseen(record: Record) -> list[Finding]:
    """A node whose own log isn't here, and whose term was far ahead when it unseated a leader: it stood in vain."""
    found = []
    standing = {it.node for it in record.campaigns}
    deposed = [it for it in record.reigns if it.how == "term" and it.term and it.met - it.term >= 2 and it.by]
    for name in dict.fromkeys(it.by for it in deposed):
        own = [it for it in deposed if it.by == name and not _is_stale(record, it)]
        if not own or name in standing or name in record.speaking:
            continue
        first = own[0]
        text = (
            f"{name}, whose log is not here, disrupted the cluster: it was in term {first.met} already when "
            f"{first.node} "
            f"led {first.where}, so it had stood for election again and again without winning (most likely cut off "
            f"from the others). {_unseated(record, name, own)}"
        )
        found.append(Finding(
            DISRUPTIVE, text.strip(), INFERRED, (name, *dict.fromkeys(it.node for it in own)), first.to_us,
            own[-1].to_us, tuple(it.to_at for it in own[:5]), headline=f"{name} disrupted the cluster",
            advice=advice.PRE_VOTE,
        ))  # fmt: skip
    return found


def _is_beside(record: Record, campaign: Campaign) -> bool:
    """Whether somebody else led. In the middle of a cluster's life no line may say so yet, but a voter that refuses for
    its leader's sake does."""
    if record.working(campaign.from_us, (campaign.node,)) is not None:
        return True
    return bool(campaign.ignored) and campaign.from_us < record.first_leader_us


def _is_stale(record: Record, reign: Reign) -> bool:
    """Whether a newer leader stood already when it learned of the higher term."""
    return record.successor(reign) is not None


def _in_vain(record: Record, name: str, run: list[Campaign], deposed: list[Reign], beside: list[Campaign]) -> Finding:
    times = record.times
    first, last = run[0], run[-1]
    to_us = max([last.from_us, *(it.to_us for it in deposed)])
    leaders = [it for campaign in beside if (it := record.working(campaign.from_us, (name,))) is not None]
    led = listed(dict.fromkeys(it.node for it in leaders)) if leaders else "a leader"
    while_led = f"while {led} led" if len(beside) == len(run) else f"{len(beside)} of them while {led} led"
    text = (
        f"{name} disrupted the cluster {times.between(first.from_us, to_us)}: it started "
        f"{plural(len(run), 'election')} ({terms(it.term for it in run)}), {while_led}, and won "
        f"{'none' if len(run) > 1 else 'nothing'}. "
    )
    text += _unseated(record, name, deposed)
    mechanism, links_at = _mechanism(record, name, run, led)
    text += mechanism
    shorter, log_at = _its_log(record, name, run)
    text += shorter
    at = [it.to_at for it in deposed[:3]] + log_at[:2] + [first.from_at] + links_at[:2] + [last.from_at]
    exact = EXACT if deposed and log_at else INFERRED
    others = tuple(dict.fromkeys(it.node for it in deposed if it.node != name))
    head = f"{name} disrupted the cluster"
    head += " (it could send but did not hear its leader)" if _ASYMMETRIC in mechanism else ""
    head += f" and unseated {plural(len(deposed), 'leader')}" if deposed else ""
    return Finding(
        DISRUPTIVE, text.strip(), exact, (name, *others), first.from_us, to_us, tuple(dict.fromkeys(at)),
        headline=head, advice=advice.PRE_VOTE,
    )  # fmt: skip


def _unseated(record: Record, name: str, deposed: list[Reign]) -> str:
    if not deposed:
        return "No leader had to go, but each such term may unseat one as soon as the two can talk. "
    told = [f"{it.node} (leader of {it.where}, at {record.times.at(it.to_us)})" for it in deposed[:6]]
    more = f" and {len(deposed) - 6} more" if len(deposed) > 6 else ""
    return f"Its higher terms unseated {listed(told)}{more}. "


_ASYMMETRIC: Final = "it could send but did not hear its leader"


def _mechanism(record: Record, name: str, run: list[Campaign], led: str) -> tuple[str, list[int]]:
    """What reached whom: deaf (it sends, and hears nothing), cut off (neither), or in touch and refused."""
    seen = [peer for peer in record.speaking if peer != name]
    if not seen:
        return f"No other node's log is there to tell whether {name} was heard. ", []
    deaf = [it for it in run if it.arrived and not it.heard]
    cut = [it for it in run if it.asked and not it.arrived and not it.heard]
    refused = [it for it in run if it.heard]
    parts, at = [], []
    leaders = [it for it in {reign.node for reign in record.reigns} if it != name]
    unheard = [it for it in run if any(peer in it.arrived and peer not in it.heard for peer in leaders)]
    if len(deaf) >= 2 or (deaf and not cut and not refused):
        peers = list(dict.fromkeys(peer for it in deaf for peer in it.arrived))
        parts.append(
            f"{_ASYMMETRIC}: its requests ({terms(it.term for it in deaf)}) reached {listed(peers)}, and "
            "nothing is seen to reach it (an asymmetric link)"
        )
        at += [position for it in deaf[:2] for position in it.arrived.values()]
    elif len(unheard) >= 2 and len(unheard) == len(run):
        parts.append(f"its requests reached {led}, but nothing of the leader's is seen to reach it")
        at += [position for it in unheard[:2] for position in it.arrived.values()]
    if cut:
        parts.append(
            f"in {terms(it.term for it in cut)} it was cut off: none of its requests is seen to reach anybody, and "
            "nothing is seen to reach it"
        )
    if refused and (deaf or cut):
        parts.append(f"in {terms(it.term for it in refused)} it was in touch again, and refused")
    known = _known_cuts(record, name, run)
    if known:
        parts.append(known)
    return (f"How: {'; '.join(parts)}. " if parts else ""), at


def _known_cuts(record: Record, name: str, run: list[Campaign]) -> str:
    """What a simulation knows of its links then."""
    cut: set[tuple[str, str]] = set()
    for _, at_us, source, target, is_cut in record.cuts:
        if at_us > run[-1].from_us:
            break
        if is_cut:
            cut.add((source, target))
    into = sorted(source for source, target in cut if target == name)
    out = sorted(target for source, target in cut if source == name)
    if not into and not out:
        return ""
    if not out:
        return f"the links to it from {listed(into)} were cut, those from it were not"
    if not into:
        return f"its links to {listed(out)} were cut, those to it were not"
    return f"its links with {listed(sorted({*into, *out}))} were cut"


def _its_log(record: Record, name: str, run: list[Campaign]) -> tuple[str, list[int]]:
    """Whether its log could have won, and whether it grew."""
    ends = [it.end for it in run if it.end is not None]
    if not ends:
        return "", []
    index, term = ends[-1]
    still = "its log stood still at" if len(set(ends)) == 1 and len(ends) > 1 else "its log ended at"
    short = behind(record, run)
    if short:
        held = far_behind(record, short)
        could = "could not win" if could_not_win(record, run[-1].from_at, short) else "could hardly win"
        return f"It {could}: {still} entry {index} of term {term}, and {held}. ", [it.at for it in short]
    return f"Meanwhile {still} entry {index} of term {term}. ", []


def _hasty(record: Record, name: str, run: list[Campaign], taken: list[Reign]) -> Finding:
    times = record.times
    text = (
        f"{name} unseated {plural(len(taken), 'working leader')} {times.between(taken[0].to_us, taken[-1].to_us)} "
        "and took "
        f"over each time (terms {ranges([it.met for it in taken])}): it did not hear its leader for an election "
        "timeout, "
        "though the leader was alive. Its clock or its timeout is too fast, or the links to it lose messages."
    )
    at = [it.to_at for it in taken[:3]] + [it.from_at for it in run[:3]]
    return Finding(
        DISRUPTIVE, text, INFERRED, (name, *dict.fromkeys(it.node for it in taken)), taken[0].to_us, taken[-1].to_us,
        tuple(at), headline=f"{name} unseated {plural(len(taken), 'working leader')}", advice=advice.TIMEOUTS,
    )  # fmt: skip
