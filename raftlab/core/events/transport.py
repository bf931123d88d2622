"""Messages and timers: what reaches a node, and when."""

from __future__ import annotations

from raftlab.core.events.base import Event
from raftlab.core.messages import AnyMessage
from raftlab.core.model import Cluster, Timer


class MessageSent(Event, frozen=True, gc=False):
    """A message leaves. Its fate is drawn here: "deliver", "lose" (on the way), or "cut" (there is no link).

    `free_us`: when the link has put it on the wire, where the link's bandwidth is bounded.
    """

    to: str
    message: AnyMessage
    due_us: int | None = None
    fate: str = "deliver"
    free_us: int = 0

    def evolve(self, cluster: Cluster) -> None:
        cluster.flights[cluster.position] = self
        sender = cluster.nodes.get(self.node)  # type: ignore[arg-type]
        if sender is not None and self.due_us is not None:
            carried = sender.sent.get(self.to)
            sender.sent[self.to] = (1 if carried is None else carried[0] + 1, self.due_us, self.free_us)


class MessageDuplicated(Event, frozen=True, gc=False):
    """The network carries a message a second time; `original` is the position of the event that sent it."""

    to: str
    message: AnyMessage
    original: int
    due_us: int | None = None
    fate: str = "deliver"

    def evolve(self, cluster: Cluster) -> None:
        cluster.flights[cluster.position] = self


class MessageReceived(Event, frozen=True, gc=False):
    """A message arrives. `cause` is the event that sent (or doubled) it, `sender` who did."""

    sender: str
    message: AnyMessage | None = None

    def evolve(self, cluster: Cluster) -> None:
        if self.cause is not None:
            cluster.flights.pop(self.cause, None)

    @property
    def starts_step(self) -> bool:
        return True


class MessageDropped(Event, frozen=True, gc=False):
    """A message dies: "lose", "cut" (no link), "down" (nobody there), "command" (somebody took it away).

    "unseen" closes an imported one: its sending was logged, and no line tells whether it arrived.
    """

    sender: str
    reason: str

    def evolve(self, cluster: Cluster) -> None:
        if self.cause is not None:
            cluster.flights.pop(self.cause, None)

    @property
    def starts_step(self) -> bool:
        return self.reason != "command"


class TimerSet(Event, frozen=True, gc=False):
    """A timer starts anew. A drawn one counts as a draw of its node (5.2: election timeouts are random)."""

    timer: str
    due_us: int
    drawn: bool = False

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.timers[self.timer] = Timer(self.due_us, cluster.position, self.at_us)
        if self.drawn:
            node.timeouts_drawn += 1


class TimerFired(Event, frozen=True, gc=False):
    """A timer has run out."""

    timer: str

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].timers.pop(self.timer, None)

    @property
    def starts_step(self) -> bool:
        return True


class TimerCancelled(Event, frozen=True, gc=False):
    """A timer is stopped before its time."""

    timer: str

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].timers.pop(self.timer, None)
