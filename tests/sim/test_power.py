"""The campaigns' power: rules that are hard to miss by chance are caught, each at a seed that is known to do so."""

from __future__ import annotations

import pytest

from raftlab.engine import Rules
from raftlab.sim.campaign import play
from raftlab.sim.chaos import campaign, flavour
from raftlab.sim.drawing import Drawing
from raftlab.sim.flavours import Disks, FigureEight, Members, Reads, Snapshots


@pytest.mark.parametrize(
    ("variant", "seed", "problem", "drawn"),
    [
        ("change-before-own-commit", 31, "Leader Completeness", Members),
        ("change-while-pending", 160, "Leader Completeness", Members),
        ("config-from-commit", 22, "Leader Completeness", Members),
        ("several-at-once", 124, "Leader Completeness", Members),
        ("read-at-once", 2, "Linearizable Read", Reads),
        ("lease-without-drift", 2, "Linearizable Read", Reads),
        ("vote-before-fsync", 137, "Vote Once", Disks),
        ("forget-vote-at-restart", 209, "Vote Once", Disks),
        ("start-from-torn-disk", 154, "Leader Completeness", Disks),
        ("commit-old-term-by-counting", 5, "Own Term", FigureEight),
        ("append-compacted-again", 44, "Log Matching", Snapshots),
    ],
)
def test_a_flavour_catches_what_it_is_about(variant: str, seed: int, problem: str, drawn: type[Drawing]) -> None:
    what = campaign(seed)

    assert flavour(seed) is drawn
    assert any(text.startswith(problem) for text in play(what, rules=Rules((variant,))).problems)
    assert play(what).problems == (), "the true rules are safe and live there"


def test_every_flavour_is_drawn_and_half_of_all_are_general() -> None:
    drawn = [flavour(seed) for seed in range(1000)]

    assert set(drawn) == {Drawing, Members, Reads, Disks, FigureEight, Snapshots}
    assert 450 < drawn.count(Drawing) < 550
