"""`raftlab why`: the chain of causes, in words and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_contract import LOGS, document, raftlab


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("why") / "run.trace"
    raftlab("run", "leader-crash", "-o", str(path), "--until", "3s")
    return str(path)


def _number(trace: str, kind: str, which: int = -1) -> str:
    lines = raftlab("events", trace, "--kind", kind, "--format", "json").stdout.splitlines()
    return str(json.loads(lines[which])["event"])


def test_why_tells_the_chain_oldest_first_with_rule_and_section(trace: str) -> None:
    lines = raftlab("why", trace, "--event", _number(trace, "BecameLeader")).stdout.splitlines()

    numbers = [int(line.split()[0]) for line in lines]
    assert numbers == sorted(numbers)
    assert any("crashes" in line and "can't send from then on" in line for line in lines)
    assert "becomes the leader of term 2" in lines[-1]
    assert "[become_leader §5.2]" in lines[-1]


def test_as_json_they_are_the_documents_of_events(trace: str) -> None:
    number = _number(trace, "CommitAdvanced")
    found = document("why", trace, "--event", number)

    everything = [json.loads(line) for line in raftlab("events", trace, "--format", "json").stdout.splitlines()]
    assert found == [everything[it["event"]] for it in found]
    assert found[-1]["event"] == int(number)
    assert len(found) > 3


def test_imported_logs_show_where_each_event_stands() -> None:
    number = next(
        it["event"]
        for it in map(json.loads, raftlab("events", *LOGS, "--format", "json").stdout.splitlines())
        if it["kind"] == "BecameFollower" and "MsgAppResp of a higher term" in it["text"]
    )
    found = document("why", *LOGS, "--event", str(number))

    assert "stands for election in term 6" in " ".join(it["text"] for it in found), "who raised the term"
    assert all(Path(it["origin"]["file"]).name in ("n1.log", "n3.log") for it in found)


def test_a_chain_that_goes_on_says_where(trace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("raftlab.trace.chain.MOST", 5)
    lines = raftlab("why", trace, "--event", _number(trace, "BecameLeader")).stdout.splitlines()

    assert len(lines) == 6
    assert lines[0] == f"(The 5 nearest ones; ask for event {lines[1].split()[0]} to see what led there.)"


@pytest.mark.parametrize("number", ["-1", "99999999"])
def test_a_number_out_of_range_is_refused(trace: str, number: str) -> None:
    result = raftlab("why", trace, "--event", number, code=2)

    assert f"there is no event {number}; the events are 0 to " in result.stderr
