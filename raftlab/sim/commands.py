"""What becomes of a command: the events that it leads to.

A command that can't be (an unknown node, a crash of what is down) is refused before anything happens, when a person
gives it; a scripted one that comes too late to make sense does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from raftlab.core.commands import (
    AnyCommand,
    Crash,
    DropMessage,
    DuplicateMessage,
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
from raftlab.core.errors import CommandError
from raftlab.core.events import (
    LinkChanged,
    MessageDropped,
    MessageSent,
    NodeCrashed,
    NodePaused,
    NodeRestarted,
    NodeResumed,
    ParameterSet,
)
from raftlab.core.log import UNKNOWN
from raftlab.core.model import CRASHED, PAUSED, UP, Cluster, LinkModel, Parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.sim.simulation import Simulation

_NEEDS_STATUS = {
    Crash: ((UP, PAUSED), "runs"),
    Restart: ((CRASHED,), "is crashed"),
    Pause: ((UP,), "runs"),
    Resume: ((PAUSED,), "is paused"),
}


def resolve(cluster: Cluster, command: AnyCommand) -> AnyCommand:
    """The same command, with `leader`, `follower-N` and `crashed-N` replaced by the nodes that are so now."""
    running = [node.name for node in cluster.nodes.values() if node.status is UP]
    leader = cluster.leader()
    aliases = {} if leader is None else {"leader": leader.name}
    followers = [name for name in running if leader is None or name != leader.name]
    aliases.update({f"follower-{number}": name for number, name in enumerate(followers, 1)})
    crashed = [node.name for node in cluster.nodes.values() if node.status is CRASHED]
    aliases.update({f"crashed-{number}": name for number, name in enumerate(crashed, 1)})
    changed: dict[str, Any] = {
        field: aliases[getattr(command, field)]
        for field in ("node", "source", "target")
        if getattr(command, field, None) in aliases
    }
    if isinstance(command, Partition):
        changed["groups"] = tuple(tuple(aliases.get(name, name) for name in group) for group in command.groups)
    return replace(command, **changed) if changed else command


def check(cluster: Cluster, command: AnyCommand) -> None:
    """Refuse a command that can't be carried out now.

    Raises:
        CommandError: what is wrong, and what would be right.
    """
    for name in _names(command):
        if name not in cluster.nodes:
            raise CommandError(f"there is no node {name!r}; there are {', '.join(cluster.nodes)}")
    needs = _NEEDS_STATUS.get(type(command))
    if needs is not None:
        node = cluster.nodes[command.node]  # type: ignore[union-attr,index]
        if node.status not in needs[0]:
            raise CommandError(
                f"{type(command).__name__} wants a node that {needs[1]}; {node.name} is {node.status.value}"
            )
    if isinstance(command, SetParameter) and command.name not in Parameters.__struct_fields__:
        raise CommandError(
            f"there is no parameter {command.name!r}; there are {', '.join(Parameters.__struct_fields__)}"
        )
    if isinstance(command, DropMessage | DuplicateMessage) and command.flight not in cluster.flights:
        raise CommandError(f"no message that was sent at event {command.flight} is under way")
    if isinstance(command, SetTimer) and command.timer not in cluster.nodes[command.node].timers:
        raise CommandError(f"{command.node} has no {command.timer} timer running")
    if type(command) not in _HANDLERS:
        raise CommandError(f"this engine doesn't know {type(command).__name__} yet")


def can(cluster: Cluster, command: AnyCommand) -> bool:
    """Whether a command can be carried out now."""
    try:
        check(cluster, command)
    except CommandError:
        return False
    return True


def _names(command: AnyCommand) -> list[str]:
    names = [getattr(command, field, None) for field in ("node", "source", "target")]
    for group in getattr(command, "groups", ()):
        names.extend(group)
    return [name for name in names if name is not None]


def carry_out(simulation: Simulation, command: AnyCommand, now_us: int, cause: int) -> None:
    """Let a command happen. `cause` is the position of its CommandGiven."""
    if can(simulation.cluster, command):
        _HANDLERS[type(command)](simulation, command, now_us, cause)


def _propose(simulation: Simulation, command: Propose, now_us: int, cause: int) -> None:
    simulation.ask(command.client, command.text, command.node, now_us, cause, None)


def _crash(simulation: Simulation, command: Crash, now_us: int, cause: int) -> None:
    was_paused = simulation.cluster.nodes[command.node].status is PAUSED
    simulation.emit(NodeCrashed(now_us, command.node, cause, None))
    if was_paused:
        simulation.reschedule()  # what waited for the paused node is lost now


def _restart(simulation: Simulation, command: Restart, now_us: int, cause: int) -> None:
    simulation.step.enter(simulation.cluster.nodes[command.node], now_us, cause)
    simulation.step.because(simulation.emit(NodeRestarted(now_us, command.node, cause, None)))
    simulation.step.rules.randomize_timeout(simulation.step)


def _pause(simulation: Simulation, command: Pause, now_us: int, cause: int) -> None:
    simulation.emit(NodePaused(now_us, command.node, cause, None))


def _resume(simulation: Simulation, command: Resume, now_us: int, cause: int) -> None:
    simulation.emit(NodeResumed(now_us, command.node, cause, None))
    simulation.reschedule()  # what waited for the node is due now


def _partition(simulation: Simulation, command: Partition, now_us: int, cause: int) -> None:
    cluster = simulation.cluster
    side = {name: number for number, group in enumerate(command.groups) for name in group}
    alone = len(command.groups)
    for number, name in enumerate(cluster.nodes):
        side.setdefault(name, alone + number)
    for source in cluster.nodes:
        for target in cluster.nodes:
            if source != target and (side[source] != side[target]) != cluster.is_cut(source, target):
                cut = side[source] != side[target]
                simulation.emit(LinkChanged(now_us, None, cause, None, source, target, cut))


def _heal(simulation: Simulation, command: Heal, now_us: int, cause: int) -> None:
    cluster = simulation.cluster
    for source in cluster.nodes:
        for target in cluster.nodes:
            if source != target and cluster.is_cut(source, target):
                simulation.emit(LinkChanged(now_us, None, cause, None, source, target, False))


def _set_link(simulation: Simulation, command: SetLink, now_us: int, cause: int) -> None:
    ways = [(command.source, command.target)]
    if command.both:
        ways.append((command.target, command.source))
    for source, target in ways:
        link = simulation.cluster.link(source, target)
        given = {
            field: getattr(link.model if getattr(command, field) is UNKNOWN else command, field)
            for field in LinkModel.__struct_fields__
        }
        cut = link.cut if command.cut is UNKNOWN else command.cut
        simulation.emit(LinkChanged(now_us, None, cause, None, source, target, cut, LinkModel(**given)))


def _drop(simulation: Simulation, command: DropMessage, now_us: int, cause: int) -> None:
    # MessageDropped takes its message out of the air by its cause: that is the event that sent it.
    sent = simulation.cluster.flights[command.flight]
    simulation.emit(MessageDropped(now_us, sent.to, command.flight, None, str(sent.node), "command"))


def _duplicate(simulation: Simulation, command: DuplicateMessage, now_us: int, cause: int) -> None:
    sent = simulation.cluster.flights[command.flight]
    original = sent if isinstance(sent, MessageSent) else None
    due_us = max(now_us, sent.due_us or now_us) + 1
    position = command.flight if original is not None else sent.original  # type: ignore[union-attr]
    simulation.duplicate(position, sent, now_us, due_us, cause)  # type: ignore[arg-type]


def _set_timer(simulation: Simulation, command: SetTimer, now_us: int, cause: int) -> None:
    step = simulation.step
    step.enter(simulation.cluster.nodes[command.node], now_us, cause)
    simulation.set_timer(step, command.timer, command.after_us, "randomize_timeout", False)


def _set_parameter(simulation: Simulation, command: SetParameter, now_us: int, cause: int) -> None:
    simulation.emit(ParameterSet(now_us, None, cause, None, command.name, command.value))


_HANDLERS: dict[type[AnyCommand], Callable[[Simulation, Any, int, int], None]] = {
    Propose: _propose,
    Crash: _crash,
    Restart: _restart,
    Pause: _pause,
    Resume: _resume,
    Partition: _partition,
    Heal: _heal,
    SetLink: _set_link,
    DropMessage: _drop,
    DuplicateMessage: _duplicate,
    SetTimer: _set_timer,
    SetParameter: _set_parameter,
}
