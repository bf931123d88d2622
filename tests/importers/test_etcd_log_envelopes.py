"""etcd's logs in every envelope: the events are those of the bare files."""

from __future__ import annotations

import gzip
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from raftlab.importers import Imported, detect, read
from tests.importers import wrapping
from tests.importers.recordings import CAPNSLOG_COPY, COPY, logs
from tests.importers.wrapping import NAMELESS, WRAPPERS, Wrapper

RECORDINGS = pytest.mark.parametrize("recording", [COPY, CAPNSLOG_COPY], ids=["zap", "capnslog"])
MIXED: tuple[Wrapper, ...] = (
    wrapping.journald_short, wrapping.journald_json, wrapping.docker_json, wrapping.compose_coloured, wrapping.cri,
    wrapping.kubectl_prefix_timestamps, wrapping.syslog_rfc5424, wrapping.docker_in_journald,
    lambda line, node, number: line,
)  # fmt: skip
ENVELOPES = pytest.mark.parametrize("wrap", WRAPPERS, ids=lambda wrap: wrap.__name__)


def lines_of(log: Path) -> list[str]:
    data = gzip.decompress(log.read_bytes()) if log.suffix == ".gz" else log.read_bytes()
    return [line for line in data.decode().splitlines() if line]


def bare(recording: Path, folder: Path) -> Imported:
    """The recording from plain files, as the wrapped ones are."""
    paths = []
    for log in logs(recording):
        paths.append(folder / f"bare-{log.name[:2]}.log")
        paths[-1].write_text("\n".join(lines_of(log)) + "\n")
    return read(paths)


def same(found: Imported, asked: Imported) -> bool:
    """The same events from the same lines."""
    assert found.events == asked.events
    return [it and (it.line, it.stamp) for it in found.origins] == [it and (it.line, it.stamp) for it in asked.origins]


def each_nodes(imported: Imported) -> dict[str | None, list[Any]]:
    """What each node did, without the positions that causes name: those depend on how stamps that are equal fall."""
    found: dict[str | None, list[Any]] = {}
    for event in imported.events:
        found.setdefault(event.node, []).append(replace(event, cause=None))
    return found


def accounted(imported: Imported) -> bool:
    return all(it.lines == it.told + sum(it.skipped.values()) for it in imported.files)


@RECORDINGS
@ENVELOPES
def test_a_wrapped_file_for_each_node(recording: Path, wrap: Wrapper, tmp_path: Path) -> None:
    paths = []
    for log in logs(recording):
        wrapped = [wrap(line, log.name[:2], number) for number, line in enumerate(lines_of(log))]
        paths.append(tmp_path / f"{log.name[:2]}.log")
        paths[-1].write_text("\n".join(wrapped) + "\n")

    imported = read(paths)

    assert {detect(path) for path in paths} == {"etcd-log"}
    assert same(imported, bare(recording, tmp_path))
    assert accounted(imported)


@RECORDINGS
@pytest.mark.parametrize("wrap", [it for it in WRAPPERS if it not in NAMELESS], ids=lambda wrap: wrap.__name__)
def test_all_nodes_in_one_file_told_apart_by_their_envelopes(recording: Path, wrap: Wrapper, tmp_path: Path) -> None:
    path = interleaved(recording, tmp_path / "all.log", [wrap])

    imported = read([path])

    assert each_nodes(imported) == each_nodes(bare(recording, tmp_path))
    assert accounted(imported)


def interleaved(recording: Path, path: Path, wraps: Sequence[Wrapper], seed: int = 1) -> Path:
    """The nodes' lines in one file: a few of one node, then of another, each line in one of these envelopes.

    Each node's first 40 come in the nodes' order: by that order stamps that are equal are told.
    """
    chance = random.Random(seed)
    waiting = {log.name[:2]: lines_of(log) for log in logs(recording)}
    wrapped: list[str] = []
    for node, lines in waiting.items():
        wrapped += [chance.choice(wraps)(lines.pop(0), node, number) for number in range(40)]
    while any(waiting.values()):
        node = chance.choice([name for name, lines in waiting.items() if lines])
        for _ in range(chance.randint(1, 4)):
            if waiting[node]:
                wrapped.append(chance.choice(wraps)(waiting[node].pop(0), node, len(wrapped)))
    path.write_text("\n".join(wrapped) + "\n")
    return path


@RECORDINGS
def test_envelopes_mixed_in_one_file_for_each_node(recording: Path, tmp_path: Path) -> None:
    chance = random.Random(7)
    paths = []
    for log in logs(recording):
        wrapped = [chance.choice(MIXED)(line, log.name[:2], number) for number, line in enumerate(lines_of(log))]
        paths.append(tmp_path / f"{log.name[:2]}.log")
        paths[-1].write_text("\n".join(wrapped) + "\n")

    imported = read(paths)

    assert same(imported, bare(recording, tmp_path))
    assert accounted(imported)


@RECORDINGS
def test_envelopes_and_nodes_mixed_in_one_file(recording: Path, tmp_path: Path) -> None:
    wraps = [wrapping.compose, wrapping.journald_short, wrapping.kubectl_prefix]
    path = interleaved(recording, tmp_path / "all.log", wraps, seed=3)

    assert each_nodes(read([path])) == each_nodes(bare(recording, tmp_path))


@RECORDINGS
@pytest.mark.parametrize("how", ["crlf", "utf-8-sig", "utf-16", "utf-16-be"])
def test_other_ends_of_lines_and_encodings(recording: Path, how: str, tmp_path: Path) -> None:
    paths = []
    for log in logs(recording):
        paths.append(tmp_path / f"{log.name[:2]}.log")
        text = ("\r\n" if how == "crlf" else "\n").join([*lines_of(log), ""])
        mark = "\ufeff" if how == "utf-16-be" else ""
        paths[-1].write_bytes((mark + text).encode("utf-8" if how == "crlf" else how))

    imported = read(paths)

    assert same(imported, bare(recording, tmp_path))
    assert accounted(imported)
    assert [it.skipped for it in imported.files] == [it.skipped for it in bare(recording, tmp_path).files]
    assert [it.lines for it in imported.files] == [len(lines_of(log)) for log in logs(recording)]
