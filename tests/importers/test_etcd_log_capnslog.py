"""capnslog: its shapes from version to version, whole seconds, and what the server says beside raft."""

from __future__ import annotations

from pathlib import Path

import pytest

from raftlab.core.events import BecameCandidate, BecameFollower, BecameLeader, NodeRemoved, SnapshotTaken, SourceNoted
from raftlab.importers import Imported, detect, etcd_log, read
from tests.importers.lines import A, B, C, write, zap34
from tests.importers.looking import of, recording, state_of

ELECTION = (
    f"{A} is starting a new election at term 1",
    f"{A} became candidate at term 2",
    f"{A} received MsgVoteResp from {A} at term 2",
    f"{A} [logterm: 1, index: 3] sent MsgVote request to {B} at term 2",
    f"{A} received MsgVoteResp from {B} at term 2",
    f"{A} became leader at term 2",
)


def fine(second: float, text: str, level: str = "I", place: str = "") -> str:
    return f"2026-11-23 19:50:{second:09.6f} {place}{level} | {text}\n"


def whole(second: int, text: str, level: str = "INFO") -> str:
    return f"raft2026/11/23 19:50:{second:02} {level}: {text}\n"


def bare(second: int, text: str) -> str:
    return f"Nov 23 19:50:{second:02} host etcd[812]: {text}\n"


def notes(imported: Imported) -> list[str]:
    return [event.text for event in of(imported, SourceNoted)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "lines",
    [
        [whole(9, text) for text in ELECTION],
        [fine(9.1, f"raft: {text}") for text in ELECTION],
        [fine(9.1, f"raft: {text}", place="[pkg_logger.go:124] ") for text in ELECTION],
        [bare(9, text) for text in ELECTION],
    ],
    ids=["3.4", "3.2 and 3.3", "3.3 with --debug", "3.3 in journald"],
)
def test_an_election_in_each_shape(lines: list[str], tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", *lines)

    imported = read([path])

    assert detect(path) == "etcd-log"
    assert imported.files[0].told == 6
    assert len(of(imported, BecameCandidate)) == len(of(imported, BecameLeader)) == 1
    assert state_of(imported).nodes[A].current_term == 2


def test_a_whole_second_is_not_before_the_fine_stamp_above_it_nor_after_the_one_below(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        fine(8.9, "etcdserver: a"),
        whole(9, ELECTION[0]),
        fine(9.25, "etcdserver: b"),
        whole(9, ELECTION[1]),
        whole(9, ELECTION[2]),
        fine(9.75, f"rafthttp: peer {B} became active"),
        whole(10, ELECTION[5]),
        fine(10.5, f"rafthttp: peer {C} became active"),
    )

    imported = read([path])

    seconds = [
        (event.at_us - 1795463400_000000) / 1e6
        for event, origin in zip(imported.events, imported.origins, strict=True)
        if origin is not None and type(event).__name__ not in ("NodeObserved", "TermAdvanced", "VoteGranted")
    ]
    assert seconds == [9.0, 9.25, 9.25, 9.75, 10.0, 10.5]
    stamps = [origin.stamp for origin in imported.origins if origin is not None and origin.line == 4]
    assert set(stamps) == {"2026/11/23 19:50:09"}


def test_a_fine_stamp_a_little_past_the_second_of_the_next_line_keeps_the_order(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        fine(10.000004, f"rafthttp: peer {B} became active"),
        whole(9, ELECTION[0]),
        whole(9, ELECTION[1]),
    )

    imported = read([path])

    assert [origin.line for origin in imported.origins if origin] == sorted(
        origin.line for origin in imported.origins if origin
    )
    assert of(imported, BecameCandidate)[0].at_us == 1795463410_000004


SERVER = (
    (f"rafthttp: peer {B} became active", f"peer became active (peer-id: {B})"),
    (
        f"rafthttp: peer {B} became inactive (message send to peer failed)",
        f"peer became inactive (message send to peer failed) (peer-id: {B})",
    ),
    (
        f"etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 104.392067ms, to {B})",
        "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk "
        f"(to: {B}, heartbeat-interval: 100ms, exceeded-duration: 104.392067ms)",
    ),
    (
        "etcdserver: failed to send out heartbeat on time (exceeded the 100ms timeout for 1.4s)",
        "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk "
        "(heartbeat-interval: 100ms, exceeded-duration: 1.4s)",
    ),
    ("etcdserver: server is likely overloaded", "server is likely overloaded"),
    (
        "etcdserver: apply entries took too long [106.743668ms for 1 entries]",
        "apply entries took too long (took: 106.743668ms, entries: 1)",
    ),
    (
        'etcdserver: read-only range request "key:\\"/health\\" " with result "error:context deadline exceeded" '
        "took too long (2.000070932s) to execute",
        "apply request took too long (took: 2.000070932s)",
    ),
    (
        "wal: sync duration of 1.363283431s, expected less than 1s",
        "slow fdatasync (took: 1.363283431s, expected-duration: 1s)",
    ),
    (
        f"rafthttp: the clock difference against peer {B} is too high [8h0m2.5s > 1s]",
        f"prober found high clock drift (remote-peer-id: {B}, clock-drift: 8h0m2.5s)",
    ),
    (
        "etcdserver: timed out waiting for read index response",
        "timed out waiting for read index response (local node might have slow network)",
    ),
    (
        f"rafthttp: rejected the stream from peer {B} since it was removed",
        f"rejected stream from remote peer because it was removed (remote-peer-id-from: {B})",
    ),
    (
        "pkg/osutil: received terminated signal, shutting down...",
        "received signal; shutting down (signal: terminated)",
    ),
)


@pytest.mark.parametrize(("text", "note"), SERVER)
@pytest.mark.parametrize("shape", ["file", "journald"])
def test_what_the_server_says_is_told_in_zaps_words(text: str, note: str, shape: str, tmp_path: Path) -> None:
    follows = f"{A} became follower at term 2"
    in_file = whole(8, follows), fine(9, text, "W")
    in_journald = bare(8, follows), bare(9, text.partition(": ")[2])

    imported = read([write(tmp_path / "a.log", *(in_file if shape == "file" else in_journald))])

    assert notes(imported) == [note]
    assert of(imported, SourceNoted)[0].node == A


def test_names_and_urls(tmp_path: Path) -> None:
    first = write(
        tmp_path / "a.log",
        fine(1, "embed: name = one"),
        fine(1, "embed: initial cluster = one=http://h1:2380,two=http://h2:2380"),
        fine(1, f"etcdserver: starting member {A} in cluster 8c7b492283aa1b35"),
        whole(1, f"{A} became follower at term 1"),
        fine(1.1, f"etcdserver/membership: added member {B} [http://h2:2380] to cluster 8c7b492283aa1b35"),
        fine(1.2, f"etcdserver/membership: added member {C} [http://h3:2380] to cluster 8c7b492283aa1b35"),
        whole(2, f"raft.node: {A} elected leader {B} at term 1"),
    )
    third = write(
        tmp_path / "c.log",
        whole(2, f"{C} became follower at term 1"),
        fine(2.1, "etcdserver: published {Name:three ClientURLs:[http://h3:2379]} to cluster 8c7b492283aa1b35"),
    )

    imported = read([first, third])

    assert set(imported.nodes) == {"one", "three"}
    assert state_of(imported).nodes["one"].leader == "two"
    assert [report.lines == report.told + sum(report.skipped.values()) for report in imported.files] == [True, True]


def test_last_words_a_panic_and_a_removal(tmp_path: Path) -> None:
    died = write(
        tmp_path / "a.log",
        whole(1, f"{A} became follower at term 1"),
        fine(2.5, "etcdserver: raft save state and entries error: no space left", "C"),
    )
    panicked = write(
        tmp_path / "b.log",
        fine(1.1, f"raft: {B} became follower at term 1"),
        "panic: tocommit(9) is out of range [lastIndex(3)]\n",
        "goroutine 7 [running]:\n",
    )
    left = write(
        tmp_path / "c.log",
        whole(1, f"{C} became follower at term 1"),
        fine(3, "etcdserver: the member has been permanently removed from the cluster", "E"),
        fine(3, "etcdserver: saved snapshot at index 10010"),
    )

    imported = read([died, panicked, left])

    nodes = state_of(imported).nodes
    assert {key: node.status.value for key, node in nodes.items()} == {A: "crashed", B: "crashed", C: "removed"}
    assert "raft save state and entries error: no space left" in notes(imported)
    assert [event.node for event in of(imported, NodeRemoved)] == [C]
    assert [event.index for event in of(imported, SnapshotTaken)] == [10010]  # type: ignore[attr-defined]
    assert imported.files[1].skipped == {"not a line of an etcd log": 1}


def test_other_programs_lines_of_that_shape_are_not_etcds() -> None:
    dragonboats = b"2022-03-05 11:57:10.103113 I | raft: [f:1,l:0,t:0,c:0,a:0] [00001:00002] t1 became follower\n"

    assert not etcd_log.recognises(dragonboats + b"2022-03-05 11:57:10.1 [INFO] agent: up\n")
    assert etcd_log.recognises(dragonboats.replace(b"raft: [f", b"etcdserver: [f"))


def test_a_file_that_changes_from_capnslog_to_zap(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        whole(1, f"{A} became follower at term 1"),
        fine(2.5, f"rafthttp: peer {B} became active"),
        zap34(5000, f"{A} became candidate at term 2"),
        zap34(5001, "peer became active", **{"peer-id": B}),
    )

    imported = read([path])

    assert notes(imported) == [f"peer became active (peer-id: {B})"] * 2
    assert of(imported, BecameFollower)[0].at_us < of(imported, BecameCandidate)[0].at_us


def test_members_that_leave() -> None:
    imported = recording("members-capnslog")

    assert sorted(event.node or "" for event in of(imported, NodeRemoved)) == ["n1", "n2"]
