"""Leading: how a term begins, how a leader learns that it is one no longer, how it hands over.

The paper's leader leads until it hears of a higher term (5.1). The dissertation adds three manners: a server
asks before it stands (PreVote, 9.6), so that one who was cut off disturbs nobody when it comes back; a leader that
can't reach a quorum steps down (6.2), and voters keep to a leader that they hear from (4.2.3), so that clients and
removed servers can't make trouble; and a leader can hand over on purpose (3.10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import (
    BecameLeader,
    BecamePreCandidate,
    EntryAppended,
    LeadConfirmed,
    ProgressChanged,
    TimerCancelled,
    TransferStarted,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.messages import PreVote, PreVoteReply, RequestVote, TimeoutNow
from raftlab.core.model import LEADER, PRE_CANDIDATE, Entry
from raftlab.engine.election import voting_peers

if TYPE_CHECKING:
    from raftlab.engine.step import Step


def become_leader(step: Step) -> None:
    """5.2: a quorum has voted for us: lead, begin with nextIndex just past our log, and say so at once."""
    node, parameters = step.node, step.cluster.parameters
    step.because(step.emit(BecameLeader(*step.stamp, "become_leader", node.current_term)))
    if "election" in node.timers:
        step.emit(TimerCancelled(*step.stamp, "become_leader", "election"))
    last = node.log.last_index
    for peer in node.config.members():
        if peer != node.name:
            step.emit(ProgressChanged(*step.stamp, "become_leader", peer, 0, last + 1, last, "probe"))
    if parameters.check_quorum:
        step.timer(step, "quorum", parameters.election_timeout_min_us, "check_quorum", False)
    if parameters.noop_on_election:
        step.rules.append_noop(step)
    step.rules.look_after_leases(step)
    step.rules.begin_lead(step)
    step.rules.advance_commit(step)


def append_noop(step: Step) -> None:
    """8, dissertation 6.4: an empty entry of our own term; with it commits all that stands before it."""
    log = step.node.log
    step.emit(EntryAppended(*step.stamp, "append_noop", Entry(log.last_index + 1, step.node.current_term, "noop")))


# -- PreVote (dissertation 9.6) -------------------------------------------------------------------------------


def ask_first(step: Step) -> None:
    """Dissertation 9.6: before we raise our term, ask whether a quorum would vote for us."""
    node = step.node
    step.because(step.emit(BecamePreCandidate(*step.stamp, "ask_first", node.current_term)))
    step.emit(VoteCounted(*step.stamp, "ask_first", node.name, True, node.current_term, True))
    step.rules.randomize_timeout(step)
    request = PreVote(node.current_term, node.log.last_index, node.log.last_term)
    for peer in voting_peers(step):
        step.send(peer, request, "ask_first")
    if step.rules.is_quorum(step, [node.name]):
        step.rules.start_election(step)


def grant_pre_vote(step: Step, candidate: str, request: PreVote) -> None:
    """Dissertation 9.6: yes, if its log isn't behind ours and no leader is heard of. It binds us to nothing."""
    term = step.node.current_term
    if step.rules.keep_to_leader(step, candidate, request):
        granted = False
    elif not step.rules.compare_logs(step, request):
        step.emit(VoteRefused(*step.stamp, "compare_logs", candidate, "log", term, True))
        granted = False
    else:
        step.emit(VoteGranted(*step.stamp, "grant_pre_vote", candidate, term, True))
        granted = True
    step.send(candidate, PreVoteReply(term, granted), "grant_pre_vote")


def count_pre_vote(step: Step, voter: str, reply: PreVoteReply) -> None:
    """Dissertation 9.6: with a quorum of yes, stand for election in earnest."""
    node = step.node
    if node.role is not PRE_CANDIDATE or voter in node.votes:
        return
    step.because(step.emit(VoteCounted(*step.stamp, "count_pre_vote", voter, reply.granted, node.current_term, True)))
    if reply.granted and step.rules.is_quorum(step, [name for name, yes in node.votes.items() if yes]):
        step.rules.start_election(step)


# -- Who keeps to whom (dissertation 4.2.3, 6.2) ----------------------------------------------------------------


def keep_to_leader(step: Step, candidate: str, request: RequestVote | PreVote) -> bool:
    """Dissertation 4.2.3: whoever has heard of a leader within the shortest timeout helps nobody to replace it.

    A lease (6.4.1 there) rests on the same promise, and a promise must outlive the process that gave it: after a
    restart we may have given one and don't remember.
    """
    node, parameters = step.node, step.cluster.parameters
    if type(request) is RequestVote and request.transfer:
        return False  # 3.10 there: the leader itself has asked for it
    leased = parameters.read_mode == "lease"
    heeds = parameters.check_quorum or leased or (type(request) is PreVote and parameters.pre_vote_heeds_leader)
    if not heeds:
        return False
    if node.role is LEADER:
        keeps = True  # until it finds out by itself that it leads nobody
    else:
        timer = node.timers.get("election")
        shortest = parameters.election_timeout_min_us
        clock = step.clock_us
        keeps = node.leader is not None and timer is not None and clock - node.clock(timer.since_us) < shortest
        if leased and node.started_us is not None and clock - node.clock(node.started_us) < shortest:
            keeps = True
    if keeps:
        pre = type(request) is PreVote
        step.emit(VoteRefused(*step.stamp, "keep_to_leader", candidate, "lease", node.current_term, pre))
    return keeps


def confirm_lead(step: Step, peer: str, clock_us: int) -> None:
    """Dissertation 6.4: a peer has answered what we sent when our clock showed `clock_us`: it hadn't left us then."""
    if clock_us > step.node.acked.get(peer, 0):
        step.emit(LeadConfirmed(step.now_us, step.node.name, step.cause, "confirm_lead", peer, clock_us))
        if step.node.reads:
            step.rules.confirm_reads(step)


def led_at_us(step: Step) -> int:
    """The latest moment, on our own clock, at which a quorum still followed us; -1 if there is none."""
    node = step.node
    acked = node.acked
    if step.rules.is_quorum(step, [node.name]):
        return step.clock_us
    for moment in sorted(set(acked.values()), reverse=True):
        if step.rules.is_quorum(step, [node.name, *(peer for peer, at in acked.items() if at >= moment)]):
            return moment
    return -1


def check_quorum(step: Step) -> None:
    """Dissertation 6.2: a leader that no quorum has answered for a whole election timeout steps down."""
    timeout_us = step.cluster.parameters.election_timeout_min_us
    if led_at_us(step) < step.clock_us - timeout_us:
        step.rules.step_down(step, "check_quorum", "no quorum has answered for an election timeout")
    else:
        step.timer(step, "quorum", timeout_us, "check_quorum", False)


# -- Handing over (dissertation 3.10) ---------------------------------------------------------------------------


def transfer_leadership(step: Step, target: str) -> None:
    """Dissertation 3.10: take no more requests, bring the target up to date, then let it stand at once."""
    node = step.node
    if node.role is not LEADER or target == node.name or target not in node.config.voters or node.transfer_to == target:
        return
    step.because(step.emit(TransferStarted(*step.stamp, "transfer_leadership", target)))
    timeout_us = step.cluster.parameters.election_timeout_min_us
    step.timer(step, "transfer", timeout_us, "transfer_leadership", False)
    if node.progress[target].match_index == node.log.last_index:
        step.rules.let_take_over(step, target)
    else:
        step.rules.replicate(step, target, "transfer_leadership")


def let_take_over(step: Step, target: str) -> None:
    """Dissertation 3.10: the target holds all that we hold: it may stand now."""
    step.send(target, TimeoutNow(step.node.current_term), "let_take_over")


def give_up_transfer(step: Step) -> None:
    """Dissertation 3.10: after an election timeout without a successor, take requests again."""
    step.emit(TransferStarted(*step.stamp, "give_up_transfer", None))


def take_over(step: Step, leader: str, message: TimeoutNow) -> None:
    """Dissertation 3.10: the leader wants us to lead: stand for election without waiting, and without asking first."""
    node = step.node
    if node.name in node.config.voters and node.role is not LEADER:
        step.rules.stand_at_once(step)
