"""A scenario: a cluster, a seed, and what is done to it when. Pure data; a simulation plays it.

The same scenario with the same seed gives the same bytes, on every machine.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from raftlab.core.commands import ChangeMembers
from raftlab.core.errors import ScenarioError
from raftlab.core.events import ClusterCreated, History
from raftlab.core.model import DiskModel, LinkModel, Parameters, Scheduled, Workload

MOST_NODES = 9
"""The largest cluster: what a ring on a projector can show, and two more than anybody should run."""

TOPICS: Final = (
    "first steps", "elections", "the log", "members", "snapshots", "reads", "clients and their store", "disks",
    "networks", "rules taken out",
)  # fmt: skip
"""What scenarios are about, in the order in which one would teach it."""


class Scenario(Struct, frozen=True):
    """What to simulate.

    `histories` are terms, votes and logs that nodes start with; `script` the commands in order of their times;
    `end_us` when it is over (None: it has no end of its own); `teaches` one sentence for lists; `off` the broken
    variants in force. `links`, `clocks` and `disks` are those that differ from the rest (see ClusterCreated).
    `topic` is one of TOPICS, for lists; "" where nobody said.
    """

    name: str = "scenario"
    title: str = ""
    teaches: str = ""
    nodes: tuple[str, ...] = ("n1", "n2", "n3", "n4", "n5")
    seed: int = 1
    parameters: Parameters = Parameters()
    link: LinkModel = LinkModel()
    histories: dict[str, History] = {}
    script: tuple[Scheduled, ...] = ()
    workloads: tuple[Workload, ...] = ()
    end_us: int | None = None
    off: tuple[str, ...] = ()
    learners: tuple[str, ...] = ()
    links: dict[str, dict[str, LinkModel]] = {}
    clocks: dict[str, int] = {}
    disks: dict[str, DiskModel] = {}
    topic: str = ""

    def created(self) -> ClusterCreated:
        """The first event of its trace."""
        return ClusterCreated(
            0,
            None,
            None,
            None,
            self.nodes,
            self.seed,
            self.off,
            self.parameters,
            self.link,
            self.histories,
            tuple(sorted(self.script, key=lambda scheduled: scheduled.at_us)),
            self.workloads,
            self.end_us,
            self.learners,
            self.links,
            self.clocks,
            self.disks,
        )

    def with_nodes(self, count: int) -> Scenario:
        """The same on another number of nodes.

        Raises:
            ScenarioError: the count can't be, or the script names nodes that would be missing.
        """
        if not 1 <= count <= MOST_NODES:
            raise ScenarioError(f"a cluster has 1 to {MOST_NODES} nodes, not {count}")
        nodes = tuple(f"n{number}" for number in range(1, count + 1))
        missing = sorted(name for name in names_in(self) - set(nodes) if not is_alias(name))
        if missing:
            raise ScenarioError(
                f"scenario {self.name!r} names {', '.join(missing)}: it can't run on {count} nodes ({', '.join(nodes)})"
            )
        return replace(self, nodes=nodes)


def is_alias(name: str) -> bool:
    """Whether a name stands for whoever is so when a command is given: leader, follower-1 ..., crashed-1 ..."""
    kind, _, number = name.partition("-")
    return name == "leader" or (kind in ("follower", "crashed") and number.isdigit())


def names_in(scenario: Scenario) -> set[str]:
    """The nodes that a scenario speaks of, but for new servers: those that a change of members brings along."""
    names = {*scenario.histories, *scenario.learners, *scenario.clocks, *scenario.disks, *scenario.links}
    for ways in scenario.links.values():
        names.update(ways)
    names.update(load.node for load in scenario.workloads if load.node is not None)
    brought: set[str] = set()
    for scheduled in sorted(scenario.script, key=lambda scheduled: scheduled.at_us):
        command = scheduled.command
        for field in ("node", "source", "target"):
            name = getattr(command, field, None)
            if isinstance(name, str) and name not in brought:
                names.add(name)
        for group in getattr(command, "groups", ()):
            names.update(name for name in group if name not in brought)
        if isinstance(command, ChangeMembers):
            brought.update(command.voters, command.learners)
    return names
