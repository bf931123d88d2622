"""From what a person names to the files that are read: directories are looked through, a WAL is one source."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from raftlab.core.errors import TraceError
from raftlab.importers.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SEGMENT: Final = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}\.wal(\.gz|\.zst)?")
_NO_LOG: Final = {
    ".db": "etcd's database: it holds keys and values, not Raft's log",
    ".tmp": "a file that etcd has set aside for later",
    ".broken": "a file that etcd has given up",
    ".snap": "a snapshot's file: the WAL beside it tells its index and term",
    ".notes.yaml": "raftlab's own notes on a trace",
}


class Unread(NamedTuple):
    """A file in a directory that isn't read, and why."""

    file: str
    reason: str


def gather_sources(paths: Sequence[Path | str]) -> tuple[list[Source], list[Unread]]:
    """The sources in the order named (within a directory, by name), and what was found in directories and isn't read.

    Raises:
        TraceError: a file isn't there, can't be read, or is empty.
    """
    sources: list[Source] = []
    unread: list[Unread] = []
    segments: dict[Path, list[Path]] = {}
    places: dict[Path, tuple[int, bool]] = {}
    for path, found in _files(paths):
        if _SEGMENT.fullmatch(path.name):
            places.setdefault(path.parent, (len(sources), found))
            segments.setdefault(path.parent, []).append(path)
        elif found:
            reason = _reason_not_to(path)
            if reason:
                unread.append(Unread(str(path), reason))
            else:
                sources.append(Source(path, found_in_directory=True))
        else:
            sources.append(Source(path))
    for folder in reversed(segments):
        place, found = places[folder]
        files = sorted(segments[folder])
        sources.insert(place, Source(files[0], found_in_directory=found, segments=files))
    return sources, unread


def _files(paths: Sequence[Path | str]) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether it was found in a directory rather than named."""
    for name in paths:
        path = Path(name)
        if not path.is_dir():
            yield path, False
            continue
        for found in sorted(path.rglob("*")):
            if found.is_file() and not _hidden(found.relative_to(path)):
                yield found, True
        if not any(path.iterdir()):
            raise TraceError("this directory is empty; name log files, or a directory that holds some", file=str(name))


def _hidden(path: Path) -> bool:
    """Whether it is of those files that a directory's owner doesn't see either (.git, .cache)."""
    return any(part.startswith(".") for part in path.parts)


def _reason_not_to(path: Path) -> str:
    try:
        if not path.stat().st_size:
            return "empty"
        with path.open("rb"):
            pass
    except OSError as error:
        return f"can't be read: {error.strerror or error}"
    if path.name == "db":
        return _NO_LOG[".db"]
    return next((reason for ending, reason in _NO_LOG.items() if path.name.endswith(ending)), "")
