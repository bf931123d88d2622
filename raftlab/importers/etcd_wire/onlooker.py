"""Who sees nothing but the messages, and concludes what follows from them by Raft's rules: no less, and no more.

A message shows how its sender stands at that moment; what arrives changes its receiver in a way that can be foretold as
far as the receiver's state is known. It is known for a while only: a node's election timer runs unseen, and so does
its crash. etcd refuses election timeouts of less than five heartbeats, so whoever has just been sent a heartbeat won't
stand for election for that long; after that an onlooker knows nothing any more, until the node says something.

Members whose own logs are given tell their roles themselves; of these the onlooker tells only the rest. What it knows
of a node is the fold of the events told so far, whoever told them.

`roles` has what concerns terms, votes and leaders, `replicas` what concerns the logs.
"""

from __future__ import annotations

from operator import attrgetter
from statistics import median
from typing import TYPE_CHECKING, Final

from raftlab.core.events import NodeObserved
from raftlab.core.model import FOLLOWER, LEADER, UNKNOWN, Cluster, Node
from raftlab.importers.etcd_wire import receipts
from raftlab.importers.etcd_wire.message import BY_LEADER, HEARTBEAT_US, Wire, message_of
from raftlab.importers.etcd_wire.replicas import Replicas

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.core.messages import AnyMessage
    from raftlab.importers.fact import Fact
    from raftlab.importers.raft_member import Member
    from raftlab.importers.raft_telling import Telling

OF_OBSERVERS: Final = frozenset({"wire", "poll", "poll_error"})
"""Forms of facts that no member tells of itself."""

_LOGGED: Final = frozenset({"new_raft", "became_follower", "became_candidate", "became_pre_candidate", "became_leader"})
_STATE: Final[tuple[str, ...]] = ("role", "term", "vote", "leader", "commit", "applied", "last_index", "last_term")
_TAIL: Final[tuple[str, ...]] = ("last_index", "last_term")


def look_on(telling: Telling, streams: Sequence[Sequence[Fact]]) -> None:
    """Give the telling an onlooker, if anybody looked on: a tap on the wire, or somebody who asked."""
    facts = [fact for stream in streams for fact in stream]
    if any(fact.form in OF_OBSERVERS for fact in facts):
        telling.onlooker = Onlooker(telling, facts)


class Onlooker:
    """What messages, and polls, let one know.

    `logged` are the ids of members whose logs tell their roles, `elected` the (id, term) whose election a log tells.
    `peers` are those that the messages speak of. `led` are the (id, term) of leaders that were told, `votes` what a
    node voted in a term, `heard` when a leader had whose answer last. `silent` is how each member that doesn't answer
    polls fails to; `ends_told` are leaders whose log's end a poll has told.
    """

    def __init__(self, telling: Telling, facts: Sequence[Fact]) -> None:
        wires = [fact for fact in facts if fact.form == "wire"]
        self.telling = telling
        self.is_wired, self.is_polled = bool(wires), any(fact.form == "poll" for fact in facts)
        self.logged = {fact.node for fact in facts if fact.form in _LOGGED}
        self.elected = {(fact.node, int(fact.args[0])) for fact in facts if fact.form == "became_leader"}
        self.peers: set[str] = set()
        self._last_words: set[int] = set()
        self.silent: dict[str, str] = {}
        self.silent_unseen: set[str] = set()
        self.ends_told: set[str] = set()
        self.heartbeat_us = self._look_through(wires)
        self.led: set[tuple[str, int]] = set()
        self.votes: dict[tuple[str, int], str] = {}
        self.heard: dict[str, dict[str, int]] = {}
        self._cluster = Cluster.empty()
        self._due: dict[str, int] = {}
        self._next_due = 0
        self._later: dict[str, tuple[Fact, Fact, int]] = {}
        stored = (fact.payload.entry for fact in facts if fact.form == "wal_entry")
        self.replicas = Replicas(self, wires, {(entry.index, entry.term): entry for entry in stored})

    def _look_through(self, wires: Iterable[Fact]) -> int:
        """Who takes part, how far heartbeats are apart, and after which of its messages a leader falls silent."""
        last: dict[tuple[str, str], int] = {}
        gaps = []
        ordered = sorted(wires, key=attrgetter("at_us"))
        for fact in ordered:
            self.peers |= {fact.node, fact.args[0]}
            if fact.payload.type == "MsgHeartbeat":
                link = fact.node, fact.args[0]
                if link in last:
                    gaps.append(fact.at_us - last[link])
                last[link] = fact.at_us
        heartbeat_us = max(1_000, round(median(gaps))) if len(gaps) > 8 else HEARTBEAT_US
        spoke: dict[str, Fact] = {}
        for fact in ordered:
            if fact.payload.type in BY_LEADER:
                before = spoke.get(fact.node)
                if before is not None and fact.at_us - before.at_us > 2 * heartbeat_us:
                    self._last_words.add(id(before))
                spoke[fact.node] = fact
        if ordered:
            # Who says nothing up to the end had better not fall silent long before it.
            end_us = ordered[-1].at_us
            self._last_words |= {id(it) for it in spoke.values() if end_us - it.at_us > 2 * heartbeat_us}
        return heartbeat_us

    def fall_silent(self, leader: Member, fact: Fact) -> None:
        """A leader sends nothing for a while after this: whether its log grows meanwhile nobody can see."""
        if id(fact) in self._last_words:
            state = self.state(leader)
            if state.role is LEADER and state.log.last_index is not UNKNOWN:
                self.telling.emit(leader, NodeObserved, unknown=_TAIL)
                leader.end, leader.tail_told = None, False

    def state(self, member: Member) -> Node:
        """How the node stands after all that was told."""
        cluster, events = self._cluster, self.telling.story.events
        if cluster.position < len(events):
            cluster.fold(events[cluster.position :])
        return cluster.nodes[member.name]

    def is_known(self, member: Member) -> bool:
        """Whether the node's term is known at this moment."""
        return self.state(member).current_term is not UNKNOWN

    def message(self, wire: Wire) -> AnyMessage:
        """Our message, with the entries' texts where a WAL tells them."""
        return message_of(wire, self.telling.names, self.replicas.entries(wire))

    # --- receipts that a log tells -----------------------------------------------------------------------------

    def receive_later(self, member: Member, fact: Fact, receipt: int) -> None:
        """A log tells a receipt; its next lines say what becomes of the node, and then follows what this one shows."""
        if fact.sending is not None and isinstance(fact.sending.payload, Wire):
            self._later[member.id] = fact, fact.sending, receipt

    def catch_up(self, member: Member, after: Fact | None) -> None:
        """The node has said what became of it: what follows from what it received before?"""
        if self._later and member.id in self._later and self._later[member.id][0] is not after:
            _, sending, receipt = self._later.pop(member.id)
            receipts.show_receipt(self, member, self.telling.member(sending.node), sending.payload, receipt)

    # --- for how long ------------------------------------------------------------------------------------------

    def trust(self, member: Member, heartbeats: float = 5) -> None:
        """What is known of this node holds for a while from now on."""
        due = self.telling.story.now_us + round(self.heartbeat_us * heartbeats)
        self._due[member.id] = max(due, self._due.get(member.id, 0))
        self._next_due = min(self._next_due, due)

    def hear(self, leader: Member, peer: str) -> None:
        """A leader gets an answer: it leads for a while, if a majority answers."""
        heard = self.heard.setdefault(leader.id, {})
        heard.pop(peer, None)
        heard[peer] = self.telling.story.now_us
        others = len(self.peers) // 2
        if len(heard) >= others > 0:
            oldest = list(heard.values())[-others]
            self._due[leader.id] = max(oldest + 5 * self.heartbeat_us, self._due.get(leader.id, 0))

    def forget(self, until_us: int) -> None:
        """What nothing has confirmed for too long isn't known any more."""
        if until_us <= self._next_due:
            return
        for identifier, due in sorted(self._due.items(), key=lambda each: (each[1], each[0])):
            if due < until_us:
                del self._due[identifier]
                self._lose(self.telling.member(identifier), due)
        self._next_due = min(self._due.values(), default=until_us + self.heartbeat_us)

    def _lose(self, member: Member, at_us: int) -> None:
        if member.id in self.logged:
            return
        self.telling.story.turn_to(at_us, None)
        self.telling.emit(member, NodeObserved, unknown=_STATE)

    def is_steady_follower(self, member: Member, leader: str, term: int) -> bool:
        """Whether the node is known to follow this leader (its name) already."""
        state = self.state(member)
        return state.role is FOLLOWER and state.current_term == term and state.leader == leader
