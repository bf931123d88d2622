"""The broken variants of elections and of the log: each breaks what it says in its scenario, the true rule nothing."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from raftlab.cli import main
from raftlab.core import events as e
from raftlab.core.model import UP
from raftlab.core.rulebook import RULES
from raftlab.engine.variants.elections import ELECTIONS
from raftlab.engine.variants.logs import LOGS
from raftlab.session import open_scenario
from tests.runs import record

if TYPE_CHECKING:
    from pathlib import Path

    from raftlab.core.model import Cluster
    from raftlab.core.rulebook import Variant

VARIANTS = {it.id: it for rule in RULES for it in rule.variants if it.id in {**ELECTIONS, **LOGS}}
SCENARIOS = sorted({it.scenario for it in VARIANTS.values()})


@cache
def run(scenario: str, *off: str) -> tuple[list[e.Event], Cluster]:
    """All events of a shipped scenario with these rules out, and the state at its end."""
    events, simulation = record(replace(open_scenario(scenario), off=off))
    return events, simulation.cluster


def broken(variant: Variant) -> list[e.InvariantBroken]:
    """What the checker finds where a variant is shown."""
    return [it for it in run(variant.scenario, variant.id)[0] if isinstance(it, e.InvariantBroken)]


def lives(scenario: str) -> bool:
    """Whether all servers run in the end, and have applied what was asked for last."""
    events, cluster = run(scenario)
    last = [it for it in events if isinstance(it, e.ClientAsked)][-1]
    return all(
        node.status is UP and (entry := node.log.entry(node.last_applied)) is not None and entry.text == last.text
        for node in cluster.nodes.values()
    )


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_a_variant_breaks_exactly_what_it_says_in_that_order(variant: Variant) -> None:
    assert tuple(dict.fromkeys(it.invariant for it in broken(variant))) == variant.breaks


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_true_rule_breaks_nothing_there_and_goes_on(scenario: str) -> None:
    assert not [it for it in run(scenario)[0] if isinstance(it, e.InvariantBroken)]
    assert lives(scenario)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_script_and_not_the_seed_shows_it(scenario: str) -> None:
    shown = [it for it in VARIANTS.values() if it.scenario == scenario]
    for seed in range(100, 103):
        other = replace(open_scenario(scenario), seed=seed)
        assert not [it for it in record(other)[0] if isinstance(it, e.InvariantBroken)]
        for variant in shown:
            events, _ = record(replace(other, off=(variant.id,)))
            first = next(it for it in events if isinstance(it, e.InvariantBroken))
            assert first.invariant == variant.breaks[0]


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_a_run_without_the_rule_says_so(variant: Variant, tmp_path: Path) -> None:
    trace = tmp_path / "modified.trace"
    command = ["run", variant.scenario, "--off", variant.id, "-o", str(trace), "--format", "json"]

    result = CliRunner().invoke(main, command)

    assert result.exit_code == 1, "an announced break is a finding too"
    document = json.loads(result.stdout)
    assert document["modified"] == [variant.id]
    assert document["broken_invariants"][0]["invariant"] == variant.breaks[0]
    assert json.loads(trace.read_text("utf-8").partition("\n")[0])["modified"] == [variant.id]


# -- What they are known for ---------------------------------------------------------------------------------------


def test_figure_8_replaces_an_entry_that_was_committed() -> None:
    found = {it.invariant: it for it in reversed(broken(VARIANTS["commit-old-term-by-counting"]))}

    leaders = [it.node for it in run("figure-8")[0] if isinstance(it, e.BecameLeader)]
    assert leaders == ["s2", "s1", "s5", "s1", "s5"], "one each term, 1 to 5"
    assert found["Own Term"].text == "s1 leads term 4 and commits up to entry 2, which is of term 2"
    assert found["Leader Completeness"].node == "s5"
    assert "'x=3' (term 3) at index 2" in found["State Machine Safety"].text


def test_figure_8_without_the_break_leaves_the_old_entry_uncommitted() -> None:
    events, cluster = run("figure-8")

    applied = [cluster.nodes["s1"].log.entry(index) for index in range(1, 5)]
    assert [entry and entry.text for entry in applied] == ["x=1", "x=3", "x=5", "x=6"]
    at_the_crash = [it for it in events if isinstance(it, e.NodeCrashed) and it.node == "s1"][-1].at_us
    committed = [it.index for it in events if isinstance(it, e.CommitAdvanced) and it.at_us <= at_the_crash]
    assert max(committed) == 1


def test_an_outdated_candidate_is_refused_for_its_log() -> None:
    refused = [it for it in run("outdated-candidate")[0] if isinstance(it, e.VoteRefused) and it.reason == "log"]
    assert ("n2", "n3") in {(it.node, it.candidate) for it in refused}


def test_a_longer_log_loses_against_a_newer_one() -> None:
    refused = [it for it in run("longer-log")[0] if isinstance(it, e.VoteRefused) and it.reason == "log"]
    assert ("n3", "n1") in {(it.node, it.candidate) for it in refused}


@pytest.mark.parametrize("scenario", ["rival-candidates", "voter-restarts"])
def test_a_second_candidate_is_refused_for_the_vote_given(scenario: str) -> None:
    refused = [it for it in run(scenario)[0] if isinstance(it, e.VoteRefused) and it.reason == "voted"]
    assert ("n2", "n3", 1) in {(it.node, it.candidate, it.term) for it in refused}


def test_a_late_message_takes_nothing_away() -> None:
    def dropped(*off: str) -> list[int]:
        events, _ = run("late-append", *off)
        return [it.at_us for it in events if isinstance(it, e.LogTruncated) and it.node == "n2"]

    assert dropped() == []
    assert 810_000 in dropped("truncate-without-conflict"), "when the slow message comes"


def test_an_answer_to_a_heartbeat_is_worth_one_entry() -> None:
    def matches(*off: str) -> list[int]:
        events, _ = run("answer-to-a-heartbeat", *off)
        told = [it for it in events if isinstance(it, e.ProgressChanged) and (it.node, it.peer) == ("n2", "n1")]
        return [it.match_index for it in told if 760_000 < it.at_us < 850_000]

    assert max(matches()) == 1
    assert max(matches("acknowledge-past-message")) == 3
