"""Whose log was ahead of a candidate's: the voters' ends, as they stood when they refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core.log import UNKNOWN
from raftlab.diagnose.words import listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.diagnose.record import Campaign, Record, Refusal


class Shorter(Struct, frozen=True):
    """A candidate's log was behind a voter's: where each ended, (index, term); None: not told."""

    at: int
    voter: str
    own: tuple[int, int] | None
    theirs: tuple[int, int] | None


def behind(record: Record, campaigns: Iterable[Campaign], most: int = 50) -> list[Shorter]:
    """The voters whose log was ahead when they refused these campaigns; of each its last refusal."""
    return shorter(record, [it for campaign in campaigns for it in campaign.shorter][-most:])


def could_not_win(record: Record, position: int, found: Sequence[Shorter]) -> bool:
    """Whether so many voters' logs were ahead that the others are no majority."""
    voters = record.voters(position)
    return 2 * len(set(voters) - {it.voter for it in found}) <= len(voters)


def shorter(record: Record, refusals: Sequence[Refusal]) -> list[Shorter]:
    """The same of refusals, the last one of each voter."""
    last = {it.voter: it for it in refusals}
    found = []
    for refusal in last.values():
        log = record.timeline.state(refusal.at).nodes[refusal.voter].log
        theirs = None if log.last_index is UNKNOWN or log.last_term is UNKNOWN else (log.last_index, log.last_term)
        own = refusal.campaign.end if refusal.campaign is not None else None
        if refusal.reason == "lease" and (own is None or theirs is None or theirs[::-1] <= own[::-1]):
            continue  # it refused for its leader's sake; its log is no reason, as far as that can be told
        found.append(Shorter(refusal.at, refusal.voter, own, theirs))
    return found


def far_behind(record: Record, found: Sequence[Shorter]) -> str:
    """By how much: "n2's and n3's ended at entry 48 of term 2, 20 entries further"."""
    groups: dict[tuple[tuple[int, int] | None, tuple[int, int] | None], list[str]] = {}
    for it in found:
        groups.setdefault((it.own, it.theirs), []).append(f"{it.voter}'s")
    texts = []
    for (own, theirs), voters in groups.items():
        if theirs is None:
            texts.append(f"{listed(voters)} was ahead (how far isn't told)")
            continue
        more = ""
        if own is not None and theirs[1] == own[1]:
            more = f", {plural(theirs[0] - own[0], 'entry', 'entries')} further"
        elif own is not None:
            more = f", of a later term than {own[1]}"
            if theirs[0] > own[0]:
                more += f" and {plural(theirs[0] - own[0], 'entry', 'entries')} further"
        texts.append(f"{listed(voters)} ended at entry {theirs[0]} of term {theirs[1]}{more}")
    return "; ".join(texts)
