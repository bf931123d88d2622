"""Prose with a little Markdown, in lines for a pane: paragraphs, lists, headings, **strong**, *stress*, `code`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from raftlab.tui.grid import BOLD, ITALIC, PLAIN
from raftlab.tui.pane import Line, Pane, Said

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS: Final = re.compile(r"(\*\*.+?\*\*|`.+?`|(?<!\w)[*_](?=\S).+?(?<=\S)[*_](?!\w))")
_ITEM: Final = re.compile(r"\s*([-*]|\d+[.)])\s+(.*)")


def prose(text: str, ink: str = "ink", first: str = "", attributes: int = PLAIN) -> list[Line]:
    """The lines of a text. Each is a paragraph (or an item, a line of code) that a ProsePane wraps.

    Args:
        ink: the ink of plain words; first: what stands before the first line (a mark such as "▸ ").
    """
    lines: list[Line] = []
    for block in _blocks(text):
        if lines:
            lines.append(())
        lines.extend(_block_lines(block, ink, attributes))
    if first:
        lines[:1] = [(Said(first, "gold_text", BOLD), *lines[0])] if lines else [(Said(first, "gold_text", BOLD),)]
    return lines


def _blocks(text: str) -> Iterator[list[str]]:
    """Groups of lines, parted by blank ones; a fenced piece of code is one."""
    block: list[str] = []
    fenced = False
    for line in text.strip().splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
            block.append(line)
        elif line.strip() or fenced:
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _block_lines(block: list[str], ink: str, attributes: int) -> list[Line]:
    if block[0].lstrip().startswith("```"):
        return [(Said("    " + line, "muted"),) for line in block if not line.lstrip().startswith("```")]
    if block[0].startswith("#"):
        return [(Said(block[0].lstrip("# "), ink, BOLD),), *_block_lines(block[1:], ink, attributes)] if block else []
    if block[0].startswith("    "):
        return [(Said(line, "muted"),) for line in block]
    joined: list[str] = []
    for line in block:
        item = _ITEM.fullmatch(line)
        if item is not None:
            joined.append(f"{'•' if item[1] in '-*' else item[1]} {item[2]}")
        elif joined and not line.startswith("|"):
            joined[-1] = f"{joined[-1]} {line.strip()}"
        else:
            joined.append(line)
    return [_marked(line, ink, attributes) for line in joined]


def _marked(line: str, ink: str, attributes: int) -> Line:
    """A line with its marks turned into attributes."""
    pieces: list[Said] = []
    for part in _MARKS.split(line):
        if part.startswith("**"):
            pieces.append(Said(part[2:-2], ink, attributes | BOLD))
        elif part.startswith("`"):
            pieces.append(Said(part[1:-1], "gold_text", attributes))
        elif len(part) > 2 and part[0] in "*_" and part[-1] == part[0]:
            pieces.append(Said(part[1:-1], ink, attributes | ITALIC))
        elif part:
            pieces.append(Said(part, ink, attributes))
    return tuple(pieces)


class ProsePane(Pane):
    """A pane whose lines are all wrapped, between words, whatever pieces they are made of."""

    def rows(self, line: Line, room: int) -> list[Line]:
        return flow(line, room)


def flow(line: Line, room: int) -> list[Line]:
    """A line in rows of at most `room` cells; the further rows of an item stand in."""
    text = "".join(said.text for said in line)
    if cell_len(text) <= room or " " not in text:
        return [line]
    inset = _inset(text)
    rows: list[list[Said]] = [[]]
    used = 0
    for word in _words(line):
        size = sum(cell_len(said.text) for said in word)
        if used + size - _space_after(word) > room and used > inset:
            rows[-1] = _without_tail(rows[-1])
            rows.append([Said(" " * inset)] if inset else [])
            used = inset
        rows[-1].extend(word)
        used += size
    return [tuple(_without_tail(row)) for row in rows]


def _words(line: Line) -> list[list[Said]]:
    """The words of a line, each with the space after it. One of several pieces (`x=1`, a comma) stays together."""
    words: list[list[Said]] = []
    open_ = False
    for said in line:
        for part in re.findall(r"\s+|\S+\s*", said.text):
            piece = Said(part, said.ink, said.attributes)
            if open_ and not part[0].isspace():
                words[-1].append(piece)
            else:
                words.append([piece])
            open_ = not part[-1].isspace()
    return words


def _space_after(word: list[Said]) -> int:
    return len(word[-1].text) - len(word[-1].text.rstrip())


def _without_tail(row: list[Said]) -> list[Said]:
    """A row without the space after its last word."""
    last = row[-1]
    return [*row[:-1], Said(last.text.rstrip(), last.ink, last.attributes)]


def _inset(text: str) -> int:
    mark = re.match(r"\s*(?:[◉▸ ] \d|[•▸✓✗?]|\d+[.)]?|hint:)\s+", text)
    return len(mark[0]) if mark else len(text) - len(text.lstrip(" "))
