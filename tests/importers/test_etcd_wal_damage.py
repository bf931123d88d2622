"""WALs that are cut, flipped, purged or no WAL at all: what is read up to there, and what is said."""

from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.core.errors import TraceError
from raftlab.core.events import EntryAppended, NodeObserved, SnapshotInstalled, SnapshotTaken, SourceNoted
from raftlab.core.invariants import Checker
from raftlab.core.model import Cluster
from raftlab.importers import Imported, detect, read
from raftlab.importers.etcd_wal.crc32c import crc32c, first_wrong
from tests.importers.lines import write, zap34
from tests.importers.looking import of, state_of
from tests.importers.wals import Writer, number
from tests.importers.wals import crc32c as plain_crc32c

A, B = 0xA, 0xB


def _a_member() -> Writer:
    """Boot, a vote for itself in term 2, ten puts, all committed."""
    wal = Writer(A)
    wal.entry(1, 1, number(1, 0) + number(2, 0) + number(3, A), kind=1)
    wal.state(1, 0, 1)
    wal.state(2, A, 1)
    wal.entry(2, 2)
    for index in range(3, 13):
        wal.put(index, 2, b"k%d" % index)
        wal.state(2, A, index)
    return wal


def _entries(imported: Imported) -> list[int]:
    return [event.entry.index for event in of(imported, EntryAppended)]  # type: ignore[attr-defined]


def _said(imported: Imported) -> str:
    return " / ".join(event.text for event in of(imported, SourceNoted))  # type: ignore[attr-defined]


def _accounted(imported: Imported) -> None:
    for report in imported.files:
        assert report.lines == report.told + sum(report.skipped.values()), report


def test_a_data_directory_with_all_that_etcd_leaves_in_it(tmp_path: Path) -> None:
    _a_member().write(tmp_path / "member" / "wal")
    (tmp_path / "member" / "wal" / "0.tmp").write_bytes(bytes(1024))
    (tmp_path / "member" / "snap").mkdir()
    (tmp_path / "member" / "snap" / "db").write_bytes(b"\0\1\2 bolt" * 100)

    imported = read([tmp_path])

    assert _entries(imported) == list(range(1, 13))
    assert [report.kind for report in imported.files] == ["etcd-wal", "unknown", "unknown"]
    assert _said(imported) == ""
    assert state_of(imported).nodes["a"].commit_index == 12
    _accounted(imported)


@pytest.mark.parametrize("packed", [False, True])
def test_a_flipped_bit_ends_what_is_used(tmp_path: Path, packed: bool) -> None:
    wal = _a_member()
    data = bytearray(wal.segments[0])
    at = data.index(b"k7")
    data[at] ^= 1
    record = sum(offset <= at for offset in wal.offsets)
    path = tmp_path / ("a.wal.gz" if packed else "a.wal")
    path.write_bytes(gzip.compress(bytes(data)) if packed else bytes(data))

    imported = read([path])

    assert _entries(imported) == list(range(1, 7))
    assert f"record {record}, at offset {wal.offsets[record - 1]}, is damaged" in _said(imported)
    assert "checksum doesn't hold" in _said(imported)
    assert imported.files[0].skipped["damaged from here on"] == 1
    assert state_of(imported).nodes["a"].commit_index == 6
    _accounted(imported)


def test_every_cut_is_a_torn_tail_and_leaves_what_was_whole(tmp_path: Path) -> None:
    wal = _a_member()
    data = wal.segments[0]
    for cut in range(wal.offsets[3], len(data), 7):
        path = tmp_path / "a.wal"
        path.write_bytes(data[:cut])

        imported = read([path])

        whole = [offset for offset in wal.offsets if offset < cut]
        torn = cut != len(data) and cut not in wal.offsets
        assert imported.files[0].lines == len(whole), cut
        assert imported.files[0].skipped.get("torn last record", 0) == torn, cut
        assert ("breaks off" in _said(imported)) == torn, cut
        _accounted(imported)


def test_a_record_whose_sector_never_reached_the_disk_is_torn_not_damaged(tmp_path: Path) -> None:
    wal = _a_member()
    wal.put(13, 2, b"long", b"x" * 3000)
    data = bytearray(wal.segments[0])
    start = (wal.offsets[-1] // 512 + 2) * 512
    data[start : start + 512] = bytes(512)
    path = tmp_path / "a.wal"
    path.write_bytes(bytes(data) + bytes(2048))

    imported = read([path])

    assert imported.files[0].skipped["torn last record"] == 1
    assert "damaged from here on" not in imported.files[0].skipped
    assert _entries(imported)[-1] == 12


def test_bytes_after_the_end_are_not_lost_silently(tmp_path: Path) -> None:
    path = tmp_path / "a.wal"
    path.write_bytes(_a_member().segments[0] + bytes(64) + b"what is this" + bytes(64))

    imported = read([path])

    assert "12 bytes that aren't zero" in _said(imported)
    assert imported.files[0].skipped["bytes after the end"] == 1
    _accounted(imported)


def _three_segments() -> Writer:
    wal = _a_member()
    wal.cut(13, 2, A, 12)
    for index in range(13, 17):
        wal.put(index, 2, b"m%d" % index)
    wal.state(2, A, 16)
    wal.snapshot(16, 2)
    wal.cut(17, 2, A, 16)
    for index in range(17, 21):
        wal.put(index, 2, b"n%d" % index)
    wal.state(2, A, 20)
    return wal


def test_segments_carry_on_the_checksum_and_the_log(tmp_path: Path) -> None:
    _three_segments().write(tmp_path)

    imported = read([tmp_path])

    assert _entries(imported) == list(range(1, 21))
    assert len(imported.files) == 1
    assert [event.index for event in of(imported, SnapshotTaken)] == [16]  # type: ignore[attr-defined]
    assert _said(imported) == ""
    assert len(state_of(imported).nodes["a"].log) == 20
    _accounted(imported)


def test_purged_segments_leave_a_beginning_that_is_not_known(tmp_path: Path) -> None:
    first, *_ = _three_segments().write(tmp_path)
    first.unlink()

    imported = read([tmp_path])

    assert "first segment was purged" in _said(imported)
    assert _entries(imported) == list(range(13, 21))
    (seen, *_) = [event for event in of(imported, NodeObserved) if event.term == 2]  # type: ignore[attr-defined]
    assert seen.vote == "a"  # type: ignore[attr-defined]
    node = state_of(imported).nodes["a"]
    assert (node.current_term, node.voted_for, node.commit_index, node.log.last_index) == (2, "a", 20, 20)
    _accounted(imported)


def test_a_missing_segment_between_is_a_gap(tmp_path: Path) -> None:
    _, second, _ = _three_segments().write(tmp_path)
    second.unlink()

    imported = read([tmp_path])

    assert "1 segment of the WAL before" in _said(imported)
    assert _entries(imported) == [*range(1, 13), *range(17, 21)]
    log = state_of(imported).nodes["a"].log
    assert (log.entry(14), log.last_index) == (None, 20)
    assert imported.files[0].skipped["segments are missing"] == 1
    _accounted(imported)


def test_a_segment_of_another_wal_does_not_carry_on(tmp_path: Path) -> None:
    second = _three_segments().write(tmp_path)[1]
    data = bytearray(second.read_bytes())
    data[12] ^= 0x40  # the running value that the segment opens with
    second.write_bytes(bytes(data))

    imported = read([tmp_path])

    assert _entries(imported) == list(range(1, 13))
    assert "damaged from here on" in imported.files[0].skipped
    assert "1 later segments" in _said(imported)
    _accounted(imported)


def test_entries_that_are_left_out_are_said(tmp_path: Path) -> None:
    wal = _a_member()
    wal.put(15, 2, b"later")
    wal.write(tmp_path)

    imported = read([tmp_path])

    assert "lacks the entries 13 to 14" in _said(imported)
    log = state_of(imported).nodes["a"].log
    assert (log.entry(13), log.entry(15) is None, log.last_index) == (None, False, 15)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ((7, b""), "no record of type 7"),
        ((3, number(1, 1) + number(2, 0) + number(3, 0)), "the term or the commit index falls"),
        ((1, number(1, 0xB)), "it is b's"),
        ((2, number(1, 0) + number(2, 3) + number(3, 5)), "overwrites entry 5, which is committed"),
        ((2, b"\xff"), "breaks off"),
    ],
)
def test_what_no_member_can_have_written_ends_what_is_used(
    tmp_path: Path, record: tuple[int, bytes], says: str
) -> None:
    wal = _a_member()
    wal.record(*record)
    wal.put(13, 2, b"after")
    wal.write(tmp_path)

    imported = read([tmp_path])

    assert says in _said(imported)
    assert _entries(imported) == list(range(1, 13))
    _accounted(imported)


def test_the_term_rises_before_the_entries_that_were_stored_with_it(tmp_path: Path) -> None:
    wal = _a_member()
    wal.put(13, 5, b"of a new leader")
    wal.state(5, 0, 12)
    wal.write(tmp_path)

    imported = read([tmp_path])

    cluster = Cluster.empty()
    for event in imported.events:
        cluster.fold([event])
        if isinstance(event, EntryAppended):
            assert event.entry.term <= cluster.nodes["a"].current_term
    assert (cluster.nodes["a"].current_term, cluster.nodes["a"].voted_for) == (5, None)


def test_a_length_that_lies_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.wal"
    path.write_bytes(_a_member().segments[0] + (1 << 55).to_bytes(8, "little") + b"x" * 100)

    imported = read([path])

    assert "claims a length of 36,028,797,018,963,968 bytes" in _said(imported)


def test_a_checksum_of_more_than_32_bits_is_damage(tmp_path: Path) -> None:
    wal = _a_member()
    wal.crc += 1 << 33
    wal.record(3, None)
    wal.write(tmp_path)

    imported = read([tmp_path])

    assert "longer than 32 bits" in _said(imported)
    assert _entries(imported) == list(range(1, 13))


def test_an_index_beyond_all_bounds_costs_no_time(tmp_path: Path) -> None:
    wal = _a_member()
    wal.snapshot(1 << 60, 2)
    wal.put(13, 2, b"after")
    wal.write(tmp_path)

    _accounted(read([tmp_path]))


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b"garbage" * 100])
def test_nothing_to_read_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "0000000000000000-0000000000000000.wal"
    path.write_bytes(content)

    with pytest.raises(TraceError) as caught:
        read([path], kind="etcd-wal")

    assert str(path) in str(caught.value)


def test_in_a_directory_a_wal_that_cannot_be_read_is_counted_and_the_others_are_read(tmp_path: Path) -> None:
    _a_member().write(tmp_path / "a")
    broken = bytearray(Writer(B).segments[0])
    broken[broken.index(number(2, 0xC))] ^= 255
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "0000000000000000-0000000000000000.wal").write_bytes(bytes(broken))

    imported = read([tmp_path])

    assert _entries(imported) == list(range(1, 13))
    assert any("nothing of this WAL can be read" in reason for reason in imported.files[1].skipped)
    _accounted(imported)


def test_detected_by_its_first_record(tmp_path: Path) -> None:
    data = _a_member().segments[0]

    assert detect(data) == "etcd-wal"
    assert detect(gzip.compress(data)) == "etcd-wal"
    assert detect(data[16:]) is None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_done_to_the_bytes_nothing_is_lost_silently(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(_a_member().segments[0] + bytes(512))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(16, len(content) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "insert", "zero"])):
            case "flip":
                content[at] ^= 1 << data.draw(st.integers(0, 7))
            case "cut":
                del content[at : at + data.draw(st.integers(1, 200))]
            case "insert":
                content[at:at] = data.draw(st.binary(min_size=1, max_size=40))
            case _:
                content[at : at + 64] = bytes(len(content[at : at + 64]))
        if len(content) < 64:
            return
    path = tmp_path_factory.mktemp("wal") / "a.wal"
    path.write_bytes(bytes(content))

    try:
        imported = read([path], kind="etcd-wal")
    except TraceError:
        return

    _accounted(imported)
    entries = _entries(imported)
    # A checksum covers what a record holds, not its type: an entry may be taken for something else. Its lack is told.
    holes = [(before, after) for before, after in pairwise([0, *entries]) if after > before + 1]
    assert all(f"lacks the entries {before + 1} to {after - 1}" in _said(imported) for before, after in holes)


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=20), st.integers(0, 0xFFFFFFFF), st.data())
def test_checksums_side_by_side_are_those_one_by_one(datas: list[bytes], start: int, data: st.DataObject) -> None:
    before, after, running = [], [], start
    for each in datas:
        before.append(running)
        running = plain_crc32c(each, running)
        after.append(running)

    assert first_wrong(datas, before, after) is None
    place = data.draw(st.integers(0, len(datas) - 1))
    after[place] ^= 1 << data.draw(st.integers(0, 31))
    assert first_wrong(datas, before, after) == place


def test_the_checksum_of_long_data_is_the_plain_one() -> None:
    long = bytes(range(256)) * 40 + b"odd"

    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(long, 7) == plain_crc32c(long, 7)
    assert first_wrong([b"x", long], [0, 7], [crc32c(b"x"), crc32c(long, 7) ^ 1]) == 1


def test_two_wals_of_one_member_are_not_mixed(tmp_path: Path) -> None:
    (first,) = _a_member().write(tmp_path / "a")
    (second,) = _a_member().write(tmp_path / "backup")

    with pytest.raises(TraceError) as caught:
        read([first, second])

    assert str(first) in str(caught.value)
    assert str(second) in str(caught.value)


def test_a_damaged_wal_joined_with_its_log_tells_what_was_whole(tmp_path: Path) -> None:
    wal = _a_member()
    data = bytearray(wal.segments[0])
    data[data.index(b"k7")] ^= 1
    path = tmp_path / "a.wal"
    path.write_bytes(bytes(data))
    log = write(
        tmp_path / "a.log",
        zap34(0, "newRaft a [peers: [], term: 0, commit: 0, applied: 0, lastindex: 0, lastterm: 0]"),
        zap34(1, "a became follower at term 1"),
        zap34(500, "a became candidate at term 2"),
        zap34(501, "a became leader at term 2"),
        zap34(501, "raft.node: a elected leader a at term 2"),
        zap34(9000, "newRaft a [peers: [], term: 2, commit: 12, applied: 0, lastindex: 12, lastterm: 2]"),
    )

    imported = read([log, path])

    assert _entries(imported) == list(range(1, 7))
    node = state_of(imported).nodes["a"]
    assert (node.commit_index, node.log.last_index, node.log.entry(6) is None) == (12, 12, False)
    _accounted(imported)


def test_swapped_terms_are_caught(tmp_path: Path) -> None:
    _a_member().write(tmp_path / "a")
    other = Writer(B)
    other.entry(1, 1, number(1, 0) + number(2, 0) + number(3, A), kind=1)
    other.state(1, 0, 1)
    other.state(3, 0, 1)
    other.entry(2, 2)
    other.put(3, 3, b"k3")  # in term 2 at a
    other.put(4, 2, b"k4")
    other.write(tmp_path / "b")

    checker = Checker()
    for position, event in enumerate(read([tmp_path]).events):
        checker.observe(position, event)

    assert checker.broken


def test_after_a_gap_a_snapshot_of_entries_that_are_missing_was_not_sent_by_a_leader(tmp_path: Path) -> None:
    wal = _a_member()
    wal.cut(13, 2, A, 12)
    wal.put(13, 2, b"missing")
    wal.cut(14, 2, A, 13)
    wal.snapshot(13, 2)
    wal.put(14, 2, b"after")
    wal.write(tmp_path)[1].unlink()

    imported = read([tmp_path])

    assert of(imported, SnapshotInstalled) == []
    assert [event.index for event in of(imported, SnapshotTaken)] == [13]  # type: ignore[attr-defined]
