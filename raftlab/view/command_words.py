"""Commands in words: what somebody did to the cluster, as one sentence without its full stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core import commands as c
from raftlab.core.log import UNKNOWN
from raftlab.core.times import format_span

if TYPE_CHECKING:
    from collections.abc import Callable


def describe_command(command: c.Command) -> str:
    """A command as a sentence without its full stop: "n1 is made to crash"."""
    found = _WORDS.get(type(command))
    return found(command) if found else type(command).__name__


def groups_text(groups: tuple[tuple[str, ...], ...]) -> str:
    """The sides of a partition: "n1, n2 | n3, n4, n5"."""
    return " | ".join(", ".join(group) for group in groups)


def _set_link(command: c.SetLink) -> str:
    arrow = "and" if command.both else "to"
    link = f"the link {'between' if command.both else 'from'} {command.source} {arrow} {command.target}"
    changes = []
    if command.cut is not UNKNOWN:
        changes.append("is cut" if command.cut else "is mended")
    for field, word in (("latency_us", "takes"), ("jitter_us", "varies by")):
        value = getattr(command, field)
        if value is not UNKNOWN:
            changes.append(f"{word} {format_span(value)}")
    for field, word in (("loss_ppm", "loses"), ("duplicate_ppm", "doubles")):
        value = getattr(command, field)
        if value is not UNKNOWN:
            changes.append(f"{word} {value / 10_000:g} % of messages")
    if command.reorder is not UNKNOWN:
        changes.append("may change the order" if command.reorder else "keeps the order")
    return f"{link} {', '.join(changes) or 'is left as it is'}"


def _members(command: c.ChangeMembers) -> str:
    learners = f", with the learners {', '.join(command.learners)}" if command.learners else ""
    return f"the leader is asked for another configuration: {', '.join(command.voters)}{learners}"


def _client(command: Any) -> str:
    return "you ask" if command.client == "you" else f"{command.client} asks"


def _asked(command: Any) -> str:
    return command.node or "the leader"


_WORDS: dict[type[c.Command], Callable[[Any], str]] = {
    c.Propose: lambda command: f"{_client(command)} {_asked(command)} to write {command.text}",
    c.Read: lambda command: f"{_client(command)} {_asked(command)} for {command.key}",
    c.Crash: lambda command: f"{command.node} is made to crash",
    c.Restart: lambda command: f"{command.node} is started again",
    c.Pause: lambda command: f"{command.node} is frozen",
    c.Resume: lambda command: f"{command.node} is thawed",
    c.Partition: lambda command: f"the network is split: {groups_text(command.groups)}",
    c.Heal: lambda command: "all links are mended",
    c.SetLink: _set_link,
    c.DropMessage: lambda command: f"the message of event {command.flight} is taken away",
    c.DuplicateMessage: lambda command: f"the message of event {command.flight} is doubled",
    c.SetTimer: lambda command: (
        f"the {command.timer} timer of {command.node} is set to {format_span(command.after_us)}"
    ),
    c.SetParameter: lambda command: f"{command.name.replace('_', ' ')} is set to {command.value}",
    c.TransferLeadership: lambda command: f"the leader is asked to hand over to {command.target}",
    c.ChangeMembers: _members,
    c.TakeSnapshot: lambda command: f"{command.node} is asked for a snapshot",
}
