"""Small scripts of our own. What they print is what etcd's raft prints, with only the lines that show state."""

from __future__ import annotations

SETUP = """\
log-level none
add-nodes 3 voters=(1,2,3) index=5{options}
campaign 1
stabilize
log-level info
----
ok
"""
"""Three nodes whose logs begin behind entry 5; node 1 leads term 1, and its empty entry 6 is committed."""

ELECTION = """\
add-nodes 2 voters=(1,2) index=5
----
INFO 1 switched to configuration voters=(1 2)
INFO 1 became follower at term 0
INFO newRaft 1 [peers: [1,2], term: 0, commit: 5, applied: 5, lastindex: 5, lastterm: 1]
INFO 2 switched to configuration voters=(1 2)
INFO 2 became follower at term 0
INFO newRaft 2 [peers: [1,2], term: 0, commit: 5, applied: 5, lastindex: 5, lastterm: 1]

campaign 2
----
INFO 2 became candidate at term 1

# Its own vote waits for its disk, and its wish for the Ready.
deliver-msgs 1
----
no messages

stabilize
----
> 2 handling Ready
  Ready MustSync=true:
  Lead:0 State:StateCandidate
  HardState Term:1 Vote:2 Commit:5
> 1 receiving messages
  INFO 1 became follower at term 1
> 1 handling Ready
  Ready MustSync=true:
  HardState Term:1 Vote:2 Commit:5
> 2 receiving messages
  INFO 2 became leader at term 1
> 2 handling Ready
  Ready MustSync=true:
  Lead:2 State:StateLeader
  Entries:
  1/6 EntryNormal ""
> 1 handling Ready
  Ready MustSync=true:
  Lead:2 State:StateFollower
  Entries:
  1/6 EntryNormal ""
> 2 handling Ready
  Ready MustSync=false:
  HardState Term:1 Vote:2 Commit:6
  CommittedEntries:
  1/6 EntryNormal ""
> 1 handling Ready
  Ready MustSync=false:
  HardState Term:1 Vote:2 Commit:6
  CommittedEntries:
  1/6 EntryNormal ""

# A follower passes on what it is asked.
propose 1 passed_on
stabilize log-level=none
raft-log 1
status 2
----
1/6 EntryNormal ""
1/7 EntryNormal "passed_on"
1: StateReplicate match=7 next=8
2: StateReplicate match=7 next=8
"""

REFUSED_CANDIDATE = (
    SETUP
    + """
log-level none
propose 1 only_here
process-ready 1
deliver-msgs drop=(2,3)
log-level info
----
ok

campaign 1
----
DEBUG 1 ignoring MsgHup because already leader

# Node 2 would win by the log of node 3, and node 3 by that of node 2; node 1 refuses both.
campaign 2
process-ready 2
deliver-msgs 1 drop=3
----
INFO 2 became candidate at term 2
Ready MustSync=true:
Lead:0 State:StateCandidate
HardState Term:2 Vote:2 Commit:6
INFO 1 became follower at term 2

campaign 1
stabilize log-level=none
raft-state
raft-log 3
----
INFO 1 became candidate at term 3
1: StateLeader (Voter) Term:3 Lead:1
2: StateFollower (Voter) Term:3 Lead:1
3: StateFollower (Voter) Term:3 Lead:1
1/6 EntryNormal ""
1/7 EntryNormal "only_here"
3/8 EntryNormal ""
"""
)

LOST = """\
log-level none
add-nodes 2 voters=(1,2) index=5
campaign 1
stabilize
propose 1 ahead
stabilize 1
deliver-msgs drop=2
log-level info
----
ok

campaign 2
stabilize
----
INFO 2 became candidate at term 2
> 2 handling Ready
  Ready MustSync=true:
  Lead:0 State:StateCandidate
  HardState Term:2 Vote:2 Commit:6
> 1 receiving messages
  INFO 1 became follower at term 2
> 1 handling Ready
  Ready MustSync=true:
  Lead:0 State:StateFollower
  HardState Term:2 Commit:6
> 2 receiving messages
  INFO 2 became follower at term 2
> 2 handling Ready
  Ready MustSync=false:
  Lead:0 State:StateFollower
"""

WINDOW = (
    SETUP.format(options=" inflight=2")
    + """
propose 1 a
propose 1 b
propose 1 c
process-ready 1
status 1
----
Ready MustSync=true:
Entries:
1/7 EntryNormal "a"
1/8 EntryNormal "b"
1/9 EntryNormal "c"
1: StateReplicate match=9 next=10
2: StateReplicate match=6 next=9 paused inflight=2[full]
3: StateReplicate match=6 next=9 paused inflight=2[full]

# All is lost that is under way; a heartbeat's answer finds out.
deliver-msgs drop=(2,3)
----
dropped: 1->2 MsgApp Term:1 Log:1/6 Commit:6 Entries:[1/7 EntryNormal "a"]

tick-heartbeat 1
stabilize log-level=none
status 1
----
1: StateReplicate match=9 next=10
2: StateReplicate match=9 next=10
3: StateReplicate match=9 next=10

report-unreachable 1 3
status 1
----
1: StateReplicate match=9 next=10
2: StateReplicate match=9 next=10
3: StateProbe match=9 next=10
"""
)

LEASE = (
    SETUP.format(options=" prevote=true checkquorum=true")
    + """
# Node 3 has heard of a leader lately, and so has node 1: it leads.
campaign 2
stabilize
----
INFO 2 became pre-candidate at term 1
> 2 handling Ready
  Ready MustSync=false:
  Lead:0 State:StatePreCandidate

# Who has forgotten its leader may help another.
forget-leader 3
campaign 2
stabilize log-level=none
raft-state
----
INFO 2 became pre-candidate at term 1
1: StateFollower (Voter) Term:2 Lead:2
2: StateLeader (Voter) Term:2 Lead:2
3: StateFollower (Voter) Term:2 Lead:2

# Nobody answers for two election timeouts: in the first one they still had.
tick-election 2
tick-election 2
----
INFO 2 became follower at term 2
"""
)

TIMEOUT = (
    SETUP.format(options="")
    + """
set-randomized-election-timeout 3 timeout=4
tick 3 3
tick-heartbeat 1
stabilize log-level=none
----
ok

# It has heard of its leader meanwhile, so it waits as long again.
tick 3 3
----
ok

tick 3 1
transfer-leadership from=2 to=2
stabilize log-level=none
raft-state
----
INFO 3 became candidate at term 2
1: StateFollower (Voter) Term:2 Lead:3
2: StateFollower (Voter) Term:2 Lead:3
3: StateLeader (Voter) Term:2 Lead:3

# A follower passes the wish on, and takes over without waiting.
transfer-leadership from=1 to=2
stabilize log-level=none
raft-state
----
1: StateFollower (Voter) Term:3 Lead:2
2: StateLeader (Voter) Term:3 Lead:2
3: StateFollower (Voter) Term:3 Lead:2
"""
)

JOINT = (
    SETUP.format(options="")
    + """
# A voter that becomes a learner waits until the old half is left; meanwhile nothing else may change.
propose-conf-change 1 transition=explicit
l3
----
ok

stabilize log-level=none
----
ok

propose-conf-change 1
r2
----
ok

propose-conf-change 1
----
ok

stabilize
----
> 1 handling Ready
  Ready MustSync=true:
  Entries:
  1/8 EntryNormal ""
  1/9 EntryConfChangeV2
> 2 handling Ready
  Ready MustSync=true:
  Entries:
  1/8 EntryNormal ""
  1/9 EntryConfChangeV2
> 3 handling Ready
  Ready MustSync=true:
  Entries:
  1/8 EntryNormal ""
  1/9 EntryConfChangeV2
> 1 handling Ready
  Ready MustSync=false:
  HardState Term:1 Vote:1 Commit:9
  CommittedEntries:
  1/8 EntryNormal ""
  1/9 EntryConfChangeV2
  INFO 1 switched to configuration voters=(1 2) learners=(3)
> 2 handling Ready
  Ready MustSync=false:
  HardState Term:1 Vote:1 Commit:9
  CommittedEntries:
  1/8 EntryNormal ""
  1/9 EntryConfChangeV2
  INFO 2 switched to configuration voters=(1 2) learners=(3)
> 3 handling Ready
  Ready MustSync=false:
  HardState Term:1 Vote:1 Commit:9
  CommittedEntries:
  1/8 EntryNormal ""
  1/9 EntryConfChangeV2
  INFO 3 switched to configuration voters=(1 2) learners=(3)

status 1
----
1: StateReplicate match=9 next=10
2: StateReplicate match=9 next=10
3: StateReplicate match=9 next=10 learner
"""
)

NEWCOMER = (
    SETUP.format(options="")
    + """
add-nodes 1
----
INFO 4 switched to configuration voters=()
INFO 4 became follower at term 0
INFO newRaft 4 [peers: [], term: 0, commit: 0, applied: 0, lastindex: 0, lastterm: 0]

propose-conf-change 1 v1=true
v4
----
ok

stabilize 1 2 3 log-level=none
stabilize 1 4
----
> 4 receiving messages
  INFO 4 became follower at term 1
> 4 handling Ready
  Ready MustSync=true:
  Lead:1 State:StateFollower
  HardState Term:1 Commit:0
> 4 receiving messages
  INFO 4 switched to configuration voters=(1 2 3 4)
> 4 handling Ready
  Ready MustSync=false:
  HardState Term:1 Commit:7
  Snapshot Index:7 Term:1 ConfState:Voters:[1 2 3 4] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false

raft-log 4
compact 1 6
status 1
----
log is empty: first index=8, last index=7
1/7 EntryConfChange v4
1: StateReplicate match=7 next=8
2: StateReplicate match=7 next=8
3: StateReplicate match=7 next=8
4: StateReplicate match=7 next=8

# Node 5 belongs to no configuration, so a snapshot is nothing to it. Node 3 holds all that is in one.
add-nodes 1
----
INFO 5 switched to configuration voters=()
INFO 5 became follower at term 0
INFO newRaft 5 [peers: [], term: 0, commit: 0, applied: 0, lastindex: 0, lastterm: 0]

log-level none
propose 1 more
stabilize 1 2 4
process-ready 3
deliver-msgs 3 type=MsgSnap
send-snapshot 1 5
send-snapshot 1 3
log-level info
----
ok

stabilize 3 5
raft-log 5
----
> 3 handling Ready
  Ready MustSync=true:
  HardState Term:1 Vote:1 Commit:8
  Entries:
  1/8 EntryNormal "more"
  CommittedEntries:
  1/8 EntryNormal "more"
> 5 receiving messages
  INFO 5 became follower at term 1
> 5 handling Ready
  Ready MustSync=true:
  Lead:1 State:StateFollower
  HardState Term:1 Commit:0
log is empty: first index=1, last index=0
"""
)

FAST_FORWARD = (
    SETUP.format(options="")
    + """
# Node 3 stores an entry and doesn't hear that it is committed, but for a snapshot that ends with it.
log-level none
propose 1 known
stabilize 1
stabilize 3
deliver-msgs drop=(1,2)
tick-heartbeat 1
stabilize 1 2
deliver-msgs drop=3
log-level info
send-snapshot 1 3
----
1->3 MsgSnap Term:1 Log:0/0

stabilize 3
----
> 3 handling Ready
  Ready MustSync=false:
  HardState Term:1 Vote:1 Commit:7
  CommittedEntries:
  1/7 EntryNormal "known"

raft-log 3
----
1/6 EntryNormal ""
1/7 EntryNormal "known"
"""
)

REMOVED = (
    SETUP
    + """
# A follower passes the change on.
propose-conf-change 3 v1=true
r1
----
ok

stabilize 3 log-level=none
deliver-msgs 1
log-level none
process-ready 1
stabilize 2
propose 1 behind_it
stabilize 1
log-level info
raft-state
stabilize log-level=none
propose 1 too_late
stabilize
raft-log 2
raft-state
----
1: StateLeader (Non-Voter) Term:1 Lead:1
2: StateFollower (Voter) Term:1 Lead:1
3: StateFollower (Voter) Term:1 Lead:1
1/6 EntryNormal ""
1/7 EntryConfChange r1
1/8 EntryNormal "behind_it"
1: StateLeader (Non-Voter) Term:1 Lead:1
2: StateFollower (Voter) Term:1 Lead:1
3: StateFollower (Voter) Term:1 Lead:1
"""
)

STEPS_DOWN = REMOVED.format(options=" step-down-on-removal=true").replace(
    "1: StateLeader (Non-Voter) Term:1 Lead:1", "1: StateFollower (Non-Voter) Term:1 Lead:0"
)

THREADS = (
    SETUP.format(options=" async-storage-writes=true")
    + """
propose 1 first
process-ready 1 2
deliver-msgs 2
process-ready 2
----
> 1 handling Ready
  Ready MustSync=true:
  Entries:
  1/7 EntryNormal "first"
> 2 handling Ready
  <empty Ready>
Ready MustSync=true:
Entries:
1/7 EntryNormal "first"

# A candidate that lacks the entry comes in between: whoever holds it refuses, written or not.
raft-log 2
campaign 3
process-ready 3
process-append-thread 3
----
1/6 EntryNormal ""
INFO 3 became candidate at term 2
Ready MustSync=true:
Lead:0 State:StateCandidate
HardState Term:2 Vote:3 Commit:6

deliver-msgs 2
process-append-thread 2
raft-log 2
----
INFO 2 became follower at term 2
1/6 EntryNormal ""
1/7 EntryNormal "first"

# The old leader's own acknowledgement comes too late.
process-append-thread 1
deliver-msgs 1
stabilize log-level=none
raft-state
raft-log 3
----
INFO 1 became follower at term 2
1: StateFollower (Voter) Term:2 Lead:0
2: StateFollower (Voter) Term:2 Lead:0
3: StateFollower (Voter) Term:2 Lead:0
1/6 EntryNormal ""
"""
)

ONE_BY_ONE = """\
log-level none
add-nodes 1 voters=(1) index=5 max-committed-size-per-ready=1
campaign 1
stabilize
propose 1 a
propose 1 b
log-level info
----
ok

stabilize
----
> 1 handling Ready
  Ready MustSync=true:
  Entries:
  1/7 EntryNormal "a"
  1/8 EntryNormal "b"
> 1 handling Ready
  Ready MustSync=false:
  HardState Term:1 Vote:1 Commit:8
  CommittedEntries:
  1/7 EntryNormal "a"
> 1 handling Ready
  Ready MustSync=false:
  CommittedEntries:
  1/8 EntryNormal "b"
"""

ASKING = """\
log-level none
add-nodes 1 voters=(1) index=5 prevote=true
log-level info
campaign 1
process-ready 1
----
INFO 1 became pre-candidate at term 0
Ready MustSync=false:
Lead:0 State:StatePreCandidate
INFO 1 became candidate at term 1

process-ready 1
status 1
----
Ready MustSync=true:
Lead:0 State:StateCandidate
HardState Term:1 Vote:1 Commit:5
INFO 1 became leader at term 1
1: StateReplicate match=5 next=6
"""

ASKED = (
    SETUP.format(options=" prevote=true")
    + """
# Only a follower takes over.
campaign 2
transfer-leadership from=1 to=2
process-ready 1
deliver-msgs 2 type=MsgTimeoutNow
raft-state
----
INFO 2 became pre-candidate at term 1
Ready MustSync=false:
1: StateLeader (Voter) Term:1 Lead:1
2: StatePreCandidate (Voter) Term:1 Lead:0
3: StateFollower (Voter) Term:1 Lead:1

# With a log that is behind, it hears no from everybody, and gives up.
log-level none
deliver-msgs drop=(1,2,3)
tick-election 1
propose 1 ahead
stabilize 1 3
deliver-msgs drop=2
log-level info
campaign 2
stabilize 2
----
INFO 2 became pre-candidate at term 1
> 2 handling Ready
  Ready MustSync=false:
  Lead:0 State:StatePreCandidate

stabilize
----
> 2 receiving messages
  INFO 2 became follower at term 1
> 2 handling Ready
  Ready MustSync=false:
  Lead:0 State:StateFollower
"""
)

UNTOLD = (
    SETUP.format(options="")
    + """
# Without PreVote or CheckQuorum nobody tells an old leader that its term is over.
campaign 3
process-ready 3
deliver-msgs drop=(1,2)
tick-heartbeat 1
stabilize 1 3
raft-state
----
INFO 3 became candidate at term 2
Ready MustSync=true:
Lead:0 State:StateCandidate
HardState Term:2 Vote:3 Commit:6
> 1 handling Ready
  Ready MustSync=false:
1: StateLeader (Voter) Term:1 Lead:1
2: StateFollower (Voter) Term:1 Lead:1
3: StateCandidate (Voter) Term:2 Lead:0
"""
)

NO_SECOND_CHOICE = """\
# Nodes 1 and 2 stand in the same term; node 5 hears of the winner before it is asked by the other one.
log-level none
add-nodes 5 voters=(1,2,3,4,5) index=5
campaign 1
campaign 2
process-ready 1 2
deliver-msgs 3 4 type=MsgVote
stabilize 3 4
log-level info
----
ok

deliver-msgs 1
tick-heartbeat 1
process-ready 1
deliver-msgs 5 type=MsgHeartbeat
----
INFO 1 became leader at term 1
Ready MustSync=true:
Lead:1 State:StateLeader
Entries:
1/6 EntryNormal ""
INFO 5 became follower at term 1

deliver-msgs 5 type=MsgVote
stabilize 5
----
> 5 handling Ready
  Ready MustSync=true:
  Lead:1 State:StateFollower
  HardState Term:1 Commit:5
> 5 handling Ready
  Ready MustSync=true:
  Entries:
  1/6 EntryNormal ""
"""

HINTS = """\
# Behind entry 6 node 3 has some of term 2, that nobody else has; the others have some of terms 3 and 4.
log-level none
add-nodes 3 voters=(1,2,3) index=5
campaign 1
stabilize
campaign 3
stabilize 3
stabilize 1 2
stabilize 3
propose 3 x
propose 3 y
stabilize 3
deliver-msgs drop=(1,2)
campaign 1
stabilize 1 2
propose 1 a
propose 1 b
propose 1 c
stabilize 1 2
deliver-msgs drop=3
campaign 2
stabilize 1 2
deliver-msgs drop=3
tick-heartbeat 2
log-level info
stabilize 2
stabilize 3
stabilize 2
----
> 2 handling Ready
  Ready MustSync=false:
  INFO 3 became follower at term 4
> 3 handling Ready
  Ready MustSync=true:
  Lead:2 State:StateFollower
  HardState Term:4 Commit:6

status 2
raft-log 3
----
1: StateReplicate match=11 next=12
2: StateReplicate match=11 next=12
3: StateProbe match=0 next=11 paused
1/6 EntryNormal ""
2/7 EntryNormal ""
2/8 EntryNormal "x"
2/9 EntryNormal "y"

# One refusal is enough: node 3 holds nothing of a term behind 2, and node 2 nothing of term 2 or less behind entry 6.
stabilize 3
stabilize 2
status 2
----
> 2 handling Ready
  Ready MustSync=false:
1: StateReplicate match=11 next=12
2: StateReplicate match=11 next=12
3: StateProbe match=0 next=7 paused
"""

SCRIPTS = {
    "election": ELECTION,
    "refused candidate": REFUSED_CANDIDATE.format(options=""),
    "lost": LOST,
    "window": WINDOW,
    "lease": LEASE,
    "timeout": TIMEOUT,
    "joint": JOINT,
    "newcomer": NEWCOMER,
    "removed": REMOVED.format(options=""),
    "steps down": STEPS_DOWN,
    "threads": THREADS,
    "one by one": ONE_BY_ONE,
    "fast forward": FAST_FORWARD,
    "asking": ASKING,
    "asked": ASKED,
    "untold": UNTOLD,
    "no second choice": NO_SECOND_CHOICE,
    "hints": HINTS,
}
