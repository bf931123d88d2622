"""Captures and polls joined with logs and WALs: a message is told once, whoever tells of it, whatever clocks say."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.core.events import (
    AppendRefused,
    BecameLeader,
    EntriesAppended,
    EntryAppended,
    LogTruncated,
    MessageDropped,
    MessageReceived,
    MessageSent,
    NodeObserved,
    PeerForgotten,
    TermAdvanced,
    VoteGranted,
)
from raftlab.core.messages import RequestVote, RequestVoteReply, TimeoutNow
from raftlab.core.model import UNKNOWN, Cluster
from raftlab.importers import Imported, read
from raftlab.importers.names import Names
from tests.importers.agreement import agreement
from tests.importers.lines import A, B, C, write, zap34
from tests.importers.looking import of, state_of
from tests.importers.recordings import COPY, RECORDINGS, SHARED
from tests.importers.wires import IDS, broken, files, lines_of, message, paired, poll

if TYPE_CHECKING:
    from pathlib import Path

VOTE = message(5, "n1 n2", "MsgVote", 2, logTerm=1, index=3, context="CampaignTransfer")
ANSWER = message(6, "n2 n1", "MsgVoteResp", 2)
CANDIDATE = (
    zap34(30_004, f"{A} became candidate at term 2"),
    zap34(30_004, f"{A} [logterm: 1, index: 3] sent MsgVote request to {B} at term 2"),
    zap34(30_004, f"{A} [logterm: 1, index: 3] sent MsgVote request to {C} at term 2"),
    zap34(30_007, f"{A} received MsgVoteResp from {B} at term 2"),
)
VOTER = (
    zap34(30_005, f"{B} [term: 1] received a MsgVote message with higher term from {A} [term: 2]"),
    zap34(30_005, f"{B} became follower at term 2"),
    zap34(30_005, f"{B} [logterm: 1, index: 3, vote: 0] cast MsgVote for {A} [logterm: 1, index: 3] at term 2"),
)
ASKED = RequestVote(2, 3, 1, transfer=True)


def told_once(imported: Imported, told: int = 2) -> list[Any]:
    """The two messages' sendings (and whatever else was sent), each once, with what only the wire shows."""
    assert paired(imported) == 2
    sent: list[Any] = of(imported, MessageSent)
    assert len(sent) == told
    assert sent[0].message == ASKED
    assert RequestVoteReply(2, granted=True) in [it.message for it in sent]
    assert len(of(imported, MessageReceived)) == 2
    return sent


def test_what_both_logs_tell_is_told_there_with_what_the_wire_shows(tmp_path: Path) -> None:
    sources = [
        write(tmp_path / "a.log", *CANDIDATE),
        write(tmp_path / "b.log", *VOTER),
        write(tmp_path / "msgs.jsonl", VOTE, ANSWER),
    ]

    imported = read(sources)

    sent = told_once(imported, told=3)
    assert [imported.origins[imported.events.index(it)].file for it in sent] == [  # type: ignore[union-attr]
        str(tmp_path / "a.log"), str(tmp_path / "a.log"), str(tmp_path / "b.log"),
    ]  # fmt: skip
    reason = "a message that the members' logs tell: there, with what the wire shows of it"
    assert imported.files[2].skipped == {reason: 2}
    assert len(of(imported, VoteGranted, "n2")) == 1


def test_the_wire_tells_the_receipt_where_only_the_sender_has_a_log(tmp_path: Path) -> None:
    imported = read([write(tmp_path / "a.log", *CANDIDATE), write(tmp_path / "msgs.jsonl", VOTE, ANSWER)])

    told_once(imported, told=3)
    assert state_of(imported).nodes["n2"].voted_for == "n1"


def test_the_wire_tells_the_sending_where_only_the_receiver_has_a_log(tmp_path: Path) -> None:
    imported = read([write(tmp_path / "b.log", *VOTER), write(tmp_path / "msgs.jsonl", VOTE, ANSWER)])

    told_once(imported)
    assert state_of(imported).nodes["n1"].role.value == "candidate"


def test_what_never_passed_the_wire_was_not_seen_to_arrive(tmp_path: Path) -> None:
    later = zap34(32_000, f"{A} became follower at term 2")
    imported = read([write(tmp_path / "a.log", *CANDIDATE, later), write(tmp_path / "msgs.jsonl", VOTE, ANSWER)])

    (dropped,) = of(imported, MessageDropped)
    assert (dropped.node, dropped.reason) == (C, "unseen")  # type: ignore[attr-defined]


@pytest.mark.parametrize("hours", [-5, 5])
def test_one_of_a_kind_belongs_together_whatever_the_clocks_say(tmp_path: Path, hours: int) -> None:
    moved = [re.sub(r"T\d\d:", f"T{(19 + hours) % 24:02}:", line) for line in CANDIDATE]
    if hours > 0:
        moved = [line.replace("2026-11-23", "2026-11-24") for line in moved]
    sources = [
        write(tmp_path / "a.log", *moved),
        write(tmp_path / "b.log", *VOTER),
        write(tmp_path / "msgs.jsonl", VOTE, ANSWER),
    ]

    told_once(read(sources), told=3)


def test_handing_over_is_paired_too(tmp_path: Path) -> None:
    log = write(
        tmp_path / "a.log",
        zap34(30_000, f"{A} became leader at term 2"),
        zap34(30_001, f"{A} sends MsgTimeoutNow to {B} immediately as {B} already has up-to-date log"),
    )
    wire = write(tmp_path / "msgs.jsonl", message(2, "n1 n2", "MsgTimeoutNow", 2))

    imported = read([log, wire])

    assert paired(imported) == len(of(imported, MessageSent)) == 1
    assert of(imported, MessageReceived)[0].message == TimeoutNow(2)  # type: ignore[attr-defined]


def test_a_member_with_a_log_tells_its_role_itself(tmp_path: Path) -> None:
    log = write(tmp_path / "b.log", zap34(30_000, f"{B} became follower at term 2"))
    wire = write(
        tmp_path / "msgs.jsonl",
        message(2, "n1 n2", "MsgHeartbeat", 3),
        message(3, "n2 n1", "MsgHeartbeatResp", 3),
    )

    imported = read([log, wire])

    assert [event.term for event in of(imported, TermAdvanced, "n2")] == [2]  # type: ignore[attr-defined]
    assert [event.node for event in of(imported, BecameLeader)] == ["n1"]


def test_a_leader_whose_log_begins_later_is_one_all_the_same(tmp_path: Path) -> None:
    log = write(tmp_path / "a.log", zap34(30_009, f"{A} became follower at term 4"))
    wire = write(tmp_path / "msgs.jsonl", message(2, "n1 n2", "MsgHeartbeat", 3))

    imported = read([log, wire])

    assert [(it.node, it.term) for it in of(imported, BecameLeader)] == [("n1", 3)]  # type: ignore[attr-defined]


def test_names_are_known_from_other_files(tmp_path: Path) -> None:
    log = write(
        tmp_path / "a.log",
        zap34(30_000, "starting an etcd server", name="n1", **{"local-member-id": A, "initial-cluster": ""}),
        zap34(30_001, f"{A} became follower at term 2"),
    )
    short = '{"t": 1795463430.5, "src": "n1", "dst": "n9", "type": "MsgApp", "term": 3}\n'

    imported = read([log, write(tmp_path / "msgs.jsonl", short)])

    assert imported.nodes == ("n1", "n9")
    names = Names()
    names.say(A, "n1")
    assert [names.identifier(word) for word in ("n1", A, "n9")] == [A, A, "n9"]


def test_conflicts_and_refusals_are_told_once() -> None:
    imported = read(files(COPY, with_logs=True, wire=True))

    (truncated,) = of(imported, LogTruncated)
    assert (truncated.node, truncated.from_index, truncated.last_index) == ("n1", 29, 34)  # type: ignore[attr-defined]
    refused = of(imported, AppendRefused)
    assert [event.prev_log_index for event in refused] == [49, 34, 33, 32, 31, 30, 29]  # type: ignore[attr-defined]
    logs_end = {name: node.log for name, node in state_of(imported).nodes.items()}
    assert {log.last_index for log in logs_end.values()} == {60}
    assert tuple(logs_end["n1"]) == tuple(logs_end["n2"]) == tuple(logs_end["n3"])


def test_who_has_left_is_no_peer_any_more() -> None:
    members = SHARED / "etcd" / "members-zap"
    if not members.exists():
        pytest.skip("the recordings are not there")

    imported = read(files(members, with_logs=True, wire=True))

    assert {(it.node, it.peer) for it in of(imported, PeerForgotten)} >= {("n1", "n2")}  # type: ignore[attr-defined]


def moved_by(seconds: float, source: Path, target: Path) -> Path:
    """A copy of a file as it would be if its writer's clock were ahead."""
    text = "".join(lines_of(source))

    def later(stamp: re.Match[str]) -> str:
        moment = datetime.fromisoformat(stamp[1]) + timedelta(seconds=seconds)
        return f'"ts":"{moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}"'

    text = re.sub(r'"ts":"([^"]+)"', later, text)
    text = re.sub(r'^\{"t": ([\d.]+)', lambda it: f'{{"t": {float(it[1]) + seconds:.6f}', text, flags=re.MULTILINE)
    target.write_text(text)
    return target


@pytest.mark.parametrize(
    ("whose", "seconds"), [("n1.log", 7200.0), ("n3.log", -4000.0), ("msgs.jsonl", 3600.0), ("status.jsonl", -300.0)]
)
def test_a_clock_that_is_hours_off_changes_nothing_but_stamps(tmp_path: Path, whose: str, seconds: float) -> None:
    sources = files(COPY, with_logs=True, wire=True, polls=True)
    moved = [
        moved_by(seconds if path.name.startswith(whose) else 0, path, tmp_path / path.name.removesuffix(".gz"))
        for path in sources
    ]

    imported = read(moved)

    right = read(sources)
    assert paired(imported) == paired(right) == 567
    assert broken(imported) == []
    (offset,) = imported.clocks.values()
    assert abs(offset - seconds * 1_000_000) < 100_000
    found = agreement(imported, COPY)
    assert found.differences == []


@pytest.mark.parametrize(
    "recording", [it for it in RECORDINGS if (it / "wal").exists()] or [COPY], ids=lambda it: it.name
)
def test_with_the_wals_all_is_one_story(recording: Path) -> None:
    wal = recording / "wal" if (recording / "wal").exists() else COPY.parent / "part_leader3-wal"

    imported = read([*files(recording, with_logs=True, wire=True, polls=True), wal])

    captured = len(lines_of(next(recording.glob("msgs.jsonl*"))))
    assert captured <= paired(imported) <= captured + 1
    assert broken(imported) == []
    found = agreement(imported, recording)
    assert found.differences == []
    nodes = state_of(imported).nodes.values()
    entries = {(it.index, it.term): it for node in nodes for it in node.log}
    for node in nodes:
        indices = [entry.index for entry in node.log]
        assert indices == sorted(set(indices))
        assert all(entries[entry.index, entry.term] == entry for entry in node.log)
    texts = [
        entry.text
        for event in imported.events
        for entry in ((event.entry,) if isinstance(event, EntryAppended) else getattr(event, "entries", ()))
        if isinstance(event, EntryAppended | EntriesAppended)
    ]
    assert not any(re.fullmatch(r"\d+ bytes", text) for text in texts)


SMALL = st.integers(0, 4)
REQUESTS = ("MsgVote", "MsgPreVote", "MsgApp", "MsgHeartbeat", "MsgReadIndex")
KINDS = [*REQUESTS, *(f"{kind}Resp" for kind in REQUESTS), "MsgSnap", "MsgTimeoutNow", "MsgProp"]
MESSAGES = st.tuples(
    st.sampled_from([0, 1, 40, 700]),
    st.sampled_from([f"{a} {b}" for a in IDS for b in IDS if a != b]),
    st.sampled_from(KINDS),
    SMALL,
    st.fixed_dictionaries(
        {"logTerm": SMALL, "index": SMALL, "commit": SMALL, "reject": st.booleans(), "rejectHint": SMALL, "n": SMALL}
    ),
)


def _line(millis: int, way: str, kind: str, term: int, rest: dict[str, Any]) -> str:
    fields = {**rest}
    count = fields.pop("n")
    fields["entries"] = [[0, max(1, term), fields["index"] + 1 + place, 9] for place in range(count)]
    if kind == "MsgSnap":
        fields["snapshot"] = {"index": count, "term": term}
    return message(millis, way, kind, term, **fields)


@settings(deadline=None, max_examples=40)
@given(st.lists(MESSAGES, min_size=1, max_size=30), st.booleans())
def test_whatever_passes_is_told(tmp_path_factory: pytest.TempPathFactory, passed: list[Any], with_polls: bool) -> None:
    folder = tmp_path_factory.mktemp("wire")
    millis, lines = 0, []
    for gap, way, kind, term, rest in passed:
        millis += gap
        lines.append(_line(millis, way, kind, term, rest))
    sources = [write(folder / "msgs.jsonl", *lines)]
    if with_polls:
        asked = poll(millis / 2, "n1", "Leader", 2, commit=2, progress={IDS["n1"]: {"match": 3, "next": 4}})
        sources.append(write(folder / "status.jsonl", asked))

    imported = read(sources)

    assert paired(imported) == len(passed)
    cluster = Cluster.empty()
    cluster.fold(imported.events)
    for node in cluster.nodes.values():
        indices = [entry.index for entry in node.log]
        assert indices == sorted(set(indices))
    assert all(one.at_us <= other.at_us for one, other in zip(imported.events, imported.events[1:], strict=False))


def test_a_claim_that_nothing_bears_out_any_more_is_taken_back() -> None:
    imported = read(files(COPY, wire=True))

    lost = [it for it in of(imported, NodeObserved, "n1") if it.unknown and "role" in it.unknown]  # type: ignore[attr-defined]
    assert lost
    assert all(it.role is UNKNOWN for it in lost)  # type: ignore[attr-defined]
