"""Notes beside a trace: never lost, never half written, found again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raftlab.core.errors import TraceError
from raftlab.session.notes import Note, Notes, apart_of, beside_of
from raftlab.trace import Timeline
from tests.tui.screens import recorded


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAFTLAB_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs" / "n1.log"


def read_only(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """No file can be put there (whoever runs the tests may be allowed everything)."""
    replace = os.replace

    def refuse(old: str, new: Path) -> None:
        if Path(new).parent == directory:
            raise PermissionError(13, "Permission denied")
        replace(old, new)

    monkeypatch.setattr(os, "replace", refuse)


def test_notes_stand_beside_the_trace_and_are_there_when_it_is_opened_again(trace: Path) -> None:
    notes = Notes(trace)
    assert notes.put(412, 9_000, 'here n2 gives up: "quorum" lost') == ""
    notes.put(7, 100)

    again = Notes(trace)

    assert trace.with_name("n1.log.notes.yaml").exists()
    assert list(again) == [Note(7, 100), Note(412, 9_000, 'here n2 gives up: "quorum" lost')]
    assert again.nearest(7, 1) == again.at(412)
    assert again.nearest(412, -1) == again.at(7)
    assert again.nearest(412, 1) is None
    assert [it.name for it in trace.parent.iterdir()] == ["n1.log.notes.yaml"], "no half of a file is left"


def test_a_note_is_edited_and_deleted(trace: Path) -> None:
    notes = Notes(trace)
    notes.put(7, 100, "one")
    notes.put(7, 100, "two")
    notes.put(9, 200, "nine")
    notes.remove(9)

    assert list(Notes(trace)) == [Note(7, 100, "two")]
    notes.remove(7)
    assert not list(Notes(trace))


def test_what_another_raftlab_wrote_meanwhile_is_kept(trace: Path) -> None:
    mine, theirs = Notes(trace), Notes(trace)
    theirs.put(5, 50, "theirs")
    mine.put(6, 60, "mine")

    assert [note.text for note in Notes(trace)] == ["theirs", "mine"]


def test_where_the_directory_takes_no_files_they_are_kept_apart_and_found_again(
    trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_only(monkeypatch, trace.parent)
    notes = Notes(trace)

    told = notes.put(3, 30, "kept")

    assert str(apart_of(trace)) in told
    assert notes.put(4, 40) == "", "it is told once"
    assert [note.position for note in Notes(trace)] == [3, 4]
    assert not beside_of(trace).exists()


def test_where_nothing_can_be_written_it_is_said(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(old: str, new: str) -> None:
        raise OSError(28, "No space left on device")

    Notes(trace).put(1, 10, "old")
    monkeypatch.setattr(os, "replace", refuse)
    notes = Notes(trace)

    with pytest.raises(TraceError, match="No space left on device"):
        notes.put(3, 30, "new")

    assert notes.at(3) is not None
    assert "old" in beside_of(trace).read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("notes:\n  - {event: 3, at: 30, text: ok}\n  - {event: x, at: 1}\n", ":3:13: 'notes[1].event' should be a"),
        ("notes: [\n", ":2:1: not YAML"),
        ("notes:\n  - {evnet: 3, at: 30}\n", ":2:6: unknown key 'evnet'; did you mean 'event'?"),
        ("", ":1:1: the file is empty"),
    ],
)
def test_a_damaged_file_is_told_with_its_line_and_kept(trace: Path, text: str, says: str) -> None:
    file = beside_of(trace)
    file.write_text(text, "utf-8")

    notes = Notes(trace)
    assert says in notes.problem
    assert file.read_text("utf-8") == text

    told = notes.put(3, 30, "new")
    assert "n1.log.notes.yaml.damaged-1" in told
    assert file.with_name("n1.log.notes.yaml.damaged-1").read_text("utf-8") == text
    assert [note.text for note in Notes(trace)] == ["new"]


def test_bytes_that_are_no_text_are_told_with_their_line(trace: Path) -> None:
    beside_of(trace).write_bytes(b"notes:\n  - {event: 3, at: 30, text: \xff}\n")

    assert "n1.log.notes.yaml:2: this isn't text" in Notes(trace).problem


def test_notes_are_found_again_by_their_time_when_the_trace_is_read_differently(trace: Path) -> None:
    timeline = recorded()
    at = next(at for at in range(60, 400) if timeline.time_of(at) != timeline.time_of(at + 1))
    notes = Notes(trace)
    notes.put(at - 20, timeline.time_of(at), "the leader")
    notes.put(10, timeline.time_of(10), "stays")

    assert notes.settle(timeline) == 1
    assert [(note.position, note.text) for note in notes] == [(10, "stays"), (at, "the leader")]
    notes.put(11, timeline.time_of(11), "more")
    assert [note.position for note in Notes(trace)] == [10, 11, at]


def test_notes_ahead_of_what_is_loaded_wait(trace: Path) -> None:
    notes = Notes(trace)
    notes.put(2_000, recorded().time_of(2_000))
    part = Timeline(recorded().header)
    part.append(recorded().event(0))
    part._complete = False

    assert notes.settle(part) == 0
    assert notes.at(2_000) is not None


def test_a_run_without_a_file_says_so(trace: Path) -> None:
    notes = Notes(None)

    assert "until you leave" in notes.put(3, 30, "x")
    assert len(notes) == 1


def test_a_directory_has_its_notes_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert beside_of(tmp_path / "cluster").name == "cluster.notes.yaml"
    assert beside_of(Path()).name == f"{tmp_path.name}.notes.yaml"


@given(st.text(max_size=40))
def test_any_text_comes_back(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as directory:
        trace = Path(directory) / "t"
        notes = Notes(trace)
        notes.put(1, 2, text)
        assert list(Notes(trace)) == list(notes)
        assert not Notes(trace).problem
