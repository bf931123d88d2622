"""A command's output, read into the things that stand in it, in order: what printed.py describes, and where.

    > 1 handling Ready              Heading: what follows is node 1's
      Ready MustSync=true:          Ready, with all that belongs to it up to its last message
      HardState Term:1 Vote:1 Commit:2
      Messages:
      1->2 MsgVote Term:1 Log:1/2
      INFO 1 received ...           LogLine
    > 2 receiving messages          Heading
      1->2 MsgVote Term:1 Log:1/2   PrintedMessage: it arrives, or is dropped, or is sent by send-snapshot
    > 1 processing append thread    Heading
      Processing:                   ThreadWork, with its responses
      Responses:

Whose a Ready is stands in the heading before it, or else in the command. What is understood but says nothing more
("ok") is a Remark, what isn't understood at all is Unread: nothing is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.importers.etcd_script import printed
from raftlab.importers.etcd_script.message import begins_message, entry, is_open, message, snapshot
from raftlab.importers.etcd_script.printed import (
    HardState,
    LogLine,
    PrintedEntry,
    PrintedMessage,
    PrintedProgress,
    PrintedSnapshot,
    RaftState,
    SoftState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class Heading(Struct, frozen=True):
    """`> 1 handling Ready`; `doing` is "ready", "messages", "append" or "apply"."""

    line: int
    node: str
    doing: str


class Ready(Struct, frozen=True):
    """What a node wants done: to be stored (hard state, entries, snapshot), applied, sent.

    `must_sync` is None for an empty one. `snapshot_line` and `read_line` say where those stand (0: nowhere).
    """

    line: int
    must_sync: bool | None = None
    soft: SoftState | None = None
    hard: HardState | None = None
    read_states: str = ""
    read_line: int = 0
    entries: tuple[PrintedEntry, ...] = ()
    snapshot: PrintedSnapshot | None = None
    snapshot_line: int = 0
    committed: tuple[PrintedEntry, ...] = ()
    messages: tuple[PrintedMessage, ...] = ()


class ThreadWork(Struct, frozen=True):
    """A storage thread has done what a message asks; its `responses` are under way from now on."""

    line: int
    message: PrintedMessage | None
    responses: tuple[PrintedMessage, ...] = ()


class EmptyLog(Struct, frozen=True):
    """`log is empty: first index=12, last index=11`."""

    line: int
    first_index: int
    last_index: int


class Remark(Struct, frozen=True):
    """What is understood and is nothing of the above; `error`: a command didn't succeed, or only in part."""

    line: int
    text: str
    error: bool = False


class Unread(Struct, frozen=True):
    """A line that means nothing to us."""

    line: int
    text: str


Item = (
    Heading | Ready | ThreadWork | PrintedMessage | PrintedEntry | PrintedProgress | RaftState | LogLine | EmptyLog
    | Remark | Unread
)  # fmt: skip

_HEADING: Final = re.compile(
    r"> (\d+) (handling Ready|receiving messages|processing append thread|processing apply thread)", re.ASCII
)
_DOING: Final = {
    "handling Ready": "ready",
    "receiving messages": "messages",
    "processing append thread": "append",
    "processing apply thread": "apply",
}
_READY: Final = re.compile(r"Ready MustSync=(true|false):")
_EMPTY_READY: Final = "<empty Ready>"
_EMPTY_LOG: Final = re.compile(r"log is empty: first index=(\d+), last index=(\d+)", re.ASCII)
_PROGRESS_LINE: Final = re.compile(r"(\d+): (State\w+ match=.*)", re.ASCII)
_REMARKS: Final = frozenset(
    {"ok", "ok (quiet)", "no messages", "no append work to perform", "no apply work to perform"}
)
_ERRORS: Final = re.compile(
    r"(?:raft|raft proposal dropped|unknown command|index must be|invalid|can't|log levels)\b.*"
)


def read_output(lines: Sequence[str], first_line: int) -> tuple[Item, ...]:
    """What stands in a command's output; `first_line` is the number of its first line in the file (from 1)."""
    return tuple(_Reader(lines, first_line).items())


class _Reader:
    """The lines, without what they are indented by, and how far they are read."""

    def __init__(self, lines: Sequence[str], first_line: int) -> None:
        self.lines = [line.strip() for line in lines]
        self.first_line = first_line
        self.at = 0

    def items(self) -> list[Item]:
        found: list[Item] = []
        while self.at < len(self.lines):
            found.append(self._item())
        return found

    @property
    def _line(self) -> int:
        return self.first_line + self.at

    def _next(self) -> str:
        return self.lines[self.at] if self.at < len(self.lines) else ""

    def _item(self) -> Item:
        text, line = self._next(), self._line
        heading = _HEADING.fullmatch(text)
        ready = _READY.fullmatch(text)
        if heading is not None:
            self.at += 1
            return Heading(line, heading[1], _DOING[heading[2]])
        if ready is not None:
            self.at += 1
            return self._ready(line, ready[1] == "true")
        if text == "Processing:":
            self.at += 1
            return self._work(line)
        found = self._message()
        if found is not None:
            return found
        self.at += 1
        return _of_one_line(text, line)

    def _message(self) -> PrintedMessage | None:
        """The message that begins in the next line, with all lines that it goes on in."""
        if not begins_message(self._next()):
            return None
        begin, end = self.at, self.at + 1
        text = self.lines[begin]
        while end < len(self.lines) and (is_open(text) or self.lines[end].startswith("Snapshot: ")):
            text += "\n" + self.lines[end]
            end += 1
        found = message(text, self._line)
        if found is not None:
            self.at = end
        return found

    def _messages(self) -> tuple[PrintedMessage, ...]:
        found = []
        while (one := self._message()) is not None:
            found.append(one)
        return tuple(found)

    def _entries(self) -> tuple[PrintedEntry, ...]:
        found = []
        while (one := entry(self._next(), self._line)) is not None:
            found.append(one)
            self.at += 1
        return tuple(found)

    def _ready(self, line: int, must_sync: bool) -> Ready:
        """The parts come in this order, each or none."""
        soft = printed.soft_state(self._next(), self._line)
        self.at += soft is not None
        hard = printed.hard_state(self._next(), self._line)
        self.at += hard is not None
        reads, read_line = self._after("ReadStates ")
        entries = self._section("Entries:")
        told, snapshot_line = self._after("Snapshot ")
        committed = self._section("CommittedEntries:")
        messages: tuple[PrintedMessage, ...] = ()
        if self._next() == "Messages:":
            self.at += 1
            messages = self._messages()
        return Ready(
            line, must_sync, soft, hard, reads, read_line, entries, snapshot(told) if told else None, snapshot_line,
            committed, messages,
        )  # fmt: skip

    def _section(self, title: str) -> tuple[PrintedEntry, ...]:
        if self._next() != title:
            return ()
        self.at += 1
        return self._entries()

    def _after(self, word: str) -> tuple[str, int]:
        """What follows this word, and its line, if the next line begins with it."""
        text, line = self._next(), self._line
        if not text.startswith(word):
            return "", 0
        self.at += 1
        return text.removeprefix(word), line

    def _work(self, line: int) -> ThreadWork:
        asked = self._message()
        responses: tuple[PrintedMessage, ...] = ()
        if self._next() == "Responses:":
            self.at += 1
            responses = self._messages()
        return ThreadWork(line, asked, responses)


def _of_one_line(text: str, line: int) -> Item:
    if text == _EMPTY_READY:
        return Ready(line)
    empty = _EMPTY_LOG.fullmatch(text)
    if empty is not None:
        return EmptyLog(line, int(empty[1]), int(empty[2]))
    found = printed.log_line(text, line) or printed.raft_state(text, line) or entry(text, line)
    if found is not None:
        return found
    peer = _PROGRESS_LINE.fullmatch(text)
    belief = None if peer is None else printed.progress(peer[2], peer[1], line)
    if belief is not None:
        return belief
    if text in _REMARKS:
        return Remark(line, text)
    return Remark(line, text, error=True) if _ERRORS.fullmatch(text) else Unread(line, text)
