"""What a scenario shows with a broken variant in a rule's place, and with the true rule."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from raftlab.core import events as e
from raftlab.core.rulebook import RULES, Variant
from raftlab.session import open_scenario
from raftlab.session.lane import header_of
from raftlab.sim.liveness import LateWrites
from tests.runs import record

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.core.scenario import Scenario

BY_ID: dict[str, Variant] = {variant.id: variant for rule in RULES for variant in rule.variants}
"""The variants by their identifiers."""


class Played:
    """A run of a variant's scenario: its events, and the state at the end. `off`: the variant is in force."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.events, simulation = record(scenario)
        self.cluster: Cluster = simulation.cluster

    def all(self, kind: type[Any], **wanted: Any) -> list[Any]:
        """The events of a kind whose fields are so."""
        return [it for it in self.events if type(it) is kind and all(getattr(it, k) == v for k, v in wanted.items())]

    def broken(self) -> list[str]:
        """The invariants that don't hold, in the order in which that is found, each once."""
        return list(dict.fromkeys(it.invariant for it in self.all(e.InvariantBroken)))

    def leaders(self) -> list[tuple[str, int]]:
        """Who led, in which term, in order."""
        return [(it.node, it.term) for it in self.all(e.BecameLeader)]

    def committed(self, node: str) -> int:
        """How far a node has committed in the end."""
        return self.cluster.nodes[node].commit_index


@cache
def played(variant: str, off: bool, seed: int | None = None) -> Played:
    """A variant's scenario, with the variant in force or with the true rule; None: with its own seed."""
    scenario = open_scenario(BY_ID[variant].scenario)
    seed = scenario.seed if seed is None else seed
    return Played(replace(scenario, off=(variant,) if off else (), seed=seed))


def breaks_what_it_says(variant: str, seed: int | None = None) -> bool:
    """Whether exactly what the rulebook says is found broken, the first one first, and nothing with the true rule."""
    said = [it for it in BY_ID[variant].breaks if it != "Liveness"]
    found = played(variant, True, seed).broken()
    return found[:1] == said[:1] and set(found) == set(said) and not played(variant, False, seed).broken()


def is_labelled(variant: str) -> bool:
    """Whether a trace of it says that the rules are modified."""
    return list(header_of(played(variant, True).scenario).modified) == [variant]


def ends_well(run: Played) -> bool:
    """Whether the write that was asked for last was answered."""
    last = run.all(e.ClientAsked, reads=None)[-1]
    return bool(run.all(e.ClientAnswered, client=last.client, sequence=last.sequence, outcome="ok"))


def part_answered(run: Played) -> float:
    """Of the writes that clients asked for in the last third of a run, the part that was carried out, 0 to 1."""
    part = _late_writes(run).part_done
    assert part is not None, "a scenario about life has clients until its end"
    return part


def lives(run: Played) -> bool:
    """Whether a cluster works: of its clients' writes, it carries out nine of ten (the last may still be under way)."""
    return _late_writes(run).lives


def _late_writes(run: Played) -> LateWrites:
    found = LateWrites(run.scenario.end_us or 0)
    for event in run.events:
        found.observe(event)
    return found
