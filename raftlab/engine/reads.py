"""Reads (dissertation 6.4).

A leader may have been replaced without knowing it, so its state machine may be old. A linearizable read therefore goes
through the log ("log"), or the leader proves by a round of messages that it led when the read came ("read_index"), or
it relies on a lease that its followers' promise to wait gives it ("lease"), if all clocks run at about the same rate. A
follower asks the leader for the index from which it may answer. A serializable read (etcd's word) is answered at once
from what the server has, and may be old.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import (
    ClientAnswered,
    ReadAbandoned,
    ReadAnswered,
    ReadConfirmed,
    ReadForwarded,
    ReadStarted,
)
from raftlab.core.log import UNKNOWN
from raftlab.core.messages import ReadIndex, ReadIndexReply
from raftlab.core.model import LEADER
from raftlab.engine.leadership import led_at_us

if TYPE_CHECKING:
    from raftlab.core.model import PendingRead
    from raftlab.engine.step import Step


def accept_read(step: Step, key: str, client: str, sequence: int, consistency: str) -> None:
    """Dissertation 6.4: a client asks this server for a key."""
    node, rules = step.node, step.rules
    context = f"{client}/{sequence}@{node.name}"
    if consistency == "serializable":
        _answer(step, "serializable_read", context, key, client, sequence, consistency)
    elif step.cluster.parameters.read_mode == "log":
        rules.accept_proposal(step, f"get {key}", client, sequence)
    elif node.role is LEADER:
        start_read(step, context, key, client, sequence, None)
    elif node.leader is None:
        step.emit(ClientAnswered(*step.stamp, "read_index", client, sequence, "refused", 0, None))
    else:
        # 6.4, at its end: a follower asks its leader from which index on it may answer itself.
        step.emit(ReadStarted(*step.stamp, "follower_read", context, key, client, sequence))
        step.send(node.leader, ReadIndex(node.current_term, context), "follower_read")


def start_read(step: Step, context: str, key: str, client: str, sequence: int, origin: str | None) -> None:
    """Dissertation 6.4: a leader notes how far it has committed, and proves that it leads still."""
    node, rules = step.node, step.rules
    if context in node.reads:
        return  # a copy of the follower's message
    index = node.commit_index if rules.read_after_own_commit(step) else UNKNOWN
    started = ReadStarted(*step.stamp, "read_index", context, key, client, sequence, index, step.clock_us, origin)
    step.because(step.emit(started))
    if index is UNKNOWN and node.log.last_term != node.current_term:
        rules.append_noop(step)  # 6.4: without an entry of its term a leader can't know how far is committed
        rules.send_out(step)
    if rules.lease_holds(step) or rules.is_quorum(step, [node.name]):
        rules.confirm_reads(step)
    else:
        rules.send_heartbeat(step)


def read_after_own_commit(step: Step) -> bool:
    """Dissertation 6.4: before it has committed an entry of its own term, a leader doesn't know what is committed."""
    node = step.node
    return node.log.term_at(node.commit_index) == node.current_term


def lease_holds(step: Step) -> bool:
    """Dissertation 6.4.1: a quorum has promised to wait for a whole timeout, and even on the fastest clock it isn't
    over yet. Once it has begun to hand over, a leader can't rely on that any more."""
    node, parameters = step.node, step.cluster.parameters
    if parameters.read_mode != "lease" or node.lease_broken:
        return False
    led_us = led_at_us(step)
    # Nobody has answered yet: there is no promise, however young the clock is.
    return led_us >= 0 and step.clock_us < led_us + step.rules.lease_us(step)


def lease_us(step: Step) -> int:
    """Dissertation 6.4.1: how long a lease lasts on our clock: the shortest timeout, less what clocks may drift."""
    parameters = step.cluster.parameters
    drift = parameters.clock_drift_ppm
    return parameters.election_timeout_min_us * (1_000_000 - drift) // (1_000_000 + drift)


def confirm_reads(step: Step) -> None:
    """Dissertation 6.4: reads that came before the latest moment at which we led for sure may be answered."""
    node, rules = step.node, step.rules
    if not any(read.since_us >= 0 for read in node.reads.values()) or not rules.read_after_own_commit(step):
        return
    proof_us = step.clock_us if rules.lease_holds(step) else led_at_us(step)
    for context, read in list(node.reads.items()):
        if 0 <= read.since_us <= proof_us:
            index = node.commit_index if read.index is UNKNOWN else read.index
            if read.origin is None:
                step.emit(ReadConfirmed(*step.stamp, "read_index", context, index))
            else:
                step.emit(ReadForwarded(*step.stamp, "read_index", context))
                step.send(read.origin, ReadIndexReply(node.current_term, index, context), "read_index")
    rules.answer_reads(step)


def handle_read_index(step: Step, follower: str, message: ReadIndex) -> None:
    """Dissertation 6.4: a follower wants to answer a read."""
    if step.node.role is LEADER:
        start_read(step, message.context, "", "", 0, follower)


def handle_read_index_reply(step: Step, leader: str, message: ReadIndexReply) -> None:
    """Dissertation 6.4: the leader has told from which index on we may answer."""
    if message.context in step.node.reads and message.read_index is not UNKNOWN:
        step.because(
            step.emit(ReadConfirmed(*step.stamp, "follower_read", message.context, message.read_index))
        )  # fmt: skip
        step.rules.answer_reads(step)


def answer_reads(step: Step) -> None:
    """Dissertation 6.4: a confirmed read is answered once all up to its index is applied."""
    node = step.node
    for context, read in list(node.reads.items()):
        if read.since_us == -1 and node.last_applied >= read.index:
            _answer(step, "read_index", context, read.key, read.client, read.sequence, "linearizable")


def _answer(
    step: Step, rule: str, context: str, key: str, client: str, sequence: int, consistency: str
) -> None:  # fmt: skip
    machine = step.node.machine
    step.emit(
        ReadAnswered(
            *step.stamp, rule, context, key, machine.value(key), client, sequence, consistency, machine.revision
        )
    )  # fmt: skip


def abandon_reads(step: Step, rule: str) -> None:
    """Dissertation 6.4: in another term nobody will confirm these any more. Asking again does no harm."""
    node = step.node
    for context, read in list(node.reads.items()):
        if read.since_us != -1:
            step.emit(ReadAbandoned(*step.stamp, rule, context))
            _refuse(step, rule, read)


def _refuse(step: Step, rule: str, read: PendingRead) -> None:
    if read.origin is None:
        step.emit(ClientAnswered(*step.stamp, rule, read.client, read.sequence, "refused", 0, None))
