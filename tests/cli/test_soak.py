"""`raftlab soak`: what fails is reported by its seed, shrunk, and saved so that it can be played again."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from raftlab.cli import main
from raftlab.cli.soak import Task, play_seeds
from raftlab.core import rulebook
from raftlab.engine.variants import VARIANTS

VARIANT = "test-any-vote"
SEED = "12"


def always(*args: Any) -> bool:
    return True


@pytest.fixture(autouse=True)
def broken_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variant that grants every vote: unsafe at this seed."""
    offer_variant(monkeypatch, "vote_once", always)


def offer_variant(monkeypatch: pytest.MonkeyPatch, rule: str, function: Callable[..., Any]) -> None:
    """Let the tables of variants hold one more, which no release has."""
    monkeypatch.setattr(rulebook, "VARIANT_IDS", (*rulebook.VARIANT_IDS, VARIANT))
    monkeypatch.setitem(VARIANTS, VARIANT, {rule: function})


def soak(*arguments: str, code: int) -> Result:
    result = CliRunner().invoke(main, ["soak", "--runs", "1", "--seed", SEED, *arguments])
    assert result.exit_code == code, result.output
    return result


def test_a_failure_is_shrunk_and_can_be_played_again(tmp_path: Path) -> None:
    folder = tmp_path / "found" / "here"

    result = soak("--off", VARIANT, "--save", str(folder), code=1)

    summary, failed, shrunk, again = result.stdout.splitlines()
    assert summary.startswith("1 runs, ")
    assert summary.endswith("1 failed")
    assert failed.startswith("seed 12: Vote Once at event ")
    assert shrunk.startswith("  shrunk to ")
    for part in (" nodes, ", " command", " s (tried ", "): Vote Once at event "):
        assert part in shrunk
    path = folder / "seed-12.yaml"
    assert again == f"  raftlab run {path}"
    comment, *yaml = path.read_text().splitlines(keepends=True)
    assert comment.startswith("# Found by raftlab soak, seed ")
    assert f"off: [{VARIANT}]\n" in yaml
    played = CliRunner().invoke(main, ["run", str(path), "--format", "json"])
    assert played.exit_code == 1
    assert "Vote Once" in str(json.loads(played.stdout)["broken_invariants"])
    path.write_text("".join(line for line in yaml if not line.startswith("off: ")))
    assert CliRunner().invoke(main, ["run", str(path)]).exit_code == 0, "the true rules are safe there"


def test_json_holds_the_shrunk_scenario() -> None:
    (failed,) = json.loads(soak("--off", VARIANT, "--format", "json", code=1).stdout)["failed"]

    assert set(failed) == {"seed", "problems", "shrunk"}
    small = failed["shrunk"]
    assert set(small) >= {"nodes", "commands", "tried", "scenario"}
    assert f"nodes: {small['nodes']}\n" in small["scenario"]
    assert small["scenario"].count("  - {at: ") == small["commands"] <= 5
    assert 1 < small["tried"] <= 400
    assert small["problem"].startswith("Vote Once")


def test_without_shrinking_the_whole_scenario_is_saved(tmp_path: Path) -> None:
    result = soak("--off", VARIANT, "--no-shrink", "--save", str(tmp_path), "--format", "json", code=1)

    assert json.loads(result.stdout)["failed"][0]["shrunk"] is None
    assert (tmp_path / "seed-12.yaml").read_text().count("  - {at: ") > 50


def test_an_assertion_of_a_rule_is_reported_by_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    offer_variant(monkeypatch, "check_consistency", always)

    lines = soak("--off", VARIANT, code=1).stdout.splitlines()

    assert lines[1].startswith("seed 12: a rule's own assertion: ")
    assert "a rule's own assertion: " in lines[2]


def test_sound_rules_fail_nowhere_and_save_nothing(tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        result = soak("--jobs", jobs, "--runs", "25", "--save", str(tmp_path), code=0)
        assert result.stdout.startswith("25 runs, ")
        assert result.stdout.endswith(": 0 failed\n")
    assert list(tmp_path.iterdir()) == []


def test_what_a_process_finds_can_be_handed_over() -> None:
    task = Task(12, 1, (VARIANT,))

    (run,) = play_seeds(pickle.loads(pickle.dumps(task)))

    assert run.shrunk is not None
    assert pickle.loads(pickle.dumps(run)) == run


def test_an_unknown_variant_is_a_usage_error() -> None:
    result = soak("--off", "nonsense", code=2)

    assert "there is no variant 'nonsense'" in result.stderr
