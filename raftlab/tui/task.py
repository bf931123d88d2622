"""The task of a lesson's step in lines: what is to be done, what was tried, what the tutor says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.tui.grid import BOLD
from raftlab.tui.pane import Line, Said
from raftlab.tui.prose import prose
from raftlab.tutor.tutor import FULL_CREDIT

if TYPE_CHECKING:
    from raftlab.session.lesson_play import LessonPlay


def task_lines(play: LessonPlay, typed: str, choice: int, said: str) -> list[Line]:
    """The goal or question, the answers, the hints, the verdict; `said`: a remark about the last key."""
    lines: list[Line] = [(Said("─" * 400, "line"),)]
    if play.goal_text:
        mark = "? " if play.kind in ("ask", "predict") else "▸ "
        lines += prose(play.goal_text, first=mark, attributes=BOLD)
    lines += _answers(play, typed, choice)
    for hint in play.hints_shown:
        lines += prose(f"hint: {hint}", "muted")
    lines += _verdict(play)
    if said:
        lines += [(Said(said, "gold_text"),)]
    lines.append((Said(_below(play), "muted"),))
    return lines


def _answers(play: LessonPlay, typed: str, choice: int) -> list[Line]:
    """The choices with a cursor, or what was typed."""
    if play.asks_number:
        if play.passed and not typed:
            return [(Said(f"  your answer: {play.chosen}"),)]
        return [(Said("  your answer: "), Said(f"{typed}▏", "gold_text", BOLD))]
    found: list[Line] = []
    for place, option in enumerate(play.choices):
        chosen = play.chosen == option.name
        here = place == choice and play.chosen is None
        mark = "◉" if chosen else "▸" if here else " "
        attributes = BOLD if chosen or here else 0
        found.append((Said(f"{mark} {place + 1} ", "gold_text", BOLD), Said(option.label, "ink", attributes)))
    return found


def _verdict(play: LessonPlay) -> list[Line]:
    verdict = play.verdict
    if verdict is None:
        return prose("The cluster shows what happens …", "muted") if play.revealing else []
    if not verdict.words:
        return []
    ink = "ink" if verdict.right else "bad_text"
    return prose(verdict.words, ink, first="✓ " if verdict.right else "✗ ")


def _below(play: LessonPlay) -> str:
    """Tries, hints and points; and what the next key would be."""
    parts = []
    if play.tries:
        parts.append(f"{play.tries} wrong tr{'y' if play.tries == 1 else 'ies'}")
    if play.hints_left and not play.passed:
        parts.append(f"{play.hints_left} hint{'s' * (play.hints_left != 1)}: h")
    if play.credit:
        parts.append(f"{'★' * play.credit}{'☆' * (FULL_CREDIT - play.credit)}")
    parts.append(_next_key(play))
    return " · ".join(part for part in parts if part)


def _next_key(play: LessonPlay) -> str:
    if play.passed:
        return "n: done, q goes back" if play.index + 1 == play.steps else "n: next step"
    if play.verdict is not None:
        return "t: try again" if play.kind == "act" else "try again"
    if play.kind == "watch":
        return "n: to the end" if play.session.playing else "space: watch"
    if play.revealing:
        return "n: to the end"
    if play.kind == "act":
        return ""
    return "enter: answer" if play.asks_number else "a digit, or ↑ ↓ and enter"
