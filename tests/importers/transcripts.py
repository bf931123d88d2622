"""Small transcripts in the form of etcd-raft's interaction scripts, written for these tests."""

from __future__ import annotations

SNAPSHOT = "Index:8 Term:2 ConfState:Voters:[1 2] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false"

SET_UP = """\
# Two nodes; the second one stands.
add-nodes 2 voters=(1,2) index=4
----
INFO 1 switched to configuration voters=(1 2)
INFO 1 became follower at term 0
INFO newRaft 1 [peers: [1,2], term: 0, commit: 4, applied: 4, lastindex: 4, lastterm: 1]
INFO 2 switched to configuration voters=(1 2)
INFO 2 became follower at term 0
INFO newRaft 2 [peers: [1,2], term: 0, commit: 4, applied: 4, lastindex: 4, lastterm: 1]

"""

ELECTION = f"""\
{SET_UP}campaign 2
----
INFO 2 is starting a new election at term 0
INFO 2 became candidate at term 1
INFO 2 [logterm: 1, index: 4] sent MsgVote request to 1 at term 1

stabilize
----
> 2 handling Ready
  Ready MustSync=true:
  Lead:0 State:StateCandidate
  HardState Term:1 Vote:2 Commit:4
  Messages:
  2->1 MsgVote Term:1 Log:1/4
  INFO 2 received MsgVoteResp from 2 at term 1
  INFO 2 has received 1 MsgVoteResp votes and 0 vote rejections
> 1 receiving messages
  2->1 MsgVote Term:1 Log:1/4
  INFO 1 [term: 0] received a MsgVote message with higher term from 2 [term: 1]
  INFO 1 became follower at term 1
  INFO 1 [logterm: 1, index: 4, vote: 0] cast MsgVote for 2 [logterm: 1, index: 4] at term 1
> 1 handling Ready
  Ready MustSync=true:
  HardState Term:1 Vote:2 Commit:4
  Messages:
  1->2 MsgVoteResp Term:1 Log:0/0
> 2 receiving messages
  1->2 MsgVoteResp Term:1 Log:0/0
  INFO 2 received MsgVoteResp from 1 at term 1
  INFO 2 has received 2 MsgVoteResp votes and 0 vote rejections
  INFO 2 became leader at term 1
> 2 handling Ready
  Ready MustSync=true:
  Lead:2 State:StateLeader
  Entries:
  1/5 EntryNormal ""
  Messages:
  2->1 MsgApp Term:1 Log:1/4 Commit:4 Entries:[1/5 EntryNormal ""]

"""

WRITE = f"""\
{ELECTION}propose 2 hello
----
ok

process-ready 2
----
Ready MustSync=true:
Entries:
1/6 EntryNormal "hello"
Messages:
2->1 MsgApp Term:1 Log:1/5 Commit:4 Entries:[1/6 EntryNormal "hello"]

deliver-msgs 1
----
2->1 MsgApp Term:1 Log:1/4 Commit:4 Entries:[1/5 EntryNormal ""]
2->1 MsgApp Term:1 Log:1/5 Commit:4 Entries:[1/6 EntryNormal "hello"]

process-ready 1
----
Ready MustSync=true:
Lead:2 State:StateFollower
Entries:
1/5 EntryNormal ""
1/6 EntryNormal "hello"
Messages:
1->2 MsgAppResp Term:1 Log:0/5
1->2 MsgAppResp Term:1 Log:0/6

deliver-msgs 2
----
1->2 MsgAppResp Term:1 Log:0/5
1->2 MsgAppResp Term:1 Log:0/6

process-ready 2
----
Ready MustSync=false:
HardState Term:1 Vote:2 Commit:6
CommittedEntries:
1/5 EntryNormal ""
1/6 EntryNormal "hello"
Messages:
2->1 MsgApp Term:1 Log:1/6 Commit:6

deliver-msgs drop=(1)
----
dropped: 2->1 MsgApp Term:1 Log:1/6 Commit:6

"""

CONFLICT = f"""\
{WRITE}deliver-msgs 1
----
3->1 MsgApp Term:4 Log:1/5 Commit:4 Entries:[
  3/6 EntryNormal "other"
  4/7 EntryNormal ""
]
INFO 1 [term: 1] received a MsgApp message with higher term from 3 [term: 4]
INFO 1 became follower at term 4
INFO found conflict at index 6 [existing term: 1, conflicting term: 3]
INFO replace the unstable entries from index 6

process-ready 1
----
Ready MustSync=true:
Lead:3 State:StateFollower
HardState Term:4 Commit:4
Entries:
3/6 EntryNormal "other"
4/7 EntryNormal ""
Messages:
1->3 MsgAppResp Term:4 Log:0/7

raft-log 1
----
1/5 EntryNormal ""
3/6 EntryNormal "other"
4/7 EntryNormal ""
"""

QUIET = f"""\
{WRITE}log-level none
----
ok

propose 2 unseen
----
ok

stabilize
----
ok

log-level debug
----
ok

"""

SHOWN_AGAIN = f"""\
{QUIET}raft-state
----
1: StateFollower (Voter) Term:1 Lead:2
2: StateLeader (Voter) Term:1 Lead:2

raft-log 1
----
1/5 EntryNormal ""
1/6 EntryNormal "hello"
1/7 EntryNormal "unseen"

status 2
----
1: StateReplicate match=7 next=8
2: StateReplicate match=7 next=8
"""

ASYNCHRONOUS = """\
add-nodes 1 voters=(1) index=3 async-storage-writes=true
----
INFO 1 switched to configuration voters=(1)
INFO 1 became follower at term 0
INFO newRaft 1 [peers: [1], term: 0, commit: 3, applied: 3, lastindex: 3, lastterm: 1]

campaign 1
----
INFO 1 is starting a new election at term 0
INFO 1 became candidate at term 1

process-ready 1
----
Ready MustSync=true:
Lead:0 State:StateCandidate
HardState Term:1 Vote:1 Commit:3
Messages:
1->AppendThread MsgStorageAppend Term:1 Log:0/0 Commit:3 Vote:1 Responses:[
  1->1 MsgVoteResp Term:1 Log:0/0
]

process-append-thread 1
----
Processing:
1->AppendThread MsgStorageAppend Term:1 Log:0/0 Commit:3 Vote:1
Responses:
1->1 MsgVoteResp Term:1 Log:0/0

deliver-msgs 1
----
1->1 MsgVoteResp Term:1 Log:0/0
INFO 1 received MsgVoteResp from 1 at term 1
INFO 1 has received 1 MsgVoteResp votes and 0 vote rejections
INFO 1 became leader at term 1

process-ready 1
----
Ready MustSync=true:
Lead:1 State:StateLeader
Entries:
1/4 EntryNormal ""
Messages:
1->AppendThread MsgStorageAppend Term:0 Log:0/0 Entries:[1/4 EntryNormal ""] Responses:[
  1->1 MsgAppResp Term:1 Log:0/4
  AppendThread->1 MsgStorageAppendResp Term:1 Log:1/4
]

raft-log 1
----
log is empty: first index=4, last index=3

process-append-thread 1
----
Processing:
1->AppendThread MsgStorageAppend Term:0 Log:0/0 Entries:[1/4 EntryNormal ""]
Responses:
1->1 MsgAppResp Term:1 Log:0/4
AppendThread->1 MsgStorageAppendResp Term:1 Log:1/4

deliver-msgs 1
----
1->1 MsgAppResp Term:1 Log:0/4
AppendThread->1 MsgStorageAppendResp Term:1 Log:1/4

process-ready 1
----
Ready MustSync=false:
HardState Term:1 Vote:1 Commit:4
CommittedEntries:
1/4 EntryNormal ""
Messages:
1->AppendThread MsgStorageAppend Term:1 Log:0/0 Commit:4 Vote:1
1->ApplyThread MsgStorageApply Term:0 Log:0/0 Entries:[1/4 EntryNormal ""] Responses:[
  ApplyThread->1 MsgStorageApplyResp Term:0 Log:0/0 Entries:[1/4 EntryNormal ""]
]

"""

APPLIED = f"""\
{ASYNCHRONOUS}process-apply-thread 1
----
Processing:
1->ApplyThread MsgStorageApply Term:0 Log:0/0 Entries:[1/4 EntryNormal ""]
Responses:
ApplyThread->1 MsgStorageApplyResp Term:0 Log:0/0 Entries:[1/4 EntryNormal ""]
"""

JOINT = f"""\
{ELECTION}propose-conf-change 2 transition=explicit
v3 l1
----
ok

process-ready 2
----
Ready MustSync=false:
CommittedEntries:
1/5 EntryNormal ""
1/6 EntryConfChangeV2 v3 l1
INFO 2 switched to configuration voters=(2 3)&&(1 2) learners=(4) learners_next=(1) autoleave
"""

SEVERAL = """\
log-level none
add-nodes 2 voters=(1,2) index=4
# nobody sees this either
campaign 1
stabilize log-level=none
----
ok (quiet)

log-level debug
raft-state
raft-log 1
raft-log 2
status 1
----
1: StateLeader (Voter) Term:1 Lead:1
2: StateFollower (Voter) Term:1 Lead:1
1/5 EntryNormal ""
1/5 EntryNormal ""
1: StateReplicate match=5 commit=5 next=6
2: StateReplicate match=5 commit=4 next=6 inflight=1
"""
