"""etcd's zap logs: what happens between the nodes, to their logs and snapshots."""

from __future__ import annotations

from pathlib import Path

from raftlab.core.events import (
    AppendRefused,
    CommitAdvanced,
    EntryApplied,
    LogTruncated,
    MessageDropped,
    MessageReceived,
    MessageSent,
    SnapshotInstalled,
    SourceNoted,
    TransferStarted,
)
from raftlab.core.messages import AppendEntriesReply, TimeoutNow
from raftlab.importers import read
from tests.importers.lines import A, B, write, zap34
from tests.importers.looking import of, recording, state_of
from tests.importers.recordings import COPY, logs


def test_a_receipt_waits_for_its_sending_where_clocks_differ(tmp_path: Path) -> None:
    sender = write(
        tmp_path / "a.log",
        zap34(30, f"{A} became candidate at term 2"),
        zap34(30, f"{A} [logterm: 1, index: 3] sent MsgVote request to {B} at term 2"),
    )
    receiver = write(
        tmp_path / "b.log",
        zap34(10, f"{B} [term: 1] received a MsgVote message with higher term from {A} [term: 2]"),
        zap34(10, f"{B} became follower at term 2"),
    )

    imported = read([receiver, sender])

    (received,) = of(imported, MessageReceived)
    assert type(imported.events[received.cause or 0]) is MessageSent
    position = imported.events.index(received)
    origin = imported.origins[position]
    assert origin is not None
    assert (origin.file, origin.line, origin.stamp) == (str(receiver), 1, "2026-11-23T19:50:00.010Z")
    assert received.at_us == imported.events[received.cause or 0].at_us


def test_a_message_that_nobody_saw_arrive_is_closed_a_second_later(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        zap34(0, f"{A} [logterm: 1, index: 3] sent MsgVote request to {B} at term 2"),
        zap34(1500, f"{A} became follower at term 2"),
    )

    imported = read([path])

    (dropped,) = of(imported, MessageDropped)
    assert dropped.reason == "unseen"  # type: ignore[attr-defined]
    assert dropped.at_us - of(imported, MessageSent)[0].at_us == 1_000_000
    assert state_of(imported).flights == {}


def test_leadership_handed_over() -> None:
    imported = recording("leader_kill-zapinfo")

    (received,) = [
        event
        for event in of(imported, MessageReceived)
        if isinstance(event.message, TimeoutNow)  # type: ignore[attr-defined]
    ]
    assert received.cause is not None
    assert of(imported, TransferStarted)


def test_the_six_overwritten_entries() -> None:
    imported = read(logs(COPY))

    (truncated,) = of(imported, LogTruncated)
    assert (truncated.node, truncated.from_index, truncated.last_index) == ("n1", 29, 34)  # type: ignore[attr-defined]
    refused = of(imported, AppendRefused)
    assert [event.prev_log_index for event in refused] == [49, 34, 33, 32, 31, 30, 29]  # type: ignore[attr-defined]
    hints = [event.message for event in of(imported, MessageReceived) if event.node == "n2"]  # type: ignore[attr-defined]
    assert AppendEntriesReply(8, rejected_index=49, conflict_index=35) in hints


def test_a_snapshot_is_installed() -> None:
    imported = recording("snapshot-zap")

    (installed,) = of(imported, SnapshotInstalled)
    assert (installed.node, installed.index, installed.term) == ("n1", 5628, 2)  # type: ignore[attr-defined]
    assert any("slow disk" in event.text for event in of(imported, SourceNoted))  # type: ignore[attr-defined]


def test_35_at_debug_level_tells_what_is_applied() -> None:
    imported = recording("leader_kill-zap35")

    assert "commits" in imported.knows
    assert of(imported, EntryApplied, "n1")[-1].index == 60  # type: ignore[attr-defined]
    assert of(imported, CommitAdvanced, "n1")[-1].index == 60  # type: ignore[attr-defined]
