"""Traces made by hand: what no recording shows."""

from __future__ import annotations

from raftlab.core import events as e
from raftlab.core.messages import Heartbeat, RequestVote
from raftlab.core.model import FOLLOWER, UP, Config
from raftlab.diagnose.finding import (
    BROKEN,
    DISRUPTIVE,
    ELECTION,
    LEADERLESS,
    REFUSED,
    SKEWED,
    SLOW,
    STEPPED_DOWN,
    TWO_LEADERS,
    UNTOLD,
    Weight,
)
from tests.diagnose.simulated import told
from tests.diagnose.truth import answer, answers

SECOND = 1_000_000


def _boot(names: tuple[str, ...] = ("n1", "n2", "n3")) -> list[e.Event]:
    """Nodes that start at second 1; n1 leads term 1 from second 2.1 on."""
    config = Config(("n1", "n2", "n3"))
    events: list[e.Event] = []
    for name in names:
        events.append(e.NodeObserved(SECOND, name, None, None, status=UP, role=FOLLOWER, term=0, leader=None))
        events.append(e.ConfigChanged(SECOND, name, None, None, config))
        events.append(e.BecameFollower(SECOND, name, None, None, 0))
    events += [
        e.BecameCandidate(2_050_000, "n1", None, None, 1),
        e.VoteGranted(2_060_000, "n2", None, None, "n1", 1),
        e.BecameLeader(2_100_000, "n1", None, None, 1),
    ]
    events += [e.LeaderLearned(2_150_000, name, None, None, "n1", 1) for name in names if name != "n1"]
    return events


def test_an_ordinary_start_is_healthy() -> None:
    found = told(_boot())
    assert found.healthy
    assert found.findings == ()


def test_two_leaders_in_one_term_are_a_bug_and_come_first() -> None:
    found = told([*_boot(), e.BecameLeader(3_100_000, "n2", None, None, 1)])
    two = answer(found, TWO_LEADERS)
    assert found.findings[0] is two
    assert two.weight is Weight.BROKEN
    assert two.nodes == ("n1", "n2")
    assert two.confidence == "exact"
    assert found.verdict.startswith("Not healthy: two leaders in term 1")


def test_a_broken_invariant_is_told() -> None:
    found = told([*_boot(), e.InvariantBroken(3_100_000, "n2", None, None, "Log Matching", "entry 3 differs.")])
    assert "Log Matching is broken" in answer(found, BROKEN).answer


def test_a_leader_that_falls_silent() -> None:
    events = [
        *_boot(),
        e.SourceNoted(
            4_100_000, "n2", None, None, "peer became inactive (message send to peer failed) (peer-id: n1, error: EOF)"
        ),
        e.BecameCandidate(5_100_000, "n2", None, None, 2),
        e.VoteGranted(5_110_000, "n3", None, None, "n2", 2),
        e.BecameLeader(5_120_000, "n2", None, None, 2),
        e.SourceNoted(9_100_000, "n2", None, None, "still here"),
    ]
    found = told(events)
    down = answer(found, STEPPED_DOWN)
    assert down.nodes == ("n1",)
    assert down.from_us == 4_100_000
    assert down.confidence == "inferred"
    assert "is heard of no more" in down.answer
    assert answers(found, TWO_LEADERS) == []
    span = answer(found, LEADERLESS)
    assert (span.from_us, span.to_us) == (4_100_000, 5_120_000)


def test_a_leader_that_only_followers_tell_of() -> None:
    events = [
        *_boot(("n2", "n3"))[:6],
        e.LeaderLearned(2_150_000, "n2", None, None, "n1", 1),
        e.LeaderLearned(2_160_000, "n3", None, None, "n1", 1),
        e.LeaderLearned(4_100_000, "n2", None, None, None, 1),
        e.LeaderLearned(4_500_000, "n3", None, None, None, 1),
        e.BecameCandidate(5_100_000, "n2", None, None, 2),
        e.BecameLeader(5_200_000, "n2", None, None, 2),
    ]
    found = told(events)
    span = answer(found, LEADERLESS)
    assert (span.from_us, span.to_us, span.confidence) == (4_500_000, 5_200_000, "inferred")
    assert "no log of n1 is here" in span.answer
    assert "no log of n1 is among these files" in answer(found, UNTOLD).answer


def test_an_election_in_the_middle_means_that_a_leader_was_lost() -> None:
    events = [
        e.SourceNoted(SECOND, "n3", None, None, "here"),
        e.BecameCandidate(4_100_000, "n2", None, None, 8),
        e.BecameLeader(4_300_000, "n2", None, None, 8),
    ]
    span = answer(told(events), LEADERLESS)
    assert "no leader for at least 200 ms in all" in span.answer
    assert "whoever led before was lost" in span.answer
    assert span.confidence == "inferred"
    first = [e.BecameCandidate(4_100_000, "n2", None, None, 1), e.BecameLeader(4_300_000, "n2", None, None, 1)]
    assert told(first).healthy


def test_a_disruptor_whose_log_is_missing() -> None:
    deposed = e.BecameFollower(4_100_000, "n1", None, None, 7, None, "MsgAppResp of a higher term from n3")
    events = [
        *_boot(("n1", "n2")),
        deposed,
        e.BecameCandidate(5_100_000, "n1", None, None, 8),
        e.BecameLeader(5_200_000, "n1", None, None, 8),
    ]
    found = told(events)
    disruptive = answer(found, DISRUPTIVE)
    assert disruptive.nodes == ("n3", "n1")
    assert disruptive.confidence == "inferred"
    assert "in term 7 already when n1 led term 1" in disruptive.answer


def _stand(at_us: int, name: str, term: int) -> list[e.Event]:
    ask = RequestVote(term, 5, 1)
    return [
        e.BecameCandidate(at_us, name, None, None, term),
        e.MessageSent(at_us + 1, name, None, None, "n1", ask),
        e.MessageReceived(at_us + 2, "n1", None, None, name, ask),
    ]


def test_many_elections_in_vain_disturb_though_no_leader_had_to_go() -> None:
    vain = [event for term in (2, 3, 4) for event in _stand((2 + term) * SECOND + 100_000, "n3", term)]
    assert answers(told([*_boot(), *vain[:6]]), DISRUPTIVE) == []
    disruptive = answer(told([*_boot(), *vain]), DISRUPTIVE)
    assert disruptive.nodes == ("n3",)
    assert "No leader had to go" in disruptive.answer
    assert "it could send but did not hear its leader: its requests (terms 2 to 4) reached n1" in disruptive.answer


def test_a_node_that_takes_over_again_and_again_is_hasty() -> None:
    def takes_over(at_us: int, name: str, term: int, old: str) -> list[e.Event]:
        reason = f"MsgVote of a higher term from {name}"
        return [
            e.BecameCandidate(at_us, name, None, None, term),
            e.BecameFollower(at_us + 100, old, None, None, term, None, reason),
            e.BecameLeader(at_us + 200, name, None, None, term),
        ]

    once = [*_boot(), *takes_over(4_100_000, "n2", 2, "n1")]
    assert answers(told(once), DISRUPTIVE) == []
    back = takes_over(5_100_000, "n1", 3, "n2")
    hasty = answer(told([*once, *back, *takes_over(6_100_000, "n2", 4, "n1")]), DISRUPTIVE)
    assert hasty.nodes == ("n2", "n1")
    assert "unseated 2 working leaders" in hasty.answer


def test_a_leader_that_is_seen_as_a_follower_much_later_was_not_stale_till_then() -> None:
    events = [
        *_boot(),
        e.BecameCandidate(4_100_000, "n2", None, None, 2),
        e.BecameLeader(4_200_000, "n2", None, None, 2),
        e.NodeObserved(9_100_000, "n1", None, None, role=FOLLOWER, term=2, leader="n2"),
    ]
    found = told(events)
    assert answers(found, TWO_LEADERS) == []
    assert answer(found, STEPPED_DOWN).from_us == 4_200_000
    beat = e.MessageSent(7_100_000, "n1", None, None, "n3", Heartbeat(1))
    assert answer(told([*events[:-1], beat, events[-1]]), TWO_LEADERS).nodes == ("n1", "n2")


def test_a_refusal_for_a_leaders_sake_says_nothing_of_the_log_unless_the_voter_is_ahead() -> None:
    def refused(index: int) -> str:
        events = [
            *_boot(),
            *_stand(4_100_000, "n2", 2),
            e.NodeObserved(4_200_000, "n1", None, None, last_index=index, last_term=1),
            e.VoteRefused(4_200_000, "n1", None, None, "n2", "lease", 1),
            *_stand(5_100_000, "n2", 3),
        ]
        return answer(told(events), ELECTION).answer

    assert "nobody refused it for its log" in refused(5)
    assert "n1's ended at entry 9 of term 1, 4 entries further" in refused(9)


def _slow(count: int, exceeded: str) -> list[e.Event]:
    text = (
        "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk "
        f"(to: n2, expected-duration: 200ms, exceeded-duration: {exceeded})"
    )
    return [e.SourceNoted(3_100_000 + 500_000 * i, "n1", None, None, text) for i in range(count)]


def test_a_slow_leader() -> None:
    few = told([*_boot(), *_slow(2, "269.2ms")])
    assert few.healthy
    assert "2 times heartbeats sent late (the worst 269 ms)" in few.verdict
    many = answer(told([*_boot(), *_slow(6, "269.2ms")]), SLOW)
    assert many.nodes == ("n1",)
    assert "It led term 1 then" in many.answer
    assert "disk" in many.advice
    long = answer(told([*_boot(), *_slow(1, "2.5s")]), SLOW)
    assert "the worst 2.5 s" in long.answer


def test_skewed_clocks() -> None:
    note = "prober found high clock drift (remote-peer-id: n2, clock-drift: 6.4s)"
    found = answer(told([*_boot(), e.SourceNoted(4_100_000, "n1", None, None, note)]), SKEWED)
    assert found.nodes == ("n2", "n1")
    assert "up to 6.4s" in found.answer


def test_estimated_offsets() -> None:
    far = answer(told(_boot(), clocks={"n2": -7_200_000_000, "n3": 60_000}), SKEWED)
    assert far.nodes == ("n2", "n3")
    assert far.confidence == "inferred"
    assert "n2 is about 7200.0 s behind and n3 is about 60 ms ahead" in far.answer
    near = told(_boot(), clocks={"n3": 60_000})
    assert near.healthy
    assert told(_boot(), clocks={"n3": 4_000}).verdict == told(_boot()).verdict


def test_votes_refused_say_by_how_much() -> None:
    events = [
        *_boot(),
        e.BecameCandidate(4_100_000, "n2", None, None, 2),
        e.BecameFollower(4_200_000, "n1", None, None, 2, None, "MsgVote of a higher term from n2"),
        e.NodeObserved(4_210_000, "n1", None, None, last_index=9, last_term=1),
        e.VoteRefused(4_210_000, "n1", None, None, "n2", "log", 2),
        e.BecameCandidate(6_100_000, "n1", None, None, 3),
        e.BecameLeader(6_200_000, "n1", None, None, 3),
    ]
    refused = answer(told(events), REFUSED)
    assert "n1 refused the vote to n2 in term 2" in refused.answer
    assert "n1's ended at entry 9 of term 1" in refused.answer
