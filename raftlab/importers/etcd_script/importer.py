"""A transcript of etcd-raft's interaction environment: commands to a few nodes, and all that they printed.

The richest of etcd's sources: every message with its content, every entry, each step where it happens. It has no clock
(unit "step"), and says nothing while its log level is "none"; doing.py tells what is known of such stretches all the
same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.core.events import SourceNoted
from raftlab.importers.etcd_script import beliefs, handling
from raftlab.importers.etcd_script.account import COMMENT, HEADING, NOTHING, REPEATS, UNKNOWN_FORM, Account
from raftlab.importers.etcd_script.doing import Script, is_sent_by
from raftlab.importers.etcd_script.log_lines import tell_log_line
from raftlab.importers.etcd_script.printed import LogLine, PrintedEntry, PrintedMessage, PrintedProgress, RaftState
from raftlab.importers.etcd_script.reading import (
    EmptyLog,
    Heading,
    Item,
    Ready,
    Remark,
    ThreadWork,
    Unread,
    read_output,
)
from raftlab.importers.etcd_script.script import Block, parse_script
from raftlab.importers.etcd_script.telling import Telling
from raftlab.importers.imported import FileReport, Imported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.source import Progress, Source

KIND: Final = "etcd-raft-script"
TITLE: Final = "a transcript of etcd-raft's interaction tests"

KNOWS: Final = ("roles", "terms", "votes", "leaders", "entries", "commits", "messages", "config", "progress")

_COMMAND: Final = re.compile(
    rb"^(?:add-nodes \d|log-level \w+$|campaign \d|stabilize\b|process-ready \d|deliver-msgs\b|raft-(?:log \d|state$))",
    re.MULTILINE,
)
_SEPARATOR: Final = re.compile(rb"^----\r?$", re.MULTILINE)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these: it has commands of theirs, and output below dashes."""
    return _COMMAND.search(head) is not None and _SEPARATOR.search(head) is not None


def read(sources: Sequence[Source], progress: Progress | None = None) -> Imported:
    """The trace of one transcript, which holds all its nodes.

    Raises:
        TraceError: there are several files, or one breaks off, or is no text; a command can't be read; no node is set
            up.
    """
    if len(sources) > 1:
        raise TraceError(
            "a transcript holds all nodes of its cluster; open each alone, not several at once", file=sources[1].name
        )
    source = sources[0]
    raw = b"".join(line if line.endswith(b"\n") else line + b"\n" for _, line in source.lines(progress))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TraceError("this line is no UTF-8 text", file=source.name, line=line) from None
    return import_text(text, source.name)


def import_text(text: str, file: str) -> Imported:
    """The trace of a transcript's text; `file` is its name.

    Raises:
        TraceError: a command can't be read, or no node is set up.
    """
    blocks = parse_script(text, file)
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    account = Account(lines, blocks)
    telling = Telling(file, account)
    script = Script(telling)
    for block in blocks:
        try:
            _Scene(telling, script, block).tell()
        except ValueError as error:  # a number of thousands of digits, half a character: no script of etcd's has them
            raise TraceError(f"this block holds a value that can't be: {error}", file=file, line=block.line) from None
    if not telling.cluster.nodes:
        raise TraceError("no node is set up in it; a transcript has a command such as: add-nodes 3", file=file)
    report = FileReport(file, KIND, skipped={})
    account.settle(report, telling.origins)
    return Imported(telling.events, telling.origins, KNOWS, tuple(telling.cluster.nodes), "step", [report])


class _Scene:
    """One block being told: its commands, then its output, and whose each piece of that is."""

    def __init__(self, telling: Telling, script: Script, block: Block) -> None:
        self.telling, self.script, self.block = telling, script, block
        self.items = read_output(block.expected, block.expected_line)
        self.current: str | None = None
        self.instructions = (block,) if block.command == "propose-conf-change" else (block, *block.subblocks)

    def tell(self) -> None:
        """The commands come first, except those at the end that print nothing: what they hide comes last."""
        last_shown = 0
        level = self.script.level
        for number, block in enumerate(self.instructions, 1):
            if block.command == "log-level" and block.words:
                self.script.level = block.words[0].lower()
            elif not self.script.is_hidden(block):
                last_shown = number
        self.script.level = level
        for block in self.instructions[:last_shown]:
            self.script.begin(block)
        self._expect()
        self._tell_items()
        for block in self.instructions[last_shown:]:
            self.script.begin(block)

    def _expect(self) -> None:
        """Whose the pieces without a heading are: those of the commands that name one node, in their order."""
        self.readies = [it.words[0] for it in self.instructions if it.command == "process-ready" and len(it.words) == 1]
        self.logs = [it.words[0] for it in self.instructions if it.command in ("raft-log", "compact") and it.words]
        self.statuses = [it.words[0] for it in self.instructions if it.command == "status" and it.words]
        self.snapshots = [it for it in self.instructions if it.command == "send-snapshot"]
        named = [it for it in self.instructions if it.command not in ("add-nodes", "log-level") and it.words]
        self.current = named[0].words[0] if named else None

    def _tell_items(self) -> None:
        entries: list[PrintedEntry] = []
        before: Item | None = None
        for item in self.items:
            if isinstance(item, PrintedEntry):
                if entries and item.index <= entries[-1].index:
                    self._log(entries)
                    entries = []
                entries.append(item)
                continue
            if entries:
                self._log(entries)
                entries = []
            if isinstance(item, PrintedProgress):
                self._belief(item, before)
            else:
                self._tell_item(item)
            before = item
        if entries:
            self._log(entries)

    def _tell_item(self, item: Item) -> None:
        telling = self.telling
        match item:
            case Heading():
                self.current = item.node
                telling.account.say(item.line, HEADING)
            case Ready():
                self._ready(item)
            case ThreadWork():
                handling.tell_work(telling, item)
            case PrintedMessage():
                self._message(item)
            case LogLine():
                tell_log_line(telling, self.current, item)
            case RaftState():
                telling.turn_to(item.line)
                telling.observe(item.node, role=item.role, term=item.term, leader=item.leader)
            case EmptyLog():
                telling.turn_to(item.line)
                self._show_log(item.last_index, ())
            case Remark(error=True):
                telling.turn_to(item.line)
                if self.current in telling.cluster.nodes and self.current is not None:
                    trigger = telling.member(self.current).trigger
                    telling.emit(self.current, SourceNoted, trigger, text=item.text)
            case Remark():
                telling.account.say(item.line, NOTHING)
            case Unread():
                telling.account.say(item.line, COMMENT if item.text.startswith("#") else UNKNOWN_FORM)

    def _ready(self, item: Ready) -> None:
        if self.readies:
            self.current = self.readies[0] if len(self.readies) == 1 else self.readies.pop(0)
        if self.current is not None:
            handling.tell_ready(self.telling, self.current, item)

    def _message(self, item: PrintedMessage) -> None:
        sent = next((it for it in self.snapshots if is_sent_by(it, item)), None)
        if sent is not None:
            self.snapshots.remove(sent)
            self.telling.turn_to(item.line)
            handling.tell_sent(self.telling, item, None)
            return
        self.current = item.to
        handling.tell_message(self.telling, item)

    def _log(self, entries: list[PrintedEntry]) -> None:
        for entry in entries:
            self.telling.account.say(entry.line, REPEATS)
        self.telling.turn_to(entries[0].line)
        self._show_log(entries[0].index - 1, entries)

    def _show_log(self, base: int, entries: Sequence[PrintedEntry]) -> None:
        name = self.logs.pop(0) if self.logs else self.current
        if name in self.telling.cluster.nodes and name is not None:
            self.telling.show_log(name, base, entries)

    def _belief(self, item: PrintedProgress, before: Item | None) -> None:
        """The peers of one leader are printed in order; a smaller number begins the next one's."""
        if isinstance(before, PrintedProgress) and int(item.node) <= int(before.node) and len(self.statuses) > 1:
            self.statuses.pop(0)
        self.telling.turn_to(item.line)
        if self.statuses:
            reason = beliefs.believe(self.telling, self.statuses[0], item)
            if reason is not None:
                self.telling.account.say(item.line, reason)
