"""Transcripts become traces: each printed step where it stands, and what is kept quiet stays unknown."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from raftlab.core.errors import TraceError
from raftlab.core.events import (
    AppendRefused,
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    CommandGiven,
    CommitAdvanced,
    ConfigChanged,
    EntryAppended,
    EntryApplied,
    LeaderLearned,
    LogTruncated,
    MessageDropped,
    MessageReceived,
    MessageSent,
    NodeJoined,
    ProgressChanged,
    SnapshotInstalled,
    SourceNoted,
    TimerFired,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.invariants import Checker
from raftlab.core.model import LEADER, UNKNOWN, Config, Entry
from raftlab.importers import KINDS, Imported, detect, read
from raftlab.importers.etcd_script.importer import KIND, import_text
from tests.importers import transcripts
from tests.importers.looking import of, state_of

if TYPE_CHECKING:
    from pathlib import Path

ALL = [
    transcripts.ELECTION, transcripts.WRITE, transcripts.CONFLICT, transcripts.SHOWN_AGAIN, transcripts.APPLIED,
    transcripts.JOINT, transcripts.SEVERAL,
]  # fmt: skip


def imported(text: str) -> Imported:
    return import_text(text, "own.txt")


def line_of(text: str, wanted: str, number: int = 1) -> int:
    """The line (from 1) where this stands for the number-th time."""
    return [at for at, line in enumerate(text.split("\n"), 1) if line.strip() == wanted][number - 1]


def test_it_is_detected_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "anything"
    path.write_text(transcripts.ELECTION)
    other = tmp_path / "other"
    other.write_text("greet 1\n----\nhello\n")

    assert detect(path) == KIND
    assert KIND in KINDS
    assert detect(other) is None
    assert read([path]).nodes == ("1", "2")


@pytest.mark.parametrize("text", ALL)
def test_there_is_no_clock_and_every_line_is_accounted_for(text: str) -> None:
    told = imported(text)
    (report,) = told.files

    assert told.unit == "step"
    assert [event.at_us for event in told.events] == list(range(len(told.events)))
    assert report.lines == len(text.splitlines()) == report.told + sum(report.skipped.values())
    assert report.told == len({origin.line for origin in told.origins if origin is not None})
    assert "a line of an unknown form" not in report.skipped
    assert [origin for origin in told.origins if origin is None] == [None]


@pytest.mark.parametrize("text", ALL)
def test_no_invariant_breaks_and_no_cause_lies_ahead(text: str) -> None:
    checker = Checker()
    for position, event in enumerate(imported(text).events):
        checker.observe(position, event)
        assert event.cause is None or event.cause < position

    assert checker.broken == []


def test_an_election_is_told_with_its_causes() -> None:
    told = imported(transcripts.ELECTION)
    events = told.events

    (candidacy,) = of(told, BecameCandidate)
    (lead,) = of(told, BecameLeader)
    granted = [event for event in events if isinstance(event, VoteGranted)]
    own = granted[0]
    assert (own.node, own.candidate, own.cause) == ("2", "2", events.index(candidacy))
    counted = [event for event in events if isinstance(event, VoteCounted)]
    assert [event.voter for event in counted] == ["2", "1"]
    assert lead.cause == events.index(counted[1])
    sent = [event for event in events if isinstance(event, MessageSent)]
    assert sent[0].cause == events.index(candidacy)
    assert sent[1].cause == events.index(granted[1])
    received = [event for event in events if isinstance(event, MessageReceived)]
    assert [event.cause for event in received] == [events.index(event) for event in sent[:2]]
    assert [event.due_us for event in sent] == [events.index(event) for event in received] + [None]
    assert len(state_of(told).flights) == 1


def test_entries_are_due_to_who_asked_and_to_who_brought_them() -> None:
    told = imported(transcripts.WRITE)
    events = told.events

    (asked,) = of(told, CommandGiven)
    stored = [event for event in events if isinstance(event, EntryAppended) and event.entry.text == "hello"]
    assert [event.node for event in stored] == ["2", "1"]
    assert stored[0].cause == events.index(asked)
    arrivals = [at for at, event in enumerate(events) if isinstance(event, MessageReceived) and event.node == "1"]
    of_follower = [event.cause for event in events if isinstance(event, EntryAppended) and event.node == "1"]
    assert of_follower == arrivals[1:3]  # the first arrival is the request for a vote
    assert events[events[arrivals[2]].cause or 0].cause == events.index(stored[0])
    assert [event.leader for event in events if isinstance(event, LeaderLearned)] == ["2"]
    assert [event.index for event in events if isinstance(event, CommitAdvanced)] == [6]
    assert [event.index for event in of(told, EntryApplied, "2") if isinstance(event, EntryApplied)] == [5, 6]


def test_what_a_leader_believes_follows_from_its_messages() -> None:
    told = imported(transcripts.WRITE)

    beliefs = [event for event in told.events if isinstance(event, ProgressChanged)]
    assert [(it.match_index, it.next_index, it.state) for it in beliefs] == [
        (0, 5, "probe"), (0, 6, "probe"), (5, 6, "replicate"), (6, 7, "replicate"),
    ]  # fmt: skip


def test_a_dropped_message_is_the_one_that_was_sent() -> None:
    told = imported(transcripts.WRITE)

    (dropped,) = of(told, MessageDropped)
    assert isinstance(dropped, MessageDropped)
    assert (dropped.node, dropped.sender, dropped.reason) == ("1", "2", "command")
    assert told.events[dropped.cause or 0] == of(told, MessageSent)[-1]
    assert state_of(told).flights == {}


def test_conflicting_entries_give_way() -> None:
    told = imported(transcripts.CONFLICT)

    (cut,) = of(told, LogTruncated)
    assert isinstance(cut, LogTruncated)
    assert (cut.node, cut.from_index, cut.last_index) == ("1", 6, 6)
    node = state_of(told).nodes["1"]
    assert list(node.log) == [Entry(5, 1, "noop"), Entry(6, 3, "normal", "other"), Entry(7, 4, "noop")]
    assert (node.current_term, node.voted_for, node.leader, node.commit_index) == (4, None, "3", 4)
    arrived = of(told, MessageReceived, "1")[-1]
    assert arrived.cause is None  # no line shows node 3 sending it


def test_what_happens_in_quiet_is_unknown_afterwards() -> None:
    told = imported(transcripts.QUIET)
    cluster = state_of(told)

    one, two = cluster.nodes["1"], cluster.nodes["2"]
    for node in (one, two):
        seen = (node.role, node.current_term, node.leader, node.commit_index, node.log.last_index)
        assert set(seen) == {UNKNOWN}
    assert [entry.index for entry in two.log] == [5, 6]
    assert [entry.index for entry in one.log] == []  # it knew of no commit, so nothing need have stayed
    assert one.config == two.config == Config(("1", "2"))  # nobody has asked for another one


def test_what_is_shown_again_is_known_again() -> None:
    cluster = state_of(imported(transcripts.SHOWN_AGAIN))

    one, two = cluster.nodes["1"], cluster.nodes["2"]
    assert (two.role, two.current_term, two.leader, one.leader) == (LEADER, 1, "2", "2")
    assert [entry.text for entry in one.log] == ["", "hello", "unseen"]
    assert one.log.last_index == 7
    assert two.log.last_index is UNKNOWN
    assert {peer: (it.match_index, it.next_index) for peer, it in two.progress.items()} == {"1": (7, 8), "2": (7, 8)}


def test_messages_that_are_taken_in_quiet() -> None:
    head = transcripts.ELECTION + "log-level none\n----\nok\n\n"

    delivered = imported(head + "stabilize 1\n----\nok\n")
    dropped = imported(head + "deliver-msgs 2 drop=(1)\n----\nok\n")
    left = imported(head + "deliver-msgs 1 type=MsgVote\n----\nok\n")

    assert isinstance(of(delivered, MessageReceived)[-1].cause, int)
    assert [event.reason for event in dropped.events if isinstance(event, MessageDropped)] == ["command"]
    assert [len(state_of(it).flights) for it in (delivered, dropped, left)] == [0, 0, 1]


def test_asynchronous_storage_tells_a_message_when_the_disk_is_done() -> None:
    text = transcripts.APPLIED
    told = imported(text)

    sent = [
        (origin.line, type(event.message).__name__)
        for event, origin in zip(told.events, told.origins, strict=True)
        if isinstance(event, MessageSent) and origin is not None
    ]
    assert sent == [
        (line_of(text, "1->1 MsgVoteResp Term:1 Log:0/0", 2), "RequestVoteReply"),
        (line_of(text, "1->1 MsgAppResp Term:1 Log:0/4", 2), "AppendEntriesReply"),
    ]
    assert all(event.cause is not None for event in of(told, MessageReceived))
    assert state_of(told).nodes["1"].log.last_index == 4  # what raft-log prints is the disk, a little behind
    assert set(told.nodes) == {"1"}


def test_asynchronous_storage_applies_when_the_apply_thread_says_so() -> None:
    before, after = imported(transcripts.ASYNCHRONOUS), imported(transcripts.APPLIED)

    assert (state_of(before).nodes["1"].commit_index, state_of(before).nodes["1"].last_applied) == (4, 3)
    assert state_of(after).nodes["1"].last_applied == 4


def test_a_joint_configuration() -> None:
    told = imported(transcripts.JOINT)

    (changed,) = of(told, ConfigChanged)
    assert isinstance(changed, ConfigChanged)
    assert changed.config == Config(("2", "3"), ("1", "2"), ("4",), learners_next=("1",), auto_leave=True)
    (asked,) = [event for event in told.events if isinstance(event, SourceNoted) and "members" in event.text]
    assert asked.text == "it is asked to change the members: v3 l1"


def test_several_commands_in_one_block() -> None:
    told = imported(transcripts.SEVERAL)
    cluster = state_of(told)

    assert [event.node for event in told.events if isinstance(event, NodeJoined)] == ["1", "2"]
    assert cluster.nodes["1"].role is LEADER
    assert [list(node.log) for node in cluster.nodes.values()] == [[Entry(5, 1, "noop")]] * 2
    assert {peer: it.match_index for peer, it in cluster.nodes["1"].progress.items()} == {"1": 5, "2": 5}


def test_a_quiet_command_at_the_end_of_a_block_hides_what_its_output_told() -> None:
    text = transcripts.SET_UP + (
        "campaign 2\nstabilize log-level=none\n----\n"
        "INFO 2 is starting a new election at term 0\nINFO 2 became candidate at term 1\n"
    )

    told = imported(text)

    assert len(of(told, BecameCandidate)) == 1
    assert state_of(told).nodes["2"].role is UNKNOWN


def test_a_tenth_node_is_called_ten() -> None:
    text = (
        "add-nodes 10 voters=(1,10) index=2\n----\nok\n\ncampaign 10\n----\n"
        "INFO a is starting a new election at term 0\nINFO a became candidate at term 1\n"
        "INFO a [logterm: 1, index: 2] sent MsgVote request to 1 at term 1\n\nprocess-ready 10\n----\n"
        "Ready MustSync=true:\nLead:0 State:StateCandidate\nHardState Term:1 Vote:10 Commit:2\nMessages:\n"
        "a->1 MsgVote Term:1 Log:1/2\n"
    )

    told = imported(text)

    assert told.nodes[-1] == "10"
    assert [event.node for event in of(told, MessageSent)] == ["10"]
    assert state_of(told).nodes["10"].voted_for == "10"


def test_a_snapshot_brings_log_and_configuration() -> None:
    told = imported(
        "add-nodes 1\n----\nok\n\ndeliver-msgs 1\n----\n2->1 MsgSnap Term:3 Log:0/0\n"
        f"  Snapshot: {transcripts.SNAPSHOT}\n"
        "INFO 1 [term: 0] received a MsgSnap message with higher term from 2 [term: 3]\n"
        "INFO 1 became follower at term 3\nINFO 1 switched to configuration voters=(1 2)\n"
        "INFO 1 [commit: 8, lastindex: 8, lastterm: 2] restored snapshot [index: 8, term: 2]\n"
        "INFO 1 [commit: 8] restored snapshot [index: 8, term: 2]\n"
    )

    node = state_of(told).nodes["1"]
    assert (node.log.snapshot_index, node.log.last_index, node.log.last_term, node.commit_index) == (8, 8, 2, 8)
    assert (node.leader, node.config) == ("2", Config(("1", "2")))
    assert len(of(told, SnapshotInstalled)) == 1
    assert [event.leader for event in told.events if isinstance(event, BecameFollower)] == ["2"]


def test_a_refusal_is_told_once() -> None:
    ready = (
        "process-ready 1\n----\nReady MustSync=false:\nMessages:\n1->2 MsgAppResp Term:1 Log:1/7 Rejected (Hint: 4)\n"
    )
    arrival = "deliver-msgs 1\n----\n2->1 MsgApp Term:1 Log:1/7 Commit:4\n"
    debug = "DEBUG 1 [logterm: 0, index: 7] rejected MsgApp [logterm: 1, index: 7] from 2\n"

    for text in (arrival + debug + "\n" + ready, arrival + "\n" + ready):
        told = imported(transcripts.SET_UP + text)
        (refusal,) = of(told, AppendRefused)
        assert isinstance(refusal, AppendRefused)
        assert (refusal.leader, refusal.prev_log_index) == ("2", 7)
        assert of(told, MessageSent)[-1].cause == told.events.index(refusal)


def test_a_vote_refused_because_of_the_log() -> None:
    told = imported(
        transcripts.WRITE
        + "deliver-msgs 1\n----\n3->1 MsgVote Term:1 Log:1/5\n"
        + "INFO 1 [logterm: 1, index: 6, vote: 2] rejected MsgVote from 3 [logterm: 1, index: 5] at term 1\n"
    )

    assert [event.reason for event in told.events if isinstance(event, VoteRefused)] == ["log"]


def test_a_timer_fires_only_when_time_is_made_to_pass() -> None:
    lines = "INFO 1 is starting a new election at term 0\nINFO 1 became candidate at term 1\n"

    ticked = imported(transcripts.SET_UP + "tick-election 1\n----\n" + lines)
    told = imported(transcripts.SET_UP + "campaign 1\n----\n" + lines)

    assert [len(of(it, TimerFired)) for it in (ticked, told)] == [1, 0]
    for it in (ticked, told):
        (candidacy,) = of(it, BecameCandidate)
        assert it.events[candidacy.cause or 0].node == "1"


def test_the_level_warn_leaves_roles_unknown_until_a_ready_shows_them() -> None:
    head = transcripts.SET_UP + "log-level warn\n----\nok\n\ncampaign 1\n----\nok\n\n"
    ready = (
        "process-ready 1\n----\nReady MustSync=true:\nLead:0 State:StateCandidate\nHardState Term:1 Vote:1 Commit:4\n"
    )

    before, after = state_of(imported(head)).nodes["1"], state_of(imported(head + ready)).nodes["1"]

    assert before.role is UNKNOWN
    assert (after.role.value, after.current_term, after.voted_for, after.leader) == ("candidate", 1, "1", None)


def test_lines_of_an_unknown_form_are_counted() -> None:
    told = imported(transcripts.SET_UP + "dance 1\n----\nINFO 1 dances\nand so on\nunknown command\n")

    assert told.files[0].skipped["a line of an unknown form"] == 2
    assert [event.text for event in told.events if isinstance(event, SourceNoted)] == ["unknown command"]


def test_nodes_that_etcd_refuses_to_set_up() -> None:
    text = "add-nodes 1 voters=(1) index=1\n----\nindex must be specified as > 1 due to bootstrap\n\n"

    with pytest.raises(TraceError, match="no node is set up"):
        imported(text)
    assert imported(text + "add-nodes 1\n----\nok\n").nodes == ("1",)


def test_a_transcript_is_opened_alone(tmp_path: Path) -> None:
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for path in paths:
        path.write_text(transcripts.ELECTION)

    with pytest.raises(TraceError, match=r"b\.txt: a transcript holds all nodes"):
        read(paths)


def test_origins_name_file_and_line() -> None:
    told = imported(transcripts.ELECTION)

    where = {type(event): origin for event, origin in zip(told.events, told.origins, strict=True)}
    origin = where[BecameLeader]
    assert origin is not None
    assert (origin.file, origin.stamp) == ("own.txt", "")
    assert transcripts.ELECTION.split("\n")[origin.line - 1].strip() == "INFO 2 became leader at term 1"
    blocks = [origin.line for origin in told.origins if origin is not None]
    assert all(after - before > -4 for before, after in pairwise(blocks))
