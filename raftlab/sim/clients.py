"""Clients: whom they ask, what they do when no answer comes (dissertation 6.1, 6.3).

A client without a session asks once, whoever leads. One with a session asks one thing at a time, follows a server's
hint to the leader, and asks again, another server, when it has waited long enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import ClientAnswered, ClientAsked, RetryScheduled, TurnSkipped
from raftlab.core.model import LEADER, UP

if TYPE_CHECKING:
    from raftlab.core.model import Cluster, Request
    from raftlab.sim.simulation import Simulation

_MOST_HINTS = 3
"""How often a client follows a hint before it waits: two servers may each name the other."""


def propose(simulation: Simulation, name: str, due_us: int, now_us: int) -> int:
    """A workload's client asks what is due; when it asks next comes back."""
    client = simulation.cluster.clients[name]
    load = client.workload
    assert load is not None
    next_us = due_us + load.every_us
    if load.retry_us is not None and any(it.retry_us is not None for it in client.outstanding):
        simulation.emit(TurnSkipped(now_us, None, None, None, name, next_us))
        return next_us
    text = load.text.replace("{n}", str(client.sequence + 1))
    ask(simulation, name, text, load.node, now_us, None, next_us, load.reads, load.retry_us)
    return next_us


def ask(
    simulation: Simulation,
    client: str,
    text: str,
    name: str | None,
    now_us: int,
    cause: int | None,
    next_us: int | None = None,
    reads: str | None = None,
    retry_us: int | None = None,
) -> None:
    """A client asks a node (None: the leader, if clients find one) to write `text`, or to read the key `text`."""
    known = simulation.cluster.clients.get(client)
    sequence = 1 if known is None else known.sequence + 1
    _ask(simulation, client, sequence, text, name, now_us, cause, next_us, reads, retry_us)


def retry(simulation: Simulation, client: str, now_us: int, cause: int) -> None:
    """A client has waited long enough: it asks the same again, another server."""
    cluster = simulation.cluster
    for request in cluster.clients[client].outstanding:
        if request.retry_us is not None:
            target = _another(cluster, request)
            _ask(
                simulation, client, request.sequence, request.text, target, now_us, cause, None, request.reads,
                request.retry_us,
            )  # fmt: skip


def _another(cluster: Cluster, request: Request) -> str | None:
    """The server after the one that was asked last, among those that run: a client doesn't know who leads."""
    running = [node.name for node in cluster.nodes.values() if node.status is UP]
    if not running:
        return None
    after = [name for name in running if request.asked is not None and name > request.asked]
    return after[0] if after else running[0]


def _ask(
    simulation: Simulation,
    client: str,
    sequence: int,
    text: str,
    name: str | None,
    now_us: int,
    cause: int | None,
    next_us: int | None,
    reads: str | None,
    retry_us: int | None,
) -> None:
    cluster, step = simulation.cluster, simulation.step
    leader = cluster.leader()
    target = name if name is not None else (None if leader is None else leader.name)
    for _ in range(_MOST_HINTS):
        asked = simulation.emit(
            ClientAsked(now_us, target, cause, None, client, sequence, text, next_us, reads, retry_us)
        )
        node = None if target is None else cluster.nodes.get(target)
        if node is None or node.status is not UP:
            simulation.emit(ClientAnswered(now_us, target, asked, None, client, sequence, "nobody"))
            break
        step.enter(node, now_us, asked)
        if reads is not None:
            step.rules.accept_read(step, text, client, sequence, reads)
        else:
            step.rules.accept_proposal(step, text, client, sequence, retry_us is not None)
        step.finish()
        hint = node.leader
        if retry_us is None or node.role is LEADER or hint is None or cluster.nodes[hint].status is not UP:
            break
        if cluster.parameters.forward_proposals or reads is not None or hint == target:
            break  # the server sees to it itself
        target, cause, next_us = hint, asked, None
    if retry_us is not None and any(it.sequence == sequence for it in cluster.clients[client].outstanding):
        due_us = now_us + retry_us
        simulation.emit(RetryScheduled(now_us, None, cause, None, client, due_us))
        simulation.retry_at(client, due_us)
