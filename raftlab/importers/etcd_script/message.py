"""Entries, snapshots and messages from the text that etcd-raft prints for them: the ones that nest.

A message of several lines comes as one text with its line ends in it; `is_open` says whether a text needs more lines.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from raftlab.importers.etcd_script.printed import (
    PrintedEntry,
    PrintedMessage,
    PrintedSnapshot,
    conf_state,
    nobody,
    node_name,
)

_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_ENTRY: Final = re.compile(rf"(\d+)/(\d+) (Entry\w+)(?: ({_QUOTED}|[^\]\n,]+))?", re.ASCII)
_HEAD: Final = re.compile(
    r"(\w+)->(\w+) (Msg\w+) Term:(\d+) Log:(\d+)/(\d+)(?: Rejected \(Hint: (\d+)\))?(?: Commit:(\d+))?"
    r"(?: Vote:(\d+))?",
    re.ASCII,
)
_SNAPSHOT: Final = re.compile(r"Index:(\d+) Term:(\d+) (ConfState:.*? AutoLeave:(?:true|false))", re.ASCII)
_BETWEEN: Final = re.compile(r"[\s,]*")
_BRACKETS: Final = re.compile(rf"{_QUOTED}|[\[\]]")

_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))", re.DOTALL)
_ESCAPES: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def entry(text: str, line: int = 0) -> PrintedEntry | None:
    """`1/12 EntryNormal "x"`; None if the text is none."""
    found = _ENTRY.fullmatch(text)
    return None if found is None else _entry(found, line)


def snapshot(text: str) -> PrintedSnapshot | None:
    """`Index:4 Term:1 ConfState:...`; None if the text is none."""
    found = _SNAPSHOT.fullmatch(text)
    config = None if found is None else conf_state(found[3])
    return None if found is None or config is None else PrintedSnapshot(int(found[1]), int(found[2]), config)


def message(text: str, line: int = 0) -> PrintedMessage | None:
    """A whole message, perhaps with `dropped: ` before it; None if the text is none."""
    dropped = text.startswith("dropped: ")
    parser = _Parser(text.removeprefix("dropped: "), line)
    found = parser.message()
    if found is None or parser.at < len(parser.text):
        return None
    return replace(found, dropped=dropped)


def begins_message(text: str) -> bool:
    """Whether a message begins with this text."""
    return _HEAD.match(text.removeprefix("dropped: ")) is not None


def is_open(text: str) -> bool:
    """Whether a list in this text isn't closed yet: the message goes on in the next line."""
    found = [it for it in _BRACKETS.findall(text) if it in "[]"]
    return found.count("[") > found.count("]")


def unquoted(text: str) -> str:
    """The text that Go has put into quotes. Bytes that are no UTF-8 stay escaped."""
    if not text.startswith('"'):
        return text
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    raw = _ESCAPE.sub(_unescaped, inner)
    # \xff stands for a byte: it has become U+DCFF, and several of them may be one character.
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _unescaped(found: re.Match[str]) -> str:
    byte, short, long, other = found.groups()
    if byte is not None:
        number = int(byte, 16)
        return chr(number if number < 0x80 else 0xDC00 + number)
    if short is not None or long is not None:
        return chr(int(short or long, 16))
    return _ESCAPES.get(other, other)


def _entry(found: re.Match[str], line: int) -> PrintedEntry:
    return PrintedEntry(line, int(found[2]), int(found[1]), found[3], unquoted((found[4] or "").strip()))


class _Parser:
    """One message's text, and how far it is read; all of it is said to stand in one line of the file, the first."""

    def __init__(self, text: str, line: int) -> None:
        self.text, self.line, self.at = text, line, 0

    def message(self) -> PrintedMessage | None:
        found = _HEAD.match(self.text, self.at)
        if found is None:
            return None
        try:
            sender, to = node_name(found[1]), node_name(found[2])
        except ValueError:
            return None
        self.at = found.end()
        entries = self._entries() if self._take("Entries:[") else ()
        told = self._snapshot() if self._take("Snapshot: ") else None
        responses = self._responses() if self._take("Responses:[") else ()
        return PrintedMessage(
            self.line, sender, to, found[3], int(found[4]), int(found[5]), int(found[6]), found[7] is not None,
            int(found[7] or 0), int(found[8] or 0), nobody(found[9] or "0"), entries, told, responses,
        )  # fmt: skip

    def _take(self, word: str) -> bool:
        between = _BETWEEN.match(self.text, self.at)
        begin = self.at if between is None else between.end()
        if not self.text.startswith(word, begin):
            return False
        self.at = begin + len(word)
        return True

    def _entries(self) -> tuple[PrintedEntry, ...]:
        found = []
        while not self._take("]"):
            self._take("")
            one = _ENTRY.match(self.text, self.at)
            if one is None:
                break
            found.append(_entry(one, self.line))
            self.at = one.end()
        return tuple(found)

    def _snapshot(self) -> PrintedSnapshot | None:
        found = _SNAPSHOT.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return snapshot(found[0])

    def _responses(self) -> tuple[PrintedMessage, ...]:
        found = []
        while not self._take("]"):
            self._take("")
            one = self.message()
            if one is None:
                break
            found.append(one)
        return tuple(found)
