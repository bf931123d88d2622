"""What an etcd server says beside raft that matters to raft's story: zap's messages, and capnslog's for the same.

A note is told in zap's words whichever logger wrote it, so that a reader (and a search) finds one spelling.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

ZAP_NOTES: Final[dict[str, tuple[str, ...]]] = {
    "peer became active": ("peer-id",),
    "peer became inactive (message send to peer failed)": ("peer-id", "error"),
    "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk": (
        "to", "expected-duration", "exceeded-duration",
    ),
    "apply request took too long": ("took", "expected-duration"),
    "slow fdatasync": ("took", "expected-duration"),
    "waiting for ReadIndex response took too long, retrying": ("retry-timeout",),
    "timed out waiting for read index response (local node might have slow network)": ("timeout",),
    "prober found high clock drift": ("remote-peer-id", "clock-drift", "rtt"),
    "rejected stream from remote peer because it was removed": ("remote-peer-id-from",),
    "received signal; shutting down": ("signal",),
    "server error": ("error",),
}  # fmt: skip
"""Messages of zap's that become notes, with the fields worth showing. (3.4 swaps drift and rtt: both.)"""

ZAP_TEXTS: Final = (
    "starting an etcd server",
    "starting local member",
    "restarting local member",
    "published local member to cluster through raft",
    "applyEntryNormal",
    "added member",
    "recovered/added member from store",
    "removed member",
    "closed etcd server",
    "saved snapshot",
    "Applying entry",
    *ZAP_NOTES,
)
"""All messages of zap's, beside raft's, that are looked at."""


class Text(NamedTuple):
    """A text of capnslog's: the form it becomes, and for notes what is said (the pattern's groups by number)."""

    form: str
    pattern: str
    note: str = ""


_ID: Final = r"([0-9a-f]+)"

TEXTS: Final = (
    Text("process_started", r"name = (\S.*)"),
    Text("initial_cluster", r"initial cluster = (.*)"),
    Text("local", rf"(?:re)?starting member {_ID} in cluster {_ID}.*"),
    Text("named", r"published \{Name:(.*?) ClientURLs:.*"),
    Text("lives_at", rf"added member {_ID} \[(.*?)\] to cluster .*"),
    Text("removed", rf"removed member {_ID} from cluster .*"),
    Text("snapshot_taken", r"saved snapshot at index (\d+)"),
    Text("removed_itself", r"the member has been permanently removed from the cluster"),
    Text("note", rf"peer {_ID} became active", "peer became active (peer-id: {0})"),
    Text(
        "note",
        rf"peer {_ID} became inactive(?: \(message send to peer failed\))?",
        "peer became inactive (message send to peer failed) (peer-id: {0})",
    ),
    Text(
        "note",
        rf"failed to send out heartbeat on time \(exceeded the (\S+) timeout for (\S+), to {_ID}\)",
        "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk "
        "(to: {2}, heartbeat-interval: {0}, exceeded-duration: {1})",
    ),
    Text(
        "note",
        r"failed to send out heartbeat on time \(exceeded the (\S+) timeout for (\S+)\)",
        "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk "
        "(heartbeat-interval: {0}, exceeded-duration: {1})",
    ),
    Text("note", r"server is likely overloaded", "server is likely overloaded"),
    Text(
        "note",
        r"apply entries took too long \[(\S+) for (\d+) entries\]",
        "apply entries took too long (took: {0}, entries: {1})",
    ),
    Text(
        "note",
        r"(?:read-only \w+ )?request \".* with result .* took too long \((\S+)\) to execute",
        "apply request took too long (took: {0})",
    ),
    Text(
        "note",
        r"sync duration of (\S+), expected less than (\S+)",
        "slow fdatasync (took: {0}, expected-duration: {1})",
    ),
    Text(
        "note",
        rf"the clock difference against peer {_ID} is too high \[(\S+) > \S+\]",
        "prober found high clock drift (remote-peer-id: {0}, clock-drift: {1})",
    ),
    Text(
        "note",
        r"timed out waiting for read index response(?: \(local node might have slow network\))?",
        "timed out waiting for read index response (local node might have slow network)",
    ),
    Text(
        "note",
        rf"rejected the stream from peer {_ID} since it was removed",
        "rejected stream from remote peer because it was removed (remote-peer-id-from: {0})",
    ),
    Text("note", r"received (\w+) signal, shutting down.*", "received signal; shutting down (signal: {0})"),
)
"""capnslog's texts, from 3.2 to 3.4. The packages before them differ from version to version."""

_COMPILED: Final = tuple((text, re.compile(text.pattern, re.ASCII | re.DOTALL)) for text in TEXTS)


def server_text(message: str) -> tuple[str, tuple[str, ...]] | None:
    """(form, args) of a text of capnslog's, without its package; None if it is none of these."""
    for text, pattern in _COMPILED:
        found = pattern.fullmatch(message)
        if found is not None:
            groups = found.groups()
            return text.form, (text.note.format(*groups),) if text.note else groups
    return None
