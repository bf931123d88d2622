"""etcd's zap logs: spellings, names, restarts, and what each line of raft's becomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from raftlab.core.events import (
    BecameFollower,
    BecameLeader,
    ConfigChanged,
    LeaderLearned,
    MessageReceived,
    MessageSent,
    NodeCrashed,
    NodeObserved,
    NodeRemoved,
    NodeRestarted,
    TimerFired,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.messages import RequestVote
from raftlab.core.model import CRASHED, FOLLOWER, REMOVED, UNKNOWN, UP, Config
from raftlab.importers import detect, read
from tests.importers.lines import A, B, C, write, zap34, zap35, zap_epoch
from tests.importers.looking import of, recording, state_of

Spelling = Callable[..., str]


# --- spellings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zap", [zap34, zap35, zap_epoch])
def test_an_election_in_each_spelling(tmp_path: Path, zap: Spelling) -> None:
    first = write(
        tmp_path / "a.log",
        zap(0, f"{A} is starting a new election at term 1"),
        zap(0, f"{A} became candidate at term 2"),
        zap(0, f"{A} received MsgVoteResp from {A} at term 2"),
        zap(0, f"{A} [logterm: 1, index: 3] sent MsgVote request to {B} at term 2"),
        zap(5, f"{A} received MsgVoteResp from {B} at term 2"),
        zap(5, f"{A} has received 2 MsgVoteResp votes and 0 vote rejections"),
        zap(5, f"{A} became leader at term 2"),
    )
    second = write(
        tmp_path / "b.log",
        zap(1, f"{B} [term: 1] received a MsgVote message with higher term from {A} [term: 2]"),
        zap(1, f"{B} became follower at term 2"),
        zap(1, f"{B} [logterm: 1, index: 3, vote: 0] cast MsgVote for {A} [logterm: 1, index: 3] at term 2"),
        zap(6, f"raft.node: {B} elected leader {A} at term 2"),
    )

    assert detect(first) == "etcd-log"
    imported = read([first, second])

    (asked, answered) = of(imported, MessageSent)
    assert (asked.node, asked.message) == (A, RequestVote(2, 3, 1))  # type: ignore[attr-defined]
    assert [imported.events[event.cause or 0] for event in of(imported, MessageReceived)] == [asked, answered]
    assert [(event.node, event.voter) for event in of(imported, VoteCounted)] == [(A, A), (A, B)]  # type: ignore[attr-defined]
    assert [(event.node, event.candidate) for event in of(imported, VoteGranted)] == [(A, A), (B, A)]  # type: ignore[attr-defined]
    assert [event.node for event in of(imported, TimerFired)] == [A]
    (led,) = of(imported, LeaderLearned)
    assert type(imported.events[led.cause or 0]) is BecameLeader
    assert {(node.current_term, node.voted_for, node.leader) for node in state_of(imported).nodes.values()} == {
        (2, A, A)
    }


def test_the_older_spellings_of_votes(tmp_path: Path) -> None:
    first = write(
        tmp_path / "a.log",
        zap34(0, f"{A} became candidate at term 2"),
        zap34(0, f"{A} received vote from {A} at term 2"),
        zap34(0, f"{A} [logterm: 1, index: 3] sent vote request to {B} at term 2"),
        zap34(0, f"{A} [logterm: 1, index: 3] sent vote request to {C} at term 2"),
        zap34(4, f"{A} received vote rejection from {B} at term 2"),
        zap34(4, f"{A} [quorum:2] has received 1 votes and 1 vote rejections"),
    )
    second = write(
        tmp_path / "b.log",
        zap34(1, f"{B} [logterm: 2, index: 4, vote: 0] rejected vote from {A} [logterm: 1, index: 3] at term 2"),
    )
    third = write(
        tmp_path / "c.log",
        zap34(1, f"{C} [logterm: 1, index: 3, vote: 0] voted for {A} [logterm: 1, index: 3] at term 2"),
    )

    imported = read([first, second, third])

    assert [event.granted for event in of(imported, VoteCounted)] == [True, False]  # type: ignore[attr-defined]
    (refused,) = of(imported, VoteRefused)
    assert (refused.node, refused.reason) == (B, "log")  # type: ignore[attr-defined]
    assert [event.node for event in of(imported, VoteGranted)] == [A, C]
    assert len(of(imported, MessageReceived)) == 3
    assert "raft line of an unknown form" not in imported.files[0].skipped


def test_fields_in_another_order_and_with_blanks(tmp_path: Path) -> None:
    line = '{"msg": "%s became leader at term 2", "ts": "2026-11-23T20:50:00.5+01:00", "level": "info"}\n'

    imported = read([write(tmp_path / "a.log", line % A)])

    assert of(imported, BecameLeader)[0].at_us == 1795463400_500000


# --- names -----------------------------------------------------------------------------------------------------------


def test_a_member_without_a_name_goes_by_its_id(tmp_path: Path) -> None:
    imported = read([write(tmp_path / "n1.log", zap34(0, f"{A} became follower at term 1"))])

    assert imported.nodes == (A,)


def test_a_name_that_another_members_file_tells_last(tmp_path: Path) -> None:
    first = write(tmp_path / "a.log", zap34(0, f"{A} became leader at term 1"))
    second = write(
        tmp_path / "b.log",
        zap34(1, f"raft.node: {B} elected leader {A} at term 1"),
        zap34(2, "added member", **{"added-peer-id": A, "added-peer-peer-urls": ["http://h1:2380"]}),
        zap34(3, "starting an etcd server", name="two", **{"initial-cluster": "one=http://h1:2380,two=http://h2:2380"}),
        zap34(4, "starting local member", **{"local-member-id": B}),
    )

    imported = read([first, second])

    assert imported.nodes == ("one", "two")
    assert of(imported, LeaderLearned, "two")[0].leader == "one"  # type: ignore[attr-defined]


def test_the_name_that_a_member_publishes(tmp_path: Path) -> None:
    attributes = {"local-member-id": A, "local-member-attributes": "{Name:node one ClientURLs:[http://h1:2379]}"}
    path = write(
        tmp_path / "a.log",
        zap34(0, f"{A} became follower at term 1"),
        zap34(1, "published local member to cluster through raft", **attributes),
    )

    imported = read([path])

    assert imported.nodes == ("node one",)
    assert of(imported, NodeObserved)[0].id == A  # type: ignore[attr-defined]


def test_two_ids_that_claim_one_name_stay_two(tmp_path: Path) -> None:
    paths = [
        write(
            tmp_path / f"{identifier}.log",
            zap34(0, "starting an etcd server", name="default"),
            zap34(1, "starting local member", **{"local-member-id": identifier}),
            zap34(2, f"{identifier} became follower at term 1"),
        )
        for identifier in (A, B)
    ]

    assert read(paths).nodes == ("default", B)


def test_ids_that_are_small_or_without_leading_zeros(tmp_path: Path) -> None:
    config = "switched to configuration voters=(3 529173513307031091)&&(3) learners=(16259786150749191015)"

    imported = read([write(tmp_path / "a.log", zap34(0, f"3 {config}"))])

    (changed,) = of(imported, ConfigChanged)
    assert changed.config == Config(("3", C), ("3",), (B,))  # type: ignore[attr-defined]


# --- processes -------------------------------------------------------------------------------------------------------


def start(millis: int, term: int, commit: int = 0, last: int = 0) -> str:
    return zap34(millis, f"{A} became follower at term {term}") + zap34(
        millis,
        f"newRaft {A} [peers: [], term: {term}, commit: {commit}, applied: 0, lastindex: {last}, lastterm: {term}]",
    )


def test_a_first_start_knows_that_nobody_was_voted_for(tmp_path: Path) -> None:
    node = state_of(read([write(tmp_path / "a.log", start(0, 0))])).nodes[A]

    assert (node.status, node.role, node.current_term, node.voted_for, node.leader) == (UP, FOLLOWER, 0, None, None)
    assert (node.commit_index, node.last_applied, node.log.last_index) == (0, 0, 0)


def test_a_second_start_is_a_crash_and_a_restart_and_forgets_the_vote(tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", start(0, 0), zap34(5, f"{A} became candidate at term 1"), start(900, 1, 7, 9))

    imported = read([path])

    kinds = [type(event) for event in imported.events]
    assert kinds[-4:] == [NodeCrashed, NodeRestarted, NodeObserved, BecameFollower]
    node = state_of(imported).nodes[A]
    assert (node.status, node.current_term, node.voted_for) == (UP, 1, UNKNOWN)
    assert (node.commit_index, node.log.last_index, node.log.last_term) == (7, 9, 1)


def test_what_the_start_printed_is_known_no_longer_once_there_is_a_leader(tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", start(0, 3, 7, 9), zap34(9, f"raft.node: {A} elected leader {B} at term 3"))

    node = state_of(read([path])).nodes[A]

    assert node.leader == B
    assert (node.commit_index, node.last_applied) == (UNKNOWN, UNKNOWN)
    assert (node.log.last_index, node.log.last_term) == (UNKNOWN, UNKNOWN)


def test_a_rejection_tells_the_vote_that_a_restart_forgot(tmp_path: Path) -> None:
    rejected = f"{A} [logterm: 2, index: 9, vote: {B}] rejected MsgVote from {C} [logterm: 3, index: 9] at term 3"

    imported = read([write(tmp_path / "a.log", start(0, 3, 7, 9), zap34(3, rejected))])

    assert state_of(imported).nodes[A].voted_for == B
    assert of(imported, VoteRefused)[0].reason == "voted"  # type: ignore[attr-defined]


def test_a_clean_end_and_last_words(tmp_path: Path) -> None:
    ended = write(tmp_path / "a.log", start(0, 0), zap34(9, "closed etcd server"))
    died = write(
        tmp_path / "b.log",
        zap34(0, f"{B} became follower at term 1"),
        zap34(4, "discovery failed", error="no space left").replace('"info"', '"fatal"'),
    )

    cluster = state_of(read([ended, died]))

    assert {node.status for node in cluster.nodes.values()} == {CRASHED}


def test_a_member_that_leaves() -> None:
    imported = recording("members-zap")

    assert [event.node for event in of(imported, NodeRemoved)] == ["n2", "n1"]
    nodes = state_of(imported).nodes
    assert [nodes[name].status for name in ("n1", "n2")] == [REMOVED, REMOVED]
    assert Config(("n1", "n2", "n3"), (), ("n4",)) in [event.config for event in of(imported, ConfigChanged)]  # type: ignore[attr-defined]


# --- leaders ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "leader"),
    [
        (f"{A} [term: 1] received a MsgHeartbeat message with higher term from {B} [term: 4]", B),
        (f"{A} [term: 1] received a MsgApp message with higher term from {B} [term: 4]", B),
        (f"{A} [term: 1] received a MsgVote message with higher term from {B} [term: 4]", None),
        (f"{A} [term: 1] received a MsgAppResp message with higher term from {B} [term: 4]", None),
        (f"{A} stepped down to follower since quorum is not active", None),
    ],
)
def test_who_leads_a_new_follower_stands_in_the_line_before(tmp_path: Path, before: str, leader: str | None) -> None:
    path = write(tmp_path / "a.log", zap34(0, before), zap34(0, f"{A} became follower at term 4"))

    (became,) = of(read([path]), BecameFollower)

    assert became.leader == leader  # type: ignore[attr-defined]
    assert became.cause is not None


@pytest.mark.parametrize("told_by", ["its own file", "the leader's file"])
def test_a_candidate_that_hears_the_leader_of_its_term_follows_it_at_once(tmp_path: Path, told_by: str) -> None:
    paths = [
        write(
            tmp_path / "a.log",
            zap34(0, f"{A} became candidate at term 4"),
            zap34(7, f"{A} became follower at term 4"),
            zap34(8, f"raft.node: {A} elected leader {B} at term 4") if told_by == "its own file" else "",
        )
    ]
    if told_by == "the leader's file":
        paths.append(write(tmp_path / "b.log", zap34(6, f"{B} became leader at term 4")))

    imported = read(paths)

    (became,) = of(imported, BecameFollower)
    assert became.leader == B  # type: ignore[attr-defined]
    assert of(imported, LeaderLearned) == []


def test_a_candidate_that_lost_follows_nobody(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        zap34(0, f"{A} switched to configuration voters=(1 2 3)"),
        zap34(0, f"{A} became candidate at term 4"),
        zap34(7, f"{A} has received 1 MsgVoteResp votes and 2 vote rejections"),
        zap34(7, f"{A} became follower at term 4"),
        zap34(9, f"raft.node: {A} elected leader {B} at term 4"),
    )

    imported = read([path])

    (became,) = of(imported, BecameFollower)
    assert became.leader is None  # type: ignore[attr-defined]
    assert len(of(imported, LeaderLearned)) == 1


def test_a_lease_and_an_old_term_refuse_a_vote(tmp_path: Path) -> None:
    own, its = "[logterm: 2, index: 48, vote: 0]", "[logterm: 2, index: 28]"
    path = write(
        tmp_path / "a.log",
        zap34(0, f"{A} {own} ignored MsgVote from {B} {its} at term 2: lease is not expired (remaining ticks: 5)"),
        zap34(9, f"{A} [term: 7] ignored a MsgVote message with lower term from {C} [term: 4]"),
    )

    imported = read([path])

    assert [event.reason for event in of(imported, VoteRefused)] == ["lease", "term"]  # type: ignore[attr-defined]
    assert of(imported, MessageSent) == []


# --- kinds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["etcd-log", "etcd-zap", "etcd-capnslog"])
def test_other_names_of_the_kind(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", zap34(0, f"{A} became follower at term 1"))

    assert [report.kind for report in read([path], kind).files] == ["etcd-log"]
