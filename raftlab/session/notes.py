"""Bookmarks and notes on the events of a trace, kept in a small YAML file beside it.

    TRACE.notes.yaml, beside the first of the files; where that can't be written, in the user's data directory

A note is worth more than a trace: a file is written whole or not at all, what another raftlab has written meanwhile is
kept, and a file that can't be understood is never overwritten but set aside.

Positions count from 0. A note remembers the time of its event too: when the same trace is read differently some day
(a better importer, more files), it is found again by its time.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from bisect import bisect_left, bisect_right
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.errors import TraceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from raftlab.documents.located import Reader
    from raftlab.trace import Timeline

ENDING: Final = ".notes.yaml"


class Note(Struct, frozen=True):
    """What somebody wrote at an event; without text a bookmark. `at_us`: the event's time, in the trace's unit."""

    position: int
    at_us: int
    text: str = ""


class Notes:
    """The notes of a trace, by position.

    Args:
        trace: the first of its files; None: it has none, and the notes are gone when the debugger is left.

    `problem` says what was wrong with a file that was found (its notes stay in it); `where` is the file that is or will
    be written.
    """

    def __init__(self, trace: Path | None) -> None:
        self.problem = ""
        self.where: Path | None = None
        self._all: dict[int, Note] = {}
        self._order: list[int] = []
        self._left: set[tuple[int, int]] = set()  # positions and times that notes have moved away from
        if trace is None:
            return
        beside, apart = beside_of(trace), apart_of(trace)
        self.where = apart if not beside.exists() and apart.exists() else beside
        self._apart = apart
        self._files = (apart, beside)
        for file in self._files:
            self._take(file)

    # -- looking ---------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Note]:
        return iter([self._all[position] for position in self._order])

    def at(self, position: int) -> Note | None:
        """The note at a position."""
        return self._all.get(position)

    def nearest(self, position: int, way: int) -> Note | None:
        """The next note after a position (way 1), or the last one before (-1)."""
        order = self._order
        at = bisect_right(order, position) if way > 0 else bisect_left(order, position) - 1
        return self._all[order[at]] if 0 <= at < len(order) else None

    def settle(self, timeline: Timeline) -> int:
        """Find again, by their times, the notes whose events stand elsewhere than they did; how many have moved."""
        moved = 0
        for note in list(self._all.values()):
            length = len(timeline)
            if note.position < length and timeline.time_of(note.position) == note.at_us:
                continue
            if not timeline.complete and note.position >= length:
                continue  # it may still come
            place = timeline.index_at(note.at_us)
            if place >= 0 and place != note.position and place not in self._all:
                del self._all[note.position]
                self._left.add((note.position, note.at_us))
                self._all[place] = Note(place, note.at_us, note.text)
                moved += 1
        self._sort()
        return moved

    # -- writing ---------------------------------------------------------------------------------------------

    def put(self, position: int, at_us: int, text: str = "") -> str:
        """Set a note, in place of one that is there; what is to be told of where it went ("" for nothing).

        Raises:
            TraceError: it can't be written anywhere. It is kept in memory.
        """
        self._all[position] = Note(position, at_us, _plain(text))
        return self._save(position)

    def remove(self, position: int) -> str:
        """Take a note away.

        Raises:
            TraceError: the file can't be written.
        """
        self._all.pop(position, None)
        return self._save(position)

    def _save(self, position: int) -> str:
        """Write the file anew: what stands in it now, with one change."""
        self._sort()
        if self.where is None:
            return "kept until you leave: this run has no file of its own"
        mine = self._all.get(position)
        told = self._refresh(self.where)
        if mine is None:
            self._all.pop(position, None)
        else:
            self._all[position] = mine
        self._sort()
        document = _written(list(self)).encode()
        try:
            _replace(self.where, document)
        except OSError as error:
            return self._save_apart(document, error)
        for file in self._files:
            if file != self.where and file.exists():
                # Notes were begun at another place: what is taken away here may not come back from there.
                with suppress(OSError):
                    _replace(file, document)
        return told

    def _save_apart(self, document: bytes, error: OSError) -> str:
        """The directory of the trace takes no file: the user's own does."""
        if self.where == self._apart:
            raise TraceError(f"the notes can't be written: {error.strerror}", file=str(self._apart)) from None
        old, self.where = self.where, self._apart
        try:
            _replace(self.where, document)
        except OSError as second:
            self.where = old
            raise TraceError(
                f"the notes can't be written: {error.strerror}; nor to {self._apart}: {second.strerror}", file=str(old)
            ) from None
        return f"{old.parent if old else '.'} takes no files; notes are kept in {self.where}"

    def _refresh(self, file: Path) -> str:
        """Take in what another raftlab has written; set a file aside that can't be understood."""
        if not file.exists():
            return ""
        try:
            found = _read(file)
        except TraceError:
            aside = _unused(file)
            file.rename(aside)
            self.problem = ""
            return f"{file.name} couldn't be understood; it is kept as {aside.name}"
        known = set(self._all)
        for note in found:
            if note.position not in known and (note.position, note.at_us) not in self._left:
                self._all[note.position] = note
        return ""

    def _take(self, file: Path) -> None:
        if not file.exists():
            return
        try:
            self._all.update((note.position, note) for note in _read(file))
        except TraceError as error:
            self.problem = str(error)
        self._sort()

    def _sort(self) -> None:
        self._order = sorted(self._all)


def beside_of(trace: Path) -> Path:
    """Where the notes of a trace belong."""
    whole = trace if trace.name not in ("", "..") else trace.resolve()
    return whole.with_name(whole.name + ENDING)


def apart_of(trace: Path) -> Path:
    """Where they are kept when its directory takes no files: under its name and a digest of its whole path."""
    from platformdirs import user_data_dir

    chosen = os.environ.get("RAFTLAB_STATE_DIR")
    directory = Path(chosen) if chosen else Path(user_data_dir("raftlab", appauthor=False))
    whole = trace.resolve()
    digest = hashlib.sha256(str(whole).encode()).hexdigest()[:10]
    return directory / "notes" / f"{whole.name}-{digest}{ENDING}"


def _read(file: Path) -> list[Note]:
    """The notes of a file.

    Raises:
        TraceError: it can't be understood; the message says where.
    """
    from raftlab.documents.located import Document

    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise TraceError("this isn't text; notes are a YAML file", file=str(file), line=line) from None
    except OSError as error:
        raise TraceError(f"the notes can't be read: {error.strerror}", file=str(file)) from None
    document = Document(text, str(file), TraceError)
    fields = document.reader().fields(("notes",))
    listed = fields.get("notes")
    found = [_note(reader) for reader in listed.items()] if listed is not None and not listed.is_null else []
    document.finish()
    return found


def _note(reader: Reader) -> Note:
    fields = reader.fields(("event", "at"), ("text",))
    position = fields["event"].integer(0) if "event" in fields else 0
    at_us = fields["at"].integer() if "at" in fields else 0
    return Note(position, at_us, fields["text"].text() if "text" in fields else "")


def _written(notes: list[Note]) -> str:
    """The file, as people may read and edit it: an event's number, its time in microseconds, the words."""
    import json

    lines = ["# Notes made in raftlab debug: the event's number, its time (microseconds), and what was written."]
    lines.append("notes:" if notes else "notes: []")
    for note in notes:
        # A JSON string is a YAML string in quotes, whatever stands in it.
        text = f", text: {json.dumps(note.text, ensure_ascii=False)}" if note.text else ""
        lines.append(f"  - {{event: {note.position}, at: {note.at_us}{text}}}")
    return "\n".join([*lines, ""])


def _replace(path: Path, document: bytes) -> None:
    """Whole or not at all: a neighbour is written, made durable, and moved over the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            os.chmod(file.name, 0o644)  # whoever reads the trace may read its notes
            os.replace(file.name, path)
        except BaseException:
            file.close()
            Path(file.name).unlink(missing_ok=True)
            raise


def _plain(text: str) -> str:
    """One line of what can be read: no ends of lines, nothing that a terminal or YAML would stumble over."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable()).strip()


def _unused(file: Path) -> Path:
    number = 1
    while (aside := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    return aside
