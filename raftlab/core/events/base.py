"""What all events have in common."""

from __future__ import annotations

from msgspec import Struct

from raftlab.core.model import Cluster


class Event(Struct, frozen=True, gc=False, tag_field="kind", tag=True, omit_defaults=True):
    """The base of all events."""

    at_us: int
    node: str | None
    cause: int | None
    rule: str | None

    def evolve(self, cluster: Cluster) -> None:
        """Write down in the state what happened. Most events that only inform leave it as it is."""

    @property
    def starts_step(self) -> bool:
        """Whether a step begins here: what follows, up to the next such event, is its consequence at that instant."""
        return False


def name_of(event: Event) -> str:
    """The node of an event that always has one."""
    name = event.node
    assert name is not None, f"{type(event).__name__} needs a node"
    return name
