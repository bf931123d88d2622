"""Where etcd's elections differ from ours: what counts when, and which stale messages get an answer.

A candidate's own vote counts once it is on disk; a candidate whom a quorum refuses is a follower again; a vote goes to
nobody while a leader of this term is known. A PreVote changes nobody's term, and asks about the term after the
candidate's own. An older term's message is answered only where PreVote or CheckQuorum may leave its sender stuck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import BecamePreCandidate, VoteCounted, VoteGranted, VoteRefused
from raftlab.core.messages import (
    AppendEntries,
    AppendEntriesReply,
    Heartbeat,
    Message,
    PreVote,
    PreVoteReply,
    RequestVote,
    RequestVoteReply,
    TimeoutNow,
)
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, Config
from raftlab.dialect.bound import member_of
from raftlab.engine.election import voting_peers

if TYPE_CHECKING:
    from raftlab.engine import Step


def is_promotable(step: Step) -> bool:
    """Whether a node may stand: it has a vote, and no snapshot that is yet to be written."""
    name, config = step.node.name, step.node.config
    return name in (*config.voters, *config.outgoing) and member_of(step).restored is None


def stand(step: Step, *, transfer: bool = False) -> None:
    """etcd's MsgHup: stand for election, or ask first; not with a committed configuration that isn't applied."""
    node, member = step.node, member_of(step)
    if node.role is LEADER or not is_promotable(step):
        return
    if any(entry.kind == "config" for entry in node.log.between(member.applied + 1, node.commit_index)):
        return
    if transfer:
        step.rules.stand_at_once(step)
    elif member.options.pre_vote:
        step.rules.ask_first(step)
    else:
        step.rules.start_election(step)


def take_over(step: Step, leader: str, message: TimeoutNow) -> None:
    """Dissertation 3.10: only a follower takes over."""
    if step.node.role is FOLLOWER:
        stand(step, transfer=True)


def randomize_timeout(step: Step) -> None:
    """A leader was heard, or a vote given: the waiting begins anew. The timeout is drawn with the role, not here."""
    member_of(step).election_elapsed = 0


def ask_first(step: Step) -> None:
    """Dissertation 9.6. The node's own yes counts with the others once its Ready is done."""
    node = step.node
    step.because(step.emit(BecamePreCandidate(*step.stamp, "ask_first", node.current_term)))
    step.emit(VoteCounted(*step.stamp, "ask_first", node.name, True, node.current_term, True))
    request = PreVote(node.current_term, node.log.last_index, node.log.last_term)
    for peer in voting_peers(step):
        step.send(peer, request, "ask_first")


def vote_once(step: Step, candidate: str) -> bool:
    """5.2, and etcd: a follower that knows this term's leader has nobody else to vote for."""
    node = step.node
    return node.voted_for == candidate or (node.voted_for is None and node.leader is None)


def keep_to_leader(step: Step, candidate: str, request: RequestVote | PreVote) -> bool:
    """Dissertation 4.2.3, with CheckQuorum only: a leader was heard of within an election timeout, in ticks."""
    node, member = step.node, member_of(step)
    if type(request) is RequestVote and request.transfer:
        return False
    keeps = (
        member.options.check_quorum
        and node.leader is not None
        and member.election_elapsed < member.options.election_ticks
    )
    if keeps:
        pre = type(request) is PreVote
        step.emit(VoteRefused(*step.stamp, "keep_to_leader", candidate, "lease", node.current_term, pre))
    return keeps


def grant_pre_vote(step: Step, candidate: str, request: PreVote) -> None:
    """Dissertation 9.6: it asks about the term after its own. A refusal says our term, a yes its own."""
    node = step.node
    term, asked = node.current_term, request.term + 1
    if asked > term and step.rules.keep_to_leader(step, candidate, request):
        return
    if asked < term:
        reason = "term"
    elif asked == term and not step.rules.vote_once(step, candidate):
        reason = "voted"
    elif not step.rules.compare_logs(step, request):
        reason = "log"
    else:
        step.emit(VoteGranted(*step.stamp, "grant_pre_vote", candidate, asked, True))
        step.send(candidate, PreVoteReply(request.term, True), "grant_pre_vote")
        return
    step.emit(VoteRefused(*step.stamp, "grant_pre_vote", candidate, reason, term, True))
    step.send(candidate, PreVoteReply(term, False), "grant_pre_vote")


def count_vote(step: Step, voter: str, reply: RequestVoteReply) -> None:
    """5.2: an answer counts once for each voter."""
    node = step.node
    if node.role is CANDIDATE:
        if voter not in node.votes:
            counted = VoteCounted(*step.stamp, "count_vote", voter, reply.granted, node.current_term)
            step.because(step.emit(counted))
        step.rules.count_votes(step)


def count_pre_vote(step: Step, voter: str, reply: PreVoteReply) -> None:
    """Dissertation 9.6: the same before the election."""
    node = step.node
    if node.role is PRE_CANDIDATE:
        if voter not in node.votes:
            counted = VoteCounted(*step.stamp, "count_pre_vote", voter, reply.granted, node.current_term, True)
            step.because(step.emit(counted))
        step.rules.count_votes(step)


def count_votes(step: Step) -> None:
    """5.2: won, lost or open; our own vote is open until it is on disk."""
    node = step.node
    mine = member_of(step).own_vote
    cast = {name: yes for name, yes in node.votes.items() if name != node.name or mine}
    if step.rules.is_quorum(step, [name for name, yes in cast.items() if yes]):
        if node.role is PRE_CANDIDATE:
            step.rules.start_election(step)
        else:
            step.rules.become_leader(step)
    elif is_lost(node.config, cast):
        step.rules.step_down(step, "count_vote", "a quorum has refused")


def is_lost(config: Config, cast: dict[str, bool]) -> bool:
    """Whether a half of the configuration can't be won any more."""
    halves = [half for half in (config.voters, config.outgoing) if half]
    return any(2 * sum(cast.get(name, True) for name in half) <= len(half) for half in halves)


def reject_stale_term(step: Step, sender: str, message: Message) -> None:
    """5.1: an older term's message is ignored; a leader that would never hear of the newer one is told."""
    options = member_of(step).options
    if (options.check_quorum or options.pre_vote) and isinstance(message, AppendEntries | Heartbeat):
        step.send(sender, AppendEntriesReply(step.node.current_term, True), "reject_stale_term")
