"""The broken variants of elections and of the log: each breaks what it says in its scenario, the true rule nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from raftlab.cli import main
from raftlab.core import events as e
from raftlab.core.model import UP
from raftlab.engine.variants.elections import ELECTIONS
from raftlab.engine.variants.logs import LOGS
from tests.engine.variants import BY_ID, Played, breaks_what_it_says, ends_well, played

if TYPE_CHECKING:
    from pathlib import Path

VARIANTS = [*ELECTIONS, *LOGS]


def agrees(run: Played) -> bool:
    """Whether all servers run in the end, and have applied what was asked for last."""
    last = run.all(e.ClientAsked)[-1]
    entries = [(node.status, node.log.entry(node.last_applied)) for node in run.cluster.nodes.values()]
    return all(status is UP and entry is not None and entry.text == last.text for status, entry in entries)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_breaks_exactly_what_it_says_in_that_order(variant: str) -> None:
    assert tuple(played(variant, True).broken()) == BY_ID[variant].breaks


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_true_rule_breaks_nothing_there_and_goes_on(variant: str) -> None:
    assert played(variant, False).broken() == []
    assert ends_well(played(variant, False))
    assert agrees(played(variant, False))


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_script_and_not_the_seed_shows_it(variant: str) -> None:
    assert all(breaks_what_it_says(variant, seed) for seed in (100, 101, 102))


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_run_without_the_rule_says_so(variant: str, tmp_path: Path) -> None:
    trace = tmp_path / "modified.trace"
    command = ["run", BY_ID[variant].scenario, "--off", variant, "-o", str(trace), "--format", "json"]

    result = CliRunner().invoke(main, command)

    assert result.exit_code == 1, "an announced break is a finding too"
    document = json.loads(result.stdout)
    assert document["modified"] == [variant]
    assert document["broken_invariants"][0]["invariant"] == BY_ID[variant].breaks[0]
    assert json.loads(trace.read_text("utf-8").partition("\n")[0])["modified"] == [variant]


# -- What they are known for ---------------------------------------------------------------------------------------


def test_figure_8_replaces_an_entry_that_was_committed() -> None:
    run = played("commit-old-term-by-counting", True)
    found = {it.invariant: it for it in reversed(run.all(e.InvariantBroken))}

    assert run.leaders() == [("s2", 1), ("s1", 2), ("s5", 3), ("s1", 4), ("s5", 5)]
    assert found["Own Term"].text == "s1 leads term 4 and commits up to entry 2, which is of term 2"
    assert found["Leader Completeness"].node == "s5"
    assert "'x=3' (term 3) at index 2" in found["State Machine Safety"].text


def test_figure_8_without_the_break_leaves_the_old_entry_uncommitted() -> None:
    run = played("commit-old-term-by-counting", False)

    crashed = run.all(e.NodeCrashed, node="s1")[-1].at_us
    assert max(it.index for it in run.all(e.CommitAdvanced) if it.at_us <= crashed) == 1
    assert [entry.text for entry in run.cluster.nodes["s1"].log] == ["x=1", "x=3", "x=5", "x=6"]


@pytest.mark.parametrize(
    ("variant", "voter", "candidate", "reason"),
    [
        ("vote-without-comparing", "n2", "n3", "log"),
        ("vote-by-commit-index", "n2", "n3", "log"),
        ("vote-by-length", "n3", "n1", "log"),
        ("vote-twice", "n2", "n3", "voted"),
        ("forget-vote-at-restart", "n2", "n3", "voted"),
    ],
)
def test_who_must_not_win_is_refused(variant: str, voter: str, candidate: str, reason: str) -> None:
    true = played(variant, False).all(e.VoteRefused, node=voter, candidate=candidate, reason=reason)
    assert true
    (granted,) = played(variant, True).all(e.VoteGranted, node=voter, candidate=candidate, term=true[0].term)
    assert granted.at_us == true[0].at_us


def test_a_late_message_takes_nothing_away() -> None:
    true, wrong = (played("truncate-without-conflict", off) for off in (False, True))
    assert true.all(e.LogTruncated, node="n2") == []
    assert 810_000 in [it.at_us for it in wrong.all(e.LogTruncated, node="n2")], "when the slow message comes"


@pytest.mark.parametrize(
    ("variant", "until_us", "true", "wrong"),
    [("acknowledge-past-message", 850_000, 1, 3), ("match-on-rejection", 855_000, 1, 2)],
)
def test_a_leader_knows_what_was_proved_to_it(variant: str, until_us: int, true: int, wrong: int) -> None:
    def match(run: Played) -> int:
        told = run.all(e.ProgressChanged, node="n2", peer="n1")
        return max([int(it.match_index) for it in told if it.at_us <= until_us])

    assert match(played(variant, False)) == true
    assert match(played(variant, True)) == wrong
