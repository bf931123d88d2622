"""The lessons that ship, and any folder with a lesson in it: found, read, checked."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path

from raftlab.content import data_path
from raftlab.core.errors import LessonError
from raftlab.tutor.lesson import Lesson
from raftlab.tutor.reading import read_lesson
from raftlab.tutor.words import Words, read_words

STRUCTURE = "lesson.yaml"
_FOLDER = re.compile(r"\d+-(.+)")


def lesson_folders() -> dict[str, Path]:
    """The folders of the lessons that ship, by name, in the order of the course."""
    folders = sorted(path.parent for path in data_path("lessons").glob(f"*/{STRUCTURE}"))
    return {_name_of(folder): folder for folder in folders}


def lesson_names() -> list[str]:
    """The lessons' names, in the order of the course."""
    return list(lesson_folders())


def open_lesson(name: str, language: str = "en") -> tuple[Lesson, Words]:
    """A lesson by its name, or from a folder; its words in a language (English where there is no such translation).

    Raises:
        LessonError: there is none of that name, or its files have mistakes.
    """
    folders = lesson_folders()
    folder = folders.get(name)
    if folder is None:
        folder = Path(name)
        if not (folder / STRUCTURE).is_file():
            if folder.is_dir():
                raise LessonError(f"there is no {STRUCTURE} in this folder", file=name)
            close = get_close_matches(name, folders, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(folders)}"
            raise LessonError(f"there is no lesson {name!r}; {hint}")
    lesson = read_lesson(_text(folder / STRUCTURE), _name_of(folder), _shown(folder / STRUCTURE))
    path = folder / f"text.{language}.md"
    if not path.exists():
        path = folder / "text.en.md"
    return lesson, read_words(_text(path), lesson, _shown(path))


def _name_of(folder: Path) -> str:
    """01-quorum-math is quorum-math."""
    name = folder.resolve().name
    numbered = _FOLDER.fullmatch(name)
    return numbered[1] if numbered else name


def _shown(path: Path) -> str:
    """A file as messages name it: the shipped ones by their folder, without this machine's path."""
    return f"{path.parent.name}/{path.name}" if data_path("lessons") in path.parents else str(path)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise LessonError(f"this isn't UTF-8 text (byte {error.start})", file=_shown(path)) from None
    except OSError as error:
        raise LessonError(f"this can't be read: {error.strerror}", file=_shown(path)) from None
