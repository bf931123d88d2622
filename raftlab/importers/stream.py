"""Facts in an order that holds: what one writer said, one line after another, by one clock."""

from __future__ import annotations

from msgspec import Struct

from raftlab.importers.fact import Fact


class Stream(Struct, eq=False):
    """One writer's facts, in its own order.

    `clock` says whose clock stamped them: a node's id for what that node wrote, another word ("tap", "poller") for
    what a third party wrote, None where there is no clock at all (a WAL; the facts' at_us mean nothing then).
    `node` is the id of the node that all facts are about, "" if they are about several. `resolution_us` is how
    coarse the stamps are.
    """

    facts: list[Fact]
    clock: str | None
    node: str = ""
    resolution_us: int = 1_000
