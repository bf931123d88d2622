"""A recording of a leader whose process was stopped for some seconds and went on: what it believed, until it heard."""

from __future__ import annotations

import pytest

from raftlab.core.invariants import Checker
from raftlab.importers import read
from tests.importers.agreement import agreement
from tests.test_house import ROOT

PAUSED = ROOT / "tests" / "data" / "etcd" / "paused_leader-zap351"
LOGS = sorted(PAUSED.glob("n?.log.gz"))


@pytest.mark.parametrize("more", [[], ["msgs.jsonl.gz"], ["msgs.jsonl.gz", "status.jsonl"]])
def test_it_agrees_with_the_live_members(more: list[str]) -> None:
    imported = read([*LOGS, *(PAUSED / name for name in more)])

    found = agreement(imported, PAUSED)
    assert found.differences == []
    assert found.agreeing == found.samples > 100
    checker = Checker()
    for position, event in enumerate(imported.events):
        checker.observe(position, event)
    assert checker.broken == []
