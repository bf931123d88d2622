"""Where a WAL's records stand beside the log of the same member: after every line that shows the log without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from raftlab.core.events import CommitAdvanced, EntriesAppended, EntryAppended
from raftlab.core.model import UNKNOWN, Cluster
from raftlab.importers import Imported, read
from raftlab.importers.etcd_wal.payload import Membership
from tests.importers.lines import write, zap34
from tests.importers.looking import of
from tests.importers.recordings import NO_SHARED, SHARED, logs
from tests.importers.wals import Writer, number

if TYPE_CHECKING:
    from pathlib import Path

A = 0xA
BOOT = (
    zap34(0, "newRaft a [peers: [], term: 0, commit: 0, applied: 0, lastindex: 0, lastterm: 0]"),
    zap34(1, "a became follower at term 1"),
    zap34(400, "a became follower at term 2"),
    zap34(500, "raft.node: a elected leader b at term 2"),
)


def _follower() -> Writer:
    """Boot, and entries 2 to 5 of term 2, of which 4 are committed."""
    wal = Writer(A)
    wal.entry(1, 1, number(1, 0) + number(2, 0) + number(3, A), kind=1)
    wal.state(1, 0, 1)
    wal.state(2, 0xB, 1)
    for index in range(2, 6):
        wal.put(index, 2, b"k%d" % index)
    wal.state(2, 0xB, 4)
    return wal


def _ms(imported: Imported, index: int) -> int:
    """When an entry came into the log, in milliseconds of these lines."""
    (found,) = [event for event in of(imported, EntryAppended, "a") if event.entry.index == index]  # type: ignore[attr-defined]
    return found.at_us // 1000 % 60_000


def test_an_entry_waits_for_the_terms_leader(tmp_path: Path) -> None:
    _follower().write(tmp_path / "wal")

    imported = read([write(tmp_path / "a.log", *BOOT), tmp_path / "wal"])

    assert (_ms(imported, 1), _ms(imported, 2), _ms(imported, 5)) == (1, 500, 500)


def test_an_entry_waits_for_the_restart_that_shows_the_log_without_it(tmp_path: Path) -> None:
    wal = _follower()
    wal.put(6, 2, b"k6")
    wal.state(2, 0xB, 5)
    wal.write(tmp_path / "wal")
    log = write(
        tmp_path / "a.log",
        *BOOT,
        zap34(9000, "newRaft a [peers: [], term: 2, commit: 4, applied: 0, lastindex: 5, lastterm: 2]"),
        zap34(9001, "a became follower at term 2"),
        zap34(9400, "raft.node: a elected leader b at term 2"),
    )

    imported = read([log, tmp_path / "wal"])

    assert (_ms(imported, 5), _ms(imported, 6)) == (500, 9400)


def test_a_commit_index_waits_for_the_restart_that_shows_a_lower_one(tmp_path: Path) -> None:
    wal = _follower()
    wal.state(2, 0xB, 5)
    wal.write(tmp_path / "wal")
    log = write(
        tmp_path / "a.log",
        *BOOT,
        zap34(9000, "newRaft a [peers: [], term: 2, commit: 4, applied: 0, lastindex: 5, lastterm: 2]"),
        zap34(9001, "a became follower at term 2"),
        zap34(9400, "raft.node: a elected leader b at term 2"),
    )

    imported = read([log, tmp_path / "wal"])

    rises = [(event.at_us // 1000 % 60_000, event.index) for event in of(imported, CommitAdvanced)]  # type: ignore[attr-defined]
    assert rises == [(400, 1), (9000, 4), (9400, 5)]


def test_an_entry_waits_for_a_line_that_prints_the_logs_end_without_it(tmp_path: Path) -> None:
    wal = _follower()
    wal.put(6, 2, b"k6")
    wal.write(tmp_path / "wal")
    log = write(
        tmp_path / "a.log",
        *BOOT,
        zap34(4000, "raft.node: a lost leader b at term 2"),
        zap34(4000, "a became pre-candidate at term 2"),
        zap34(4000, "a [logterm: 2, index: 5] sent MsgPreVote request to b at term 2"),
        zap34(4900, "a became follower at term 2"),
        zap34(4900, "raft.node: a elected leader b at term 2"),
    )

    imported = read([log, tmp_path / "wal"])

    assert (_ms(imported, 5), _ms(imported, 6)) == (500, 4900)


def test_under_a_leader_the_commit_index_is_not_known_until_its_term_ends(tmp_path: Path) -> None:
    _follower().write(tmp_path / "wal")
    log = write(tmp_path / "a.log", *BOOT, zap34(7000, "a became candidate at term 3"))

    imported = read([log, tmp_path / "wal"])

    cluster = Cluster.empty()
    seen = []
    for event in imported.events:
        cluster.fold([event])
        if event.node == "a":
            seen.append((event.at_us // 1000 % 60_000, cluster.nodes["a"].commit_index))
    assert [commit for at, commit in seen if 500 < at < 7000] == []
    assert [commit for at, commit in seen if at == 500][-1] is UNKNOWN
    assert seen[-1] == (7000, 4)
    assert [event.index for event in of(imported, CommitAdvanced)] == [1, 4]  # type: ignore[attr-defined]
    assert "commits" not in imported.knows


def test_an_entry_waits_for_the_message_that_brought_it() -> None:
    folder = SHARED / "etcd" / "part_leader3-zap"
    if not folder.exists():
        pytest.skip(NO_SHARED)

    imported = read([*logs(folder), folder / "wal", folder / "msgs.jsonl"])

    came: dict[str, float] = {}
    for event in imported.events:
        if isinstance(event, EntryAppended | EntriesAppended) and event.node is not None:
            entries = event.entries if isinstance(event, EntriesAppended) else (event.entry,)
            if any(entry.text == "put c0 = xxxxxxxxxxxxxxxx" for entry in entries):
                came[event.node] = event.at_us / 1e6 % 60
    assert set(came) == {"n1", "n2", "n3"}
    assert all(44.165 < at < 44.3 for at in came.values())  # the client asked at 19:50:44.165


def test_changes_of_members_by_kind() -> None:
    def change(kind: int, identifier: int) -> bytes:
        return number(1, 9) + number(2, kind) + number(3, identifier)

    two = Membership(("a", "b"))
    assert two.changed(1, change(0, 0xC)) == Membership(("a", "b", "c"))
    assert two.changed(1, change(1, 0xA)) == Membership(("b",))
    assert two.changed(1, change(3, 0xC)) == Membership(("a", "b"), (), ("c",))
    assert Membership(("a",), (), ("c",)).changed(1, change(0, 0xC)) == Membership(("a", "c"))
    assert two.changed(1, change(2, 0xA)) == two
