"""Commands as scenarios and lessons write them: `crash: n1`, `partition: [[n1, n2], [n3, n4, n5]]`, `heal:`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from raftlab.core.commands import (
    AnyCommand,
    Crash,
    Heal,
    Partition,
    Pause,
    Propose,
    Restart,
    Resume,
    SetLink,
    SetParameter,
    SetTimer,
)
from raftlab.documents.located import Reader
from raftlab.documents.settings import LINK, PARAMETERS, link_fields, parameter


def _propose(reader: Reader) -> list[AnyCommand]:
    if not reader.is_mapping:
        return [Propose(reader.text())]
    fields = reader.fields(("text",), ("node", "client"))
    return [Propose(*(fields[name].text() if name in fields else default for name, default in _PROPOSE))]  # type: ignore[arg-type]


_PROPOSE = (("text", ""), ("node", None), ("client", "you"))


def _partition(reader: Reader) -> list[AnyCommand]:
    groups = tuple(item.texts() for item in reader.items())
    names = [name for group in groups for name in group]
    if len(names) != len(set(names)):
        reader.wrong("a node can stand on one side of a partition only")
    return [Partition(groups)]


def _link(reader: Reader) -> list[AnyCommand]:
    fields = reader.fields(("from", "to"), ("both", "cut", *LINK))
    if "from" not in fields or "to" not in fields:
        return []
    given: dict[str, Any] = link_fields({name: value for name, value in fields.items() if name in LINK})
    for name in ("both", "cut"):
        if name in fields:
            given[name] = fields[name].boolean()
    return [SetLink(fields["from"].text(), fields["to"].text(), **given)]


def _timer(reader: Reader) -> list[AnyCommand]:
    fields = reader.fields(("node", "after"), ("timer",))
    if "node" not in fields or "after" not in fields:
        return []
    timer = fields["timer"].choice(("election", "heartbeat")) if "timer" in fields else "election"
    return [SetTimer(fields["node"].text(), fields["after"].duration(), timer)]


def _set(reader: Reader) -> list[AnyCommand]:
    commands: list[AnyCommand] = []
    for name, value in reader.fields((), PARAMETERS).items():
        commands.extend(SetParameter(field, it) for field, it in parameter(name, value).items())
    return commands


COMMANDS: dict[str, Callable[[Reader], list[AnyCommand]]] = {
    "propose": _propose,
    "crash": lambda reader: [Crash(reader.text())],
    "restart": lambda reader: [Restart(reader.text())],
    "pause": lambda reader: [Pause(reader.text())],
    "resume": lambda reader: [Resume(reader.text())],
    "partition": _partition,
    "heal": lambda reader: [Heal()],
    "link": _link,
    "timer": _timer,
    "set": _set,
}
"""The words for commands, and how each is read. One word may stand for several commands."""

_WORDS: dict[type[AnyCommand], str] = {
    Propose: "propose",
    Crash: "crash",
    Restart: "restart",
    Pause: "pause",
    Resume: "resume",
    Partition: "partition",
    Heal: "heal",
    SetLink: "link",
    SetTimer: "timer",
    SetParameter: "set",
}


def word_of(command: AnyCommand) -> str:
    """The word for a command; "" for one that has none in documents yet."""
    return _WORDS.get(type(command), "")


def read_commands(fields: dict[str, Reader], at: Reader) -> list[AnyCommand]:
    """The commands among some fields; exactly one word is wanted."""
    words = [name for name in fields if name in COMMANDS]
    if len(words) != 1:
        at.wrong(
            f"this should hold one command: {', '.join(COMMANDS)}" + (f"; not {' and '.join(words)}" if words else "")
        )
        return []
    return COMMANDS[words[0]](fields[words[0]])
