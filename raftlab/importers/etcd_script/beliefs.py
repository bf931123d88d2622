"""What a leader believes of its peers: as printed, and as follows from the messages in between.

A belief is printed when a script asks for it (`status`) and when something goes wrong. In between it follows from what
the leader sends and hears, as etcd does it: an acknowledgement raises match, and ends probing; entries that are sent in
replicate state raise next, in probe state they don't. Only peers whose belief is known for sure are followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import ProgressChanged
from raftlab.core.model import LEADER, UNKNOWN, Progress
from raftlab.importers.etcd_script.account import REPEATS

if TYPE_CHECKING:
    from raftlab.importers.etcd_script.printed import PrintedMessage, PrintedProgress
    from raftlab.importers.etcd_script.telling import Telling


def believe(telling: Telling, name: str, printed: PrintedProgress) -> str | None:
    """A node prints what it believes of a peer. Only leaders do."""
    if telling.node(name).role is UNKNOWN:
        telling.observe(name, role=LEADER, leader=name)
    telling.member(name).followed[printed.node] = True
    known = telling.node(name).progress.get(printed.node)
    if known is not None and _shown(known) == (printed.match_index, printed.next_index, printed.state):
        return REPEATS
    _change(telling, name, printed.node, printed.match_index, printed.next_index, printed.state)
    return None


def sent(telling: Telling, message: PrintedMessage) -> None:
    """A leader sends entries: from where on, is what it believes to be the peer's next index."""
    name, peer = message.sender, message.to
    node, member = telling.node(name), telling.member(name)
    if message.type == "MsgSnap":
        member.followed.pop(peer, None)
    if message.type != "MsgApp" or node.role is not LEADER or node.current_term != message.term:
        return
    known = node.progress.get(peer)
    if peer not in member.followed and not (member.leads and known is None):
        return
    match = 0 if known is None else known.match_index
    probes = known is None or known.state == "probe" or not member.followed[peer]
    last = message.index + len(message.entries)
    if probes:
        belief = match, message.index + 1, "probe"
    else:
        belief = match, max(0 if known is None else known.next_index, last + 1), "replicate"
    member.followed[peer] = True
    if known is None or _shown(known) != belief:
        _change(telling, name, peer, *belief)


def heard(telling: Telling, message: PrintedMessage) -> None:
    """A leader hears up to where a peer's log agrees with its own, or that it doesn't."""
    name, peer = message.to, message.sender
    node, member = telling.node(name), telling.member(name)
    if message.type != "MsgAppResp" or node.role is not LEADER or node.current_term != message.term:
        return
    known = node.progress.get(peer)
    if known is None or not member.followed.get(peer) or (node.config and peer not in node.config.members()):
        return
    if message.rejected:
        member.followed[peer] = False
    elif message.index > known.match_index or (message.index == known.match_index and known.state == "probe"):
        following = message.index + 1 if known.state != "replicate" else max(known.next_index, message.index + 1)
        _change(telling, name, peer, message.index, following, "replicate")


def _shown(progress: Progress) -> tuple[int, int, str]:
    return progress.match_index, progress.next_index, progress.state


def _change(telling: Telling, name: str, peer: str, match: int, following: int, state: str) -> None:
    telling.emit(
        name, ProgressChanged, telling.member(name).trigger, peer=peer, match_index=match, next_index=following,
        sent_index=following - 1, state=state,
    )  # fmt: skip
