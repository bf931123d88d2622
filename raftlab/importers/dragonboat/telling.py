"""From the lines of one shard's replicas to events.

Every line prints the replica's term, the end of its log and its commit index, so these are observed wherever they have
changed. What it prints as applied is only handed on to be applied, so it isn't told. A follower doesn't say whom it
follows: its leader is unknown, unless a message of the leader made it follow.

A log whose level leaves out who became follower or leader ("quiet") still counts votes and yields to higher terms:
the role is told from that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from raftlab.core.events import (
    AppendRefused,
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    LeaderLearned,
    NodeObserved,
    NodeRestarted,
    SnapshotInstalled,
    SourceNoted,
    TermAdvanced,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.model import UP
from raftlab.importers.story import Story

if TYPE_CHECKING:
    from raftlab.importers.dragonboat.lines import DragonboatLine
    from raftlab.importers.saying import Said

_REPEATS: Final = "raft line that repeats what others say"
_OF_LEADERS: Final = ("Replicate", "InstallSnapshot", "Heartbeat", "TimeoutNow", "ReadIndexResp")
"""Messages that only a leader sends."""


class _Replica(Struct):
    term: int | None = None
    log_end: tuple[int | None, int | None, int | None] = (None, None, None)
    leader: str | None = None
    reason: str = ""
    cause: int | None = None


class Telling:
    """The state of a telling. `quiet`: no line says who became follower or leader."""

    def __init__(self, *, quiet: bool) -> None:
        self.story = Story()
        self.quiet = quiet
        self._replicas: dict[str, _Replica] = {}

    def tell(self, said: Said, line: DragonboatLine) -> str | None:
        """One line; the reason comes back if it tells nothing."""
        node = said.node
        replica = self._replicas.get(node)
        if replica is None:
            replica = self._replicas[node] = _Replica()
            self.story.emit(NodeObserved, node, id=node, status=UP)
        elif said.form == "start":
            self.story.emit(NodeRestarted, node)
            replica.log_end = (None, None, None)
        if line.term is None:
            return None
        self._observe(node, replica, line, said.form)
        teller = getattr(self, f"_{said.form}")
        reason: str | None = teller(node, replica, said.pieces, said.text)
        return reason

    def _observe(self, node: str, replica: _Replica, line: DragonboatLine, form: str) -> None:
        """Where the replica stands by this line."""
        term = line.term
        assert term is not None
        if replica.term is None or term < replica.term:
            # In term 0 nobody has voted; in any other one the replica may have, before its log began.
            fields: dict[str, Any] = {"vote": None} if term == 0 else {"unknown": ("vote", "leader")}
            self.story.emit(NodeObserved, node, term=term, **fields)
        elif term > replica.term:
            replica.cause = self.story.emit(TermAdvanced, node, replica.cause, term=term)
            if form not in ("follower", "candidate"):
                self.story.emit(NodeObserved, node, unknown=("vote", "leader"))
        replica.term = term
        log_end = (line.last_index, line.last_term, line.commit)
        if log_end != replica.log_end:
            ends: dict[str, Any] = {"last_index": line.last_index, "commit": line.commit}
            if line.last_term or not line.last_index:  # term 0 stands for an entry that has been compacted away
                ends["last_term"] = line.last_term
            self.story.emit(NodeObserved, node, **ends)
            replica.log_end = log_end

    def _follower(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        leader = replica.leader
        self.story.emit(BecameFollower, node, replica.cause, term=replica.term, leader=leader, reason=replica.reason)
        if leader is None:
            self.story.emit(NodeObserved, node, unknown=("leader",))
        replica.leader, replica.reason, replica.cause = None, "", None

    def _pre_candidate(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        replica.cause = self.story.emit(BecamePreCandidate, node, replica.cause, term=replica.term)

    def _candidate(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        replica.cause = self.story.emit(BecameCandidate, node, replica.cause, term=replica.term)
        self.story.emit(VoteGranted, node, replica.cause, candidate=node, term=replica.term)

    def _leader(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        self.story.emit(BecameLeader, node, replica.cause, term=replica.term)
        replica.cause = None

    def _cast(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        self.story.emit(VoteGranted, node, None, candidate=pieces["peer"], term=int(pieces["term"]))

    def _cast_pre(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        self.story.emit(VoteGranted, node, None, candidate=pieces["peer"], term=int(pieces["term"]), pre=True)

    def _rejected(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        reason = "log" if pieces["utd"] == "false" else "voted"
        self.story.emit(VoteRefused, node, None, candidate=pieces["peer"], reason=reason, term=int(pieces["term"]))

    def _rejected_pre(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        reason = "log" if pieces["utd"] == "false" else "term"
        term = int(pieces["term"])
        self.story.emit(VoteRefused, node, None, candidate=pieces["peer"], reason=reason, term=term, pre=True)

    def _dropped_vote(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        term = int(pieces["term"])
        self.story.emit(VoteRefused, node, None, candidate=pieces["peer"], reason="lease", term=term)

    def _counted(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        replica.cause = self.story.emit(
            VoteCounted, node, None, voter=pieces["peer"], granted="no" not in pieces, term=replica.term
        )

    def _counted_pre(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        replica.cause = self.story.emit(
            VoteCounted, node, None, voter=pieces["peer"], granted="no" not in pieces, term=replica.term, pre=True
        )

    def _tally(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> str | None:
        if self.quiet and pieces["yes"] == pieces["quorum"]:
            self._leader(node, replica, pieces, text)
        elif self.quiet and pieces["no"] == pieces["quorum"]:
            self._follower(node, replica, pieces, text)
        return _REPEATS

    def _higher(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        replica.cause = self.story.emit(SourceNoted, node, text=text)
        replica.reason = f"a newer term, from {pieces['peer']}"
        replica.leader = pieces["peer"] if pieces["type"] in _OF_LEADERS else None

    def _yields(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> str | None:
        if self.quiet:
            self._follower(node, replica, pieces, text)
            self.story.emit(NodeObserved, node, unknown=("term", "vote", "leader"))
        return _REPEATS

    def _append_refused(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        # Only its leader can send it entries of its own term.
        self.story.emit(LeaderLearned, node, None, leader=pieces["peer"], term=replica.term)
        self.story.emit(AppendRefused, node, None, leader=pieces["peer"], prev_log_index=int(pieces["index"]))

    def _restoring(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        self.story.emit(SnapshotInstalled, node, None, index=int(pieces["index"]), term=int(pieces["term"]))
        self.story.emit(NodeObserved, node, unknown=("applied",))

    def _quorum_lost(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        replica.cause = self.story.emit(SourceNoted, node, text=text)
        replica.reason = "its quorum is not active"

    def _progress(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> str:
        return "how far a peer is taken to be"

    def _note(self, node: str, replica: _Replica, pieces: dict[str, str], text: str) -> None:
        self.story.emit(SourceNoted, node, text=text)
