"""What is reconstructed from the logs alone, against what the live members said of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from raftlab.importers import read
from tests.importers.agreement import agreement
from tests.importers.recordings import CAPNSLOG_COPY, COPY, NO_SHARED, RECORDINGS, SHARED, logs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "recording", [COPY, CAPNSLOG_COPY, *RECORDINGS], ids=lambda path: f"{path.parent.parent.name}-{path.name}"
)
def test_role_term_leader_and_vote_agree_with_the_live_members(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = agreement(read(logs(recording)), recording)

    with capsys.disabled():
        print(
            f"\n  {recording.name}: role, term and leader agree in {found.agreeing} of {found.samples} samples, "
            f"the vote in {found.agreeing_votes} of {found.votes} where it is known"
        )
    assert found.samples > 40
    assert found.differences == []
    assert (found.agreeing, found.agreeing_votes) == (found.samples, found.votes)
    assert found.votes > 0.8 * found.samples


def test_all_samples_of_all_recordings_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    if not SHARED.exists():
        pytest.skip(NO_SHARED)

    all_found = [agreement(read(logs(recording)), recording) for recording in RECORDINGS]

    samples, agreeing = sum(found.samples for found in all_found), sum(found.agreeing for found in all_found)
    with capsys.disabled():
        print(f"\n  {agreeing} of {samples} samples of {len(RECORDINGS)} recordings agree")
    assert samples == agreeing == 3568


@pytest.mark.parametrize("silenced", ["elected leader", "became follower", "became candidate", "cast MsgVote"])
def test_the_comparison_sees_what_is_missing(silenced: str, tmp_path: Path) -> None:
    for log in logs(COPY):
        lines = log.read_text().splitlines(keepends=True)
        (tmp_path / log.name).write_text("".join(line for line in lines if silenced not in line))

    found = agreement(read(logs(tmp_path)), COPY)

    assert found.differences
