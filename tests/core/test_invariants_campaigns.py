"""The checker on real runs: campaigns of the true rules are clean, told as they happen or decoded from a trace."""

from __future__ import annotations

import msgspec
import pytest

from raftlab.core.events import AnyEvent, Event
from raftlab.core.invariants import Checker
from raftlab.sim import Simulation
from tests.runs import faulted

_END_US = 12_000_000


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_random_campaigns_are_clean(first: int) -> None:
    for seed in range(first, first + 10):
        checker = Checker()
        simulation = Simulation.begin(faulted(seed, _END_US), lambda event: None, checker=checker)

        simulation.run(_END_US)

        assert checker.broken == [], seed
        assert simulation.cluster.position > 20, seed


def test_a_decoded_trace_is_found_as_clean() -> None:
    encode, decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(AnyEvent).decode
    for seed in range(6):
        events, checker = list[Event](), Checker()
        Simulation.begin(faulted(seed, _END_US), events.append).run(_END_US)

        for position, event in enumerate(events):
            checker.observe(position, decode(encode(event)))

        assert checker.broken == [], seed
