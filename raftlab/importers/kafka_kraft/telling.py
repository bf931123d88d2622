"""From quorum states to events. Kafka's epoch is the term.

A node prints its state whenever it changes: role, epoch, and what the role knows. A follower of the older versions
doesn't print its vote: it is what the states before have told, or unknown where the log begins with it. Offsets count
from 0 and the high watermark is the first offset that is NOT committed, so as a number it is the index, counted from 1,
of the last committed entry.
"""

from __future__ import annotations

import re
from typing import Any, Final

from msgspec import Struct

from raftlab.core.events import (
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    CommitAdvanced,
    ConfigChanged,
    LeaderLearned,
    NodeObserved,
    NodeRestarted,
    SourceNoted,
    TermAdvanced,
    VoteCounted,
    VoteGranted,
)
from raftlab.core.log import UNKNOWN
from raftlab.core.model import UP, Config
from raftlab.importers.kafka_kraft.lines import QuorumState
from raftlab.importers.story import Story

_WATERMARK: Final = re.compile(
    r"High watermark set to (?:Optional\[)?LogOffsetMetadata\(offset=(\d{1,18})\b.*? for epoch \d+", re.ASCII
)
_OFFSET: Final = re.compile(r"\boffset=(\d{1,18})\b", re.ASCII)
STATES: Final = ("Unattached", "Voted", "Follower", "Prospective", "Candidate", "Leader", "Resigned")


class _Node(Struct):
    term: int | None = None
    role: str = ""
    vote: str | None = UNKNOWN
    commit: int = 0
    voters: tuple[str, ...] = ()
    cause: int | None = None


class Telling:
    """The state of a telling."""

    def __init__(self) -> None:
        self.story = Story()
        self._nodes: dict[str, _Node] = {}

    def transition(self, name: str, state: QuorumState, former: QuorumState | None, *, first: bool) -> str | None:
        """A node enters a state. `first`: the line says that there was none before, so its process has just begun."""
        epoch = state.epoch()
        if epoch is None:
            return "a quorum state without an epoch"
        seen = name in self._nodes
        node = self._node(name)
        if seen and first:
            self.story.emit(NodeRestarted, name)
            node.role, node.commit = "", 0
        if former is not None:
            self._count(name, node, former)
        before = self.story.told()
        self._enter_term(name, node, epoch, state)
        self._role(name, node, state, epoch)
        self._vote(name, node, state, epoch)
        self._surroundings(name, node, state)
        return None if self.story.told() > before else "a quorum state that repeats what earlier ones said"

    def watermark(self, name: str, text: str) -> str | None:
        """A node's high watermark rises."""
        found = _WATERMARK.match(text)
        return self._commit(name, self._node(name), int(found[1])) if found is not None else "not about raft"

    def note(self, name: str, text: str) -> None:
        """What a node's Raft client says beside its states."""
        node = self._node(name)
        node.cause = self.story.emit(SourceNoted, name, text=text)

    def _node(self, name: str) -> _Node:
        node = self._nodes.get(name)
        if node is None:
            node = self._nodes[name] = _Node()
            self.story.emit(NodeObserved, name, id=name, status=UP)
        return node

    def _count(self, name: str, node: _Node, former: QuorumState) -> None:
        """The answers that the state printed as the former one had gathered; its own vote is told already."""
        if node.role not in ("Candidate", "Prospective") or former.name != node.role or former.epoch() != node.term:
            return
        for voter, answer in former.answers.items():
            if answer in ("GRANTED", "REJECTED") and voter != name:
                pre = node.role == "Prospective"
                granted = answer == "GRANTED"
                node.cause = self.story.emit(
                    VoteCounted, name, None, voter=voter, granted=granted, term=node.term, pre=pre
                )

    def _enter_term(self, name: str, node: _Node, epoch: int, state: QuorumState) -> None:
        if node.term is None or epoch < node.term:
            node.vote = self._told_vote(name, state)
            fields: dict[str, Any] = {"unknown": ("vote",)} if node.vote is UNKNOWN else {"vote": node.vote}
            self.story.emit(NodeObserved, name, term=epoch, **fields)
        elif epoch > node.term:
            self.story.emit(TermAdvanced, name, node.cause, term=epoch)
            node.vote = None
        node.term = epoch

    def _role(self, name: str, node: _Node, state: QuorumState, epoch: int) -> None:
        leader = state.leader()
        if state.name == "Candidate":
            node.cause = self.story.emit(BecameCandidate, name, node.cause, term=epoch)
            self.story.emit(VoteGranted, name, node.cause, candidate=name, term=epoch)
            self.story.emit(VoteCounted, name, node.cause, voter=name, granted=True, term=epoch)
            node.vote = name
        elif state.name == "Prospective":
            node.cause = self.story.emit(BecamePreCandidate, name, node.cause, term=epoch)
            if leader is not None:
                self.story.emit(LeaderLearned, name, node.cause, leader=leader, term=epoch)
        elif state.name == "Leader":
            self.story.emit(BecameLeader, name, node.cause, term=epoch)
            node.cause = None
        elif state.name != "Voted" or node.role not in ("Unattached", "Voted"):
            reason = "it resigns" if state.name == "Resigned" and node.role == "Leader" else ""
            self.story.emit(BecameFollower, name, node.cause, term=epoch, leader=leader, reason=reason)
            node.cause = None
        node.role = state.name

    def _vote(self, name: str, node: _Node, state: QuorumState, epoch: int) -> None:
        """A vote that the state shows and that hasn't been told. One that was told is never taken back."""
        vote = self._told_vote(name, state)
        if vote is UNKNOWN or vote is None or vote == node.vote:
            return
        node.vote = vote
        self.story.emit(VoteGranted, name, node.cause, candidate=vote, term=epoch)

    def _told_vote(self, name: str, state: QuorumState) -> str | None:
        if state.name in ("Candidate", "Leader", "Resigned"):
            return name  # whoever leads, or led, has stood for election, with its own vote
        if state.prints_vote() or state.name == "Unattached":
            return state.vote()  # the older versions' Unattached has no vote: having one is a state of its own
        unknown: str | None = UNKNOWN
        return unknown

    def _surroundings(self, name: str, node: _Node, state: QuorumState) -> None:
        voters = state.voters()
        if voters and voters != node.voters:
            node.voters = voters
            self.story.emit(ConfigChanged, name, None, config=Config(voters))
        found = _OFFSET.search(state.fields.get("highWatermark", ""))
        if found is not None:
            self._commit(name, node, int(found[1]))

    def _commit(self, name: str, node: _Node, index: int) -> str | None:
        if index <= node.commit:
            return "a high watermark that repeats what earlier lines said"
        node.commit = index
        self.story.emit(CommitAdvanced, name, None, index=index)
        return None
