"""What clients ask of a leader (5.3, 8; dissertation 6).

A client's command goes into the leader's log first; the answer waits until the entry is applied. Whether a request that
is asked twice takes effect twice is the state machine's business: it remembers each session's last answer
(dissertation 6.3; etcd has no sessions: there, a retry may apply twice).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import (
    ClientAnswered,
    EntriesAppended,
    EntryAppended,
    RequestAccepted,
)
from raftlab.core.messages import Proposal
from raftlab.core.model import LEADER, Entry

if TYPE_CHECKING:
    from raftlab.engine.step import Step


def accept_proposal(step: Step, text: str, client: str, sequence: int, session: bool = False) -> None:
    """5.3: a leader appends the command to its own log and sends it out; anybody else names the leader it knows."""
    node, parameters = step.node, step.cluster.parameters
    if node.role is not LEADER:
        _pass_on(step, text, client, sequence, session)
        return
    if node.transfer_to is not None:
        outcome = "transferring"  # dissertation 3.10: the next leader will take it
    elif len(text) > parameters.max_request_bytes:
        outcome = "too large"
    else:
        # Only a session's entry names its request: the state machine then remembers it.
        whose = (client, sequence) if session else (None, 0)
        entry = Entry(node.log.last_index + 1, node.current_term, "normal", text, *whose)
        step.because(step.emit(EntryAppended(step.now_us, step.node.name, step.cause, "accept_proposal", entry)))
        step.emit(RequestAccepted(*step.stamp, "accept_proposal", node.log.last_index, client, sequence))
        step.rules.send_out(step)
        return
    step.emit(ClientAnswered(*step.stamp, "accept_proposal", client, sequence, outcome))


def accept_batch(step: Step, texts: list[str]) -> None:
    """5.3, 10.2 of the dissertation: several commands that nobody waits for: one write, one message a peer."""
    node = step.node
    if node.role is not LEADER or node.transfer_to is not None:
        return
    first, term = node.log.last_index + 1, node.current_term
    entries = tuple([Entry(index, term, "normal", text) for index, text in enumerate(texts, first)])
    step.because(step.emit(EntriesAppended(step.now_us, step.node.name, step.cause, "accept_proposal", entries)))
    step.rules.send_out(step)


def take_forwarded(step: Step, sender: str, message: Proposal) -> None:
    """etcd: a follower has passed on what its client asked."""
    if step.node.role is LEADER and step.node.transfer_to is None:
        for entry in message.entries:
            step.rules.accept_proposal(step, entry.text, entry.client or "", entry.sequence, message.session)


def _pass_on(step: Step, text: str, client: str, sequence: int, session: bool) -> None:
    """8: the client is told whom to ask; etcd's followers pass the request on themselves."""
    node = step.node
    if step.cluster.parameters.forward_proposals and node.leader is not None:
        entry = Entry(0, 0, "normal", text, client, sequence)
        step.send(node.leader, Proposal(node.current_term, (entry,), session), "accept_proposal")
        return
    step.emit(ClientAnswered(*step.stamp, "accept_proposal", client, sequence, "refused", 0, node.leader))


def send_out(step: Step) -> None:
    """5.3: send what is new to all; or let it wait a moment for more (batching)."""
    node, parameters = step.node, step.cluster.parameters
    if parameters.batch_delay_us:
        if "batch" not in node.timers:
            step.timer(step, "batch", parameters.batch_delay_us, "send_out", False)
    else:
        for peer in list(node.progress):
            step.rules.replicate(step, peer, "replicate")
    if node.log.last_index > node.commit_index:
        step.rules.advance_commit(step)


def send_batch(step: Step) -> None:
    """5.3: what has gathered is sent out."""
    for peer in list(step.node.progress):
        step.rules.replicate(step, peer, "replicate")


def give_up_requests(step: Step, rule: str) -> None:
    """A leader that is replaced can't tell its clients whether their entries will be committed or overwritten."""
    for index, (client, sequence) in sorted(step.node.waiting.items()):
        step.emit(ClientAnswered(*step.stamp, rule, client, sequence, "unknown", index))
