"""The scenarios that ship, each with what it teaches: it really happens, and no invariant is broken."""

from __future__ import annotations

from itertools import pairwise
from statistics import mean

import pytest

from raftlab.core import events as e
from raftlab.core.messages import AppendEntries, InstallSnapshot, PreVote, ReadIndex, TimeoutNow
from raftlab.core.rulebook import RULES
from raftlab.core.scenario import TOPICS
from raftlab.documents.writing import write_scenario
from raftlab.session import open_scenario
from raftlab.session.opening import scenario_names, shipped_scenarios
from tests.scenarios.run import Run, changed, shipped

ALL = scenario_names()


@pytest.mark.parametrize("name", ALL)
def test_what_ships_says_what_it_teaches_and_how_long_it_lasts(name: str) -> None:
    scenario = open_scenario(name)

    assert scenario.title != name
    assert scenario.teaches.endswith(".")
    assert len(scenario.teaches) <= 110
    assert scenario.end_us
    assert scenario.topic in TOPICS
    assert write_scenario(scenario)


def test_they_are_listed_in_the_order_of_teaching() -> None:
    found = shipped_scenarios()

    assert sorted(it.name for it in found) == ALL
    assert [it.name for it in found[:5]] == [
        "healthy-cluster", "leader-crash", "split-vote", "symmetric-partition", "lagging-follower",
    ]  # fmt: skip
    assert list(dict.fromkeys(it.topic for it in found)) == list(TOPICS)
    assert all(
        one.title.casefold() < other.title.casefold() for one, other in pairwise(found[5:]) if one.topic == other.topic
    )
    assert [TOPICS.index(it.topic) for it in found] == sorted(TOPICS.index(it.topic) for it in found)


def test_what_stands_under_the_rules_shows_a_broken_variant() -> None:
    shown = {variant.scenario for rule in RULES for variant in rule.variants}

    assert {it.name for it in shipped_scenarios() if it.topic == "rules taken out"} <= shown


@pytest.mark.parametrize("name", [name for name in ALL if not open_scenario(name).off])
def test_no_invariant_is_broken(name: str) -> None:
    assert shipped(name).all(e.InvariantBroken) == []


# -- Elections ---------------------------------------------------------------------------------------------------


def test_pre_vote() -> None:
    run = shipped("pre-vote")

    assert run.sent(PreVote, 2, 5, node="n5")
    assert run.leaders() == ["n1"]
    assert run.cluster.nodes["n5"].current_term == 1
    assert run.cluster.nodes["n5"].last_applied == run.cluster.nodes["n1"].last_applied > 30


def test_disruptive_server() -> None:
    run = shipped("disruptive-server")

    assert run.leaders(before=5) == ["n1"]
    assert run.all(e.BecameFollower, 5, rule="adopt_term", node="n1")
    assert run.leaders(after=5)
    assert run.cluster.nodes["n1"].current_term > 10


def test_check_quorum() -> None:
    run = shipped("check-quorum")

    (down,) = run.all(e.BecameFollower, rule="check_quorum")
    assert down.node == "n1"
    assert 2 < down.at_us / 1e6 < 2.4
    assert set(run.leaders(2)) in ({"n3"}, {"n4"}, {"n5"})
    assert run.all(e.ClientAnswered, 2.2, 4, outcome="ok")
    # Without it, the old leader takes requests for as long as it is cut off.
    alone = changed("check-quorum", check_quorum=False, pre_vote=False)
    assert not alone.all(e.BecameFollower, 2, 4, node="n1")


def test_leadership_transfer() -> None:
    run = shipped("leadership-transfer")

    assert run.sent(TimeoutNow)
    (leader,) = run.all(e.BecameLeader, 2)
    assert leader.node == "n3"
    assert leader.at_us < 2_100_000
    assert run.committed(2.1, 4) > 30


def test_transfer_aborted() -> None:
    run = shipped("transfer-aborted")

    assert [it.target for it in run.all(e.TransferStarted)] == ["n3", None]
    assert run.all(e.ClientAnswered, 2.1, 2.25, outcome="transferring")
    assert run.leaders() == ["n1"]
    assert run.committed(2.3, 5) > 40


def test_bridge_partition() -> None:
    run = shipped("bridge-partition")

    assert len(run.all(e.LinkChanged, 2, 3, cut=True)) == 10, "each of five reaches two others"
    assert len(run.leaders(2, 6)) >= 5
    assert len(run.leaders(6)) <= 1
    assert run.leaders(6.5) == []
    assert run.committed(6.5, 10) > run.committed(2, 6)


def test_clock_drift() -> None:
    run = shipped("clock-drift")

    assert len(run.all(e.BecameCandidate, 2, 3, node="n3")) > 10
    assert run.all(e.BecameFollower, 2, 3, node="n1")
    assert run.leaders()[-1] == "n3"
    assert run.leaders(3) == []
    beats = run.all(e.TimerFired, 3, 4, node="n3", timer="heartbeat")
    assert len(beats) >= 99, "one each 10 ms instead of one each 50 ms"


def test_etcd_defaults() -> None:
    run = shipped("etcd-defaults")

    (second,) = run.all(e.BecameLeader, 5, 9)
    assert 6 < second.at_us / 1e6 < 7.5
    assert run.all(e.BecamePreCandidate)
    assert run.all(e.FsyncDone)
    assert len(run.leaders(11)) == 1


def test_wan_regions() -> None:
    run = shipped("wan-regions")

    def latency_us(after: float, before: float) -> float:
        asked = {it.sequence: it.at_us for it in run.all(e.ClientAsked, after, before)}
        answered = run.all(e.ClientAnswered, after, before, outcome="ok")
        return mean(it.at_us - asked[it.sequence] for it in answered if it.sequence in asked)

    assert run.leaders() == ["n1", "n5"]
    assert 80_000 < latency_us(1, 3) < 95_000
    assert latency_us(4, 6) > 160_000


# -- Members -----------------------------------------------------------------------------------------------------


def test_joint_consensus() -> None:
    run = shipped("joint-consensus")

    joint = [it.config for it in run.all(e.ConfigChanged, node="n1") if it.config.outgoing]
    assert [(it.outgoing, it.voters) for it in joint] == [(("n1", "n2", "n3"), ("n4", "n5", "n6"))]
    assert run.all(e.BecameFollower, node="n1", rule="leave_cluster")
    assert set(run.leaders(2)) in ({"n4"}, {"n5"}, {"n6"})
    assert run.cluster.nodes["n4"].config.voters == ("n4", "n5", "n6")
    assert run.committed(3, 5) > 15


def test_single_server_change() -> None:
    run = shipped("single-server-change")

    voters = list(dict.fromkeys(it.config.voters for it in run.all(e.ConfigChanged, node="n1")))
    assert voters == [("n1", "n2", "n3"), ("n1", "n2", "n3", "n4"), ("n1", "n2", "n4")]
    assert not [it for it in run.all(e.ConfigChanged) if it.config.outgoing]
    assert run.cluster.nodes["n4"].config.voters == ("n1", "n2", "n4")
    assert run.leaders() == ["n1"]


def test_learner_promotion() -> None:
    run = shipped("learner-promotion")

    assert [it.round for it in run.all(e.CatchUpRound, server="n4")] == [2, 0]
    (done,) = run.all(e.CatchUpEnded)
    assert done.outcome == "done"
    assert not [it for it in run.all(e.ConfigChanged, before=done.at_us / 1e6) if "n4" in it.config.voters]
    assert "n4" in run.cluster.nodes["n1"].config.voters


def test_removed_leader() -> None:
    run = shipped("removed-leader")

    (left,) = run.all(e.BecameFollower, node="n1", rule="leave_cluster")
    joint, appended = run.all(e.ConfigChanged, node="n1")
    assert joint.config.outgoing
    assert appended.config.members() == ("n2", "n3", "n4")
    assert run.all(e.CommitAdvanced, appended.at_us / 1e6, left.at_us / 1e6 + 1e-6, node="n1")
    assert left.at_us > appended.at_us
    assert set(run.leaders(2)) in ({"n2"}, {"n3"}, {"n4"})


def test_removed_server_disrupts() -> None:
    run = shipped("removed-server-disrupts")

    assert len(run.all(e.BecameFollower, 2.2, 6, rule="adopt_term")) > 5
    assert run.all(e.BecameCandidate, 6.5, node="n4")
    assert run.all(e.VoteRefused, 6.5, reason="lease", candidate="n4")
    assert not run.all(e.BecameFollower, 6.5)
    assert run.leaders(6.5) == []


# -- Snapshots ---------------------------------------------------------------------------------------------------


def test_snapshot_install() -> None:
    run = shipped("snapshot-install")

    (installed,) = run.all(e.SnapshotInstalled, node="n3")
    assert 4.5 < installed.at_us / 1e6 < 4.6
    assert not run.all(e.EntryAppended, 4.5, installed.at_us / 1e6, node="n3")
    assert run.cluster.nodes["n3"].last_applied == run.cluster.nodes["n2"].last_applied
    assert run.values("k40") == {"40"}


def test_snapshot_in_chunks() -> None:
    run = shipped("snapshot-in-chunks")

    offsets = [it.offset for it in run.all(e.SnapshotChunkStored, node="n3")]
    assert len(offsets) > 5
    assert offsets == sorted(set(offsets))
    sent = [it.offset for it in run.sent(InstallSnapshot, 4.53)]
    assert len(sent) > len(set(sent)), "a lost piece is sent again"
    assert run.all(e.SnapshotInstalled, node="n3")
    assert run.sent(AppendEntries, 4.5, 4.75, to="n3")


def test_snapshot_during_membership_change() -> None:
    run = shipped("snapshot-during-membership-change")

    assert [it for it in run.all(e.SnapshotTaken, 2, 6, node="n1") if it.config.outgoing]
    (installed,) = run.all(e.SnapshotInstalled, node="n3")
    assert installed.config.outgoing == ("n1", "n2", "n3")
    assert run.all(e.SnapshotInstalled, node="n4")
    assert run.cluster.nodes["n4"].config.voters == ("n1", "n2", "n4")
    assert not run.cluster.nodes["n4"].config.outgoing


# -- Reads -------------------------------------------------------------------------------------------------------


def test_log_read() -> None:
    run = shipped("log-read")

    assert [it.entry.text for it in run.all(e.EntryAppended, 2, node="n1")] == ["get x", "get x"]
    assert [it.answer for it in run.all(e.ClientAnswered, 2)] == ["1", "1"]
    assert not run.all(e.ReadAnswered)


def test_read_index() -> None:
    run = shipped("read-index")

    answers = [(it.value, it.node) for it in run.all(e.ReadAnswered)]
    assert answers == [(None, "n1"), ("1", "n1")]
    assert [it.entry.kind for it in run.all(e.EntryAppended, node="n1", before=1)] == ["noop"]
    (read,) = run.all(e.ReadStarted, 2, 3)
    (answered,) = run.all(e.ReadAnswered, 2, 3)
    assert answered.at_us - read.at_us > 20_000  # a round trip
    assert run.all(e.ReadAbandoned, 3, node="n1")


def test_lease_read() -> None:
    run = shipped("lease-read")

    reads, answers = run.all(e.ReadStarted, node="n1"), run.all(e.ReadAnswered, node="n1")
    assert [it.at_us for it in answers] == [2_000_000, 3_050_000]
    assert [it.at_us for it in reads] == [2_000_000, 3_050_000, 3_200_000]
    assert run.all(e.ReadAbandoned, 4, node="n1")


def test_follower_read() -> None:
    run = shipped("follower-read")

    assert [it.node for it in run.all(e.ReadAnswered)] == ["n3", "n2"]
    assert len(run.sent(ReadIndex)) == 2
    assert [it.origin for it in run.all(e.ReadStarted, node="n1")] == ["n3", "n2"]
    assert run.all(e.ReadAnswered)[-1].value == "2"


def test_serializable_read() -> None:
    run = shipped("serializable-read")

    stale, fresh, later = run.all(e.ReadAnswered)
    assert (stale.node, stale.consistency, stale.value) == ("n3", "serializable", "1")
    assert (fresh.consistency, fresh.value) == ("linearizable", "2")
    assert (later.node, later.value) == ("n3", "2")
    assert stale.at_us == 3_000_000, "at once"


# -- Clients -----------------------------------------------------------------------------------------------------


def test_exactly_once() -> None:
    run = shipped("exactly-once")

    assert len(run.all(e.ClientAsked, sequence=2, client="alice")) >= 2
    adding = [entry for entry in run.cluster.nodes["n3"].log.between(1, 9) if entry.text == "add x 1"]
    assert [(entry.client, entry.sequence) for entry in adding] == [("alice", 2)] * 2
    (answer,) = run.all(e.ClientAnswered, 2.1, outcome="ok")
    assert answer.answer == "1"
    assert run.values("x") == {"1"}


def test_redirects() -> None:
    run = shipped("redirects")

    first, second = run.all(e.ClientAsked, before=0.6)
    assert [first.node, second.node] == ["n3", "n1"]
    assert run.all(e.ClientAnswered, before=0.6)[0].leader == "n1"
    assert run.all(e.RetryDue, 2, 3)
    assert {it.sequence for it in run.all(e.ClientAnswered, outcome="ok")} >= set(range(1, 20))


def test_kv_transactions() -> None:
    run = shipped("kv-transactions")

    assert run.values("lock") == {"bob"}
    assert run.values("done") == {"yes"}
    assert [it.client for it in run.all(e.ClientAnswered, before=2)] == ["alice", "bob"]


def test_kv_leases() -> None:
    run = shipped("kv-leases")

    assert [it.value for it in run.all(e.ReadAnswered)] == ["alice", None]
    assert run.all(e.LeaseRenewed, 2.5, 2.6, node="n1", lease="L1")
    (new,) = run.all(e.BecameLeader, 3.5)
    (end,) = [it for it in run.all(e.EntriesAppended, 4, node=new.node) if it.entries[0].text == "lease revoke L1"]
    assert end.at_us - new.at_us == 2_000_000, "the new leader counts its time anew"
    assert run.values("lock") == {None}


def test_kv_watches() -> None:
    run = shipped("kv-watches")

    heard = [(it.node, it.client, it.key, it.value) for it in run.all(e.WatchNotified)]
    assert [it for it in heard if it[1] == "alice"] == [("n2", "alice", "x", "1"), ("n2", "alice", "x", "2")]
    assert [it[2:] for it in heard if it[1] == "bob"] == [("job/1", "run"), ("job/2", "run"), ("job/1", None)]
    assert [it.at_us > 3_000_000 for it in run.all(e.WatchNotified, client="bob")] == [False, True, True]


# -- Flow --------------------------------------------------------------------------------------------------------


def test_batching() -> None:
    run = shipped("batching")

    assert mean(run.entries(1.1, 2)) > 4
    assert mean(run.entries(2.1, 3)) < 2
    assert len(run.entries(1.1, 2)) < len(run.entries(2.1, 3)) / 3


def test_pipelining() -> None:
    run = shipped("pipelining")

    def widest(after: float, before: float) -> int:
        return max(len(it.inflight) for it in run.all(e.ProgressChanged, after, before))

    assert widest(1, 2) == 8
    assert widest(2.2, 3) == 1
    assert run.committed(1.2, 2) > 2 * run.committed(2.2, 3)


def test_flow_control() -> None:
    run = shipped("flow-control")

    states = [it.state for it in run.all(e.ProgressChanged, node="n1", peer="n3")]
    assert [a for a, b in pairwise([*states, ""]) if a != b] == ["probe", "replicate", "snapshot", "probe", "replicate"]
    assert run.all(e.SnapshotInstalled, 5, node="n3")
    assert run.cluster.nodes["n3"].last_applied >= run.cluster.nodes["n2"].last_applied - 1


def test_back_off_by_term() -> None:
    quick, slow = shipped("back-off-by-term"), changed("back-off-by-term", back_off="by_one")

    assert quick.leaders() == ["n1"]
    assert quick.all(e.LogTruncated, node="n3")
    assert quick.values("x") == {"8"}
    assert len(quick.all(e.AppendRefused, node="n3")) <= 3
    assert len(slow.all(e.AppendRefused, node="n3")) >= 7
    for run in (quick, slow):
        assert len({run.cluster.nodes[name].log.last_index for name in ("n1", "n2", "n3")}) == 1


# -- Disks -------------------------------------------------------------------------------------------------------


def test_slow_disk() -> None:
    run = shipped("slow-disk")

    syncs = {name: run.all(e.FsyncDone, 1, 3, node=name) for name in ("n1", "n2", "n3")}
    assert len(syncs["n3"]) * 5 < len(syncs["n2"])
    grown = [b.up_to - a.up_to for a, b in pairwise(syncs["n3"])]
    assert mean(grown) > 5, "many entries share an fsync"
    assert run.all(e.MessageHeld, 1, node="n2")
    assert run.committed(1, 3) > 350


def test_disk_stall() -> None:
    run = shipped("disk-stall")

    assert run.leaders() == ["n1"]
    assert run.committed(2, 3) > 15, "the others are a majority"
    assert run.committed(3.1, 4) == 0, "with one of them down they aren't"
    assert run.committed(4, 5) > 20
    assert not run.all(e.FsyncDone, 2, 4, node="n1")


def test_torn_tail() -> None:
    run = shipped("torn-tail")

    (first,) = run.all(e.NodeCrashed, node="n2")
    before = max(it.entry.index for it in run.all(e.EntryAppended, before=2, node="n2"))
    assert first.last_index < before
    assert not first.torn
    assert run.cluster.nodes["n2"].log.last_index > before
    (second,) = run.all(e.NodeCrashed, node="n3")
    assert second.torn
    assert run.all(e.DiskFoundTorn, node="n3")
    assert run.cluster.nodes["n3"].status.value == "crashed"


def test_a_run_can_be_told_from_another() -> None:
    # `changed` must change something, or the comparisons above say nothing.
    assert isinstance(changed("pre-vote", pre_vote=False), Run)
    assert changed("pre-vote", pre_vote=False).leaders(5)


def test_apply_and_restart() -> None:
    run = shipped("apply-and-restart")

    # n1 comes back with two changes in its log, of which it had applied the first: it must not forget that.
    assert run.all(e.NodeRestarted, node="n1")
    assert run.leaders(1.6)
    terms = [event.term for event in run.all(e.BecameLeader)]
    assert len(terms) == len(set(terms)), "two lead one term: the restart forgot the first change"
