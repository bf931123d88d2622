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
    LeaderLearned,
    TermAdvanced,
    TimerCancelled,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.messages import (
    AppendEntries,
    AppendEntriesReply,
    Heartbeat,
    HeartbeatReply,
    InstallSnapshot,
    InstallSnapshotReply,
    Message,
    PreVote,
    PreVoteReply,
    RequestVote,
    RequestVoteReply,
)
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER
from raftlab.engine.configuration import config_at

if TYPE_CHECKING:
    from collections.abc import Collection

    from raftlab.core.model import Config
    from raftlab.engine.step import Step


def randomize_timeout(step: Step) -> None:
    """5.2: start the election timer anew, with a duration drawn for this once."""
    node, parameters = step.node, step.cluster.parameters
    shortest = parameters.election_timeout_min_us
    # As Chance.between, spelt out: it is asked for at every heartbeat.
    word = step.chance.word("election timeout", node.name, node.timeouts_drawn)
    after_us = shortest + (word * (parameters.election_timeout_max_us - shortest + 1) >> 64)
    step.timer(step, "election", after_us, "randomize_timeout", True)


def adopt_term(step: Step, term: int, sender: str) -> None:
    """5.1: a higher term was seen; in it we are a follower who has voted for nobody."""
    step.because(step.emit(TermAdvanced(*step.stamp, "adopt_term", term)))
    if step.node.reads:
        step.rules.abandon_reads(step, "adopt_term")
    if step.node.role is not FOLLOWER:
        step.rules.step_down(step, "adopt_term", f"{sender} is in term {term}")


def reject_stale_term(step: Step, sender: str, message: Message) -> None:
    """5.1: a request of an older term is refused and its sender told our term; an old answer is ignored."""
    term = step.node.current_term
    kind = type(message)
    if isinstance(message, RequestVote | PreVote):
        pre = kind is PreVote
        step.emit(VoteRefused(*step.stamp, "reject_stale_term", sender, "term", message.term, pre))
        reply = PreVoteReply(term, False) if pre else RequestVoteReply(term, False)
        step.send(sender, reply, "reject_stale_term")
    elif isinstance(message, AppendEntries):
        step.emit(AppendRefused(*step.stamp, "reject_stale_term", sender, message.prev_log_index, "term"))
        refusal = AppendEntriesReply(term, False, 0, message.prev_log_index)
        step.send(sender, refusal, "reject_stale_term")
    elif isinstance(message, InstallSnapshot):
        step.send(sender, InstallSnapshotReply(term), "reject_stale_term")
    elif isinstance(message, Heartbeat):
        step.send(sender, HeartbeatReply(term), "reject_stale_term")


def time_out(step: Step) -> None:
    """5.2: nobody was heard of for a whole timeout: stand for election, or ask first (dissertation 9.6)."""
    if not step.rules.may_stand(step):
        return
    if step.cluster.parameters.pre_vote:
        step.rules.ask_first(step)
    else:
        step.rules.start_election(step)


def may_stand(step: Step) -> bool:
    """Dissertation 4.2.1, 4.2.2: a voter stands, a learner never does.

    A voter that its newest configuration leaves out stands as long as that isn't committed: its log may be the
    longest, and then nobody else can win. Its own vote doesn't count. Where a configuration counts once it is applied
    (etcd), the others may not have applied it yet and need this server's vote, so it stands as long as its log holds
    anything that isn't committed.
    """
    node = step.node
    config, name = node.config, node.name
    if is_voter(config, name):
        return True
    if node.config_index > node.commit_index:
        return is_voter(config_at(node, node.config_index - 1)[0], name)
    if step.cluster.parameters.config_on != "apply" or node.log.last_index == node.commit_index:
        return False
    left = bool(config.voters) and name not in config.learners
    return left or is_voter(config_at(node, node.config_index - 1)[0], name)


def is_voter(config: Config, name: str) -> bool:
    """Whether a server's vote counts."""
    return name in config.voters or name in config.outgoing


def start_election(step: Step) -> None:
    """5.2: stand for election in a new term."""
    _stand(step, "start_election", transfer=False)


def stand_at_once(step: Step) -> None:
    """Dissertation 3.10: the leader has asked us to; voters needn't wait until they miss it."""
    _stand(step, "take_over", transfer=True)


def _stand(step: Step, rule: str, *, transfer: bool) -> None:
    node = step.node
    step.rules.raise_term(step, rule)
    if node.reads:
        step.rules.abandon_reads(step, rule)
    step.because(step.emit(BecameCandidate(*step.stamp, rule, node.current_term)))
    step.emit(VoteGranted(*step.stamp, rule, node.name, node.current_term))
    step.emit(VoteCounted(*step.stamp, rule, node.name, True, node.current_term))
    step.rules.randomize_timeout(step)
    request = RequestVote(node.current_term, node.log.last_index, node.log.last_term, transfer)
    for peer in voting_peers(step):
        # Our own vote must be durable before anybody's counts with it (5.2, Figure 2).
        step.promise(peer, request, rule)
    step.rules.count_votes(step)


def raise_term(step: Step, rule: str) -> None:
    """5.2: every election is the first of its term: nobody has voted in it yet, and no entry is of it."""
    step.because(step.emit(TermAdvanced(*step.stamp, rule, step.node.current_term + 1)))


def voting_peers(step: Step) -> list[str]:
    """All other servers whose votes count."""
    config, name = step.node.config, step.node.name
    return [voter for voter in dict.fromkeys(config.voters + config.outgoing) if voter != name]


def vote_once(step: Step, candidate: str) -> bool:
    """5.2: our vote of this term is free, or went to this very candidate before."""
    return step.node.voted_for is None or step.node.voted_for == candidate


def compare_logs(step: Step, request: RequestVote | PreVote) -> bool:
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
    step.promise(candidate, RequestVoteReply(term, granted), "grant_vote")


def count_vote(step: Step, voter: str, reply: RequestVoteReply) -> None:
    """5.2: an answer counts while we are a candidate, once for each voter; terms have been compared already."""
    node = step.node
    if node.role is not CANDIDATE or voter in node.votes:
        return
    step.because(step.emit(VoteCounted(*step.stamp, "count_vote", voter, reply.granted, node.current_term)))
    if reply.granted:
        step.rules.count_votes(step)


def count_votes(step: Step) -> None:
    """5.2: with a quorum of votes, our own durable one among them, we lead."""
    node = step.node
    if node.disk is not None and (node.disk.term, node.disk.vote) != (node.current_term, node.voted_for):
        return  # only a server that needs nobody else's vote gets here before its own is on disk
    if step.rules.is_quorum(step, [name for name, yes in node.votes.items() if yes]):
        step.rules.become_leader(step)


def is_quorum(step: Step, names: Collection[str]) -> bool:
    """5.2: more than half of all voters, reachable or not."""
    config = step.node.config
    voters = config.voters
    if config.outgoing:
        return bool(step.rules.is_joint_quorum(step, names))
    return 2 * len([voter for voter in voters if voter in names]) > len(voters)


def is_joint_quorum(step: Step, names: Collection[str]) -> bool:
    """6: in a joint configuration, more than half of each half."""
    config = step.node.config
    halves = (config.voters, config.outgoing)
    return all(2 * len([voter for voter in half if voter in names]) > len(half) for half in halves)


def fall_back(step: Step, leader: str) -> None:
    """5.2: a candidate hears from the leader of its own term: that one has won."""
    reason = f"{leader} leads term {step.node.current_term}"
    step.emit(BecameFollower(*step.stamp, "fall_back", step.node.current_term, leader, reason))


def hear_leader(step: Step, leader: str) -> None:
    """5.2: the leader of our term speaks: whoever we were, we follow it, and wait a whole timeout again."""
    node, rules = step.node, step.rules
    if node.role is not FOLLOWER:
        rules.fall_back(step, leader)
    elif node.leader != leader:
        step.emit(LeaderLearned(*step.stamp, "fall_back", leader, node.current_term))
    rules.randomize_timeout(step)


def step_down(step: Step, rule: str, reason: str) -> None:
    """5.1, 6: be a follower; a leader stops what it did as a leader."""
    node = step.node
    was_leader = node.role is LEADER
    if node.reads:
        step.rules.abandon_reads(step, rule)
    if was_leader:
        step.rules.give_up_requests(step, rule)
    step.emit(BecameFollower(*step.stamp, rule, node.current_term, None, reason))
    if was_leader:
        for timer in ("heartbeat", "quorum", "transfer", "batch", "lease"):
            if timer in node.timers:
                step.emit(TimerCancelled(*step.stamp, rule, timer))
        step.rules.randomize_timeout(step)
