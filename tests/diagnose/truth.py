"""What was really done to a recorded cluster, as its TRUTH.md says; and the diagnosis of its logs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from raftlab.diagnose import Diagnosis, Finding, diagnose
from raftlab.importers import detect
from raftlab.session import open_traces
from tests.importers.recordings import NO_SHARED, SHARED, logs

_ROW = re.compile(r"\| (\S+Z) \| (.*) \|")


def recordings(scenario: str) -> list[str]:
    """The names of a scenario's recordings whose kind of log is known here, or the scenario's own if there are none."""
    found = [it for it in sorted(SHARED.glob(f"etcd/{scenario}-*")) if detect(logs(it)[0]) is not None]
    return [it.name for it in found] or [scenario]


def folder(name: str) -> Path:
    path = SHARED / "etcd" / name
    if not path.exists():
        pytest.skip(NO_SHARED)
    return path


def micros(stamp: str) -> int:
    """A stamp of ISO 8601 in microseconds since the epoch."""
    moment = datetime.fromisoformat(stamp)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000 + 0.5)


class Truth:
    """The table of a TRUTH.md: (time, what), and what can be picked out of it."""

    def __init__(self, name: str) -> None:
        self.rows = [(micros(at), what) for at, what in _ROW.findall((folder(name) / "TRUTH.md").read_text("utf-8"))]

    def word(self, pattern: str) -> str:
        """The first group of the first row that has this."""
        return next(found[1] for _, what in self.rows if (found := re.search(pattern, what)) is not None)

    def at(self, pattern: str) -> int:
        """The time of the first row that has this."""
        return next(at for at, what in self.rows if re.search(pattern, what))


@cache
def diagnosed(name: str) -> Diagnosis:
    """The diagnosis of a recording's logs."""
    opened = open_traces([str(path) for path in logs(folder(name))])
    return diagnose(opened.timeline, name, opened.files, opened.broken)


def answers(diagnosis: Diagnosis, question: str) -> list[Finding]:
    """The findings on a question."""
    return [it for it in diagnosis.findings if it.question == question]


def answer(diagnosis: Diagnosis, question: str, *words: str) -> Finding:
    """The one finding on a question whose answer has these words."""
    found = [it for it in answers(diagnosis, question) if all(word in it.answer for word in words)]
    assert len(found) == 1, [it.answer for it in answers(diagnosis, question)]
    return found[0]


def slack_us(name: str) -> int:
    """How far a time may be from the truth: capnslog's raft lines have whole seconds only."""
    return 1_100_000 if "capns" in name else 60_000
