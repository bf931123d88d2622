"""From the lines of one cluster's members to events.

A member prints its state and term at each change (but for leaders' only at level debug), its votes, and each new
leader that it hears of. Its term may rise without a word, and it keeps a pre-vote, its own too, where its vote stands:
so after a risen term and after a pre-vote the vote is unknown, until a vote is told. A new follower's leader is unknown
until it says that it has detected one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from raftlab.core.events import (
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    LeaderLearned,
    NodeObserved,
    NodeRestarted,
    SourceNoted,
    TermAdvanced,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.model import UP
from raftlab.importers.story import Story

if TYPE_CHECKING:
    from raftlab.importers.saying import Said

_REPEATS: Final = "raft line that repeats what earlier ones said"


class _Member(Struct):
    term: int | None = None
    role: str = ""
    vote: str | None = None
    reason: str = ""
    cause: int | None = None


class Telling:
    """The state of a telling."""

    def __init__(self) -> None:
        self.story = Story()
        self._members: dict[str, _Member] = {}

    def tell(self, said: Said) -> str | None:
        """One line; the reason comes back if it tells nothing."""
        node = said.node
        member = self._members.get(node)
        if member is None:
            member = self._members[node] = _Member()
            self.story.emit(NodeObserved, node, id=node, status=UP)
        elif said.form == "state" and said.pieces["new"] == "recover":
            self.story.emit(NodeRestarted, node)
            member.role = ""
        if "term" in said.pieces:  # a request for a pre-vote raises the term too, granted or not
            self._enter_term(node, member, int(said.pieces["term"]))
        before = self.story.told()
        getattr(self, f"_{said.form}")(node, member, said.pieces, said.text)
        return None if self.story.told() > before else _REPEATS

    def _enter_term(self, node: str, member: _Member, term: int) -> None:
        if member.term == term:
            return
        if member.term is None or term < member.term:
            self.story.emit(NodeObserved, node, term=term, unknown=("vote", "leader"))
        else:
            self.story.emit(TermAdvanced, node, member.cause, term=term)
            self.story.emit(NodeObserved, node, unknown=("vote", "leader"))
        member.term, member.vote = term, None

    def _vote_for(self, node: str, member: _Member, candidate: str) -> None:
        if member.vote != candidate:
            member.vote = candidate
            self.story.emit(VoteGranted, node, member.cause, candidate=candidate, term=member.term)

    def _forget_vote(self, node: str, member: _Member) -> None:
        member.vote = None
        self.story.emit(NodeObserved, node, unknown=("vote",))

    def _state(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        enter = getattr(self, f"_to_{pieces['new']}", None)
        if enter is not None:
            enter(node, member, pieces["old"])
        elif pieces["old"] == "leader":
            # It leads no longer, and may take the lead again where it waits for a condition.
            self.story.emit(SourceNoted, node, text=text)
            self.story.emit(NodeObserved, node, unknown=("role", "leader"))
            member.role = ""
        else:
            self.story.emit(SourceNoted, node, text=text)

    def _to_follower(self, node: str, member: _Member, old: str) -> None:
        self.story.emit(BecameFollower, node, member.cause, term=member.term, reason=member.reason)
        self.story.emit(NodeObserved, node, unknown=("leader",))
        member.role, member.reason, member.cause = "follower", "", None

    def _to_pre_vote(self, node: str, member: _Member, old: str) -> None:
        if member.role != "pre_vote":
            member.cause = self.story.emit(BecamePreCandidate, node, member.cause, term=member.term)
            self._forget_vote(node, member)
        member.role = "pre_vote"

    def _to_candidate(self, node: str, member: _Member, old: str) -> None:
        if member.role != "candidate":
            member.cause = self.story.emit(BecameCandidate, node, member.cause, term=member.term)
            self._vote_for(node, member, node)
        member.role = "candidate"

    def _to_leader(self, node: str, member: _Member, old: str) -> None:
        if old == "candidate":
            self._vote_for(node, member, node)  # whoever stands for election votes for itself
        self.story.emit(BecameLeader, node, member.cause, term=member.term)
        member.role, member.cause = "leader", None

    def _called(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        member.role = ""  # a candidate that calls again is one anew
        self._to_candidate(node, member, "")

    def _pre_called(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        member.role = ""
        self._to_pre_vote(node, member, "")

    def _granted(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        if member.role != "follower":  # only followers grant votes
            self._to_follower(node, member, "")
        self._vote_for(node, member, pieces["peer"])

    def _pre_granted(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        self.story.emit(VoteGranted, node, None, candidate=pieces["peer"], term=member.term, pre=True)
        self._forget_vote(node, member)

    def _declined(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        self._refuse(node, pieces, "log", term=member.term)

    def _declined_old(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        self._refuse(node, pieces, "term", term=int(pieces["asked"]))

    def _declined_voted(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        self._refuse(node, pieces, "voted", term=member.term)

    def _pre_declined(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        self._refuse(node, pieces, "log", term=int(pieces["term"]), pre=True)

    def _pre_declined_old(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        self._refuse(node, pieces, "term", term=int(pieces["asked"]), pre=True)

    def _pre_declined_version(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        self._refuse(node, pieces, "unknown", pre=True)

    def _refuse(self, node: str, pieces: dict[str, str], reason: str, **fields: Any) -> None:
        self.story.emit(VoteRefused, node, None, candidate=pieces["peer"], reason=reason, **fields)

    def _detected(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        leader = pieces["peer"]
        if member.role == "follower":
            self.story.emit(LeaderLearned, node, None, leader=leader, term=member.term)
        else:
            self.story.emit(BecameFollower, node, member.cause, term=member.term, leader=leader, reason=member.reason)
        member.role, member.reason, member.cause = "follower", "", None

    def _abdicates(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        member.cause = self.story.emit(SourceNoted, node, text=text)
        member.reason = "a newer term" + (f", from {pieces['peer']}" if "peer" in pieces else "")

    def _note(self, node: str, member: _Member, pieces: dict[str, str], text: str) -> None:
        self.story.emit(SourceNoted, node, text=text)
