"""What a learner has done: kept in one small JSON file, written after every step.

The only place in the tutor that reads and writes. The file stands under the platform's state directory, or in
RAFTLAB_STATE_DIR. It is written to a neighbour first and then moved over the old one, so that no crash leaves half a
file. A file that can't be read is moved aside and said so (`notice`), never overwritten. Export and import are a copy
of the file.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

FILE = "progress.json"
_VERSION = 1


class StepRecord(Struct):
    """What became of one step. `shown`: the solution was asked for. `credit`: the best that was earned, 0 to 3."""

    tries: int = 0
    hints: int = 0
    shown: bool = False
    credit: int = 0


class LessonRecord(Struct):
    """What became of one lesson: its finished steps by id, and the id of the one where the learner was last."""

    steps: dict[str, StepRecord] = {}
    at: str | None = None
    done: bool = False

    @property
    def credit(self) -> int:
        """All that was earned."""
        return sum(step.credit for step in self.steps.values())


class _Kept(Struct):
    """The file."""

    raftlab_progress: int
    lessons: dict[str, LessonRecord] = {}


class Progress:
    """All lessons' records.

    Args:
        path: the file; None: kept in memory only.

    `notice` says what a person should know of the file (it was damaged, it can't be written); "" when all is well.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.notice = ""
        self.lessons: dict[str, LessonRecord] = {}
        if path is not None:
            self._read(path)

    @classmethod
    def open(cls) -> Progress:
        """The learner's own."""
        return cls(state_directory() / FILE)

    def lesson(self, name: str) -> LessonRecord:
        """A lesson's record; a blank one for a lesson not begun."""
        return self.lessons.setdefault(name, LessonRecord())

    def finish_step(self, lesson: str, step: str, record: StepRecord) -> None:
        """A step is done. Doing it again keeps the better credit."""
        known = self.lesson(lesson).steps.get(step)
        if known is not None:
            record.credit = max(record.credit, known.credit)
        self.lesson(lesson).steps[step] = record
        self.save()

    def move_to(self, lesson: str, step: str) -> None:
        """The learner has come to a step."""
        self.lesson(lesson).at = step
        self.save()

    def finish_lesson(self, lesson: str) -> None:
        """The last step is done."""
        self.lesson(lesson).done = True
        self.save()

    def forget(self, lesson: str) -> None:
        """Begin a lesson anew, as if it had never been opened."""
        self.lessons.pop(lesson, None)
        self.save()

    def save(self) -> None:
        """Write the file; what goes wrong is said in `notice`, since a lesson goes on without it."""
        if self.path is None:
            return
        document = msgspec.json.format(msgspec.json.encode(_Kept(_VERSION, self.lessons)), indent=1) + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _replace(self.path, document)
        except OSError as error:
            self.notice = f"progress can't be saved in {self.path}: {error.strerror or error}"
        else:
            if self.notice.startswith("progress can't be saved"):
                self.notice = ""

    def _read(self, path: Path) -> None:
        try:
            document = path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            self.notice = f"progress can't be read from {path}: {error.strerror}; this session isn't kept"
            self.path = None
            return
        try:
            kept = msgspec.json.decode(document, type=_Kept)
        except msgspec.MsgspecError as error:
            self._move_aside(path, str(error))
            return
        if kept.raftlab_progress > _VERSION:
            self.notice = f"{path} was written by a newer raftlab; it is left alone, and this session isn't kept"
            self.path = None
            return
        self.lessons = kept.lessons

    def _move_aside(self, path: Path, reason: str) -> None:
        number = 1
        while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
            number += 1
        try:
            path.rename(aside)
        except OSError as error:
            self.notice = f"{path} is damaged ({reason}) and can't be moved: {error.strerror}; this session isn't kept"
            self.path = None
            return
        self.notice = f"{path} was damaged ({reason}); it is kept as {aside.name}, and progress begins anew"


def state_directory() -> Path:
    """Where progress is kept on this system."""
    chosen = os.environ.get("RAFTLAB_STATE_DIR")
    if chosen:
        return Path(chosen)
    from platformdirs import user_state_dir

    return Path(user_state_dir("raftlab", appauthor=False))


def _replace(path: Path, document: bytes) -> None:
    """Whole or not at all: a neighbour is written, made durable, and moved over the old file."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            os.replace(file.name, path)
        except BaseException:
            file.close()
            with suppress(OSError):
                os.unlink(file.name)
            raise
