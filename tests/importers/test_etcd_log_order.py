"""Streams of an etcd log: in order, and as certain as the lines around each line allow."""

from __future__ import annotations

from pathlib import Path

from raftlab.core.events import BecameCandidate, BecameFollower, SourceNoted
from raftlab.importers import etcd_log, read
from raftlab.importers.imported import FileReport
from raftlab.importers.names import Names
from raftlab.importers.rotation import join_rotated
from raftlab.importers.source import Source
from raftlab.importers.stamps import micros
from raftlab.importers.stream import Stream
from tests.importers.lines import A, B, write, zap34
from tests.importers.looking import of


def streams_of(path: Path) -> list[Stream]:
    return etcd_log.gather(Source(path), 0, FileReport(str(path), etcd_log.KIND, skipped={}), Names())


def test_times_of_a_stream_never_fall_and_say_how_coarse_they_are(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        f"2026-11-23 19:50:10.000004 I | rafthttp: peer {B} became active\n",
        f"raft2026/11/23 19:50:09 INFO: {A} became candidate at term 2\n",
    )
    precise = write(
        tmp_path / "b.log", zap34(7, f"{B} became candidate at term 2"), zap34(6, f"{B} became leader at term 2")
    )

    (coarse,), (fine,) = streams_of(path), streams_of(precise)

    assert [fact.at_us for fact in coarse.facts] == [micros("2026-11-23 19:50:10.000004")] * 2
    assert (coarse.clock, coarse.node, coarse.resolution_us) == (A, A, 1_000_000)
    assert [fact.at_us for fact in fine.facts] == [micros("2026-11-23 19:50:00.007")] * 2
    assert (fine.clock, fine.node, fine.resolution_us) == (B, B, 1_000)


def test_the_parts_of_a_log_become_one_stream_by_their_times(tmp_path: Path) -> None:
    newer = write(tmp_path / "a.log", zap34(9, f"{A} became candidate at term 2"))
    older = write(tmp_path / "a.log.1", zap34(4, f"{A} became follower at term 1"))
    reports = [FileReport(str(path), etcd_log.KIND, skipped={}) for path in (newer, older)]
    streams = [
        stream
        for number, path in enumerate((newer, older))
        for stream in etcd_log.gather(Source(path), number, reports[number], Names())
    ]

    (joined,) = join_rotated(streams, reports)

    assert [fact.form for fact in joined.facts] == ["became_follower", "became_candidate"]


def test_a_stamp_of_another_envelope_in_a_file_of_one_node_narrows_a_second_down_too(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        "2026-11-23 19:50:09.250000 I | embed: ready to serve client requests\n",
        f"etcd1_1 | raft2026/11/23 19:50:09 INFO: {A} became candidate at term 2\n",
    )

    assert of(read([path]), BecameCandidate)[0].at_us == micros("2026-11-23 19:50:09.25")


def test_a_line_without_an_id_where_members_alternate_is_nobodys(tmp_path: Path) -> None:
    path = write(
        tmp_path / "all.log",
        zap34(1, f"{A} became follower at term 1"),
        zap34(2, f"{B} became follower at term 1"),
        zap34(3, "slow fdatasync", took="1s"),
        zap34(4, f"{B} became candidate at term 2"),
        zap34(5, f"{A} became candidate at term 3"),
    )

    assert of(read([path]), SourceNoted) == []


def test_a_yearless_stamp_just_before_a_dated_one_of_the_new_year(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        f"Dec 31 23:59:58 h etcd[8]: {A} became follower at term 1\n",
        f"Jan  1 00:00:01 h etcd[8]: 2020-01-01 00:00:01.500000 I | raft: {A} became follower at term 2\n",
    )

    times = [event.at_us for event in of(read([path]), BecameFollower)]

    assert times == [micros("2019-12-31 23:59:58"), micros("2020-01-01 00:00:01.5")]
