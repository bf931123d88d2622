"""One sample of each event and each message, and a bare one of which the source knew next to nothing."""

from __future__ import annotations

from typing import Any, get_args

from raftlab.core import commands as c
from raftlab.core import events as e
from raftlab.core import messages as m
from raftlab.core.log import UNKNOWN, Entry
from raftlab.core.model import Config, Role, Status

ENTRY = Entry(4, 3, "normal", "x=9")
MESSAGES: list[m.AnyMessage] = [
    m.RequestVote(5, 7, 4),
    m.RequestVoteReply(5, True),
    m.PreVote(5, 7, 4),
    m.PreVoteReply(5, False),
    m.AppendEntries(3, 3, 2, (ENTRY, Entry(5, 3)), 2),
    m.AppendEntriesReply(3, True, 5),
    m.InstallSnapshot(3, 9, 2),
    m.InstallSnapshotReply(3, 9),
    m.TimeoutNow(3),
    m.Heartbeat(3, 2),
    m.HeartbeatReply(3),
    m.ReadIndex(3),
    m.ReadIndexReply(3, 7),
    m.Proposal(3, (ENTRY,)),
    m.OtherMessage(3, "MsgFortify"),
]
COMMANDS: list[c.AnyCommand] = [
    c.Propose("x=1"),
    c.Read("x"),
    c.Crash("n1"),
    c.Restart("n1"),
    c.Pause("n1"),
    c.Resume("n1"),
    c.Partition((("n1",), ("n2", "n3"))),
    c.Heal(),
    c.SetLink("n1", "n2", cut=True, latency_us=40_000, loss_ppm=50_000, reorder=True),
    c.DropMessage(7),
    c.DuplicateMessage(7),
    c.SetTimer("n1", 20_000),
    c.SetParameter("heartbeat_interval_us", 10_000),
    c.TransferLeadership("n2"),
    c.ChangeMembers(("n1", "n2"), ("n3",)),
    c.TakeSnapshot("n1"),
]
_FIELDS: dict[type[e.Event], dict[str, Any]] = {
    e.ClusterCreated: {"nodes": ("n1", "n2", "n3")},
    e.CommandGiven: {"command": c.Heal()},
    e.ParameterSet: {"name": "heartbeat_interval_us", "value": 10_000},
    e.TermAdvanced: {"term": 3},
    e.LeaderLearned: {"leader": "n2"},
    e.VoteGranted: {"candidate": "n2"},
    e.VoteRefused: {"candidate": "n2", "reason": "log"},
    e.VoteCounted: {"voter": "n2", "granted": True},
    e.EntryAppended: {"entry": ENTRY},
    e.LogTruncated: {"from_index": 4},
    e.AppendRefused: {"leader": "n2"},
    e.CommitAdvanced: {"index": 4},
    e.EntryApplied: {"index": 4},
    e.ProgressChanged: {"peer": "n2"},
    e.ConfigChanged: {"config": Config(("n1", "n2"))},
    e.TransferStarted: {"target": "n2"},
    e.SnapshotTaken: {"index": 4},
    e.SnapshotInstalled: {"index": 4},
    e.MessageSent: {"to": "n2", "message": MESSAGES[4]},
    e.MessageDuplicated: {"to": "n2", "message": MESSAGES[0], "original": 3},
    e.MessageReceived: {"sender": "n2"},
    e.MessageDropped: {"sender": "n2", "reason": "lose"},
    e.TimerSet: {"timer": "election", "due_us": 90},
    e.TimerFired: {"timer": "election"},
    e.TimerCancelled: {"timer": "election"},
    e.FsyncStarted: {"due_us": 90, "up_to": 4},
    e.FsyncDone: {"up_to": 4},
    e.LinkChanged: {"source": "n1", "target": "n2", "cut": True},
    e.ClientAsked: {"client": "c1", "sequence": 1, "text": "x=1"},
    e.RequestAccepted: {"client": "c1", "sequence": 1, "index": 4},
    e.ClientAnswered: {"client": "c1", "sequence": 1, "outcome": "ok"},
    e.RetryScheduled: {"client": "c1", "due_us": 90},
    e.ReadStarted: {"context": "r1"},
    e.ReadAnswered: {"context": "r1"},
    e.SourceNoted: {"text": "the disk is slow"},
    e.InvariantBroken: {"invariant": "Election Safety", "text": "n1 and n2 both lead term 3"},
}


def bare(kind: type[e.Event]) -> e.Event:
    """An event of a kind with its required fields only; all else is what its default says, mostly UNKNOWN."""
    return kind(40, "n1", None, None, **_FIELDS.get(kind, {}))


def every_event() -> list[e.Event]:
    """Each kind bare, and variants with more fields."""
    full: list[e.Event] = [
        e.BecameFollower(40, "n1", None, "adopt_term", 3, "n2", "n2 is in term 3"),
        e.BecameCandidate(40, "n1", None, "start_election", 3),
        e.BecameLeader(40, "n1", None, "become_leader", 3),
        e.LeaderLearned(40, "n1", None, None, None, 3),
        e.VoteGranted(40, "n1", None, "grant_vote", "n2", 3),
        e.VoteGranted(40, "n1", None, "grant_vote", "n1", 3),
        e.VoteRefused(40, "n1", None, "vote_once", "n2", "voted", 3),
        e.VoteCounted(40, "n1", None, "count_vote", "n2", False, 3),
        e.LogTruncated(40, "n1", None, "append_entries", 4, 5),
        e.CommitAdvanced(40, "n1", None, "follow_commit", 4),
        e.NodeCrashed(40, "n1", None, None, 3),
        e.ClientAnswered(40, "n1", None, None, "c1", 1, "refused", 0, "n2"),
        e.ClientAnswered(40, "n1", None, None, "c1", 1, "unknown"),
        e.ClientAnswered(40, None, None, None, "c1", 1, "nobody"),
        e.NodeObserved(40, "n1", None, None, role=Role.LEADER, status=Status.UP, term=3, vote=None, leader="n1"),
        *(e.MessageSent(40, "n1", None, None, "n2", message, 50) for message in MESSAGES),
        *(e.MessageReceived(40, "n2", None, None, "n1", message) for message in MESSAGES),
        *(e.CommandGiven(40, None, None, None, command) for command in COMMANDS),
    ]
    return [bare(kind) for kind in get_args(e.AnyEvent)] + full


__all__ = ["COMMANDS", "ENTRY", "MESSAGES", "UNKNOWN", "bare", "every_event"]
