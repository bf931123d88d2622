"""From the lines of one cluster's servers to events.

What this library's lines tell is less than etcd's: a follower doesn't say its term, nor for whom it votes, nor whom it
follows from now on. So all that is unknown from the moment at which a server becomes a follower, but for the leader
that the line itself names. A candidate and a leader print their term.

A new candidate of a version with pre-votes (1.7 and later) prints the term that it would like to have; it has that term
only once its pre-vote has succeeded. Such a file is known by its lines about pre-votes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from raftlab.core.events import (
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    ConfigChanged,
    LogTruncated,
    NodeObserved,
    NodeRemoved,
    NodeRestarted,
    SnapshotTaken,
    SourceNoted,
    TermAdvanced,
    TimerFired,
    TransferStarted,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.model import UP
from raftlab.importers.story import Story

if TYPE_CHECKING:
    from raftlab.importers.hashicorp.members import Members

_SAYS_NOTHING_NEW: Final = "raft line that repeats what earlier ones said"
_REFUSED: Final = {
    "refused_lease": "lease",
    "refused_term": "log",
    "refused_index": "log",
    "refused_voted": "voted",
    "refused_stranger": "unknown",
    "pre_refused_lease": "lease",
    "pre_refused_log": "log",
}


class _Server(Struct):
    term: int | None = None
    role: str = ""
    seen: bool = False
    reason: str = ""
    cause: int | None = None


class Telling:
    """The state of a telling."""

    def __init__(self, members: Members, pre_voting: set[str]) -> None:
        self.story = Story()
        self.members = members
        self.pre_voting = pre_voting
        self._servers: dict[str, _Server] = {}

    def tell(self, node: str, form: str, pieces: dict[str, str], text: str) -> str | None:
        """One line; the reason comes back if it tells nothing."""
        server = self._servers.setdefault(node, _Server())
        if not server.seen:
            server.seen = True
            self.story.emit(NodeObserved, node, id=self.members.identifier(pieces.get("node", node)), status=UP)
        if form in _REFUSED:
            return self._refused(node, form, pieces)
        teller = getattr(self, f"_{form}", None)
        if teller is None:
            return "raft line with no state in it"
        reason: str | None = teller(node, server, pieces, text)
        return reason

    def _term(self, node: str, server: _Server, pieces: dict[str, str]) -> int | None:
        """The term that a line prints, which is its server's."""
        text = pieces.get("term", "")
        if text.isdigit():
            term = int(text)
            if server.term is None or term > server.term:
                self.story.emit(TermAdvanced, node, server.cause, term=term)
            server.term = term
        return server.term

    def _follower(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        if server.role == "starting":
            self.story.emit(NodeRestarted, node)
        leader = self.members.key(pieces["leader"]) if pieces.get("leader") else None
        fields: dict[str, Any] = {} if server.term is None else {"term": server.term}
        self.story.emit(BecameFollower, node, server.cause, leader=leader, reason=server.reason, **fields)
        unknown = ("term", "vote") if leader else ("term", "vote", "leader")
        self.story.emit(NodeObserved, node, unknown=unknown)
        server.role, server.term, server.reason, server.cause = "follower", None, "", None

    def _timeout(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        server.cause = self.story.emit(TimerFired, node, timer="election")

    _again = _timeout

    def _candidate(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        if node in self.pre_voting:
            self.story.emit(BecamePreCandidate, node, server.cause)
            server.role = "pre_candidate"
            return
        self._stand(node, server, pieces)

    def _pre_won(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        self._stand(node, server, pieces)

    def _stand(self, node: str, server: _Server, pieces: dict[str, str]) -> None:
        term = self._term(node, server, pieces)
        fields: dict[str, Any] = {} if term is None else {"term": term}
        server.cause = self.story.emit(BecameCandidate, node, server.cause, **fields)
        self.story.emit(VoteGranted, node, server.cause, candidate=node, **fields)
        server.role = "candidate"

    def _self(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> str:
        return _SAYS_NOTHING_NEW

    def _pre_lost(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        self.story.emit(SourceNoted, node, text="its pre-vote failed: it waits for the next election timeout")

    def _granted(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> str | None:
        if not pieces.get("from"):
            return "a vote of a server that isn't named"
        term = self._term(node, server, pieces)
        fields: dict[str, Any] = {} if term is None else {"term": term}
        voter = self.members.key(pieces["from"])
        server.cause = self.story.emit(VoteCounted, node, None, voter=voter, granted=True, **fields)
        return None

    def _pre_granted(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        self._pre_counted(node, pieces, granted=True)

    def _pre_denied(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        self._pre_counted(node, pieces, granted=False)

    def _pre_counted(self, node: str, pieces: dict[str, str], *, granted: bool) -> None:
        voter = self.members.key(pieces.get("from", ""))
        self.story.emit(VoteCounted, node, None, voter=voter, granted=granted, pre=True)

    def _won(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> str:
        self._term(node, server, pieces)
        return "the server becomes leader, and says so again"

    def _leader(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        fields: dict[str, Any] = {} if server.term is None else {"term": server.term}
        self.story.emit(BecameLeader, node, server.cause, **fields)
        server.role, server.cause = "leader", None

    def _quorum_lost(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        note = "it has not heard of a majority within its lease, and steps down"
        server.cause = self.story.emit(SourceNoted, node, text=note)
        server.reason = "its quorum is not active"

    def _newer_term(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        server.cause = self.story.emit(SourceNoted, node, text="it hears of a newer term")
        server.reason = "a newer term"

    def _peer_newer(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        peer = self.members.key(pieces.get("peer", ""))
        server.cause = self.story.emit(SourceNoted, node, text=f"{peer} answers from a newer term")
        server.reason = f"a newer term, from {peer}"

    def _refused(self, node: str, form: str, pieces: dict[str, str]) -> str | None:
        if not pieces.get("from"):
            return "a vote refused to a server that isn't named"
        candidate = self.members.key(pieces["from"])
        self.story.emit(VoteRefused, node, None, candidate=candidate, reason=_REFUSED[form], pre=form.startswith("pre"))
        return None

    def _config(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> str | None:
        config = self.members.config(pieces.get("servers", ""))
        if "index" in pieces and "command" not in pieces:
            server.role = "starting" if server.role else "new"
        if config is None:
            return "a configuration that names nobody"
        self.story.emit(ConfigChanged, node, None, config=config)
        return None

    def _cleared(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        self.story.emit(LogTruncated, node, None, from_index=int(pieces["first"]), last_index=int(pieces["last"]))

    def _snapshot(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        self.story.emit(SnapshotTaken, node, None, index=int(pieces["index"]))

    def _transfer(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        target = self.members.key(pieces.get("id", pieces.get("address", "")))
        self.story.emit(TransferStarted, node, None, target=target)

    def _removed(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        self.story.emit(NodeRemoved, node)

    def _note(self, node: str, server: _Server, pieces: dict[str, str], text: str) -> None:
        self.story.emit(SourceNoted, node, text=text)
