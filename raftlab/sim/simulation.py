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
    ClusterCreated,
    CommandGiven,
    Event,
    FsyncDone,
    FsyncStarted,
    InvariantBroken,
    MessageDropped,
    MessageDuplicated,
    MessageReceived,
    MessageSent,
    RetryDue,
    TimerFired,
    TimerSet,
)
from raftlab.core.model import CRASHED, PAUSED, REMOVED, UP, Cluster
from raftlab.engine import Rules, Step, receive, timer_fired
from raftlab.sim import clients, commands, disk
from raftlab.sim.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from raftlab.core.commands import AnyCommand
    from raftlab.core.invariants import Checker
    from raftlab.core.messages import Message
    from raftlab.core.scenario import Scenario

# What a heap item is; ties in (due, position) can't happen, but for the script's own order.
_FLIGHT, _TIMER, _FSYNC, _SCRIPT, _WORKLOAD, _RETRY = range(6)

# The script, workloads and retries were not scheduled by one event that the state remembers: their order is their own.
_RETRIES, _WORKLOADS = -2_000_000, -1_000_000
_MILLION = 1_000_000


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
        self.checker = checker
        self._heap: list[tuple[int, int, int, Any]] = []
        self._armed: dict[tuple[str, str], int] = {}
        self.chance = Chance(cluster.seed)
        self._network = Network(cluster, self.chance)
        self.emit = self._emitter(_skipping(sink, skip) if skip else sink)
        self.send = self._sender()
        self.set_timer = self._timekeeper()
        self.step = Step(cluster, rules or Rules(cluster.off), self.chance, self)
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

    def _emitter(self, sink: Callable[[Event], object]) -> Callable[[Event], int]:
        """`emit`: let an event happen; its position comes back.

        Everything goes through here, so what it needs is bound once: an attribute costs as much as the rest.
        """
        cluster, checker = self.cluster, self.checker
        if checker is None:

            def emit(event: Event) -> int:
                event.evolve(cluster)
                cluster.now_us = event.at_us
                position = cluster.position
                cluster.position = position + 1
                sink(event)
                return position

            return emit

        watch, broken = checker.handlers.get, checker.broken

        def emit_checked(event: Event) -> int:
            event.evolve(cluster)
            cluster.now_us = event.at_us
            position = cluster.position
            cluster.position = position + 1
            sink(event)
            handler = watch(type(event))
            if handler is not None:
                checker.position = position
                before = len(broken)
                handler(event)
                if len(broken) > before:
                    self._report(before, event, position)
            return position

        return emit_checked

    def _sender(self) -> Callable[[Step, str, Message, str], None]:
        """`send`: send a message from the step's node; its fate is drawn now."""
        heap, emit, drawer = self._heap, self.emit, self._network.drawer

        def send(step: Step, to: str, message: Message, rule: str) -> None:
            node, now_us = step.node, step.now_us
            name = node.name
            due_us, outcome, copy_due_us, free_us = drawer(name, to)(node.sent.get(to), now_us, message)
            sent = MessageSent(now_us, name, step.cause, rule, to, message, due_us, outcome, free_us)  # type: ignore[arg-type]
            position = emit(sent)
            heappush(heap, (due_us, position, _FLIGHT, sent))
            if copy_due_us is not None:
                self.duplicate(position, sent, now_us, copy_due_us, position)

        return send

    def _timekeeper(self) -> Callable[[Step, str, int, str, bool], None]:
        """`set_timer`: start a timer of the step's node anew; `after_us` is on the node's own clock."""
        emit, armed, arm = self.emit, self._armed, self._arm

        def set_timer(step: Step, timer: str, after_us: int, rule: str, drawn: bool) -> None:
            node, now_us = step.node, step.now_us
            name, rate = node.name, node.clock_rate_ppm
            due_us = now_us + (after_us if rate == _MILLION else after_us * _MILLION // rate)
            position = emit(TimerSet(now_us, name, step.cause, rule, timer, due_us, drawn))
            item_due_us = armed.get((name, timer))
            if item_due_us is None or due_us < item_due_us:
                arm(name, timer, due_us, position)

        return set_timer

    def start_fsync(self, step: Step) -> None:
        """Begin to make durable what the step's node has written."""
        node = step.node
        due_us = disk.fsync_due_us(self.cluster, node, step.now_us, self.chance)
        started = FsyncStarted(
            *step.stamp, "persist", due_us, node.log.last_index, node.current_term, node.voted_for
        )  # fmt: skip
        heappush(self._heap, (due_us, self.emit(started), _FSYNC, node.name))

    def duplicate(
        self, position: int, sent: MessageSent | MessageDuplicated, now_us: int, due_us: int, cause: int
    ) -> None:
        """Let the message sent at `position` arrive once more."""
        copy = MessageDuplicated(now_us, sent.node, cause, None, sent.to, sent.message, position, due_us)
        heappush(self._heap, (due_us, self.emit(copy), _FLIGHT, copy))

    def retry_at(self, client: str, due_us: int) -> None:
        """Wake a client at a time, if it has no answer by then."""
        heappush(self._heap, (due_us, _RETRIES + self._number(client), _RETRY, client))

    # -- time ------------------------------------------------------------------------------------------------

    def next_due_us(self) -> int | None:
        """When something happens next, if nobody does anything; None: never again."""
        return self._heap[0][0] if self._heap else None

    def run(self, until_us: int) -> None:
        """Let everything happen that is due up to a time, itself included."""
        heap, cluster, arrive = self._heap, self.cluster, self._arrive
        while heap and heap[0][0] <= until_us:
            due_us, position, kind, what = heappop(heap)
            if kind == _FLIGHT:
                now_us = cluster.now_us
                arrive(now_us if now_us > due_us else due_us, position, what)
            else:
                self._take(due_us, position, kind, what)

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
        self._take(*heappop(self._heap))

    def _take(self, due_us: int, position: int, kind: int, what: Any) -> None:
        now_us = max(due_us, self.cluster.now_us)
        if kind == _FLIGHT:
            self._arrive(now_us, position, what)
        elif kind == _TIMER:
            self._expire(now_us, due_us, position, what)
        elif kind == _FSYNC:
            self._synced(now_us, position, what)
        elif kind == _WORKLOAD:
            next_us = clients.propose(self, what, due_us, now_us)
            heappush(self._heap, (next_us, position, _WORKLOAD, what))
        elif kind == _RETRY:
            if self.cluster.clients[what].retry_due_us == due_us:
                clients.retry(self, what, now_us, self.emit(RetryDue(now_us, None, None, None, what)))
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
            if node.disk is not None and node.disk.pending is not None and node.status not in (CRASHED, REMOVED):
                due_us = max(node.disk.pending.due_us, node.stalled_us)
                heappush(heap, (due_us, node.disk.pending.position, _FSYNC, name))
        for number in range(cluster.script_done, len(cluster.script)):
            scheduled = cluster.script[number]
            # The script was scheduled by event 0; negative positions keep its own order, ahead of all else.
            heappush(heap, (scheduled.at_us, number - len(cluster.script), _SCRIPT, scheduled.command))
        for number, (name, client) in enumerate(cluster.clients.items()):
            if client.next_due_us is not None:
                heappush(heap, (client.next_due_us, _WORKLOADS + number, _WORKLOAD, name))
            if client.retry_due_us is not None:
                heappush(heap, (client.retry_due_us, _RETRIES + number, _RETRY, name))

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
        sender, to = sent.node, sent.to
        assert sender is not None
        node = cluster.nodes.get(to)
        reason = sent.fate
        if reason == "deliver":
            ways = cluster.links.get(sender)
            link = None if ways is None else ways.get(to)
            if link is not None and link.cut:
                reason = "cut"
            elif node is None or node.status is not UP:
                if node is not None and node.status is PAUSED:
                    return  # it waits in flight; Resume schedules it again
                reason = "down"
            else:
                step = self.step
                step.enter(node, now_us, self.emit(MessageReceived(now_us, to, position, None, sender, sent.message)))
                receive(step, sender, sent.message)
                return
        self.emit(MessageDropped(now_us, to, position, None, sender, reason))

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

    def _synced(self, now_us: int, position: int, name: str) -> None:
        node = self.cluster.nodes[name]
        pending = node.disk.pending if node.disk is not None else None
        if pending is None or pending.position != position or node.status is not UP:
            return  # it crashed meanwhile; or it is paused: Resume schedules it again
        if node.stalled_us > now_us:
            heappush(self._heap, (node.stalled_us, position, _FSYNC, name))
            return
        done = self.emit(FsyncDone(now_us, name, position, "persist", pending.up_to, pending.term, pending.vote))
        self.step.enter(node, now_us, done)
        self.step.rules.fsync_done(self.step)

    def _number(self, client: str) -> int:
        return list(self.cluster.clients).index(client)

    def _carry_out(self, command: AnyCommand, now_us: int, *, scripted: bool) -> None:
        command = commands.resolve(self.cluster, command)
        position = self.emit(CommandGiven(now_us, getattr(command, "node", None), None, None, command, scripted))
        commands.carry_out(self, command, now_us, position)

    def _report(self, first: int, event: Event, position: int) -> None:
        assert self.checker is not None
        for broken in self.checker.broken[first:]:
            self.emit(InvariantBroken(event.at_us, event.node, position, None, broken.invariant, broken.text))


def _skipping(sink: Callable[[Event], object], count: int) -> Callable[[Event], object]:
    """A sink that has the first `count` events already."""
    left = count

    def take(event: Event) -> None:
        nonlocal left
        if left:
            left -= 1
        else:
            sink(event)

    return take


def _unborn(created: ClusterCreated) -> Cluster:
    """The state before event 0, which already knows what chance and the rules are bound to."""
    cluster = Cluster.empty()
    cluster.seed, cluster.off = created.seed, created.off
    return cluster
