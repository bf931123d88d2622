"""What a script's commands say by themselves: nodes that are set up, wishes, and what happens while etcd is kept quiet.

At log level "none" nothing is printed, at "warn" and above raft's own lines aren't. Whatever a command may have changed
then is unknown afterwards; but which messages it has delivered or dropped is certain, since it always takes all of
them that are under way to a node. So is a node that is set up: it starts with what the command says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.commands import Propose, TransferLeadership
from raftlab.core.events import (
    CommandGiven,
    NodeJoined,
    NodeObserved,
    SnapshotTaken,
    SourceNoted,
    TimerFired,
)
from raftlab.core.model import LEADER, UNKNOWN, Config
from raftlab.importers.etcd_script.account import COMMAND
from raftlab.importers.etcd_script.telling import COMMIT, CONFIG, ELECTION, LOG, Telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from raftlab.importers.etcd_script.printed import PrintedMessage
    from raftlab.importers.etcd_script.script import Block

LEVELS: Final = ("debug", "info", "warn", "error", "fatal", "none")
_ALL: Final = (*ELECTION, *LOG, *COMMIT, *CONFIG)
_MAY_CHANGE: Final[dict[str, tuple[str, ...]]] = {
    "campaign": ELECTION,
    "tick": ELECTION,
    "tick-election": ELECTION,
    "tick-heartbeat": ELECTION,
    "forget-leader": ("leader",),
    "propose": LOG,
    "propose-conf-change": LOG,
    "process-ready": _ALL,
    "process-apply-thread": (*COMMIT, *CONFIG),
    "deliver-msgs": _ALL,
    "stabilize": _ALL,
}
_SILENT: Final = frozenset(
    {
        "_breakpoint", "add-nodes", "compact", "log-level", "process-append-thread", "raft-log", "raft-state",
        "report-unreachable", "send-snapshot", "set-randomized-election-timeout", "status", "subtest",
        "transfer-leadership",
    }
)  # fmt: skip
"""Commands that change nothing of what a node's state shows."""


_LEAVE: Final = "it is asked to leave the joint configuration"


class Script:
    """Where a script stands: its log level, and whether its members may have changed."""

    def __init__(self, telling: Telling) -> None:
        self.telling = telling
        self.level = "debug"
        self.members_change = False

    def level_of(self, block: Block) -> str:
        """The log level at which a command runs."""
        return block.value("log-level", self.level).lower() if block.command == "stabilize" else self.level

    def is_hidden(self, block: Block) -> bool:
        """Whether nothing that a command does is printed."""
        return self.level_of(block) == "none" and block.command != "log-level"

    def begin(self, block: Block) -> None:
        """A command is given."""
        telling, level = self.telling, self.level_of(block)
        telling.turn_to(block.line, COMMAND)
        telling.ticking = block.command.startswith("tick")
        for member in telling.members.values():
            member.heard = None
        if level == "none" or level in LEVELS[LEVELS.index("warn") :]:
            for name in self._touched(block):
                self._forget(name, block)
        self._say(block)
        if self.is_hidden(block):
            self._handle_messages(block)

    def _say(self, block: Block) -> None:
        telling = self.telling
        match block.command, block.words:
            case "log-level", (level, *_):
                self.level = level.lower()
            case "add-nodes", (count, *_) if count.isdecimal():
                self._add_nodes(block, int(count))
            case "campaign", (name, *_):
                telling.member(name).trigger = telling.emit(name, SourceNoted, text="it is told to stand for election")
            case "propose", (name, *rest):
                text = " ".join(rest)
                position = telling.emit(name, CommandGiven, command=Propose(text, node=name, client="script"))
                telling.member(name).asked.append((text, position))
            case "propose-conf-change", (name, *_):
                self.members_change = True
                changes = " ".join(" ".join(block.body).split())
                text = f"it is asked to change the members: {changes}" if changes else _LEAVE
                telling.member(name).asked.append((changes, telling.emit(name, SourceNoted, text=text)))
            case "transfer-leadership", _ if block.value("from") and block.value("to"):
                name, transfer = block.value("from"), TransferLeadership(block.value("to"))
                telling.member(name).trigger = telling.emit(name, CommandGiven, command=transfer)
            case "compact", (name, index, *_) if index.isdecimal():
                self._compact(name, int(index))
            case "tick-heartbeat", (name, *_) if telling.node(name).role is LEADER:
                telling.member(name).trigger = telling.emit(name, TimerFired, timer="heartbeat")

    def _add_nodes(self, block: Block, count: int) -> None:
        """Nodes are numbered on. One that starts with something has a snapshot of it, always of term 1."""
        telling = self.telling
        config = Config(voters=block.values("voters"), learners=block.values("learners"))
        index = int(block.value("index", "0"))
        if index <= 1 and (index or config.members() or block.value("content")):
            return  # etcd refuses this, and says so
        known = len(telling.cluster.nodes)
        for number in range(known + 1, known + count + 1):
            name = str(number)
            telling.member(name).asynchronous = block.flag("async-storage-writes")
            telling.emit(name, NodeJoined, id=name, config=config)
            if index:
                telling.emit(name, SnapshotTaken, index=index, term=1)
                telling.observe(name, commit=index, applied=index)

    def _compact(self, name: str, index: int) -> None:
        """A log whose end isn't known doesn't get one by being compacted."""
        log = self.telling.node(name).log
        endless, term = log.last_index is UNKNOWN, log.term_at(index)
        self.telling.emit(name, SnapshotTaken, index=index, term=UNKNOWN if term is None else term)
        if endless:
            self.telling.emit(name, NodeObserved, unknown=("last_index",))

    # --- what nobody sees -------------------------------------------------------------------------------------

    def _touched(self, block: Block) -> Iterator[str]:
        names = block.words
        if block.command in ("propose", "tick"):
            names = names[:1]
        if block.command == "stabilize" and not names:
            names = tuple(self.telling.cluster.nodes)
        yield from (name for name in names if name in self.telling.cluster.nodes)

    def _forget(self, name: str, block: Block) -> None:
        fields = _MAY_CHANGE.get(block.command, () if block.command in _SILENT else _ALL)
        config = self.telling.node(name).config
        if not self.members_change and config is not UNKNOWN and config.voters:
            fields = tuple(field for field in fields if field not in CONFIG)
        if fields:
            self.telling.forget(name, fields)

    def _handle_messages(self, block: Block) -> None:
        """The messages that were sent in sight, and are handled out of sight."""
        telling = self.telling
        if block.command == "stabilize":
            taken = set(block.words or telling.cluster.nodes)
        elif block.command == "deliver-msgs":
            taken = set(block.words)
        else:
            return
        dropped, kind = set(block.values("drop")), block.value("type")
        for message, _ in tuple(telling.network):
            if kind and message.type != kind:
                continue
            if message.to in taken:
                telling.arrive(message)
            elif message.to in dropped and message.sender != message.to:
                telling.drop(message)


def is_sent_by(block: Block, message: PrintedMessage) -> bool:
    """Whether a printed message is one that this command sends by itself."""
    return block.command == "send-snapshot" and block.words == (message.sender, message.to) and not message.dropped
