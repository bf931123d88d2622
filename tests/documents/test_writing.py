"""Scenarios as YAML: what is written reads back as the same, and what can't be is refused aloud."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from raftlab.core.commands import (
    AnyCommand,
    ChangeMembers,
    Crash,
    DropMessage,
    DuplicateMessage,
    Heal,
    KeepAlive,
    LeaveJoint,
    Partition,
    Pause,
    Propose,
    Read,
    Remove,
    Restart,
    Resume,
    SetClock,
    SetDisk,
    SetLink,
    SetParameter,
    SetTimer,
    StallDisk,
    TakeSnapshot,
    TransferLeadership,
    Watch,
)
from raftlab.core.events import History
from raftlab.core.model import DiskModel, Entry, LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import Scenario
from raftlab.core.settings import ETCD, PAPER
from raftlab.core.times import parse_duration
from raftlab.documents import read_scenario
from raftlab.documents.commands import COMMANDS, WORDS
from raftlab.documents.values import write_duration, write_part, write_text
from raftlab.documents.writing import write_scenario
from raftlab.session import open_scenario
from raftlab.session.opening import scenario_names
from raftlab.sim.chaos import campaign
from raftlab.sim.shrink import without_strangers


def back(scenario: Scenario) -> Scenario:
    return read_scenario(write_scenario(scenario), scenario.name, "test.yaml")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_a_random_campaign_comes_back(seed: int) -> None:
    scenario = without_strangers(campaign(seed).scenario)

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


LINKS = st.builds(
    LinkModel,
    *[st.integers(0, 10**7)] * 2,
    *[st.integers(0, 10**6)] * 2,
    st.booleans(),
    st.sampled_from(["uniform", "exponential", "normal", "pareto"]),
    st.integers(0, 10**11),
)


@given(LINKS, LINKS, LINKS)
def test_any_link_comes_back(link: LinkModel, other: LinkModel, third: LinkModel) -> None:
    links = {"n1": {"n2": other, "n3": third}, "n2": {"n1": other}, "n3": {"n1": link}}
    scenario = Scenario(link=link, links=links, end_us=0)

    assert back(scenario) == scenario


@given(st.dictionaries(st.sampled_from(["n1", "n2"]), st.integers(1, 10**8)))
def test_any_clock_comes_back(clocks: dict[str, int]) -> None:
    scenario = Scenario(clocks=clocks)

    assert back(scenario) == scenario


def test_who_is_what_comes_back() -> None:
    disks = {"n1": DiskModel(fsync_us=5), "n2": DiskModel(1, 0, 7), "n4": DiskModel(10, 1000, 1000)}
    loads = (Workload(5, "x", reads="serializable", node="n2"), Workload(5, "x", retry_us=100_000))
    scenario = Scenario(
        nodes=("n1", "n2", "n3", "n4"), parameters=ETCD, learners=("n4",), disks=disks, workloads=loads
    )  # fmt: skip

    assert back(scenario) == scenario


VALUES: dict[type, st.SearchStrategy[Any]] = {int: st.integers(1, 10_000), bool: st.booleans()}
CHOICES = {
    "back_off": ("by_one", "by_term"), "membership": ("joint", "single"), "config_on": ("append", "apply"),
    "read_mode": ("log", "read_index"),
}  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([PAPER, ETCD]), st.sets(st.sampled_from(Parameters.__struct_fields__)), st.data())
def test_any_parameters_come_back(base: Parameters, names: set[str], data: st.DataObject) -> None:
    changed: dict[str, Any] = {
        name: data.draw(st.sampled_from(CHOICES[name]) if name in CHOICES else VALUES[type(getattr(base, name))])
        for name in names - {"election_timeout_min_us", "election_timeout_max_us"}
    }
    scenario = Scenario(parameters=replace(base, **changed))

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
        (
            SetLink("n1", "n2", distribution="pareto", bandwidth=10_000_000),
            "{at: 1.5s, link: {from: n1, to: n2, distribution: pareto, bandwidth: 10MB/s}}",
        ),
        (Propose("x=3", client="c1", retry_us=200_000), '{at: 1.5s, propose: {text: "x=3", client: c1, retry: 200ms}}'),
        (Read("x"), "{at: 1.5s, read: x}"),
        (Read("x", "n2", "serializable"), "{at: 1.5s, read: {key: x, node: n2, consistency: serializable}}"),
        (Crash("n1", 2), "{at: 1.5s, crash: {node: n1, lose: 2}}"),
        (Remove("n1"), "{at: 1.5s, remove: n1}"),
        (TransferLeadership("n2"), "{at: 1.5s, transfer: n2}"),
        (ChangeMembers(("n1", "n2", "n7")), "{at: 1.5s, members: [n1, n2, n7]}"),
        (
            ChangeMembers(("n1",), ("n2",), "single", "explicit"),
            "{at: 1.5s, members: {voters: [n1], learners: [n2], mode: single, leave: explicit}}",
        ),
        (LeaveJoint(), "{at: 1.5s, leave-joint: }"),
        (TakeSnapshot("n1"), "{at: 1.5s, snapshot: n1}"),
        (SetClock("n1", 1_010_000), "{at: 1.5s, clock: {node: n1, rate: 1.01}}"),
        (SetDisk("n1", fsync_us=10_000), "{at: 1.5s, disk: {node: n1, fsync: 10ms}}"),
        (SetDisk("n1"), "{at: 1.5s, disk: {node: n1}}"),
        (StallDisk("n1", 2_000_000), "{at: 1.5s, stall: {node: n1, for: 2s}}"),
        (Watch("x*"), '{at: 1.5s, watch: "x*"}'),
        (KeepAlive("L1"), "{at: 1.5s, keep-alive: L1}"),
        (DropMessage(57), "{at: 1.5s, drop: 57}"),
        (DuplicateMessage(57), "{at: 1.5s, duplicate: 57}"),
        (SetParameter("pre_vote", True), "{at: 1.5s, set: {pre-vote: true}}"),
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


def test_parameters_are_told_from_the_preset_that_is_nearest() -> None:
    scenario = Scenario("e", "e", parameters=replace(ETCD, pre_vote=False, election_timeout_max_us=1_500_000))

    assert "parameters: {preset: etcd, election-timeout: 1s-1.5s, pre-vote: false}\n" in write_scenario(scenario)


def test_links_that_are_alike_both_ways_stand_in_one_line() -> None:
    far, slow = LinkModel(latency_us=40_000), LinkModel(bandwidth=1_000)
    scenario = Scenario(links={"n1": {"n2": far, "n3": far}, "n2": {"n1": far}, "n3": {"n1": slow}})

    assert (
        "links:\n"
        "  - {from: n1, to: n2, both: true, latency: 40ms}\n"
        "  - {from: n1, to: n3, latency: 40ms}\n"
        "  - {from: n3, to: n1, bandwidth: 1kB/s}\n"
    ) in write_scenario(scenario)


def test_every_command_has_a_word() -> None:
    assert {WORDS[command] for command in get_args(AnyCommand)} == set(COMMANDS)


def test_a_client_of_the_usual_name_is_not_named() -> None:
    scenario = Scenario(workloads=(Workload(1, client="c1"), Workload(2, client="c2"), Workload(3, client="c1")))

    text = write_scenario(scenario)

    assert read_scenario(text, scenario.name, "test.yaml") == scenario
    assert text.count("client: ") == 1


def test_histories_come_back() -> None:
    log = (Entry(1, 1), Entry(2, 4, "normal", "x=1"), Entry(3, 5, "noop"), Entry(4, 5, "config", "voters on,b auto"))
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
        ({"off": ("no-such",)}, "there is no variant 'no-such'"),
        ({"script": (Scheduled(0, SetParameter("election_timeout_min_us", 7)),)}, "no words for SetParameter"),
        ({"script": (Scheduled(0, Crash("n9")),)}, "there is no node 'n9'"),
        ({"histories": {"n1": History(1, None, (Entry(1, 1, "normal", "x=1", "c1", 1),))}}, "no words for all of"),
        ({"parameters": Parameters(back_off="by_luck")}, "no words for back_off='by_luck'"),
    ],
)
def test_what_has_no_words_is_refused_aloud(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(why)):
        write_scenario(replace(Scenario(), **changed))
