"""What one poll of one member brought back."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, Role
from raftlab.importers.etcd_wire.message import MOST

ROLES: Final[dict[str, Role]] = {
    "Follower": FOLLOWER,
    "Candidate": CANDIDATE,
    "PreCandidate": PRE_CANDIDATE,
    "Leader": LEADER,
}


class PeerProgress(Struct, frozen=True):
    """What a leader believes of a peer."""

    match: int = 0
    next: int = 0
    state: str = ""

    @property
    def word(self) -> str:
        """The state as raftlab spells it: "probe", "replicate", "snapshot"."""
        return self.state.removeprefix("State").removeprefix("ProgressState").lower() or "unknown"


class RaftStatus(Struct, frozen=True):
    """Raft's own status, as /debug/vars prints it. Ids are hexadecimal, "0" is nobody; what is 0 may be left out."""

    role: str = field(default="", name="raftState")
    term: int = 0
    vote: str = "0"
    lead: str = "0"
    commit: int = 0
    applied: int = 0
    progress: dict[str, PeerProgress] | None = None

    def is_possible(self) -> bool:
        """Whether it can be what it says."""
        numbers = [self.term, self.commit, self.applied]
        numbers.extend(number for peer in (self.progress or {}).values() for number in (peer.match, peer.next))
        return min(numbers) >= 0 and max(numbers) < MOST and self.role.removeprefix("State") in ROLES


class Poll(Struct, frozen=True):
    """One line. `t` is when the answer was there, `dt` how long it took, both in seconds; `n` is the member's name.

    Where `raft` is missing, `index` (of the commit), `applied` and `leader` are those of etcd's endpoint status; its
    term is that of the last entry applied, and no use here.
    """

    t: float | str
    n: str = ""
    id: str = ""
    dt: float = 0.0
    error: str = ""
    leader: str | None = None
    index: int | None = None
    applied: int | None = None
    raft: RaftStatus | None = None
