"""Timelines: in memory and from files, whole, cut short, packed, forked."""

from __future__ import annotations

from pathlib import Path

import pytest

from raftlab.core.errors import TraceError
from raftlab.core.events import BecameLeader
from raftlab.core.origin import Origin
from raftlab.session.lane import header_of
from raftlab.trace import Timeline
from raftlab.trace.query import Query
from raftlab.trace.writer import TraceWriter
from tests.runs import faulted, record

SCENARIO = faulted(10, 2_500_000)
EVENTS, SIMULATION = record(SCENARIO)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "run.trace")


def write(path: Path) -> Path:
    with TraceWriter(path, header_of(SCENARIO)) as writer:
        for event in EVENTS:
            writer.append(event)
    return path


def opened(path: Path) -> Timeline:
    timeline = Timeline.open(path)
    timeline.load()
    return timeline


def test_a_file_gives_back_what_was_written(path: Path) -> None:
    timeline = opened(path)
    assert len(timeline) == len(EVENTS) > 1024
    assert list(timeline) == EVENTS
    assert timeline.events(500, 600) == EVENTS[500:600]
    assert timeline.state(len(EVENTS) - 1) == SIMULATION.cluster
    assert timeline.header == header_of(SCENARIO)


def test_the_same_run_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.trace", "b.trace", "a.trace.gz", "b.trace.gz"):
        write(tmp_path / name)
    assert (tmp_path / "a.trace").read_bytes() == (tmp_path / "b.trace").read_bytes()
    assert (tmp_path / "a.trace.gz").read_bytes() == (tmp_path / "b.trace.gz").read_bytes()
    assert list(opened(tmp_path / "a.trace.gz")) == EVENTS


def test_first_events_are_there_before_the_rest(path: Path) -> None:
    timeline = Timeline.open(path)
    assert 0 < len(timeline) <= 1024
    assert not timeline.complete
    before = len(timeline)
    state = timeline.state(before - 1)
    timeline.load_in_background().join()
    assert timeline.complete
    assert len(timeline) == len(EVENTS)
    assert timeline.state(before - 1) == state


def test_a_trace_cut_in_the_middle_opens_to_its_last_whole_line(path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    for cut in (1, 40, 200, len(data) // 2, len(data) - len(data.split(b"\n")[0]) - 20):
        short = tmp_path / "short.trace"
        short.write_bytes(data[:-cut])
        timeline = opened(short)
        whole = data[:-cut].count(b"\n") - 1 + (1 if cut == 1 else 0)
        assert len(timeline) == whole
        assert list(timeline) == EVENTS[:whole]
        assert bool(timeline.cut_short) is (cut != 1 and not data[:-cut].endswith(b"\n"))


def test_a_packed_trace_cut_in_the_middle_opens_too(tmp_path: Path) -> None:
    packed = write(tmp_path / "run.trace.gz").read_bytes()
    short = tmp_path / "short.trace.gz"
    short.write_bytes(packed[: len(packed) // 2])
    timeline = opened(short)
    assert 0 < len(timeline) < len(EVENTS)
    assert list(timeline) == EVENTS[: len(timeline)]
    assert timeline.cut_short


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"hello\nworld\n", "no header"),
        (b"\x7fELF\x00\x01\x02\xff", "no header"),
        (b'{"raftlab_trace":99}\n', "format 99"),
    ],
)
def test_what_is_no_trace_is_refused(data: bytes, message: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.trace"
    bad.write_bytes(data)
    with pytest.raises(TraceError, match=message):
        Timeline.open(bad)


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="no such file"):
        Timeline.open(tmp_path / "none")
    with pytest.raises(TraceError, match="directory"):
        Timeline.open(tmp_path)


def test_a_bad_line_is_named_and_what_stands_before_it_stays(path: Path, tmp_path: Path) -> None:
    lines = path.read_bytes().split(b"\n")
    lines[1200] = b'{"kind":"Nonsense"}'
    bad = tmp_path / "bad.trace"
    bad.write_bytes(b"\n".join(lines))
    timeline = Timeline.open(bad)
    with pytest.raises(TraceError, match=r"bad\.trace:1201: not an event"):
        timeline.load()
    assert len(timeline) == 1024


def test_origins_travel_with_their_events(tmp_path: Path) -> None:
    path = tmp_path / "imported.trace"
    origins = [Origin("n1.log", 7, "12:00"), None, Origin("n2.log", 9, "")]
    with TraceWriter(path, header_of(SCENARIO)) as writer:
        for event, origin in zip(EVENTS, origins, strict=False):
            writer.append(event, origin)
    timeline = opened(path)
    assert list(timeline) == EVENTS[:3]
    assert [timeline.origin(position) for position in range(3)] == origins


def test_index_at_finds_the_last_event_at_or_before_a_time(path: Path) -> None:
    timeline = opened(path)
    for time_us in (0, 1, 150_000, 777_777, 2_499_999, 9_000_000):
        expected = max((at for at, event in enumerate(EVENTS) if event.at_us <= time_us), default=-1)
        assert timeline.index_at(time_us) == expected
    assert timeline.index_at(-1) == -1


def test_next_and_previous_by_kind_and_query(path: Path) -> None:
    timeline = opened(path)
    elections = [at for at, event in enumerate(EVENTS) if type(event) is BecameLeader]
    assert elections
    for query in ("BecameLeader", Query('kind == "BecameLeader"'), Query('text == "x" or kind == "BecameLeader"')):
        assert timeline.next(query, -1) == elections[0]
        assert timeline.prev(query, len(EVENTS)) == elections[-1]
        assert timeline.next(query, elections[-1]) is None
        assert timeline.prev(query, elections[0]) is None


def test_a_fork_shares_the_past_and_goes_its_own_way(path: Path) -> None:
    timeline = opened(path)
    for at in (5, 511, 512, 513, 1300):
        fork = timeline.fork(at)
        assert len(fork) == at + 1
        for event in EVENTS[at + 1 : at + 700]:
            fork.append(event)
        last = len(fork) - 1
        assert fork.events() == EVENTS[: last + 1]
        assert fork.state(last) == timeline.state(last)
    assert len(timeline) == len(EVENTS)
