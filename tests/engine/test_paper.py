"""What the paper says, section by section: the tests that etcd's authors named after it, in our own words.

Each test names the rule that it guards and a broken one. `test_seen_red` runs every test with its rule broken and wants
it to fail: a test that can't fail is a bug.
"""

from __future__ import annotations

from typing import Any

from raftlab.core.events import LogTruncated, VoteCounted
from raftlab.core.messages import AppendEntries, AppendEntriesReply, RequestVote, RequestVoteReply
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER
from raftlab.engine import Rules, election, replication
from tests.engine.arena import Arena, append, terms
from tests.engine.guarding import Guards, always, nothing

guards = Guards()


# --- 5.1: terms ----------------------------------------------------------------------------------------------


def _becomes_follower_of_newer_term(arena: Arena) -> None:
    arena.receive("n1", "n2", append(9, (0, 0), []))
    assert arena["n1"].current_term == 9
    assert arena["n1"].role is FOLLOWER


def _term_without_stepping_down(step: Any, term: int, sender: str) -> None:
    from raftlab.core.events import TermAdvanced

    step.emit(TermAdvanced(*step.stamp, None, term))


@guards("adopt_term", nothing)
def test_5_1_follower_updates_term_from_message(rules: Rules) -> None:
    _becomes_follower_of_newer_term(Arena(rules))


@guards("adopt_term", nothing)
def test_5_1_candidate_updates_term_from_message(rules: Rules) -> None:
    arena = Arena(rules)
    arena.candidate()
    _becomes_follower_of_newer_term(arena)


@guards("adopt_term", _term_without_stepping_down)
def test_5_1_leader_updates_term_from_message(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    _becomes_follower_of_newer_term(arena)


@guards("reject_stale_term", nothing)
def test_5_1_stale_term_is_rejected(rules: Rules) -> None:
    arena = Arena(rules)
    arena.set_term("n1", 5)
    (vote,) = arena.receive("n1", "n2", RequestVote(4, 9, 4))
    (refusal,) = arena.receive("n1", "n2", append(4, (0, 0), [4]))
    assert vote.message == RequestVoteReply(5, False)
    assert isinstance(refusal.message, AppendEntriesReply)
    assert (refusal.message.term, refusal.message.success) == (5, False)
    assert terms(arena["n1"]) == []


# --- 5.2: elections ------------------------------------------------------------------------------------------


def _joins_as_candidate(step: Any) -> None:
    election.randomize_timeout(step)
    election.start_election(step)


@guards("randomize_timeout", lambda step: election.start_election(step) if step.node.current_term == 0 else None)
def test_5_2_nodes_start_as_followers(rules: Rules) -> None:
    arena = Arena(rules)
    arena.start()
    assert [node.role for node in arena.cluster.nodes.values()] == [FOLLOWER] * 3
    assert all("election" in node.timers for node in arena.cluster.nodes.values())


@guards("send_heartbeat", nothing)
def test_5_2_leader_sends_heartbeats_to_all(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    beats = arena.timeout("n1", "heartbeat")
    assert [(beat.to, type(beat.message)) for beat in beats] == [("n2", AppendEntries), ("n3", AppendEntries)]
    assert "heartbeat" in arena["n1"].timers


def _stands_in_new_term(arena: Arena) -> None:
    before = arena["n1"].current_term
    draws = arena["n1"].timeouts_drawn
    requests = arena.timeout("n1")
    node = arena["n1"]
    assert (node.role, node.current_term, node.voted_for) == (CANDIDATE, before + 1, "n1")
    assert node.votes == {"n1": True}
    assert [(request.to, request.message) for request in requests] == [
        ("n2", RequestVote(before + 1, 0, 0)),
        ("n3", RequestVote(before + 1, 0, 0)),
    ]
    assert node.timeouts_drawn == draws + 1


def _election_without_new_term(step: Any) -> None:
    from raftlab.core.events import BecameCandidate

    step.emit(BecameCandidate(*step.stamp, None, step.node.current_term))


@guards("start_election", _election_without_new_term)
def test_5_2_follower_starts_an_election(rules: Rules) -> None:
    _stands_in_new_term(Arena(rules))


@guards("start_election", _election_without_new_term)
def test_5_2_candidate_starts_a_new_election(rules: Rules) -> None:
    arena = Arena(rules)
    arena.candidate()
    _stands_in_new_term(arena)


@guards("is_quorum", lambda step, names: len(names) >= 2)
def test_5_2_leader_is_elected_in_one_round(rules: Rules) -> None:
    cases = [
        (1, {}, LEADER),
        (3, {"n2": True, "n3": True}, LEADER),
        (3, {"n2": True}, LEADER),
        (5, {"n2": True, "n3": True, "n4": True, "n5": True}, LEADER),
        (5, {"n2": True, "n3": True}, LEADER),
        (3, {"n2": False, "n3": False}, FOLLOWER),
        (5, {"n2": False, "n3": False, "n4": False}, FOLLOWER),
        (5, {"n2": True}, CANDIDATE),
        (5, {"n2": True, "n3": False, "n4": False}, CANDIDATE),
        (5, {}, CANDIDATE),
        (4, {"n2": True}, CANDIDATE),
    ]
    for size, votes, role in cases:
        arena = Arena(rules, size)
        arena.candidate()
        for voter, granted in votes.items():
            arena.receive("n1", voter, RequestVoteReply(1, granted))
        # A candidate that a majority has refused stays one until its timer runs out: the paper knows no other way.
        assert arena["n1"].role is (CANDIDATE if role is FOLLOWER else role), (size, votes)
        assert arena["n1"].current_term == 1


@guards("vote_once", always)
def test_5_2_follower_votes_once_in_a_term(rules: Rules) -> None:
    for voted_for, candidate, granted in [
        (None, "n2", True),
        (None, "n3", True),
        ("n2", "n2", True),
        ("n3", "n3", True),
        ("n2", "n3", False),
        ("n3", "n2", False),
    ]:
        arena = Arena(rules)
        arena.set_term("n1", 1)
        if voted_for is not None:
            arena.receive("n1", voted_for, RequestVote(1, 0, 0))
        (answer,) = arena.receive("n1", candidate, RequestVote(1, 0, 0))
        assert answer.message == RequestVoteReply(1, granted), (voted_for, candidate)


@guards("count_vote", lambda step, voter, reply: step.emit(VoteCounted(*step.stamp, None, voter + "'", True)))
def test_5_2_candidate_counts_a_voter_once(rules: Rules) -> None:
    arena = Arena(rules, 5)
    arena.candidate()
    for _ in range(3):
        arena.receive("n1", "n2", RequestVoteReply(1, True))
    assert arena["n1"].votes == {"n1": True, "n2": True}
    assert arena["n1"].role is CANDIDATE


@guards("fall_back", nothing)
def test_5_2_candidate_falls_back_to_the_leader_of_its_term(rules: Rules) -> None:
    for ahead in (0, 1):
        arena = Arena(rules)
        arena.candidate()
        arena.receive("n1", "n2", append(1 + ahead, (0, 0), []))
        node = arena["n1"]
        assert (node.role, node.current_term, node.leader) == (FOLLOWER, 1 + ahead, "n2")


def _fixed_timeout(step: Any) -> None:
    step.timer(step, "election", step.cluster.parameters.election_timeout_min_us, None, True)


def _durations(arena: Arena, role: str, count: int) -> list[int]:
    found = []
    if role == "candidate":
        arena.candidate()
    for _ in range(count):
        if role == "candidate":
            arena.timeout("n1")
        else:
            arena.receive("n1", "n2", append(1, (0, 0), []))
        timer = arena["n1"].timers["election"]
        found.append(timer.due_us - timer.since_us)
    return found


@guards("randomize_timeout", _fixed_timeout)
def test_5_2_follower_timeouts_are_randomized(rules: Rules) -> None:
    _timeouts_spread(_durations(Arena(rules), "follower", 300))


@guards("randomize_timeout", _fixed_timeout)
def test_5_2_candidate_timeouts_are_randomized(rules: Rules) -> None:
    _timeouts_spread(_durations(Arena(rules), "candidate", 300))


def _timeouts_spread(durations: list[int]) -> None:
    assert all(150_000 <= duration <= 300_000 for duration in durations)
    tenths = {(duration - 150_000) * 10 // 150_001 for duration in durations}
    assert tenths == set(range(10))


def _conflicts(rules: Rules, role: str) -> float:
    """How often the two earliest timeouts of five nodes lie within a message's time of each other (15 ms)."""
    conflicts = 0
    for seed in range(200):
        arena = Arena(rules, 5, seed=seed)
        due = []
        for node in arena.cluster.nodes.values():
            arena.step.enter(node, 0, None)
            rules.start_election(arena.step) if role == "candidate" else rules.randomize_timeout(arena.step)
            due.append(node.timers["election"].due_us)
        due.sort()
        conflicts += due[1] - due[0] < 15_000
    return conflicts / 200


@guards("randomize_timeout", _fixed_timeout)
def test_5_2_follower_timeouts_rarely_conflict(rules: Rules) -> None:
    assert _conflicts(rules, "follower") < 0.5


@guards("randomize_timeout", _fixed_timeout)
def test_5_2_candidate_timeouts_rarely_conflict(rules: Rules) -> None:
    assert _conflicts(rules, "candidate") < 0.5


# --- 5.3: replication ----------------------------------------------------------------------------------------


@guards("replicate", nothing)
def test_5_3_leader_starts_replication(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    sent = arena.propose("n1", "x=1")
    assert terms(arena["n1"]) == [1]
    assert arena["n1"].commit_index == 0
    assert [(it.to, it.message) for it in sent] == [
        (peer, AppendEntries(1, 0, 0, tuple(arena["n1"].log), 0)) for peer in ("n2", "n3")
    ]


@guards("is_quorum", lambda step, names: len(names) >= 1)
def test_5_3_leader_commits_what_a_quorum_holds(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    arena.propose("n1", "x=1")
    assert arena["n1"].commit_index == 0
    arena.acknowledge("n1", "n2")
    assert (arena["n1"].commit_index, arena["n1"].last_applied) == (1, 1)
    assert arena["n1"].machine.items() == [("x", "1")]
    # The others hear of it with the next AppendEntries.
    assert {beat.message.leader_commit for beat in arena.timeout("n1", "heartbeat")} == {1}  # type: ignore[attr-defined]


@guards("is_quorum", lambda step, names: len(names) >= 2)
def test_5_3_leader_needs_a_quorum_of_acknowledgements(rules: Rules) -> None:
    for size, acknowledging, committed in [(1, 0, 1), (3, 0, 0), (3, 1, 1), (3, 2, 1), (5, 0, 0), (5, 1, 0), (5, 2, 1),
                                           (5, 3, 1), (4, 1, 0), (4, 2, 1)]:  # fmt: skip
        arena = Arena(rules, size)
        arena.leader()
        arena.propose("n1")
        arena.acknowledge("n1", *[f"n{number}" for number in range(2, 2 + acknowledging)])
        assert arena["n1"].commit_index == committed, (size, acknowledging)


@guards("commit_own_term", lambda step, index: False)
def test_5_3_leader_commits_preceding_entries_too(rules: Rules) -> None:
    for before in ([], [2], [1, 2], [1]):
        arena = Arena(rules, logs={"n1": before})
        arena.leader("n1", 3)
        arena.propose("n1")
        arena.acknowledge("n1", "n2")
        assert arena["n1"].commit_index == len(before) + 1
        assert arena["n1"].last_applied == len(before) + 1


@guards("follow_commit", nothing)
def test_5_3_follower_commits_what_its_leader_has_committed(rules: Rules) -> None:
    for new, commit, expected in [([1], 1, 1), ([1, 1], 2, 2), ([1, 1], 1, 1), ([1, 1], 5, 2)]:
        arena = Arena(rules)
        arena.receive("n1", "n2", append(1, (0, 0), new, commit))
        assert (arena["n1"].commit_index, arena["n1"].last_applied) == (expected, expected)


def _commit_beyond(step: Any, message: AppendEntries, vouched: int) -> None:
    replication.follow_commit(step, message, step.node.log.last_index)


@guards("follow_commit", _commit_beyond)
def test_5_3_follower_commits_no_further_than_the_message_vouches_for(rules: Rules) -> None:
    arena = Arena(rules, logs={"n1": [1, 1, 2]})
    # n1's entry 3 may conflict with the leader's: this message proves entries 1 and 2 only.
    arena.receive("n1", "n2", append(3, (2, 1), [], 3))
    assert arena["n1"].commit_index == 2


@guards("check_consistency", always)
def test_5_3_follower_checks_the_entry_before(rules: Rules) -> None:
    for prev, success in [((0, 0), True), ((1, 1), True), ((2, 2), True), ((1, 2), False), ((2, 1), False),
                          ((3, 3), False)]:  # fmt: skip
        arena = Arena(rules, logs={"n1": [1, 2]})
        (answer,) = arena.receive("n1", "n2", append(2, prev, []))
        assert isinstance(answer.message, AppendEntriesReply)
        assert answer.message.success is success, prev
        assert answer.message.rejected_index == (0 if success else prev[0])


def _truncate_always(step: Any, new: Any) -> None:
    if new[0].index <= step.node.log.last_index:
        step.emit(LogTruncated(*step.stamp, None, new[0].index))
    for entry in new:
        replication.append_entries(step, (entry,))


@guards("append_entries", _truncate_always)
def test_5_3_follower_appends_and_drops_only_from_a_conflict_on(rules: Rules) -> None:
    for prev, new, expected in [
        ((2, 2), [3], [1, 2, 3]),
        ((1, 1), [3, 4], [1, 3, 4]),
        ((0, 0), [1], [1, 2]),
        ((0, 0), [3], [3]),
        ((1, 1), [2], [1, 2]),
    ]:
        arena = Arena(rules, logs={"n1": [1, 2]})
        arena.receive("n1", "n2", append(4, prev, new))
        assert terms(arena["n1"]) == expected, (prev, new)


@guards("back_off", nothing)
def test_5_3_leader_brings_the_logs_of_figure_7_to_agree(rules: Rules) -> None:
    lead = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6]
    followers = [
        [1, 1, 1, 4, 4, 5, 5, 6, 6],
        [1, 1, 1, 4],
        [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
        [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
        [1, 1, 1, 4, 4, 4, 4],
        [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ]
    from raftlab.core.model import Parameters

    for back_off in ("by_one", "by_term"):
        for follower in followers:
            arena = Arena(rules, logs={"n1": lead, "n2": follower}, parameters=Parameters(back_off=back_off))
            arena.candidate("n1", 8)
            # n3 is empty and votes for n1; n2 may hold more, and its vote isn't needed.
            arena.receive("n1", "n3", RequestVoteReply(8, True))
            arena.propose("n1", "x=8")
            arena.exchange()
            assert terms(arena["n2"]) == terms(arena["n1"]) == [*lead, 8], (back_off, follower)
            assert arena["n2"].log == arena["n1"].log


def _progress_falls(step: Any, peer: str, reply: AppendEntriesReply) -> None:
    from raftlab.core.events import ProgressChanged

    match = reply.match_index
    step.emit(ProgressChanged(*step.stamp, None, peer, match, match + 1, match, "replicate"))


@guards("record_progress", _progress_falls)
def test_5_3_late_answers_lower_nothing(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    arena.propose("n1")
    arena.propose("n1")
    arena.acknowledge("n1", "n2")
    arena.receive("n1", "n2", AppendEntriesReply(1, True, 1))
    arena.receive("n1", "n2", AppendEntriesReply(1, False, 0, 0, 0, 1))
    assert arena["n1"].progress["n2"].match_index == 2
    assert arena["n1"].progress["n2"].next_index == 3


@guards("accept_proposal", lambda step, text, client, sequence: None)
def test_5_3_a_follower_names_the_leader_to_a_client(rules: Rules) -> None:
    arena = Arena(rules)
    arena.receive("n1", "n2", append(1, (0, 0), []))
    arena.propose("n1")
    answer = arena.events[-1]
    assert (type(answer).__name__, getattr(answer, "outcome", ""), getattr(answer, "leader", "")) == (
        "ClientAnswered",
        "refused",
        "n2",
    )
    assert terms(arena["n1"]) == []


# --- 5.4: safety ---------------------------------------------------------------------------------------------


def _request_without_log(step: Any) -> None:
    election.start_election(step)
    for sent in step.emit.__self__.sent:
        sent.message = RequestVote(step.node.current_term, 0, 0)


@guards("start_election", _request_without_log)
def test_5_4_1_vote_request_says_how_far_the_log_goes(rules: Rules) -> None:
    for log in ([1], [1, 2], [1, 1, 3]):
        arena = Arena(rules, logs={"n1": log})
        requests = arena.timeout("n1")
        assert [request.to for request in requests] == ["n2", "n3"]
        assert {request.message for request in requests} == {RequestVote(max(log) + 1, len(log), log[-1])}


@guards("compare_logs", always)
def test_5_4_1_voter_refuses_a_log_that_is_behind(rules: Rules) -> None:
    for mine, last, granted in [
        ([1], (1, 1), True),
        ([1], (2, 1), True),
        ([1, 1], (1, 1), False),
        ([1], (1, 2), True),
        ([1, 1], (1, 2), True),
        ([2], (1, 1), False),
        ([2], (2, 1), False),
        ([1, 2], (5, 1), False),
    ]:
        arena = Arena(rules, logs={"n1": mine})
        (answer,) = arena.receive("n1", "n2", RequestVote(3, *last))
        assert answer.message == RequestVoteReply(3, granted), (mine, last)


@guards("commit_own_term", always)
def test_5_4_2_only_current_term_entries_commit_by_count(rules: Rules) -> None:
    arena = Arena(rules, logs={"n1": [1, 2]})
    arena.leader("n1", 3)
    for index, committed in [(1, 0), (2, 0)]:
        arena.receive("n1", "n2", AppendEntriesReply(3, True, index))
        assert arena["n1"].commit_index == committed
    arena.propose("n1")
    arena.receive("n1", "n2", AppendEntriesReply(3, True, 3))
    assert arena["n1"].commit_index == 3


# --- every test above has been seen red ----------------------------------------------------------------------


test_seen_red = guards.seen_red()
