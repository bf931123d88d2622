"""Clients: what they ask, and what they are told (dissertation 6)."""

from __future__ import annotations

from raftlab.core.events.base import Event, name_of
from raftlab.core.log import UNKNOWN
from raftlab.core.model import Client, Cluster, PendingRead, Request, Watch


class ClientAsked(Event, frozen=True, gc=False):
    """A client asks `node` to write `text`, or to read the key `text`; node None: it knew nobody to ask.

    `reads` is the consistency of a read ("linearizable", "serializable"); None: it is a write. A sequence that was
    asked before is a retry. `retry_us`: how long the client waits for an answer before it asks again; None: it never
    does. `next_due_us`: when its workload asks next.
    """

    client: str
    sequence: int
    text: str
    next_due_us: int | None = None
    reads: str | None = None
    retry_us: int | None = None

    def evolve(self, cluster: Cluster) -> None:
        client = cluster.clients.get(self.client) or Client()
        request = Request(self.sequence, self.text, self.reads, self.retry_us, self.node)
        others = tuple(it for it in client.outstanding if it.sequence != self.sequence)
        cluster.clients[self.client] = Client(
            max(client.sequence, self.sequence),
            (*others, request)[-64:],
            client.retry_due_us,
            client.workload,
            client.next_due_us if self.next_due_us is None else self.next_due_us,
        )

    @property
    def starts_step(self) -> bool:
        return self.cause is None


class RequestAccepted(Event, frozen=True, gc=False):
    """A leader has put a client's request into its log, and will answer once it is applied (5.3)."""

    index: int
    client: str
    sequence: int

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].waiting[self.index] = (self.client, self.sequence)


class ClientAnswered(Event, frozen=True, gc=False):
    """A client gets its answer; `answer` is what the state machine said.

    Outcomes: "ok", "refused" (not the leader: `leader` is the hint), "unknown" (it may have happened or not: the leader
    was replaced before it could tell), "nobody" (no leader was found), "too large", "transferring" (the leader hands
    over just now).
    """

    client: str
    sequence: int
    outcome: str
    index: int = 0
    leader: str | None = None
    answer: str | None = None

    def evolve(self, cluster: Cluster) -> None:
        _settle(cluster, self.client, self.sequence, self.outcome in ("ok", "too large"))
        if self.index and self.node is not None:
            cluster.node(self.node).waiting.pop(self.index, None)


class RetryScheduled(Event, frozen=True, gc=False):
    """A client will ask again at `due_us`, unless it has its answer by then (dissertation 6.3)."""

    client: str
    due_us: int

    def evolve(self, cluster: Cluster) -> None:
        client = cluster.clients.get(self.client) or Client()
        cluster.clients[self.client] = Client(
            client.sequence, client.outstanding, self.due_us, client.workload, client.next_due_us
        )


class RetryDue(Event, frozen=True, gc=False):
    """A client has waited long enough for an answer."""

    client: str

    def evolve(self, cluster: Cluster) -> None:
        client = cluster.clients[self.client]
        cluster.clients[self.client] = Client(
            client.sequence, client.outstanding, None, client.workload, client.next_due_us
        )

    @property
    def starts_step(self) -> bool:
        return True


class TurnSkipped(Event, frozen=True, gc=False):
    """A client with a session lets its turn pass: it still waits for an answer (dissertation 6.3: one thing at a
    time). `next_due_us`: its next turn."""

    client: str
    next_due_us: int

    def evolve(self, cluster: Cluster) -> None:
        client = cluster.clients[self.client]
        cluster.clients[self.client] = Client(
            client.sequence, client.outstanding, client.retry_due_us, client.workload, self.next_due_us
        )

    @property
    def starts_step(self) -> bool:
        return True


class ReadStarted(Event, frozen=True, gc=False):
    """A node takes a read, and will answer when it may: once it is proven that its leader leads still, and all up to
    `read_index` is applied (dissertation 6.4).

    `since_us` is what the leader's own clock shows: a proof must be newer. `origin` is the follower that asked for its
    client.
    """

    context: str
    key: str = ""
    client: str = ""
    sequence: int = 0
    read_index: int = UNKNOWN
    since_us: int = 0
    origin: str | None = None

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        read = PendingRead(self.key, self.client, self.sequence, self.read_index, self.since_us, self.origin)
        node.reads = {**node.reads, self.context: read}


class ReadConfirmed(Event, frozen=True, gc=False):
    """A read may be answered once all up to `read_index` is applied: its leader led when it was asked
    (dissertation 6.4)."""

    context: str
    read_index: int

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        read = node.reads.get(self.context)
        if read is not None:
            confirmed = PendingRead(read.key, read.client, read.sequence, self.read_index, -1, read.origin)
            node.reads = {**node.reads, self.context: confirmed}


class ReadForwarded(Event, frozen=True, gc=False):
    """A leader has told the follower that asked; the read is no longer the leader's (dissertation 6.4)."""

    context: str

    def evolve(self, cluster: Cluster) -> None:
        _forget_read(cluster, name_of(self), self.context)


class ReadAbandoned(Event, frozen=True, gc=False):
    """A node gives up a read: it can no longer learn whether its leader led (dissertation 6.4)."""

    context: str

    def evolve(self, cluster: Cluster) -> None:
        _forget_read(cluster, name_of(self), self.context)


class ReadAnswered(Event, frozen=True, gc=False):
    """A client is told a key's value, as it is at the node's store revision `revision`."""

    context: str
    key: str = ""
    value: str | None = None
    client: str = ""
    sequence: int = 0
    consistency: str = "linearizable"
    revision: int = 0

    def evolve(self, cluster: Cluster) -> None:
        _forget_read(cluster, name_of(self), self.context)
        _settle(cluster, self.client, self.sequence, True)


class WatchStarted(Event, frozen=True, gc=False):
    """A client wants to hear of every change of a key from `node` (etcd's watch); `*` at the end: of a prefix."""

    watch: str
    key: str
    client: str

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.watches = {**node.watches, self.watch: Watch(self.key, self.client)}


class WatchNotified(Event, frozen=True, gc=False):
    """A watching client hears that a key has changed; value None: it was deleted."""

    watch: str
    client: str
    key: str
    value: str | None
    revision: int


class LeaseRenewed(Event, frozen=True, gc=False):
    """A leader lets a lease live until its own clock shows `due_us`; None: it no longer looks after it (etcd)."""

    lease: str
    due_us: int | None

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        leases = {name: due for name, due in node.leases.items() if name != self.lease}
        node.leases = leases if self.due_us is None else {**leases, self.lease: self.due_us}


def _forget_read(cluster: Cluster, name: str, context: str) -> None:
    node = cluster.node(name)
    if context in node.reads:
        node.reads = {it: read for it, read in node.reads.items() if it != context}


def _settle(cluster: Cluster, name: str, sequence: int, final: bool) -> None:
    """A client has an answer: the request is off its list, unless the client will ask again and the answer isn't
    final."""
    client = cluster.clients.get(name)
    if client is None:
        return
    left = tuple(it for it in client.outstanding if it.sequence != sequence or (it.retry_us is not None and not final))
    if len(left) != len(client.outstanding):
        due_us = client.retry_due_us if any(it.retry_us is not None for it in left) else None
        cluster.clients[name] = Client(client.sequence, left, due_us, client.workload, client.next_due_us)
