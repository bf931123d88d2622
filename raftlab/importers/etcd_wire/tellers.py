"""A message on the wire becomes a sending and a receipt, with what both let one conclude.

A member's own log may tell of either, or of both: then it is told there, with what the wire shows of the message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.importers.etcd_wire.receipts import show_receipt, show_sending

if TYPE_CHECKING:
    from raftlab.importers.etcd_wire.message import Wire
    from raftlab.importers.fact import Fact
    from raftlab.importers.raft_member import Member
    from raftlab.importers.raft_telling import Telling

TOLD_BY_LOGS = "a message that the members' logs tell: there, with what the wire shows of it"


def wire(telling: Telling, member: Member, fact: Fact) -> str | None:
    """One message; `args` is its receiver."""
    seen: Wire = fact.payload
    onlooker = telling.onlooker
    assert onlooker is not None
    if fact.sending is not None and fact.arrival is not None:
        return TOLD_BY_LOGS
    to = telling.member(fact.args[0])
    onlooker.catch_up(member, None)
    onlooker.catch_up(to, None)
    position = fact.sending.position if fact.sending is not None else None
    if position is None:
        cause = show_sending(onlooker, member, to, seen)
        telling.introduce(member)
        fact.position = position = telling.story.send(member.name, to.name, onlooker.message(seen), cause, arrives=True)
    if fact.arrival is None:
        telling.introduce(to)
        receipt = telling.story.arrive(to.name, member.name, onlooker.message(seen), position)
        show_receipt(onlooker, to, member, seen, receipt)
    onlooker.fall_silent(member, fact)
    return None
