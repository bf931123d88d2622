"""Facts of raft's own log lines become events: the frame that the forms' tellers share.

A teller takes (telling, member, fact) and emits events; a fact that tells nothing new gets back the reason instead, and
is counted under it. Tellers live in raft_roles.py, raft_votes.py and raft_replication.py, each under its form's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core.events import (
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    Event,
    LeaderLearned,
    NodeCrashed,
    NodeObserved,
    NodeRestarted,
    TermAdvanced,
    VoteGranted,
)
from raftlab.core.model import UNKNOWN, UP
from raftlab.core.origin import Origin
from raftlab.importers.raft_member import Member
from raftlab.importers.story import Story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from raftlab.core.messages import AnyMessage
    from raftlab.importers.etcd_wire.onlooker import Onlooker
    from raftlab.importers.fact import Fact
    from raftlab.importers.imported import FileReport
    from raftlab.importers.names import Names

    Teller = Callable[["Telling", Member, Fact], str | None]

TAIL = ("commit", "applied", "last_index", "last_term")
"""What raft's lines print now and then, and what grows unseen as soon as there is a leader."""


class Telling:
    """The state of a telling: the story, the names, who leads which term, what each node has said."""

    def __init__(self, names: Names, leaders: Mapping[str, Fact | str], reports: Sequence[FileReport]) -> None:
        self.story = Story()
        self.names = names
        self.leaders = leaders
        self.reports = reports
        self.members: dict[str, Member] = {}
        self.speaking: set[str] = set()
        self.knows_commits = False
        self.onlooker: Onlooker | None = None

    def tell(self, facts: Iterable[Fact], tellers: Mapping[str, Teller]) -> None:
        """Turn facts, in their final order, into events; account for each in its file's report."""
        for fact in facts:
            report = self.reports[fact.source]
            onlooker = self.onlooker
            if onlooker is not None:
                onlooker.forget(fact.at_us)
            self.story.turn_to(fact.at_us, Origin(report.file, fact.line, fact.stamp))
            before = self.story.told()
            member = self.member(fact.node)
            reason = tellers[fact.form](self, member, fact)
            if onlooker is not None:
                onlooker.catch_up(member, fact)
            if fact.form not in _SPOKEN_BY_OTHERS:
                member.previous = fact
            told = self.story.told() - before
            if told:
                report.told += 1
                report.events += told
            else:
                assert reason, f"a line of the form {fact.form} told nothing and gave no reason"
                report.skip(reason)

    def member(self, identifier: str) -> Member:
        """What the node of that id has said so far."""
        found = self.members.get(identifier)
        if found is None:
            found = self.members[identifier] = Member(self.names.key(identifier), identifier)
        return found

    def name(self, identifier: str) -> str | None:
        """The key of an id; None for 0, which is nobody."""
        return None if identifier in ("0", "") else self.names.key(identifier)

    def emit(self, member: Member, kind: type[Event], cause: int | None = None, **fields: Any) -> int:
        """Let an event of this node happen. A node that speaks for the first time is seen to run."""
        self.introduce(member)
        if member.booting and not member.up and issubclass(kind, _OF_A_RUNNING_PROCESS):
            # A new process speaks, and the log (filtered, say) lacks the line by which it said that it starts.
            self.story.emit(NodeRestarted, member.name)
            member.up = True
        if kind is VoteGranted and not fields.get("pre"):
            member.voted = fields["candidate"]
        return self.story.emit(kind, member.name, cause, **fields)

    def introduce(self, member: Member) -> None:
        """A node that nobody has seen yet: it writes, so it runs."""
        if not member.introduced:
            member.introduced = member.up = True
            self.story.emit(NodeObserved, member.name, id=member.id, status=UP)

    def send(self, member: Member, to: str, message: AnyMessage, fact: Fact, cause: int | None) -> int:
        """A message leaves; others may call this fact's event their cause."""
        self.introduce(member)
        arrives = fact.arrival is not None
        if fact.payload is not None and self.onlooker is not None:
            message = self.onlooker.message(fact.payload)  # a wire capture shows all of it
        fact.position = self.story.send(member.name, self.names.key(to), message, cause, arrives=arrives)
        return fact.position

    def arrive(self, member: Member, sender: str, message: AnyMessage | None, fact: Fact) -> int:
        """A message arrives, and what follows is led to by it."""
        self.introduce(member)
        sending = fact.sending.position if fact.sending is not None else None
        position = self.story.arrive(member.name, self.names.key(sender), message, sending)
        member.triggered(position, fact)
        if self.onlooker is not None:
            self.onlooker.receive_later(member, fact, position)
        return position

    def advance(self, member: Member, term: int, cause: int | None) -> None:
        """The node's term is at least this."""
        if member.term is None or term > member.term:
            self.emit(member, TermAdvanced, cause, term=term)
            member.term, member.vote_known, member.voted = term, True, None
            member.leader = None

    def crash(self, member: Member) -> None:
        """The node's process has ended."""
        if member.up:
            self.emit(member, NodeCrashed)
            member.up, member.role, member.leader = False, None, None
            member.progress.clear()
            member.trigger = member.trigger_fact = None

    def show_end(self, member: Member, term: int, index: int, vote: str | None = None) -> None:
        """A line prints where the node's log ends, and perhaps its vote: observed, if that is news."""
        observed: dict[str, Any] = {}
        if self.sees_log(member):
            assert self.onlooker is not None
            self.onlooker.replicas.end_at(member, index, term)
        elif not member.wal and (member.end != (term, index) or not member.tail_told):
            observed.update(last_index=index, last_term=term)
            member.end, member.tail_told = (term, index), True
        member.led_at = member.term if member.leader is not None else None
        if vote is not None and not member.vote_known:
            observed["vote"] = member.voted = self.name(vote)
            member.vote_known = True
        if observed:
            self.emit(member, NodeObserved, **observed)

    def follows(self, member: Member, leader: str | None) -> None:
        """The node hears of a leader (its name): from now on its log grows unseen."""
        member.leader = leader
        if leader is None:
            return
        member.booting = False
        if self.sees_log(member):
            member.led_at = member.term
            self.lose_applied(member)
            return
        if member.led_at is not None and member.led_at != member.term:
            member.end = None
        member.led_at = member.term
        self.lose_tail(member)

    def sees_log(self, member: Member) -> bool:
        """Whether the messages show how the node's log grows."""
        return self.onlooker is not None and member.id in self.onlooker.peers

    def lose_applied(self, member: Member) -> None:
        """What was printed of how far it has applied is true no longer; polls, if there are any, say it anew."""
        onlooker = self.onlooker
        if onlooker is None or onlooker.is_polled or onlooker.state(member).last_applied is UNKNOWN:
            return
        self.emit(member, NodeObserved, unknown=("applied",))

    def _lost(self, member: Member) -> tuple[str, ...]:
        """A WAL tells where the log ends, and its commit index if that has a time; not what has been applied."""
        if not member.wal:
            return TAIL
        return ("applied",) if member.timed else ("commit", "applied")

    def lose_tail(self, member: Member) -> None:
        """What was printed of the log's end and the commit index is true no longer."""
        if member.tail_told:
            member.tail_told = False
            self.emit(member, NodeObserved, unknown=self._lost(member))

    def readable(self, text: str) -> str:
        """A source's text with names in the place of ids."""
        for identifier in self.names.identifiers():
            text = text.replace(identifier, self.names.key(identifier))
        return text


_SPOKEN_BY_OTHERS = frozenset({"note", "fatal", "removed", "wire", "poll", "poll_error"})
_OF_A_RUNNING_PROCESS = (
    TermAdvanced, BecameFollower, BecamePreCandidate, BecameCandidate, BecameLeader, LeaderLearned,
)  # fmt: skip
