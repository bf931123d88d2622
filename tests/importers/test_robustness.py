"""Mutated inputs through every importer: no crash, no hang, no line lost. `make soak` plays ten thousand of them."""

from __future__ import annotations

import gzip
import resource
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.cli import main
from raftlab.core.errors import TraceError
from raftlab.core.events import NodeObserved, SourceNoted
from raftlab.core.messages import OtherMessage
from raftlab.core.model import Config
from raftlab.importers import KINDS, read
from raftlab.importers.printable import printable
from tests.importers.corpus import FAMILIES, PATTERNS, sample
from tests.importers.mutating import check_account, make, run, try_out, write
from tests.importers.mutations import mutate


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_mutated_inputs_are_read_or_refused(seed: int) -> None:
    outcomes, failures = run(seed, range(200))

    assert failures == []
    assert outcomes["read"] > 60
    assert outcomes["refused"] > 20


@pytest.mark.parametrize("family", FAMILIES)
def test_the_corpus_itself_is_read(family: str, tmp_path: Path) -> None:
    for name in FAMILIES[family]:
        path = tmp_path / ("0000000000000000-0000000000000000.wal" if name == "wal" else name)
        path.write_bytes(sample(name))
        kind = str(PATTERNS) if family == "patterns" else None

        assert try_out([path], kind) == "read", name


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([None, *KINDS]))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str | None) -> None:
    path = tmp_path_factory.mktemp("bytes") / "file"
    path.write_bytes(data)

    try_out([path], kind)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(sorted(name for names in FAMILIES.values() for name in names)))
def test_any_mutation_of_any_file(tmp_path_factory: pytest.TempPathFactory, seed: int, name: str) -> None:
    data, _ = mutate(sample(name), sample("zap-1.log"), Random(seed))
    path = tmp_path_factory.mktemp("mutated") / ("0000000000000000-0000000000000000.wal" if name == "wal" else name)
    path.write_bytes(data)

    try_out([path], None)


def test_the_check_sees_a_line_that_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "zap-1.log"
    path.write_bytes(sample("zap-1.log"))
    imported = read([path])
    imported.files[0].told -= 1

    with pytest.raises(AssertionError, match="told"):
        check_account(imported)


def test_texts_that_a_terminal_would_obey_are_written_out() -> None:
    assert printable("n1\x1b[2J\u202e\n") == "n1\\x1b[2J\\u202e\\n"
    assert printable(Config(("n1", "a\x00"))).voters == ("n1", "a\\x00")
    assert printable(OtherMessage(3, "\x07")).name == "\\x07"
    event = NodeObserved(1, "n1", None, None, id="7")
    assert printable(event) is event
    assert printable(SourceNoted(1, "n1", None, None, text="ok")).text == "ok"


def within(megabytes: int, code: str, *arguments: str) -> str:
    """What a Python of its own prints that may use no more memory."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, preexec_fn=limit
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


READ = """
import sys
from raftlab.importers import read
for path in sys.argv[1:]:
    report = read([path]).files[0]
    print(report.lines, report.told + sum(report.skipped.values()))
"""


def test_a_line_of_64_megabytes_and_a_bomb_take_little_memory(tmp_path: Path) -> None:
    good = sample("zap-1.log")
    long, bomb = tmp_path / "long.log", tmp_path / "bomb.log.gz"
    with long.open("wb") as file:
        file.write(good)
        for _ in range(64):
            file.write(b"x" * (1 << 20))
        file.write(b"\n" + good)
    with gzip.open(bomb, "wb", compresslevel=1) as packed:
        packed.write(good)
        for _ in range(200):
            packed.write(b"\0" * (1 << 20))

    lines = good.count(b"\n")
    told = within(400, READ, str(long), str(bomb)).split()

    assert told == [str(2 * lines + 1)] * 2 + [str(lines + 1)] * 2


@pytest.mark.parametrize("number", range(0, 60, 5))
def test_no_command_shows_a_traceback(number: int, tmp_path: Path) -> None:
    made = make(7, number)
    paths = [str(path) for path in write(made, tmp_path)]
    kind = [] if made.kind is None else ["--import-kind", made.kind]
    output = tmp_path / "out"
    for command in (
        ["state", *paths, "--event", "3"],
        ["events", *paths],
        ["diagnose", *paths],
        ["why", *paths, "--event", "3"],
        ["export", *paths, "-o", f"{output}.html"],
        ["export", *paths, "-o", f"{output}.mmd"],
        ["import", *paths, "-o", f"{output}.trace"],
    ):
        result = CliRunner().invoke(main, [*command, *kind])

        assert result.exit_code in (0, 1, 2), (command, result.output)
        assert result.exception is None or isinstance(result.exception, SystemExit), (command, result.exc_info)
        assert "Traceback" not in result.output


def test_what_is_refused_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"nothing of raft's\n")

    with pytest.raises(TraceError) as caught:
        read([path])

    assert caught.value.file == str(path)
