"""One step of one server: something reaches it, and its rules answer with events.

A step is atomic: it reads and changes one node. What comes out of it besides state (messages, timers, writes to disk)
goes to the world that surrounds the servers: the simulation, an explorer, a test.

The terms of all messages are compared in one place, `receive`, before any rule looks at the rest (5.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from raftlab.core.messages import PreVote, RequestVote
from raftlab.core.model import LEADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.core.chance import Chance
    from raftlab.core.events import Event
    from raftlab.core.messages import Message
    from raftlab.core.model import Cluster, Node
    from raftlab.engine.rules import Rules


class World(Protocol):
    """What a step needs from around it."""

    def emit(self, event: Event) -> int:
        """Let an event happen; its position in the trace comes back."""

    def send(self, step: Step, to: str, message: Message, rule: str) -> None:
        """Send a message from step.node."""

    def set_timer(self, step: Step, timer: str, after_us: int, rule: str, drawn: bool) -> None:
        """Start a timer of step.node anew; `after_us` is on the node's own clock."""

    def start_fsync(self, step: Step) -> None:
        """Begin to make durable what step.node has written."""


class Step:
    """What a rule sees: the node, the time, the event that led here, and the ways out.

    One Step serves a whole simulation; `enter` turns it to the next node.
    """

    __slots__ = (
        "cause", "chance", "cluster", "emit", "fsync", "node", "now_us", "rules", "send_to", "timer",
    )  # fmt: skip

    cluster: Cluster
    node: Node
    now_us: int
    cause: int | None

    def __init__(self, cluster: Cluster, rules: Rules, chance: Chance, world: World) -> None:
        self.cluster = cluster
        self.rules = rules
        self.chance = chance
        self.emit: Callable[[Event], int] = world.emit
        self.send_to: Callable[[Step, str, Message, str], None] = world.send
        self.timer: Callable[[Step, str, int, str, bool], None] = world.set_timer
        self.fsync: Callable[[Step], None] = world.start_fsync

    def enter(self, node: Node, now_us: int, cause: int | None) -> None:
        """Turn to a node: the following events are its own, at this time, led to by `cause`."""
        self.node = node
        self.now_us = now_us
        self.cause = cause

    def because(self, position: int) -> None:
        """What follows is led to by the event at `position`."""
        self.cause = position

    @property
    def stamp(self) -> tuple[int, str, int | None]:
        """What every event of this step begins with. (Rules that run at every message spell it out: it is quicker.)"""
        return self.now_us, self.node.name, self.cause

    def send(self, to: str, message: Message, rule: str) -> None:
        """Send a message to another server, now."""
        self.send_to(self, to, message, rule)

    def promise(self, to: str, message: Message, rule: str) -> None:
        """Send a message that vouches for what this node has written: once that is durable (Figure 2)."""
        if self.node.disk is None:
            self.send_to(self, to, message, rule)
        else:
            self.rules.wait_for_disk(self, to, message, rule)

    def set_timer(self, timer: str, after_us: int, rule: str, *, drawn: bool = False) -> None:
        """Start a timer of this node anew: it fires `after_us` from now on this node's clock."""
        self.timer(self, timer, after_us, rule, drawn)

    @property
    def clock_us(self) -> int:
        """What this node's own clock shows."""
        return self.node.clock(self.now_us)

    def finish(self) -> None:
        """The step is over: what it has written begins its way to the disk."""
        if self.node.disk is not None:
            self.rules.persist(self)


def receive(step: Step, sender: str, message: Message) -> None:
    """A message reaches step.node."""
    node, rules = step.node, step.rules
    if message.term != node.current_term:
        if message.term < node.current_term:
            # 5.1: an older term than ours: its sender must hear of the newer one.
            rules.reject_stale_term(step, sender, message)
            step.finish()
            return
        if isinstance(message, RequestVote | PreVote) and rules.keep_to_leader(step, sender, message):
            return  # dissertation 4.2.3: not even its term is taken over
        # 5.1: a higher term than ours ends whatever we were.
        rules.adopt_term(step, message.term, sender)
    rules.handlers[type(message)](step, sender, message)
    if node.disk is not None:
        rules.persist(step)


def timer_fired(step: Step, timer: str) -> None:
    """A timer of step.node has run out."""
    rules, leads = step.rules, step.node.role is LEADER
    if timer == "election":
        if not leads:
            rules.time_out(step)
    elif leads:
        rules.timers[timer](step)
    step.finish()
