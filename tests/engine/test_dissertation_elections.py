"""The dissertation on elections: ask first (9.6), keep to a living leader (4.2.3), lead with a quorum only (6.2)."""

from __future__ import annotations

from typing import Any

from raftlab.core.events import ClientAnswered, VoteGranted, VoteRefused
from raftlab.core.messages import (
    AppendEntriesReply,
    PreVote,
    PreVoteReply,
    RequestVote,
    RequestVoteReply,
)
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, Parameters
from raftlab.engine import Rules, leadership
from tests.engine.arena import Arena, append
from tests.engine.guarding import Guards, always, never, nothing

guards = Guards()

PRE_VOTE = Parameters(pre_vote=True)
ETCDS_PRE_VOTE = Parameters(pre_vote=True, pre_vote_heeds_leader=False)
CHECK_QUORUM = Parameters(check_quorum=True)
SHORTEST_US = PRE_VOTE.election_timeout_min_us


def _stand_without_asking(step: Any) -> None:
    step.rules.start_election(step)


# --- 9.6: PreVote --------------------------------------------------------------------------------------------


@guards("time_out", _stand_without_asking)
def test_9_6_a_server_asks_before_it_raises_its_term(rules: Rules) -> None:
    arena = Arena(rules, logs={"n1": [1, 2]}, parameters=PRE_VOTE)
    questions = arena.timeout("n1")
    node = arena["n1"]
    assert (node.role, node.current_term, node.voted_for) == (PRE_CANDIDATE, 2, None)
    assert [(it.to, it.message) for it in questions] == [("n2", PreVote(2, 2, 2)), ("n3", PreVote(2, 2, 2))]
    assert "election" in node.timers


@guards("ask_first", _stand_without_asking)
def test_9_6_a_server_that_asks_in_vain_never_raises_its_term(rules: Rules) -> None:
    arena = Arena(rules, parameters=PRE_VOTE)
    for _ in range(20):
        arena.timeout("n3")
    assert arena["n3"].current_term == 0


@guards("keep_to_leader", never)
def test_9_6_a_pre_vote_is_refused_while_a_leader_is_heard(rules: Rules) -> None:
    for silent_us, granted in [(0, False), (SHORTEST_US - 1, False), (SHORTEST_US, True)]:
        arena = Arena(rules, parameters=PRE_VOTE)
        arena.receive("n1", "n2", append(1, (0, 0), []))
        arena.now_us += silent_us
        (answer,) = arena.receive("n1", "n3", PreVote(1, 0, 0))
        assert answer.message == PreVoteReply(1, granted), silent_us


@guards("keep_to_leader", never)
def test_9_6_a_leader_refuses_to_be_asked_away(rules: Rules) -> None:
    arena = Arena(rules, parameters=PRE_VOTE)
    arena.leader()
    (answer,) = arena.receive("n1", "n3", PreVote(1, 9, 1))
    assert answer.message == PreVoteReply(1, False)
    assert arena["n1"].role is LEADER


@guards("keep_to_leader", always)
def test_9_6_etcd_refuses_a_pre_vote_for_its_leader_with_check_quorum_only(rules: Rules) -> None:
    both = Parameters(pre_vote=True, pre_vote_heeds_leader=False, check_quorum=True)
    for parameters, granted in [(ETCDS_PRE_VOTE, True), (both, False)]:
        arena = Arena(rules, parameters=parameters)
        arena.receive("n1", "n2", append(1, (0, 0), []))
        (answer,) = arena.receive("n1", "n3", PreVote(1, 0, 0))
        assert answer.message == PreVoteReply(1, granted), parameters.check_quorum


@guards("compare_logs", always)
def test_9_6_a_pre_vote_for_a_log_that_is_behind_is_refused(rules: Rules) -> None:
    for last, granted in [((1, 1), False), ((2, 1), False), ((1, 2), False), ((2, 2), True), ((1, 3), True)]:
        arena = Arena(rules, logs={"n1": [1, 2]}, parameters=PRE_VOTE)
        (answer,) = arena.receive("n1", "n2", PreVote(3, *last))
        assert answer.message == PreVoteReply(3, granted), last


def _pre_vote_that_binds(step: Any, candidate: str, request: PreVote) -> None:
    step.rules.grant_vote(step, candidate, RequestVote(request.term, request.last_log_index, request.last_log_term))


@guards("grant_pre_vote", _pre_vote_that_binds)
def test_9_6_a_pre_vote_binds_nobody(rules: Rules) -> None:
    arena = Arena(rules, parameters=PRE_VOTE)
    arena.start()
    before = arena["n1"].timers["election"]
    for candidate in ("n2", "n3"):
        (answer,) = arena.receive("n1", candidate, PreVote(0, 0, 0))
        assert answer.message == PreVoteReply(0, True)
    node = arena["n1"]
    assert (node.voted_for, node.current_term, node.timers["election"]) == (None, 0, before)
    assert [it.candidate for it in arena.happened(VoteGranted, pre=True)] == ["n2", "n3"]


@guards("count_pre_vote", nothing)
def test_9_6_a_quorum_of_pre_votes_leads_to_an_election(rules: Rules) -> None:
    arena = Arena(rules, 5, parameters=PRE_VOTE)
    arena.timeout("n1")
    assert arena.receive("n1", "n2", PreVoteReply(0, False)) == []
    assert arena.receive("n1", "n3", PreVoteReply(0, True)) == []
    assert arena["n1"].role is PRE_CANDIDATE
    requests = arena.receive("n1", "n4", PreVoteReply(0, True))
    assert (arena["n1"].role, arena["n1"].current_term, arena["n1"].votes) == (CANDIDATE, 1, {"n1": True})
    assert {it.message for it in requests} == {RequestVote(1, 0, 0)}


@guards("is_quorum", always)
def test_9_6_a_minority_of_pre_votes_leads_to_nothing(rules: Rules) -> None:
    arena = Arena(rules, 5, parameters=PRE_VOTE)
    arena.timeout("n1")
    for _ in range(3):  # the same voter's answer, several times
        arena.receive("n1", "n2", PreVoteReply(0, True))
    assert (arena["n1"].role, arena["n1"].current_term) == (PRE_CANDIDATE, 0)


@guards("fall_back", nothing)
def test_9_6_a_server_that_asks_follows_the_leader_that_speaks_up(rules: Rules) -> None:
    arena = Arena(rules, parameters=PRE_VOTE)
    arena.timeout("n1")
    arena.receive("n1", "n2", append(0, (0, 0), []))
    assert (arena["n1"].role, arena["n1"].leader) == (FOLLOWER, "n2")


@guards("time_out", _stand_without_asking)
def test_9_6_a_server_that_was_cut_off_comes_back_without_a_new_election(rules: Rules) -> None:
    arena = Arena(rules, parameters=PRE_VOTE)
    arena.leader()
    arena.exchange(down=("n3",))
    for _ in range(5):
        arena.timeout("n3")
        arena.sent.clear()  # it is cut off
    arena.timeout("n3")
    arena.timeout("n1", "heartbeat")
    arena.exchange()
    assert (arena["n1"].role, arena["n1"].current_term) == (LEADER, 1)
    assert arena["n3"].leader == "n1"


# --- 6.2: a leader needs a quorum to go on -------------------------------------------------------------------


def _answer(arena: Arena, peer: str, clock_us: int) -> None:
    arena.receive("n1", peer, AppendEntriesReply(arena["n1"].current_term, True, clock_us=clock_us))


@guards("check_quorum", nothing)
def test_6_2_a_leader_that_no_quorum_answers_steps_down(rules: Rules) -> None:
    arena = Arena(rules, 5, parameters=CHECK_QUORUM)
    arena.leader()
    arena.propose("n1")
    _answer(arena, "n2", 100_000)
    arena.now_us = arena["n1"].timers["quorum"].due_us
    arena.timeout("n1", "quorum")
    node = arena["n1"]
    assert (node.role, node.current_term, node.leader) == (FOLLOWER, 1, None)
    assert set(node.timers) == {"election"}
    # Its client can't be told whether the entry will be committed.
    assert [it.outcome for it in arena.happened(ClientAnswered)] == ["unknown"]


def _always_down(step: Any) -> None:
    step.rules.step_down(step, "check_quorum", "")


@guards("check_quorum", _always_down)
def test_6_2_a_leader_that_a_quorum_answers_stays(rules: Rules) -> None:
    arena = Arena(rules, 5, parameters=CHECK_QUORUM)
    arena.leader()
    for _ in range(3):
        arena.now_us = arena["n1"].timers["quorum"].due_us
        for peer in ("n2", "n3"):
            _answer(arena, peer, arena.now_us - 10_000)
        arena.timeout("n1", "quorum")
        assert arena["n1"].role is LEADER
    arena.now_us = arena["n1"].timers["quorum"].due_us
    arena.timeout("n1", "quorum")
    assert arena["n1"].role is FOLLOWER  # what was answered before counts once


@guards("confirm_lead", nothing)
def test_6_2_a_late_answer_proves_the_moment_of_its_question_only(rules: Rules) -> None:
    arena = Arena(rules, parameters=CHECK_QUORUM)
    arena.leader()
    _answer(arena, "n2", 120_000)
    _answer(arena, "n2", 40_000)
    assert arena["n1"].acked == {"n2": 120_000}


# --- 4.2.3: voters keep to a leader that they hear ------------------------------------------------------------


@guards("keep_to_leader", never)
def test_4_2_3_a_voter_that_hears_a_leader_disregards_a_request(rules: Rules) -> None:
    arena = Arena(rules, parameters=CHECK_QUORUM)
    arena.receive("n1", "n2", append(1, (0, 0), []))
    arena.now_us = SHORTEST_US - 1
    assert arena.receive("n1", "n3", RequestVote(7, 5, 5)) == []
    # Not even its term is taken over: else the next heartbeat would be refused, and the leader have to go.
    assert (arena["n1"].current_term, arena["n1"].voted_for) == (1, None)
    assert [it.reason for it in arena.happened(VoteRefused)] == ["lease"]
    arena.now_us = SHORTEST_US
    (answer,) = arena.receive("n1", "n3", RequestVote(7, 5, 5))
    assert answer.message == RequestVoteReply(7, True)


@guards("keep_to_leader", never)
def test_4_2_3_a_leader_disregards_a_request_too(rules: Rules) -> None:
    arena = Arena(rules, parameters=CHECK_QUORUM)
    arena.leader()
    assert arena.receive("n1", "n3", RequestVote(7, 5, 5)) == []
    assert (arena["n1"].role, arena["n1"].current_term) == (LEADER, 1)


@guards("keep_to_leader", always)
def test_4_2_3_the_papers_voters_follow_any_higher_term(rules: Rules) -> None:
    arena = Arena(rules)
    arena.receive("n1", "n2", append(1, (0, 0), []))
    (answer,) = arena.receive("n1", "n3", RequestVote(7, 5, 5))
    assert answer.message == RequestVoteReply(7, True)


def _heed_even_a_transfer(step: Any, candidate: str, request: RequestVote | PreVote) -> bool:
    asked = RequestVote(request.term, request.last_log_index, request.last_log_term)
    return leadership.keep_to_leader(step, candidate, asked)


@guards("keep_to_leader", _heed_even_a_transfer)
def test_4_2_3_a_candidate_whom_the_leader_has_asked_to_stand_is_heard(rules: Rules) -> None:
    arena = Arena(rules, parameters=CHECK_QUORUM)
    arena.receive("n1", "n2", append(1, (0, 0), []))
    (answer,) = arena.receive("n1", "n3", RequestVote(2, 0, 0, transfer=True))
    assert answer.message == RequestVoteReply(2, True)


test_seen_red = guards.seen_red()
