"""Whose each line is, and when it was: several nodes in one file, stamps without a year, Fabric's channels."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from raftlab.core.events import BecameCandidate, BecameFollower, BecameLeader, NodeCrashed, SourceNoted
from raftlab.core.invariants import Checker
from raftlab.importers import Imported, detect, read
from raftlab.importers.stamps import micros
from tests.importers.lines import A, B, C, write, zap34
from tests.importers.looking import of
from tests.importers.recordings import COPY, RECORDINGS, logs
from tests.importers.test_etcd_log_envelopes import each_nodes, lines_of


def journald(stamp: str, host: str, text: str, process: int = 812) -> str:
    return f"{stamp} {host} etcd[{process}]: {text}\n"


# --- several nodes in one file ---------------------------------------------------------------------------------------


def test_logs_put_together_in_one_file(tmp_path: Path) -> None:
    path = write(tmp_path / "all.log", *(f"{line}\n" for log in logs(COPY) for line in lines_of(log)))

    assert each_nodes(read([path])) == each_nodes(read(logs(COPY)))


def test_naked_lines_of_several_nodes_are_told_as_far_as_they_name_theirs(tmp_path: Path) -> None:
    path = write(
        tmp_path / "all.log",
        zap34(0, "starting an etcd server", name="one"),
        zap34(0, "starting an etcd server", name="two"),
        zap34(1, f"{A} became follower at term 1"),
        zap34(1, f"{B} became follower at term 1"),
        zap34(2, "published local member to cluster through raft", **published(A, "one")),
        zap34(2, "published local member to cluster through raft", **published(B, "two")),
        zap34(3, "slow fdatasync", took="1.2s"),
        zap34(4, f"{A} became candidate at term 2"),
        zap34(5, "found conflict at index 29 [existing term: 2, conflicting term: 3]"),
        zap34(6, f"{B} became candidate at term 3"),
        zap34(7, "closed etcd server", name="two"),
    )

    imported = read([path])

    assert [event.node for event in of(imported, BecameCandidate)] == ["one", "two"]
    assert [event.node for event in of(imported, NodeCrashed)] == ["two"]
    assert of(imported, SourceNoted) == []
    report = imported.files[0]
    assert report.skipped["a line about a member whose id the log doesn't tell, among lines of several"] == 2
    assert report.lines == report.told + sum(report.skipped.values())


def published(identifier: str, name: str) -> dict[str, str]:
    return {"local-member-id": identifier, "local-member-attributes": f"{{Name:{name} ClientURLs:[http://h:2379]}}"}


def test_a_line_without_an_id_between_two_members_is_that_of_the_process_it_stands_in(tmp_path: Path) -> None:
    path = write(
        tmp_path / "all.log",
        zap34(1, "slow fdatasync", took="1s"),
        zap34(2, f"{A} became follower at term 1"),
        zap34(3, "slow fdatasync", took="2s"),
        zap34(4, "starting an etcd server", name="two"),
        zap34(5, "slow fdatasync", took="3s"),
        zap34(6, f"{B} became follower at term 1"),
        zap34(7, "slow fdatasync", took="4s"),
        zap34(8, f"{C} became follower at term 1"),
        zap34(9, "slow fdatasync", took="5s"),
    )

    imported = read([path])

    found = [(event.node, event.text[-3:-1]) for event in of(imported, SourceNoted)]  # type: ignore[attr-defined]
    assert found == [(A, "1s"), (A, "2s"), ("two", "3s"), (C, "5s")]


def test_a_process_that_never_came_to_raft_is_that_of_its_host(tmp_path: Path) -> None:
    path = write(
        tmp_path / "all.log",
        journald("Nov 23 19:50:01", "h1", zap34(0, f"{A} became follower at term 1").rstrip()),
        journald("Nov 23 19:50:01", "h2", zap34(1, f"{B} became follower at term 1").rstrip()),
        journald("Nov 23 19:50:02", "h1", zap34(2, "no disk").rstrip().replace('"info"', '"fatal"'), process=901),
    )

    imported = read([path])

    assert [event.node for event in of(imported, NodeCrashed)] == [A]


@pytest.mark.parametrize("cut", [0.3, 0.55, 0.9])
@pytest.mark.parametrize("name", ["{}.log.1", "{}.log.1.gz", "{}-2026-11-23T19-50-32.603.log"])
def test_a_rotated_log_is_one_story_whatever_the_order_of_its_files(cut: float, name: str, tmp_path: Path) -> None:
    older, newer = [], []
    for log in logs(COPY):
        lines = [f"{line}\n" for line in lines_of(log)]
        node, place = log.name[:2], int(cut * len(lines))
        older.append(tmp_path / name.format(node))
        first = "".join(lines[:place]).encode()
        older[-1].write_bytes(gzip.compress(first) if name.endswith(".gz") else first)
        newer.append(write(tmp_path / f"{node}.log", *lines[place:]))

    whole = read(logs(COPY)).events

    for paths in ([*older, *newer], [*newer, *older]):
        imported = read(paths)
        assert imported.events == whole
        assert all(it.lines == it.told + sum(it.skipped.values()) for it in imported.files)


def test_a_quiet_file_that_was_cut_from_no_log_at_hand_is_nobodys(tmp_path: Path) -> None:
    first = write(tmp_path / "n1.log", zap34(0, follower(1)))
    other = write(tmp_path / "n2.log.1", zap34(5, "slow fdatasync", took="1s"), zap34(5, "closed etcd server"))

    imported = read([first, other])

    assert of(imported, SourceNoted) == []
    assert imported.files[1].skipped["a line about a member whose id the log doesn't tell"] == 2


def test_two_accounts_of_one_member_stay_two(tmp_path: Path) -> None:
    first = write(tmp_path / "n1.log", zap34(0, follower(1)), zap34(900, follower(3)))
    second = write(tmp_path / "journal", zap34(500, follower(2)), zap34(1000, follower(4)))

    terms = [event.term for event in of(read([first, second]), BecameFollower)]  # type: ignore[attr-defined]

    assert terms == [1, 2, 3, 4]


# --- stamps of the envelopes -----------------------------------------------------------------------------------------


def became(imported: Imported) -> list[int]:
    return [event.at_us for event in of(imported, BecameFollower)]


def follower(term: int) -> str:
    return f"{A} became follower at term {term}"


def test_the_year_of_a_stamp_without_one_is_that_of_the_lines_around_it(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        journald("Dec 31 23:59:58", "h", follower(1)),
        journald("Dec 31 23:59:59", "h", f"2019-12-31 23:59:59.500000 I | raft: {follower(2)}"),
        journald("Jan  1 00:00:01", "h", follower(3)),
    )

    stamps = ("2019-12-31 23:59:58", "2019-12-31 23:59:59.5", "2020-01-01 00:00:01")
    assert became(read([path])) == [micros(stamp) for stamp in stamps]


def test_without_any_year_the_files_own_date_is_the_end(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        journald("Dec 31 23:59:58", "h", follower(1)),
        journald("Jan  1 00:00:01.25", "h", follower(2)),
    )
    os.utime(path, (1_583_000_000, 1_583_000_000))  # 2020-02-29

    assert became(read([path])) == [micros("2019-12-31 23:59:58"), micros("2020-01-01 00:00:01.25")]


def test_a_log_that_is_older_than_this_years_day(tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", journald("Dec 14 09:14:49", "h", follower(1)))
    os.utime(path, (1_583_000_000, 1_583_000_000))  # 2020-02-29

    assert became(read([path])) == [micros("2019-12-14 09:14:49")]


@pytest.mark.parametrize(
    ("line", "stamp"),
    [
        ("2019-12-14T09:14:49.123456+0100 h etcd[8]: %s", "2019-12-14T08:14:49.123456Z"),
        ("Dec 14 2019 09:14:49 h etcd[8]: %s", "2019-12-14T09:14:49Z"),
        ("<30>1 2019-12-14T09:14:49.5Z h etcd 8 - - %s", "2019-12-14T09:14:49.5Z"),
        ("1576314889.250000 h etcd[8]: %s", "2019-12-14T09:14:49.25Z"),
        (
            '{"MESSAGE":"%s","_HOSTNAME":"h","__REALTIME_TIMESTAMP":"1576314889250000"}',
            "2019-12-14T09:14:49.25Z",
        ),
        ('Dec 14 10:00:00 h docker: {"log":"%s\\n","time":"2019-12-14T09:14:49.5Z"}', "2019-12-14T09:14:49.5Z"),
    ],
)
def test_a_line_without_a_stamp_has_its_envelopes(line: str, stamp: str, tmp_path: Path) -> None:
    imported = read([write(tmp_path / "a.log", line % follower(1) + "\n")])

    assert became(imported) == [micros(stamp)]


# --- Fabric ----------------------------------------------------------------------------------------------------------

OLDER = "2019-10-22 20:44:{:06.3f} UTC [orderer.consensus.etcdraft] {} -> INFO 039 {} channel={} node={}\n"
NEWER = "2023-08-03 05:41:{:06.3f} UTC 0020 INFO [orderer.consensus.etcdraft] {} -> {} channel={} node={}\n"
COLOURED = (
    "\x1b[34m2019-10-22 20:44:{:06.3f} UTC [orderer.consensus.etcdraft] {} -> INFO 039\x1b[0m {} channel={} node={}\n"
)


@pytest.mark.parametrize("form", [OLDER, NEWER, COLOURED], ids=["to 2.2", "since 2.3", "coloured"])
def test_an_orderers_log(form: str, tmp_path: Path) -> None:
    path = write(
        tmp_path / "orderer.log",
        form.format(1, "Step", "10 is starting a new election at term 1", "mychannel", 16),
        form.format(2, "becomeCandidate", "10 became candidate at term 2", "mychannel", 16),
        form.format(2, "becomeFollower", "2 became follower at term 7", "syschannel", 2),
        form.format(3, "becomeLeader", "10 became leader at term 2", "mychannel", 16),
        form.format(
            4, "apply", "Applied config change to add node 16, current nodes in channel: [16]", "mychannel", 16
        ),
        form.format(
            5, "maybeAppend", "found conflict at index 4 [existing term: 1, conflicting term: 2]", "mychannel", 16
        ),
    )

    assert detect(path) == "etcd-log"
    imported = read([path])

    assert imported.nodes == ("10",)
    assert len(of(imported, BecameCandidate)) == len(of(imported, BecameLeader)) == 1
    report = imported.files[0]
    assert report.told == 4
    assert report.skipped == {
        "not about raft": 1,
        "of the channel syschannel: a Raft group of its own (told is mychannel)": 1,
    }


def test_all_orderers_are_told_of_the_same_channel(tmp_path: Path) -> None:
    first = write(
        tmp_path / "1.log",
        OLDER.format(1, "f", "1 became follower at term 1", "one", 1),
        OLDER.format(1, "f", "1 became follower at term 2", "one", 1),
        OLDER.format(1, "f", "1 became follower at term 9", "two", 1),
    )
    second = write(
        tmp_path / "2.log",
        OLDER.format(1, "f", "2 became follower at term 9", "two", 2),
        OLDER.format(1, "f", "2 became follower at term 10", "two", 2),
        OLDER.format(2, "f", "2 became follower at term 2", "one", 2),
    )

    imported = read([first, second])

    assert {event.term for event in of(imported, BecameFollower)} == {1, 2}  # type: ignore[attr-defined]
    assert sum(imported.files[1].skipped.values()) == 2


def test_an_orderer_that_dies(tmp_path: Path) -> None:
    path = write(
        tmp_path / "orderer.log",
        NEWER.format(1, "f", "3 became follower at term 2", "mychannel", 3),
        NEWER.replace("INFO", "PANI").format(
            2, "commitTo", "tocommit(6) is out of range [lastIndex(3)].", "mychannel", 3
        ),
    )

    assert [event.node for event in of(read([path]), NodeCrashed)] == ["3"]


# --- invariants ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name)
def test_no_recording_breaks_an_invariant(recording: Path) -> None:
    assert broken(read(logs(recording))) == []


def broken(imported: Imported) -> list[str]:
    checker = Checker()
    for position, event in enumerate(imported.events):
        checker.observe(position, event)
    return [it.invariant for it in checker.broken]


def test_a_second_leader_of_a_term_is_caught(tmp_path: Path) -> None:
    path = write(
        tmp_path / "all.log",
        f"etcd1_1 | 2026-11-23 19:50:01.000000 I | raft: {A} became leader at term 2\n",
        f"etcd2_1 | 2026-11-23 19:50:02.000000 I | raft: {B} became leader at term 2\n",
    )

    assert broken(read([path])) == ["Election Safety"]
