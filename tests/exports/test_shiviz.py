"""ShiViz logs, read as ShiViz reads them: its pattern finds every event, its clocks have no gaps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from raftlab.core import events as e
from raftlab.core.messages import RequestVote
from raftlab.exports.range import Range
from raftlab.exports.shiviz import shiviz
from raftlab.trace import Timeline
from raftlab.trace.causality import Causality
from raftlab.view.describe import describe
from tests.exports.ranges import real, run, told, whole


def read(text: str) -> list[tuple[str, dict[str, int], str]]:
    """Host, clock and event of each, found with the pattern that the log's first line gives."""
    pattern, empty, log = text.split("\n", 2)
    assert empty == ""
    found = re.finditer(pattern.replace("(?<", "(?P<").replace(r"\n", "\n"), log)
    return [(it["host"], json.loads(it["clock"]), it["event"]) for it in found]


@pytest.mark.parametrize("recorded", [lambda: run("lease-read"), lambda: real().timeline])
@pytest.mark.parametrize("start", [0, 100])
def test_clocks_count_without_gaps_and_know_only_what_is_there(recorded: Callable[[], Timeline], start: int) -> None:
    timeline = recorded()
    asked = Range(start, len(timeline))
    found = read("".join(shiviz(timeline, asked)))

    assert [event for _, _, event in found] == [describe(it) for it in timeline.events(start)]
    counts: dict[str, int] = {}
    for host, clock, _ in found:
        counts[host] = counts.get(host, 0) + 1
        assert clock[host] == counts[host]
        assert all(count <= counts.get(other, 0) for other, count in clock.items())


def test_its_order_is_happens_before() -> None:
    timeline = run("leader-crash", 1_000_000)
    found = read("".join(shiviz(timeline, whole(timeline))))
    causality = Causality(timeline)
    dead = {at for at in range(len(timeline)) if isinstance(timeline.event(at), e.MessageDropped)}

    places = [at for at in range(0, len(timeline), 13) if at not in dead]
    for one in places:
        host, clock, _ = found[one]
        for other in places:
            after = one != other and found[other][1].get(host, 0) >= clock[host]
            assert after == causality.before(one, other), (one, other)


def test_a_message_that_died_tells_its_receiver_nothing() -> None:
    timeline = told(
        e.MessageSent(0, "n1", None, None, "n2", RequestVote(1)),
        e.MessageDropped(1, "n2", 0, None, "n1", "lose"),
    )

    assert [clock for _, clock, _ in read("".join(shiviz(timeline, whole(timeline))))] == [{"n1": 1}, {"n2": 1}]


def test_an_execution_of_modified_raft_is_called_so() -> None:
    timeline = run("second-election", off=("stand-without-raising-term",))
    pattern, delimiter, log = "".join(shiviz(timeline, whole(timeline))).split("\n", 2)

    before, name, events = re.split(delimiter.replace("(?<", "(?P<"), log, flags=re.MULTILINE)
    assert before == ""
    assert name == "modified Raft: stand-without-raising-term"
    assert len(read(f"{pattern}\n\n{events}")) == len(timeline)


def test_a_host_is_one_word_and_its_own() -> None:
    steps = [e.TermAdvanced(0, name, None, None, 1) for name in ("my node", "my_node")]
    timeline = told(*steps, nodes=("my node", "my_node"))

    assert [host for host, _, _ in read("".join(shiviz(timeline, whole(timeline))))] == ["my_node", "my_node'"]
