"""Captures of messages: what each shows, and what nobody can know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from raftlab.core.errors import TraceError
from raftlab.core.events import (
    AppendRefused,
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    CommitAdvanced,
    EntriesAppended,
    EntryAppended,
    LogTruncated,
    MessageReceived,
    MessageSent,
    NodeObserved,
    ProgressChanged,
    SnapshotInstalled,
    TermAdvanced,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.messages import (
    AppendEntries,
    AppendEntriesReply,
    InstallSnapshot,
    OtherMessage,
    PreVote,
    PreVoteReply,
    Proposal,
    RequestVote,
)
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, UNKNOWN, Config, Entry
from raftlab.importers import Imported, read
from tests.importers.lines import write
from tests.importers.looking import of, state_of
from tests.importers.recordings import COPY
from tests.importers.wires import IDS, START_S, broken, files, lines_of, message, paired

if TYPE_CHECKING:
    from pathlib import Path

ELECTION = (
    message(0, "n1 n2", "MsgVote", 2, logTerm=1, index=3),
    message(1, "n1 n3", "MsgVote", 2, logTerm=1, index=3),
    message(2, "n2 n1", "MsgVoteResp", 2),
)
NOOP = (
    message(3, "n1 n2", "MsgApp", 2, logTerm=1, index=3, entries=[[0, 2, 4, 0]], commit=3),
    message(4, "n2 n1", "MsgAppResp", 2, index=4),
    message(5, "n1 n2", "MsgApp", 2, logTerm=2, index=4, entries=[[0, 2, 5, 37]], commit=4),
    message(6, "n2 n1", "MsgAppResp", 2, index=5),
    message(7, "n1 n2", "MsgApp", 2, logTerm=2, index=5, commit=5),
)


def capture(tmp_path: Path, *lines: str) -> Imported:
    return read([write(tmp_path / "msgs.jsonl", *lines)])


def test_an_election_and_who_leads(tmp_path: Path) -> None:
    imported = capture(tmp_path, *ELECTION, *NOOP)

    assert paired(imported) == 8
    assert [event.term for event in of(imported, BecameCandidate, "n1")] == [2]  # type: ignore[attr-defined]
    votes = [(event.node, event.candidate) for event in of(imported, VoteGranted)]  # type: ignore[attr-defined]
    assert votes == [("n1", "n1"), ("n2", "n1")]
    assert [event.voter for event in of(imported, VoteCounted, "n1")] == ["n2"]  # type: ignore[attr-defined]
    assert [event.term for event in of(imported, BecameLeader, "n1")] == [2]  # type: ignore[attr-defined]
    n1, n2, n3 = (state_of(imported).nodes[name] for name in ("n1", "n2", "n3"))
    assert (n1.role, n2.role, n2.leader, n2.voted_for) == (LEADER, FOLLOWER, "n1", "n1")
    assert (n1.id, n3.role, n3.current_term) == (IDS["n1"], UNKNOWN, UNKNOWN)  # n3 never said a word


def test_a_request_shows_the_candidate_and_nothing_of_the_voter(tmp_path: Path) -> None:
    imported = capture(tmp_path, ELECTION[0])

    n1, n2 = (state_of(imported).nodes[name] for name in ("n1", "n2"))
    assert (n1.role, n1.current_term, n1.voted_for) == (CANDIDATE, 2, "n1")
    assert (n1.log.last_index, n1.log.last_term) == (3, 1)
    assert (n2.role, n2.current_term, n2.voted_for) == (UNKNOWN, UNKNOWN, UNKNOWN)
    (sent,) = of(imported, MessageSent)
    assert sent.message == RequestVote(2, 3, 1)  # type: ignore[attr-defined]
    assert sent.cause == imported.events.index(of(imported, BecameCandidate)[0])


def test_a_pre_vote_carries_the_next_term(tmp_path: Path) -> None:
    lines = (
        message(0, "n1 n2", "MsgPreVote", 6, logTerm=5, index=9),
        message(1, "n2 n1", "MsgPreVoteResp", 6),
    )

    imported = capture(tmp_path, *lines)

    n1, n2 = (state_of(imported).nodes[name] for name in ("n1", "n2"))
    assert (n1.current_term, n2.current_term) == (5, UNKNOWN)
    assert [event.message for event in of(imported, MessageSent)] == [  # type: ignore[attr-defined]
        PreVote(5, 9, 5),
        PreVoteReply(5, granted=True),
    ]
    assert [(it.voter, it.granted, it.pre) for it in of(imported, VoteCounted)] == [("n2", True, True)]  # type: ignore[attr-defined]


def test_entries_come_from_the_leader_and_what_follows(tmp_path: Path) -> None:
    imported = capture(tmp_path, *ELECTION, *NOOP)

    first = tuple(Entry(index, 1, "config") for index in (1, 2, 3))
    for name in ("n1", "n2"):
        log = state_of(imported).nodes[name].log
        assert tuple(log) == (*first, Entry(4, 2, "noop"), Entry(5, 2, "normal", "37 bytes"))
        assert of(imported, EntriesAppended, name)
        assert len(of(imported, EntryAppended, name)) == 2
    assert [event.index for event in of(imported, CommitAdvanced, "n1")] == [4, 5]  # type: ignore[attr-defined]
    assert state_of(imported).nodes["n2"].commit_index == 5
    matches = [(it.peer, it.match_index) for it in of(imported, ProgressChanged, "n1")]  # type: ignore[attr-defined]
    assert matches == [("n2", 4), ("n2", 5)]


def test_entries_that_conflict_are_dropped_where_they_stood(tmp_path: Path) -> None:
    other = message(500, "n3 n2", "MsgApp", 3, logTerm=2, index=4, entries=[[0, 3, 5, 0]], commit=4)

    imported = capture(tmp_path, *ELECTION, *NOOP[:4], other)

    (truncated,) = of(imported, LogTruncated, "n2")
    assert (truncated.from_index, truncated.last_index) == (5, 5)  # type: ignore[attr-defined]
    assert state_of(imported).nodes["n2"].log.entry(5) == Entry(5, 3, "noop")
    assert state_of(imported).nodes["n1"].log.entry(5) == Entry(5, 2, "normal", "37 bytes")


def test_a_refusal_tells_where_it_did_not_fit(tmp_path: Path) -> None:
    lines = (
        message(0, "n1 n2", "MsgApp", 8, logTerm=7, index=49, commit=49),
        message(1, "n2 n1", "MsgAppResp", 8, index=49, reject=True, rejectHint=34),
        message(2, "n1 n2", "MsgApp", 8, logTerm=2, index=34, entries=[[0, 3, 35, 7]], commit=49),
        message(3, "n2 n1", "MsgAppResp", 8, index=35),
    )

    imported = capture(tmp_path, *lines)

    (refused,) = of(imported, AppendRefused)
    assert (refused.node, refused.leader, refused.prev_log_index) == ("n2", "n1", 49)  # type: ignore[attr-defined]
    replies = [it.message for it in of(imported, MessageReceived, "n1")]  # type: ignore[attr-defined]
    assert replies[0] == AppendEntriesReply(8, rejected_index=49, conflict_index=35)
    # Its log wasn't known: only its answer shows that it took the entry.
    (appended,) = of(imported, EntryAppended, "n2")
    answer = next(i for i, it in enumerate(imported.events) if isinstance(it, MessageSent) and it.at_us == _us(3))
    assert imported.events.index(appended) < answer
    assert appended.at_us == _us(3)


def _us(millis: float) -> int:
    return round((START_S + millis / 1000) * 1_000_000)


def test_a_snapshot_is_installed_once_it_is_answered(tmp_path: Path) -> None:
    snapshot = {"index": 90, "term": 2, "bytes": 8934, "conf": {"voters": [IDS["n1"], IDS["n2"]]}}
    lines = (
        message(0, "n1 n2", "MsgSnap", 2, snapshot=snapshot),
        message(1, "n2 n1", "MsgAppResp", 2, index=90),
    )

    before, after = capture(tmp_path, lines[0]), capture(tmp_path, *lines)

    assert of(before, SnapshotInstalled) == []
    (installed,) = of(after, SnapshotInstalled)
    assert (installed.node, installed.index, installed.term) == ("n2", 90, 2)  # type: ignore[attr-defined]
    (sent, _) = of(after, MessageSent)
    assert isinstance(sent.message, InstallSnapshot)  # type: ignore[attr-defined]
    assert sent.message.config == Config(("n1", "n2"))  # type: ignore[attr-defined]


def test_a_higher_term_in_an_answer_makes_a_leader_step_down(tmp_path: Path) -> None:
    stale = message(8, "n2 n1", "MsgAppResp", 6, index=0)

    imported = capture(tmp_path, *ELECTION, *NOOP, stale)

    n1, n2 = (state_of(imported).nodes[name] for name in ("n1", "n2"))
    assert (n1.role, n1.current_term, n1.leader) == (FOLLOWER, 6, None)
    assert (n2.current_term, n2.leader) == (6, None)


def test_what_was_overtaken_shows_nothing_of_the_present(tmp_path: Path) -> None:
    imported = capture(tmp_path, *ELECTION, *NOOP, message(8, "n2 n1", "MsgAppResp", 6), NOOP[-1])

    assert state_of(imported).nodes["n1"].role is FOLLOWER
    assert len(of(imported, BecameLeader)) == 1


def test_refused_by_all_others_it_has_lost(tmp_path: Path) -> None:
    lines = (
        *ELECTION[:2],
        message(2, "n2 n1", "MsgVoteResp", 2, reject=True),
        message(3, "n3 n1", "MsgVoteResp", 2, reject=True),
    )

    imported = capture(tmp_path, *lines)

    assert [event.node for event in of(imported, VoteRefused)] == ["n2", "n3"]
    (lost,) = of(imported, BecameFollower, "n1")
    assert lost.reason == "it lost the election"  # type: ignore[attr-defined]


def test_nothing_is_known_of_who_is_silent_for_five_heartbeats(tmp_path: Path) -> None:
    later = message(900, "n3 n2", "MsgHeartbeatResp", 2)

    imported = capture(tmp_path, *ELECTION, *NOOP, later)

    lost = [event for event in of(imported, NodeObserved) if event.unknown and "role" in event.unknown]  # type: ignore[attr-defined]
    assert {event.node for event in lost} == {"n1", "n2"}
    assert all(_us(500) <= event.at_us <= _us(520) for event in lost)
    n1 = state_of(imported).nodes["n1"]
    assert (n1.role, n1.current_term, n1.log.last_index) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert n1.log.entry(5) is not None


def test_a_leader_that_falls_silent_may_have_more_entries(tmp_path: Path) -> None:
    answers = [message(10 + 90 * i, "n2 n1", "MsgHeartbeatResp", 2) for i in range(5)]

    imported = capture(tmp_path, *ELECTION, *NOOP, *answers)

    assert state_of(imported).nodes["n1"].log.last_index is UNKNOWN
    assert state_of(imported).nodes["n1"].role is LEADER
    assert state_of(imported).nodes["n2"].log.last_index == 5


def test_a_proposal_has_neither_term_nor_index_yet(tmp_path: Path) -> None:
    imported = capture(tmp_path, message(0, "n2 n1", "MsgProp", 0, entries=[[0, 0, 0, 132]]))

    (sent,) = of(imported, MessageSent)
    assert sent.message == Proposal(0, (Entry(0, 0, "normal", "132 bytes"),))  # type: ignore[attr-defined]
    assert of(imported, TermAdvanced) == []


def test_the_short_form_is_known_by_its_names(tmp_path: Path) -> None:
    short = json.dumps(
        {"t": START_S, "src": "n1", "dst": "n2", "type": "MsgApp", "term": 2, "logTerm": 2, "index": 3, "entries": [],
         "commit": 3, "short": True}
    )  # fmt: skip

    imported = capture(tmp_path, short + "\n", *NOOP)

    assert imported.nodes == ("n1", "n2")
    assert state_of(imported).nodes["n1"].id == IDS["n1"]


@pytest.mark.parametrize("number", [str, int])
def test_integers_may_be_texts_and_zeros_left_out(tmp_path: Path, number: Any) -> None:
    line: dict[str, Any] = {"t": number(1795463430), "from": "1", "to": "2", "type": "MsgApp", "term": number(2)}
    line["entries"] = [[number(0), number(2), number(1), number(5)]]

    imported = capture(tmp_path, json.dumps(line) + "\n")

    (sent,) = of(imported, MessageSent)
    assert sent.message == AppendEntries(2, 0, 0, (Entry(1, 2, "normal", "5 bytes"),), 0)  # type: ignore[attr-defined]
    assert sent.at_us == 1795463430_000_000


def test_a_kind_that_nobody_knows_is_told_as_it_is(tmp_path: Path) -> None:
    imported = capture(tmp_path, message(0, "n1 n2", "MsgFlyToTheMoon", 3))

    (sent,) = of(imported, MessageSent)
    assert sent.message == OtherMessage(3, "MsgFlyToTheMoon")  # type: ignore[attr-defined]
    assert paired(imported) == 1


BAD = {
    "not JSON": ['{"t": 1, "type": "MsgApp", "src"\n', "\n", "\0\xff\n"],
    "JSON, but no message: it needs a time, a type, and numbers where numbers belong": [
        "[]\n", "7\n",
        '{"t": 1, "src": "n1", "dst": "n2"}\n',
        '{"t": null, "type": "MsgApp", "src": "a", "dst": "b"}\n',
        message(0, "n1 n2", "MsgApp", 2, entries=[[0, 2]]), message(0, "n1 n2", "MsgApp", 2, commit="two"),
    ],
    "no time that can be read in it": [
        '{"t": "noon", "type": "MsgApp", "src": "a", "dst": "b"}\n',
        '{"t": 1e300, "type": "X", "src": "a", "dst": "b"}\n',
        '{"t": -5, "type": "X", "src": "a", "dst": "b"}\n',
    ],
    "it doesn't say who sent it to whom": ['{"t": 1, "type": "MsgApp", "src": "a"}\n'],
    "numbers that no message has": [
        message(0, "n1 n2", "MsgApp", 1 << 70), message(0, "n1 n2", "MsgApp", 2, index=-4),
        message(0, "n1 n2", "MsgApp", 2, index=3, entries=[[0, 2, 9, 1]]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("reason", BAD)
def test_what_is_no_message_is_counted_with_its_reason(tmp_path: Path, reason: str) -> None:
    bad = BAD[reason]

    imported = capture(tmp_path, *ELECTION, *bad, *NOOP)

    (report,) = imported.files
    assert (report.kind, report.skipped) == ("etcd-wire", {reason: len(bad)})
    assert report.lines == 8 + len(bad)


def test_a_file_without_any_message_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "msgs.jsonl", '{"t": 1, "type": "MsgApp", "src": "a", "dst": ""}\n')

    with pytest.raises(TraceError, match="who sent it to whom"):
        read([path])


def test_a_second_leader_of_a_term_is_found(tmp_path: Path) -> None:
    lines = lines_of(files(COPY, wire=True)[0])
    doctored = [
        line.replace('"src": "n2", "dst": "n1"', '"src": "n3", "dst": "n1"').replace(
            '"from": "e1a65d5b2738bb67"', '"from": "7580081b5360633"'
        )
        if '"type": "MsgHeartbeat"' in line and '"term": 8' in line and '"dst": "n1"' in line
        else line
        for line in lines
    ]
    assert doctored != lines

    found = broken(capture(tmp_path, *doctored))

    assert {it.invariant for it in found} == {"Election Safety"}


def test_swapped_entries_are_found(tmp_path: Path) -> None:
    lines = lines_of(files(COPY, wire=True)[0])
    swapped = "[[0, 2, 5, 132], [0, 2, 6, 133]"
    doctored = [line.replace("[[0, 2, 5, 133], [0, 2, 6, 132]", swapped, 1) for line in lines]
    place = next(i for i, line in enumerate(doctored) if line != lines[i])

    found = broken(capture(tmp_path, *lines[:place], doctored[place], *lines[place + 1 :]))

    assert "Log Matching" in {it.invariant for it in found}
