"""Scenarios are read in the words of their tables, and each mistake is shown where it stands, with what is right."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from raftlab.content import data_path
from raftlab.core import rulebook
from raftlab.core.commands import ChangeMembers, Crash, Propose, SetClock, SetDisk, SetParameter, StallDisk
from raftlab.core.errors import ScenarioError
from raftlab.core.model import DiskModel, LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import Scenario
from raftlab.core.settings import ETCD, PAPER
from raftlab.documents import read_scenario
from raftlab.documents.commands import COMMANDS
from raftlab.documents.scenario import KEYS, WORKLOAD
from raftlab.documents.settings import DISK, LINK, PARAMETERS, apply_settings


def read(text: str) -> Scenario:
    return read_scenario(text, "test", "test.yaml")


# -- What is said ------------------------------------------------------------------------------------------------


def test_parameters_change_a_preset() -> None:
    found = read("parameters: {pre-vote: false, preset: etcd, snapshot-catchup-entries: 7, max-inflight-msgs: 9}")

    assert found.parameters == replace(ETCD, pre_vote=False, catch_up_entries=7, max_inflight=9)


def test_no_parameters_are_the_papers() -> None:
    assert read("nodes: 3").parameters == PAPER == Parameters()


@pytest.mark.parametrize("preset", ["paper", "etcd"])
def test_one_election_timeout_is_the_lower_end_of_a_range(preset: str) -> None:
    # etcd's flag works so: a follower waits for one to two of it. The paper's 150-300 ms are so, too.
    found = read(f"parameters: {{preset: {preset}, election-timeout: 700ms}}").parameters

    assert (found.election_timeout_min_us, found.election_timeout_max_us) == (700_000, 1_400_000)


def test_a_fixed_election_timeout_is_a_range_of_one() -> None:
    found = read("parameters: {election-timeout: 200ms-200ms}").parameters

    assert (found.election_timeout_min_us, found.election_timeout_max_us) == (200_000, 200_000)


def test_a_disk_for_all_changes_the_presets() -> None:
    found = read("parameters: {preset: etcd}\ndisk: {fsync: 10ms}\ndisks: {n3: {jitter: 4ms}}")

    assert found.parameters == replace(ETCD, disk_fsync_us=10_000)
    assert found.disks == {"n3": DiskModel(10, 10_000, 4_000)}


@pytest.mark.parametrize(
    ("text", "rate"),
    [("10MB/s", 10_000_000), ("1Gbit/s", 125_000_000), ("1MiB/s", 1 << 20), ("1500B/s", 1_500), ("1500", 1_500),
     ("0", 0), ("1.5kB/s", 1_500), ("8bit/s", 1)],
)  # fmt: skip
def test_bandwidths(text: str, rate: int) -> None:
    assert read(f"link: {{bandwidth: {text}}}").link.bandwidth == rate


@pytest.mark.parametrize(
    ("text", "ppm"), [("1.01", 1_010_000), ("+1%", 1_010_000), ("-0.5%", 995_000), ("2", 2_000_000), ("0.000001", 1)]
)
def test_clock_rates(text: str, ppm: int) -> None:
    assert read(f"clocks: {{n2: {text}}}").clocks == {"n2": ppm}


def test_regions_are_links() -> None:
    found = read("""\
nodes: 4
link: {latency: 1ms, jitter: 0ms}
regions: {eu-west: [n1, n2], us: [n3], asia: [n4]}
wan: {us-eu-west: {latency: 40ms}, eu-west-asia: {latency: 110ms, jitter: 9ms}, us-asia: {latency: 80ms}}
links: [{from: n1, to: n4, loss: 5%}, {from: n2, to: n1, both: true, latency: 2ms}]
""").links

    far = LinkModel(110_000, 9_000)
    assert found["n1"] == {
        "n3": LinkModel(40_000, 0), "n4": LinkModel(110_000, 9_000, 50_000), "n2": LinkModel(2_000, 0),
    }  # fmt: skip
    assert found["n4"] == {"n1": far, "n2": far, "n3": LinkModel(80_000, 0)}
    assert "n2" in found["n3"]
    assert found["n2"]["n1"] == LinkModel(2_000, 0)


def test_clients_that_read_and_that_retry() -> None:
    found = read(
        "workloads:\n  - {every: 1s, text: x, reads: serializable, node: n2}\n  - {every: 1s, retry: 200ms, client: me}"
    )

    assert found.workloads == (
        Workload(1_000_000, "x", client="c1", reads="serializable", node="n2"),
        Workload(1_000_000, client="me", retry_us=200_000),
    )


def test_commands_are_read() -> None:
    found = read("""\
nodes: 3
script:
  - {at: 1s, members: {voters: [n1, n2, n4], learners: [n3], mode: single, leave: explicit}}
  - {at: 2s, crash: {node: n4, lose: 2}}
  - {at: 3s, propose: {text: x, retry: 100ms}}
  - {at: 3s, clock: {node: leader, rate: +1%}}
  - {at: 3s, disk: {node: n1, fsync: 10ms}}
  - {at: 3s, stall: {node: n1, for: 1s}}
  - {at: 4s, set: {election-timeout: 1s, pre-vote: true}}
""")

    assert [it.command for it in found.script] == [
        ChangeMembers(("n1", "n2", "n4"), ("n3",), "single", "explicit"),
        Crash("n4", 2),
        Propose("x", retry_us=100_000),
        SetClock("leader", 1_010_000),
        SetDisk("n1", fsync_us=10_000),
        StallDisk("n1", 1_000_000),
        SetParameter("election_timeout_min_us", 1_000_000),
        SetParameter("election_timeout_max_us", 2_000_000),
        SetParameter("pre_vote", True),
    ]


def test_a_server_that_a_change_brings_may_be_named_later_though_it_stands_earlier() -> None:
    found = read("nodes: 3\nscript:\n  - {at: 2s, crash: n4}\n  - {at: 1s, members: [n1, n2, n4]}")

    assert Scheduled(2_000_000, Crash("n4")) in found.script


def test_broken_variants_are_taken_as_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook, "VARIANT_IDS", ("vote-twice", "no-fsync"))

    assert read("off: [vote-twice]").off == ("vote-twice",)


# -- What is wrong -----------------------------------------------------------------------------------------------

WRONG = [
    ("script: [{at: 1s, crash: n9}]", "1:10: there is no node 'n9'; there are n1, n2, n3, n4, n5, leader"),
    ("nodes: [n1, 2]", "1:13: a node's name is a word such as n1, not '2'"),
    ("nodes: [n1, leader]", "1:13: a node's name is a word such as n1, not 'leader'"),
    ("nodes: [n1, n1]", "1:8: two nodes have the same name"),
    ("nodes: []", "1:8: a cluster has 1 to 9 nodes, not 0"),
    ("nodes: {n1: 1}", "1:8: 'nodes' should be a whole number, not a mapping"),
    ("learners: n1", "1:11: 'learners' should be a list, not 'n1'"),
    ("title: [a]", "1:8: 'title' should be text, not a list"),
    ("on: 3", "1:1: YAML reads the key 'on' as true or false"),
    ("[a]: 3", "1:1: a key should be a word"),
    ("parameters: {election-timeout: 300ms-150ms}", "1:32: 'parameters.election-timeout' should be a time or a range"),
    ("parameters: {election-timeout: soon}", "1:32: 'parameters.election-timeout' should be a time or a range"),
    ("parameters: {election-timeout: 0}", "1:32: 'parameters.election-timeout' should be a time or a range"),
    ("script: [{at: 1s, partition: [[n1], [n1, n2]]}]", "1:30: a node can stand on one side of a partition only"),
    ("histories: {n1: {log: [2, 1]}}", "1:23: terms never fall along a log"),
    ("histories: {n1: {term: 1, log: [2]}}", "1:24: n1 holds an entry of term 2: its term can't be 1"),
    ("histories: {n1: {log: [[1]]}}", "1:24: an entry is its term, [term, text], or [term, kind, text]"),
    ("nodes: 4\nneeds-odd: true", "1:8: this scenario wants an odd number of voters, not 4"),
    ("nodes: 5\nlearners: [n5]\nneeds-odd: true", "1:8: this scenario wants an odd number of voters, not 4"),
    ("learners: [n5]\nneeds-odd: true", "2:12: this scenario wants an odd number of voters, not 4"),
    ("parameters: {heartbeat-interval: 150ms}", "1:34: a heartbeat every 150ms can't keep an election timeout"),
    ("parameters: {election-timeout: 40ms}", "1:32: a heartbeat every 50ms can't keep an election timeout of 40ms"),
    ("parameters: {preset: etcd, election-timeout: 100ms}", "1:46: a heartbeat every 100ms can't keep"),
    ("parameters: {heartbeat-interval: 0}", "should be longer than '0'"),
    ("title: A\ntopic: election", "2:8: 'topic' can't be 'election'; did you mean 'elections'?"),
    ("topic: ponies", "1:8: 'topic' can't be 'ponies'; there are first steps, elections, the log"),
    ("parameters: {preset: zab}", "1:22: 'parameters.preset' can't be 'zab'; there are paper, etcd"),
    ("parameters: {prevote: true}", "1:14: unknown key 'prevote'; did you mean 'pre-vote'?"),
    ("parameters: {pre-vote: yes}", "1:24: 'parameters.pre-vote' should be true or false, not 'yes'"),
    ("parameters: {read-mode: lease, clock-drift: 100%}", "1:45: clocks that may drift by 100% leave a lease of 0s"),
    ("parameters: {read-mode: lease, heartbeat-interval: 149ms}", "can renew it; allow for less drift"),
    ("parameters: {disk-fsync: 1ms}\ndisk: {fsync: 2ms}", "2:8: this is the parameter 'disk-fsync'"),
    ("disk: {fsync: -1ms}", "1:15: 'disk.fsync' should be a time such as"),
    ("disks: {n9: {fsync: 1ms}}", "1:9: there is no node 'n9'"),
    ("disks: {n1: {fsync: soon}}", "1:21: 'disks.n1.fsync' should be a time such as"),
    ("clocks: {n1: 0}", "1:14: 'clocks.n1' should be a clock's rate such as 1.01, +1% or -0.5%, more than 0"),
    ("clocks: {n1: -1}", "1:14: 'clocks.n1' should be a clock's rate"),
    ("clocks: {n1: -100%}", "1:14: 'clocks.n1' should be a clock's rate"),
    ("clocks: {n1: 5%}", "1:14: 'clocks.n1' should be a clock's rate"),
    ("clocks: {n9: 1}", "1:10: there is no node 'n9'"),
    ("script: [{at: 1s, clock: {node: n1, rate: 0}}]", "should be a clock's rate"),
    ("link: {bandwidth: fast}", "1:19: 'link.bandwidth' should be a bandwidth such as 10MB/s, 1Gbit/s or 1500"),
    ("link: {bandwidth: 10Mb/s}", "1:19: 'link.bandwidth' should be a bandwidth"),
    ("link: {bandwidth: 1bit/s}", "1:19: 'link.bandwidth' should be a bandwidth"),
    ("link: {distribution: paretto}", "did you mean 'pareto'?"),
    ("link: {loss: 120%}", "1:14: 'link.loss' should be a part such as 0.1 or 10%, not '120%'"),
    ("links: [{from: n1, to: n1, latency: 1ms}]", "1:24: a link leads from one node to another, not from n1 to itself"),
    ("links: [{from: n1, to: leader, latency: 1ms}]", "1:24: there is no node 'leader'"),
    ("links: [{from: n1, latency: 1ms}]", "1:9: 'links[0]' lacks the key 'to'"),
    ("nodes: 3\nregions: {a: [n1, n2], b: [n3, n1]}\nwan: {a-b: {latency: 1ms}}", "2:32: n1 stands in a already"),
    ("nodes: 3\nregions: {a: [n1], b: [n3]}\nwan: {a-b: {latency: 1ms}}", "in a region; n2 stands in none"),
    ("nodes: 3\nregions: {a: [n1, n2], b: [n9, n3]}\nwan: {a-b: {latency: 1ms}}", "2:28: there is no node 'n9'"),
    ("nodes: 2\nregions: {a: [n1], b: [n2]}\nwan: {a-c: {latency: 1ms}}", "3:7: there are no two regions 'a-c'; the"),
    ("nodes: 2\nregions: {a: [n1], b: [n2]}\nwan: {a-b: {}, b-a: {}}", "3:16: how a and b are linked stands"),
    ("nodes: 2\nregions: {a: [n1], b: [n2]}", "2:10: wan: doesn't say how a-b are linked, such as a-b: {"),
    ("wan: {a-b: {latency: 1ms}}", "1:1: wan: is between regions"),
    ("learners: [n9]", "1:12: there is no node 'n9'"),
    ("nodes: 2\nlearners: [n1, n2]", "2:11: with all nodes learners nobody votes"),
    ("learners: [n1, n1]", "1:11: a learner is named twice"),
    ("script: [{at: 1s, members: []}]", "1:28: a cluster without voters can't decide anything; name at least one"),
    ("script: [{at: 1s, members: {voters: [], learners: [n1]}}]", "1:37: a cluster without voters"),
    ("script: [{at: 1s, members: {voters: [n1], learners: [n1]}}]", "'n1' is named twice; a server is a voter or a"),
    ("script: [{at: 1s, members: [n1, leader]}]", "members are named by their own names, not as 'leader'"),
    ("script: [{at: 1s, members: {learners: [n1]}}]", "1:28: 'script[0].members' lacks the key 'voters'"),
    ("script: [{at: 1s, members: {voters: [n1], mode: both}}]", "can't be 'both'; there are joint, single"),
    ("nodes: 9\nscript: [{at: 1s, members: [n1, a]}]", "2:10: a cluster has 9 servers at most, those that have left"),
    ("script: [{at: 2s, members: [n1, n7]}, {at: 1s, crash: n7}]", "1:39: there is no node 'n7'"),
    ("script: [{at: 1s, set: {heartbeat-interval: 200ms}}]", "1:10: a heartbeat every 200ms can't keep"),
    ("script: [{at: 1s, set: {election-timeout: 1s}}, {at: 2s, set: {heartbeat-interval: 1s}}]", "1:49: a heartbeat"),
    ("script: [{at: 1s, heal: n1}]", "1:25: 'script[0].heal' takes nothing behind it"),
    ("script: [{at: 1s, transfer: n9}]", "there is no node 'n9'"),
    ("script: [{at: 1s, link: {from: n1, to: n1}}]", "1:40: a link leads from one node to another"),
    ("script: [{at: 1s, crash: {node: n1, lose: -1}}]", "'script[0].crash.lose' should be at least 0, not -1"),
    ("script: [{at: 1s, stall: {node: n1}}]", "1:26: 'script[0].stall' lacks the key 'for'"),
    ("script: [{at: 1s, read: {key: x, consistency: stale}}]", "can't be 'stale'; there are linearizable, seri"),
    ("script: [{at: 1s, crash: n1, heal: }]", "1:10: this should hold one command"),
    ("script: [{at: 1s, reboot: n1}]", "1:19: unknown key 'reboot'"),
    ("workload: {every: 0s}", "1:19: 'workload.every' should be longer than '0s'"),
    ("workload: {every: 1s, node: leader}", "1:29: there is no node 'leader'"),
    ("workload: {every: 1s, reads: always}", "1:30: 'workload.reads' can't be 'always'"),
    ("off: [no-such-rule]", "1:7: there is no variant 'no-such-rule'"),
    ("histories: {n1: {log: [[1, kind, x]]}}", "can't be 'kind'; there are normal, noop, config"),
    ("histories: {n1: {log: [[1, config, n1]]}}", 'a configuration is written as "voters n1,n2 learners n3"'),
    ("histories: {n9: {log: [1]}}", "1:13: there is no node 'n9'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_mistake_is_shown_where_it_stands(text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        read(text)

    assert message in str(raised.value)
    assert str(raised.value).startswith("test.yaml:")


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ScenarioError) as raised:
        read("nodes: 3\nclocks: {n1: 0}\nlink: {bandwidth: fast}\nscript: [{at: 1s, members: []}]\noff: [x]")

    lines = str(raised.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [f"test.yaml:{n}" for n in ("2:14", "3:19", "4:28", "5:7")]


def test_what_raft_itself_refuses_is_no_mistake() -> None:
    read("script: [{at: 1s, members: {voters: [n1, n6, n7], mode: single}}]")
    read("parameters: {snapshot-count: 10, snapshot-catchup-entries: 100}")


def test_parameters_may_be_set_one_after_the_other() -> None:
    read("script: [{at: 2s, set: {heartbeat-interval: 500ms}}, {at: 1s, set: {election-timeout: 1s}}]")


def test_a_near_miss_of_a_variant_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook, "VARIANT_IDS", ("vote-twice",))

    with pytest.raises(ScenarioError, match="'vote-twise'; did you mean 'vote-twice'"):
        read("off: [vote-twise]")
    with pytest.raises(ScenarioError, match="1:6: a variant is named twice"):
        read("off: [vote-twice, vote-twice]")


# -- --set -------------------------------------------------------------------------------------------------------


def test_settings_are_the_same_words() -> None:
    found = apply_settings(
        Scenario(), ["pre-vote=false", "preset=etcd", "nodes=3", "seed=9", "bandwidth=1MB/s", "election-timeout=2s"]
    )

    changed = replace(ETCD, pre_vote=False, election_timeout_min_us=2_000_000, election_timeout_max_us=4_000_000)
    assert found.parameters == changed
    assert (len(found.nodes), found.seed, found.link.bandwidth) == (3, 9, 1_000_000)


def test_settings_go_together_or_not_when_all_are_known() -> None:
    found = apply_settings(Scenario(), ["heartbeat-interval=200ms", "election-timeout=1s"])

    assert found.parameters.heartbeat_interval_us == 200_000
    with pytest.raises(ScenarioError, match="--set: a heartbeat every 200ms can't keep"):
        apply_settings(Scenario(), ["heartbeat-interval=200ms"])


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("colour=3", "unknown key 'colour'"),
        ("nodes=12", "from 1 to 9"),
        ("preset=zab", "can't be 'zab'; there are paper, etcd"),
        ("pre-vote=maybe", "should be true or false"),
        ("bandwidth=fast", "should be a bandwidth"),
        ("pre-vote", "--set wants KEY=VALUE"),
    ],
)
def test_a_setting_that_cannot_be(setting: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        apply_settings(Scenario(), [setting])


@pytest.mark.parametrize(
    "changed",
    [
        {"learners": ("n5",)},
        {"clocks": {"n5": 2_000_000}},
        {"disks": {"n5": DiskModel()}},
        {"links": {"n1": {"n5": LinkModel()}}},
        {"workloads": (Workload(1, node="n5"),)},
        {"script": (Scheduled(1, ChangeMembers(("n1", "n4"))), Scheduled(2, Crash("n5")))},
        {"script": (Scheduled(2, ChangeMembers(("n1", "n5"))), Scheduled(1, Crash("n5")))},
    ],
)
def test_a_smaller_cluster_may_lack_nobody_who_is_named(changed: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match="names n5: it can't run on 3 nodes"):
        replace(Scenario(), **changed).with_nodes(3)


def test_a_smaller_cluster_may_lack_whom_a_change_of_members_brings() -> None:
    scenario = Scenario(script=(Scheduled(1, ChangeMembers(("n1", "n5"))), Scheduled(2, Crash("n5"))))

    assert scenario.with_nodes(3).nodes == ("n1", "n2", "n3")


# -- The page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [KEYS, PARAMETERS, LINK, DISK, WORKLOAD, COMMANDS])
def test_every_word_stands_in_the_page_of_the_format(table: Any) -> None:
    page = data_path("docs", "scenarios.md").read_text("utf-8")

    assert [word for word in table if f"`{word}`" not in page and f"`{word}:" not in page] == []


@pytest.mark.parametrize("word", [word for word, wording in COMMANDS.items() if wording is not None])
def test_every_word_of_a_command_stands_in_its_row(word: str) -> None:
    page = data_path("docs", "scenarios.md").read_text("utf-8").partition("## The script")[2]
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{word}`")]

    wording = COMMANDS[word]
    assert wording is not None
    links = () if word != "link" else LINK
    assert [it for it in wording.words if it not in row and it not in links and len(wording.words) > 1] == []
