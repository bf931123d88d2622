"""Clients' requests, answers and retries, watches and leases, in words. (What a server does with a read: reads.)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.times import format_span, format_us
from raftlab.view.describe.phrases import capital, change_text, client_name, node_of, request_of

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.describe.phrases import Words


def _asked(event: e.ClientAsked, cluster: Cluster | None) -> str:
    whom = event.node if event.node is not None else "somebody, and knows nobody,"
    asker = "You ask" if event.client == "you" else f"Client {event.client} asks"
    kind = f"{event.reads} read" if event.reads else f"request {event.sequence}"
    request = f"{kind} {event.sequence}" if event.reads else kind
    session = " of its session" if event.retry_us is not None else ""
    if event.reads:
        return f"{asker} {whom} for {event.text} ({request}{session})"
    return f"{asker} {whom} to write {event.text} ({request}{session})"


def _accepted(event: e.RequestAccepted, cluster: Cluster | None) -> str:
    return f"{event.node} takes {request_of(event.client, event.sequence)} as entry {event.index}"


def _answered(event: e.ClientAnswered, cluster: Cluster | None) -> str:
    request = request_of(event.client, event.sequence)
    if event.outcome == "ok":
        return f"{event.node} answers {request}: {'done' if event.answer is None else event.answer}"
    if event.outcome == "refused":
        hint = f", ask {event.leader}" if event.leader else ", and I know no leader"
        return f"{event.node} refuses {request}: I don't lead{hint}"
    if event.outcome == "unknown":
        return f"Whether {request} takes effect is not known: {event.node} was replaced before it could tell"
    if event.outcome == "too large":
        return f"{event.node} refuses {request}: it is too large"
    if event.outcome == "transferring":
        return f"{event.node} refuses {request}: it is handing over just now"
    node = node_of(event, cluster)
    if node is not None or event.node is not None:
        return f"Nobody takes {request}: {event.node} doesn't run"
    return f"Nobody takes {request}: no leader is found"


def _retry(event: e.RetryScheduled, cluster: Cluster | None) -> str:
    will = capital(client_name(event.client))
    return f"{will} will ask again in {format_span(max(0, event.due_us - event.at_us))}, unless there is an answer"


def _turn_skipped(event: e.TurnSkipped, cluster: Cluster | None) -> str:
    return f"Client {event.client} asks nothing new: it still waits for an answer"


def _retry_due(event: e.RetryDue, cluster: Cluster | None) -> str:
    has = "You have" if event.client == "you" else f"Client {event.client} has"
    return f"{has} waited long enough for an answer"


def _watch(event: e.WatchStarted, cluster: Cluster | None) -> str:
    keys = f"all keys that begin with {event.key[:-1]}" if event.key.endswith("*") else event.key
    want = "You want" if event.client == "you" else f"Client {event.client} wants"
    return f"{want} to hear from {event.node} of every change of {keys}"


def _notified(event: e.WatchNotified, cluster: Cluster | None) -> str:
    change = change_text(event.key, event.value)
    return f"{event.node} tells {client_name(event.client)} that {change} (revision {event.revision})"


def _lease(event: e.LeaseRenewed, cluster: Cluster | None) -> str:
    if event.due_us is None:
        return f"{event.node} no longer looks after the lease {event.lease}"
    node = node_of(event, cluster)
    if node is None:
        return f"{event.node} lets the lease {event.lease} live until its own clock shows {format_us(event.due_us)}"
    left = max(0, event.due_us - node.clock(event.at_us))
    return f"{event.node} lets the lease {event.lease} live for {format_span(left)} from now on"


WORDS: Words = {
    e.ClientAsked: _asked, e.RequestAccepted: _accepted, e.ClientAnswered: _answered, e.RetryScheduled: _retry,
    e.RetryDue: _retry_due, e.TurnSkipped: _turn_skipped, e.WatchStarted: _watch, e.WatchNotified: _notified,
    e.LeaseRenewed: _lease,
}  # fmt: skip
"""By kind of event."""
