"""A link that works one way, recorded with a real etcd: who disrupted the cluster, and how."""

from __future__ import annotations

import gzip
from pathlib import Path

from raftlab.diagnose import Diagnosis, diagnose
from raftlab.diagnose.finding import DISRUPTIVE, LEADERLESS, STEPPED_DOWN, UNANSWERED
from raftlab.session import open_traces
from tests.diagnose.truth import answer, answers, micros
from tests.test_house import ROOT


def _diagnosed(name: str) -> Diagnosis:
    paths = [str(path) for path in sorted((ROOT / "tests" / "data" / "etcd" / name).glob("n?.log.gz"))]
    opened = open_traces(paths)
    return diagnose(opened.timeline, name, opened.files, opened.broken)


def test_a_follower_that_hears_nobody_and_is_heard() -> None:
    found = _diagnosed("asym_deaf-zap351")
    assert found.verdict.startswith(
        "Not healthy: n2 disrupted the cluster (it could send but did not hear its leader) and unseated 1 leader"
    )
    disruptive = answer(found, DISRUPTIVE)
    assert disruptive.nodes == ("n2", "n1")
    assert "7 elections (terms 3 to 9), 6 of them while n1 led, and won none" in disruptive.answer
    assert "its requests (terms 3 to 8) reached n1 and n3" in disruptive.answer
    assert "It could not win: its log stood still at entry 28 of term 2" in disruptive.answer
    assert any("became follower at term 8" in it.text and it.file.endswith("n1.log.gz") for it in disruptive.evidence)
    unseated = answer(found, STEPPED_DOWN)
    assert "an append answer (MsgAppResp) from n2 carried the higher term 8" in unseated.answer
    healed = micros("2026-11-24T19:24:40.028Z")
    assert healed < answer(found, LEADERLESS).from_us < healed + 100_000
    assert "heard the request and ignored it (a leader's lease held)" in answer(found, UNANSWERED).answer


def test_a_leader_that_nobody_hears() -> None:
    found = _diagnosed("asym_mute-zap351")
    down = answer(found, STEPPED_DOWN)
    assert down.nodes[0] == "n2"
    assert "n1 had not heard from n2 for an election timeout, though it ran and could hear n1" in down.answer
    assert answers(found, DISRUPTIVE) == []


def test_an_excerpt_from_the_middle_names_the_culprit_too(tmp_path: Path) -> None:
    paths = []
    for path in sorted((ROOT / "tests" / "data" / "etcd" / "asym_deaf-zap351").glob("n?.log.gz")):
        lines = gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)
        kept = [line for line in lines if line.split('"ts":"')[1] >= "2026-11-24T19:24:31"]
        (tmp_path / path.stem).write_text("".join(kept), "utf-8")
        paths.append(str(tmp_path / path.stem))
    opened = open_traces(paths)
    found = diagnose(opened.timeline, "excerpt", opened.files, opened.broken)
    disruptive = answer(found, DISRUPTIVE)
    assert disruptive.nodes == ("54ee07da2f205a10", "77cae4df47e2b1f4")
    assert "could send but did not hear its leader" in found.verdict
    assert "77cae4df47e2b1f4, leader of an earlier term, stepped down" in answer(found, STEPPED_DOWN).answer
