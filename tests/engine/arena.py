"""A place to try rules by hand: a few nodes, no network, no time but the one that a test says (`arena.now_us`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from raftlab.core.chance import Chance
from raftlab.core.commands import ChangeMembers
from raftlab.core.events import (
    ClusterCreated,
    Event,
    FsyncDone,
    FsyncStarted,
    History,
    NodeJoined,
    NodeRestarted,
    TermAdvanced,
    TimerSet,
)
from raftlab.core.messages import AppendEntries, AppendEntriesReply, Message, PreVoteReply, RequestVoteReply
from raftlab.core.model import PRE_CANDIDATE, Cluster, Config, Entry, Node, Parameters
from raftlab.engine import Rules, Step, receive, timer_fired
from raftlab.sim import disk


@dataclass
class Sent:
    """A message that a rule has sent."""

    sender: str
    to: str
    message: Message


@dataclass
class Arena:
    """Nodes n1 .. n(size), with these log terms to begin with (n1=[1, 1, 2])."""

    rules: Rules
    size: int = 3
    logs: dict[str, list[int]] = field(default_factory=dict)
    parameters: Parameters = field(default_factory=Parameters)
    seed: int = 1
    learners: tuple[str, ...] = ()
    now_us: int = 0

    def __post_init__(self) -> None:
        self.cluster = Cluster.empty()
        self.events: list[Event] = []
        self.sent: list[Sent] = []
        names = tuple(f"n{number}" for number in range(1, self.size + 1))
        histories = {name: History(max(terms, default=0), None, entries(terms)) for name, terms in self.logs.items()}
        self.step = Step(self.cluster, self.rules, Chance(self.seed), self)
        settings = (names, self.seed, (), self.parameters)
        self.emit(ClusterCreated(0, None, None, None, *settings, histories=histories, learners=self.learners))

    # -- the world of a step ---------------------------------------------------------------------------------

    def emit(self, event: Event) -> int:
        self.events.append(event)
        self.cluster.fold([event])
        return self.cluster.position - 1

    def send(self, step: Step, to: str, message: Message, rule: str) -> None:
        self.sent.append(Sent(step.node.name, to, message))

    def set_timer(self, step: Step, timer: str, after_us: int, rule: str, drawn: bool) -> None:
        self.emit(TimerSet(step.now_us, step.node.name, step.cause, rule, timer, step.now_us + after_us, drawn))

    def start_fsync(self, step: Step) -> None:
        node = step.node
        self.emit(FsyncStarted(*step.stamp, "persist", 0, node.log.last_index, node.current_term, node.voted_for))

    # -- what tests do ---------------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Node:
        return self.cluster.nodes[name]

    def start(self) -> None:
        """Start every node's election timer."""
        for node in self.cluster.nodes.values():
            self.step.enter(node, 0, 0)
            self.rules.randomize_timeout(self.step)

    def act(self, name: str, rule: Callable[..., Any], *arguments: Any) -> list[Sent]:
        """Let a node follow a rule; what it sends comes back."""
        before = len(self.sent)
        self.step.enter(self[name], self.now_us, None)
        rule(self.step, *arguments)
        self.step.finish()
        return self.sent[before:]

    def receive(self, name: str, sender: str, message: Message) -> list[Sent]:
        """A message reaches a node; what it sends comes back."""
        return self.act(name, receive, sender, message)

    def timeout(self, name: str, timer: str = "election") -> list[Sent]:
        """A timer of a node runs out; what it sends comes back."""
        return self.act(name, timer_fired, timer)

    def propose(self, name: str, text: str = "x=1") -> list[Sent]:
        """A client asks a node."""
        return self.act(name, self.rules.accept_proposal, text, "c", 1)

    def read(self, name: str, key: str = "x", consistency: str = "linearizable") -> list[Sent]:
        """A client reads a key at a node."""
        return self.act(name, self.rules.accept_read, key, "c", 1, consistency)

    def transfer(self, name: str, target: str) -> list[Sent]:
        """Somebody asks a leader to hand over."""
        return self.act(name, self.rules.transfer_leadership, target)

    def change(self, name: str, *voters: str, learners: tuple[str, ...] = (), mode: str | None = None) -> list[Sent]:
        """Somebody asks a leader for another configuration."""
        for new in {*voters, *learners} - set(self.cluster.nodes):
            self.emit(NodeJoined(self.now_us, new, None, None, None, Config()))
        return self.act(name, self.rules.change_members, ChangeMembers(voters, learners, mode))

    def fsync(self, name: str) -> list[Sent]:
        """The fsync of a node that is under way is done; what was waiting for it comes back."""
        held = self[name].disk
        assert held is not None
        assert held.pending is not None
        pending = held.pending
        self.emit(FsyncDone(self.now_us, name, None, "persist", pending.up_to, pending.term, pending.vote))
        return self.act(name, self.rules.fsync_done)

    def crash(self, name: str) -> None:
        """A node's process ends; its disk keeps what is durable, and perhaps some of what isn't."""
        self.emit(disk.crash(self.cluster, self[name], self.now_us, 0, self.step.chance, 0))

    def restart(self, name: str) -> None:
        """A crashed node starts again from its disk."""
        self.emit(NodeRestarted(self.now_us, name, None, None))
        self.act(name, self.rules.recover)

    def happened(self, kind: type[Any], **wanted: Any) -> list[Any]:
        """The events of a kind so far whose fields are so."""
        return [it for it in self.events if type(it) is kind and all(getattr(it, k) == v for k, v in wanted.items())]

    def set_term(self, name: str, term: int) -> None:
        """Let a node stand in a term."""
        self.emit(TermAdvanced(0, name, None, None, term))

    def candidate(self, name: str = "n1", term: int | None = None) -> Node:
        """Make a node a candidate."""
        if term is not None:
            self.set_term(name, term - 1)
        self.timeout(name)
        if self[name].role is PRE_CANDIDATE:
            for other in self.others(name):
                self.receive(name, other, PreVoteReply(self[name].current_term, True))
        return self[name]

    def leader(self, name: str = "n1", term: int | None = None) -> Node:
        """Make a node a leader, by votes of all others."""
        self.candidate(name, term)
        if self[name].disk is not None:
            self.fsync(name)
        for other in self.others(name):
            self.receive(name, other, RequestVoteReply(self[name].current_term, True))
        return self[name]

    def others(self, name: str) -> list[str]:
        """All nodes but one."""
        return [other for other in self.cluster.nodes if other != name]

    def acknowledge(self, leader: str, *peers: str) -> None:
        """Peers say that they hold all that the leader has."""
        node = self[leader]
        for peer in peers:
            self.receive(leader, peer, AppendEntriesReply(node.current_term, True, node.log.last_index))

    def exchange(self, limit: int = 10_000, down: tuple[str, ...] = ()) -> None:
        """Deliver everything that was sent, and what comes of it, in order; what goes to those who are down is lost."""
        for _ in range(limit):
            if not self.sent:
                return
            first = self.sent.pop(0)
            if first.to not in down:
                self.receive(first.to, first.sender, first.message)
        raise AssertionError("the messages never end")


def entries(terms: list[int], first: int = 1) -> tuple[Entry, ...]:
    """Entries with these terms."""
    return tuple(Entry(index, term) for index, term in enumerate(terms, first))


def terms(node: Node) -> list[int]:
    """The terms of a log."""
    return [entry.term for entry in node.log]


def append(term: int, prev: tuple[int, int], new: list[int], commit: int = 0) -> AppendEntries:
    """An AppendEntries: after prev (index, term), entries of these terms."""
    return AppendEntries(term, prev[0], prev[1], entries(new, prev[0] + 1), commit)


def configured(term: int, prev: tuple[int, int], config: Config, commit: int = 0) -> AppendEntries:
    """An AppendEntries: after prev (index, term), one entry that is a configuration."""
    entry = Entry(prev[0] + 1, term, "config", config.text())
    return AppendEntries(term, prev[0], prev[1], (entry,), commit)
