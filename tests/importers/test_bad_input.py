"""What a person may hand over by mistake: one message each, with the file, and what would be right."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from raftlab.core.errors import TraceError
from raftlab.importers import detect, read
from tests.importers.lines import A, write, zap34
from tests.importers.recordings import COPY, logs


def message_of(path: Path, **options: str) -> str:
    with pytest.raises(TraceError) as caught:
        read([path], **options)
    assert caught.value.file == str(path)
    return str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "there is no such file" in message_of(tmp_path / "n1.log")


def test_an_empty_directory(tmp_path: Path) -> None:
    assert "this directory is empty" in message_of(tmp_path)


def test_an_empty_file(tmp_path: Path) -> None:
    assert "this file is empty" in message_of(write(tmp_path / "n1.log"))


def test_a_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "n1.log"
    path.write_bytes(b"\x7fELF\x02\x01\x01\0\0\0\0")

    assert "this is a binary file" in message_of(path)


def test_a_file_without_read_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "n1.log", zap34(0, "x"))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    assert "this file can't be read: Permission denied" in message_of(path)


def test_a_text_that_is_no_log(tmp_path: Path) -> None:
    path = write(tmp_path / "letter.txt", "Dear Diego,\n", "thank you for Raft.\n")

    assert detect(path) is None
    assert "no log that raftlab knows; it knows etcd-raft-ndjson" in message_of(path)


def test_a_log_without_a_line_of_rafts(tmp_path: Path) -> None:
    path = write(tmp_path / "n1.log", zap34(0, "serving peer traffic"), zap34(1, "now serving"), "dump: no\n")

    message = message_of(path)

    assert "no line in it is raft's" in message
    assert "of 3: 2 not about raft, 1 not a line of an etcd log" in message
    assert "became follower at term 2" in message


def test_a_log_that_only_names_its_member(tmp_path: Path) -> None:
    path = write(tmp_path / "n1.log", zap34(0, "starting an etcd server", name="n1"))

    assert "no line in it is raft's" in message_of(path)


def test_a_trace_without_an_event_of_rafts(tmp_path: Path) -> None:
    line = '{"level":"debug","ts":1.5,"event":{"name":"Ready","nid":"1","role":"StateFollower"}}\n'

    assert "no line in it is an event of raft's" in message_of(write(tmp_path / "t.ndjson", line))


def test_an_unknown_kind() -> None:
    message = message_of(logs(COPY)[0], kind="zookeeper")

    assert "no importer of the kind 'zookeeper'; there are: etcd-raft-ndjson, etcd-raft-script" in message


def test_files_of_two_kinds(tmp_path: Path) -> None:
    other = write(
        tmp_path / "t.ndjson",
        '{"ts":1.5,"event":{"name":"Ready","nid":"1","state":{"term":0,"vote":"0","commit":0},"role":"StateFollower"}}\n',
    )

    with pytest.raises(TraceError, match="the files of one cluster are of one kind"):
        read([logs(COPY)[0], other])


def test_no_file_at_all() -> None:
    with pytest.raises(TraceError, match="no file"):
        read([])


def assert_breaks_off(path: Path) -> None:
    """What there is has been read, and what isn't there is told."""
    report = read([path]).files[0]
    assert report.told > 100
    assert report.lines == report.told + sum(report.skipped.values())
    assert [count for reason, count in report.skipped.items() if "the packed file breaks off here" in reason] == [1]


def test_a_packed_file_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "n1.log.gz"
    packed = gzip.compress(logs(COPY)[1].read_bytes() * 20)
    path.write_bytes(packed[: len(packed) - len(packed) // 4])

    assert_breaks_off(path)


def test_a_packed_file_with_damage(tmp_path: Path) -> None:
    path = tmp_path / "n1.log.gz"
    path.write_bytes(b"\x1f\x8bnot gzip at all")

    assert "packed file is damaged" in message_of(path)


def test_strange_lines_are_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "n1.log",
        zap34(0, f"{A} became follower at term 1"),
        "\n",
        "goroutine 1 [running]:\n",
        '{"level":"info","ts":"yesterday","caller":"x","msg":"' + A + ' became follower at term 1"}\n',
        zap34(1, f"{A} became wiser at term 1"),
        zap34(2, f"{A} became follower at term 9\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")),
        '{"level":"info","ts":"2026-11-23T19:50:00.000Z","caller":"x","msg":"' + A + " became follower at te",
    )
    with path.open("ab") as file:
        file.write(b"\n[1, 2]\n\xff\xfe\n")

    report = read([path]).files[0]

    assert report.lines == 9
    assert report.told == 1
    assert report.skipped == {
        "not a line of an etcd log": 5,
        "no time that can be read in it": 1,
        "raft line of an unknown form": 2,
    }


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    path = write(tmp_path / "n1.log", zap34(0, f"{A} became follower at term 1").rstrip("\n"))

    assert read([path]).files[0].told == 1


def test_a_file_packed_with_zstd(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    plain = logs(COPY)[1]
    packed = tmp_path / "n2.log.zst"
    packed.write_bytes(zstandard.ZstdCompressor().compress(plain.read_bytes()))
    cut = tmp_path / "cut.log.zst"
    cut.write_bytes(zstandard.ZstdCompressor().compress(plain.read_bytes() * 30)[:-100])

    assert read([packed]).events == read([plain]).events
    assert_breaks_off(cut)


def test_zstd_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "n1.log.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfdnot zstd at all")

    assert "packed file is damaged" in message_of(path)


def test_a_line_without_end_takes_no_more_memory_than_others(tmp_path: Path) -> None:
    path = tmp_path / "n1.log"
    with path.open("w") as file:
        file.write(zap34(0, f"{A} became follower at term 1"))
        for _ in range(50):
            file.write("x" * 1_000_000)
        file.write("\n" + zap34(1, f"{A} became candidate at term 2"))

    report = read([path]).files[0]

    assert (report.lines, report.told, sum(report.skipped.values())) == (3, 2, 1)


def test_a_directory_is_looked_through(tmp_path: Path) -> None:
    inner = tmp_path / "logs" / "n1"
    inner.mkdir(parents=True)
    for log in logs(COPY):
        (inner / log.name).write_bytes(log.read_bytes())
    (inner / "notes.txt").write_text("to do\n")
    (tmp_path / "empty").touch()

    imported = read([tmp_path])

    assert [report.kind for report in imported.files] == ["etcd-log"] * 3 + ["unknown"] * 2
    assert {reason for report in imported.files[3:] for reason in report.skipped} == {
        "empty",
        "of no kind that raftlab knows",
    }
    assert len(imported.events) == len(read(logs(COPY)).events)


@pytest.mark.parametrize(
    "text",
    [
        '[core]\n\tlogallrefupdates = true\nname = "raftlab"\n',
        "# A recording\n\nlogger=zap level=debug\nA real recording, not a log. Error: none.\n",
        "entry of an older term, not committed by counting\nlog matching; no leader; pending\npanic: not here\n",
    ],
)
def test_prose_and_settings_are_no_logs(text: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(text)

    assert detect(path) is None


@pytest.mark.parametrize(
    "mixed", [("asym_deaf-zap351", "asym_mute-zap351"), ("asym_deaf-zap351", "move_leader-capnslog")]
)
def test_two_clusters_are_not_mixed(mixed: tuple[str, str]) -> None:
    folders = [COPY.parent / name for name in mixed]

    with pytest.raises(TraceError, match=r"files of 2 clusters, name those of one \(cluster [0-9a-f]+: .*; cluster"):
        read([log for folder in folders for log in sorted(folder.glob("n?.log*"))])
