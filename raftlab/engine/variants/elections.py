"""Broken variants of the rules in core.rulebook.elections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import TermAdvanced
from raftlab.core.model import CANDIDATE, LEADER
from raftlab.engine import durability, election
from raftlab.engine.rules import Variants

if TYPE_CHECKING:
    from raftlab.core.messages import PreVote, RequestVote, RequestVoteReply
    from raftlab.engine.step import Step


# -- Whom to vote for (5.4.1) --------------------------------------------------------------------------------------


def compare_nothing(step: Step, request: RequestVote | PreVote) -> bool:
    """Any log will do."""
    return True


def compare_lengths(step: Step, request: RequestVote | PreVote) -> bool:
    """The longer log wins. But entries that nobody committed make a log long, too."""
    return request.last_log_index >= step.node.log.last_index


def compare_with_commit_index(step: Step, request: RequestVote | PreVote) -> bool:
    """The candidate must hold what the voter knows to be committed. But a voter hears of that late."""
    return request.last_log_index >= step.node.commit_index


# -- One vote a term, counted once (5.2) ---------------------------------------------------------------------------


def vote_for_all(step: Step, candidate: str) -> bool:
    """Whoever asks gets the vote."""
    return True


def recover_without_vote(step: Step) -> None:
    """The term is read from the disk, the vote isn't."""
    step.because(step.emit(TermAdvanced(*step.stamp, "vote_once", step.node.current_term)))
    durability.recover(step)


def count_answers(step: Step, voter: str, reply: RequestVoteReply) -> None:
    """Answers are counted, whoever they come from: the second copy of one makes the candidate's number rise again."""
    node = step.node
    if node.role is CANDIDATE and reply.granted and voter in node.votes:
        number = len([name for name, yes in node.votes.items() if yes]) + 1
        if 2 * number > len(node.config.voters):
            step.rules.become_leader(step)
    else:
        election.count_vote(step, voter, reply)


# -- Terms (5.1, 5.2) ----------------------------------------------------------------------------------------------


def keep_term(step: Step, rule: str) -> None:
    """A candidate stands in the term in which it is."""


def lead_on(step: Step, term: int, sender: str) -> None:
    """The higher term is taken over, and nobody steps down: a leader goes on as the leader of that term."""
    role = step.node.role
    if role is LEADER or role is CANDIDATE:
        step.because(step.emit(TermAdvanced(*step.stamp, "adopt_term", term)))
        if role is LEADER:
            step.rules.become_leader(step)  # so that everybody sees which term it takes itself to lead
    else:
        election.adopt_term(step, term, sender)


ELECTIONS: Variants = {
    "vote-without-comparing": {"compare_logs": compare_nothing},
    "vote-by-length": {"compare_logs": compare_lengths},
    "vote-by-commit-index": {"compare_logs": compare_with_commit_index},
    "vote-twice": {"vote_once": vote_for_all},
    "forget-vote-at-restart": {"recover": recover_without_vote},
    "count-vote-twice": {"count_vote": count_answers},
    "stand-without-raising-term": {"raise_term": keep_term},
    "lead-on-in-higher-term": {"adopt_term": lead_on},
}
"""By the variant's identifier."""
