"""Who belongs to the cluster, and how that changes (section 6; dissertation 4)."""

from __future__ import annotations

from raftlab.core.events.base import Event
from raftlab.core.model import CatchUp, Cluster, Config


class ConfigChanged(Event, frozen=True, gc=False):
    """A node uses another configuration from now on (section 6). `index`: its entry (0: the node's first, or a
    snapshot's)."""

    config: Config
    index: int = 0

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.config, node.config_index = self.config, self.index


class ConfigRefused(Event, frozen=True, gc=False):
    """A change of members is not begun, and why.

    Reasons: "pending" (another change isn't committed yet), "leader" (this node doesn't lead; `leader` is the hint),
    "own term" (the leader has committed nothing in its term yet), "several" (a single-server change can't change
    several voters), "joint" (the joint configuration must be left first), "same" (nothing would change), "empty" (no
    voter would be left), "transferring" (the leader hands over just now).
    """

    config: Config
    reason: str
    leader: str | None = None


class CatchUpStarted(Event, frozen=True, gc=False):
    """A leader brings new servers up to date before they vote: a round is all that the log held when it began
    (dissertation 4.2.1). `target` is proposed then."""

    target: Config
    servers: tuple[str, ...]
    up_to: int

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        node.catch_up = CatchUp(self.target, dict.fromkeys(self.servers, (1, self.up_to, self.at_us)))


class CatchUpRound(Event, frozen=True, gc=False):
    """A new server has all that a round asked for; the next round begins (dissertation 4.2.1)."""

    server: str
    round: int
    up_to: int

    def evolve(self, cluster: Cluster) -> None:
        node = cluster.nodes[self.node]
        assert node.catch_up is not None
        rounds = {**node.catch_up.rounds, self.server: (self.round, self.up_to, self.at_us)}
        node.catch_up = CatchUp(node.catch_up.target, rounds)


class CatchUpEnded(Event, frozen=True, gc=False):
    """The new servers are up to date ("done"), or one needs more rounds than it may ("slow": `server`)."""

    outcome: str
    server: str | None = None

    def evolve(self, cluster: Cluster) -> None:
        cluster.nodes[self.node].catch_up = None
