"""Elections: Vote Once, Election Quorum, Joint Quorum of votes, Candidate Term, Monotonic Term."""

from __future__ import annotations

from raftlab.core.events import ClusterCreated, History, NodeCrashed, NodeJoined, NodeRestarted, SnapshotInstalled
from raftlab.core.model import Config, Entry
from tests.core.invariant_histories import (
    IMPORTED,
    SLOW_DISKS,
    appends,
    broken,
    check,
    configures,
    counts,
    crashes,
    fsyncs,
    grants,
    leads,
    reaches,
    stands,
    votes,
    wins,
)


def test_monotonic_term() -> None:
    assert broken(reaches("n1", 2), reaches("n1", 3)) == []
    assert broken(reaches("n1", 2), reaches("n1", 1)) == ["Monotonic Term"]
    begun = ClusterCreated(0, None, None, None, ("n1",), histories={"n1": History(3)})
    assert broken(begun, reaches("n1", 2)) == ["Monotonic Term"]
    # A crash may take a term from the disk that wasn't durable yet.
    assert broken(SLOW_DISKS, reaches("n1", 2), crashes("n1", term=1), reaches("n1", 2)) == []


def test_vote_once() -> None:
    once = [reaches("n3", 1), grants("n3", "n1", 1)]

    assert broken(*once, grants("n3", "n1", 1)) == []
    assert broken(*once, grants("n3", "n2", 2)) == []
    assert broken(*once, grants("n3", "n2", 1, pre=True)) == []
    assert broken(*once, grants("n3", "n2", 1)) == ["Vote Once"]
    assert broken(IMPORTED, *once, grants("n3", "n2", 1)) == ["Vote Once"]
    assert check(*once, grants("n3", "n2", 1))[0].text == "n3 votes for n1 and for n2 in term 1"


def test_vote_once_looks_past_later_terms_and_restarts() -> None:
    once = [reaches("n3", 1), grants("n3", "n1", 1), reaches("n3", 2), grants("n3", "n1", 2)]

    assert broken(*once, crashes("n3"), grants("n3", "n2", 1)) == ["Vote Once"]
    # Without a disk model all is durable, whatever the crash is said to have lost.
    assert broken(*once, crashes("n3", term=0), reaches("n3", 2), grants("n3", "n2", 2)) == ["Vote Once"]


def test_vote_once_counts_a_vote_that_a_server_began_with() -> None:
    created = ClusterCreated(0, None, None, None, ("n1", "n2", "n3"), histories={"n3": History(1, "n1")})

    assert broken(created, grants("n3", "n2", 1)) == ["Vote Once"]
    assert broken(created, grants("n3", "n1", 1)) == []


def test_vote_once_lets_a_vote_go_that_was_neither_durable_nor_told() -> None:
    once = [SLOW_DISKS, reaches("n3", 1), grants("n3", "n1", 1)]
    again = [*crashes("n3", term=0), reaches("n3", 1), grants("n3", "n2", 1)]

    assert broken(*once, *again) == []
    assert broken(*once, fsyncs("n3", 0, 1, "n1"), *again) == ["Vote Once"]
    # The fsync was of the term before; or of this one, before the vote.
    assert broken(SLOW_DISKS, fsyncs("n3", 0, 0, None), *once[1:], *again) == []
    fresh = [SLOW_DISKS, reaches("n3", 1), *fsyncs("n3", 0, 1, None), grants("n3", "n1", 1)]
    assert broken(*fresh, crashes("n3", term=1), grants("n3", "n2", 1)) == []


def test_vote_once_keeps_a_vote_that_was_counted() -> None:
    once = [SLOW_DISKS, reaches("n1", 1), reaches("n3", 1), grants("n3", "n1", 1)]
    again = [*crashes("n3", term=0), reaches("n3", 1), grants("n3", "n2", 1)]

    assert broken(*once, counts("n1", "n3", 1), *again) == ["Vote Once"]
    assert broken(*once, *again, counts("n1", "n3", 1)) == ["Vote Once"]
    assert broken(*once, *again, reaches("n2", 1), counts("n2", "n3", 1)) == []


def test_vote_once_lets_a_candidate_forget_that_it_stood() -> None:
    again = [*crashes("n3", term=0), reaches("n3", 1), grants("n3", "n2", 1)]

    assert broken(SLOW_DISKS, stands("n3", 1), *again) == []
    assert broken(SLOW_DISKS, stands("n3", 1), votes("n3", 1, "n1"), wins("n3", 1), *again) == ["Vote Once"]


def test_vote_once_of_a_source_that_tells_no_disk() -> None:
    once = [IMPORTED, reaches("n3", 1), grants("n3", "n1", 1)]
    crash = [NodeCrashed(0, "n3", None, None), NodeRestarted(0, "n3", None, None)]

    assert broken(*once, *crash, grants("n3", "n2", 1)) == []
    assert broken(*once, counts("n1", "n3", 1), *crash, grants("n3", "n2", 1)) == ["Vote Once"]


def test_election_quorum() -> None:
    assert broken(stands("n1", 1), votes("n1", 1, "n2"), wins("n1", 1)) == []
    assert broken(stands("n1", 1), wins("n1", 1)) == ["Election Quorum"]
    found = check(stands("n1", 1), wins("n1", 1))[0]
    assert found.text == "n1 leads term 1 with the votes of n1, which is no majority of n1, n2 and n3"


def test_election_quorum_counts_each_voter_once() -> None:
    five = ClusterCreated(0, None, None, None, ("n1", "n2", "n3", "n4", "n5"))

    assert broken(five, stands("n1", 1), votes("n1", 1, "n2", "n2"), wins("n1", 1)) == ["Election Quorum"]
    assert broken(five, stands("n1", 1), votes("n1", 1, "n2", "n3"), wins("n1", 1)) == []


def test_election_quorum_wants_votes_that_were_given() -> None:
    assert broken(stands("n1", 1), counts("n1", "n2", 1), wins("n1", 1)) == ["Election Quorum"]
    # Of this term, to this candidate, and no mere pre-vote.
    of_before = [*stands("n1", 1), grants("n2", "n1", 1), *stands("n1", 2), counts("n1", "n2", 2)]
    assert broken(*of_before, wins("n1", 2)) == ["Election Quorum"]
    assert broken(stands("n1", 1), grants("n2", "n3", 1), counts("n1", "n2", 1), wins("n1", 1)) == ["Election Quorum"]
    pre = [grants("n2", "n1", 1, pre=True), counts("n1", "n2", 1, pre=True)]
    assert broken(stands("n1", 1), *pre, wins("n1", 1)) == ["Election Quorum"]
    assert broken(stands("n1", 1), grants("n2", "n1", 1), *pre, wins("n1", 1)) == ["Election Quorum"]
    # A vote that a crash has taken back since was given all the same.
    lost = [*stands("n1", 1), grants("n2", "n1", 1), *crashes("n2", term=0), counts("n1", "n2", 1)]
    assert broken(SLOW_DISKS, *lost, wins("n1", 1)) == []


def test_election_quorum_wants_votes_that_were_counted_in_this_candidacy() -> None:
    stale = [*stands("n1", 1), grants("n2", "n1", 1), reaches("n1", 2), counts("n1", "n2", 1)]

    assert broken(*stale, stands("n1", 3), wins("n1", 3)) == ["Election Quorum"]
    assert broken(stands("n1", 1), votes("n1", 1, "n2"), stands("n1", 2), wins("n1", 2)) == ["Election Quorum"]
    # n2 votes again, and nobody hears of it: what is counted was said in the term before.
    unheard = [*stands("n1", 1), *votes("n1", 1, "n2"), *stands("n1", 2), grants("n2", "n1", 2)]
    assert broken(*unheard, wins("n1", 2)) == ["Election Quorum"]
    assert broken(*unheard, counts("n1", "n2", 1), wins("n1", 2)) == ["Election Quorum"]
    assert broken(*unheard, counts("n1", "n2", 2), wins("n1", 2)) == []


def test_election_quorum_is_one_of_voters() -> None:
    learners = ClusterCreated(0, None, None, None, ("n1", "n2", "n3", "n4"), learners=("n4",))

    assert broken(learners, stands("n1", 1), votes("n1", 1, "n4"), wins("n1", 1)) == ["Election Quorum"]
    assert broken(learners, stands("n1", 1), votes("n1", 1, "n2"), wins("n1", 1)) == []


def test_election_quorum_goes_by_the_candidates_own_configuration() -> None:
    grown = configures("n1", "n1", "n2", "n3", "n4")

    assert broken(grown, stands("n1", 1), votes("n1", 1, "n2"), wins("n1", 1)) == ["Election Quorum"]
    assert broken(grown, stands("n1", 1), votes("n1", 1, "n2", "n4"), wins("n1", 1)) == []
    assert broken(configures("n2", "n1"), stands("n1", 1), votes("n1", 1, "n2"), wins("n1", 1)) == []


def test_election_quorum_hears_of_every_configuration() -> None:
    alone = Config(("n1",))
    joined = NodeJoined(0, "n4", None, None, config=Config(("n4",)))
    installed = SnapshotInstalled(0, "n1", None, None, 1, 1, alone)
    survived = NodeCrashed(0, "n1", None, None, config=alone)

    assert broken(joined, stands("n4", 1), wins("n4", 1)) == []
    assert broken(NodeJoined(0, "n4", None, None), stands("n4", 1), wins("n4", 1)) == ["Election Quorum"]
    assert broken(installed, stands("n1", 2), wins("n1", 2)) == []
    assert broken(survived, NodeRestarted(0, "n1", None, None), stands("n1", 1), wins("n1", 1)) == []


def test_election_quorum_is_not_asked_where_votes_are_not_told() -> None:
    assert broken(IMPORTED, stands("n1", 1), wins("n1", 1)) == []
    assert broken(reaches("n1", 1), wins("n1", 1)) == []


def test_joint_quorum_of_votes() -> None:
    joint = configures("n1", "n3", "n4", "n5", outgoing=("n1", "n2", "n3"))

    # Three of five, and of the old three: but only one of the new three.
    assert broken(joint, stands("n1", 1), votes("n1", 1, "n2", "n3"), wins("n1", 1)) == ["Joint Quorum"]
    assert broken(joint, stands("n1", 1), votes("n1", 1, "n4", "n5"), wins("n1", 1)) == ["Joint Quorum"]
    assert broken(joint, stands("n1", 1), votes("n1", 1, "n3", "n4"), wins("n1", 1)) == []


def test_candidate_term() -> None:
    assert broken(appends("n1", 1, 1), stands("n1", 2)) == []
    assert broken(appends("n1", 1, 2), stands("n1", 2)) == ["Candidate Term"]
    assert broken(IMPORTED, appends("n1", 1, 2), stands("n1", 2)) == []
    # Somebody who missed the election stands in vain in the same term: nothing is wrong.
    assert broken(leads("n1", 1), appends("n1", 1, 1), stands("n3", 1)) == []


def test_candidate_term_of_a_winner_is_in_no_log() -> None:
    histories = {"n3": History(1, None, (Entry(1, 1),))}
    created = ClusterCreated(0, None, None, None, ("n1", "n2", "n3"), histories=histories)

    assert broken(created, leads("n1", 1)) == ["Candidate Term"]
    assert broken(created, leads("n1", 2)) == []
