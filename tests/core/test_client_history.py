"""From events to operations, and what a whole run of a true or a broken cluster comes to."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from raftlab.core.commands import Partition, Propose, Read
from raftlab.core.events import (
    ClientAnswered,
    ClientAsked,
    ClusterCreated,
    EntriesAppended,
    Event,
    ReadAnswered,
    RequestAccepted,
)
from raftlab.core.events import History as Disk
from raftlab.core.linearizability import NOBODY, History, Operation, Outcome, check, overwritten
from raftlab.core.log import Entry
from raftlab.core.model import LEADER, Parameters, Scheduled, Workload
from raftlab.core.scenario import Scenario
from raftlab.engine import Rules
from raftlab.sim import Simulation
from tests.core.histories import added, deleted, read, transacted, wrote
from tests.runs import faulted


def asked(sequence: int, text: str, client: str = "c1", **more: Any) -> ClientAsked:
    return ClientAsked(1000, "n1", None, None, client, sequence, text, **more)


def answered(sequence: int, outcome: str = "ok", answer: str | None = None, client: str = "c1") -> ClientAnswered:
    return ClientAnswered(2500, "n1", None, None, client, sequence, outcome, answer=answer)


def read_answered(sequence: int, value: str | None, consistency: str = "linearizable") -> ReadAnswered:
    return ReadAnswered(2500, "n1", None, None, "read", "x", value, "c1", sequence, consistency)


def history_of(*events: Event) -> History:
    history = History()
    for position, event in enumerate(events):
        history.observe(position, event)
    return history


def operations_of(*events: Event) -> list[Operation]:
    return history_of(*events).operations()


@pytest.mark.parametrize(
    ("text", "answer", "operation"),
    [
        ("x=3", None, wrote("3", 0, 1)),
        ("get x", "3", read("3", 0, 1, "c1")),
        ("get x", None, read(None, 0, 1, "c1")),
        ("del x", "1", deleted(True, 0, 1, "c1")),
        ("del x", "0", deleted(False, 0, 1, "c1")),
        ("del x", None, deleted(None, 0, 1, "c1")),
        ("add x 2", "5", added(2, "5", 0, 1, "c1")),
        ("add x 2", "x holds no integer", Operation("c1", "x", "add", 0, 1, "2", succeeded=False)),
        ("if x==3 then y=4", None, replace(transacted("if x==3 then y=4", 0, 1, None), client="c1")),
        ("x=1; get x", "1", replace(transacted("x=1; get x", 0, 1, "1"), client="c1")),
    ],
)
def test_texts_and_answers_become_operations(text: str, answer: str | None, operation: Operation) -> None:
    assert operations_of(asked(1, text), answered(1, answer=answer)) == [operation]


@pytest.mark.parametrize("text", ["hello", "compact 5", "lease grant L1 10s", "add x much"])
def test_texts_that_change_no_key_are_none(text: str) -> None:
    assert operations_of(asked(1, text), answered(1)) == []


def test_reads_come_back_through_the_log_or_beside_it() -> None:
    through = operations_of(asked(1, "x", reads="linearizable"), answered(1, answer="3"))
    beside = operations_of(asked(1, "x", reads="linearizable"), read_answered(1, "3"))

    assert through == beside == [read("3", 0, 1, "c1")]


def test_serializable_reads_are_kept_apart() -> None:
    history = history_of(
        asked(1, "x=1"), answered(1), asked(2, "x=2"), answered(2),
        asked(3, "x", reads="serializable"), read_answered(3, "1", "serializable"),
    )  # fmt: skip

    assert history.operations() == [wrote("1", 0, 1), wrote("2", 2, 3)]
    assert history.serializable == [read("1", 4, 5, "c1")]
    found = overwritten(history.serializable[0], history.operations())
    assert found is not None
    assert found.newer == (wrote("2", 2, 3),)


@pytest.mark.parametrize("outcome", ["refused", "nobody", "transferring", "too large"])
def test_what_was_turned_away_never_happened(outcome: str) -> None:
    assert operations_of(asked(1, "x=1"), answered(1, outcome)) == []


def test_what_may_have_happened_stays_open() -> None:
    assert operations_of(asked(1, "x=1")) == [wrote("1", 0, None)]
    assert operations_of(asked(1, "x=1"), answered(1, "unknown")) == [wrote("1", 0, None)]
    assert operations_of(asked(1, "x", reads="linearizable")) == []


def test_a_request_that_is_repeated_is_one_operation() -> None:
    lost = asked(1, "x=1"), answered(1, "refused"), asked(1, "x=1")
    told = *lost, answered(1, "unknown"), asked(1, "x=1"), answered(1), answered(1)
    accepted = RequestAccepted(1000, "n1", None, None, 1, "c1", 1)

    assert operations_of(*lost) == [wrote("1", 0, None)]
    assert operations_of(*lost, answered(1, "refused")) == []
    assert operations_of(*lost, accepted, answered(1, "refused")) == [wrote("1", 0, None)]
    assert operations_of(*told) == [wrote("1", 0, 5)]


def test_entries_that_nobody_asked_for_may_be_seen() -> None:
    log = (Entry(1, 1, text="x=1"), Entry(2, 1, "noop"), Entry(3, 1, text="get x"))
    created = ClusterCreated(0, None, None, None, ("n1", "n2"), histories={"n1": Disk(1, None, log), "n2": Disk(1)})
    batch = EntriesAppended(0, "n1", None, "accept_proposal", (Entry(4, 1, text="x=2"),))
    followed = EntriesAppended(0, "n2", None, "append_entries", (Entry(4, 1, text="x=2"),))

    assert operations_of(created, batch, followed) == [wrote("1", 0, None, NOBODY), wrote("2", 1, None, NOBODY)]


def test_keys_of_leases_and_of_revisions_are_left_out_and_it_is_said_why() -> None:
    history = history_of(
        asked(1, "x=1 @L1"), answered(1), asked(2, "y=1"), answered(2), asked(3, "y=2; x=2"), asked(4, "z=1"),
        asked(5, "if rev(v)==3 then w=1"),
    )  # fmt: skip

    assert history.operations() == [wrote("1", 5, None, key="z")]
    assert history.left_out() == {
        "v": "a transaction compares revisions", "w": "a transaction compares revisions",
        "x": "it ends with a lease", "y": "it ends with a lease",
    }  # fmt: skip


def test_sentences_tell_times() -> None:
    history = history_of(asked(1, "x", reads="linearizable"), read_answered(1, "3"))

    (verdict,) = check(history.operations(), when=history.when)

    assert verdict.words == ("c1 read x = 3 (asked at 0.001 s, answered at 0.002500 s), though nobody ever wrote that")


# --- whole runs ------------------------------------------------------------------------------------------------------


def play(scenario: Scenario, rules: Rules | None = None) -> History:
    events: list[Event] = []
    Simulation.begin(scenario, events.append, rules=rules).run(scenario.end_us or 0)
    return history_of(*events)


def outcomes(history: History) -> set[Outcome]:
    return {verdict.outcome for verdict in check(history.operations(), when=history.when)}


COUNTING = Workload(40_000, "add z 1", 0, "w2", None, 200_000)


@pytest.mark.parametrize("seed", range(12))
def test_a_true_cluster_is_linearizable_whatever_happens_to_it(seed: int) -> None:
    scenario = faulted(seed)
    loads = [
        *scenario.workloads, Workload(20_000, "x={n}", 0, "w1", None, 200_000), COUNTING,
        Workload(30_000, "x", 0, "r1", "linearizable"), Workload(30_000, "x", 7_000, "r2", "linearizable", None, "n1"),
    ]  # fmt: skip

    history = play(replace(scenario, workloads=tuple(loads)))

    assert outcomes(history) == {Outcome.LINEARIZABLE}
    assert any(it.kind == "read" for it in history.operations())


DEPOSED = Scenario(
    nodes=("n1", "n2", "n3"),
    parameters=Parameters(noop_on_election=True),
    script=(
        Scheduled(500_000, Propose("x=1", client="c1")),
        Scheduled(1_000_000, Partition((("leader",), ("follower-1", "follower-2")))),
    ),
    end_us=3_000_000,
)
"""A leader that is cut off, and doesn't know that there is another one."""


def deposed_and_asked() -> Scenario:
    """The old leader is asked for a key that was changed behind its back."""
    events: list[Event] = []
    simulation = Simulation.begin(DEPOSED, events.append)
    simulation.run(999_999)
    old = simulation.cluster.leader()
    assert old is not None
    simulation.run(2_000_000)
    new = next(it.name for it in simulation.cluster.nodes.values() if it.role is LEADER and it is not old)
    script = (
        Scheduled(2_000_000, Propose("x=2", new, "c1")),
        Scheduled(2_500_000, Read("x", old.name, client="c2")),
        Scheduled(2_600_000, Read("x", old.name, "serializable", "c3")),
    )
    return replace(DEPOSED, script=(*DEPOSED.script, *script))


def test_a_deposed_leader_that_answers_reads_at_once_is_found() -> None:
    scenario = deposed_and_asked()
    broken = Rules(("at_once",), {"at_once": {"lease_holds": lambda _: True}})

    honest, lying = play(scenario), play(scenario, broken)

    assert outcomes(honest) == {Outcome.LINEARIZABLE}
    (verdict,) = check(lying.operations(), when=lying.when)
    assert verdict.outcome is Outcome.VIOLATED
    assert verdict.words.startswith("c2 read x = 1 (asked at 2.500 s, answered at 2.500 s), though x = 2 had been")
    (stale,) = honest.serializable
    found = overwritten(stale, honest.operations())
    assert found is not None
    assert [it.value for it in found.newer] == ["2"]


def test_a_machine_that_remembers_no_session_counts_twice() -> None:
    def execute(step: Any, entries: tuple[Entry, ...]) -> Any:
        return step.node.machine.plan_blindly(entries)

    scenario = replace(faulted(2), workloads=(COUNTING,))

    assert outcomes(play(scenario)) == {Outcome.LINEARIZABLE}
    assert outcomes(play(scenario, Rules(("forgetful",), {"forgetful": {"execute": execute}}))) == {Outcome.VIOLATED}
