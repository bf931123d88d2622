"""Transcripts, one detail each: what a line adds to what the ones before have said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from raftlab.core import messages as m
from raftlab.core.events import (
    BecameFollower,
    EntryAppended,
    LeaderLearned,
    LogTruncated,
    MessageReceived,
    MessageSent,
    PeerForgotten,
    ProgressChanged,
    SnapshotInstalled,
)
from raftlab.core.model import FOLLOWER, LEADER, UNKNOWN, Config, Entry
from raftlab.importers.etcd_script.importer import import_text
from raftlab.importers.etcd_script.message import message
from raftlab.importers.etcd_script.translation import message_of
from tests.importers import transcripts
from tests.importers.looking import of, state_of

if TYPE_CHECKING:
    from raftlab.importers import Imported

READY_2 = "process-ready 2\n----\nReady MustSync=false:\n"


def imported(text: str) -> Imported:
    return import_text(text, "own.txt")


def lines_of(told: Imported, kind: type) -> list[int]:
    pairs = zip(told.events, told.origins, strict=True)
    return [origin.line for event, origin in pairs if type(event) is kind and origin is not None]


def beliefs(told: Imported) -> list[tuple[int, int, str]]:
    found = [event for event in told.events if isinstance(event, ProgressChanged) and event.peer == "1"]
    return [(event.match_index, event.next_index, event.state) for event in found]


def test_messages_of_one_node_may_overtake_each_other() -> None:
    told = imported(
        transcripts.ELECTION
        + READY_2
        + "Messages:\n2->1 MsgHeartbeat Term:1 Log:0/0 Commit:4\n\n"
        + "deliver-msgs 1 type=MsgHeartbeat\n----\n2->1 MsgHeartbeat Term:1 Log:0/0 Commit:4\n"
    )

    last = of(told, MessageReceived)[-1]
    assert isinstance(last, MessageReceived)
    assert told.events[last.cause or 0] == of(told, MessageSent)[-1]
    assert type(last.message) is m.Heartbeat


def test_entries_give_way_without_a_line_about_the_conflict() -> None:
    told = imported("".join(it for it in transcripts.CONFLICT.splitlines(True) if "conflict at" not in it))

    (cut,) = of(told, LogTruncated)
    assert isinstance(cut, LogTruncated)
    assert (cut.from_index, cut.last_index) == (6, 6)
    assert [entry.term for entry in state_of(told).nodes["1"].log] == [1, 3, 4]


def test_a_conflict_is_told_where_it_is_found() -> None:
    told = imported(transcripts.CONFLICT)

    (line,) = lines_of(told, LogTruncated)
    assert "found conflict at index 6" in transcripts.CONFLICT.split("\n")[line - 1]


def test_a_leader_is_learned_from_its_first_message() -> None:
    (line,) = lines_of(imported(transcripts.WRITE), LeaderLearned)

    assert transcripts.WRITE.split("\n")[line - 1].startswith("2->1 MsgApp Term:1 Log:1/4")


def test_a_candidate_has_voted_for_itself_before_any_ready() -> None:
    told = imported(
        transcripts.SET_UP
        + "campaign 1\n----\nINFO 1 is starting a new election at term 0\nINFO 1 became candidate at term 1\n"
    )

    node = state_of(told).nodes["1"]
    assert (node.current_term, node.voted_for, node.leader) == (1, "1", None)


def test_a_leader_forgets_whom_it_no_longer_sends_to() -> None:
    told = imported(transcripts.WRITE + READY_2 + "INFO 2 switched to configuration voters=(2)\n")

    assert [event.peer for event in told.events if isinstance(event, PeerForgotten)] == ["1"]
    assert state_of(told).nodes["2"].progress == {}


def test_a_forgotten_leader_is_forgotten() -> None:
    told = imported(transcripts.WRITE + "forget-leader 1\n----\nINFO 1 forgetting leader 2 at term 1\n")

    assert state_of(told).nodes["1"].leader is None


def test_a_follower_without_a_message_follows_nobody() -> None:
    heard = 'deliver-msgs 1\n----\n2->1 MsgApp Term:1 Log:1/4 Commit:4 Entries:[1/5 EntryNormal ""]\n\n'
    told = imported(transcripts.ELECTION + heard + "tick-election 1\n----\nINFO 1 became follower at term 1\n")

    last = of(told, BecameFollower)[-1]
    assert isinstance(last, BecameFollower)
    assert last.leader is None


def test_a_belief_after_a_snapshot_is_the_one_that_follows() -> None:
    told = imported(
        transcripts.ELECTION
        + "deliver-msgs 2\n----\n1->2 MsgAppResp Term:1 Log:0/5\nDEBUG 2 recovered from needing snapshot, resumed "
        "sending replication messages to 1 [StateSnapshot match=5 next=9 paused pendingSnap=5]\n"
    )

    assert beliefs(told)[-1] == (5, 6, "replicate")


def test_beliefs_follow_acknowledgements() -> None:
    head = transcripts.WRITE + "status 2\n----\n1: State{} match={} next={}\n\n"
    reply = "deliver-msgs 2\n----\n1->2 MsgAppResp Term:1 Log:0/6\n"

    assert beliefs(imported(head.format("Replicate", 5, 12) + reply))[-1] == (6, 12, "replicate")
    assert beliefs(imported(head.format("Snapshot", 5, 12) + reply))[-1] == (6, 7, "replicate")
    assert beliefs(imported(head.format("Probe", 6, 7) + reply))[-1] == (6, 7, "replicate")
    assert beliefs(imported(head.format("Replicate", 8, 12) + reply))[-1] == (8, 12, "replicate")


def test_a_leader_probes_again_after_a_refusal() -> None:
    told = imported(
        transcripts.WRITE
        + "deliver-msgs 2\n----\n1->2 MsgAppResp Term:1 Log:1/6 Rejected (Hint: 4)\n\n"
        + READY_2
        + 'Messages:\n2->1 MsgApp Term:1 Log:1/4 Commit:6 Entries:[1/5 EntryNormal "", 1/6 EntryNormal "hello"]\n'
    )

    assert beliefs(told)[-1] == (6, 5, "probe")


def test_who_prints_its_beliefs_leads() -> None:
    told = imported(transcripts.QUIET + "status 2\n----\n1: StateReplicate match=7 next=8\n")

    node = state_of(told).nodes["2"]
    assert (node.role, node.leader, node.current_term) == (LEADER, "2", UNKNOWN)


def test_what_nodes_send_shows_what_they_are() -> None:
    told = imported(
        transcripts.QUIET
        + READY_2
        + "Messages:\n2->1 MsgApp Term:1 Log:1/7 Commit:7\n\nprocess-ready 1\n----\nReady MustSync=false:\n"
        + "Messages:\n1->2 MsgHeartbeatResp Term:1 Log:0/0\n"
    )

    one, two = state_of(told).nodes.values()
    assert (two.role, two.current_term, two.leader, two.commit_index) == (LEADER, 1, "2", 7)
    assert (one.role, one.current_term, one.leader, one.commit_index) == (FOLLOWER, 1, "2", UNKNOWN)


def test_a_snapshot_that_only_a_ready_shows() -> None:
    told = imported(
        "log-level warn\n----\nok\n\nadd-nodes 1\n----\nok\n\nprocess-ready 1\n----\nReady MustSync=false:\n"
        f"HardState Term:3 Commit:8\nSnapshot {transcripts.SNAPSHOT}\n"
    )

    node = state_of(told).nodes["1"]
    assert (node.log.last_index, node.log.last_term, node.commit_index) == (8, 2, 8)
    assert node.config == Config(("1", "2"))
    assert len(of(told, SnapshotInstalled)) == 1


def test_nodes_that_are_set_up_in_quiet_are_known() -> None:
    told = imported("log-level none\n----\nok\n\nadd-nodes 1 voters=(1) learners=(2) index=6 content=x\n----\nok\n")

    node = state_of(told).nodes["1"]
    assert (node.role, node.current_term, node.commit_index, node.last_applied) == (FOLLOWER, 0, 6, 6)
    assert (node.log.last_index, node.log.last_term, node.config) == (6, 1, Config(("1",), (), ("2",)))


def test_a_log_that_is_compacted_in_quiet_gets_no_end_by_it() -> None:
    told = imported(transcripts.QUIET + "log-level none\n----\nok\n\ncompact 1 6\n----\nok\n")

    log = state_of(told).nodes["1"].log
    assert (log.snapshot_index, log.last_index) == (6, UNKNOWN)


def test_what_is_left_of_a_compacted_log_is_shown() -> None:
    text = transcripts.WRITE + 'compact 2 5\n----\n1/6 EntryNormal "hello"\n'

    log = state_of(imported(text)).nodes["2"].log
    assert (log.snapshot_index, log.snapshot_term, list(log)) == (5, 1, [Entry(6, 1, "normal", "hello")])


def test_a_command_that_we_do_not_know_may_show_a_log() -> None:
    cut = imported(transcripts.WRITE + "cut 1\n----\nlog is empty: first index=5, last index=4\n")
    kept = imported(transcripts.WRITE + 'cut 1\n----\n1/5 EntryNormal ""\n')

    assert [state_of(it).nodes["1"].log.last_index for it in (cut, kept)] == [4, 5]


def test_a_snapshot_that_a_command_sends() -> None:
    sent = f"2->1 MsgSnap Term:1 Log:0/0 Snapshot: {transcripts.SNAPSHOT}"

    told = imported(transcripts.WRITE + f"send-snapshot 2 1\n----\n{sent}\n\ndeliver-msgs 1\n----\n{sent}\n")

    arrived = of(told, MessageReceived)[-1]
    assert told.events[arrived.cause or 0] == of(told, MessageSent)[-1]
    assert state_of(told).flights == {}


def test_a_message_that_waited_for_the_disk_has_its_cause() -> None:
    told = imported(transcripts.APPLIED)

    causes = [type(told.events[event.cause or 0]).__name__ for event in of(told, MessageSent)]
    assert causes == ["BecameCandidate", "BecameLeader"]


def test_an_entry_that_is_printed_again_is_stored_once() -> None:
    told = imported(transcripts.SHOWN_AGAIN)

    texts = [event.entry.text for event in of(told, EntryAppended, "2") if isinstance(event, EntryAppended)]
    assert texts == ["", "hello"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MsgVote Term:3 Log:2/7", m.RequestVote(3, 7, 2)),
        ("MsgVoteResp Term:3 Log:0/0", m.RequestVoteReply(3, granted=True)),
        ("MsgVoteResp Term:3 Log:0/0 Rejected (Hint: 0)", m.RequestVoteReply(3, granted=False)),
        ("MsgPreVote Term:3 Log:2/7", m.PreVote(3, 7, 2)),
        ("MsgPreVoteResp Term:3 Log:0/0", m.PreVoteReply(3, granted=True)),
        (
            'MsgApp Term:3 Log:2/7 Commit:6 Entries:[3/8 EntryNormal "a"]',
            m.AppendEntries(3, 7, 2, (Entry(8, 3, "normal", "a"),), 6),
        ),
        ("MsgAppResp Term:3 Log:0/8", m.AppendEntriesReply(3, success=True, match_index=8)),
        (
            "MsgAppResp Term:3 Log:1/7 Rejected (Hint: 4)",
            m.AppendEntriesReply(3, rejected_index=7, conflict_term=1, conflict_index=5),
        ),
        ("MsgHeartbeat Term:3 Log:0/0 Commit:6", m.Heartbeat(3, 6)),
        ("MsgHeartbeatResp Term:3 Log:0/0", m.HeartbeatReply(3)),
        (
            f"MsgSnap Term:3 Log:0/0 Snapshot: {transcripts.SNAPSHOT}",
            m.InstallSnapshot(3, 8, 2, config=Config(("1", "2"))),
        ),
        ("MsgTimeoutNow Term:3 Log:0/0", m.TimeoutNow(3)),
        ('MsgProp Term:0 Log:0/0 Entries:[0/0 EntryNormal "a"]', m.Proposal(0, (Entry(0, 0, "normal", "a"),))),
        ("MsgReadIndex Term:3 Log:0/0", m.ReadIndex(3)),
        ("MsgReadIndexResp Term:3 Log:0/5", m.ReadIndexReply(3, 5)),
        ("MsgForgetLeader Term:3 Log:0/0", m.OtherMessage(3, "MsgForgetLeader")),
    ],
)
def test_messages_are_ours(text: str, expected: m.AnyMessage) -> None:
    told = message(f"1->2 {text}")

    assert told is not None
    assert message_of(told) == expected
