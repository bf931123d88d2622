"""Campaigns that look closely at one thing.

Each plays dances, in which the order of the steps is fixed and all else is drawn. A dance brings about
what a rule is there for (two leaders with a change that the other hasn't seen, a voter that restarts between two
requests for its vote), and ordinary faults happen in between. Nudged election timers choose who stands; whether it wins
is up to the rules.
"""

from __future__ import annotations

from msgspec.structs import replace

from raftlab.core.commands import (
    ChangeMembers,
    Crash,
    Heal,
    Partition,
    Restart,
    SetLink,
    SetTimer,
    StallDisk,
    TransferLeadership,
)
from raftlab.core.model import LinkModel, Parameters, Workload
from raftlab.sim.drawing import Drawing

_FAULTS_A_DANCE = 16
"""So many ordinary faults cost about as many events as one dance."""


class Dances(Drawing):
    """Dances, each with an ordinary fault or two before it. A flavour says what a dance is."""

    def chaos(self, now_us: int, faults: int) -> int:
        for _ in range(1 + faults // _FAULTS_A_DANCE):
            for _ in range(self.dice.between(0, 2)):
                now_us = self.wait(now_us, 0, 8)
                self.give(now_us, self.fault())
            now_us = self.dance(now_us)
        return self.wait(now_us, 0, 4)

    def dance(self, now_us: int) -> int:
        """One of what this flavour is about; returns when it ends."""
        raise NotImplementedError

    # -- steps of a dance ------------------------------------------------------------------------------------

    def wait(self, now_us: int, low: int, high: int) -> int:
        """A moment later: between so many quarters of the shortest election timeout."""
        quarter = self.shortest // 4
        return now_us + self.dice.between(low * quarter, high * quarter)

    def whole(self, now_us: int) -> int:
        """Everybody is up and hears everybody, for long enough that somebody leads."""
        self.give(now_us, Heal(), *[Restart(name) for name in self.nodes])
        return self.wait(now_us, 8, 16)

    def stand(self, now_us: int, name: str) -> int:
        """A node stands for election at once, and has the time to win."""
        self.give(now_us, SetTimer(name, 0))
        return self.wait(now_us, 1, 3)

    def part(self, now_us: int, side: list[str]) -> None:
        """Cut off these from all others."""
        rest = [name for name in [*self.nodes, *self.spares] if name not in side]
        self.give(now_us, Partition((tuple(side), tuple(rest))))

    def shuffled(self) -> list[str]:
        """The nodes in a random order."""
        left, order = list(self.nodes), []
        while left:
            order.append(self.dice.pick(left))
            left.remove(order[-1])
        return order


class Members(Dances):
    """Small clusters whose members change, one voter at a time, while leaders are cut off and replaced (section 6)."""

    def size(self) -> int:
        return min(4, self.dice.between(2, 5))

    def is_about_members(self) -> bool:
        return True

    def draw_parameters(self) -> Parameters:
        self.spares = ["n8", "n9"]
        it = super().draw_parameters()
        return replace(
            it, noop_on_election=self.dice.one_in(4), pre_vote=False, config_on="append",
            catch_up_rounds=0 if self.dice.between(1, 4) > 1 else it.catch_up_rounds, read_mode="read_index",
        )  # fmt: skip

    def workloads(self) -> tuple[Workload, ...]:
        # Seldom: what an old and a new leader append before they change members decides whose log is longer.
        pace_us = self.dice.between(self.shortest, 3 * self.shortest)
        return (
            Workload(pace_us, "k{n}=v{n}"),
            Workload(pace_us, "a={n}", 0, "c2", None, None, self.dice.pick(self.nodes)),
        )

    def dance(self, now_us: int) -> int:
        voters = list(self.nodes)
        order = self.shuffled()
        now_us = self.whole(now_us)
        # Whatever an earlier dance has left: the first voters, and the first leader, which commits something.
        self.give(now_us, ChangeMembers(tuple(voters), (), "joint"))
        now_us = self.wait(now_us, 4, 8)
        self.give(now_us, TransferLeadership(order[0]))
        now_us = self.wait(now_us, 8, 16)
        return self._crossed(now_us, order) if len(order) == 4 and self.dice.one_in(2) else self._grown(now_us, order)

    def _grown(self, now_us: int, order: list[str]) -> int:
        """One leader adds servers while hardly anybody can hear it; the others go on without it."""
        first, second, *others = order
        early, joined = self.dice.one_in(2), [first, *self.spares]
        if early:
            self.part(now_us, joined)
        elif others and self.dice.one_in(2):
            self.part(now_us, others[-1:])  # one that hears of nothing
        for wanted in self._steps(first):
            self.give(now_us, ChangeMembers(tuple(wanted), (), "single"))
            now_us = self.wait(now_us, 0, 1 if early else 3)
        if self.dice.one_in(2):
            forgetful = second if self.dice.one_in(2) else first
            self.give(now_us, Crash(forgetful), Restart(forgetful))
        self.part(now_us, joined)
        now_us = self.stand(self.wait(now_us, 4, 6), second)
        return self.wait(now_us, 2, 12)

    def _crossed(self, now_us: int, order: list[str]) -> int:
        """Two leaders, each with a change that the other hasn't heard of (raft-dev, July 2015)."""
        first, second, third, _ = order
        joined = [first, *self.spares]
        self.part(now_us, joined)
        self.give(now_us, ChangeMembers((*self.nodes, self.spares[0]), (), "single"))
        # No voter helps to replace a leader that it heard of within the shortest timeout.
        now_us = self.wait(now_us, 4, 5)
        self.give(now_us, SetTimer(second, 0))
        now_us += self.dice.between(2 * self.link.latency_us, self.shortest // 4)
        # One of those who elected the second leader comes over to the first, before it hears of any entry.
        self.part(now_us, [*joined, third])
        self.give(now_us, ChangeMembers(tuple(name for name in self.nodes if name != first), (), "single"))
        now_us = self.wait(now_us, 4, 6)
        for _ in range(self.dice.between(1, 3)):
            now_us = self.stand(now_us, first)
        return self.wait(now_us, 2, 8)

    def _steps(self, first: str) -> list[list[str]]:
        """What the first leader is asked for, in a row: what it may do, or what it must refuse."""
        one, both = self.spares
        grown = [[*self.nodes, one], [*self.nodes, one, both]]
        return [[first, one, both]] if self.dice.one_in(3) else grown


class Reads(Dances):
    """Readers who ask fixed servers, while leaders are cut off for long and don't know that they are replaced (6.4)."""

    def size(self) -> int:
        return self.dice.between(3, 5)

    def is_about_members(self) -> bool:
        return False

    def draw_parameters(self) -> Parameters:
        """Leases among them, with elections that follow as soon as they may."""
        it, dice = super().draw_parameters(), self.dice
        self.slow = dice.pick(self.nodes)
        mode = dice.pick(("read_index", "lease"))
        longest = self.shortest + self.shortest // dice.between(1, 8)
        return replace(
            it, read_mode=mode, check_quorum=dice.one_in(4), noop_on_election=dice.one_in(4), back_off="by_term",
            clock_drift_ppm=dice.between(100_000, 300_000) if mode == "lease" else it.clock_drift_ppm,
            max_entries_per_message=8, pre_vote=dice.one_in(4), election_timeout_max_us=longest, batch_delay_us=0,
        )  # fmt: skip

    def draw_link(self) -> LinkModel:
        """Quick ones: a new leader has answered somebody before an old one's lease would be over."""
        return replace(super().draw_link(), latency_us=self.shortest // 60, jitter_us=self.shortest // 60)

    def clocks(self) -> dict[str, int]:
        """As far apart as a lease allows for: then it just holds."""
        drift = self.parameters.clock_drift_ppm
        if self.parameters.read_mode != "lease":
            return super().clocks()
        return {name: 1_000_000 + (-drift if name == self.slow else drift) for name in self.nodes}

    def workloads(self) -> tuple[Workload, ...]:
        dice, leases = self.dice, self.parameters.read_mode == "lease"
        pace_us = self.shortest // (8 if leases else 2)  # a lease costs no messages
        readers = [
            Workload(pace_us, "a", dice.between(0, pace_us), f"r{name}", "linearizable", None, name)
            for name in ([self.slow] if leases else self.nodes)
        ]
        return (Workload(self.shortest // (6 if leases else dice.between(1, 4)), "a=w{n}"), *readers)

    def dance(self, now_us: int) -> int:
        """A leader with a clock of its own is cut off or crashes, and the others go on without it."""
        name = self.slow if self.dice.one_in(2) else self.dice.pick(self.nodes)
        now_us = self.whole(now_us)
        self.give(now_us, TransferLeadership(name))
        now_us = self.wait(now_us, 4, 8)
        if self.dice.one_in(3):
            self.give(now_us, Crash("leader"))
        else:
            with_it = [self.dice.pick(self.nodes)] if len(self.nodes) > 4 else []
            self.part(now_us, list(dict.fromkeys([name, *with_it])))
        return self.wait(now_us, 6, 16)


class Snapshots(Drawing):
    """Logs that are compacted all the time, followers that lag behind, messages that come late or twice (section 7)."""

    def draw_parameters(self) -> Parameters:
        dice = self.dice
        return replace(
            super().draw_parameters(), snapshot_count=dice.between(1, 4), catch_up_entries=dice.between(0, 2),
            snapshot_chunk=dice.between(20, 100) if dice.one_in(2) else 0,
        )  # fmt: skip

    def draw_link(self) -> LinkModel:
        return replace(super().draw_link(), duplicate_ppm=self.dice.between(100_000, 300_000), reorder=True)


class Disks(Dances):
    """Slow disks, and crashes before what was written is durable (Figure 2)."""

    def size(self) -> int:
        return self.dice.between(3, 5)

    def is_about_members(self) -> bool:
        return False

    def draw_parameters(self) -> Parameters:
        it, dice, shortest = super().draw_parameters(), self.dice, self.shortest
        return replace(
            it, disk_write_us=0, disk_fsync_us=dice.between(shortest // 40, shortest // 10), disk_fsync_jitter_us=0,
            pre_vote=False, check_quorum=False, read_mode="read_index",
        )  # fmt: skip

    def dance(self, now_us: int) -> int:
        """Two stand almost together, and who has voted for one forgets what isn't on disk; or a disk loses its end."""
        dice = self.dice
        first, second, voter, *_ = self.shuffled()
        now_us = self.whole(now_us)
        if not self.torn and dice.one_in(2):
            return self._tear(now_us, voter, second)
        slow_us = dice.between(self.shortest // 8, self.shortest // 2)
        self.give(
            now_us, SetLink(second, voter, latency_us=slow_us), StallDisk(voter, slow_us if dice.one_in(2) else 0)
        )
        self.give(now_us, SetTimer(first, 0), SetTimer(second, 0))
        now_us += dice.between(self.link.latency_us, self.shortest // 4)
        self.give(now_us, Crash(voter), Restart(voter))
        now_us = self.wait(now_us, 1, 4)
        self.give(now_us, SetLink(second, voter, latency_us=self.link.latency_us))
        return now_us

    def _tear(self, now_us: int, voter: str, away: str) -> int:
        """A server loses entries that it has acknowledged; and one that has never had them may stand."""
        self.torn = [voter]
        self.part(now_us, [away])
        now_us = self.wait(now_us, 8, 16)
        self.give(now_us, Crash(voter, self.dice.between(1, 8)), Restart(voter), Crash("leader"), Heal())
        return self.stand(now_us, away)


class FigureEight(Dances):
    """Leaders that crash when only some hold what they have appended, one after the other (5.4.2, Figure 8)."""

    def size(self) -> int:
        return 5

    def is_about_members(self) -> bool:
        return False

    def draw_parameters(self) -> Parameters:
        return replace(
            super().draw_parameters(), noop_on_election=False, pre_vote=False, check_quorum=False,
            read_mode="read_index", snapshot_count=0, batch_delay_us=0,
        )  # fmt: skip

    def dance(self, now_us: int) -> int:
        """Figure 8 from (a) to (d), if the clients ask at the right times."""
        one, two, three, _, five = self.shuffled()
        now_us = self.stand(self.whole(now_us), one)
        self.part(now_us, [one, two])
        now_us = self.wait(now_us, 2, 10)
        self.give(now_us, Crash(one), Heal())
        now_us = self.stand(now_us, five)
        self.part(now_us, [five])
        now_us = self.wait(now_us, 2, 10)
        self.give(now_us, Crash(five), Restart(one), Heal())
        now_us = self.stand(now_us, one)
        self.part(now_us, [one, two, three])
        now_us = self.stand(self.wait(now_us, 0, 4), one)
        self.give(now_us, Crash(one), Restart(five), Heal())
        now_us = self.stand(self.stand(now_us, five), five)
        return self.wait(now_us, 2, 8)
