"""A simulation: takes what is due next, lets it happen, hands every event on.

Its heap is a cache: everything that is due stands in the Cluster (flights, timers, workloads, the script), ordered by
(due, position of the event that scheduled it), so any state can be taken up again and goes on to the very same events.

Timers are lazy: each has one item in the heap; when a timer is set anew to a later time, the item stays, and is pushed
again when it comes up too early. Most election timers are set anew a hundred times and never fire.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from raftlab.core.chance import Chance
from raftlab.core.events import (
    ClientAnswered,
    ClientAsked,
    ClusterCreated,
    CommandGiven,
    Event,
    InvariantBroken,
    MessageDropped,
    MessageDuplicated,
    MessageReceived,
    MessageSent,
    TimerFired,
    TimerSet,
)
from raftlab.core.model import PAUSED, UP, Cluster
from raftlab.engine import Rules, Step, receive, timer_fired
from raftlab.sim import commands
from raftlab.sim.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from raftlab.core.commands import AnyCommand
    from raftlab.core.invariants import Checker
    from raftlab.core.messages import Message
    from raftlab.core.scenario import Scenario

# What a heap item is; ties in (due, position) can't happen, but for the script's own order.
_FLIGHT, _TIMER, _SCRIPT, _WORKLOAD = range(4)


class Simulation:
    """A cluster that lives.

    Args:
        cluster: the state to go on from; the simulation owns it and changes it. `scenario` instead begins a new one.
        sink: is given every event, in order.
        checker: looks at every event; what it finds becomes an InvariantBroken event.
        rules: the rules in force; None: those that the cluster's `off` names.
        skip: how many of the first events the sink has already (see `resume`).
    """

    def __init__(
        self,
        cluster: Cluster,
        sink: Callable[[Event], object],
        *,
        checker: Checker | None = None,
        rules: Rules | None = None,
        skip: int = 0,
    ) -> None:
        self.cluster = cluster
        self.sink = sink
        self.checker = checker
        self._watched: dict[type[Event], Any] = checker.handlers if checker is not None else {}
        self._skip = skip
        self._heap: list[tuple[int, int, int, Any]] = []
        self._armed: dict[tuple[str, str], int] = {}
        chance = Chance(cluster.seed)
        self._network = Network(cluster, chance)
        self.step = Step(cluster, rules or Rules(cluster.off), chance, self)
        self.reschedule()

    @classmethod
    def begin(
        cls,
        scenario: Scenario,
        sink: Callable[[Event], object],
        *,
        checker: Checker | None = None,
        rules: Rules | None = None,
    ) -> Simulation:
        """Create a scenario's cluster and start its nodes."""
        created = scenario.created()
        simulation = cls(_unborn(created), sink, checker=checker, rules=rules)
        simulation._create(created)
        return simulation

    @classmethod
    def resume(
        cls,
        cluster: Cluster,
        sink: Callable[[Event], object],
        *,
        done: Sequence[Event] = (),
        checker: Checker | None = None,
        rules: Rules | None = None,
    ) -> Simulation:
        """Go on from a state that stands between two steps.

        Args:
            cluster: a copy of the state before the step that `done` belongs to; the simulation takes it over.
            done: the first events of that step, which the sink has already: they happen again, and are not handed on.
        """
        first = done[0] if done else None
        if type(first) is ClusterCreated:
            cluster = _unborn(first)
        simulation = cls(cluster, sink, checker=checker, rules=rules, skip=len(done))
        if first is not None:
            if type(first) is ClusterCreated:
                simulation._create(first)
            elif type(first) is CommandGiven and not first.scripted:
                simulation.give(first.command, first.at_us)
            else:
                simulation.take_next()
        return simulation

    # -- what rules and commands use (engine.World) ----------------------------------------------------------

    def emit(self, event: Event) -> int:
        """Let an event happen; its position comes back."""
        cluster = self.cluster
        event.evolve(cluster)
        cluster.now_us = event.at_us
        position = cluster.position
        cluster.position = position + 1
        if self._skip:
            self._skip -= 1
        else:
            self.sink(event)
        handler = self._watched.get(type(event))
        if handler is not None:
            self._check(handler, position, event)
        return position

    def send(self, step: Step, to: str, message: Message, rule: str) -> None:
        """Send a message from the step's node; its fate is drawn now."""
        node, now_us = step.node, step.now_us
        due_us, fate, copy_due_us = self._network.fate(node, to, now_us)
        sent = MessageSent(now_us, node.name, step.cause, rule, to, message, due_us, fate)  # type: ignore[arg-type]
        position = self.emit(sent)
        heappush(self._heap, (due_us, position, _FLIGHT, sent))
        if copy_due_us is not None:
            self.duplicate(position, sent, now_us, copy_due_us, position)

    def set_timer(self, step: Step, timer: str, after_us: int, rule: str, drawn: bool) -> None:
        """Start a timer of the step's node anew."""
        name = step.node.name
        due_us = step.now_us + after_us
        position = self.emit(TimerSet(step.now_us, name, step.cause, rule, timer, due_us, drawn))
        armed = self._armed.get((name, timer))
        if armed is None or due_us < armed:
            self._arm(name, timer, due_us, position)

    def duplicate(self, position: int, sent: MessageSent, now_us: int, due_us: int, cause: int) -> None:
        """Let the message sent at `position` arrive once more."""
        copy = MessageDuplicated(now_us, sent.node, cause, None, sent.to, sent.message, position, due_us)
        heappush(self._heap, (due_us, self.emit(copy), _FLIGHT, copy))

    def ask(
        self, client: str, text: str, name: str | None, now_us: int, cause: int | None, next_us: int | None
    ) -> None:
        """A client asks a node (None: the leader, if clients find one) to write `text`."""
        cluster = self.cluster
        known = cluster.clients.get(client)
        sequence = 1 if known is None else known.sequence + 1
        leader = cluster.leader()
        target = name if name is not None else (None if leader is None else leader.name)
        asked = self.emit(ClientAsked(now_us, target, cause, None, client, sequence, text, next_us))
        node = None if target is None else cluster.nodes.get(target)
        if node is None or node.status is not UP:
            self.emit(ClientAnswered(now_us, target, asked, None, client, sequence, "nobody"))
            return
        self.step.enter(node, now_us, asked)
        self.step.rules.accept_proposal(self.step, text, client, sequence)

    # -- time ------------------------------------------------------------------------------------------------

    def next_due_us(self) -> int | None:
        """When something happens next, if nobody does anything; None: never again."""
        return self._heap[0][0] if self._heap else None

    def run(self, until_us: int) -> None:
        """Let everything happen that is due up to a time, itself included."""
        heap = self._heap
        while heap and heap[0][0] <= until_us:
            self.take_next()

    def run_events(self, count: int) -> None:
        """Go on until that many more events have happened (the step that reaches it is finished)."""
        goal = self.cluster.position + count
        while self._heap and self.cluster.position < goal:
            self.take_next()

    def give(self, command: AnyCommand, at_us: int) -> None:
        """A person's command; everything that is due before it happens first.

        Raises:
            CommandError: it can't be carried out; nothing has happened then.
        """
        self.run(at_us)
        command = commands.resolve(self.cluster, command)
        commands.check(self.cluster, command)
        self._carry_out(command, max(at_us, self.cluster.now_us), scripted=False)

    def take_next(self) -> None:
        """Let the next thing happen that is due (or find that it is out of date)."""
        due_us, position, kind, what = heappop(self._heap)
        now_us = max(due_us, self.cluster.now_us)
        if kind == _FLIGHT:
            self._arrive(now_us, position, what)
        elif kind == _TIMER:
            self._expire(now_us, due_us, position, what)
        elif kind == _WORKLOAD:
            self._propose(now_us, what)
        else:
            self._carry_out(what, now_us, scripted=True)

    def reschedule(self) -> None:
        """Build the heap anew from the cluster: it never knows more than the state does."""
        cluster = self.cluster
        self._armed.clear()
        self._heap.clear()
        heap = self._heap
        for position, sent in cluster.flights.items():
            target = cluster.nodes.get(sent.to)
            if sent.due_us is not None and not (target and target.status is PAUSED and sent.due_us < cluster.now_us):
                heappush(heap, (sent.due_us, position, _FLIGHT, sent))
        for name, node in cluster.nodes.items():
            for timer, running in node.timers.items():
                self._arm(name, timer, running.due_us, running.position)
        for number in range(cluster.script_done, len(cluster.script)):
            scheduled = cluster.script[number]
            # The script was scheduled by event 0; negative positions keep its own order, ahead of all else.
            heappush(heap, (scheduled.at_us, number - len(cluster.script), _SCRIPT, scheduled.command))
        for number, (name, client) in enumerate(cluster.clients.items()):
            if client.next_due_us is not None:
                heappush(heap, (client.next_due_us, number - 1_000_000, _WORKLOAD, name))

    # -- what happens ----------------------------------------------------------------------------------------

    def _create(self, created: ClusterCreated) -> None:
        self.emit(created)
        for node in self.cluster.nodes.values():
            self.step.enter(node, created.at_us, 0)
            self.step.rules.randomize_timeout(self.step)
        self.reschedule()

    def _arm(self, name: str, timer: str, due_us: int, position: int) -> None:
        self._armed[name, timer] = due_us
        heappush(self._heap, (due_us, position, _TIMER, (name, timer)))

    def _arrive(self, now_us: int, position: int, sent: MessageSent | MessageDuplicated) -> None:
        cluster = self.cluster
        if position not in cluster.flights:
            return
        sender = str(sent.node)
        node = cluster.nodes.get(sent.to)
        if sent.fate == "deliver" and node is not None and node.status is UP and not cluster.links[sender][sent.to].cut:
            received = self.emit(MessageReceived(now_us, sent.to, position, None, sender, sent.message))
            self.step.enter(node, now_us, received)
            receive(self.step, sender, sent.message)
            return
        if sent.fate != "deliver":
            reason = sent.fate
        elif cluster.is_cut(sender, sent.to):
            reason = "cut"
        elif node is not None and node.status is PAUSED:
            return  # it waits in flight; Resume schedules it again
        else:
            reason = "down"
        self.emit(MessageDropped(now_us, sent.to, position, None, sender, reason))

    def _expire(self, now_us: int, due_us: int, position: int, what: tuple[str, str]) -> None:
        if self._armed.get(what) != due_us:
            return  # an item for an earlier time was pushed since
        del self._armed[what]
        name, timer = what
        node = self.cluster.nodes[name]
        running = node.timers.get(timer)
        if running is None:
            return
        if running.position != position:
            self._arm(name, timer, running.due_us, running.position)
        elif node.status is UP:
            fired = self.emit(TimerFired(now_us, name, position, None, timer))
            self.step.enter(node, now_us, fired)
            timer_fired(self.step, timer)

    def _propose(self, now_us: int, client: str) -> None:
        known = self.cluster.clients[client]
        load = known.workload
        assert load is not None
        assert known.next_due_us is not None
        next_us = known.next_due_us + load.every_us
        self.ask(client, load.text.replace("{n}", str(known.sequence + 1)), None, now_us, None, next_us)
        number = list(self.cluster.clients).index(client)
        heappush(self._heap, (next_us, number - 1_000_000, _WORKLOAD, client))

    def _carry_out(self, command: AnyCommand, now_us: int, *, scripted: bool) -> None:
        command = commands.resolve(self.cluster, command)
        position = self.emit(CommandGiven(now_us, getattr(command, "node", None), None, None, command, scripted))
        commands.carry_out(self, command, now_us, position)

    def _check(self, handler: Callable[[Any], None], position: int, event: Event) -> None:
        checker = self.checker
        assert checker is not None
        before = len(checker.broken)
        checker.position = position
        handler(event)
        for broken in checker.broken[before:]:
            self.emit(InvariantBroken(event.at_us, event.node, position, None, broken.invariant, broken.text))


def _unborn(created: ClusterCreated) -> Cluster:
    """The state before event 0, which already knows what chance and the rules are bound to."""
    cluster = Cluster.empty()
    cluster.seed, cluster.off = created.seed, created.off
    return cluster
