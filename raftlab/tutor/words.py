"""A lesson's words: text.en.md, one file a language, checked against lesson.yaml both ways.

    # Quorum math
    One sentence for the list of lessons.

    ## clusters
    ### three
    Three nodes

    ## how-many              (a step's id; its text, in Markdown)
    ### question             (ask, predict; act and watch have `### goal` instead)
    ### option goes-on       (one line a choice)
    ### hint                 (as many as the step says, from gentle to plain)
    ### right
    ### wrong                (any wrong answer; time ran out)
    ### wrong goes-on        (this wrong option, number or failure)

Headings of the first three levels are ours; `####` and code blocks belong to the text.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core.errors import LessonError
from raftlab.tutor.lesson import GENERAL, ActStep, AskStep, ReadStep, WatchStep

if TYPE_CHECKING:
    from raftlab.tutor.lesson import AnyStep, Lesson

_HEADING = re.compile(r"(#{1,3})\s+(.*?)\s*#*")
_CLUSTERS = "clusters"


class StepWords(Struct):
    """The words of one step; `wrong` and `options` by name, GENERAL for the rest. `goal` may be a question."""

    text: str = ""
    goal: str = ""
    hints: tuple[str, ...] = ()
    right: str = ""
    wrong: dict[str, str] = {}
    options: dict[str, str] = {}


class Words(Struct):
    """The words of a lesson, in one language. `clusters` are titles for its clusters."""

    title: str = ""
    summary: str = ""
    clusters: dict[str, str] = {}
    steps: dict[str, StepWords] = {}


class _Section(Struct):
    """A heading, the line where it stands, its text, what stands under it."""

    title: str
    line: int
    lines: list[str] = []
    parts: list[_Section] = []

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def read_words(text: str, lesson: Lesson, file: str) -> Words:
    """The words for a lesson.

    Raises:
        LessonError: with file:line for every section that is missing, empty, twice there or of no use.
    """
    return _Check(lesson, file).read(text)


class _Check:
    """Goes through the sections, and notes what is wrong."""

    def __init__(self, lesson: Lesson, file: str) -> None:
        self._lesson = lesson
        self._file = file
        self._problems: list[tuple[int, str]] = []

    def read(self, text: str) -> Words:
        titles = self._sections(text)
        if len(titles) != 1:
            self._wrong(titles[1].line if titles else 1, "a lesson has one title, in its first line: # Quorum math")
        top = titles[0] if titles else _Section("", 1)
        if not top.text:
            self._wrong(top.line, "after the title there should be one sentence for the list of lessons")
        known = {step.id: step for step in self._lesson.steps}
        found = self._by_name(top.parts, [*known, _CLUSTERS])
        clusters = self._clusters(found.pop(_CLUSTERS, None))
        steps = {}
        for name, step in known.items():
            if name in found:
                steps[name] = self._step(step, found[name])
            else:
                place = f"{self._lesson.file}:{step.line}"
                self._wrong(len(text.splitlines()) or 1, f"there is no section '## {name}'; {place} has that step")
        self._finish()
        return Words(top.title, top.text, clusters, steps)

    def _sections(self, text: str) -> list[_Section]:
        """The headings as a tree."""
        tops: list[_Section] = []
        open_: list[_Section] = []
        fenced = False
        for number, line in enumerate(text.splitlines(), 1):
            fenced ^= line.lstrip().startswith("```")
            heading = None if fenced else _HEADING.fullmatch(line)
            if heading is None:
                if open_:
                    open_[-1].lines.append(line)
                elif line.strip():
                    self._wrong(number, "text before the title; the first line should be: # Title of the lesson")
                continue
            level = len(heading[1])
            if level - 1 > len(open_):
                self._wrong(number, f"{'#' * level} stands under no {'#' * (level - 1)}")
                continue
            section = _Section(heading[2], number)
            (open_[level - 2].parts if level > 1 else tops).append(section)
            open_ = [*open_[: level - 1], section]
        return tops

    def _by_name(self, sections: list[_Section], known: list[str]) -> dict[str, _Section]:
        found: dict[str, _Section] = {}
        for section in sections:
            if section.title not in known:
                close = get_close_matches(section.title, known, 1)
                hint = f"did you mean '{close[0]}'?" if close else f"there could be {', '.join(known)}"
                self._wrong(section.line, f"unknown section '{section.title}'; {hint}")
            elif section.title in found:
                first = found[section.title].line
                self._wrong(section.line, f"the section '{section.title}' stands here twice (first in line {first})")
            else:
                found[section.title] = section
        return found

    def _clusters(self, section: _Section | None) -> dict[str, str]:
        names = list(self._lesson.clusters)
        if section is None:
            self._wrong(1, f"there is no section '## {_CLUSTERS}' with a title for each of {', '.join(names)}")
            return {}
        parts = self._by_name(section.parts, names)
        for name in names:
            if name not in parts:
                self._wrong(section.line, f"'## {_CLUSTERS}' lacks '### {name}': the cluster's title")
        return {name: self._filled(part) for name, part in parts.items()}

    def _step(self, step: AnyStep, section: _Section) -> StepWords:
        wanted = _wanted(step)
        hints = [part for part in section.parts if part.title == "hint"]
        wants_hints = getattr(step, "hints", 0)
        if len(hints) != wants_hints:
            place = f"{self._lesson.file}:{step.line}"
            self._wrong(section.line, f"'{step.id}' has {len(hints)} hints here, and {wants_hints} in {place}")
        parts = self._by_name(
            [part for part in section.parts if part.title != "hint"], [*wanted, *_possible(step)]
        )  # fmt: skip
        for name in wanted:
            if name not in parts:
                self._wrong(section.line, f"'{step.id}' lacks '### {name}'")
        if not section.text:
            self._wrong(section.line, f"'{step.id}' has no text")
        filled = {name: self._filled(part) for name, part in parts.items()}
        return StepWords(
            section.text,
            filled.get("goal", filled.get("question", "")),
            tuple(self._filled(hint) for hint in hints),
            filled.get("right", ""),
            {name[5:].strip(): text for name, text in filled.items() if name == "wrong" or name.startswith("wrong ")},
            {name[7:]: text for name, text in filled.items() if name.startswith("option ")},
        )

    def _filled(self, section: _Section) -> str:
        if not section.text:
            self._wrong(section.line, f"'### {section.title}' is empty")
        return section.text

    def _wrong(self, line: int, message: str) -> None:
        self._problems.append((line, message))

    def _finish(self) -> None:
        if self._problems:
            (line, message), *rest = sorted(self._problems)
            more = [f"{self._file}:{line}: {message}" for line, message in rest]
            raise LessonError("\n".join([message, *more]), file=self._file, line=line)


def _wanted(step: AnyStep) -> list[str]:
    """The sections that a step's words must have, hints apart."""
    if isinstance(step, ReadStep):
        return []
    if isinstance(step, WatchStep):
        return ["goal"]
    if isinstance(step, ActStep):
        return ["goal", "right", "wrong", *(f"wrong {fail.name}" for fail in step.fails)]
    assert isinstance(step, AskStep)
    options = [f"option {option}" for option in step.options]
    general = [] if step.options else ["wrong"]
    return ["question", *options, "right", *general, *(f"wrong {answer}" for answer in step.wrong_answers)]


def _possible(step: AnyStep) -> list[str]:
    """Sections that it may have besides."""
    return ["right"] if isinstance(step, WatchStep) else []


def wrong_words(words: StepWords, name: str) -> str:
    """What to say to a wrong answer or failure: its own words, else the general ones."""
    return words.wrong.get(name) or words.wrong.get(GENERAL, "")
