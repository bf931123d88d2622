"""`raftlab diagnose` as a contract: its JSON, its one line for a healthy log, its texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from raftlab.cli import main
from raftlab.core import events as e
from raftlab.trace.codec import TraceHeader
from raftlab.trace.writer import TraceWriter

DATA = Path(__file__).parents[1] / "data" / "etcd" / "part_leader3-zap"
LOGS = [str(DATA / f"n{number}.log") for number in (1, 2, 3)]


def raftlab(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output
    return result


def test_json_has_the_contracts_keys() -> None:
    found = json.loads(raftlab("diagnose", *LOGS, "--format", "json").stdout)
    assert set(found) == {"healthy", "findings"}
    assert found["healthy"] is False
    for finding in found["findings"]:
        assert set(finding) - {"advice"} == {"question", "answer", "confidence", "nodes", "from", "to", "evidence"}
        assert finding["confidence"] in ("exact", "inferred")
        assert all(set(it) == {"file", "line", "text"} for it in finding["evidence"])
    first = found["findings"][0]
    assert first["question"] == "which node is disruptive?"
    assert first["nodes"] == ["n1", "n3"]
    assert first["from"] == "2026-11-23T19:50:36.104Z"
    assert first["evidence"][0]["file"] == LOGS[2]
    assert "became follower at term 6" in first["evidence"][0]["text"]


def test_text_has_the_verdict_first_and_evidence_below() -> None:
    lines = raftlab("diagnose", *LOGS).stdout.splitlines()
    assert lines[0].startswith("Not healthy: n1 disrupted the cluster")
    assert "1. which node is disruptive? [exact]" in lines
    assert f"     {LOGS[2]}:184  19:50:40.213" in lines
    assert "         7580081b5360633 became follower at term 6" in lines


def test_markdown() -> None:
    text = raftlab("diagnose", *LOGS, "--format", "markdown").stdout
    assert text.startswith("**Not healthy: n1 disrupted the cluster")
    assert "## 1. Which node is disruptive?" in text


@pytest.mark.parametrize("packed", ["", ".gz"])
def test_a_trace_of_ours(tmp_path: Path, packed: str) -> None:
    path = str(tmp_path / f"run.trace{packed}")
    raftlab("run", "healthy-cluster", "-o", path)
    found = json.loads(raftlab("diagnose", path, "--format", "json").stdout)
    assert found == {"healthy": True, "findings": []}
    assert raftlab("diagnose", path).stdout.startswith("Healthy: ")
    assert len(raftlab("diagnose", path).stdout.splitlines()) == 1
    raftlab("run", "one-way-partition", "-o", path)
    first = json.loads(raftlab("diagnose", path, "--format", "json").stdout)["findings"][0]
    assert first["nodes"][0] == "n3"
    assert isinstance(first["from"], int)
    assert first["evidence"][0]["file"] == path


def test_a_broken_rule_is_exit_code_1(tmp_path: Path) -> None:
    path = str(tmp_path / "two.trace")
    with TraceWriter(path, TraceHeader(1, nodes=("n1", "n2"))) as writer:
        writer.append(e.ClusterCreated(0, None, None, None, ("n1", "n2")))
        for name in ("n1", "n2"):
            writer.append(e.BecameLeader(5, name, None, None, 3))
    assert "two leaders in term 3" in raftlab("diagnose", path, code=1).stdout


def test_an_imported_trace_keeps_its_evidence(tmp_path: Path) -> None:
    path = str(tmp_path / "cluster.trace")
    raftlab("import", *LOGS, "-o", path)
    direct = raftlab("diagnose", *LOGS, "--format", "json").stdout
    assert (
        json.loads(raftlab("diagnose", path, "--format", "json").stdout)["findings"][0]
        == (json.loads(direct)["findings"][0])
    )


def test_a_missing_file_is_one_message() -> None:
    result = raftlab("diagnose", "no-such.log", code=2)
    assert "no-such.log" in result.stderr
    assert "Traceback" not in result.output
