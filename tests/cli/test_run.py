"""`raftlab run`: settings go together, and a scenario's own broken variants stay when another is added."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from raftlab.cli import main
from raftlab.core import rulebook
from raftlab.engine import variants


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["run", *arguments])
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.output


@pytest.fixture
def two_variants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook, "VARIANT_IDS", ("one-way", "other-way"))
    monkeypatch.setattr(variants, "VARIANTS", {"one-way": {}, "other-way": {}})


@pytest.mark.usefixtures("two_variants")
def test_off_adds_to_the_variants_of_the_scenario(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("nodes: 3\nuntil: 1s\noff: [one-way]\n")

    assert json.loads(run(str(path), "--format", "json"))["modified"] == ["one-way"]
    both = run(str(path), "--off", "other-way", "--off", "one-way", "--format", "json")
    assert json.loads(both)["modified"] == ["one-way", "other-way"]


@pytest.mark.usefixtures("two_variants")
def test_a_variant_that_is_nearly_right_is_named() -> None:
    assert "there is no variant 'one-wey'; did you mean 'one-way'?" in run(
        "pre-vote", "--off", "one-wey", code=2
    )  # fmt: skip


def test_settings_are_given_together() -> None:
    options = (
        "--set",
        "heartbeat-interval=400ms",
        "--set",
        "preset=etcd",
        "--set",
        "election-timeout=3s",
        "--until",
        "8s",
    )
    found = json.loads(run("healthy-cluster", *options, "--until", "8s", "--format", "json"))

    assert found["elections"] == 1
    assert "a heartbeat every 400ms can't keep" in run("healthy-cluster", "--set", "heartbeat-interval=400ms", code=2)
