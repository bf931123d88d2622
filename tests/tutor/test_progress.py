"""Progress: kept after every step, whole or not at all; a damaged file is moved aside and said so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from raftlab.tutor import Progress
from raftlab.tutor.progress import LessonRecord, StepRecord, state_directory


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "progress.json"
    progress = Progress(path)
    progress.move_to("quorum-math", "stop-it")
    progress.finish_step("quorum-math", "majority", StepRecord(tries=2, hints=1, shown=True, credit=0))
    progress.finish_lesson("quorum-math")

    again = Progress(path)

    record = {"majority": StepRecord(tries=2, hints=1, shown=True, credit=0)}
    assert again.lessons == {"quorum-math": LessonRecord(record, "stop-it", True)}
    assert again.notice == ""
    assert [each.name for each in path.parent.iterdir()] == ["progress.json"], "no neighbour is left behind"


def test_a_lesson_done_again_keeps_the_better_credit() -> None:
    progress = Progress()
    progress.finish_step("a", "one", StepRecord(credit=3))
    progress.finish_step("a", "one", StepRecord(tries=2, credit=1))

    assert progress.lesson("a").steps["one"].credit == 3
    assert progress.lesson("a").credit == 3


def test_export_and_import_are_a_copy_of_the_file(tmp_path: Path) -> None:
    here, there = tmp_path / "here" / "progress.json", tmp_path / "there.json"
    Progress(here).finish_lesson("a")
    there.write_bytes(here.read_bytes())

    assert Progress(there).lesson("a").done


@pytest.mark.parametrize("content", [b"", b"{", b"\x00\xff", b'{"raftlab_progress": 1, "lessons": {"a": 3}}', b"[]"])
def test_a_damaged_file_is_moved_aside_and_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "progress.json"
    path.write_bytes(content)

    progress = Progress(path)
    assert "was damaged" in progress.notice
    assert "progress.damaged-1.json" in progress.notice
    assert progress.lessons == {}
    progress.finish_lesson("a")

    assert (tmp_path / "progress.damaged-1.json").read_bytes() == content
    assert Progress(path).lesson("a").done
    path.write_bytes(b"again")
    Progress(path)
    assert (tmp_path / "progress.damaged-2.json").read_bytes() == b"again"


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    path.write_text('{"raftlab_progress": 99, "lessons": {}}')

    progress = Progress(path)
    progress.finish_lesson("a")

    assert "newer raftlab" in progress.notice
    assert path.read_text() == '{"raftlab_progress": 99, "lessons": {}}'


def test_a_place_that_cannot_be_written_is_said_and_the_lesson_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    progress = Progress(tmp_path / "file" / "progress.json")

    progress.finish_lesson("a")

    assert "can't be" in progress.notice
    assert progress.lesson("a").done


def test_a_failure_while_writing_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "progress.json"
    progress = Progress(path)
    progress.finish_lesson("a")
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    progress.finish_lesson("b")

    assert "No space left" in progress.notice
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["progress.json"]
    monkeypatch.undo()
    progress.save()
    assert progress.notice == ""


def test_the_state_directory_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAFTLAB_STATE_DIR", str(tmp_path / "mine"))
    assert state_directory() == tmp_path / "mine"
    Progress.open().finish_lesson("a")
    assert (tmp_path / "mine" / "progress.json").exists()

    monkeypatch.delenv("RAFTLAB_STATE_DIR")
    assert state_directory().name == "raftlab"
