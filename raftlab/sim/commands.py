"""What becomes of a command: the events that it leads to.

A command that can't be (an unknown node, a crash of what is down) is refused before anything happens, when a person
gives it; a scripted one that comes too late to make sense does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

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
from raftlab.core.errors import CommandError
from raftlab.core.events import (
    ClockChanged,
    DiskChanged,
    DiskFoundTorn,
    LinkChanged,
    MessageDropped,
    MessageSent,
    NodeJoined,
    NodePaused,
    NodeRemoved,
    NodeRestarted,
    NodeResumed,
    ParameterSet,
    WatchStarted,
)
from raftlab.core.log import UNKNOWN
from raftlab.core.model import CRASHED, PAUSED, REMOVED, UP, Cluster, Config, DiskModel, LinkModel, Node, Parameters
from raftlab.core.scenario import MOST_NODES, is_alias
from raftlab.core.settings import wrong_together
from raftlab.sim import clients, disk

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.sim.simulation import Simulation

_NEEDS_STATUS = {
    Crash: ((UP, PAUSED), "runs"),
    Restart: ((CRASHED,), "is crashed"),
    Pause: ((UP,), "runs"),
    Resume: ((PAUSED,), "is paused"),
    Remove: ((UP, PAUSED, CRASHED), "has not left yet"),
    TakeSnapshot: ((UP,), "runs"),
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
    if isinstance(command, ChangeMembers):
        for field in ("voters", "learners"):
            changed[field] = tuple(aliases.get(name, name) for name in getattr(command, field))
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
        node = cluster.nodes[command.node]  # type: ignore[union-attr]
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
    if isinstance(command, SetParameter):
        wrong = wrong_together(cluster.parameters, command.name, command.value)
        if wrong:
            raise CommandError(wrong)
    if isinstance(command, ChangeMembers):
        _check_members(cluster, command)
    if isinstance(command, SetClock) and not 1 <= command.rate_ppm <= 100_000_000:
        raise CommandError("a clock runs at a rate between one millionth and a hundred times of true time")
    if isinstance(command, SetTimer) and command.timer not in cluster.nodes[command.node].timers:
        raise CommandError(f"{command.node} has no {command.timer} timer running")
    if type(command) not in _HANDLERS:
        raise CommandError(f"this engine doesn't know {type(command).__name__} yet")


def _check_members(cluster: Cluster, command: ChangeMembers) -> None:
    names = [*command.voters, *command.learners]
    if not command.voters:
        raise CommandError("a cluster without voters can't decide anything; name at least one")
    if len(set(names)) != len(names):
        raise CommandError("a server is named twice; it is a voter or a learner")
    strangers = [name for name in names if name not in cluster.nodes]
    nobody = [name for name in strangers if is_alias(name)]
    if nobody:
        raise CommandError(f"nobody is {nobody[0]} just now; name a server")
    if len(cluster.nodes) + len(strangers) > MOST_NODES:
        raise CommandError(f"a cluster has {MOST_NODES} servers at most, those that have left counted")
    gone = [name for name in names if name in cluster.nodes and cluster.nodes[name].status is REMOVED]
    if gone:
        raise CommandError(f"{', '.join(gone)} has left for good; a server that comes back needs a new name")


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
    clients.ask(
        simulation, command.client, command.text, command.node, now_us, cause, retry_us=command.retry_us
    )  # fmt: skip


def _read(simulation: Simulation, command: Read, now_us: int, cause: int) -> None:
    clients.ask(
        simulation, command.client, command.key, command.node, now_us, cause, reads=command.consistency
    )  # fmt: skip


def _crash(simulation: Simulation, command: Crash, now_us: int, cause: int) -> None:
    cluster = simulation.cluster
    node = cluster.nodes[command.node]
    was_paused = node.status is PAUSED
    simulation.emit(disk.crash(cluster, node, now_us, cause, simulation.chance, command.lose))
    if was_paused:
        simulation.reschedule()  # what waited for the paused node is lost now


def _restart(simulation: Simulation, command: Restart, now_us: int, cause: int) -> None:
    node = simulation.cluster.nodes[command.node]
    if node.torn and simulation.step.rules.refuse_torn_disk(node):
        simulation.emit(DiskFoundTorn(now_us, command.node, cause, "persist"))
        return
    simulation.step.enter(node, now_us, cause)
    simulation.step.because(simulation.emit(NodeRestarted(now_us, command.node, cause, None)))
    simulation.step.rules.recover(simulation.step)


def _remove(simulation: Simulation, command: Remove, now_us: int, cause: int) -> None:
    simulation.emit(NodeRemoved(now_us, command.node, cause, None))
    simulation.reschedule()


def _pause(simulation: Simulation, command: Pause, now_us: int, cause: int) -> None:
    simulation.emit(NodePaused(now_us, command.node, cause, None))


def _resume(simulation: Simulation, command: Resume, now_us: int, cause: int) -> None:
    simulation.emit(NodeResumed(now_us, command.node, cause, None))
    simulation.reschedule()  # what waited for the node is due now


def _partition(simulation: Simulation, command: Partition, now_us: int, cause: int) -> None:
    cluster = simulation.cluster
    side: dict[str, int] = {}
    for number, group in enumerate(command.groups):
        for name in group:
            side.setdefault(name, number)  # "leader" may turn out to be one that another group names, too
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
    simulation.duplicate(position, sent, now_us, due_us, cause)


def _set_timer(simulation: Simulation, command: SetTimer, now_us: int, cause: int) -> None:
    step = simulation.step
    step.enter(simulation.cluster.nodes[command.node], now_us, cause)
    simulation.set_timer(step, command.timer, command.after_us, "randomize_timeout", False)


def _set_parameter(simulation: Simulation, command: SetParameter, now_us: int, cause: int) -> None:
    simulation.emit(ParameterSet(now_us, None, cause, None, command.name, command.value))


def _transfer(simulation: Simulation, command: TransferLeadership, now_us: int, cause: int) -> None:
    leader = _enter_leader(simulation, now_us, cause)
    if leader is not None:
        simulation.step.rules.transfer_leadership(simulation.step, command.target)
        simulation.step.finish()


def _change_members(simulation: Simulation, command: ChangeMembers, now_us: int, cause: int) -> None:
    cluster = simulation.cluster
    for name in (*command.voters, *command.learners):
        if name not in cluster.nodes:
            # A new server knows nobody: it waits until a leader sends it entries (dissertation 4.2.1).
            simulation.emit(NodeJoined(now_us, name, cause, None, None, Config()))
    if _enter_leader(simulation, now_us, cause) is not None:
        simulation.step.rules.change_members(simulation.step, command)
        simulation.step.finish()


def _leave_joint(simulation: Simulation, command: LeaveJoint, now_us: int, cause: int) -> None:
    if _enter_leader(simulation, now_us, cause) is not None:
        simulation.step.rules.leave_on_request(simulation.step)
        simulation.step.finish()


def _snapshot(simulation: Simulation, command: TakeSnapshot, now_us: int, cause: int) -> None:
    simulation.step.enter(simulation.cluster.nodes[command.node], now_us, cause)
    simulation.step.rules.take_snapshot(simulation.step)


def _clock(simulation: Simulation, command: SetClock, now_us: int, cause: int) -> None:
    simulation.emit(ClockChanged(now_us, command.node, cause, None, command.rate_ppm))


def _disk(simulation: Simulation, command: SetDisk, now_us: int, cause: int) -> None:
    stalled_us = simulation.cluster.nodes[command.node].stalled_us
    model = DiskModel(command.write_us, command.fsync_us, command.jitter_us)
    simulation.emit(DiskChanged(now_us, command.node, cause, None, model, stalled_us))


def _stall(simulation: Simulation, command: StallDisk, now_us: int, cause: int) -> None:
    simulation.emit(DiskChanged(now_us, command.node, cause, None, None, now_us + command.for_us))


def _watch(simulation: Simulation, command: Watch, now_us: int, cause: int) -> None:
    cluster = simulation.cluster
    leader = cluster.leader()
    name = command.node or (None if leader is None else leader.name)
    if name is not None and cluster.nodes[name].status is UP:
        watch = f"{command.client}/{command.key}"
        simulation.emit(WatchStarted(now_us, name, cause, None, watch, command.key, command.client))


def _keep_alive(simulation: Simulation, command: KeepAlive, now_us: int, cause: int) -> None:
    if _enter_leader(simulation, now_us, cause) is not None:
        simulation.step.rules.renew_lease(simulation.step, command.lease)
        simulation.step.finish()


def _enter_leader(simulation: Simulation, now_us: int, cause: int) -> Node | None:
    """Turn to the leader that people find, if there is one."""
    leader = simulation.cluster.leader()
    if leader is None or leader.status is not UP:
        return None
    simulation.step.enter(leader, now_us, cause)
    return leader


_HANDLERS: dict[type[AnyCommand], Callable[[Simulation, Any, int, int], None]] = {
    Propose: _propose,
    Read: _read,
    Crash: _crash,
    Restart: _restart,
    Pause: _pause,
    Resume: _resume,
    Remove: _remove,
    Partition: _partition,
    Heal: _heal,
    SetLink: _set_link,
    DropMessage: _drop,
    DuplicateMessage: _duplicate,
    SetTimer: _set_timer,
    SetParameter: _set_parameter,
    SetClock: _clock,
    SetDisk: _disk,
    StallDisk: _stall,
    TransferLeadership: _transfer,
    ChangeMembers: _change_members,
    LeaveJoint: _leave_joint,
    TakeSnapshot: _snapshot,
    Watch: _watch,
    KeepAlive: _keep_alive,
}
