"""Members and how they change, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core import events as e
from raftlab.view.describe.phrases import config_text, listed

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.describe.phrases import Words


def _joined(event: e.NodeJoined, cluster: Cluster | None) -> str:
    return f"{event.node} is set up, with an empty log"


def _removed(event: e.NodeRemoved, cluster: Cluster | None) -> str:
    return f"{event.node} has left the cluster for good"


def _config(event: e.ConfigChanged, cluster: Cluster | None) -> str:
    entry = f" of entry {event.index}" if event.index else ""
    return f"{event.node} uses the configuration{entry} from now on: {config_text(event.config)}"


_REFUSALS: Final = {
    "pending": "the change before it isn't committed yet",
    "transferring": "the leader hands over just now",
    "leader": "it doesn't lead",
    "own term": "it has committed nothing in its own term yet",
    "several": "without a joint configuration, one voter at a time may change",
    "joint": "the joint configuration must be left first",
    "same": "nothing would change",
    "empty": "no voter would be left",
}


def _refused(event: e.ConfigRefused, cluster: Cluster | None) -> str:
    why = _REFUSALS.get(event.reason, event.reason)
    if event.rule == "leave_joint":
        why = {"same": "there is none", "pending": "it isn't committed yet"}.get(event.reason, why)
        what = "to leave a joint configuration"
    else:
        what = f"to change the members to {config_text(event.config)}"
    hint = f", ask {event.leader}" if event.leader and event.reason == "leader" else ""
    return f"{event.node} refuses {what}: {why}{hint}"


def _started(event: e.CatchUpStarted, cluster: Cluster | None) -> str:
    they = "it votes" if len(event.servers) == 1 else "they vote"
    servers = listed(event.servers) if event.servers else "nobody"
    return f"{event.node} brings {servers} up to date before {they}: first up to entry {event.up_to}"


def _round(event: e.CatchUpRound, cluster: Cluster | None) -> str:
    if event.round == 0:
        return f"{event.server} has caught up with {event.node}: its last round took less than an election timeout"
    return f"{event.server} needs round {event.round} to catch up with {event.node}, up to entry {event.up_to}"


def _ended(event: e.CatchUpEnded, cluster: Cluster | None) -> str:
    if event.outcome == "done":
        return f"{event.node} has brought the new servers up to date: they may vote now"
    who = event.server or "a new server"
    return f"{event.node} gives the change of members up: {who} is too slow to catch up"


WORDS: Words = {
    e.NodeJoined: _joined, e.NodeRemoved: _removed, e.ConfigChanged: _config, e.ConfigRefused: _refused,
    e.CatchUpStarted: _started, e.CatchUpRound: _round, e.CatchUpEnded: _ended,
}  # fmt: skip
"""By kind of event."""
