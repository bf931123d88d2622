"""`raftlab run` judges whole runs: what clients were told, and whether a cluster lives without one of its rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from raftlab.cli import judging, main
from raftlab.core.linearizability import Outcome, Verdict, check


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["run", *arguments])
    assert result.exit_code == code, result.output
    return result


def broken(*arguments: str, code: int = 1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(*arguments, "--format", "json", code=code).stdout)["broken_invariants"]
    return found


def test_client_histories_are_checked_and_said() -> None:
    assert "client histories: linearizable (24 operations)" in run("leader-crash").stdout


def test_a_stale_answer_is_a_finding_at_its_event() -> None:
    (found,) = [it for it in broken("stale-read", "--off", "read-at-once") if it["invariant"] == "Linearizability"]

    assert set(found) == {"invariant", "event", "text"}
    assert found["event"] == 489
    assert found["text"].startswith("reader read x = 1 (asked at 1.600 s, answered at 1.600 s), though x = 2 had been")
    said = run("stale-read", "--off", "read-at-once", code=1).stdout
    assert "client histories: NOT linearizable (key x)" in said
    assert f"BROKEN at event 489: Linearizability: {found['text']}" in said


def test_a_history_that_is_wrong_is_a_finding_though_no_invariant_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def lie(operations: list[Any], **more: Any) -> tuple[Verdict, ...]:
        read = next(it for it in operations if it.kind == "read" and it.complete is not None)
        return check([*operations, replace(read, output="never written")], **more)

    monkeypatch.setattr(judging, "check", lie)

    (found,) = broken("read-index")
    assert found["invariant"] == "Linearizability"
    assert "never written" in found["text"]


def test_what_the_search_gave_up_on_is_said_and_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    gave_up = Verdict(("x",), Outcome.UNKNOWN, 7, 2, "no order was found for x within 10 steps")
    monkeypatch.setattr(judging, "check", lambda operations, when: (gave_up,))

    said = run("healthy-cluster").stdout
    assert "client histories: unknown" in said
    assert "unknown: no order was found for x within 10 steps" in said
    result = run("healthy-cluster", "--format", "json")
    assert json.loads(result.stdout)["broken_invariants"] == []
    assert "unknown: no order was found" in result.stderr


def test_keys_with_leases_are_not_checked_and_it_is_said() -> None:
    assert "not checked: key lock (it ends with a lease)" in run("kv-leases").stdout


def test_a_cluster_that_doesnt_live_is_a_finding() -> None:
    found = json.loads(run("flapping-link", "--off", "no-pre-vote", "--format", "json", code=1).stdout)

    assert found["broken_invariants"] == [
        {
            "invariant": "Liveness",
            "event": found["events"] - 1,
            "text": "of 54 writes asked for in the last third of the run, 34 were carried out",
        }
    ]


def test_a_cluster_that_lives_though_the_rule_is_out_is_none() -> None:
    said = run("leader-crash", "--off", "no-pre-vote").stdout

    assert "Liveness: of" in said
    assert "BROKEN" not in said


def test_without_such_a_variant_nobody_asks_for_life() -> None:
    # Its true rule lives; it is not judged, since a scenario may well end in the midst of a fault.
    assert "Liveness" not in run("flapping-link").stdout
    assert "Liveness" not in run("flapping-link", "--until", "300ms").stdout
