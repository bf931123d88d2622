"""Which message on the wire brought an entry to a member, or shows first that its leader has it."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.importers.etcd_wire.message import Wire
    from raftlab.importers.fact import Fact

Carried = dict[tuple[str, int, int], "Fact"]
"""By (id, term, index)."""


def carried(told: Iterable[Sequence[Fact]], leaders: dict[int, str]) -> Carried:
    """The first message that carries each entry: from the leader of the entry's term, to all others.

    Entries are written after that, so a WAL's records need these facts.
    """
    first: Carried = {}
    messages = [fact for facts in told for fact in facts if fact.form == "wire" and fact.payload.type == "MsgApp"]
    for fact in sorted(messages, key=attrgetter("at_us")):
        wire: Wire = fact.payload
        for _, term, index, _ in wire.entries:
            # What a leader sends of an older term it held before it led.
            if leaders.get(term) == fact.node and wire.term == term:
                first.setdefault((fact.node, term, index), fact)
            if leaders.get(term) != fact.args[0]:
                first.setdefault((fact.args[0], term, index), fact)
    return first
