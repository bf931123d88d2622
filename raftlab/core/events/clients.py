"""Clients: what they ask, and what they are told (dissertation 6)."""

from __future__ import annotations

from raftlab.core.events.base import Event, name_of
from raftlab.core.log import UNKNOWN
from raftlab.core.model import Client, Cluster


class ClientAsked(Event, frozen=True, gc=False):
    """A client asks `node` to write `text`; node None: it knew nobody to ask. `next_due_us`: its workload's next."""

    client: str
    sequence: int
    text: str
    next_due_us: int | None = None

    def evolve(self, cluster: Cluster) -> None:
        client = cluster.clients.get(self.client) or Client()
        cluster.clients[self.client] = Client(
            self.sequence,
            (*client.outstanding, self.sequence)[-64:],
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
        cluster.node(name_of(self)).waiting[self.index] = (self.client, self.sequence)


class ClientAnswered(Event, frozen=True, gc=False):
    """A client gets its answer. Outcomes: "ok", "refused" (not the leader: `leader` is the hint), "unknown" (it may
    have happened or not: the leader was replaced before it could tell), "nobody" (no leader was found)."""

    client: str
    sequence: int
    outcome: str
    index: int = 0
    leader: str | None = None

    def evolve(self, cluster: Cluster) -> None:
        client = cluster.clients.get(self.client)
        if client is not None and self.sequence in client.outstanding:
            left = tuple(number for number in client.outstanding if number != self.sequence)
            cluster.clients[self.client] = Client(
                client.sequence, left, client.retry_due_us, client.workload, client.next_due_us
            )
        if self.index and self.node is not None:
            cluster.node(self.node).waiting.pop(self.index, None)


class RetryScheduled(Event, frozen=True, gc=False):
    """A client will ask again."""

    client: str
    due_us: int

    def evolve(self, cluster: Cluster) -> None:
        client = cluster.clients.get(self.client) or Client()
        cluster.clients[self.client] = Client(
            client.sequence, client.outstanding, self.due_us, client.workload, client.next_due_us
        )


class ReadStarted(Event, frozen=True, gc=False):
    """A node begins to serve a read; it may answer from `read_index` on (dissertation 6.4)."""

    context: str
    read_index: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(name_of(self)).reads[self.context] = self.read_index


class ReadAnswered(Event, frozen=True, gc=False):
    """A read has its answer."""

    context: str
    key: str = ""
    value: str | None = None

    def evolve(self, cluster: Cluster) -> None:
        cluster.node(name_of(self)).reads.pop(self.context, None)
