"""`raftlab run --dialect etcd`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from raftlab.cli import main
from raftlab.trace import Timeline
from tests.dialect.scripts import ELECTION, LOST

if TYPE_CHECKING:
    from pathlib import Path


def raftlab(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["run", "--dialect", "etcd", *arguments])


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "good.txt"
    path.write_text(ELECTION, encoding="utf-8")
    return str(path)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    path = tmp_path / "bad.txt"
    path.write_text(LOST.replace("2 became candidate at term 2", "2 became candidate at term 3"), encoding="utf-8")
    return str(path)


def test_what_agrees_ends_with_0(good: str) -> None:
    result = raftlab(good)

    assert (result.exit_code, result.stdout) == (0, f"{good}: agrees (24 states compared)\n")


def test_what_differs_ends_with_1(good: str, bad: str) -> None:
    result = raftlab(good, bad, "--format", "json")

    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {"file": good, "verdict": "agrees", "line": None, "text": "all 24 states agree"},
        {
            "file": bad,
            "verdict": "differs",
            "line": 15,
            "text": "we have: node 2 became candidate at term 2; etcd printed: node 2 became candidate at term 3",
        },
    ]


def test_a_run_is_a_trace_without_a_clock(good: str, tmp_path: Path) -> None:
    trace = str(tmp_path / "run.trace")

    assert raftlab(good, "-o", trace).exit_code == 0
    timeline = Timeline.open(trace)
    timeline.load()
    leader = timeline.state(len(timeline) - 1).leader()
    origin = timeline.origin(len(timeline) - 1)

    assert (timeline.header.source, timeline.header.unit, timeline.header.nodes) == ("raftlab", "step", ("1", "2"))
    assert leader is not None
    assert (leader.name, leader.commit_index) == ("2", 7)
    assert origin is not None
    assert (origin.file, origin.line) == (good, ELECTION[: ELECTION.index("stabilize log-level=none")].count("\n") + 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.txt"], "nowhere.txt: No such file"),
        (["{good}", "{good}", "-o", "x.trace"], "a trace holds one script's run"),
        (["{good}", "--seed", "1"], "a script says itself how all is set"),
        (["{binary}"], "this is no text"),
        ([], "Missing argument"),
    ],
)
def test_mistakes_end_with_2(arguments: list[str], message: str, good: str, tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")

    result = raftlab(*(it.format(good=good, binary=binary) for it in arguments))

    assert result.exit_code == 2
    assert message in result.output


def test_only_one_scenario_is_run_at_a_time() -> None:
    result = CliRunner().invoke(main, ["run", "healthy-cluster", "leader-crash"])

    assert result.exit_code == 2
    assert "one scenario at a time" in result.output
