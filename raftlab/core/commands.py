"""What a person, a lesson, a scenario, a search or a lab may do to a cluster.

A command is a wish; what became of it stands in the events that follow its CommandGiven. `node=None` means "the leader
that clients find". Durations in microseconds; groups of a partition are lists of node names.
"""

from __future__ import annotations

from msgspec import Struct

from raftlab.core.log import UNKNOWN


class Command(Struct, frozen=True, tag_field="do", tag=True, omit_defaults=True):
    """The base of all commands."""


class Propose(Command, frozen=True):
    """A client asks a node to write `text` (such as "x=3").

    `retry_us`: the client has a session and asks again when no answer came for so long (dissertation 6.3).
    """

    text: str
    node: str | None = None
    client: str = "you"
    retry_us: int | None = None


class Read(Command, frozen=True):
    """A client asks a node for a key. `consistency` is "linearizable" or "serializable"."""

    key: str
    node: str | None = None
    consistency: str = "linearizable"
    client: str = "you"


class Crash(Command, frozen=True):
    """A node's process ends; what is on its disk survives. `lose`: so many durable entries are lost with it."""

    node: str
    lose: int = 0


class Restart(Command, frozen=True):
    """A crashed node starts again from its disk."""

    node: str


class Pause(Command, frozen=True):
    """A node's process stops running for a while (a long GC, a frozen virtual machine)."""

    node: str


class Resume(Command, frozen=True):
    """A paused node goes on."""

    node: str


class Partition(Command, frozen=True):
    """Cut every link between different groups, both ways. A node in no group is a group of its own."""

    groups: tuple[tuple[str, ...], ...]


class Heal(Command, frozen=True):
    """Mend every cut link."""


class SetLink(Command, frozen=True):
    """Change one direction of a link; what isn't given stays as it is. `both` changes the way back too."""

    source: str
    target: str
    both: bool = False
    cut: bool = UNKNOWN
    latency_us: int = UNKNOWN
    jitter_us: int = UNKNOWN
    loss_ppm: int = UNKNOWN
    duplicate_ppm: int = UNKNOWN
    reorder: bool = UNKNOWN
    distribution: str = UNKNOWN
    bandwidth: int = UNKNOWN


class DropMessage(Command, frozen=True):
    """Lose one message that is under way; `flight` is the position of the event that sent it."""

    flight: int


class DuplicateMessage(Command, frozen=True):
    """Let one message that is under way arrive twice."""

    flight: int


class SetTimer(Command, frozen=True):
    """Move a running timer of a node: it fires `after_us` from now. Chance is steered so, state never faked."""

    node: str
    after_us: int
    timer: str = "election"


class SetParameter(Command, frozen=True):
    """Change one of the cluster's parameters."""

    name: str
    value: int | bool | str


class TransferLeadership(Command, frozen=True):
    """Ask the leader to hand over to `target` (dissertation 3.10)."""

    target: str


class ChangeMembers(Command, frozen=True):
    """Ask the leader for another configuration (section 6). A name that no node has is a new server.

    `mode` "joint" or "single" (dissertation 4.3, 4.1); None: what the cluster's parameter says. `leave` "explicit": a
    joint configuration stays until LeaveJoint.
    """

    voters: tuple[str, ...]
    learners: tuple[str, ...] = ()
    mode: str | None = None
    leave: str = "auto"


class LeaveJoint(Command, frozen=True):
    """Ask the leader to end the joint configuration (section 6)."""


class Remove(Command, frozen=True):
    """Switch a server off for good."""

    node: str


class SetClock(Command, frozen=True):
    """Let a node's clock run at another rate, in parts per million of true time."""

    node: str
    rate_ppm: int


class SetDisk(Command, frozen=True):
    """Let a node's disk behave in another way; what isn't given becomes 0."""

    node: str
    write_us: int = 0
    fsync_us: int = 0
    jitter_us: int = 0


class StallDisk(Command, frozen=True):
    """A node's disk does nothing for a while."""

    node: str
    for_us: int


class Watch(Command, frozen=True):
    """A client wants to hear of every change of a key from a node (etcd's watch); `*` at the end: of a prefix."""

    key: str
    node: str | None = None
    client: str = "you"


class KeepAlive(Command, frozen=True):
    """A client renews a lease with the leader (etcd's lease)."""

    lease: str


class TakeSnapshot(Command, frozen=True):
    """Ask a node to compact its log (section 7)."""

    node: str


AnyCommand = (
    Propose | Read | Crash | Restart | Pause | Resume | Partition | Heal | SetLink | DropMessage | DuplicateMessage
    | SetTimer | SetParameter | TransferLeadership | ChangeMembers | LeaveJoint | Remove | TakeSnapshot | SetClock
    | SetDisk | StallDisk | Watch | KeepAlive
)  # fmt: skip
