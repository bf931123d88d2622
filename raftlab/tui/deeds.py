"""What else may be done to a cluster, beside what has a key of its own: words, and why it can't be done just now.

The engine's own reason (sim.commands) is what is said; a few are added here for commands that would be carried out and
change nothing, since somebody who chooses them would wonder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.commands import (
    ChangeMembers,
    KeepAlive,
    LeaveJoint,
    Read,
    Remove,
    SetClock,
    SetDisk,
    StallDisk,
    TakeSnapshot,
    TransferLeadership,
    Watch,
)
from raftlab.core.errors import CommandError
from raftlab.sim.commands import check, resolve
from raftlab.tui.chooser import Option
from raftlab.tui.choosing import present
from raftlab.view.looks import GLYPHS, look_of, word_for
from raftlab.view.quorum import configuration

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.core.commands import AnyCommand
    from raftlab.core.model import Cluster

    Because = Callable[[Cluster], str]
    OfNode = Callable[[str], AnyCommand]


class Deed(Struct, frozen=True):
    """One thing to do: its name, its words, and what lessons call its command."""

    name: str
    label: str
    note: str
    word: str


DEEDS: Final = (
    Deed("read", "read a key", "the newest value for sure, from any node", "read"),
    Deed("read-old", "read what a node has", "at once, and perhaps an old value", "read"),
    Deed("watch", "watch a key", "be told of every change of it", "watch"),
    Deed("transfer", "hand over", "the leader lets another node lead", "transfer"),
    Deed("members", "change the members", "servers join, leave, get a vote or lose it", "members"),
    Deed("leave-joint", "leave joint consensus", "the old members have no say any more", "leave-joint"),
    Deed("snapshot", "take a snapshot", "a node compacts its log", "snapshot"),
    Deed("disk", "slow a disk", "every fsync takes a while", "disk"),
    Deed("stall", "stop a disk", "for a while it writes nothing", "stall"),
    Deed("clock", "bend a clock", "a node's time runs fast or slow", "clock"),
    Deed("keep-alive", "keep a lease alive", "its time is counted anew", "keep-alive"),
    Deed("remove", "switch off for good", "a server that never comes back", "remove"),
    Deed("histories", "check the answers", "are the client histories linearizable?", "histories"),
)
"""In the order in which they are offered."""

WAYS: Final[dict[str, OfNode]] = {
    "transfer": TransferLeadership,
    "snapshot": TakeSnapshot,
    "disk": SetDisk,
    "stall": lambda name: StallDisk(name, 0),
    "clock": lambda name: SetClock(name, 1_000_000),
    "remove": Remove,
}
"""Those that are done to one node, each as a command that tells whether it could be."""


def refusal(cluster: Cluster, command: AnyCommand) -> str:
    """Why a command can't be carried out now; "" when it can."""
    try:
        check(cluster, resolve(cluster, command))
    except CommandError as error:
        return str(error)
    return ""


def why_not(cluster: Cluster, name: str) -> str:
    """Why a deed can't be done now; "" when it can."""
    because = _BECAUSE.get(name)
    if because is not None and (reason := because(cluster)):
        return reason
    if name in WAYS:
        reasons = [node_refusal(cluster, name, node) for node in present(cluster)]
        return "" if not all(reasons) else (reasons[0] if len(set(reasons)) == 1 else "no node can do that now")
    command = _WHOLE.get(name)
    return "" if command is None else refusal(cluster, command(cluster))


def node_refusal(cluster: Cluster, name: str, node: str) -> str:
    """Why a deed can't be done to a node now; "" when it can."""
    if name == "transfer":
        leader = cluster.leader()
        if leader is not None and leader.name == node:
            return "leads already"
        if node not in configuration(cluster).voters:
            return "has no vote, and so can't lead"
    return refusal(cluster, WAYS[name](node))


def node_choices(cluster: Cluster, name: str) -> list[Option]:
    """The nodes to which a deed may be done; those to which it can't be say why."""
    found = []
    for node in present(cluster).values():
        reason = node_refusal(cluster, name, node.name)
        label = f"{GLYPHS[look_of(cluster, node)]} {node.name} {word_for(cluster, node)}"
        found.append(Option(node.name, label, reason, not reason))
    return found


def leases(cluster: Cluster) -> list[str]:
    """The leases that the leader knows."""
    leader = cluster.leader()
    return [] if leader is None else list(leader.machine.leases())


def members_now(cluster: Cluster) -> ChangeMembers:
    """The configuration as it is, as a wish."""
    config = configuration(cluster)
    there = present(cluster)
    return ChangeMembers(
        tuple(name for name in config.voters if name in there), tuple(name for name in config.learners if name in there)
    )


def _nobody_leads(cluster: Cluster) -> str:
    return "" if cluster.leader() is not None else "nobody leads: there is nobody to ask"


def _not_joint(cluster: Cluster) -> str:
    return _nobody_leads(cluster) or ("" if configuration(cluster).outgoing else "the configuration isn't joint")


def _no_lease(cluster: Cluster) -> str:
    return _nobody_leads(cluster) or ("" if leases(cluster) else "there is none (write: lease grant L1 10s)")


_BECAUSE: Final[dict[str, Because]] = {
    "transfer": _nobody_leads,
    "members": _nobody_leads,
    "leave-joint": _not_joint,
    "keep-alive": _no_lease,
}
_WHOLE: Final[dict[str, Callable[[Cluster], AnyCommand]]] = {
    "read": lambda cluster: Read("x"),
    "read-old": lambda cluster: Read("x", consistency="serializable"),
    "watch": lambda cluster: Watch("x"),
    "members": members_now,
    "leave-joint": lambda cluster: LeaveJoint(),
    "keep-alive": lambda cluster: KeepAlive("L1"),
}
