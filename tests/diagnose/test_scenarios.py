"""Our own runs: what the scenario did is what the diagnosis says, with the trace's lines as evidence."""

from __future__ import annotations

import pytest

from raftlab.diagnose import as_text, times_of
from raftlab.diagnose.finding import (
    DISRUPTIVE,
    ENDED,
    LEADERLESS,
    LINKS,
    OVERWRITTEN,
    SKEWED,
    SLOW,
    STEPPED_DOWN,
    UNANSWERED,
)
from tests.diagnose.simulated import simulated
from tests.diagnose.truth import answer, answers


def test_a_one_way_link_names_who_sends_and_does_not_hear() -> None:
    found, timeline = simulated("one-way-partition")
    assert found.verdict.startswith("Not healthy: n3 disrupted the cluster (it could send but did not hear its leader)")
    disruptive = answer(found, DISRUPTIVE)
    assert disruptive.nodes[0] == "n3"
    assert "while n2 and n1 led" in disruptive.answer
    assert "its log stood still at entry 4 of term 1" in disruptive.answer
    assert "the links to it from n1 and n2 were cut, those from it were not" in disruptive.answer
    assert "6 leaders stepped down because of higher terms that n3 had begun" in answer(found, STEPPED_DOWN).answer
    assert answer(found, LINKS).nodes[:2] == ("n1", "n3")
    deaf = answer(found, UNANSWERED, "never answered n3")
    assert "did answer, but no answer reached n3" in deaf.answer
    first = disruptive.evidence[0]
    assert first.file == "one-way-partition.trace"
    event = timeline.event(first.line - 2)
    assert first.text.startswith(f"event {first.line - 2}: ")
    assert event.node == "n2"
    text = as_text(found, times_of(timeline))
    assert text.splitlines()[3] == "1. which node is disruptive? [exact]"


@pytest.mark.parametrize("scenario", ["disruptive-server", "removed-server-disrupts"])
def test_a_server_that_was_away_disrupts(scenario: str) -> None:
    found, _ = simulated(scenario)
    assert answer(found, DISRUPTIVE).nodes[0] == {"disruptive-server": "n5"}.get(scenario, "n4")


def test_a_crashed_leader() -> None:
    found, _ = simulated("leader-crash")
    down = answer(found, STEPPED_DOWN)
    assert down.answer.startswith(f"{down.nodes[0]}, leader of term 1, crashed at 2.")
    assert down.confidence == "exact"
    assert answer(found, LEADERLESS).from_us == down.from_us
    assert answers(found, DISRUPTIVE) == []


def test_pre_vote_keeps_the_peace() -> None:
    found, _ = simulated("pre-vote")
    assert answers(found, DISRUPTIVE) == answers(found, STEPPED_DOWN) == answers(found, LEADERLESS) == []
    assert found.verdict == "Not healthy: n5 was cut off from its leader n1."


def test_clocks_disks_pauses_and_overwritten_entries() -> None:
    assert answer(simulated("clock-drift")[0], SKEWED).nodes == ("n3",)
    assert (
        "unseated 3 working leaders" in simulated("clock-drift")[0].verdict
        or "n3" in simulated("clock-drift")[0].verdict
    )
    assert answer(simulated("slow-disk")[0], SLOW).answer.startswith("The disk of n3 was slow")
    assert "stood still" in answer(simulated("transfer-aborted")[0], ENDED).answer
    assert len(answers(simulated("symmetric-partition")[0], OVERWRITTEN)) == 2
