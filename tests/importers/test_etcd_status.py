"""Polls of members: what is news in each, silence, and what they add to logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from raftlab.core.errors import TraceError
from raftlab.core.events import (
    BecameLeader,
    CommitAdvanced,
    NodeObserved,
    PeerForgotten,
    ProgressChanged,
    SourceNoted,
)
from raftlab.core.model import FOLLOWER, UNKNOWN, UP
from raftlab.importers import Imported, read
from tests.importers.lines import A, B, write, zap34
from tests.importers.looking import of, state_of
from tests.importers.wires import IDS, START_S, broken, message, poll

if TYPE_CHECKING:
    from pathlib import Path

N1, N2, N3 = IDS.values()
LEADING = {"vote": N1, "lead": N1, "commit": 28, "applied": 28}


def progress(own: int, n2: tuple[int, int, str]) -> dict[str, dict[str, object]]:
    return {
        N1: {"match": own, "next": own + 1, "state": "StateReplicate"},
        N2: {"match": n2[0], "next": n2[1], "state": n2[2]},
    }


def silence(millis: float, name: str, error: str) -> str:
    return json.dumps({"t": START_S + millis / 1000, "dt": 1.005, "n": name, "error": error}) + "\n"


def polls(tmp_path: Path, *lines: str) -> Imported:
    return read([write(tmp_path / "status.jsonl", *lines)])


def test_a_poll_tells_how_a_member_stands(tmp_path: Path) -> None:
    imported = polls(tmp_path, poll(10, "n2", "Follower", 3, vote=N3, lead=N3, commit=29, applied=28))

    n2 = state_of(imported).nodes["n2"]
    assert (n2.id, n2.status, n2.role, n2.current_term) == (N2, UP, FOLLOWER, 3)
    assert (n2.voted_for, n2.leader, n2.commit_index, n2.last_applied) == (N3, N3, 29, 28)
    assert imported.events[-1].at_us == round((START_S + 0.008) * 1_000_000)  # the middle of question and answer
    assert imported.files[0].kind == "etcd-status"
    assert "roles" in imported.knows
    assert "config" not in imported.knows


def test_only_news_are_told(tmp_path: Path) -> None:
    again = poll(200, "n1", "Leader", 2, **LEADING, progress=progress(28, (28, 29, "StateReplicate")))
    imported = polls(tmp_path, again.replace(f"{START_S + 0.2}", f"{START_S}"), again)

    assert imported.files[0].skipped == {"a poll that says nothing new": 1}
    assert [event.term for event in of(imported, BecameLeader)] == [2]  # type: ignore[attr-defined]


def test_a_leader_tells_of_its_peers_and_its_own_log(tmp_path: Path) -> None:
    imported = polls(
        tmp_path,
        poll(0, "n1", "Leader", 2, **LEADING, progress=progress(34, (28, 29, "StateProbe"))),
        poll(200, "n1", "Leader", 2, **LEADING, progress={N1: {"match": 34, "next": 35, "state": "StateReplicate"}}),
        poll(400, "n1", "Follower", 3, lead="0"),
    )

    (changed,) = of(imported, ProgressChanged)
    assert (changed.peer, changed.match_index, changed.next_index, changed.state) == (N2, 28, 29, "probe")  # type: ignore[attr-defined]
    assert [event.peer for event in of(imported, PeerForgotten)] == [N2]  # type: ignore[attr-defined]
    ends = [event.last_index for event in of(imported, NodeObserved) if event.last_index is not UNKNOWN]  # type: ignore[attr-defined]
    assert ends == [34]
    n1 = state_of(imported).nodes["n1"]
    assert (n1.role, n1.leader, n1.log.last_index) == (FOLLOWER, None, UNKNOWN)


def test_an_index_rises_and_after_a_restart_may_be_lower(tmp_path: Path) -> None:
    imported = polls(
        tmp_path,
        poll(0, "n1", "Follower", 2, commit=28, applied=28),
        poll(200, "n1", "Follower", 2, commit=30, applied=30),
        silence(400, "n1", "ConnectError"),
        poll(600, "n1", "Follower", 2, commit=29, applied=20),
    )

    assert [event.index for event in of(imported, CommitAdvanced)] == [30]  # type: ignore[attr-defined]
    n1 = state_of(imported).nodes["n1"]
    assert (n1.commit_index, n1.last_applied) == (29, 20)


def test_silence_is_noted_when_it_begins_changes_and_ends(tmp_path: Path) -> None:
    imported = polls(
        tmp_path,
        silence(0, "n2", "ConnectError"),
        silence(200, "n2", "ConnectError"),
        silence(400, "n2", "ReadTimeout"),
        poll(600, "n2", "Follower", 1),
        silence(800, "n2", "ConnectError"),
    )

    assert [(event.node, event.text) for event in of(imported, SourceNoted)] == [  # type: ignore[attr-defined]
        ("n2", "it does not answer a poll: ConnectError"),
        ("n2", "it does not answer a poll: ReadTimeout"),
        ("n2", "it answers polls again"),
        ("n2", "it does not answer a poll: ConnectError"),
    ]
    assert imported.files[0].skipped == {"a poll without an answer, like the one before": 1}
    assert state_of(imported).nodes["n2"].status is UP  # that nobody answers is no proof of a crash


def test_who_never_answers_is_nothing_but_a_name(tmp_path: Path) -> None:
    imported = polls(tmp_path, silence(0, "n2", "ConnectError"))

    n2 = state_of(imported).nodes["n2"]
    assert (n2.status, n2.role, n2.current_term) == (UNKNOWN, UNKNOWN, UNKNOWN)


def test_two_leaders_of_a_term_are_found(tmp_path: Path) -> None:
    imported = polls(
        tmp_path, poll(0, "n1", "Leader", 2, vote=N1, lead=N1), poll(50, "n3", "Leader", 2, vote=N3, lead=N3)
    )

    assert [it.invariant for it in broken(imported)] == ["Election Safety"]


def test_etcds_endpoint_status_tells_less(tmp_path: Path) -> None:
    line = {"t": str(START_S), "n": "n1", "id": N1, "leader": N2, "term": 2, "index": "28", "applied": "27"}

    imported = polls(tmp_path, json.dumps(line) + "\n")

    n1 = state_of(imported).nodes["n1"]
    assert (n1.leader, n1.commit_index, n1.last_applied) == (N2, 28, 27)
    assert (n1.role, n1.current_term) == (UNKNOWN, UNKNOWN)


def test_a_gateway_prints_integers_as_texts_and_leaves_out_zeros(tmp_path: Path) -> None:
    line = {"t": START_S, "n": "n1", "id": N1, "raft": {"raftState": "StateFollower", "term": "7"}}

    imported = polls(tmp_path, json.dumps(line) + "\n")

    n1 = state_of(imported).nodes["n1"]
    assert (n1.role, n1.current_term, n1.voted_for, n1.leader, n1.commit_index) == (FOLLOWER, 7, None, None, 0)


BAD = {
    "not JSON": ['{"t": 1, "n": "n1", "raft"\n', "\n"],
    "JSON, but no poll: it needs a time, a member, and numbers where numbers belong": [
        "[]\n", '{"n": "n1", "error": "x"}\n', poll(0, "n1", "Follower", 2, commit="many"),
        poll(0, "n1", "Follower", 2, progress=[1]),
    ],
    "no time that can be read in it": ['{"t": "noon", "n": "n1", "error": "x"}\n'],
    "it doesn't say which member was asked": ['{"t": 1, "error": "x"}\n'],
    "neither an answer nor an error": ['{"t": 1, "n": "n1"}\n'],
    "a state that no member has": [
        poll(0, "n1", "Emperor", 2), poll(0, "n1", "Follower", -2), poll(0, "n1", "Follower", 1 << 80),
    ],
}  # fmt: skip


@pytest.mark.parametrize("reason", BAD)
def test_what_is_no_poll_is_counted_with_its_reason(tmp_path: Path, reason: str) -> None:
    imported = polls(tmp_path, poll(0, "n1", "Follower", 2), *BAD[reason])

    (report,) = imported.files
    assert report.skipped == {reason: len(BAD[reason])}
    assert report.lines == 1 + len(BAD[reason])


def test_a_file_without_any_poll_says_so(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="neither an answer"):
        polls(tmp_path, '{"t": 1, "n": "n1", "applied": null}\n')


def test_beside_a_log_a_poll_tells_what_the_log_cannot(tmp_path: Path) -> None:
    log = write(
        tmp_path / "a.log",
        zap34(30_000, f"newRaft {A} [peers: [], term: 2, commit: 5, applied: 0, lastindex: 6, lastterm: 2]"),
        zap34(30_000, f"{A} became follower at term 2"),
        zap34(30_300, f"{A} became follower at term 3"),
    )
    asked = write(
        tmp_path / "status.jsonl",
        poll(100, "n1", "Follower", 2, vote=B, lead=N3, commit=6, applied=5),
        poll(150, "n1", "Follower", 2, vote=B, lead="0", commit=6, applied=5),
        poll(308, "n1", "Follower", 2, vote=B, commit=99, applied=99),
    )

    imported = read([log, asked])

    assert imported.files[1].skipped == {
        "a poll of an older state than is known by then": 1,  # the last: term 2 is past
        "a poll that says nothing new": 1,
    }
    n1 = state_of(imported).nodes["n1"]
    assert (n1.current_term, n1.role, n1.leader, n1.commit_index, n1.last_applied) == (3, FOLLOWER, None, 6, 5)
    assert any(event.vote == "e1a65d5b2738bb67" for event in of(imported, NodeObserved))  # type: ignore[attr-defined]


def test_between_messages_a_poll_is_believed_unless_it_is_late(tmp_path: Path) -> None:
    wire = write(
        tmp_path / "msgs.jsonl",
        message(0, "n1 n2", "MsgVote", 2, logTerm=1, index=3),
        message(2, "n2 n1", "MsgVoteResp", 2),
        message(3, "n1 n2", "MsgHeartbeat", 2),
    )
    asked = write(
        tmp_path / "status.jsonl",
        poll(5, "n1", "Candidate", 2, vote=N1),  # it was asked before it led, so it seems
        poll(7, "n2", "Follower", 2, vote=N1, lead=N1, commit=3, applied=3),
        poll(9, "n1", "Follower", 2, vote=N1, commit=3),
    )

    imported = read([wire, asked])

    assert imported.files[1].skipped == {"a poll of an older state than is known by then": 1}
    n1, n2 = (state_of(imported).nodes[name] for name in ("n1", "n2"))
    assert n1.role is FOLLOWER  # it has stepped down, which no message shows
    assert (n2.leader, n2.commit_index) == ("n1", 3)
    assert [event.node for event in of(imported, BecameLeader)] == ["n1"]
