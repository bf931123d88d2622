"""How a campaign is drawn: random sizes, parameters, clients and faults, all from one seed.

The parameters are drawn from all that the engine knows, kept to what can live: a round trip fits into a timeout, a
change of members comes with check-quorum (else a removed server disturbs the others for ever, as the dissertation
says in 4.2.3), a lease comes without nudged timers (a server that doesn't wait breaks the promise that it rests on).
A flavour (sim.flavours) replaces the parts in which it differs.
"""

from __future__ import annotations

from typing import Any

from raftlab.core.chance import Chance
from raftlab.core.commands import (
    AnyCommand,
    ChangeMembers,
    Crash,
    Heal,
    Partition,
    Pause,
    Restart,
    Resume,
    SetClock,
    SetDisk,
    SetLink,
    SetTimer,
    StallDisk,
    TakeSnapshot,
    TransferLeadership,
)
from raftlab.core.model import LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import Scenario
from raftlab.sim.campaign import CALM_TIMEOUTS, Calm, Campaign

_DISTRIBUTIONS = ("uniform", "uniform", "exponential", "normal", "pareto")


class Dice:
    """Draws in a row, for one seed."""

    def __init__(self, seed: int) -> None:
        self._chance = Chance(seed)
        self._count = 0

    def between(self, low: int, high: int) -> int:
        self._count += 1
        return self._chance.between(low, high, "campaign", "", self._count)

    def one_in(self, n: int) -> bool:
        return self.between(1, n) == 1

    def pick(self, names: list[str] | tuple[str, ...]) -> str:
        return names[self.between(0, len(names) - 1)]


class Drawing:
    """One campaign being drawn."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = dice = Dice(seed)
        self.nodes = [f"n{number}" for number in range(1, self.size() + 1)]
        self.shortest = dice.between(100, 300) * 1000
        self.changes_members = self.is_about_members()
        self.spares = ["n8", "n9"][: dice.between(0, 2)] if self.changes_members else []
        self.parameters = self.draw_parameters()
        self.link = self.draw_link()
        self.script: list[Scheduled] = []
        self.torn: list[str] = []

    def size(self) -> int:
        """How many nodes there are to begin with."""
        return self.dice.between(1, 7)

    def is_about_members(self) -> bool:
        """Whether members change."""
        return self.dice.one_in(3)

    def campaign(self) -> Campaign:
        """Some chaos, perhaps a lull and more chaos, and a calm in which the cluster must live."""
        dice, now_us = self.dice, 0
        for last in [False, True] if dice.one_in(3) else [True]:
            now_us = self.chaos(now_us, dice.between(8, 40))
            majority = self._settle(now_us, whole=self.changes_members or dice.one_in(2))
            if not last:
                now_us += 6 * self.parameters.election_timeout_max_us
        end_us = now_us + CALM_TIMEOUTS * self.parameters.election_timeout_max_us
        clocks, workloads = self.clocks(), self.workloads()
        scenario = Scenario(
            f"campaign-{self.seed}", f"Campaign {self.seed}", "", tuple(self.nodes), self.seed, self.parameters,
            self.link, {}, tuple(self.script), workloads, end_us, clocks=clocks,
        )  # fmt: skip
        return Campaign(scenario, (Calm(now_us, end_us, majority),))

    # -- how it is set ---------------------------------------------------------------------------------------

    def clocks(self) -> dict[str, int]:
        """How fast each node's clock runs, in parts per million; within what a lease allows for."""
        dice, drift = self.dice, self.parameters.clock_drift_ppm
        return {name: 1_000_000 + dice.between(-drift, drift) for name in self.nodes} if dice.one_in(2) else {}

    def draw_parameters(self) -> Parameters:
        """Any that can live."""
        dice, shortest = self.dice, self.shortest
        snapshots = dice.one_in(2)
        disk = dice.one_in(3)
        return Parameters(
            election_timeout_min_us=shortest,
            election_timeout_max_us=shortest * 2,
            heartbeat_interval_us=shortest // dice.between(3, 5),
            noop_on_election=dice.one_in(2),
            back_off="by_term" if dice.one_in(2) else "by_one",
            max_entries_per_message=dice.between(1, 16),
            pre_vote=dice.one_in(2),
            pre_vote_heeds_leader=dice.one_in(2),
            check_quorum=self.changes_members or dice.one_in(2),
            max_inflight=dice.between(1, 8) if dice.one_in(2) else 0,
            batch_delay_us=dice.between(1, shortest // 20) if dice.one_in(4) else 0,
            separate_heartbeats=dice.one_in(3),
            membership="single" if dice.one_in(2) else "joint",
            auto_leave=True,
            catch_up_rounds=dice.between(0, 10),
            config_on="apply" if dice.one_in(3) else "append",
            read_mode=dice.pick(("read_index", "read_index", "lease", "log")),
            snapshot_count=dice.between(1, 20) if snapshots else 0,
            catch_up_entries=dice.between(0, 8) if snapshots else 0,
            snapshot_chunk=dice.between(20, 200) if dice.one_in(3) else 0,
            forward_proposals=dice.one_in(4),
            disk_write_us=dice.between(0, 50) if disk else 0,
            disk_fsync_us=dice.between(1, shortest // 20) if disk else 0,
            disk_fsync_jitter_us=dice.between(0, shortest // 20) if disk else 0,
        )

    def draw_link(self) -> LinkModel:
        """How all links behave until a fault changes one."""
        # A round trip must fit into the shortest timeout several times, or nobody can lead (5.6).
        dice, shortest = self.dice, self.shortest
        return LinkModel(
            latency_us=shortest // dice.between(20, 60),
            jitter_us=shortest // dice.between(20, 60),
            loss_ppm=dice.between(0, 20_000),
            duplicate_ppm=dice.between(0, 100_000),
            reorder=dice.one_in(2),
            distribution=dice.pick(_DISTRIBUTIONS),
            bandwidth=dice.between(200_000, 10_000_000) if dice.one_in(4) else 0,
        )

    def workloads(self) -> tuple[Workload, ...]:
        """Clients on a few keys: one that only asks once, some with sessions, some that read."""
        dice = self.dice
        pace_us = self.pace()
        wait_us = 2 * self.parameters.election_timeout_max_us
        loads = [Workload(pace_us, "k{n}=v{n}")]
        for number in range(2, 2 + dice.between(0, 2)):
            text = dice.pick((f"a=c{number}.{{n}}", f"b=c{number}.{{n}}", "add a 1"))
            loads.append(Workload(pace_us, text, dice.between(0, pace_us), f"c{number}", None, wait_us))
        for number in range(4, 4 + dice.between(0, 2)):
            asked = None if dice.one_in(2) else dice.pick(self.nodes)
            loads.append(Workload(pace_us, "a", dice.between(0, pace_us), f"c{number}", "linearizable", None, asked))
        return tuple(loads)

    def pace(self) -> int:
        """How often the clients ask.

        A leader that steps back one entry a round trip, or sends one at a time, needs a round trip for each entry
        that a follower lacks: it lives, and yet commits nothing for as long as that takes. Its clients ask seldom, so
        that a calm is long enough to catch up in.
        """
        dice, shortest = self.dice, self.shortest
        if self.parameters.back_off == "by_one" or self.parameters.max_entries_per_message < 8:
            return dice.between(2 * shortest, 4 * shortest)
        return dice.between(shortest // 4, shortest)

    # -- what is done to it ----------------------------------------------------------------------------------

    def give(self, now_us: int, *commands: AnyCommand) -> None:
        """Put commands into the script; the script is in the order of time."""
        self.script += [Scheduled(now_us, command) for command in commands]

    def chaos(self, now_us: int, faults: int) -> int:
        """Faults at random times; returns when they end."""
        for _ in range(faults):
            now_us += self.dice.between(0, 2 * self.shortest)
            self.give(now_us, self.fault())
        return now_us + self.dice.between(1, self.shortest)

    def fault(self) -> AnyCommand:
        """Any fault at all."""
        dice, nodes, shortest = self.dice, self.nodes, self.shortest
        whom = "leader" if dice.one_in(2) else dice.pick(nodes)
        other = dice.pick(nodes)
        kind = dice.between(1, 20)
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
        if kind <= 11 and self.parameters.read_mode != "lease":
            return SetTimer(dice.pick(nodes), dice.between(0, shortest // 4))
        if kind == 12 and whom != other:
            return SetLink(whom, other, cut=True)
        if kind == 13 and whom != other:
            # A long delay: a message may arrive when two elections have passed.
            return SetLink(
                whom, other, latency_us=dice.between(1, 3 * shortest), loss_ppm=dice.between(0, 600_000), reorder=True
            )
        return self._manoeuvre(kind, whom, other)

    def _manoeuvre(self, kind: int, whom: str, other: str) -> AnyCommand:
        """What an operator does, at the worst of times."""
        dice, parameters = self.dice, self.parameters
        if kind == 14:
            return TransferLeadership(other)
        if kind == 15:
            return TakeSnapshot(other)
        if kind == 16 and parameters.disk_fsync_us:
            return StallDisk(whom, dice.between(1, 3 * self.shortest))
        if kind == 17 and parameters.disk_fsync_us:
            return SetDisk(other, 0, dice.between(0, self.shortest // 4), dice.between(0, self.shortest // 10))
        if kind == 18 and parameters.read_mode != "lease":
            return SetClock(other, 1_000_000 + dice.between(-200_000, 200_000))
        if self.changes_members:
            everybody = [*self.nodes, *self.spares]
            voters = [name for name in everybody if not dice.one_in(3)] or [other]
            learners = tuple(name for name in everybody if name not in voters and dice.one_in(3))
            mode = dice.pick(("joint", "single"))
            if mode == "single":
                # One name more or fewer than at first has a better chance to be one change than a random set.
                voters = [name for name in self.nodes if name != other] or [other]
                voters = [*self.nodes, *self.spares[:1]] if dice.one_in(2) else voters
                learners = tuple(name for name in learners if name not in voters)
            return ChangeMembers(tuple(voters), learners, mode)
        return Crash(whom) if kind == 20 else Restart(other)

    def _settle(self, now_us: int, *, whole: bool) -> tuple[str, ...]:
        """Let a majority (all, if `whole`) be up and connected, the rest down or cut off; returns the majority."""
        dice = self.dice
        named = {name for it in self.script for name in getattr(it.command, "voters", ())}
        named |= {name for it in self.script for name in getattr(it.command, "learners", ())}
        everybody = [*self.nodes, *(name for name in self.spares if name in named)]
        away = 0 if whole else dice.between(0, (len(everybody) - 1) // 2)
        # A server whose disk lost something never starts again: it is none of those that must live.
        away = max(away, len(self.torn))
        rest = list(everybody)
        for _ in range(len(everybody) - away):
            rest.remove(dice.pick([name for name in rest if name not in self.torn]))
        majority = tuple(name for name in everybody if name not in rest)
        commands: list[AnyCommand] = [Heal()]
        fields: dict[str, Any] = {name: getattr(self.link, name) for name in self.link.__struct_fields__}
        for source in everybody:
            for target in everybody:
                if source != target:
                    commands.append(SetLink(source, target, **fields))
        for name in majority:
            commands += [Restart(name), Resume(name)]
        commands += self._mend_machines()
        if rest:
            commands.append(Partition((majority, tuple(rest))) if dice.one_in(2) else Crash(rest[0]))
            commands += [Crash(name) for name in rest[1:]] if isinstance(commands[-1], Crash) else []
        self.give(now_us, *commands)
        return majority

    def _mend_machines(self) -> list[AnyCommand]:
        """Disks and clocks as they should be, where the chaos touched them."""
        commands: list[AnyCommand] = []
        touched = {(type(it.command), getattr(it.command, "node", "")) for it in self.script}
        it = self.parameters
        for kind, name in sorted(touched, key=lambda pair: (pair[0].__name__, str(pair[1]))):
            if kind is SetDisk:
                commands.append(SetDisk(name, it.disk_write_us, it.disk_fsync_us, it.disk_fsync_jitter_us))
            elif kind is StallDisk and name != "leader":
                commands.append(StallDisk(name, 0))
            elif kind is SetClock:
                commands.append(SetClock(name, 1_000_000))
        return commands
