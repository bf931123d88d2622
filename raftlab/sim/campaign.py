"""Random faulted runs, checked all along.

A campaign is chaos (anything at any time: see sim.chaos), then calm (nothing changes, and a majority is up and
connected). Safety is checked after every event. Liveness is checked in the calm: a dead cluster breaks no safety
rule, and must not pass. In a calm of many election timeouts somebody leads the connected majority, and new entries
commit; as soon as they do, the run is over.

Everything follows from the seed, by keyed chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core.invariants import Checker
from raftlab.core.linearizability import History, check
from raftlab.core.linearizability import Outcome as Verdicts
from raftlab.core.model import LEADER, UP
from raftlab.core.scenario import Scenario
from raftlab.sim.simulation import Simulation

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.engine import Rules

CALM_TIMEOUTS = 60
"""How many of the longest election timeouts a calm lasts at the most. Each has its chance of a split vote."""

MOST_EVENTS = 500_000
"""Ten times what the longest true run has."""

NO_LEADER = "no leader among"
NO_COMMIT = "committed nothing in the calm"
RAN_AWAY = "ran away"
LINEARIZABILITY = "Linearizability"
"""What a cluster that doesn't live is told by: the kinds of problem that are no broken invariant."""


class Calm(Struct, frozen=True):
    """A time in which nothing changes; `majority` are the nodes that are up and connected."""

    from_us: int
    to_us: int
    majority: tuple[str, ...]


class Campaign(Struct, frozen=True):
    """A scenario, and the calms in it."""

    scenario: Scenario
    calms: tuple[Calm, ...]


class Outcome(Struct, frozen=True):
    """What one run came to. `problems` is empty for a run that is safe and lives."""

    seed: int
    events: int
    simulated_us: int
    problems: tuple[str, ...]


def play(
    what: Campaign, sink: Callable[[Event], object] = lambda event: None, *, rules: Rules | None = None
) -> Outcome:
    """Run a campaign with every check on."""
    checker, history = Checker(), History()
    note, position = history.handlers.get, -1

    def take(event: Event) -> None:
        nonlocal position
        position += 1
        sink(event)
        handler = note(type(event))
        if handler is not None:
            handler(position, event)

    simulation = Simulation.begin(what.scenario, take, checker=checker, rules=rules)
    problems: list[str] = []
    for calm in what.calms:
        if not run_until(simulation, calm.from_us):
            problems.append(f"{RAN_AWAY}: {MOST_EVENTS} events by {simulation.cluster.now_us} us")
            break
        problems += run_calm(simulation, calm)
    problems += [f"{it.invariant} at event {it.position}: {it.text}" for it in checker.broken]
    verdicts = check(history.operations())
    problems += [f"{LINEARIZABILITY}: {it.words}" for it in verdicts if it.outcome is not Verdicts.LINEARIZABLE]
    cluster = simulation.cluster
    return Outcome(what.scenario.seed, cluster.position, cluster.now_us, tuple(problems))


def run_calm(simulation: Simulation, calm: Calm) -> list[str]:
    """Run on until the cluster lives, at the longest to the calm's end; what should live then and doesn't."""
    cluster = simulation.cluster
    before = highest_commit(cluster)
    until_us = calm.from_us
    while until_us < calm.to_us and dead(cluster, calm, before):
        # Not counted from the cluster's own time: that stands still while nothing happens.
        until_us = min(calm.to_us, until_us + cluster.parameters.election_timeout_max_us)
        if not run_until(simulation, until_us):
            break
    return dead(cluster, calm, before)


def run_until(simulation: Simulation, until_us: int) -> bool:
    """Run on; False when the messages multiply without end (two servers that answer each other at once, for ever)."""
    while simulation.cluster.position < MOST_EVENTS:
        due_us = simulation.next_due_us()
        if due_us is None or due_us > until_us:
            return True
        simulation.take_next()
    return False


def highest_commit(cluster: Cluster) -> int:
    """How far any node says that entries are committed (0: none is)."""
    return max(node.commit_index for node in cluster.nodes.values())


def dead(cluster: Cluster, calm: Calm, commit_before: int) -> list[str]:
    """What should live in a calm by now, and doesn't."""
    majority = [cluster.nodes[name] for name in calm.majority if name in cluster.nodes]
    leaders = [node.name for node in majority if node.role is LEADER and node.status is UP]
    if not leaders:
        return [f"{NO_LEADER} {', '.join(calm.majority)} after {CALM_TIMEOUTS} calm timeouts at {cluster.now_us} us"]
    if all(cluster.nodes[name].commit_index <= commit_before for name in leaders):
        return [f"{', '.join(leaders)} {NO_COMMIT} up to {cluster.now_us} us"]
    return []
