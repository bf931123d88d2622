"""What holds of every import: each line accounted for, times that never fall, a fold that works, a round trip."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import msgspec
import pytest

from raftlab.core.events import AnyEvent, ClusterCreated, MessageReceived, MessageSent
from raftlab.core.model import Cluster
from raftlab.importers import Imported, detect, read
from tests.importers.recordings import COPY, EXAMPLE, NO_SHARED, RECORDINGS, logs

SOURCES = [[*logs(COPY)], *([*logs(recording)] for recording in RECORDINGS), [EXAMPLE]]


@pytest.fixture(
    scope="module", params=SOURCES, ids=lambda paths: f"{paths[0].parent.parent.name}-{paths[0].parent.name}"
)
def imported(request: pytest.FixtureRequest) -> Imported:
    if not all(path.exists() for path in request.param):
        pytest.skip(NO_SHARED)
    return read(request.param)


def test_every_line_is_an_event_or_counted(imported: Imported) -> None:
    for report in imported.files:
        with Path(report.file).open("rb") as file:
            assert report.lines == sum(1 for _ in file)
        assert report.lines == report.told + sum(report.skipped.values())
        assert "raft line of an unknown form" not in report.skipped
    assert sum(report.events for report in imported.files) == sum(origin is not None for origin in imported.origins)


def test_lines_with_events_are_those_that_the_origins_name(imported: Imported) -> None:
    for report in imported.files:
        lines = {origin.line for origin in imported.origins if origin is not None and origin.file == report.file}

        assert len(lines) == report.told


def test_event_0_creates_the_cluster_and_times_never_fall(imported: Imported) -> None:
    first, *others = imported.events

    assert first == ClusterCreated(others[0].at_us, None, None, None)
    assert all(before.at_us <= after.at_us for before, after in zip(imported.events, others, strict=False))


def test_causes_come_before_their_effects(imported: Imported) -> None:
    for position, event in enumerate(imported.events):
        assert event.cause is None or event.cause < position


def test_a_receipt_fits_its_sending(imported: Imported) -> None:
    for event in imported.events:
        if isinstance(event, MessageReceived) and event.cause is not None:
            sent = imported.events[event.cause]
            assert isinstance(sent, MessageSent)
            assert (sent.node, sent.to, sent.due_us) == (event.sender, event.node, event.at_us)
            assert sent.message == event.message


def test_the_events_fold(imported: Imported) -> None:
    cluster = Cluster.empty()
    cluster.fold(imported.events)

    assert set(cluster.nodes) == set(imported.nodes)
    assert all(flight.node in imported.nodes for flight in cluster.flights.values())


def test_the_events_survive_a_round_trip(imported: Imported) -> None:
    lines = msgspec.json.Encoder().encode_lines(imported.events)

    assert msgspec.json.Decoder(AnyEvent).decode_lines(lines) == imported.events


def test_the_same_files_give_the_same_events(imported: Imported) -> None:
    again = read([report.file for report in imported.files])

    assert (again.events, again.origins) == (imported.events, imported.origins)


def test_packed_files_give_the_same_events(tmp_path: Path) -> None:
    for log in logs(COPY):
        with log.open("rb") as plain, gzip.open(tmp_path / f"{log.name}.gz", "wb") as packed:
            shutil.copyfileobj(plain, packed)

    packed_paths = logs(tmp_path)

    assert [path.suffix for path in packed_paths] == [".gz"] * 3
    assert detect(packed_paths[0]) == "etcd-log"
    assert detect(packed_paths[0].read_bytes()[:4000]) == "etcd-log"
    assert read(packed_paths).events == read(logs(COPY)).events


def test_progress_is_told(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []

    read(logs(COPY), progress=lambda done, total: calls.append((done, total)))

    assert calls[-1] == (logs(COPY)[-1].stat().st_size,) * 2
