"""Terms, roles and votes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.core.model import LEADER
from raftlab.view.describe.phrases import node_of, of_term

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.describe.phrases import Words

_NEW_TERMS: Final = {
    "adopt_term": ": it has seen a higher one",
    "take_over": ", since its leader has asked it to take over",
}


def _term(event: e.TermAdvanced, cluster: Cluster | None) -> str:
    return f"{event.node} moves to term {event.term}{_NEW_TERMS.get(event.rule or '', '')}"


def _follower(event: e.BecameFollower, cluster: Cluster | None) -> str:
    behind = f" behind {event.leader}" if event.leader and event.leader is not UNKNOWN else ""
    why = f": {event.reason}" if event.reason else ""
    return f"{event.node} becomes a follower{of_term(event.term, 'in')}{behind}{why}"


def _pre_candidate(event: e.BecamePreCandidate, cluster: Cluster | None) -> str:
    return f"{event.node} asks whether it could win an election{of_term(event.term, 'after')}"


def _candidate(event: e.BecameCandidate, cluster: Cluster | None) -> str:
    told = ", since its leader has asked it to" if event.rule == "take_over" else ""
    return f"{event.node} stands for election{of_term(event.term, 'in')}{told}"


def _leader(event: e.BecameLeader, cluster: Cluster | None) -> str:
    return f"{event.node} becomes the leader{of_term(event.term)}"


def _learned(event: e.LeaderLearned, cluster: Cluster | None) -> str:
    if event.leader is UNKNOWN:
        return f"{event.node} hears of a leader"
    if event.leader is None:
        return f"{event.node} no longer knows a leader"
    return f"{event.node} follows {event.leader}, the leader{of_term(event.term)}"


def _granted(event: e.VoteGranted, cluster: Cluster | None) -> str:
    if event.pre:
        return f"{event.node} would vote for {event.candidate}{of_term(event.term, 'in')}"
    if event.node == event.candidate:
        return f"{event.node} votes for itself{of_term(event.term, 'in')}"
    return f"{event.node} grants its vote{of_term(event.term)} to {event.candidate}"


_REFUSALS: Final = {
    "voted": "it has voted for another one",
    "log": "the candidate's log is behind its own",
    "term": "the request is of an older term",
    "lease": "it has heard of a leader lately",
    "learner": "it is a learner, and has no vote",
}


def _refused(event: e.VoteRefused, cluster: Cluster | None) -> str:
    why = _REFUSALS.get(event.reason)
    node = node_of(event, cluster)
    if event.reason == "voted" and node is not None:
        why = f"it has voted for {node.voted_for}" if node.voted_for and node.voted_for is not UNKNOWN else why
    elif event.reason == "lease" and node is not None and node.role is LEADER:
        why = "it leads itself"
    pre = "pre-vote" if event.pre else "vote"
    return f"{event.node} refuses its {pre}{of_term(event.term)} to {event.candidate}{f': {why}' if why else ''}"


def _counted(event: e.VoteCounted, cluster: Cluster | None) -> str:
    vote = "pre-vote" if event.pre else "vote"
    counted = f"its own {vote}" if event.voter == event.node else f"the {vote} of {event.voter}"
    if not event.granted:
        return f"{event.node} hears no from {event.voter}"
    return f"{event.node} counts {counted}{of_term(event.term, 'in')}"


def _transfer(event: e.TransferStarted, cluster: Cluster | None) -> str:
    if event.target is None:
        return f"{event.node} has given up handing over, and takes requests again"
    return f"{event.node} begins to hand over to {event.target}"


WORDS: Words = {
    e.TermAdvanced: _term, e.BecameFollower: _follower, e.BecamePreCandidate: _pre_candidate,
    e.BecameCandidate: _candidate, e.BecameLeader: _leader, e.LeaderLearned: _learned, e.VoteGranted: _granted,
    e.VoteRefused: _refused, e.VoteCounted: _counted, e.TransferStarted: _transfer,
}  # fmt: skip
"""By kind of event."""
