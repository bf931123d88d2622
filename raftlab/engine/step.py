"""One step of one server: something reaches it, and its rules answer with events.

A step is atomic: it reads and changes one node. What comes out of it besides state (messages, timers) goes to the world
that surrounds the servers: the simulation, an explorer, a test.

The terms of all messages are compared in one place, `receive`, before any rule looks at the rest (5.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from raftlab.core.messages import (
    AppendEntries,
    AppendEntriesReply,
    Message,
    RequestVote,
    RequestVoteReply,
)
from raftlab.core.model import LEADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.core.chance import Chance
    from raftlab.core.events import Event
    from raftlab.core.model import Cluster, Node
    from raftlab.engine.rules import Rules


class World(Protocol):
    """What a step needs from around it."""

    def emit(self, event: Event) -> int:
        """Let an event happen; its position in the trace comes back."""

    def send(self, step: Step, to: str, message: Message, rule: str) -> None:
        """Send a message from step.node."""

    def set_timer(self, step: Step, timer: str, after_us: int, rule: str, drawn: bool) -> None:
        """Start a timer of step.node anew."""


class Step:
    """What a rule sees: the node, the time, the event that led here, and the ways out.

    One Step serves a whole simulation; `enter` turns it to the next node.
    """

    __slots__ = ("cause", "chance", "cluster", "emit", "node", "now_us", "rules", "send_to", "stamp", "timer")

    cluster: Cluster
    node: Node
    now_us: int
    cause: int | None
    stamp: tuple[int, str, int | None]

    def __init__(self, cluster: Cluster, rules: Rules, chance: Chance, world: World) -> None:
        self.cluster = cluster
        self.rules = rules
        self.chance = chance
        self.emit: Callable[[Event], int] = world.emit
        self.send_to: Callable[[Step, str, Message, str], None] = world.send
        self.timer: Callable[[Step, str, int, str, bool], None] = world.set_timer

    def enter(self, node: Node, now_us: int, cause: int | None) -> None:
        """Turn to a node: the following events are its own, at this time, led to by `cause`."""
        self.node = node
        self.now_us = now_us
        self.cause = cause
        self.stamp = (now_us, node.name, cause)

    def because(self, position: int) -> None:
        """What follows is led to by the event at `position`."""
        self.cause = position
        self.stamp = (self.now_us, self.node.name, position)

    def send(self, to: str, message: Message, rule: str) -> None:
        """Send a message to another server."""
        self.send_to(self, to, message, rule)

    def set_timer(self, timer: str, after_us: int, rule: str, *, drawn: bool = False) -> None:
        """Start a timer of this node anew: it fires `after_us` from now."""
        self.timer(self, timer, after_us, rule, drawn)

    def peers(self) -> list[str]:
        """All other members that are sent entries."""
        name = self.node.name
        return [member for member in self.node.config.members() if member != name]


def receive(step: Step, sender: str, message: Message) -> None:
    """A message reaches step.node."""
    current_term = step.node.current_term
    if message.term > current_term:
        # 5.1: a higher term than ours ends whatever we were.
        step.rules.adopt_term(step, message.term, sender)
    elif message.term < current_term:
        # 5.1: an older term than ours: its sender must hear of the newer one.
        step.rules.reject_stale_term(step, sender, message)
        return
    rules = step.rules
    kind = type(message)
    if kind is AppendEntries:
        rules.handle_append_entries(step, sender, message)  # type: ignore[arg-type]
    elif kind is AppendEntriesReply:
        rules.handle_append_entries_reply(step, sender, message)  # type: ignore[arg-type]
    elif kind is RequestVote:
        rules.grant_vote(step, sender, message)  # type: ignore[arg-type]
    elif kind is RequestVoteReply:
        rules.count_vote(step, sender, message)  # type: ignore[arg-type]
    else:
        raise NotImplementedError(f"the engine has no rule for {kind.__name__}")


def timer_fired(step: Step, timer: str) -> None:
    """A timer of step.node has run out."""
    if timer == "heartbeat":
        if step.node.role is LEADER:
            step.rules.send_heartbeat(step)
    elif step.node.role is not LEADER:
        step.rules.start_election(step)
