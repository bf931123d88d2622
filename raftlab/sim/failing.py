"""What a campaign fails by, as predicates that shrinking can ask again and again.

Safety is easy to shrink: whatever breaks an invariant is wrong, however odd the scenario. Life is not: a scenario from
which "restart n1" was dropped has no leader, and rightly so. So a smaller scenario counts as dead only if it is as fair
as the first one: after its last command a majority is up and whole among itself, nobody else can disturb it,
parameters and pace are the same, links are no worse, and the calm is as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from raftlab.core.commands import SetParameter
from raftlab.core.invariants import Checker
from raftlab.core.model import UP, DiskModel
from raftlab.sim.campaign import MOST_EVENTS, NO_COMMIT, NO_LEADER, RAN_AWAY, Calm, run_calm, run_until
from raftlab.sim.shrink import PLAIN_LINK, Failure, Shrunk, shrink
from raftlab.sim.simulation import Simulation

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.model import Cluster, Config, LinkModel, Node, Parameters
    from raftlab.core.scenario import Scenario
    from raftlab.engine import Rules
    from raftlab.sim.campaign import Campaign

ASSERTION: Final = "a rule's own assertion"
"""The kind of failure where the engine itself found that something can't be (a broken rule may well lead there)."""

_RUN_AWAY_COSTS: Final = 20
"""A run without end is as long as twenty others or more: so many fewer of them are tried."""


def shrink_campaign(what: Campaign, *, budget: int, rules: Rules | None = None) -> Shrunk | None:
    """The shortest scenario found that fails as a campaign does; None for one that is safe and lives.

    A broken invariant is preferred to a dead cluster: it is the sharper finding. `budget` counts the runs of
    the shrinking itself; finding out what fails takes up to five more.
    """
    safety = Safety(rules)
    unsafe = safety(what.scenario)
    if unsafe is not None:
        budget = max(1, budget // _RUN_AWAY_COSTS) if unsafe.what == RAN_AWAY else budget
        return shrink(what.scenario, safety, budget=budget)
    for calm in what.calms:
        script = tuple(it for it in what.scenario.script if it.at_us <= calm.from_us)
        cut = replace(what.scenario, script=script, end_us=calm.to_us)
        life = Life(cut, calm.to_us - calm.from_us, rules)
        if life(cut) is not None:
            return shrink(cut, life, budget=budget)
    return None


class Safety:
    """Fails when an invariant breaks (the first one counts), a rule asserts, or the messages multiply without end."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules

    def __call__(self, scenario: Scenario) -> Failure | None:
        checker = Checker()
        simulation: Simulation | None = None
        try:
            simulation = Simulation.begin(scenario, _nobody, checker=checker, rules=self._rules)
            _until_broken(simulation, checker, scenario.end_us or 0)
        except AssertionError as error:
            return Failure(ASSERTION, f"{ASSERTION}: {error}", simulation.cluster.now_us if simulation else 0)
        now_us = simulation.cluster.now_us
        if checker.broken:
            first = checker.broken[0]
            return Failure(first.invariant, f"{first.invariant} at event {first.position}: {first.text}", now_us)
        if simulation.cluster.position >= MOST_EVENTS:
            return Failure(RAN_AWAY, f"{RAN_AWAY}: {MOST_EVENTS} events by {now_us} us", now_us)
        return None


def _nobody(event: Event) -> None:
    """Nobody keeps the events."""


def _until_broken(simulation: Simulation, checker: Checker, until_us: int) -> None:
    while not checker.broken and simulation.cluster.position < MOST_EVENTS:
        due_us = simulation.next_due_us()
        if due_us is None or due_us > until_us:
            return
        simulation.take_next()


class Life:
    """Fails when a cluster is dead at the end of a fair calm, which begins with the last command.

    Args:
        origin: the scenario whose settings are fair.
        calm_us: how long the calm lasts.
    """

    def __init__(self, origin: Scenario, calm_us: int, rules: Rules | None = None) -> None:
        self._origin = origin
        self._parameters = _in_the_end(origin)
        self._calm_us = calm_us
        self._rules = rules

    def __call__(self, scenario: Scenario) -> Failure | None:
        from_us = max((it.at_us for it in scenario.script), default=0)
        calm = Calm(from_us, from_us + self._calm_us, ())
        if not self._is_fair(scenario) or (scenario.end_us or 0) < calm.to_us:
            return None
        try:
            return self._play(scenario, calm)
        except AssertionError:
            return None  # it fails, and in another way

    def _is_fair(self, scenario: Scenario) -> bool:
        """Whether a leader can be asked for as much as in the first scenario. (`_play` looks for requests.)"""
        origin = self._origin
        return (
            _in_the_end(scenario) == self._parameters
            and all(load in origin.workloads for load in scenario.workloads)
            and _is_no_worse(scenario.link, origin.link)
            and all(ways in origin.links.values() for ways in scenario.links.values())
            and set(scenario.clocks.values()) <= set(origin.clocks.values())
            and all(disk in origin.disks.values() for disk in scenario.disks.values())
        )

    def _play(self, scenario: Scenario, calm: Calm) -> Failure | None:
        simulation = Simulation.begin(scenario, _nobody, rules=self._rules)
        if not run_until(simulation, calm.from_us):
            return None
        majority = self._whole_majority(simulation.cluster, scenario.link)
        problems = run_calm(simulation, replace(calm, majority=majority)) if majority else []
        if not problems:
            return None
        what = NO_COMMIT if NO_COMMIT in problems[0] else NO_LEADER
        if what == NO_COMMIT and all(load.reads or load.node is not None for load in scenario.workloads):
            return None  # nobody asked for a write, or only of a server that needn't be the leader
        return Failure(what, problems[0], calm.to_us)

    def _whole_majority(self, cluster: Cluster, link: LinkModel) -> tuple[str, ...]:
        """The nodes of a majority that are up, sound, whole among themselves, and disturbed by nobody; () for none."""
        running = [name for name, node in cluster.nodes.items() if node.status is UP]

        def joined(a: str, b: str) -> bool:
            return not cluster.is_cut(a, b) or not cluster.is_cut(b, a)

        def whole(a: str, b: str) -> bool:
            return a == b or (cluster.link(a, b).model == link and not cluster.is_cut(a, b))

        for name in running:
            group = tuple(other for other in running if other == name or joined(name, other))
            if not all(_is_majority(group, cluster.nodes[member].config) for member in group):
                continue
            apart = not any(joined(a, b) for a in group for b in running if b not in group)
            sound = all(self._is_sound(cluster.nodes[member]) for member in group)
            return group if apart and sound and all(whole(a, b) for a in group for b in group) else ()
        return ()

    def _is_sound(self, node: Node) -> bool:
        """Whether a node's clock and disk are as they were, or as usual. (A disk that stalls is over it soon.)"""
        usual = self._parameters
        disks = (
            None,
            DiskModel(usual.disk_write_us, usual.disk_fsync_us, usual.disk_fsync_jitter_us),
            *self._origin.disks.values(),
        )
        return node.clock_rate_ppm in (1_000_000, *self._origin.clocks.values()) and node.disk_model in disks


def _in_the_end(scenario: Scenario) -> Parameters:
    """The parameters once the script is through."""
    changes: dict[str, Any] = {
        it.command.name: it.command.value for it in scenario.script if isinstance(it.command, SetParameter)
    }
    return replace(scenario.parameters, **changes)


def _is_no_worse(link: LinkModel, origin: LinkModel) -> bool:
    """Every field as it was, or plain; a plain latency may be the longer one."""
    if link.latency_us > origin.latency_us:
        return False
    return all(
        getattr(link, name) in (getattr(origin, name), getattr(PLAIN_LINK, name)) for name in link.__struct_fields__
    )


def _is_majority(group: tuple[str, ...], config: Config) -> bool:
    """Of the voters of a configuration, and of both halves of a joint one (section 6)."""
    halves = [half for half in (config.voters, config.outgoing) if half]
    return all(2 * len(set(group) & set(half)) > len(half) for half in halves)
