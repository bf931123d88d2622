"""Trace files that are still being written: looked at again, half lines, and what must be told."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raftlab.core.errors import TraceError
from raftlab.core.events import SourceNoted
from raftlab.session.lane import header_of
from raftlab.trace import Timeline
from raftlab.trace.codec import encode_block, encode_header
from raftlab.trace.store import FileStore
from tests.runs import faulted, record

SCENARIO = faulted(10, 2_500_000)
EVENTS, SIMULATION = record(SCENARIO)
HEADER = encode_header(header_of(SCENARIO))
BODY = encode_block(EVENTS)


def opened(path: Path) -> Timeline:
    timeline = Timeline.open(path)
    timeline.load()
    return timeline


def add(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "growing.trace"
    path.write_bytes(HEADER + encode_block(EVENTS[:700]))
    return path


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, len(BODY)), max_size=8))
def test_whatever_the_pieces_it_is_what_was_written(tmp_path: Path, cuts: list[int]) -> None:
    path = tmp_path / "growing.trace"
    path.write_bytes(HEADER)
    timeline = opened(path)
    ends = [*sorted(cuts), len(BODY)]
    for start, stop in zip([0, *ends], ends, strict=False):
        add(path, BODY[start:stop])
        before = len(timeline)
        assert timeline.refresh() == len(timeline) - before
        # A line is there when its last brace is, whether its end of line is or not.
        whole = BODY[:stop].count(b"\n") + (BODY[:stop].endswith(b"}") and BODY[stop : stop + 1] == b"\n")
        assert len(timeline) == whole
        assert bool(timeline.cut_short) is (
            stop > 0 and BODY[stop - 1 : stop] != b"\n" and BODY[stop : stop + 1] != b"\n"
        )
    assert list(timeline) == EVENTS
    assert timeline.state(len(EVENTS) - 1) == SIMULATION.cluster
    at_once = opened(path)
    assert timeline.state(600) == at_once.state(600)
    assert [key for key in at_once.posted if timeline.postings(key) != at_once.postings(key)] == []
    assert timeline.index_at(EVENTS[-1].at_us) == len(EVENTS) - 1


def test_nothing_new_costs_nothing_and_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = opened(path)

    def never(*_: object) -> bytes:
        raise AssertionError("read although nothing is new")

    monkeypatch.setattr("raftlab.trace.trace_file.TraceFile.read", never)
    assert timeline.refresh() == 0
    assert len(timeline) == 700


def test_what_grows_while_it_is_loaded_comes_afterwards(path: Path) -> None:
    timeline = Timeline.open(path)
    add(path, encode_block(EVENTS[700:]))
    assert timeline.refresh() == 0 or timeline.complete
    timeline.load()
    timeline.refresh()
    assert list(timeline) == EVENTS


def test_a_reader_that_was_late_leaves_no_old_end_of_a_block_behind(path: Path) -> None:
    timeline = opened(path)
    store = timeline.store
    assert isinstance(store, FileStore)
    before = store.block(1)
    add(path, encode_block(EVENTS[700:800]))
    timeline.refresh()
    store._blocks[1] = before  # as a thread does that had begun to read it earlier
    assert timeline.event(750) == EVENTS[750]


def test_an_end_of_line_that_comes_late_begins_no_new_line(path: Path) -> None:
    add(path, encode_block(EVENTS[700:701])[:-1])
    timeline = opened(path)
    assert len(timeline) == 701
    add(path, b"\n")
    assert timeline.refresh() == 0
    add(path, encode_block(EVENTS[701:800]))
    assert timeline.refresh() == 99
    assert timeline.cut_short == ""
    assert list(timeline) == EVENTS[:800]


def test_a_line_that_is_no_event_is_told_and_what_stood_there_stays(path: Path) -> None:
    timeline = opened(path)
    add(path, encode_block(EVENTS[700:710]) + b'{"kind":"Nonsense"}\n')
    for _ in range(2):
        with pytest.raises(TraceError, match=r"growing\.trace:712: not an event"):
            timeline.refresh()
        assert list(timeline) == EVENTS[:700]


def test_a_new_block_with_a_line_that_is_no_event_is_told_every_time(path: Path) -> None:
    path.write_bytes(HEADER + encode_block(EVENTS[:512]))
    timeline = opened(path)
    add(path, encode_block(EVENTS[512:520]) + b'{"kind":"Nonsense"}\n')
    for _ in range(2):
        with pytest.raises(TraceError, match=r"growing\.trace:522: not an event"):
            timeline.refresh()
        assert list(timeline) == EVENTS[:512]


@pytest.mark.parametrize("count", [0, 3, 511, 512, 700])
def test_empty_lines_at_the_end_are_no_events(count: int, tmp_path: Path) -> None:
    path = tmp_path / "edited.trace"
    path.write_bytes(HEADER + encode_block(EVENTS[:count]) + b"\n\n\n")
    timeline = opened(path)
    assert list(timeline) == EVENTS[:count]
    assert timeline.cut_short == ""
    assert timeline.refresh() == 0
    add(path, encode_block(EVENTS[count:720]))
    assert timeline.refresh() == 720 - count
    assert list(timeline) == EVENTS[:720]


@pytest.mark.parametrize("before", [0, 3, 511, 512, 513])
def test_empty_lines_among_events_are_passed_over_and_counted_as_lines(before: int, tmp_path: Path) -> None:
    path = tmp_path / "edited.trace"
    path.write_bytes(HEADER + encode_block(EVENTS[:before]) + b"\n\n" + encode_block(EVENTS[before:1100]))
    timeline = opened(path)
    assert list(timeline) == EVENTS[:1100]
    assert timeline.origin(before) is None
    add(path, b'\n{"kind":"Nonsense"}\n')
    with pytest.raises(TraceError, match=r"edited\.trace:1105: not an event"):
        timeline.refresh()


def test_origins_of_what_came_later(path: Path) -> None:
    timeline = opened(path)
    add(path, encode_block(EVENTS[700:701])[:-2] + b',"origin":{"file":"n1.log","line":7,"stamp":""}}\n')
    timeline.refresh()
    origin = timeline.origin(700)
    assert origin is not None
    assert (origin.file, origin.line) == ("n1.log", 7)
    assert timeline.origin(699) is None


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(len(HEADER) + 100)


def write_anew(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(0)
        file.write(HEADER + encode_block(EVENTS[500:]))


def replace(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize(
    ("deed", "message"),
    [(cut, "cut or written anew"), (write_anew, "cut or written anew"), (replace, "replaced"), (Path.unlink, "gone")],
)
def test_a_file_that_is_no_longer_the_same_is_told(deed: object, message: str, path: Path) -> None:
    timeline = opened(path)
    assert callable(deed)
    deed(path)
    with pytest.raises(TraceError, match=message):
        timeline.refresh()
    assert len(timeline) == 700


def test_looking_at_a_file_that_was_cut_is_an_error_not_a_crash(path: Path) -> None:
    timeline = opened(path)
    cut(path)
    timeline.store._blocks.clear()  # type: ignore[attr-defined]
    with pytest.raises(TraceError, match="become shorter"):
        timeline.event(600)


def test_a_packed_trace_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "run.trace.gz"
    path.write_bytes(gzip.compress(HEADER + BODY))
    timeline = opened(path)
    assert list(timeline) == EVENTS
    with pytest.raises(TraceError, match="packed"):
        timeline.refresh()


def test_a_packed_trace_is_unpacked_only_as_far_as_it_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "run.trace.gz"
    notes = encode_block([SourceNoted(at, None, None, None, "x" * 500) for at in range(10_000)])
    path.write_bytes(gzip.compress(HEADER + notes, 1))
    timeline = Timeline.open(path)
    store = timeline.store
    assert isinstance(store, FileStore)
    assert 0 < len(timeline) <= 1024
    assert store._file.size < len(notes) / 2
    assert 0 < timeline.progress < 1
    timeline.load()
    assert store._file.size == len(HEADER + notes)
    assert len(timeline) == 10_000
    assert timeline.progress == 1


def test_a_damaged_packed_trace_opens_as_far_as_it_goes_and_says_so(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(HEADER + BODY, 0))
    packed[-8] ^= 1  # its check sum
    path = tmp_path / "run.trace.gz"
    path.write_bytes(packed)
    timeline = opened(path)
    assert timeline.cut_short == "the trace was cut short: the packed file is damaged"
    assert list(timeline) == EVENTS[: len(timeline)]
