"""Logs of dragonboat: its own logger's lines and zap's JSON, what each form tells, and what stays unknown."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from raftlab.core.errors import TraceError
from raftlab.core.events import AppendRefused, SnapshotInstalled, VoteGranted, VoteRefused
from raftlab.core.invariants import Checker
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, UNKNOWN, Cluster
from raftlab.importers import detect, read

if TYPE_CHECKING:
    from pathlib import Path

    from raftlab.importers import Imported


def says(
    second: float, replica: int, term: int, text: str, *, last: int = 7, last_term: int = 2, commit: int = 6
) -> str:
    where = f"[f:1,l:{last},t:{last_term},c:{commit},a:{commit}] [00040:{replica:05}] t{term}"
    return f"2023-05-04 10:00:{second:09.6f} I | raft: {where} {text}\n"


ONE = "".join(
    [
        "2023-05-04 10:00:00.000001 I | raft: [00040:00001] raft log rate limit enabled: false, 0\n",
        says(0.1, 1, 2, "became follower"),
        says(1.0, 1, 2, "became PreVote candidate"),
        says(1.1, 1, 2, "received RequestPreVoteResp from n00001"),
        says(1.1, 1, 2, "sent RequestPreVote to n00002"),
        says(1.2, 1, 2, "received RequestPreVoteResp from n00002"),
        says(1.2, 1, 2, "received 2 preVotes and 0 rejections, quorum is 2"),
        says(1.3, 1, 3, "became candidate"),
        says(1.3, 1, 3, "received RequestVoteResp from n00001"),
        says(1.6, 1, 3, "received RequestVoteResp rejection from n00003"),
        says(1.6, 1, 3, "received RequestVoteResp from n00002"),
        says(1.6, 1, 3, "received 2 votes and 1 rejections, quorum is 2"),
        says(1.6, 1, 3, "became leader"),
        "2023-05-04 10:00:01.700000 I | dragonboat: something of the host\n",
        says(1.8, 1, 3, "set remote n00003, match 0, next 8", last=8, last_term=3, commit=8),
    ]
)
# This node's clock is behind: it votes, by its stamps, before anybody has asked.
TWO = "".join(
    [
        says(0.2, 2, 2, "became follower"),
        says(0.5, 2, 2, "cast preVote from n00001 index 7 term 3, log term: 2"),
        says(0.6, 2, 2, "received RequestVote with higher term (3) from n00001"),
        says(0.6, 2, 3, "became follower"),
        says(0.7, 2, 3, "cast vote from n00001 index 7 term 3, log term: 2"),
    ]
)
THREE = "".join(
    [
        says(0.2, 3, 2, "became follower", last=8),
        says(1.4, 3, 2, "rejected preVote n00001 index 7 term 3,logterm 2, utd false", last=8),
        says(1.5, 3, 2, "received RequestVote with higher term (3) from n00001", last=8),
        says(1.5, 3, 3, "became follower", last=8),
        says(1.55, 3, 3, "rejected vote n00001 index7 term3,logterm2,granttrue,utdfalse", last=8),
        says(1.9, 3, 3, "rejected Replicate index 9 term 3 from n00001", last=8),
    ]
)


def as_zap(text: str) -> str:
    """The same lines in the JSON of zap's logger."""
    found = re.finditer(r"(\S+) (\S+) I \| \w+: (.*)\n", text)
    return "".join(
        json.dumps({"level": "info", "logtime": f"{d}T{t}Z", "msg": msg}) + "\n"
        for d, t, msg in map(re.Match.groups, found)
    )


def import_of(tmp_path: Path, *texts: str) -> Imported:
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"{number}.log")
        paths[-1].write_text(text)
    return read(paths)


def at_the_end(imported: Imported) -> Cluster:
    cluster = Cluster.empty()
    cluster.fold(imported.events)
    return cluster


def broken(imported: Imported) -> set[str]:
    checker = Checker()
    for position, event in enumerate(imported.events):
        checker.observe(position, event)
    return {it.invariant for it in checker.broken}


@pytest.mark.parametrize("form", ["own", "zap"])
def test_an_election_in_both_forms(form: str, tmp_path: Path) -> None:
    texts = [text if form == "own" else as_zap(text) for text in (ONE, TWO, THREE)]

    imported = import_of(tmp_path, *texts)

    assert detect(tmp_path / "0.log") == "dragonboat"
    nodes = at_the_end(imported).nodes
    assert {name: (it.role, it.current_term, it.voted_for, it.leader) for name, it in nodes.items()} == {
        "n00001": (LEADER, 3, "n00001", "n00001"),
        "n00002": (FOLLOWER, 3, "n00001", UNKNOWN),
        "n00003": (FOLLOWER, 3, None, "n00001"),
    }
    one = nodes["n00001"]
    assert (one.log.last_index, one.log.last_term, one.commit_index, one.last_applied) == (8, 3, 8, UNKNOWN)
    assert one.votes == {"n00001": True, "n00002": True, "n00003": False}
    assert broken(imported) == set()
    assert all(it.lines == it.told + sum(it.skipped.values()) for it in imported.files)
    assert imported.files[0].skipped == {"not about raft": 1, "raft line that repeats what others say": 1}
    assert imported.knows == ("roles", "terms", "votes")


def test_a_vote_stands_behind_its_candidate_whatever_the_clocks_say(tmp_path: Path) -> None:
    imported = import_of(tmp_path, ONE, TWO, THREE)

    kinds = [(type(event).__name__, event.node) for event in imported.events]
    vote = kinds.index(("VoteGranted", "n00002"), kinds.index(("BecameCandidate", "n00001")))
    assert kinds.index(("BecameCandidate", "n00001")) < vote < kinds.index(("BecameLeader", "n00001"))
    times = [event.at_us for event in imported.events]
    assert times == sorted(times)


def test_votes_given_and_refused(tmp_path: Path) -> None:
    events = import_of(tmp_path, ONE, TWO, THREE).events

    granted = [(it.node, it.candidate, it.term, it.pre) for it in events if isinstance(it, VoteGranted)]
    assert sorted(granted) == [
        ("n00001", "n00001", 3, False), ("n00002", "n00001", 3, False), ("n00002", "n00001", 3, True),
    ]  # fmt: skip
    refused = [(it.node, it.candidate, it.reason, it.pre) for it in events if isinstance(it, VoteRefused)]
    assert refused == [("n00003", "n00001", "log", True), ("n00003", "n00001", "log", False)]
    assert [(it.node, it.leader, it.prev_log_index) for it in events if isinstance(it, AppendRefused)] == [
        ("n00003", "n00001", 9)
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rejected vote n00002 index7 term2,logterm2,grantfalse,utdtrue", "voted"),
        ("dropped RequestVote at term 5 from n00002, leader available", "lease"),
        ("rejected preVote n00002 index 7 term 2,logterm 2, utd true", "term"),
    ],
)
def test_why_a_vote_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    events = import_of(tmp_path, says(0, 1, 2, text)).events

    assert [it.reason for it in events if isinstance(it, VoteRefused)] == [reason]


def test_what_it_was_before_its_log_began_is_unknown(tmp_path: Path) -> None:
    node = at_the_end(import_of(tmp_path, says(0, 1, 5, "became follower"))).nodes["n00001"]

    assert (node.current_term, node.voted_for, node.leader) == (5, UNKNOWN, UNKNOWN)


def test_a_pre_candidate_keeps_its_term(tmp_path: Path) -> None:
    node = at_the_end(import_of(tmp_path, "".join(ONE.splitlines(keepends=True)[:7]))).nodes["n00001"]

    assert (node.role, node.current_term, node.leader) == (PRE_CANDIDATE, 2, None)


def test_a_message_of_a_leader_says_whom_it_follows(tmp_path: Path) -> None:
    text = says(1, 1, 2, "received Heartbeat with higher term (4) from n00003") + says(1, 1, 4, "became follower")

    node = at_the_end(import_of(tmp_path, text)).nodes["n00001"]

    assert (node.role, node.current_term, node.voted_for, node.leader) == (FOLLOWER, 4, None, "n00003")


def test_a_leader_without_a_quorum_steps_down(tmp_path: Path) -> None:
    text = ONE + says(5, 1, 3, "has lost quorum") + says(5, 1, 3, "became follower")

    last = [it for it in import_of(tmp_path, text).events if type(it).__name__ == "BecameFollower"][-1]

    assert (last.node, last.reason) == ("n00001", "its quorum is not active")  # type: ignore[attr-defined]


def test_a_snapshot_is_taken_over(tmp_path: Path) -> None:
    text = says(1, 1, 2, "starts to restore snapshot index 90 term 2") + says(
        2, 1, 2, "became follower", last=90, commit=90
    )

    imported = import_of(tmp_path, text)

    assert [(it.index, it.term) for it in imported.events if isinstance(it, SnapshotInstalled)] == [(90, 2)]
    node = at_the_end(imported).nodes["n00001"]
    assert (node.commit_index, node.log.last_index, node.last_applied) == (90, 90, UNKNOWN)


def test_a_second_start_is_a_restart_that_keeps_the_vote(tmp_path: Path) -> None:
    start = "2023-05-04 10:00:09.000001 I | raft: [00040:00001] raft log rate limit enabled: false, 0\n"

    imported = import_of(tmp_path, ONE + start + says(9.1, 1, 3, "became follower", last=8, last_term=3, commit=7))

    assert "NodeRestarted" in [type(event).__name__ for event in imported.events]
    node = at_the_end(imported).nodes["n00001"]
    assert (node.role, node.current_term, node.voted_for, node.commit_index) == (FOLLOWER, 3, "n00001", 7)


def test_a_log_of_warnings_only_still_tells_the_leader(tmp_path: Path) -> None:
    quiet = re.sub(r".*(became follower|became leader)\n", "", ONE)

    imported = import_of(tmp_path, quiet)

    node = at_the_end(imported).nodes["n00001"]
    assert (node.role, node.current_term, node.leader) == (LEADER, 3, "n00001")
    assert imported.knows == ()
    yields = says(3, 1, 3, "become followerKE after receiving higher term from n00002")
    node = at_the_end(import_of(tmp_path, quiet + yields)).nodes["n00001"]
    assert (node.role, node.current_term, node.leader) == (FOLLOWER, UNKNOWN, UNKNOWN)


def test_a_lost_election_in_a_log_of_warnings_only(tmp_path: Path) -> None:
    text = says(1, 1, 3, "became candidate") + says(2, 1, 3, "received 1 votes and 2 rejections, quorum is 2")

    assert at_the_end(import_of(tmp_path, text)).nodes["n00001"].role is FOLLOWER


def test_a_stamp_before_that_of_the_line_above_changes_no_order(tmp_path: Path) -> None:
    text = says(5, 1, 3, "became candidate") + says(4, 1, 3, "became leader") + says(6, 1, 3, "has lost quorum")
    other = says(4.5, 2, 3, "became follower")

    imported = import_of(tmp_path, text, other)

    assert [event.node for event in imported.events[1:3]] == ["n00002", "n00002"]
    leading = next(it for it in imported.events if type(it).__name__ == "BecameLeader")
    assert leading.at_us == next(it.at_us for it in imported.events if type(it).__name__ == "BecameCandidate")


def test_a_term_of_0_stands_for_an_entry_that_is_gone(tmp_path: Path) -> None:
    log = at_the_end(import_of(tmp_path, says(0, 1, 5, "became follower", last_term=0))).nodes["n00001"].log

    assert (log.last_index, log.last_term) == (7, UNKNOWN)


def test_a_term_that_rose_without_a_word_leaves_the_vote_unknown(tmp_path: Path) -> None:
    text = says(1, 1, 2, "became follower") + says(2, 1, 4, "dropped proposal, no leader")

    node = at_the_end(import_of(tmp_path, text)).nodes["n00001"]

    assert (node.current_term, node.voted_for, node.leader) == (4, UNKNOWN, UNKNOWN)


def test_a_leader_that_made_it_follow_once_is_not_taken_for_the_next(tmp_path: Path) -> None:
    text = says(1, 1, 2, "received Heartbeat with higher term (4) from n00003") + says(1, 1, 4, "became follower")
    text += says(2, 1, 5, "became candidate") + says(3, 1, 5, "became follower")

    imported = import_of(tmp_path, text)

    assert at_the_end(imported).nodes["n00001"].leader is UNKNOWN
    last = [it for it in imported.events if type(it).__name__ == "BecameFollower"][-1]
    assert last.reason == ""  # type: ignore[attr-defined]


def test_a_line_without_a_time_is_counted(tmp_path: Path) -> None:
    imported = import_of(tmp_path, ONE + says(9, 1, 3, "has lost quorum")[26:])

    assert imported.files[0].skipped["no time that can be read in it"] == 1


def test_of_several_shards_the_one_told_most_of(tmp_path: Path) -> None:
    other = says(0.5, 1, 9, "became candidate").replace("[00040:", "[00041:")

    imported = import_of(tmp_path, ONE + other)

    assert at_the_end(imported).nodes["n00001"].role is LEADER
    report = imported.files[0]
    assert report.skipped["of another shard than 00040, of which the files tell most"] == 1
    assert report.lines == report.told + sum(report.skipped.values())


def test_two_leaders_of_one_term_are_noticed(tmp_path: Path) -> None:
    twin = says(1.7, 2, 3, "became candidate") + says(1.8, 2, 3, "became leader")

    assert "Election Safety" in broken(import_of(tmp_path, ONE, twin))


def test_a_candidate_stays_one_until_it_says_more(tmp_path: Path) -> None:
    node = at_the_end(import_of(tmp_path, says(1, 1, 6, "became candidate at term 6"))).nodes["n00001"]

    assert (node.role, node.current_term, node.voted_for, node.leader) == (CANDIDATE, 6, "n00001", None)


def test_without_a_line_of_rafts_it_says_what_one_looks_like(tmp_path: Path) -> None:
    path = tmp_path / "none.log"
    path.write_text("nothing\n")

    with pytest.raises(TraceError, match="became leader"):
        read([path], "dragonboat")
