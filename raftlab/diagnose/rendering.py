"""A diagnosis as text for a terminal, or as Markdown."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from raftlab.diagnose.finding import Weight
from raftlab.diagnose.words import Times

if TYPE_CHECKING:
    from raftlab.diagnose.finding import Diagnosis, Evidence, Finding

_WIDTH: Final = 110
_EVIDENCE: Final = 5
_LESS: Final = 2
_SAID: Final = re.compile(r'"msg":\s*"((?:[^"\\]|\\.)*)"(.*?)\}?$', re.DOTALL)


def as_text(diagnosis: Diagnosis, times: Times) -> str:
    """The verdict, then numbered findings with their evidence indented below."""
    if not diagnosis.findings:
        return diagnosis.verdict
    pieces = [textwrap.fill(diagnosis.verdict, _WIDTH, subsequent_indent="  ")]
    if diagnosis.ids:
        pieces[0] += "\n  " + _ids(diagnosis)
    advised: dict[str, int] = {}
    for number, finding in enumerate(diagnosis.findings, 1):
        pieces.append(_finding(number, finding, times, advised))
    return "\n\n".join(pieces)


def _ids(diagnosis: Diagnosis) -> str:
    return "In the lines: " + ", ".join(f"{name} is {identifier}" for name, identifier in diagnosis.ids.items()) + "."


def _finding(number: int, finding: Finding, times: Times, advised: dict[str, int]) -> str:
    start = f"{number}. "
    indent = " " * len(start)
    lines = [f"{start}{finding.question} [{finding.confidence}]"]
    lines.append(textwrap.fill(finding.answer, _WIDTH, initial_indent=indent, subsequent_indent=indent))
    most = _EVIDENCE if finding.weight is not Weight.ANSWER else _LESS
    for it in finding.evidence[:most]:
        lines.append(f"{indent}  {_place(it)}  {times.at(it.at_us)}")
        lines.append(f"{indent}      {_cut(_said(it.text), _WIDTH - len(indent) - 6)}")
    more = len(finding.evidence) - most
    if more > 0:
        lines.append(f"{indent}  ({more} more with --format json)")
    if finding.advice in advised:
        lines.append(f"{indent}Advice: as for {advised[finding.advice]}.")
    elif finding.advice:
        advised[finding.advice] = number
        lines.append(
            textwrap.fill(f"Advice: {finding.advice}", _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
        )
    return "\n".join(lines)


def as_markdown(diagnosis: Diagnosis, times: Times) -> str:
    """The same as a document: to paste into an issue or a postmortem."""
    pieces = [f"**{_escaped(diagnosis.verdict)}**"]
    if diagnosis.ids:
        pieces.append(_escaped(_ids(diagnosis)))
    for number, finding in enumerate(diagnosis.findings, 1):
        lines = [f"## {number}. {finding.question[0].upper()}{finding.question[1:]}", ""]
        lines += [f"{_escaped(finding.answer)} *({finding.confidence})*"]
        if finding.evidence:
            lines += [""]
            lines += [f"- `{_place(it)}` {times.at(it.at_us)}: {_code(it.text)}" for it in finding.evidence]
        if finding.advice:
            lines += ["", f"> {_escaped(finding.advice)}"]
        pieces.append("\n".join(lines))
    return "\n\n".join(pieces)


def _said(text: str) -> str:
    """What a JSON line says, without its level, time and caller: a terminal is narrow."""
    found = _SAID.search(text) if text.startswith("{") else None
    return text if found is None else found[1] + found[2].replace('"', "").replace(",", ", ")


def _place(evidence: Evidence) -> str:
    return f"{evidence.file}:{evidence.line}"


def _cut(text: str, width: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


def _code(text: str) -> str:
    """As code, whatever backticks stand in it."""
    text = " ".join(text.split())
    fence = "`" if "`" not in text else "``" if "``" not in text else "```"
    return f"{fence} {text} {fence}" if fence != "`" else f"`{text}`"


def _escaped(text: str) -> str:
    for sign in "\\*_`<>|[]#":
        text = text.replace(sign, "\\" + sign)
    return text
