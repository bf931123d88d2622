"""What must be durable before others hear of it (Figure 2), and what needn't (dissertation 10.2.1)."""

from __future__ import annotations

from typing import Any

from raftlab.core.commands import Crash, Propose, Restart
from raftlab.core.events import DiskFoundTorn, Event, FsyncStarted, HeldReleased
from raftlab.core.messages import AppendEntries, AppendEntriesReply, RequestVote, RequestVoteReply
from raftlab.core.model import CRASHED, LEADER, Parameters, Scheduled
from raftlab.core.scenario import Scenario
from raftlab.engine import Rules, progress
from raftlab.sim import Simulation
from tests.engine.arena import Arena, append, terms
from tests.engine.guarding import Guards, never, nothing

guards = Guards()

DISK = Parameters(disk_fsync_us=1000)


def _send_before_the_fsync(step: Any, to: str, message: Any, rule: str) -> None:
    step.send(to, message, rule)


# --- Figure 2: promises wait ---------------------------------------------------------------------------------


@guards("wait_for_disk", _send_before_the_fsync)
def test_figure_2_a_vote_waits_for_the_fsync(rules: Rules) -> None:
    arena = Arena(rules, parameters=DISK)
    assert arena.receive("n1", "n2", RequestVote(1, 0, 0)) == []
    (answer,) = arena.fsync("n1")
    assert (answer.to, answer.message) == ("n2", RequestVoteReply(1, True))


@guards("wait_for_disk", _send_before_the_fsync)
def test_figure_2_an_acknowledgement_waits_for_the_fsync(rules: Rules) -> None:
    arena = Arena(rules, parameters=DISK)
    assert arena.receive("n1", "n2", append(1, (0, 0), [1])) == []
    (answer,) = arena.fsync("n1")
    assert answer.message == AppendEntriesReply(1, True, 1)


@guards("wait_for_disk", _send_before_the_fsync)
def test_figure_2_a_candidate_asks_once_its_own_vote_is_durable(rules: Rules) -> None:
    arena = Arena(rules, parameters=DISK)
    assert arena.timeout("n1") == []
    assert {it.message for it in arena.fsync("n1")} == {RequestVote(1, 0, 0)}


@guards("count_votes", lambda step: step.rules.become_leader(step))
def test_figure_2_a_server_alone_leads_once_its_vote_is_durable(rules: Rules) -> None:
    arena = Arena(rules, 1, parameters=DISK)
    arena.timeout("n1")
    assert arena.cluster.leaders() == []
    arena.fsync("n1")
    assert arena["n1"].role is LEADER


@guards("wait_for_disk", _send_before_the_fsync)
def test_figure_2_whatever_was_acknowledged_survives_a_crash(rules: Rules) -> None:
    for seed in range(20):
        arena = Arena(rules, parameters=DISK, seed=seed)
        acknowledged = 0
        for index in range(1, 6):
            for sent in arena.receive("n2", "n1", append(1, (index - 1, min(index - 1, 1)), [1])):
                assert isinstance(sent.message, AppendEntriesReply)
                acknowledged = max(acknowledged, sent.message.match_index)
            if index == 3:
                arena.fsync("n2")
        arena.crash("n2")
        assert arena["n2"].log.last_index >= acknowledged, seed


@guards("wait_for_disk", _send_before_the_fsync)
def test_figure_2_a_vote_that_was_told_survives_a_crash(rules: Rules) -> None:
    arena = Arena(rules, parameters=DISK)
    told = arena.receive("n2", "n1", RequestVote(1, 0, 0))
    arena.crash("n2")
    arena.restart("n2")
    assert (told, arena["n2"].current_term, arena["n2"].voted_for) == ([], 0, None)
    arena.receive("n2", "n1", RequestVote(1, 0, 0))
    assert len(arena.fsync("n2")) == 1
    arena.crash("n2")
    arena.restart("n2")
    assert (arena["n2"].current_term, arena["n2"].voted_for) == (1, "n1")


@guards("recover", nothing)
def test_5_2_a_server_that_restarts_waits_for_a_leader_first(rules: Rules) -> None:
    arena = Arena(rules, parameters=DISK)
    arena.leader()
    arena.propose("n1")
    arena.fsync("n1")
    arena.acknowledge("n1", "n2")
    arena.crash("n1")
    arena.restart("n1")
    node = arena["n1"]
    assert (node.role.value, node.current_term, terms(node), node.commit_index) == ("follower", 1, [1], 0)
    assert "election" in node.timers


# --- group commit --------------------------------------------------------------------------------------------


def _one_by_one(step: Any) -> None:
    if step.node.disk is not None and step.node.disk.index < step.node.log.last_index:
        step.fsync(step)


@guards("persist", _one_by_one)
def test_group_commit_what_is_written_meanwhile_shares_the_next_fsync(rules: Rules) -> None:
    arena = Arena(rules, parameters=DISK)
    for index in range(1, 5):
        arena.receive("n2", "n1", append(1, (index - 1, min(index - 1, 1)), [1]))
    assert len(arena.happened(FsyncStarted, node="n2")) == 1
    assert [it.message for it in arena.fsync("n2")] == [AppendEntriesReply(1, True, 1)]
    assert [it.up_to for it in arena.happened(FsyncStarted, node="n2")] == [1, 4]
    answers = [it.message for it in arena.fsync("n2")]
    assert answers == [AppendEntriesReply(1, True, index) for index in (2, 3, 4)]
    assert len(arena.happened(FsyncStarted, node="n2")) == 2


def _release_all(step: Any) -> None:
    held = step.node.held
    step.emit(HeldReleased(step.now_us, step.node.name, None, None))
    for it in held:
        step.send(it.to, it.message, it.rule)


@guards("fsync_done", _release_all)
def test_figure_2_a_promise_of_an_older_term_interests_nobody_any_more(rules: Rules) -> None:
    arena = Arena(rules, parameters=DISK)
    arena.receive("n2", "n1", append(1, (0, 0), [1]))
    arena.receive("n2", "n3", append(2, (0, 0), []))
    assert arena.fsync("n2") == []
    assert {it.message.term for it in arena.fsync("n2")} == {2}


# --- 10.2.1: the leader writes while its followers do ---------------------------------------------------------


@guards("send_out", nothing)
def test_10_2_1_a_leader_sends_before_its_own_fsync(rules: Rules) -> None:
    arena = Arena(rules, parameters=DISK)
    arena.leader()
    sent = arena.propose("n1")
    assert [(it.to, type(it.message)) for it in sent] == [("n2", AppendEntries), ("n3", AppendEntries)]
    assert (arena["n1"].log.last_index, arena["n1"].durable_index) == (1, 0)


def _count_what_isnt_durable(step: Any) -> None:
    disk, step.node.disk = step.node.disk, None
    progress.advance_commit(step)
    step.node.disk = disk


@guards("advance_commit", _count_what_isnt_durable)
def test_10_2_1_a_leader_counts_itself_after_its_fsync_only(rules: Rules) -> None:
    arena = Arena(rules, parameters=DISK)
    arena.leader()
    arena.propose("n1")
    arena.acknowledge("n1", "n2")
    assert arena["n1"].commit_index == 0
    arena.fsync("n1")
    assert arena["n1"].commit_index == 1


@guards("is_quorum", lambda step, names: step.node.name in names and len(names) >= 2)
def test_10_2_1_a_quorum_of_followers_commits_what_the_leader_hasnt_written(rules: Rules) -> None:
    arena = Arena(rules, parameters=DISK)
    arena.leader()
    arena.propose("n1")
    arena.acknowledge("n1", "n2", "n3")
    assert (arena["n1"].commit_index, arena["n1"].durable_index) == (1, 0)


# --- a torn disk ---------------------------------------------------------------------------------------------


@guards("refuse_torn_disk", never)
def test_a_server_whose_disk_lost_what_was_durable_doesnt_start(rules: Rules) -> None:
    script = (
        Scheduled(1_000_000, Propose("x=1")),
        Scheduled(2_000_000, Crash("n2", lose=1)),
        Scheduled(3_000_000, Restart("n2")),
    )
    events: list[Event] = []
    scenario = Scenario(nodes=("n1", "n2", "n3"), parameters=DISK, script=script)
    simulation = Simulation.begin(scenario, events.append, rules=rules)
    simulation.run(4_000_000)
    assert [type(it) for it in events if isinstance(it, DiskFoundTorn)] == [DiskFoundTorn]
    assert simulation.cluster.nodes["n2"].status is CRASHED


test_seen_red = guards.seen_red()
