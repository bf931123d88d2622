"""Commands as scenarios and lessons write them: `crash: n1`, `partition: [[n1, n2], [n3, n4, n5]]`, `heal:`.

One table says how each command is written; reading and writing go by it. A command's first word may stand alone
(`crash: n1` is `crash: {node: n1}`). A `node` that isn't given is the leader that clients find.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields as fields_of

from raftlab.core.commands import (
    AnyCommand,
    ChangeMembers,
    Crash,
    DropMessage,
    DuplicateMessage,
    Heal,
    KeepAlive,
    LeaveJoint,
    Partition,
    Pause,
    Propose,
    Read,
    Remove,
    Restart,
    Resume,
    SetClock,
    SetDisk,
    SetLink,
    SetParameter,
    SetTimer,
    StallDisk,
    TakeSnapshot,
    TransferLeadership,
    Watch,
)
from raftlab.core.scenario import is_alias
from raftlab.documents.located import Reader
from raftlab.documents.settings import DISK, LINK, PARAMETERS, Setting, read_words
from raftlab.documents.values import (
    BOOLEAN,
    CLOCK_RATE,
    GROUPS,
    NODE,
    NODES,
    SOME_TIME,
    TEXT,
    TIME,
    choice,
    count,
)

CONSISTENCY: Final = choice("linearizable", "serializable")
"""How new the answer to a read must be."""

_TIMERS: Final = choice("election", "heartbeat", "quorum", "transfer", "batch", "lease")


class Wording(Struct, frozen=True):
    """How a command is written.

    `words` are those of its mapping. `alone`: the first of them may stand without the mapping; it must, if it is the
    only one. `check` notes what is wrong with a command that was read, at its words.
    """

    command: type[Any]
    words: dict[str, Setting]
    alone: bool = True
    check: Callable[[Reader, Mapping[str, Reader], Any], None] | None = None

    def required(self) -> list[str]:
        """The words that can't be left out."""
        needed = {it.name for it in fields_of(self.command) if it.default is NODEFAULT}
        return [word for word, setting in self.words.items() if setting.fields[0] in needed]

    def read(self, reader: Reader) -> list[AnyCommand]:
        """The command that stands there; none if what it needs is missing."""
        if not self.words:
            if not reader.is_null:
                reader.wrong(f"{reader.path!r} takes nothing behind it")
            return [self.command()]
        if len(self.words) == 1 or (self.alone and not reader.is_mapping):
            given: Mapping[str, Reader] = {next(iter(self.words)): reader}
        else:
            required = self.required()
            given = reader.fields(required, [word for word in self.words if word not in required])
            if any(word not in given for word in required):
                return []
        command = self.command(**read_words(given, self.words))
        if self.check is not None:
            self.check(reader, given, command)
        return [command]


def _check_link(reader: Reader, given: Mapping[str, Reader], command: SetLink) -> None:
    if command.source == command.target:
        given["to"].wrong(f"a link leads from one node to another, not from {command.source} to itself")


def _check_members(reader: Reader, given: Mapping[str, Reader], command: ChangeMembers) -> None:
    names = [*command.voters, *command.learners]
    at = given["voters"]
    if not command.voters and at.is_list:
        at.wrong("a cluster without voters can't decide anything; name at least one")
    for name in sorted({name for name in names if names.count(name) > 1}):
        at.wrong(f"{name!r} is named twice; a server is a voter or a learner, once")
    for name in names:
        if is_alias(name):
            at.wrong(f"members are named by their own names, not as {name!r}")


def _one(kind: Any, field: str) -> Setting:
    return Setting(kind, (field,))


_NODE: Final = {"node": _one(NODE, "node")}
_CLIENT: Final = {"client": _one(TEXT, "client")}

COMMANDS: Final[dict[str, Wording | None]] = {
    "propose": Wording(Propose, {"text": _one(TEXT, "text"), **_NODE, **_CLIENT, "retry": _one(SOME_TIME, "retry_us")}),
    "read": Wording(
        Read, {"key": _one(TEXT, "key"), **_NODE, "consistency": _one(CONSISTENCY, "consistency"), **_CLIENT}
    ),
    "crash": Wording(Crash, {**_NODE, "lose": _one(count(), "lose")}),
    "restart": Wording(Restart, _NODE),
    "pause": Wording(Pause, _NODE),
    "resume": Wording(Resume, _NODE),
    "remove": Wording(Remove, _NODE),
    "partition": Wording(Partition, {"groups": _one(GROUPS, "groups")}),
    "heal": Wording(Heal, {}),
    "link": Wording(
        SetLink,
        {
            "from": _one(NODE, "source"),
            "to": _one(NODE, "target"),
            "both": _one(BOOLEAN, "both"),
            "cut": _one(BOOLEAN, "cut"),
            **LINK,
        },
        alone=False,
        check=_check_link,
    ),
    "timer": Wording(
        SetTimer, {**_NODE, "after": _one(TIME, "after_us"), "timer": _one(_TIMERS, "timer")}, alone=False
    ),
    "set": None,
    "transfer": Wording(TransferLeadership, {"to": _one(NODE, "target")}),
    "members": Wording(
        ChangeMembers,
        {
            "voters": _one(NODES, "voters"),
            "learners": _one(NODES, "learners"),
            "mode": _one(choice("joint", "single"), "mode"),
            "leave": _one(choice("auto", "explicit"), "leave"),
        },
        check=_check_members,
    ),
    "leave-joint": Wording(LeaveJoint, {}),
    "snapshot": Wording(TakeSnapshot, _NODE),
    "clock": Wording(SetClock, {**_NODE, "rate": _one(CLOCK_RATE, "rate_ppm")}, alone=False),
    "disk": Wording(SetDisk, {**_NODE, **DISK}, alone=False),
    "stall": Wording(StallDisk, {**_NODE, "for": _one(TIME, "for_us")}, alone=False),
    "watch": Wording(Watch, {"key": _one(TEXT, "key"), **_NODE, **_CLIENT}),
    "keep-alive": Wording(KeepAlive, {"lease": _one(TEXT, "lease")}),
    "drop": Wording(DropMessage, {"flight": _one(count(), "flight")}),
    "duplicate": Wording(DuplicateMessage, {"flight": _one(count(), "flight")}),
}
"""The words for commands, and how each is written. `set` changes several parameters: it is a command for each of its
fields (the two ends of an election-timeout are two). `drop` and `duplicate` name a message by the position of the event
that sent it, which a scenario can know only for its own seed."""

WORDS: Final[dict[type[Any], str]] = {
    wording.command: word for word, wording in COMMANDS.items() if wording is not None
} | {SetParameter: "set"}
"""The word for each kind of command."""


def word_of(command: AnyCommand) -> str:
    """The word for a command."""
    return WORDS[type(command)]


def read_commands(fields: dict[str, Reader], at: Reader) -> list[AnyCommand]:
    """The commands among some fields; exactly one word is wanted. One word may stand for several commands."""
    words = [name for name in fields if name in COMMANDS]
    if len(words) != 1:
        at.wrong(
            f"this should hold one command: {', '.join(COMMANDS)}" + (f"; not {' and '.join(words)}" if words else "")
        )
        return []
    wording = COMMANDS[words[0]]
    return _set(fields[words[0]]) if wording is None else wording.read(fields[words[0]])


def _set(reader: Reader) -> list[AnyCommand]:
    return [
        SetParameter(field, value) for field, value in read_words(reader.fields((), PARAMETERS), PARAMETERS).items()
    ]
