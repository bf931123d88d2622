"""Broken variants of the rules that keep a cluster working: nothing wrong is ever done, and hardly anything is done.

Some of them are parameters as well (pre-vote, check-quorum, the election timeout). A scenario that shows one of these
has the parameter on, and the variant takes the rule behind it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import VoteRefused
from raftlab.core.messages import RequestVoteReply
from raftlab.engine import election

if TYPE_CHECKING:
    from raftlab.core.messages import PreVote, RequestVote
    from raftlab.engine.rules import Variants
    from raftlab.engine.step import Step


def same_timeout(step: Step) -> None:
    """Wrong: everybody waits for the shortest timeout, so all who miss a leader stand at the same moment."""
    shortest = step.cluster.parameters.election_timeout_min_us
    step.timer(step, "election", shortest, "randomize_timeout", True)


def tenth_of_a_timeout(step: Step) -> None:
    """Wrong: the range that timeouts are drawn from is so low that no vote comes back in time."""
    node, parameters = step.node, step.cluster.parameters
    low, high = parameters.election_timeout_min_us // 10, parameters.election_timeout_max_us // 10
    after_us = step.chance.between(low, high, "election timeout", node.name, node.timeouts_drawn)
    step.timer(step, "election", after_us, "randomize_timeout", True)


def stand_without_asking(step: Step) -> None:
    """Wrong: whoever misses its leader raises its term at once, whether or not anybody else misses it."""
    if step.rules.may_stand(step):
        step.rules.start_election(step)


def lead_on_alone(step: Step) -> None:
    """Wrong: a leader asks itself whether a quorum follows it, and leads on whatever the answer is."""
    step.timer(step, "quorum", step.cluster.parameters.election_timeout_min_us, "check_quorum", False)


def listen_to_anybody(step: Step, candidate: str, request: RequestVote | PreVote) -> bool:
    """Wrong: a candidate's term is taken over even while our leader is heard of."""
    return False


def refuse_as_no_voter(step: Step, candidate: str, request: RequestVote) -> None:
    """Wrong: a server that is no voter, as far as it knows, refuses; the candidate's newer log may say otherwise."""
    node = step.node
    if election.is_voter(node.config, node.name):
        election.grant_vote(step, candidate, request)
        return
    step.emit(VoteRefused(*step.stamp, "grant_vote", candidate, "learner", node.current_term))
    step.promise(candidate, RequestVoteReply(node.current_term, False), "grant_vote")


LIVENESS: Variants = {
    "same-timeout": {"randomize_timeout": same_timeout},
    "timeout-below-round-trip": {"randomize_timeout": tenth_of_a_timeout},
    "no-pre-vote": {"time_out": stand_without_asking},
    "no-check-quorum": {"check_quorum": lead_on_alone},
    "listen-to-anybody": {"keep_to_leader": listen_to_anybody},
    "learner-refuses-vote": {"grant_vote": refuse_as_no_voter},
}
"""By the variant's identifier."""
