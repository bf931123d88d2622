"""Names in queries: seen everywhere in the expression, checked before anything runs; a leader's view of its peers."""

from __future__ import annotations

from raftlab.core import events as e
from raftlab.core.commands import Crash, Propose, Restart
from raftlab.core.log import Entry
from raftlab.core.machine import Change, Result
from raftlab.core.model import CRASHED, Cluster, Config, DiskModel
from raftlab.core.scenario import Scenario
from raftlab.sim import Simulation
from raftlab.trace.query import Query


def led() -> Simulation:
    """Three nodes, a leader, one committed entry."""
    simulation = Simulation.begin(Scenario(nodes=("n1", "n2", "n3"), seed=4), lambda event: None)
    simulation.run(1_000_000)
    simulation.give(Propose("x=1"), 1_000_000)
    simulation.run(1_500_000)
    return simulation


def holds(text: str, cluster: Cluster) -> bool:
    return Query(text).holds(cluster)


def test_a_generator_sees_the_cluster_the_nodes_and_the_functions() -> None:
    cluster = led().cluster

    assert holds("all(n.leader == leader and n.commit == commit for n in nodes)", cluster)
    assert holds("any(n.name == n1.name and abs(n.term) == term for n in nodes)", cluster)
    assert holds("sum(len([m for m in nodes if m.term == n.term]) for n in up) == 9", cluster)


def test_builtins_are_out_of_reach() -> None:
    query = Query("any(n.up for n in nodes)")

    assert "__builtins__" not in query.unknown_names(["n1"])
    assert query.holds(led().cluster)


def test_names_that_mean_nothing_are_found_before_anything_runs() -> None:
    query = Query('kind == "X" and n1.up and n4.up and any(each.up for each in nodes) and foo')

    assert query.unknown_names(["n1", "n2"]) == ["foo", "n4"]
    assert query.unknown_names(["n1", "n4", "foo"]) == []


def test_a_leader_knows_its_peers() -> None:
    cluster = led().cluster
    leader = cluster.leader()
    assert leader is not None
    name = leader.name
    peer = next(other for other in cluster.nodes if other != name)

    assert holds(f"{name}.match_index('{peer}') == 1 and {name}.next_index('{peer}') == 2", cluster)
    assert holds(f"{peer}.match_index('{name}') is None and {peer}.next_index('{name}') is None", cluster)


def folded(*events: e.Event) -> Cluster:
    """Three nodes, and what happens to them."""
    cluster = Cluster.empty()
    cluster.fold([e.ClusterCreated(0, None, None, None, ("n1", "n2", "n3")), *events])
    return cluster


def test_the_configuration_in_use() -> None:
    joint = Config(("n1", "n4"), ("n1", "n2", "n3"), ("n5",))
    cluster = folded(e.ConfigChanged(1, "n1", None, None, joint, 7))

    assert holds('n1.config == ["n1", "n4"] and n1.outgoing == ["n1", "n2", "n3"]', cluster)
    assert holds('n1.config_index == 7 and "n5" in n1.learners', cluster)
    assert holds('"n4" not in n2.config and not n2.outgoing and n2.config_index == 0', cluster)


def test_a_quorum_is_one_of_the_voters() -> None:
    joined = [e.NodeJoined(1, f"n{number}", None, None, None, Config()) for number in (4, 5, 6, 7)]
    five = Config(("n1", "n2", "n3", "n4", "n5"), (), ("n6", "n7"))

    assert holds("quorum == 2", folded(*joined))
    leads = [e.BecameLeader(2, "n1", None, None, 1), e.ConfigChanged(3, "n1", None, None, five, 1)]
    assert holds("quorum == 3", folded(*joined, *leads))


def test_snapshots_disks_and_machines() -> None:
    entries = tuple(Entry(index, 1) for index in range(1, 7))
    change = Result("ok", None, (Change("x", "3"),), 2)
    cluster = folded(
        e.DiskChanged(0, "n1", None, None, DiskModel(0, 10)),
        e.EntriesAppended(1, "n1", None, None, entries),
        e.FsyncDone(2, "n1", None, None, 4),
        e.EntriesApplied(3, "n1", None, None, 1, (change, *(Result("nothing"),) * 3)),
        e.SnapshotTaken(4, "n1", None, None, 4, 1, Config(("n1",)), 2, 1),
    )

    assert holds("n1.last_index == 6 and n1.disk_index == 4 and n1.snapshot_index == 4", cluster)
    assert holds('n1.value("x") == "3" and n1.keys == 1 and n1.revision == 2', cluster)
    assert holds('n2.value("x") is None and n2.snapshot_index == 0 and n2.disk_index == 0', cluster)


def test_what_a_leader_is_about() -> None:
    cluster = folded(
        e.BecameLeader(1, "n1", None, None, 1),
        e.ProgressChanged(1, "n1", None, None, "n2", 0, 5, 0, "snapshot", (), 4),
        e.CatchUpStarted(2, "n1", None, None, Config(("n1", "n4")), ("n4",), 3),
        e.ReadStarted(2, "n1", None, None, "c1/1@n1", "x"),
        e.TransferStarted(3, "n1", None, None, "n2"),
    )

    assert holds('n1.transfer_to == "n2" and n1.catch_up == ["n4"] and n1.reads == 1', cluster)
    assert holds('n1.progress("n2") == "snapshot" and n1.progress("n3") is None', cluster)
    assert holds("n2.transfer_to is None and n2.catch_up == [] and n2.reads == 0", cluster)


def test_what_a_source_cant_tell_holds_for_nothing() -> None:
    cluster = Cluster.empty()
    cluster.fold([e.NodeObserved(0, "a", None, None, term=3)])

    assert not holds("a.config == [] or a.config != []", cluster)


def test_logs_are_equal_though_one_has_compacted_more() -> None:
    entries = tuple(Entry(index, 1) for index in range(1, 7))
    appended = [e.EntriesAppended(1, name, None, None, entries) for name in ("n1", "n2", "n3")]
    compacted = e.SnapshotTaken(2, "n1", None, None, 4, 1)

    assert holds("logs_equal", folded(*appended, compacted))
    assert not holds("logs_equal", folded(*appended, compacted, e.LogTruncated(3, "n2", None, None, 6, 6)))
    other = [
        e.LogTruncated(3, "n2", None, None, 5, 6),
        e.EntriesAppended(3, "n2", None, None, (Entry(5, 2), entries[5])),
    ]
    assert not holds("logs_equal", folded(*appended, compacted, *other))
    assert holds("logs_equal", folded(*appended[:2], e.NodeRemoved(3, "n3", None, None)))


def test_crashed_nodes_have_an_alias() -> None:
    simulation = led()
    simulation.give(Crash("follower-1"), 1_600_000)
    simulation.give(Crash("follower-1"), 1_600_000)
    assert sum(node.status is CRASHED for node in simulation.cluster.nodes.values()) == 2

    simulation.give(Restart("crashed-2"), 1_700_000)
    simulation.give(Restart("crashed-1"), 1_700_000)

    assert all(node.status is not CRASHED for node in simulation.cluster.nodes.values())
