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


def parameter_name(name: str) -> str:
    """A parameter's name as a sentence says it: "heartbeat interval"."""
    return _PARAMETERS.get(name) or name.removesuffix("_us").removesuffix("_ppm").replace("_", " ")


_PARAMETERS = {
    "pre_vote": "PreVote", "check_quorum": "CheckQuorum", "noop_on_election": "no-op at an election",
}  # fmt: skip


def parameter_value(name: str, value: Any) -> str:
    """A parameter's value with its unit, which the name holds: "50 ms", "1 %", "on"."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if name.endswith("_us") and isinstance(value, int):
        return format_span(value)
    return f"{value / 10_000:g} %" if name.endswith("_ppm") and isinstance(value, int) else str(value)


def clock_text(rate_ppm: int) -> str:
    """How a clock runs: "2 % fast", "true", "at 3 times true time"."""
    off_ppm = rate_ppm - 1_000_000
    if off_ppm == 0:
        return "true"
    if abs(off_ppm) > 500_000:
        return f"at {rate_ppm / 1_000_000:g} times true time"
    return f"{abs(off_ppm) / 10_000:g} % {'fast' if off_ppm > 0 else 'slow'}"


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
    if command.distribution is not UNKNOWN:
        changes.append(f"varies by chance ({command.distribution})")
    if command.bandwidth is not UNKNOWN:
        changes.append(f"carries {command.bandwidth:,} bytes a second" if command.bandwidth else "carries any amount")
    return f"{link} {', '.join(changes) or 'is left as it is'}"


def _members(command: c.ChangeMembers) -> str:
    learners = f", with the learners {', '.join(command.learners)}" if command.learners else ""
    ways = {"joint": ", through a joint configuration", "single": ", one voter at a time"}
    way = ways.get(command.mode or "", "")
    stays = ", which stays until it is left" if command.leave == "explicit" else ""
    return f"the leader is asked for another configuration: {', '.join(command.voters)}{learners}{way}{stays}"


def _set_disk(command: c.SetDisk) -> str:
    if not (command.write_us or command.fsync_us or command.jitter_us):
        return f"the disk of {command.node} makes durable at once what is written"
    more = f" and up to {format_span(command.jitter_us)} more" if command.jitter_us else ""
    write, fsync = format_span(command.write_us), format_span(command.fsync_us)
    return f"the disk of {command.node} takes {write} to write an entry, {fsync}{more} for an fsync"


def _crash(command: c.Crash) -> str:
    if not command.lose:
        return f"{command.node} is made to crash"
    lost = "its last durable entry" if command.lose == 1 else f"its last {command.lose} durable entries"
    return f"{command.node} is made to crash, and to lose {lost}"


def _read(command: c.Read) -> str:
    freshness = ", which may be old" if command.consistency == "serializable" else ""
    return f"{_client(command)} {_asked(command)} for {command.key}{freshness}"


def _watch(command: c.Watch) -> str:
    keys = f"all keys that begin with {command.key[:-1]}" if command.key.endswith("*") else command.key
    return f"{_client(command)} {_asked(command)} to tell of every change of {keys}"


def _propose(command: c.Propose) -> str:
    again = f", and again after {format_span(command.retry_us)}" if command.retry_us is not None else ""
    return f"{_client(command)} {_asked(command)} to write {command.text}{again}"


def _client(command: Any) -> str:
    return "you ask" if command.client == "you" else f"{command.client} asks"


def _asked(command: Any) -> str:
    return command.node or "the leader"


_WORDS: dict[type[c.Command], Callable[[Any], str]] = {
    c.Propose: _propose,
    c.Read: _read,
    c.Crash: _crash,
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
    c.SetParameter: lambda command: (
        f"{parameter_name(command.name)} is set to {parameter_value(command.name, command.value)}"
    ),
    c.TransferLeadership: lambda command: f"the leader is asked to hand over to {command.target}",
    c.ChangeMembers: _members,
    c.LeaveJoint: lambda command: "the leader is asked to leave the joint configuration",
    c.Remove: lambda command: f"{command.node} is switched off for good",
    c.SetClock: lambda command: f"the clock of {command.node} is made to run {clock_text(command.rate_ppm)}",
    c.SetDisk: _set_disk,
    c.StallDisk: lambda command: f"the disk of {command.node} is stopped for {format_span(command.for_us)}",
    c.Watch: _watch,
    c.KeepAlive: lambda command: f"the leader is asked to keep the lease {command.lease} alive",
    c.TakeSnapshot: lambda command: f"{command.node} is asked for a snapshot",
}
