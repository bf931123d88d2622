"""Where the recordings are: two are copied into the tree, the others are beside the repository, if they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.test_house import ROOT

if TYPE_CHECKING:
    from pathlib import Path

COPY = ROOT / "tests" / "data" / "etcd" / "part_leader3-zap"
CAPNSLOG_COPY = ROOT / "tests" / "data" / "etcd" / "move_leader-capnslog"
SHARED = ROOT.parent / "shared" / "traces"
EXAMPLE = SHARED / "third-party" / "etcd-raft" / "example.ndjson"
RECORDINGS = sorted(SHARED.glob("etcd/*-*")) or [COPY, CAPNSLOG_COPY]
NO_SHARED = f"the recordings beside the repository ({SHARED.relative_to(ROOT.parent)}) are not there"


def logs(recording: Path) -> list[Path]:
    """Its members' logs."""
    return sorted(recording.glob("n?.log*"))
