"""`raftlab export`: forms by ending, ranges, and files that are whole or not there at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from raftlab.cli.export import whole_file
from tests.cli.test_contract import LOGS, document, raftlab


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("export") / "run.trace"
    raftlab("run", "leader-crash", "-o", str(path), "--until", "3s")
    return str(path)


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        (".mmd", "sequenceDiagram\n"),
        (".svg", "<"),
        (".shiviz", r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)"),
        (".json", '{"source":"raftlab"'),
        (".html", "<!doctype html>"),
    ],
)
def test_the_ending_says_what_to_write(trace: str, tmp_path: Path, ending: str, start: str) -> None:
    path = tmp_path / f"story{ending}"
    said = raftlab("export", trace, "-o", str(path), "--from", "1300", "--to", "1420").stdout

    assert said == f"events 1300 to 1420 written to {path}\n"
    assert path.read_text("utf-8").startswith(start)
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("ending", [".mmd", ".svg", ".shiviz", ".json", ".html"])
def test_real_logs_are_exported_too(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"story{ending}"
    raftlab("export", *LOGS, "-o", str(path))

    assert "n3" in path.read_text("utf-8")


def test_json_is_the_state_before_and_the_events_as_the_other_commands_print_them(trace: str, tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    raftlab("export", trace, "-o", str(path), "--from", "2.5s", "--to", "2.6s")
    found = json.loads(path.read_text("utf-8"))

    events = raftlab("events", trace, "--from", "2.5s", "--to", "2.6s", "--format", "json").stdout.splitlines()
    assert found["events"] == [json.loads(line) for line in events]
    assert found["from"] == found["events"][0]["event"]
    assert found["to"] == found["events"][-1]["event"]
    assert found["state"] == document("state", trace, "--event", str(found["from"] - 1))


def test_json_names_what_broke_in_the_range(tmp_path: Path) -> None:
    trace, path = tmp_path / "run.trace", tmp_path / "story.json"
    raftlab("run", "second-election", "--off", "stand-without-raising-term", "-o", str(trace), code=1)
    result = raftlab("export", str(trace), "-o", str(path), "--from", "150", "--to", "160")
    found = json.loads(path.read_text("utf-8"))

    assert found["modified"] == ["stand-without-raising-term"]
    assert "modified Raft" in result.stderr
    assert [it["invariant"] for it in found["broken_invariants"]] == ["Candidate Term", "Vote Once"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-o", "story.pdf"], "story.pdf: the ending says what to write, and .pdf is unknown; there are .mmd"),
        (["-o", "story"], "story: the ending says what to write, and it has none; there are .mmd"),
        (["-o", "story.json", "--from", "99999"], "there is nothing to export from 99999"),
        (
            ["-o", "story.json", "--from", "20", "--to", "10"],
            "there is nothing to export from 20 to 10; the events are",
        ),
        (["-o", "nowhere/story.json"], "there is no directory"),
    ],
)
def test_what_cant_be_done_is_said(
    trace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)

    assert says in raftlab("export", trace, *arguments, code=2).stderr
    assert os.listdir(tmp_path) == []


def test_too_much_is_refused_with_what_would_do(trace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("raftlab.exports.range.MOST_EVENTS", {".html": 100})
    path = tmp_path / "story.html"
    path.write_text("what stood here")

    said = raftlab("export", trace, "-o", str(path), "--from", "50", code=2).stderr

    assert "too many for .html, which holds 100; narrow it with --from and --to, as in --from 50 --to 149" in said
    assert path.read_text() == "what stood here"
    raftlab("export", trace, "-o", str(path), "--from", "50", "--to", "149")
    assert path.read_text("utf-8").startswith("<!doctype html>")


def test_what_is_read_is_never_written_over(trace: str, tmp_path: Path) -> None:
    own = tmp_path / "run.json"
    own.write_bytes(Path(trace).read_bytes())
    other = tmp_path / "link.json"
    other.symlink_to(own)

    for output in (own, other):
        assert "this is what is read" in raftlab("export", str(own), "-o", str(output), code=2).stderr
    assert own.read_bytes() == Path(trace).read_bytes()


def test_half_a_file_is_never_left(tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("before")

    def half() -> None:
        with whole_file(path) as file:
            file.write("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert path.read_text() == "before"
    with whole_file(path) as file:
        file.write("whole")
    assert path.read_text() == "whole"
    assert os.listdir(tmp_path) == [path.name]
