"""etcd-raft's own trace: after each line the state is what the line prints, and every receipt has its sending."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from raftlab.core.events import (
    BecameLeader,
    EntryAppended,
    LeaderLearned,
    LogTruncated,
    MessageReceived,
    MessageSent,
    NodeCrashed,
    NodeRestarted,
    VoteGranted,
)
from raftlab.core.messages import AppendEntries
from raftlab.core.model import Cluster, Entry
from raftlab.importers import detect, read
from tests.importers.recordings import EXAMPLE, NO_SHARED

if TYPE_CHECKING:
    from pathlib import Path

needs_example = pytest.mark.skipif(not EXAMPLE.exists(), reason=NO_SHARED)


@needs_example
def test_every_receipt_has_its_sending() -> None:
    received = [event for event in read([EXAMPLE]).events if isinstance(event, MessageReceived)]

    assert detect(EXAMPLE) == "etcd-raft-ndjson"
    assert len(received) == 1661
    assert all(event.cause is not None for event in received)


@needs_example
def test_the_state_after_each_line_is_what_the_line_prints() -> None:
    imported = read([EXAMPLE])
    lines = [json.loads(line)["event"] for line in EXAMPLE.read_text().splitlines()]
    cluster = Cluster.empty()
    compared = 0

    for event, origin in zip(imported.events, imported.origins, strict=True):
        cluster.fold([event])
        if origin is None or _goes_on(imported.origins, cluster.position, origin.line):
            continue
        line = lines[origin.line - 1]
        node = cluster.nodes[line["nid"]]
        assert node.current_term == line["state"]["term"]
        assert node.commit_index == line["state"]["commit"]
        assert f"State{node.role.value.title()}" == line["role"]
        if line["state"]["vote"] != "0":  # the line of an answer prints the vote before it
            assert node.voted_for == line["state"]["vote"]
        if line["name"] not in ("Replicate", "ChangeConf"):  # these print the length before the entry
            assert node.log.last_index == line["log"]
        if line["name"] != "ApplyConfChange":
            assert list(node.config.voters) == line["conf"][0]
        compared += 1

    assert compared > 3700


def _goes_on(origins: list[Any], position: int, line: int) -> bool:
    return position < len(origins) and origins[position] is not None and origins[position].line == line


@needs_example
def test_entries_are_the_same_wherever_they_stand() -> None:
    """Log Matching, on what the messages carried: the trace itself prints only how many they are."""
    appended = [event.entry for event in read([EXAMPLE]).events if isinstance(event, EntryAppended)]

    by_place = {(entry.index, entry.term): entry for entry in appended}
    assert all(by_place[entry.index, entry.term] == entry for entry in appended)
    assert len(by_place) == 129


def line(millis: int, name: str, nid: str, term: int, role: str, **more: Any) -> str:
    state = {"term": term, "vote": more.pop("vote", "0"), "commit": more.pop("commit", 0)}
    event = {"name": name, "nid": nid, "state": state, "role": f"State{role}", "log": more.pop("log", 0), **more}
    return json.dumps({"level": "debug", "ts": 1712329729 + millis / 1000, "tag": "trace", "event": event}) + "\n"


def message(kind: str, sender: str, to: str, term: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "from": sender, "to": to, "term": term, **more}


def test_a_follower_learns_its_leader_and_overwrites_what_conflicts(tmp_path: Path) -> None:
    conf = {"conf": [["1", "2"], []]}
    two = message("MsgApp", "2", "1", 3, entries=1, index=1, logTerm=1)
    path = tmp_path / "trace.ndjson"
    path.write_text(
        line(0, "InitState", "1", 0, "Follower", **conf)
        + line(1, "InitState", "2", 0, "Follower", **conf)
        + line(2, "BecomeLeader", "1", 1, "Leader", vote="1", **conf)
        + line(3, "Replicate", "1", 1, "Leader", vote="1", **conf)
        + line(3, "SendAppendEntriesRequest", "1", 1, "Leader", vote="1", log=1, **conf,
               msg=message("MsgApp", "1", "2", 1, entries=1))
        + line(4, "ReceiveAppendEntriesRequest", "2", 1, "Follower", **conf,
               msg=message("MsgApp", "1", "2", 1, entries=1))
        + line(4, "SendAppendEntriesResponse", "2", 1, "Follower", log=1, **conf,
               msg=message("MsgAppResp", "2", "1", 1, index=1))
        + line(5, "Replicate", "1", 1, "Leader", vote="1", log=1, **conf)
        + line(6, "BecomeLeader", "2", 3, "Leader", vote="2", log=1, **conf)
        + line(6, "Replicate", "2", 3, "Leader", vote="2", log=1, **conf)
        + line(6, "SendAppendEntriesRequest", "2", 3, "Leader", vote="2", log=2, msg=two, **conf)
        + line(7, "ReceiveAppendEntriesRequest", "1", 1, "Leader", vote="1", log=2, msg=two, **conf)
        + line(7, "BecomeFollower", "1", 3, "Follower", log=2, **conf)
        + line(7, "SendAppendEntriesResponse", "1", 3, "Follower", log=2, **conf,
               msg=message("MsgAppResp", "1", "2", 3, index=2))
    )  # fmt: skip

    imported = read([path])

    cluster = Cluster.empty()
    cluster.fold(imported.events)
    one = cluster.nodes["1"]
    assert (one.leader, one.current_term, one.role.value) == ("2", 3, "follower")
    assert list(one.log) == [Entry(1, 1, "noop"), Entry(2, 3, "noop")]
    assert [event.from_index for event in imported.events if isinstance(event, LogTruncated)] == [2]
    assert [event.leader for event in imported.events if isinstance(event, LeaderLearned)] == ["1"]
    assert len([event for event in imported.events if isinstance(event, BecameLeader)]) == 2


def test_a_vote_is_told_with_its_answer(tmp_path: Path) -> None:
    asks = message("MsgVote", "1", "2", 1)
    path = tmp_path / "trace.ndjson"
    path.write_text(
        line(0, "BecomeCandidate", "1", 1, "Candidate", vote="1")
        + line(0, "SendRequestVoteRequest", "1", 1, "Candidate", vote="1", msg=asks)
        + line(1, "ReceiveRequestVoteRequest", "2", 0, "Follower", msg=asks)
        + line(1, "BecomeFollower", "2", 1, "Follower")
        + line(1, "SendRequestVoteResponse", "2", 1, "Follower", msg=message("MsgVoteResp", "2", "1", 1))
        + line(2, "Ready", "2", 1, "Follower", vote="1")
    )

    imported = read([path])

    assert [event.candidate for event in imported.events if isinstance(event, VoteGranted)] == ["1"]
    cluster = Cluster.empty()
    cluster.fold(imported.events)
    assert cluster.nodes["2"].voted_for == "1"
    assert len(cluster.flights) == 1


def test_a_second_start_is_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "trace.ndjson"
    path.write_text(
        line(0, "InitState", "1", 0, "Follower") + line(9, "InitState", "1", 2, "Follower", vote="1", commit=3, log=5)
    )

    imported = read([path])

    assert [type(event) for event in imported.events[2:4]] == [NodeCrashed, NodeRestarted]
    cluster = Cluster.empty()
    cluster.fold(imported.events)
    node = cluster.nodes["1"]
    assert (node.current_term, node.voted_for, node.commit_index, node.log.last_index) == (2, "1", 3, 5)


def test_entries_made_before_the_trace_began_keep_their_number(tmp_path: Path) -> None:
    path = tmp_path / "trace.ndjson"
    sent = message("MsgApp", "1", "2", 4, entries=2, index=6, logTerm=3)
    path.write_text(line(0, "SendAppendEntriesRequest", "1", 4, "Leader", log=8, commit=6, msg=sent))

    (event,) = [event for event in read([path]).events if isinstance(event, MessageSent)]

    assert isinstance(event.message, AppendEntries)
    assert [entry.index for entry in event.message.entries] == [7, 8]
