"""Happens-before against a plain search through the graph, and the chains that explain an event."""

from __future__ import annotations

import random

import pytest

from raftlab.core import events as e
from raftlab.core.log import Entry
from raftlab.core.messages import AppendEntries, AppendEntriesReply, RequestVote
from raftlab.session import open_scenario
from raftlab.session.lane import header_of
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.causality import Causality
from raftlab.trace.chain import MOST, explain, why
from raftlab.trace.codec import VERSION
from raftlab.view.message_words import is_reply
from tests.runs import faulted, record


def recorded(name: str, end_us: int | None = None, off: tuple[str, ...] = ()) -> Timeline:
    from msgspec.structs import replace

    scenario = open_scenario(name)
    scenario = replace(scenario, end_us=end_us or scenario.end_us, off=off)
    timeline = Timeline(header_of(scenario))
    for event in record(scenario)[0]:
        timeline.append(event)
    return timeline


@pytest.fixture(scope="module")
def crash() -> Timeline:
    return recorded("leader-crash", 3_000_000)


def kinds(timeline: Timeline, chain: list[int]) -> list[str]:
    return [type(timeline.event(position)).__name__ for position in chain]


def told(*events: e.Event) -> Timeline:
    timeline = Timeline(TraceHeader(VERSION, nodes=("n1", "n2", "n3")))
    for event in events:
        timeline.append(event)
    return timeline


# --- happens-before ---------------------------------------------------------------------------------------------------


def _pasts(events: list[e.Event]) -> list[set[int]]:
    """What happened before each event, by following every edge."""
    found: list[set[int]] = []
    last: dict[str | None, int] = {}
    for position, event in enumerate(events):
        before = [event.cause, getattr(event, "original", None)]
        if not isinstance(event, e.MessageDropped | e.MessageDuplicated):
            before.append(last.get(event.node))
            last[event.node] = position
        found.append(set().union(*({it} | found[it] for it in before if it is not None)))
    return found


@pytest.mark.parametrize("seed", [3, 10, 21])
def test_before_is_what_a_search_through_the_graph_finds(seed: int) -> None:
    events = record(faulted(seed, 1_200_000))[0][:1500]
    timeline = Timeline()  # names no nodes: each gets its lane when an event speaks of it
    for event in events:
        timeline.append(event)
    causality, pasts = Causality(timeline), _pasts(events)

    chance = random.Random(seed)
    apart = 0
    for _ in range(20_000):
        one, other = chance.randrange(len(events)), chance.randrange(len(events))
        assert causality.before(one, other) == (one in pasts[other]), (one, other)
        apart += causality.concurrent(one, other)
    assert 0 < apart < 20_000


def test_a_message_that_died_tells_its_receiver_nothing() -> None:
    timeline = told(
        e.MessageSent(0, "n1", None, None, "n2", RequestVote(1)),
        e.MessageDropped(1, "n2", 0, None, "n1", "lose"),
        e.TermAdvanced(2, "n2", None, None, 1),
    )
    causality = Causality(timeline)

    assert causality.before(0, 1)
    assert causality.concurrent(0, 2)
    assert causality.concurrent(1, 2)
    assert causality.clock(2) == {"n2": 1}


def test_a_second_copy_tells_what_the_first_one_does() -> None:
    message = RequestVote(1)
    timeline = told(
        e.MessageSent(0, "n1", None, None, "n2", message),
        e.MessageDuplicated(1, "n1", None, None, "n2", message, 0),
        e.MessageReceived(2, "n2", 1, None, "n1", message),
    )
    causality = Causality(timeline)

    assert causality.before(0, 2)
    assert causality.before(1, 2)


def test_clocks_follow_a_timeline_that_grows(crash: Timeline) -> None:
    timeline = told(e.TermAdvanced(0, "n1", None, None, 1))
    causality = Causality(timeline)
    assert causality.clock(0) == {"n1": 1}
    with pytest.raises(IndexError):
        causality.before(0, 1)

    timeline.append(e.TermAdvanced(1, "n9", 0, None, 1))

    assert causality.before(0, 1)
    assert causality.clock(1) == {"n1": 1, "n9": 1}


def test_a_story_may_begin_in_the_middle() -> None:
    timeline = told(*(e.TermAdvanced(0, "n1", None, None, term) for term in range(4)))
    causality = Causality(timeline, 2)

    assert causality.clock(2) == {"n1": 1}
    assert causality.before(2, 3)
    with pytest.raises(IndexError):
        causality.clock(1)


# --- why ------------------------------------------------------------------------------------------------------------


def test_every_chain_is_bounded_in_order_and_ends_with_its_event(crash: Timeline) -> None:
    for position in range(0, len(crash), 7):
        chain = why(crash, position)
        assert chain == sorted(set(chain))
        assert chain[-1] == position
        assert len(chain) <= MOST
        cause = crash.event(position).cause
        timer = getattr(crash.event(position), "timer", "election")
        assert cause is None or cause in chain or timer == "heartbeat" or is_reply(crash.event(position).message)  # type: ignore[attr-defined]


def test_an_election_is_explained_by_the_crash_of_the_leader(crash: Timeline) -> None:
    crashed = crash.postings("NodeCrashed")[0]
    fired = next(at for at in crash.postings("TimerFired") if at > crashed and crash.event(at).timer == "election")  # type: ignore[attr-defined]

    chain = {reason.position: reason.words for reason in explain(crash, fired)}

    assert chain[crashed] == f"{crash.event(crashed).node} can't send from then on"
    assert crash.event(crashed).cause in chain, "who made it crash"
    heard = next(at for at, words in chain.items() if "heard of a leader" in words)
    assert isinstance(crash.event(heard).message, AppendEntries)  # type: ignore[attr-defined]
    assert len(chain) < 8


def test_a_leader_is_explained_by_the_votes_of_a_majority(crash: Timeline) -> None:
    elected = crash.postings("BecameLeader")[-1]
    chain = why(crash, elected)
    name = crash.event(elected).node

    counted = [at for at in chain if isinstance(crash.event(at), e.VoteCounted) and crash.event(at).node == name]

    assert len(counted) == 3, "of five"
    assert "TimerFired" in kinds(crash, chain)
    assert "NodeCrashed" in kinds(crash, chain)


def test_a_commit_is_explained_by_the_entry_and_the_answers_of_a_majority(crash: Timeline) -> None:
    committed = [at for at in crash.postings("CommitAdvanced") if crash.event(at).rule == "advance_commit"][-1]
    chain = why(crash, committed)

    beliefs = [crash.event(at).peer for at in chain if isinstance(crash.event(at), e.ProgressChanged)]  # type: ignore[attr-defined]

    assert len(beliefs) == len(set(beliefs)) == 2, "with the leader itself three of five"
    assert "ClientAsked" in kinds(crash, chain)


def test_each_peer_counts_once_for_a_commit_and_by_what_is_believed_of_it_last() -> None:
    timeline = told(
        e.BecameLeader(0, "n1", None, None, 1),
        e.EntryAppended(1, "n1", None, None, Entry(1, 1)),
        e.ProgressChanged(2, "n1", None, None, "n2", 1, 2),
        e.ProgressChanged(3, "n1", None, None, "n2", 1, 3),
        e.ProgressChanged(4, "n1", None, None, "n3", 0, 1),
        e.CommitAdvanced(5, "n1", None, "advance_commit", 1),
    )

    assert why(timeline, 5) == [1, 3, 5]


def test_an_answer_is_not_explained_by_the_commit_that_came_with_the_entry() -> None:
    append, reply = AppendEntries(1, 1, 1, (Entry(2, 1),), 1), AppendEntriesReply(1, True, 2)
    timeline = told(
        e.CommitAdvanced(0, "n1", None, "advance_commit", 1),
        e.MessageSent(1, "n1", None, None, "n2", append),
        e.MessageReceived(2, "n2", 1, None, "n1", append),
        e.EntryAppended(2, "n2", 2, None, Entry(2, 1)),
        e.CommitAdvanced(2, "n2", 3, "follow_commit", 1),
        e.MessageSent(2, "n2", 4, None, "n1", reply),
    )

    assert why(timeline, 5) == [1, 2, 3, 5]


def test_a_followers_commit_is_explained_by_its_leaders(crash: Timeline) -> None:
    learned = next(at for at in crash.postings("CommitAdvanced") if crash.event(at).rule == "follow_commit")
    chain = why(crash, learned)

    assert [crash.event(at).rule for at in chain if isinstance(crash.event(at), e.CommitAdvanced)] == [
        "advance_commit",
        "follow_commit",
    ]


def test_a_heartbeat_is_explained_by_the_election_and_not_by_all_heartbeats_before_it(crash: Timeline) -> None:
    beat = [at for at in crash.postings("TimerFired") if crash.event(at).timer == "heartbeat"][20]  # type: ignore[attr-defined]

    assert kinds(crash, why(crash, beat)) == ["BecameLeader", "TimerFired"]


def test_refused_votes_name_what_the_voter_had_promised_or_heard() -> None:
    voted = told(
        e.TermAdvanced(0, "n2", None, None, 2),
        e.VoteGranted(1, "n2", None, None, "n1", 2),
        e.VoteRefused(2, "n2", None, None, "n3", "voted", 2),
        e.VoteRefused(3, "n2", None, None, "n3", "term", 1),
        e.LeaderLearned(4, "n2", None, None, "n1", 2),
        e.VoteRefused(5, "n2", None, None, "n3", "lease", 3),
        e.EntryAppended(6, "n2", None, None, Entry(1, 2)),
        e.VoteRefused(7, "n2", None, None, "n3", "log", 3),
        e.VoteGranted(8, "n2", None, None, "n3", 3),
        e.VoteRefused(9, "n2", None, None, "n3", "voted", 2),
    )

    assert why(voted, 2) == [1, 2]
    assert why(voted, 3) == [0, 3]
    assert why(voted, 5) == [4, 5]
    assert why(voted, 7) == [6, 7]
    assert why(voted, 9) == [1, 9], "the vote of that term, not a newer one"
    assert explain(voted, 5)[0].words == "n2 followed this leader"


def test_a_message_that_nobody_saw_arrive_is_no_evidence_of_a_lost_one() -> None:
    def timeline(reason: str) -> Timeline:
        return told(
            e.LeaderLearned(0, "n2", None, None, "n1", 1),
            e.MessageDropped(1, "n2", None, None, "n1", reason),
            e.TimerFired(2, "n2", None, None, "election"),
        )

    assert why(timeline("unseen"), 2) == [0, 2]
    assert why(timeline("lose"), 2) == [0, 1, 2]


def test_an_attempt_that_came_to_nothing_is_named_and_not_explained() -> None:
    def round_of(at_us: int, first: int, cause: int | None) -> list[e.Event]:
        return [
            e.TimerFired(at_us, "n2", cause, None, "election"),
            e.BecamePreCandidate(at_us, "n2", first, "ask_first", 1),
            e.TimerSet(at_us, "n2", first, None, "election", at_us + 9),
        ]

    timeline = told(*round_of(0, 0, None), *round_of(9, 3, 2), *round_of(18, 6, 5))

    assert why(timeline, 6) == [4, 5, 6]
    assert explain(timeline, 6)[0].words == "n2 asked before, and no majority answered in time"


def test_a_transfer_is_explained_by_who_asked_for_it() -> None:
    timeline = recorded("leadership-transfer")
    stood = next(at for at in timeline.postings("BecameCandidate") if timeline.event(at).rule == "take_over")

    chain = kinds(timeline, why(timeline, stood))

    assert "TransferStarted" in chain
    assert "CommandGiven" in chain
    assert "MessageReceived" in chain


def test_a_pause_that_is_over_kept_nothing_away_later() -> None:
    paused = [
        e.LeaderLearned(0, "n2", None, None, "n1", 1),
        e.NodePaused(1, "n1", None, None),
        e.NodeResumed(2, "n1", None, None),
        e.MessageReceived(3, "n2", None, None, "n1", AppendEntries(1)),
        e.TimerFired(4, "n2", None, None, "election"),
    ]

    assert why(told(*paused), 4) == [3, 4]
    assert why(told(*paused[:2], *paused[3:]), 3) == [1, 2, 3]


def test_a_higher_term_is_traced_to_who_stood_in_it() -> None:
    timeline = told(
        e.BecameCandidate(0, "n3", None, None, 7),
        e.MessageReceived(1, "n1", None, None, "n3", AppendEntries(7)),
        e.TermAdvanced(2, "n1", 1, None, 7),
        e.BecameFollower(3, "n1", 1, None, 7),
    )

    assert why(timeline, 2) == [0, 1, 2]
    assert 0 in why(timeline, 3)


def test_a_broken_invariant_names_both_leaders() -> None:
    timeline = recorded("second-election", off=("stand-without-raising-term",))
    broken = next(
        at
        for at in timeline.postings("InvariantBroken")
        if timeline.event(at).invariant == "Election Safety"  # type: ignore[attr-defined]
    )

    chain = why(timeline, broken)

    assert {timeline.event(at).node for at in chain if isinstance(timeline.event(at), e.BecameLeader)} == {"n1", "n2"}


def test_there_is_no_reason_for_what_isnt_there(crash: Timeline) -> None:
    with pytest.raises(IndexError):
        why(crash, len(crash))
