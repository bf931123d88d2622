"""A run of a scenario that ships, and looking at its events."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec.structs import replace

from raftlab.core import events as e
from raftlab.core.messages import AppendEntries
from raftlab.core.scenario import Scenario
from raftlab.session import open_scenario
from tests.runs import record


class Run:
    """What happened, from the first event to the end."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.events, simulation = record(scenario)
        self.cluster = simulation.cluster

    def all(self, kind: type[Any], after: float = 0, before: float = 1e9, **wanted: Any) -> list[Any]:
        """The events of a kind in [after, before) seconds whose fields are so."""
        return [
            event
            for event in self.events
            if type(event) is kind
            and after * 1_000_000 <= event.at_us < before * 1_000_000
            and all(getattr(event, field) == value for field, value in wanted.items())
        ]

    def leaders(self, after: float = 0, before: float = 1e9) -> list[str]:
        """Who became leader, in order."""
        return [event.node for event in self.all(e.BecameLeader, after, before)]

    def committed(self, after: float, before: float) -> int:
        """How many entries the leaders' clients were told of."""
        return len(self.all(e.ClientAnswered, after, before, outcome="ok"))

    def sent(self, message: type[Any], after: float = 0, before: float = 1e9, **wanted: Any) -> list[Any]:
        """The messages of a kind that were sent."""
        sent = self.all(e.MessageSent, after, before, **wanted)
        return [event.message for event in sent if type(event.message) is message]

    def entries(self, after: float, before: float) -> list[int]:
        """How many entries each AppendEntries carried that carried any."""
        return [len(it.entries) for it in self.sent(AppendEntries, after, before) if it.entries]

    def values(self, key: str) -> set[str | None]:
        """What the running servers hold under a key at the end."""
        return {node.machine.value(key) for node in self.cluster.nodes.values() if node.status.value == "up"}


@cache
def shipped(name: str) -> Run:
    """The run of a scenario as it ships."""
    return Run(open_scenario(name))


def changed(name: str, **parameters: Any) -> Run:
    """The same with other parameters."""
    scenario = open_scenario(name)
    return Run(replace(scenario, parameters=replace(scenario.parameters, **parameters)))
