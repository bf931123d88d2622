"""A place to try rules by hand: a few nodes, no network, no time but the one that a test says."""

from __future__ import annotations

from dataclasses import dataclass, field

from raftlab.core.chance import Chance
from raftlab.core.events import ClusterCreated, Event, FsyncStarted, History, TermAdvanced, TimerSet
from raftlab.core.messages import AppendEntries, AppendEntriesReply, Message, RequestVoteReply
from raftlab.core.model import Cluster, Entry, Node, Parameters
from raftlab.engine import Rules, Step, receive, timer_fired


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

    def __post_init__(self) -> None:
        self.cluster = Cluster.empty()
        self.events: list[Event] = []
        self.sent: list[Sent] = []
        names = tuple(f"n{number}" for number in range(1, self.size + 1))
        histories = {name: History(max(terms, default=0), None, entries(terms)) for name, terms in self.logs.items()}
        self.step = Step(self.cluster, self.rules, Chance(self.seed), self)
        self.emit(ClusterCreated(0, None, None, None, names, self.seed, (), self.parameters, histories=histories))

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

    def receive(self, name: str, sender: str, message: Message) -> list[Sent]:
        """A message reaches a node; what it sends comes back."""
        before = len(self.sent)
        self.step.enter(self[name], 0, None)
        receive(self.step, sender, message)
        return self.sent[before:]

    def timeout(self, name: str, timer: str = "election") -> list[Sent]:
        """A timer of a node runs out; what it sends comes back."""
        before = len(self.sent)
        self.step.enter(self[name], 0, None)
        timer_fired(self.step, timer)
        return self.sent[before:]

    def propose(self, name: str, text: str = "x=1") -> list[Sent]:
        """A client asks a node."""
        before = len(self.sent)
        self.step.enter(self[name], 0, None)
        self.rules.accept_proposal(self.step, text, "c", 1)
        return self.sent[before:]

    def set_term(self, name: str, term: int) -> None:
        """Let a node stand in a term."""
        self.emit(TermAdvanced(0, name, None, None, term))

    def candidate(self, name: str = "n1", term: int | None = None) -> Node:
        """Make a node a candidate."""
        if term is not None:
            self.set_term(name, term - 1)
        self.timeout(name)
        return self[name]

    def leader(self, name: str = "n1", term: int | None = None) -> Node:
        """Make a node a leader, by votes of all others."""
        self.candidate(name, term)
        for other in self.cluster.nodes:
            if other != name:
                self.receive(name, other, RequestVoteReply(self[name].current_term, True))
        return self[name]

    def acknowledge(self, leader: str, *peers: str) -> None:
        """Peers say that they hold all that the leader has."""
        node = self[leader]
        for peer in peers:
            self.receive(leader, peer, AppendEntriesReply(node.current_term, True, node.log.last_index))

    def exchange(self, limit: int = 10_000) -> None:
        """Deliver everything that was sent, and what comes of it, in order."""
        for _ in range(limit):
            if not self.sent:
                return
            first = self.sent.pop(0)
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
