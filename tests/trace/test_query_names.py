"""Names in queries: seen everywhere in the expression, checked before anything runs; a leader's view of its peers."""

from __future__ import annotations

from raftlab.core.commands import Crash, Propose, Restart
from raftlab.core.model import CRASHED, Cluster
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


def test_crashed_nodes_have_an_alias() -> None:
    simulation = led()
    simulation.give(Crash("follower-1"), 1_600_000)
    simulation.give(Crash("follower-1"), 1_600_000)
    assert sum(node.status is CRASHED for node in simulation.cluster.nodes.values()) == 2

    simulation.give(Restart("crashed-2"), 1_700_000)
    simulation.give(Restart("crashed-1"), 1_700_000)

    assert all(node.status is not CRASHED for node in simulation.cluster.nodes.values())
