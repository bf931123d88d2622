"""What raft's lines say, in every generation: one name for each, and its pieces.

The older lines carry their values in the text, hclog's in fields; a form lists both ways. Sources: the library's own
messages of its releases from 2014 on, and lines in the issues of Consul, Nomad, Vault and the library.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from raftlab.importers.hashicorp.lines import RaftLine

_NODE: Final = r"Node at (?P<node>\S+) \[\w+\] "

_REJECTING: Final = r"Rejecting vote request from (?P<from>\S+) since"

_OLD: Final = tuple(
    (form, re.compile(pattern))
    for form, pattern in (
        ("follower", _NODE + r'entering Follower state(?: \(Leader: "(?P<leader>.*?)"\))?$'),
        ("candidate", _NODE + r"entering Candidate state(?: in term (?P<term>\d+))?$"),
        ("leader", _NODE + r"entering Leader state$"),
        ("timeout", r'Heartbeat timeout(?: from "(?P<leader>.*?)")? reached, starting election$'),
        ("again", r"Election timeout reached, restarting election$"),
        ("needed", r"Votes needed: (?P<needed>\d+)$"),
        ("granted", r"Vote granted(?: from (?P<from>\S+?))?(?: in term (?P<term>\d+))?\. Tally: (?P<tally>\d+)$"),
        ("won", r"Election won\. Tally: (?P<tally>\d+)$"),
        ("refused_lease", _REJECTING + r" we have a leader: (?P<leader>\S*)$"),
        ("refused_term", _REJECTING + r" our last term is greater \((?P<ours>\d+), (?P<theirs>\d+)\)$"),
        ("refused_index", _REJECTING + r" our last index is greater \((?P<ours>\d+), (?P<theirs>\d+)\)$"),
        ("refused_voted", r"Duplicate RequestVote for same term: (?P<term>\d+)$"),
        ("note", r"Failed to make RequestVote RPC to .*"),
        ("note", r"Failed to contact (?!quorum).*"),
        ("quorum_lost", r"Failed to contact quorum of nodes, stepping down$"),
        ("newer_term", r"Newer term discovered, fallback to follower$"),
        ("peer_newer", r"peer (?P<peer>.*) has newer term, stopping replication$"),
        ("config", r"Initial configuration \(index=(?P<index>\d+)\): (?P<servers>\[.*\])$"),
        ("config", r"Updating configuration with .* to (?P<servers>\[.*\])$"),
        ("cleared", r"Clearing log suffix from (?P<first>\d+) to (?P<last>\d+)$"),
        ("snapshot", r"Snapshot to (?P<index>\d+) complete$"),
        ("name", r"(?:[\w.-]+: )?EventMemberJoin: (?P<name>[^\s.]+) (?P<host>\S+)$"),
        ("name", r"(?:[\w.-]+: )?Adding LAN server (?P<name>\S+) \(Addr: tcp/(?P<address>\S+?)\)"),
    )
)  # fmt: skip

_NEW: Final = {
    "entering follower state": "follower",
    "entering candidate state": "candidate",
    "entering leader state": "leader",
    "heartbeat timeout reached, starting election": "timeout",
    "Election timeout reached, restarting election": "again",
    "votes": "needed",
    "calculated votes needed": "needed",
    "vote granted": "granted",
    "voting for self": "self",
    "election won": "won",
    "pre-vote received": "pre_received",
    "pre-vote granted": "pre_granted",
    "pre-vote denied": "pre_denied",
    "pre-vote successful, starting election": "pre_won",
    "pre-vote campaign failed, waiting for election timeout": "pre_lost",
    "rejecting vote request since we have a leader": "refused_lease",
    "rejecting vote request since our last term is greater": "refused_term",
    "rejecting vote request since our last index is greater": "refused_index",
    "rejecting vote request since node is not in configuration": "refused_stranger",
    "rejecting vote request since node is not a voter": "refused_stranger",
    "rejecting pre-vote request since we have a leader": "pre_refused_lease",
    "rejecting pre-vote request since our last term is greater": "pre_refused_log",
    "rejecting pre-vote request since our last index is greater": "pre_refused_log",
    "duplicate requestVote for same term": "refused_voted",
    "failed to make requestVote RPC": "note",
    "failed to contact": "note",
    "failed to appendEntries to": "note",
    "failed to heartbeat to": "note",
    "failed to contact quorum of nodes, stepping down": "quorum_lost",
    "newer term discovered, fallback to follower": "newer_term",
    "lost leadership because received a requestVote with a newer term": "newer_term",
    "peer has newer term, stopping replication": "peer_newer",
    "new leader elected, stepping down": "note",
    "initial configuration": "config",
    "updating configuration": "config",
    "clearing log suffix": "cleared",
    "snapshot complete up to": "snapshot",
    "starting leadership transfer": "transfer",
    "removed ourself, shutting down": "removed",
    "removed ourself, transitioning to follower": "removed",
}
_ALIASES: Final = {
    "leader-id": "leader",
    "leader-address": "leader",
    "last-leader-id": "leader",
    "last-leader-addr": "leader",
    "candidate": "from",
}


def form_of(line: RaftLine) -> tuple[str, dict[str, str]] | None:
    """The form's name and its pieces; None for a text that tells nothing of raft's state."""
    form = _NEW.get(line.text)
    if form is not None:
        pieces = dict(line.fields)
        for name, ours in _ALIASES.items():
            if pieces.get(name):
                pieces.setdefault(ours, pieces[name])
        owner = re.search(r"Node at (\S+) \[", " ".join(line.fields.values()))
        if owner is not None:
            pieces["node"] = owner[1]
        if form == "cleared":
            pieces = {"first": pieces.get("from", ""), "last": pieces.get("to", "")}
        return form, pieces
    for form, pattern in _OLD:
        found = pattern.match(line.text)
        if found is not None:
            return form, {name: text for name, text in found.groupdict().items() if text is not None}
    return None
