"""Runs that tests share: random faulted scenarios, cut to a length that suits a test."""

from __future__ import annotations

from msgspec.structs import replace

from raftlab.core.events import Event
from raftlab.core.invariants import Checker
from raftlab.core.scenario import Scenario
from raftlab.sim import Simulation
from raftlab.sim.chaos import campaign


def faulted(seed: int, end_us: int = 3_000_000) -> Scenario:
    """A random scenario with faults, over by `end_us`."""
    scenario = campaign(seed).scenario
    script = tuple(scheduled for scheduled in scenario.script if scheduled.at_us < end_us)
    return replace(scenario, script=script, end_us=end_us)


def record(scenario: Scenario) -> tuple[list[Event], Simulation]:
    """All events of a run, and the simulation at its end."""
    events: list[Event] = []
    simulation = Simulation.begin(scenario, events.append, checker=Checker())
    simulation.run(scenario.end_us or 0)
    return events, simulation
