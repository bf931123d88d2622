"""Logs of TiKV and other users of raft-rs, in the forms that their loggers give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from raftlab.core.events import BecameLeader, MessageReceived, MessageSent, VoteGranted, VoteRefused
from raftlab.core.invariants import Checker
from raftlab.core.model import FOLLOWER, LEADER, Cluster
from raftlab.importers import detect, read

if TYPE_CHECKING:
    from pathlib import Path

    from raftlab.importers import Imported

CONFIG = (
    "Configuration { voters: Configuration { incoming: Configuration { voters: {32833, 32834, 32835} }, "
    "outgoing: Configuration { voters: {} } }, learners: {}, learners_next: {}, auto_leave: false }"
)
LOG = "[log_index=24404] [log_term=7]"


def tikv(second: float, text: str, fields: str, node: int, region: int = 32832) -> str:
    message = f'"{text}"' if " " in text else text
    stamp = f"2022/03/01 19:09:{second:06.3f} +08:00"
    return f"[{stamp}] [INFO] [raft.rs:1112] [{message}] {fields} [raft_id={node}] [region_id={region}]\n"


ONE = "".join(
    [
        tikv(50, "switched to configuration", f'[config="{CONFIG}"]', 32835),
        tikv(50, "became follower at term 7", "[term=7]", 32835),
        tikv(50, "newRaft", '[peers="x"] ["last term"=7] ["last index"=24404] [applied=9] [commit=9] [term=7]', 32835),
        tikv(54.620, "starting a new election", "[term=7]", 32835),
        tikv(54.620, "became candidate at term 8", "[term=8]", 32835),
        tikv(54.620, "broadcasting vote request", f'[to="[32833, 32834]"] {LOG} [term=8] [type=MsgRequestVote]', 32835),
        tikv(54.621, "starting a new election", "[term=3]", 99, region=98),
        tikv(
            54.629,
            "received votes response",
            "[term=8] [type=MsgRequestVoteResponse] [approvals=2] [rejections=0] [from=32834] [vote=true]",
            32835,
        ),
        tikv(54.629, "became leader at term 8", "[term=8]", 32835),
        '[2022/03/01 19:09:54.630 +08:00] [INFO] [peer.rs:3730] ["require updating max ts"] [region_id=32832]\n',
    ]
)
TWO = "".join(
    [
        tikv(
            54.622,
            "received a message with higher term from 32835",
            '["msg type"=MsgRequestVote] [message_term=8] [term=7] [from=32835]',
            32834,
        ),
        tikv(54.622, "became follower at term 8", "[term=8]", 32834),
        tikv(
            54.623,
            "[logterm: 7, index: 24404, vote: 0] cast vote for 32835 [logterm: 7, index: 24404] at term 8",
            f'["msg type"=MsgRequestVote] {LOG} [term=8]',
            32834,
        ),
        tikv(
            54.700,
            "[logterm: 7, index: 24404, vote: 32835] rejected vote from 32833 [logterm: 7, index: 9] at term 8",
            f'["msg type"=MsgRequestVote] {LOG} [term=8]',
            32834,
        ),
    ]
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


def test_an_election_in_a_region(tmp_path: Path) -> None:
    imported = import_of(tmp_path, ONE, TWO)

    nodes = at_the_end(imported).nodes
    leader, voter = nodes["32835"], nodes["32834"]
    assert detect(tmp_path / "0.log") == "raft-rs"
    assert (leader.role, leader.current_term, leader.voted_for, leader.id) == (LEADER, 8, "32835", "32835")
    assert leader.config.voters == ("32833", "32834", "32835")
    assert (voter.role, voter.current_term, voter.voted_for) == (FOLLOWER, 8, "32835")
    assert [event.node for event in imported.events if isinstance(event, BecameLeader)] == ["32835"]
    assert [event.candidate for event in imported.events if isinstance(event, VoteRefused)] == ["32833"]


def test_the_request_and_its_answer_are_paired(tmp_path: Path) -> None:
    events = import_of(tmp_path, ONE, TWO).events

    pairs = [
        (event.node, type(event.message).__name__, events[event.cause].node)
        for event in events
        if isinstance(event, MessageReceived) and event.cause is not None
    ]
    assert ("32834", "RequestVote", "32835") in pairs
    assert ("32835", "RequestVoteReply", "32834") in pairs
    asked = [event.to for event in events if isinstance(event, MessageSent) and event.node == "32835"]
    assert asked == ["32833", "32834"]


def test_every_line_is_accounted_for_and_other_regions_are_told(tmp_path: Path) -> None:
    for report in import_of(tmp_path, ONE, TWO).files:
        assert report.lines == report.told + sum(report.skipped.values())
    first = import_of(tmp_path, ONE, TWO).files[0]
    assert first.skipped["of another Raft group than region 32832, of which the files tell most"] == 1


def test_real_imports_are_clean_and_a_second_leader_is_caught(tmp_path: Path) -> None:
    second = tikv(54.8, "became candidate at term 8", "[term=8]", 32834) + tikv(
        54.9, "became leader at term 8", "[term=8]", 32834
    )
    for more, broken in (("", False), (second, True)):
        checker = Checker()
        for position, event in enumerate(import_of(tmp_path, ONE, TWO + more).events):
            checker.observe(position, event)
        assert ("Election Safety" in {it.invariant for it in checker.broken}) is broken


@pytest.mark.parametrize(
    "text",
    [
        "2019/03/07 14:02:39.776 INFO <unknown>:1177: [region 1994] 1996 is starting a new election at term 24\n"
        "2019/03/07 14:02:39.778 INFO <unknown>:742: [region 1994] 1996 became candidate at term 25\n"
        "2019/03/07 14:02:39.778 INFO <unknown>:831: [region 1994] 1996 [logterm: 24, index: 1246] sent "
        "MsgRequestVote request to 1995 at term 25\n"
        "2019/03/07 14:02:39.779 INFO <unknown>:857: [region 1994] 1996 received MsgRequestVoteResponse from 1995 at "
        "term 25\n",
        "[2022-10-06T14:01:09.600Z INFO  raft::raft] starting a new election, raft_id: 1996, term: 24\n"
        "[2022-10-06T14:01:09.601Z INFO  raft::raft] became candidate at term 25, raft_id: 1996, term: 25\n"
        "[2022-10-06T14:01:09.602Z INFO  raft::raft] broadcasting vote request, raft_id: 1996, to: [1995], log_index: "
        "1246, log_term: 24, term: 25, type: MsgRequestVote\n"
        "[2022-10-06T14:01:09.609Z INFO  raft::raft] received votes response, raft_id: 1996, term: 25, type: "
        "MsgRequestVoteResponse, approvals: 2, rejections: 0, from: 1995, vote: true\n",
        "Aug 14 14:13:00.332 INFO starting a new election, term: 24, raft_id: 1996, tag: peer_2\n"
        "Aug 14 14:13:00.333 INFO became candidate at term 25, term: 25, raft_id: 1996, tag: peer_2\n"
        "Aug 14 14:13:00.334 INFO broadcasting vote request, type: MsgRequestVote, term: 25, log_term: 24, "
        "log_index: 1246, to: [1995], raft_id: 1996, tag: peer_2\n"
        "Aug 14 14:13:00.339 INFO received votes response, vote: true, from: 1995, rejections: 0, approvals: 2, "
        "type: MsgRequestVoteResponse, term: 25, raft_id: 1996, tag: peer_2\n",
    ],
    ids=["before-3.0", "env_logger", "slog"],
)
def test_other_loggers(text: str, tmp_path: Path) -> None:
    imported = import_of(tmp_path, text)

    assert detect(tmp_path / "0.log") == "raft-rs"
    kinds = [type(event).__name__ for event in imported.events if event.node == "1996"]
    assert kinds == [
        "NodeObserved", "TimerFired", "TermAdvanced", "BecameCandidate", "VoteGranted", *kinds[5:-2], "MessageReceived",
        "VoteCounted",
    ]  # fmt: skip
    assert "MessageSent" in kinds
    assert [event.term for event in imported.events if isinstance(event, VoteGranted)] == [25]
    assert imported.files[0].lines == 4 == imported.files[0].told
