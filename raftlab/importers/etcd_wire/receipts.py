"""What a message's sending and its arrival let an onlooker conclude: roles first, then logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.importers.etcd_wire import roles
from raftlab.importers.etcd_wire.message import WITHOUT_TERM, Wire

if TYPE_CHECKING:
    from raftlab.importers.etcd_wire.onlooker import Onlooker
    from raftlab.importers.raft_member import Member


def show_sending(onlooker: Onlooker, sender: Member, to: Member, seen: Wire) -> int | None:
    """What a message shows of its sender before it leaves."""
    if seen.type in WITHOUT_TERM or not seen.term:
        return None
    replicas = onlooker.replicas
    replicas.before_sending(sender, seen)
    cause = roles.show_sender(onlooker, sender, to, seen)
    if seen.type == "MsgApp":
        replicas.sends_entries(sender, to, seen)
    elif seen.type == "MsgAppResp":
        replicas.answers(sender, to, seen)
        if seen.reject:
            return roles.refuse_entries(onlooker, sender, to, seen)
    return cause


def show_receipt(onlooker: Onlooker, member: Member, sender: Member, seen: Wire, receipt: int) -> None:
    """What follows from a message's arrival."""
    if seen.type in WITHOUT_TERM or not seen.term:
        return
    replicas = onlooker.replicas
    roles.move_receiver(onlooker, member, sender, seen, receipt)
    match seen.type:
        case "MsgApp":
            replicas.takes_entries(member, sender, seen, receipt)
        case "MsgHeartbeat":
            replicas.takes_heartbeat(member, seen, receipt)
        case "MsgSnap":
            replicas.offer_snapshot(member, sender, seen)
        case "MsgAppResp":
            onlooker.hear(member, sender.id)
            replicas.hear_match(member, sender, seen, receipt)
        case "MsgHeartbeatResp":
            onlooker.hear(member, sender.id)
