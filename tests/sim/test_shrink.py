"""Shrinking: smaller, never another failure, never an unfair one, and never without end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from raftlab.core.commands import (
    ChangeMembers,
    Crash,
    Heal,
    Partition,
    Pause,
    Restart,
    SetClock,
    SetDisk,
    SetLink,
    SetParameter,
    SetTimer,
)
from raftlab.core.events import History
from raftlab.core.log import UNKNOWN
from raftlab.core.model import DiskModel, Entry, LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import Scenario
from raftlab.engine import Rules
from raftlab.sim.campaign import NO_COMMIT, NO_LEADER, play
from raftlab.sim.chaos import campaign
from raftlab.sim.failing import ASSERTION, Life, Safety, shrink_campaign
from raftlab.sim.shrink import PLAIN_LINK, Failure, Shrunk, shrink, without_strangers


def always(*args: Any) -> bool:
    return True


def nothing(*args: Any) -> None:
    """A rule that does nothing."""


def never_twice_the_same(step: Any) -> None:
    step.timer(step, "election", step.cluster.parameters.election_timeout_min_us, None, True)


def without(rule: str, function: Callable[..., Any]) -> Rules:
    rules = Rules()
    setattr(rules, rule, function)
    return rules


def crash_after_partition(scenario: Scenario) -> Failure | None:
    """Fails at a crash after a partition: a stand-in for a fault that takes two commands."""
    parted = False
    for scheduled in scenario.script:
        if parted and isinstance(scheduled.command, Crash):
            return Failure("toy", f"{scheduled.command.node} crashed", scheduled.at_us)
        parted = parted or isinstance(scheduled.command, Partition)
    return None


# -- any predicate -----------------------------------------------------------------------------------------------


def test_what_has_no_part_in_it_goes() -> None:
    found = shrink(campaign(1).scenario, crash_after_partition, budget=1000)

    small = found.scenario
    first, last = small.script
    assert isinstance(first.command, Partition)
    assert [len(group) for group in first.command.groups] == [1]
    assert isinstance(last.command, Crash)
    assert (first.at_us, last.at_us, small.end_us) == (0, 0, 0)
    assert set(small.nodes) <= {"n1", "n2"}
    assert (small.workloads, small.parameters, small.link) == ((), Parameters(), PLAIN_LINK)
    assert (found.broken, found.text) == ("toy", f"{last.command.node} crashed")


def test_a_command_is_plain_and_its_times_are_round() -> None:
    def slow_link(scenario: Scenario) -> Failure | None:
        for scheduled in scenario.script:
            command = scheduled.command
            slow = isinstance(command, SetLink) and command.latency_us is not UNKNOWN and command.latency_us >= 50_000
            if slow and scheduled.at_us >= 700_000:
                return Failure("slow", "", scheduled.at_us)
        return None

    link = SetLink("n1", "n2", both=True, latency_us=54_321, loss_ppm=1000)
    start = Scenario(script=(Scheduled(123_456, SetTimer("n1", 7)), Scheduled(1_234_567, link)), end_us=9_000_000)

    small = shrink(start, slow_link, budget=200).scenario

    (only,) = small.script
    assert only.command == SetLink("n1", "n2", latency_us=50_000)
    assert 700_000 <= only.at_us <= 900_000
    assert only.at_us % 1000 == 0


def test_a_client_asks_as_seldom_as_it_can() -> None:
    def asks_twice_a_second(scenario: Scenario) -> Failure | None:
        paces = [load.every_us for load in scenario.workloads]
        return Failure("busy", "", 10_000_000) if min(paces, default=10**9) <= 500_000 else None

    start = Scenario(workloads=(Workload(1_000), Workload(900_000, client="c2")), end_us=10_000_000)

    (load,) = shrink(start, asks_twice_a_second, budget=200).scenario.workloads

    assert 200_000 <= load.every_us <= 500_000


def test_what_names_a_node_that_is_not_there_goes() -> None:
    change = ChangeMembers(("n1", "n4"))
    script = (Crash("n4"), Crash("leader"), change, Crash("n4"), Crash("n3"), Partition((("n1",), ("n9",))))
    scenario = Scenario(nodes=("n1", "n2"), script=tuple(Scheduled(at_us, it) for at_us, it in enumerate(script)))

    left = [scheduled.command for scheduled in without_strangers(scenario).script]

    assert left == [Crash("leader"), change, Crash("n4")]


def test_no_candidate_names_a_node_that_is_not_there() -> None:
    asked: list[Scenario] = []

    def crashes_a_new_one(scenario: Scenario) -> Failure | None:
        asked.append(scenario)
        return Failure("new", "", 9) if Crash("n4") in [it.command for it in scenario.script] else None

    change, only = ChangeMembers(("n1", "n4")), ChangeMembers(("n2",))
    script = (Pause("n9"), only, change, Crash("n4"), Heal())
    start = Scenario(nodes=("n1", "n2"), script=tuple(Scheduled(at_us, it) for at_us, it in enumerate(script)))

    small = shrink(start, crashes_a_new_one, budget=200).scenario

    assert [it.command for it in small.script] in ([ChangeMembers(("n1", "n4")), Crash("n4")],
                                                   [ChangeMembers(("n4",)), Crash("n4")])  # fmt: skip
    assert all(without_strangers(one) == one for one in asked)
    assert all(it.command.voters for one in asked for it in one.script if isinstance(it.command, ChangeMembers))


def test_a_change_of_members_follows_when_nodes_go() -> None:
    def three_vote(scenario: Scenario) -> Failure | None:
        commands = [scheduled.command for scheduled in scenario.script]
        found = any(isinstance(it, ChangeMembers) and len(it.voters) == 3 for it in commands)
        return Failure("three", "", 2) if found else None

    script = (Scheduled(1, Crash("n8")), Scheduled(2, ChangeMembers(("n3", "n5", "n8"), ("n2",))))

    small = shrink(Scenario(script=script), three_vote, budget=200).scenario

    assert small.nodes == ("n1", "n2")
    assert [it.command for it in small.script] == [ChangeMembers(("n1", "n2", "n8"))]


def test_what_single_nodes_begin_with_goes_or_follows_its_node() -> None:
    old = History(3, None, (Entry(1, 3),))

    def begins_with_an_entry(scenario: Scenario) -> Failure | None:
        return Failure("old", "", 0) if old in scenario.histories.values() else None

    start = Scenario(histories={"n2": History(9), "n4": old, "n5": History(9)}, workloads=(Workload(1, "y", 7),))

    small = shrink(start, begins_with_an_entry, budget=200).scenario

    assert (small.nodes, small.histories) == (("n1",), {"n1": old})


def test_a_client_asks_nothing_unusual() -> None:
    def asks(scenario: Scenario) -> Failure | None:
        return Failure("asked", "", 0) if scenario.workloads else None

    small = shrink(Scenario(workloads=(Workload(1, "k{n}=v{n}", 7),), end_us=0), asks, budget=200).scenario

    assert small.workloads == (Workload(1),)


def test_a_command_moves_only_where_that_makes_the_failure_sooner() -> None:
    def at_ten_seconds(scenario: Scenario) -> Failure | None:
        return Failure("late", "", 10_000_000) if scenario.script else None

    start = Scenario(script=(Scheduled(3_000_000, Heal()),), end_us=20_000_000)

    small = shrink(start, at_ten_seconds, budget=200).scenario

    assert (small.script, small.end_us) == (start.script, 10_000_000)


def another_below_ten(scenario: Scenario) -> Failure | None:
    """Fails for any reason; what for depends on the number of commands."""
    return Failure("ours" if len(scenario.script) >= 10 else "another", "", scenario.end_us or 0)


def test_no_other_failure_is_taken_for_it() -> None:
    found = shrink(campaign(1).scenario, another_below_ten, budget=1000)

    assert (found.broken, len(found.scenario.script)) == ("ours", 10)


def test_names_follow_when_nodes_go() -> None:
    def cut_from_the_last(scenario: Scenario) -> Failure | None:
        last = scenario.nodes[-1]
        commands = [scheduled.command for scheduled in scenario.script]
        return Failure("cut", "", 0) if SetLink("n1", last, cut=True) in commands and last != "n1" else None

    start = Scenario(script=(Scheduled(0, SetLink("n1", "n5", cut=True)), Scheduled(0, Crash("n3"))), end_us=1000)

    small = shrink(start, cut_from_the_last, budget=200).scenario

    assert small.nodes == ("n1", "n2")
    assert small.script == (Scheduled(0, SetLink("n1", "n2", cut=True)),)


@pytest.mark.parametrize("budget", [1, 7, 20])
def test_no_more_runs_than_allowed(budget: int) -> None:
    asked: list[Scenario] = []

    def counting(scenario: Scenario) -> Failure | None:
        asked.append(scenario)
        return crash_after_partition(scenario)

    found = shrink(campaign(1).scenario, counting, budget=budget)

    assert found.tried == len(asked) == budget
    assert crash_after_partition(found.scenario) is not None
    assert all(scheduled.at_us <= (found.scenario.end_us or 0) for scheduled in found.scenario.script)


def test_nothing_is_tried_twice() -> None:
    asked: list[Scenario] = []

    def counting(scenario: Scenario) -> Failure | None:
        asked.append(scenario)
        return another_below_ten(scenario)

    shrink(campaign(3).scenario, counting, budget=1000)

    assert all(one not in asked[:place] for place, one in enumerate(asked))


def test_what_does_not_fail_is_our_mistake() -> None:
    with pytest.raises(AssertionError, match="doesn't fail"):
        shrink(Scenario(), lambda scenario: None, budget=10)


# -- campaigns ---------------------------------------------------------------------------------------------------


def found_by(seed: int, rules: Rules) -> Shrunk:
    found = shrink_campaign(campaign(seed), budget=300, rules=rules)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("rule", "function", "invariant", "seed"),
    [
        ("vote_once", always, "Vote Once", 12),
        ("vote_once", always, "Vote Once", 27),
        ("compare_logs", always, "Leader Completeness", 6),
        ("compare_logs", always, "Leader Completeness", 18),
    ],
)
def test_a_broken_invariant_needs_few_commands(
    rule: str, function: Callable[..., Any], invariant: str, seed: int
) -> None:
    rules, what = without(rule, function), campaign(seed)

    found = found_by(seed, rules)

    small = found.scenario
    assert found.broken == invariant
    assert 4 * len(small.script) <= len(what.scenario.script)
    assert 4 * len(small.script) <= 20
    assert (small.end_us or 0) < (what.scenario.end_us or 0)
    # The campaign's own player, which knows nothing of shrinking, says the same; with all rules in force it is safe.
    assert found.text in play(replace(what, scenario=small, calms=whole(small)), rules=rules).problems
    assert Safety()(small) is None


def whole(scenario: Scenario) -> tuple[Any, ...]:
    """A calm that is none, so that `play` plays a scenario to its end."""
    from raftlab.sim.campaign import Calm

    return (Calm(scenario.end_us or 0, scenario.end_us or 0, scenario.nodes),)


@pytest.mark.parametrize(
    ("rule", "function", "problem", "seed"),
    [
        ("randomize_timeout", never_twice_the_same, NO_LEADER, 57),
        ("adopt_term", nothing, NO_LEADER, 4),
        ("back_off", nothing, NO_COMMIT, 8),
        ("back_off", nothing, NO_COMMIT, 9),
    ],
)
def test_a_dead_cluster_is_dead_for_its_rule_alone(
    rule: str, function: Callable[..., Any], problem: str, seed: int
) -> None:
    rules, what = without(rule, function), campaign(seed)

    found = found_by(seed, rules)

    small = found.scenario
    assert found.broken == problem
    assert 4 * len(small.script) <= len(what.scenario.script)
    calm_us = what.calms[0].to_us - what.calms[0].from_us
    assert Life(small, calm_us, rules)(small) is not None
    assert Life(small, calm_us)(small) is None, "the true rules live there: the shrunk calm is a fair one"


def test_a_rule_that_asserts_is_a_failure_too() -> None:
    found = found_by(0, without("check_consistency", always))

    assert found.broken == ASSERTION
    assert "hold" in found.text
    assert len(found.scenario.script) <= 4


def test_same_seed_same_scenario() -> None:
    rules = without("vote_once", always)

    assert found_by(27, rules) == found_by(27, rules)


def test_a_sound_campaign_has_nothing_to_shrink() -> None:
    assert shrink_campaign(campaign(0), budget=10) is None


# -- what is fair ------------------------------------------------------------------------------------------------

STUCK = without("is_quorum", lambda *args: False)
QUIET = Scenario(nodes=("n1", "n2", "n3"), end_us=30_000_000, workloads=(Workload(200_000),))


def dead(script: tuple[Any, ...], **changed: Any) -> bool:
    """Whether Life calls it dead, under rules that never elect anybody."""
    scheduled = tuple(Scheduled(1_000_000, command) for command in script)
    scenario = replace(QUIET, script=scheduled, **changed)
    return Life(QUIET, 5_000_000, STUCK)(scenario) is not None


def test_a_cluster_is_dead_only_where_a_leader_can_be_asked_for() -> None:
    lossy = SetLink("n1", "n2", loss_ppm=999_999)
    assert dead(())
    assert dead((Crash("n1"),))
    assert dead((Crash("n1"), Crash("n2"), Restart("n2")))
    assert dead((Partition((("n1", "n2"), ("n3",))),))
    assert dead((lossy, Crash("n1")))
    assert not dead((Crash("n1"), Crash("n2")))
    assert not dead((Pause("n1"), Crash("n2")))
    assert not dead((Partition((("n1",), ("n2",), ("n3",))),))
    assert not dead((SetLink("n1", "n2", cut=True),))
    assert not dead((SetLink("n1", "n3", both=True, cut=True),)), "n3 disturbs n2, whose majority doesn't hear it"
    assert not dead((lossy,))
    assert dead((lossy, Heal(), Partition((("n2", "n3"),))))


def test_settings_are_as_fair_as_they_were() -> None:
    assert dead((), link=replace(LinkModel(), jitter_us=0))
    assert dead((), workloads=())
    assert not dead((), link=replace(LinkModel(), loss_ppm=1))
    assert not dead((), link=replace(LinkModel(), latency_us=10_001))
    assert not dead((), workloads=(Workload(100_000),))
    assert not dead((), workloads=(Workload(200_000, start_us=1),))
    assert not dead((), parameters=replace(Parameters(), election_timeout_max_us=310_000))
    assert not dead((SetParameter("election_timeout_max_us", 310_000),))
    assert not dead((), end_us=4_999_999)


def test_clocks_disks_and_links_are_as_sound_as_they_were() -> None:
    slow = DiskModel(fsync_us=900_000)
    assert dead((SetClock("n1", 900_000), SetClock("n1", 1_000_000)))
    assert dead((SetDisk("n1", fsync_us=900_000), SetDisk("n1")))
    assert not dead((SetClock("n1", 900_000),))
    assert not dead((SetDisk("n1", fsync_us=900_000),))
    assert not dead((SetClock("n1", 1_000_000),), clocks={"n1": 900_000})
    assert not dead((SetDisk("n1"),), disks={"n1": slow})
    assert not dead((SetLink("n1", "n2", loss_ppm=0),), links={"n1": {"n2": LinkModel(loss_ppm=500_000)}})
    origin = replace(QUIET, clocks={"n1": 900_000}, disks={"n2": slow})
    assert Life(origin, 5_000_000, STUCK)(origin) is not None


def test_both_halves_of_a_joint_configuration_are_asked_for() -> None:
    """Section 6: n1, who leads, begins a change to n1 alone; without n2 and n3 it can't come to its end."""
    explicit = ChangeMembers(("n1",), mode="joint", leave="explicit")
    script = (Scheduled(0, SetTimer("n1", 0)), Scheduled(1_000_000, explicit), Scheduled(2_000_000, Crash("n2")))

    def told(*last: Any) -> bool:
        scenario = replace(QUIET, script=(*script, *(Scheduled(2_000_000, it) for it in last)))
        deaf = without("commit_own_term", lambda step, index: step.now_us < 2_000_000)
        return Life(scenario, 5_000_000, deaf)(scenario) is not None

    assert told()
    assert not told(Crash("n3"))


def test_a_plain_latency_may_be_the_worse_one() -> None:
    quick = replace(QUIET, link=replace(LinkModel(), latency_us=5_000))

    life = Life(quick, 5_000_000, STUCK)

    assert life(quick) is not None
    assert life(QUIET) is None


def test_an_assertion_is_no_dead_cluster() -> None:
    def refuse(*args: Any) -> bool:
        raise AssertionError

    assert Life(QUIET, 5_000_000, without("is_quorum", refuse))(QUIET) is None
