"""Scenarios as YAML: what is written reads back as the same, and what can't be is refused aloud."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from raftlab.core.commands import (
    AnyCommand,
    Crash,
    DropMessage,
    Heal,
    Partition,
    Pause,
    Propose,
    Restart,
    Resume,
    SetLink,
    SetParameter,
    SetTimer,
)
from raftlab.core.events import History
from raftlab.core.model import Entry, LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import Scenario
from raftlab.core.times import parse_duration
from raftlab.documents import read_scenario
from raftlab.documents.writing import write_duration, write_part, write_scenario, write_text
from raftlab.session import open_scenario
from raftlab.session.opening import scenario_names
from raftlab.sim.campaign import campaign


def back(scenario: Scenario) -> Scenario:
    return read_scenario(write_scenario(scenario), scenario.name, "test.yaml")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 3))
def test_a_random_campaign_comes_back(seed: int, rounds: int) -> None:
    scenario = campaign(seed, rounds).scenario

    assert back(scenario) == scenario


@pytest.mark.parametrize("name", scenario_names())
def test_what_ships_comes_back(name: str) -> None:
    scenario = open_scenario(name)

    assert back(scenario) == scenario


LETTERS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@settings(max_examples=200, deadline=None)
@given(LETTERS, LETTERS, LETTERS)
def test_any_text_comes_back(title: str, teaches: str, text: str) -> None:
    script = (Scheduled(1, Propose(text)), Scheduled(2, Propose(text, "n2", title)))
    scenario = Scenario(
        title=title, teaches=teaches, workloads=(Workload(1, text), Workload(2, title, 5, "me")), script=script
    )

    assert back(scenario) == scenario


@given(st.integers(0, 10**12))
def test_any_time_comes_back(time_us: int) -> None:
    assert parse_duration(write_duration(time_us)) == time_us


@given(st.builds(LinkModel, *[st.integers(0, 10**7)] * 2, *[st.integers(0, 10**6)] * 2, st.booleans()))
def test_any_link_comes_back(link: LinkModel) -> None:
    scenario = Scenario(link=link, end_us=0)

    assert back(scenario) == scenario


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (Crash("leader"), "{at: 1.5s, crash: leader}"),
        (Restart("crashed-1"), "{at: 1.5s, restart: crashed-1}"),
        (Pause("n1"), "{at: 1.5s, pause: n1}"),
        (Resume("n1"), "{at: 1.5s, resume: n1}"),
        (Heal(), "{at: 1.5s, heal: }"),
        (Propose("x=3"), '{at: 1.5s, propose: "x=3"}'),
        (Propose("x=3", "n2"), '{at: 1.5s, propose: {text: "x=3", node: n2}}'),
        (Partition((("n1", "n2"), ("n3",))), "{at: 1.5s, partition: [[n1, n2], [n3]]}"),
        (SetTimer("n1", 20_000), "{at: 1.5s, timer: {node: n1, after: 20ms}}"),
        (SetTimer("n1", 0, "heartbeat"), "{at: 1.5s, timer: {node: n1, after: 0s, timer: heartbeat}}"),
        (
            SetLink("n1", "n2", both=True, cut=False, latency_us=1, loss_ppm=2500),
            "{at: 1.5s, link: {from: n1, to: n2, both: true, cut: false, latency: 1us, loss: 0.25%}}",
        ),
        (SetParameter("back_off", "by_term"), "{at: 1.5s, set: {back-off: by-term}}"),
        (SetParameter("heartbeat_interval_us", 40_500), "{at: 1.5s, set: {heartbeat-interval: 40.5ms}}"),
    ],
)
def test_a_command_is_written_as_people_write_it(command: AnyCommand, line: str) -> None:
    scenario = Scenario(nodes=("n1", "n2", "n3"), script=(Scheduled(1_500_000, command),))

    assert f"  - {line}\n" in write_scenario(scenario)


def test_both_ends_of_a_range_stand_in_one_line() -> None:
    ends = (SetParameter("election_timeout_min_us", 200_000), SetParameter("election_timeout_max_us", 1_000_000))
    scenario = Scenario(script=tuple(Scheduled(0, it) for it in ends))

    assert "{at: 0s, set: {election-timeout: 200ms-1s}}" in write_scenario(scenario)


def test_only_what_is_unusual_is_written() -> None:
    parameters = Parameters(election_timeout_max_us=400_000, noop_on_election=True)
    scenario = Scenario(
        "small", "small", nodes=("n1", "n2"), seed=3, parameters=parameters, link=LinkModel(loss_ppm=100_000),
        workloads=(Workload(200_000),), end_us=6_000_000,
    )  # fmt: skip

    assert write_scenario(scenario) == (
        "nodes: 2\n"
        "seed: 3\n"
        "parameters: {election-timeout: 150ms-400ms, noop-on-election: true}\n"
        "link: {loss: 10%}\n"
        "until: 6s\n"
        'workload: {every: 200ms, text: "x={n}"}\n'
    )


def test_a_client_of_the_usual_name_is_not_named() -> None:
    scenario = Scenario(workloads=(Workload(1, client="c1"), Workload(2, client="c2"), Workload(3, client="c1")))

    text = write_scenario(scenario)

    assert read_scenario(text, scenario.name, "test.yaml") == scenario
    assert text.count("client: ") == 1


def test_histories_come_back() -> None:
    log = (Entry(1, 1), Entry(2, 4, "normal", "x=1"))
    scenario = Scenario(nodes=("on", "b"), histories={"on": History(6, "b", log), "b": History()})

    assert back(scenario) == scenario


def test_words_that_yaml_takes_for_something_else_stand_in_quotes() -> None:
    assert [write_text(word) for word in ("n1", "On", "null", "1", "")] == ["n1", '"On"', '"null"', '"1"', '""']


def test_times_and_parts_are_short() -> None:
    times = (0, 40, 1_000, 1_234, 250_000, 1_500_000, 12_345_678, 3_600_000_000)
    assert [write_duration(it) for it in times] == [
        "0s", "40us", "1ms", "1.234ms", "250ms", "1.5s", "12.345678s", "3600s",
    ]  # fmt: skip
    assert [write_part(it) for it in (0, 1, 2_500, 100_000, 1_000_000)] == ["0%", "0.0001%", "0.25%", "10%", "100%"]


PLAIN = Scenario()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"off": ("vote-twice",)}, "can't take rules out: vote-twice"),
        ({"script": (Scheduled(0, DropMessage(7)),)}, "no words for DropMessage"),
        ({"script": (Scheduled(0, SetParameter("election_timeout_min_us", 7)),)}, "no words for SetParameter"),
        ({"script": (Scheduled(0, Crash("n9")),)}, "there is no node 'n9'"),
        ({"histories": {"n1": History(1, None, (Entry(1, 1, "noop"),))}}, "no words for all of"),
        ({"parameters": Parameters(back_off="by_luck")}, "no words for back_off='by_luck'"),
    ],
)
def test_what_has_no_words_is_refused_aloud(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(why)):
        write_scenario(replace(Scenario(), **changed))
