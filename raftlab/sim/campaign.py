"""Random faulted runs: clusters of any size under crashes, partitions, pauses, delays and loss, checked all along.

A campaign alternates chaos (anything at any time) with calm (nothing changes, and a majority is up and connected).
Safety is checked after every event. Liveness is checked at the end of every calm: a dead cluster breaks no safety
rule, and must not pass. In a calm of many election timeouts somebody leads the connected majority, and new entries
commit.

Everything follows from the seed, by keyed chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core.chance import Chance
from raftlab.core.commands import (
    AnyCommand,
    Crash,
    Heal,
    Partition,
    Pause,
    Restart,
    Resume,
    SetLink,
    SetTimer,
)
from raftlab.core.invariants import Checker
from raftlab.core.model import LEADER, UP, LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import Scenario
from raftlab.sim.simulation import Simulation

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.engine import Rules

_CALM_TIMEOUTS = 16
"""How many of the longest election timeouts a calm lasts. Each has its chance of a split vote."""

MOST_EVENTS = 500_000
"""Ten times what the longest true run has."""

NO_LEADER = "no leader among"
NO_COMMIT = "committed nothing in the calm"
RAN_AWAY = "ran away"
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


class _Dice:
    """Draws in a row, for one seed."""

    def __init__(self, seed: int) -> None:
        self._chance = Chance(seed)
        self._count = 0

    def between(self, low: int, high: int) -> int:
        self._count += 1
        return self._chance.between(low, high, "campaign", "", self._count)

    def one_in(self, n: int) -> bool:
        return self.between(1, n) == 1

    def pick(self, names: list[str]) -> str:
        return names[self.between(0, len(names) - 1)]


def campaign(seed: int, rounds: int = 3) -> Campaign:
    """A random scenario of some rounds of chaos and calm."""
    dice = _Dice(seed)
    nodes = [f"n{number}" for number in range(1, dice.between(1, 7) + 1)]
    shortest = dice.between(100, 300) * 1000
    parameters = Parameters(
        election_timeout_min_us=shortest,
        election_timeout_max_us=shortest * 2,
        heartbeat_interval_us=shortest // dice.between(3, 5),
        noop_on_election=dice.one_in(2),
        back_off="by_term" if dice.one_in(2) else "by_one",
        max_entries_per_message=dice.between(1, 16),
    )
    # A round trip must fit into the shortest timeout several times, or nobody can lead (5.6).
    link = LinkModel(
        latency_us=shortest // dice.between(20, 60),
        jitter_us=shortest // dice.between(20, 60),
        loss_ppm=dice.between(0, 20_000),
        duplicate_ppm=dice.between(0, 100_000),
        reorder=dice.one_in(2),
    )
    script: list[Scheduled] = []
    calms: list[Calm] = []
    now_us = 0
    for last in [*[False] * (rounds - 1), True]:
        now_us = _chaos(dice, nodes, link, script, now_us, dice.between(10, 40), shortest)
        majority = _settle(dice, nodes, link, script, now_us, whole=last)
        calm_us = _CALM_TIMEOUTS * parameters.election_timeout_max_us
        calms.append(Calm(now_us, now_us + calm_us, majority))
        now_us += calm_us
    load = Workload(_pace(dice, parameters, shortest), "k{n}=v{n}")
    scenario = Scenario(
        f"campaign-{seed}", f"Campaign {seed}", "", tuple(nodes), seed, parameters, link, {}, tuple(script), (load,),
        now_us,
    )  # fmt: skip
    return Campaign(scenario, tuple(calms))


def _pace(dice: _Dice, parameters: Parameters, timeout_us: int) -> int:
    """How often the client asks.

    A leader that steps back one entry a round trip, or sends one at a time, needs a round trip for each entry that a
    follower lacks: it lives, and yet commits nothing for as long as that takes. Its client asks seldom, so that a
    calm is long enough to catch up in.
    """
    if parameters.back_off == "by_one" or parameters.max_entries_per_message < 8:
        return dice.between(2 * timeout_us, 4 * timeout_us)
    return dice.between(timeout_us // 10, timeout_us)


def _chaos(
    dice: _Dice, nodes: list[str], link: LinkModel, script: list[Scheduled], now_us: int, faults: int, timeout_us: int
) -> int:
    """Faults at random times; returns when they end."""
    for _ in range(faults):
        now_us += dice.between(0, 2 * timeout_us)
        script.append(Scheduled(now_us, _fault(dice, nodes, link, timeout_us)))
    return now_us + dice.between(1, timeout_us)


def _fault(dice: _Dice, nodes: list[str], link: LinkModel, timeout_us: int) -> AnyCommand:
    whom = "leader" if dice.one_in(2) else dice.pick(nodes)
    other = dice.pick(nodes)
    kind = dice.between(1, 14)
    if kind <= 2:
        return Crash(whom)
    if kind <= 4:
        return Restart(dice.pick(nodes))
    if kind <= 6:
        # A leader with some of the others, often too few: entries that are stored, and not committed.
        side = tuple(dict.fromkeys((whom, *(name for name in nodes if dice.one_in(3)))))
        return Partition((side,)) if dice.one_in(3) else Partition((side, tuple(n for n in nodes if n not in side)))
    if kind == 7:
        return Heal()
    if kind == 8:
        return Pause(whom)
    if kind == 9:
        return Resume(dice.pick(nodes))
    if kind <= 11 or whom == other:
        return SetTimer(dice.pick(nodes), dice.between(0, timeout_us // 4))
    if kind == 12:
        return SetLink(whom, other, cut=True)
    # A long delay: a message may arrive when two elections have passed.
    return SetLink(
        whom, other, latency_us=dice.between(1, 3 * timeout_us), loss_ppm=dice.between(0, 600_000), reorder=True
    )


def _settle(
    dice: _Dice, nodes: list[str], link: LinkModel, script: list[Scheduled], now_us: int, *, whole: bool
) -> tuple[str, ...]:
    """Let a majority (all, if `whole`) be up and connected, and the rest down or cut off; returns the majority."""
    away = 0 if whole else dice.between(0, (len(nodes) - 1) // 2)
    rest = list(nodes)
    for _ in range(len(nodes) - away):
        rest.remove(dice.pick(rest))
    majority = tuple(name for name in nodes if name not in rest)
    commands: list[AnyCommand] = [Heal()]
    for source in nodes:
        for target in nodes:
            if source != target:
                commands.append(
                    SetLink(source, target, **{name: getattr(link, name) for name in link.__struct_fields__})
                )
    for name in majority:
        commands += [Restart(name), Resume(name)]
    if rest:
        commands.append(Partition((majority, tuple(rest))) if dice.one_in(2) else Crash(rest[0]))
        commands += [Crash(name) for name in rest[1:]] if isinstance(commands[-1], Crash) else []
    script += [Scheduled(now_us, command) for command in commands]
    return majority


def play(
    what: Campaign, sink: Callable[[Event], object] = lambda event: None, *, rules: Rules | None = None
) -> Outcome:
    """Run a campaign with every check on."""
    checker = Checker()
    simulation = Simulation.begin(what.scenario, sink, checker=checker, rules=rules)
    problems: list[str] = []
    for calm in what.calms:
        if not run_until(simulation, calm.from_us):
            problems.append(f"{RAN_AWAY}: {MOST_EVENTS} events by {simulation.cluster.now_us} us")
            break
        before = highest_commit(simulation.cluster)
        run_until(simulation, calm.to_us)
        problems += dead(simulation.cluster, calm, before)
    problems += [f"{it.invariant} at event {it.position}: {it.text}" for it in checker.broken]
    scenario = what.scenario
    return Outcome(scenario.seed, simulation.cluster.position, scenario.end_us or 0, tuple(problems))


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
    """What should live at the end of a calm, and doesn't."""
    leaders = [
        name for name in calm.majority if cluster.nodes[name].role is LEADER and cluster.nodes[name].status is UP
    ]
    if not leaders:
        return [f"{NO_LEADER} {', '.join(calm.majority)} after {_CALM_TIMEOUTS} calm timeouts at {calm.to_us} us"]
    if all(cluster.nodes[name].commit_index <= commit_before for name in leaders):
        return [f"{', '.join(leaders)} {NO_COMMIT} up to {calm.to_us} us"]
    return []
