"""Real captures and polls, alone and joined with the logs: every message paired, nothing claimed that isn't so."""

from __future__ import annotations

from pathlib import Path

import pytest

from raftlab.core.events import MessageSent
from raftlab.importers import Imported, detect, read
from tests.importers.agreement import agreement
from tests.importers.recordings import COPY, RECORDINGS
from tests.importers.wires import broken, contradictions, end_of, files, lines_of, paired

SOURCES = [it for it in (COPY, *RECORDINGS) if list(it.glob("msgs.jsonl*"))]
TOGETHER = {
    "wire": {"wire": True},
    "polls": {"polls": True},
    "wire and polls": {"wire": True, "polls": True},
    "logs and wire": {"with_logs": True, "wire": True},
    "logs and polls": {"with_logs": True, "polls": True},
    "logs, wire and polls": {"with_logs": True, "wire": True, "polls": True},
}
LARGE = "snapshot-zap"
CASES = [
    (recording, together)
    for recording in SOURCES
    for together in TOGETHER
    if (recording == COPY or together in ("wire", "polls", "logs, wire and polls"))
    and (recording.name != LARGE or together != "polls")
]


@pytest.fixture(scope="module", params=CASES, ids=lambda it: f"{it[0].parent.parent.name}-{it[0].name}: {it[1]}")
def case(request: pytest.FixtureRequest) -> tuple[Path, str, Imported]:
    recording, together = request.param
    return recording, together, read(files(recording, **TOGETHER[together]))


def test_what_is_told_holds(case: tuple[Path, str, Imported], capsys: pytest.CaptureFixture[str]) -> None:
    recording, together, imported = case

    compared, wrong = contradictions(imported, recording, end_of(recording))

    assert wrong == []
    with capsys.disabled():
        print(
            f"\n  {recording.name}, {together}: of {', '.join(f'{n} {what}' for what, n in sorted(compared.items()))}"
        )
    assert compared["term"] > 30


def test_no_invariant_is_broken(case: tuple[Path, str, Imported]) -> None:
    assert broken(case[2]) == []


def test_every_message_is_paired(case: tuple[Path, str, Imported], capsys: pytest.CaptureFixture[str]) -> None:
    recording, together, imported = case
    if "wire" not in together:
        pytest.skip("no wire capture in it")
    captured = len(lines_of(next(recording.glob("msgs.jsonl*"))))

    found = paired(imported)

    sent = sum(isinstance(event, MessageSent) for event in imported.events)
    with capsys.disabled():
        print(f"\n  {recording.name}, {together}: {found} of {captured} messages paired; {sent - found} never arrived")
    assert captured <= found <= captured + 1  # one more where a log shows what passed an unattributed connection
    assert sent >= found


def test_role_term_leader_and_vote_agree(case: tuple[Path, str, Imported]) -> None:
    recording, together, imported = case
    if together in ("wire", "wire and polls"):
        pytest.skip("a wire alone lets one know a part of it only")

    found = agreement(imported, recording)

    assert found.differences == []
    assert (found.agreeing, found.agreeing_votes) == (found.samples, found.votes)


def test_every_line_is_told_or_skipped(case: tuple[Path, str, Imported]) -> None:
    _, _, imported = case

    for report in imported.files:
        assert report.lines == len(lines_of(Path(report.file)))
        assert report.lines == report.told + sum(report.skipped.values())
    assert sum(report.events for report in imported.files) == sum(origin is not None for origin in imported.origins)
    assert all(before.at_us <= after.at_us for before, after in zip(imported.events, imported.events[1:], strict=False))


def test_the_kinds_are_told_by_what_is_in_the_files() -> None:
    (wire,), (polls,) = files(COPY, wire=True), files(COPY, polls=True)

    assert (detect(wire), detect(polls)) == ("etcd-wire", "etcd-status")
    assert detect("".join(lines_of(wire)[:3]).encode()) == "etcd-wire"
