"""Small files of every kind, to be mutated: slices of our own recordings, and made-up ones in tests/data/corpus."""

from __future__ import annotations

from functools import cache

from tests.importers.wals import Writer
from tests.test_house import ROOT

FOLDER = ROOT / "tests" / "data" / "corpus"
PATTERNS = FOLDER / "patterns.yaml"

FAMILIES: dict[str, tuple[str, ...]] = {
    "etcd": ("zap-1.log", "zap-2.log", "capnslog-1.log", "envelopes.log", "wire.jsonl", "status.jsonl", "wal"),
    "ndjson": ("trace.ndjson",),
    "script": ("script.txt", "script-joint.txt"),
    "hashicorp": ("hashicorp-old.log", "hashicorp-new.log", "hashicorp-json.log"),
    "kafka": ("kafka-1.log", "kafka-2.log"),
    "ra": ("ra-1.log", "ra-2.log"),
    "dragonboat": ("dragonboat-1.log", "dragonboat-2.log"),
    "raft_rs": ("raft_rs-1.log", "raft_rs-2.log"),
    "shiviz": ("govector.log", "shiviz.log"),
    "patterns": ("patterns-1.log", "patterns-2.log"),
}
"""Files that may be opened together."""

OFTEN: dict[str, int] = {"etcd": 5}
"""How often a family is taken; 1 if it isn't named here."""


@cache
def sample(name: str) -> bytes:
    """The bytes of one file of the corpus; "wal" is made here."""
    return _wal() if name == "wal" else (FOLDER / name).read_bytes()


def _wal() -> bytes:
    """A segment of a member's WAL in which terms rise, entries are overwritten, and a snapshot is taken."""
    writer = Writer(0xCFEF663973881F92)
    writer.state(1, 0xA, 0)
    for index in range(1, 9):
        writer.put(index, 1, b"key", b"value" * index)
    writer.state(2, 0xB, 5)
    for index in range(7, 12):
        writer.entry(index, 2, b"old form" if index % 2 else b"")
    writer.state(2, 0xB, 9)
    writer.snapshot(9, 2)
    writer.state(4, 0xA, 11)
    return writer.segments[0] + bytes(1024)
