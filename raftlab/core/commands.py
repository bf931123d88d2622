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
    """A client asks a node to write `text` (such as "x=3")."""

    text: str
    node: str | None = None
    client: str = "you"


class Read(Command, frozen=True):
    """A client asks a node for a key. `consistency` is "linearizable" or "serializable"."""

    key: str
    node: str | None = None
    consistency: str = "linearizable"
    client: str = "you"


class Crash(Command, frozen=True):
    """A node's process ends; what is on its disk survives."""

    node: str


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
    """Ask the leader for another configuration (section 6)."""

    voters: tuple[str, ...]
    learners: tuple[str, ...] = ()


class TakeSnapshot(Command, frozen=True):
    """Ask a node to compact its log (section 7)."""

    node: str


AnyCommand = (
    Propose | Read | Crash | Restart | Pause | Resume | Partition | Heal | SetLink | DropMessage | DuplicateMessage
    | SetTimer | SetParameter | TransferLeadership | ChangeMembers | TakeSnapshot
)  # fmt: skip
