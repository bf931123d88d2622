"""Leader election (5.1, 5.2, 5.4.1).

Terms are the clock of Raft: whoever sees a higher one follows it. A server that hears nothing for a random time
asks for votes in a new term; a voter gives one vote a term, and only to a candidate whose log is not behind its
own, so that whoever wins holds every committed entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import (
    AppendRefused,
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    ClientAnswered,
    EntryAppended,
    ProgressChanged,
    TermAdvanced,
    TimerCancelled,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.messages import AppendEntries, AppendEntriesReply, Message, RequestVote, RequestVoteReply
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, Entry

if TYPE_CHECKING:
    from collections.abc import Collection

    from raftlab.engine.step import Step


def randomize_timeout(step: Step) -> None:
    """5.2: start the election timer anew, with a duration drawn for this once."""
    node, parameters = step.node, step.cluster.parameters
    after_us = step.chance.between(
        parameters.election_timeout_min_us,
        parameters.election_timeout_max_us,
        "election timeout",
        node.name,
        node.timeouts_drawn,
    )
    step.timer(step, "election", after_us, "randomize_timeout", True)


def adopt_term(step: Step, term: int, sender: str) -> None:
    """5.1: a higher term was seen; in it we are a follower who has voted for nobody."""
    step.because(step.emit(TermAdvanced(*step.stamp, "adopt_term", term)))
    if step.node.role is not FOLLOWER:
        _step_down(step, f"{sender} is in term {term}")


def _step_down(step: Step, reason: str) -> None:
    was_leader = step.node.role is LEADER
    for index, (client, sequence) in sorted(step.node.waiting.items()):
        # The entry may yet be committed by another leader, or be overwritten: we can't tell the client which.
        step.emit(ClientAnswered(*step.stamp, "adopt_term", client, sequence, "unknown", index))
    step.emit(BecameFollower(*step.stamp, "adopt_term", step.node.current_term, None, reason))
    if was_leader:
        step.emit(TimerCancelled(*step.stamp, "adopt_term", "heartbeat"))
        step.rules.randomize_timeout(step)


def reject_stale_term(step: Step, sender: str, message: Message) -> None:
    """5.1: a request of an older term is refused and its sender told our term; an old answer is ignored."""
    term = step.node.current_term
    if isinstance(message, RequestVote):
        step.emit(VoteRefused(*step.stamp, "reject_stale_term", sender, "term", message.term))
        step.send(sender, RequestVoteReply(term, False), "reject_stale_term")
    elif isinstance(message, AppendEntries):
        step.emit(AppendRefused(*step.stamp, "reject_stale_term", sender, message.prev_log_index, "term"))
        refusal = AppendEntriesReply(term, False, 0, message.prev_log_index)
        step.send(sender, refusal, "reject_stale_term")


def start_election(step: Step) -> None:
    """5.2: nobody was heard of for a whole timeout: stand for election in a new term."""
    node = step.node
    if node.name not in node.config.voters:
        return  # a server that is no voter never stands (dissertation 4.2.1)
    step.because(step.emit(TermAdvanced(*step.stamp, "start_election", node.current_term + 1)))
    step.because(step.emit(BecameCandidate(*step.stamp, "start_election", node.current_term)))
    step.emit(VoteGranted(*step.stamp, "start_election", node.name, node.current_term))
    step.emit(VoteCounted(*step.stamp, "start_election", node.name, True, node.current_term))
    step.rules.randomize_timeout(step)
    request = RequestVote(node.current_term, node.log.last_index, node.log.last_term)
    for peer in step.peers():
        step.send(peer, request, "start_election")
    if step.rules.is_quorum(step, [node.name]):
        step.rules.become_leader(step)


def vote_once(step: Step, candidate: str) -> bool:
    """5.2: our vote of this term is free, or went to this very candidate before."""
    return step.node.voted_for is None or step.node.voted_for == candidate


def compare_logs(step: Step, request: RequestVote) -> bool:
    """5.4.1: the candidate's log is not behind ours: a later last term, or the same and no shorter."""
    log = step.node.log
    if request.last_log_term != log.last_term:
        return bool(request.last_log_term > log.last_term)
    return bool(request.last_log_index >= log.last_index)


def grant_vote(step: Step, candidate: str, request: RequestVote) -> None:
    """5.2, 5.4.1: answer a request of our own term."""
    term = step.node.current_term
    if not step.rules.vote_once(step, candidate):
        step.emit(VoteRefused(*step.stamp, "vote_once", candidate, "voted", term))
        granted = False
    elif not step.rules.compare_logs(step, request):
        step.emit(VoteRefused(*step.stamp, "compare_logs", candidate, "log", term))
        granted = False
    else:
        step.because(step.emit(VoteGranted(*step.stamp, "grant_vote", candidate, term)))
        # 5.2: a server that votes waits a whole timeout again before it stands itself.
        step.rules.randomize_timeout(step)
        granted = True
    step.send(candidate, RequestVoteReply(term, granted), "grant_vote")


def count_vote(step: Step, voter: str, reply: RequestVoteReply) -> None:
    """5.2: an answer counts while we are a candidate, once for each voter; terms have been compared already."""
    node = step.node
    if node.role is not CANDIDATE or voter in node.votes:
        return
    step.because(step.emit(VoteCounted(*step.stamp, "count_vote", voter, reply.granted, node.current_term)))
    if reply.granted and step.rules.is_quorum(step, [name for name, yes in node.votes.items() if yes]):
        step.rules.become_leader(step)


def is_quorum(step: Step, names: Collection[str]) -> bool:
    """5.2: more than half of all voters, whether they can be reached or not."""
    voters = step.node.config.voters
    return 2 * sum(1 for voter in voters if voter in names) > len(voters)


def become_leader(step: Step) -> None:
    """5.2: a quorum has voted for us: lead, begin with nextIndex just past our log, and say so at once."""
    node = step.node
    step.because(step.emit(BecameLeader(*step.stamp, "become_leader", node.current_term)))
    if "election" in node.timers:
        step.emit(TimerCancelled(*step.stamp, "become_leader", "election"))
    last = node.log.last_index
    for peer in step.peers():
        step.emit(ProgressChanged(*step.stamp, "become_leader", peer, 0, last + 1, last, "probe"))
    if step.cluster.parameters.noop_on_election:
        step.emit(EntryAppended(*step.stamp, "append_noop", Entry(last + 1, node.current_term, "noop")))
    step.rules.send_heartbeat(step)
    step.rules.advance_commit(step)


def fall_back(step: Step, leader: str) -> None:
    """5.2: a candidate hears from the leader of its own term: that one has won."""
    reason = f"{leader} leads term {step.node.current_term}"
    step.emit(BecameFollower(*step.stamp, "fall_back", step.node.current_term, leader, reason))
