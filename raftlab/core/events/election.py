"""Terms, roles and votes (5.1, 5.2, 5.4.1; PreVote and transfer: the dissertation)."""

from __future__ import annotations

from raftlab.core.events.base import Event
from raftlab.core.log import UNKNOWN
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, Cluster


class TermAdvanced(Event, frozen=True, gc=False):
    """A node's current term rises; in the new term it has voted for nobody and knows no leader (5.1)."""

    term: int

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.current_term = self.term
        node.voted_for = None
        node.leader = None


class BecameFollower(Event, frozen=True, gc=False):
    """A node becomes, or starts as, a follower (5.1, 5.2)."""

    term: int = UNKNOWN
    leader: str | None = None
    reason: str = ""

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.role = FOLLOWER
        node.leader = self.leader
        node.votes = {}
        node.progress = {}
        node.acked = {}
        node.waiting = {}
        node.transfer_to = node.catch_up = None
        node.leases = {}


class BecamePreCandidate(Event, frozen=True, gc=False):
    """A node asks whether it could win, before it raises its term (dissertation 9.6)."""

    term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.role = PRE_CANDIDATE
        node.leader = None
        node.votes = {}


class BecameCandidate(Event, frozen=True, gc=False):
    """A node stands for election in its current term (5.2)."""

    term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.role = CANDIDATE
        node.leader = None
        node.votes = {}


class BecameLeader(Event, frozen=True, gc=False):
    """A candidate has the votes of a majority: it leads its term (5.2)."""

    term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.role = LEADER
        node.leader = self.node
        node.progress = {}
        node.acked = {}
        node.waiting = {}
        node.lease_broken = False


class LeaderLearned(Event, frozen=True, gc=False):
    """A node hears who leads its term; None: it no longer knows (5.2)."""

    leader: str | None
    term: int = UNKNOWN

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].leader = self.leader


class VoteGranted(Event, frozen=True, gc=False):
    """A voter gives its vote of this term to a candidate, itself perhaps (5.2). A pre-vote binds nobody."""

    candidate: str
    term: int = UNKNOWN
    pre: bool = False

    def evolve(self, cluster: Cluster) -> None:
        if not self.pre:
            cluster.nodes[self.node].voted_for = self.candidate


class VoteRefused(Event, frozen=True, gc=False):
    """A voter says no, and why.

    Reasons: "voted" (for another one, in this term), "log" (the candidate's log is behind), "term" (the request is of
    an older term), "lease" (a leader was heard of lately), "learner", "unknown".
    """

    candidate: str
    reason: str
    term: int = UNKNOWN
    pre: bool = False


class VoteCounted(Event, frozen=True, gc=False):
    """A candidate counts an answer (5.2)."""

    voter: str
    granted: bool
    term: int = UNKNOWN
    pre: bool = False

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].votes[self.voter] = self.granted


class TransferStarted(Event, frozen=True, gc=False):
    """A leader begins to hand over; None: it has given that up (dissertation 3.10)."""

    target: str | None

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.transfer_to = self.target
        node.lease_broken = True
