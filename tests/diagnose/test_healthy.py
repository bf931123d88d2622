"""False alarms: the ordinary is no trouble. Recordings cut off before the first fault, planned things, scenarios."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from raftlab.diagnose import as_markdown, as_text, diagnose, times_of
from raftlab.session import open_traces
from tests.diagnose.simulated import simulated
from tests.diagnose.truth import Truth, diagnosed, folder, micros, recordings
from tests.importers.recordings import SHARED, logs

_FAULT = r"BLOCK|SIGKILL|will move to|member add|SIGTERM"
_STAMP = re.compile(r'"ts":"([^"]+)"|^(?:raft)?(\d{4}[-/]\d\d[-/]\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ')
_NAMES = [
    name
    for scenario in ("election3", "leader_kill", "members", "move_leader", "part_follower", "part_follower_prevote",
                     "part_leader3", "quorum_loss", "snapshot")
    for name in recordings(scenario)
]  # fmt: skip


def _until(path: Path, at_us: int) -> str:
    """A log's lines up to the first that is stamped with this time or a later one."""
    kept = []
    for line in path.read_text("utf-8").splitlines(keepends=True):
        found = _STAMP.search(line)
        if found is not None:
            stamp = found[1] or f"{found[2].replace('/', '-')}T{found[3]}Z"
            if micros(stamp) >= at_us:
                break
        kept.append(line)
    return "".join(kept)


@pytest.mark.skipif(not (SHARED / "etcd").exists(), reason="the recordings beside the repository are not there")
@pytest.mark.parametrize("name", _NAMES)
def test_before_the_first_fault_all_is_well(name: str, tmp_path: Path) -> None:
    fault = Truth(name).at(_FAULT)
    paths = []
    for path in logs(folder(name)):
        text = _until(path, fault)
        if text:
            (tmp_path / path.name).write_text(text, "utf-8")
            paths.append(str(tmp_path / path.name))
    opened = open_traces(paths)
    found = diagnose(opened.timeline, name, opened.files, opened.broken)
    assert found.healthy, found.verdict
    assert found.findings == ()
    assert re.fullmatch(r"Healthy: n\d \(term 2\) led; \d nodes, .*\.", found.verdict)


def test_a_shutdown_of_all_is_no_trouble() -> None:
    found = diagnosed("election3-zap")
    assert found.healthy
    assert found.findings == ()
    assert found.verdict == "Healthy: n2 (term 2) led; 3 nodes, 60 events over 1.30 s."


@pytest.mark.parametrize("scenario", ["healthy-cluster", "split-vote", "single-server-change", "log-read"])
def test_quiet_scenarios_are_healthy(scenario: str) -> None:
    found, timeline = simulated(scenario)
    assert found.healthy, found.verdict
    assert found.findings == ()
    assert as_text(found, times_of(timeline)).count("\n") == 0
    assert "Healthy" in as_markdown(found, times_of(timeline))


def test_a_planned_hand_over_is_healthy_and_mentioned() -> None:
    found, _ = simulated("leadership-transfer")
    assert found.healthy
    assert found.findings == ()
    assert "n1, leader of term 1, handed the leadership over to n3" in found.verdict
