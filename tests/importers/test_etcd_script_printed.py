"""What etcd-raft prints, as values; the texts are ours."""

from __future__ import annotations

import pytest

from raftlab.core.model import FOLLOWER, LEADER, Config, Entry
from raftlab.importers.etcd_script import printed
from raftlab.importers.etcd_script.message import entry, is_open, message, snapshot, unquoted
from raftlab.importers.etcd_script.printed import HardState, NewRaft, PrintedProgress, RaftState, SoftState
from raftlab.importers.etcd_script.reading import (
    EmptyLog,
    Heading,
    Ready,
    Remark,
    ThreadWork,
    Unread,
    read_output,
)


def test_states() -> None:
    assert printed.hard_state("HardState Term:3 Vote:12 Commit:8", 5) == HardState(5, 3, "12", 8)
    assert printed.hard_state("HardState Term:3 Commit:8") == HardState(0, 3, None, 8)
    assert printed.soft_state("Lead:0 State:StateFollower") == SoftState(0, None, FOLLOWER)
    assert printed.raft_state("11: StateLeader (Non-Voter) Term:4 Lead:11") == RaftState(
        0, "11", LEADER, False, 4, "11"
    )
    assert printed.soft_state("Lead:1 State:StateUnheardOf") is None


def test_a_progress_of_any_version() -> None:
    text = "StateSnapshot match=2 commit=1 next=9 learner paused pendingSnap=8 inactive inflight=3[full]"

    assert printed.progress(text, "4", 7) == PrintedProgress(7, "4", "snapshot", 2, 9, 1, True, True, 8, True, 3, True)
    assert printed.progress("StateProbe match=0 next=1", "2") == PrintedProgress(0, "2", "probe", 0, 1)


def test_configurations() -> None:
    config = Config(("1", "2"), ("2", "3"), ("4",), learners_next=("3",), auto_leave=True)

    assert printed.configuration("voters=(1 2)&&(2 3) learners=(4) learners_next=(3) autoleave") == config
    assert printed.configuration("voters=()") == Config()
    state = "ConfState:Voters:[1 2] VotersOutgoing:[2 3] Learners:[4] LearnersNext:[3] AutoLeave:true"
    assert printed.conf_state(state) == config
    told = snapshot(f"Index:9 Term:2 {state}")
    assert told is not None
    assert (told.index, told.term, told.config) == (9, 2, config)


def test_ids_are_hexadecimal_in_lines_of_the_log_and_in_messages() -> None:
    text = "newRaft b [peers: [1,a,b], term: 2, commit: 3, applied: 1, lastindex: 4, lastterm: 2]"

    assert printed.new_raft(text) == NewRaft("11", ("1", "10", "11"), 2, 3, 1, 4, 2)
    told = message("a->b MsgVote Term:1 Log:1/4 Vote:10")
    assert told is not None
    assert (told.sender, told.to, told.vote) == ("10", "11", "10")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('2/7 EntryNormal "x"', Entry(7, 2, "normal", "x")),
        ('2/7 EntryNormal ""', Entry(7, 2, "noop")),
        ("2/7 EntryConfChangeV2 v2 r3", Entry(7, 2, "config", "v2 r3")),
        ("2/7 EntryConfChange v2", Entry(7, 2, "config", "v2")),
        ("2/7 EntryConfChangeV2", Entry(7, 2, "config")),
        (r'2/7 EntryNormal "a \"b\", ]\n"', Entry(7, 2, "normal", 'a "b", ]\n')),
    ],
)
def test_entries(text: str, expected: Entry) -> None:
    told = entry(text)

    assert told is not None
    assert told.entry() == expected


def test_quoted_texts() -> None:
    assert unquoted(r'"\u00e9\x41\xc3\xa9\t\\"') == "éAé\t\\"
    assert unquoted(r'"\xff"') == "\\xff"


def test_entries_of_a_message_in_one_line_or_each_in_its_own() -> None:
    lines = '1->2 MsgApp Term:3 Log:2/4 Commit:4 Entries:[\n2/5 EntryConfChange v9\n3/6 EntryNormal "a, ]b"\n]'
    line = '1->2 MsgApp Term:3 Log:2/4 Commit:4 Entries:[2/5 EntryConfChange v9, 3/6 EntryNormal "a, ]b"]'

    told = message(line)

    assert told is not None
    assert [(it.index, it.term, it.text) for it in told.entries] == [(5, 2, "v9"), (6, 3, "a, ]b")]
    assert told == message(lines)
    assert not is_open(line)
    assert is_open(lines.split("\n")[0])


def test_responses_and_refusals() -> None:
    text = (
        "3->AppendThread MsgStorageAppend Term:2 Log:0/0 Commit:7 Vote:1 Responses:["
        "3->1 MsgAppResp Term:2 Log:1/9 Rejected (Hint: 6) Commit:3, "
        "AppendThread->3 MsgStorageAppendResp Term:2 Log:1/7]"
    )

    told = message(text)

    assert told is not None
    assert told.local
    refusal, local = told.responses
    assert (refusal.rejected, refusal.hint, refusal.commit, refusal.local) == (True, 6, 3, False)
    assert (local.sender, local.to, local.index) == ("AppendThread", "3", 7)


def test_a_message_with_more_behind_it_is_none() -> None:
    assert message("1->2 MsgVote Term:1 Log:1/4 and more") is None
    assert message("1->2 MsgApp Term:1 Log:1/4 Entries:[1/5 Nonsense]") is None
    assert message("dropped: 1->2 MsgVote Term:1 Log:1/4") is not None


OUTPUT = """\
> 1 handling Ready
  Ready MustSync=true:
  Lead:1 State:StateLeader
  HardState Term:2 Vote:1 Commit:4
  ReadStates [{7 [1]}]
  Entries:
  2/5 EntryNormal "x"
  Snapshot Index:4 Term:1 ConfState:Voters:[1] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false
  CommittedEntries:
  1/4 EntryNormal ""
  Messages:
  1->2 MsgSnap Term:2 Log:0/0
    Snapshot: Index:4 Term:1 ConfState:Voters:[1] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false
  1->3 MsgHeartbeat Term:2 Log:0/0 Commit:4
  DEBUG 1 said something
> 2 processing append thread
  Processing:
  2->AppendThread MsgStorageAppend Term:2 Log:0/0
  Responses:
  2->1 MsgAppResp Term:2 Log:0/5
log is empty: first index=5, last index=4
<empty Ready>
no messages
raft: cannot step as peer not found
what is this?
"""


def test_output_is_read_whole() -> None:
    items = read_output(OUTPUT.splitlines(), 101)

    ready, work = items[1], items[4]
    assert isinstance(ready, Ready)
    assert (ready.line, ready.must_sync, ready.soft) == (102, True, SoftState(103, "1", LEADER))
    assert (ready.hard, ready.read_states, ready.read_line) == (HardState(104, 2, "1", 4), "[{7 [1]}]", 105)
    assert [(it.line, it.index) for it in ready.entries] == [(107, 5)]
    assert ready.snapshot is not None
    assert (ready.snapshot.index, ready.snapshot_line) == (4, 108)
    assert [(it.line, it.index) for it in ready.committed] == [(110, 4)]
    assert [(it.line, it.type, it.to) for it in ready.messages] == [(112, "MsgSnap", "2"), (114, "MsgHeartbeat", "3")]
    assert ready.messages[0].snapshot == ready.snapshot
    assert isinstance(work, ThreadWork)
    assert work.message is not None
    assert [(it.line, it.type) for it in work.responses] == [(120, "MsgAppResp")]
    assert items[0] == Heading(101, "1", "ready")
    assert items[2] == printed.LogLine(115, "DEBUG", "1 said something")
    assert items[3] == Heading(116, "2", "append")
    assert items[5:] == (
        EmptyLog(121, 5, 4),
        Ready(122),
        Remark(123, "no messages"),
        Remark(124, "raft: cannot step as peer not found", error=True),
        Unread(125, "what is this?"),
    )
