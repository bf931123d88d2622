"""One sample of each event and each message, and a bare one of which the source knew next to nothing."""

from __future__ import annotations

from typing import Any, get_args

from raftlab.core import commands as c
from raftlab.core import events as e
from raftlab.core import messages as m
from raftlab.core.log import UNKNOWN, Entry
from raftlab.core.machine import Change, LeaseChange, Result
from raftlab.core.model import Config, DiskModel, LinkModel, Role, Status

ENTRY = Entry(4, 3, "normal", "x=9")
CONFIG_ENTRY = Entry(6, 3, "config", "voters n1,n2,n4 outgoing n1,n2,n3 learners n5 auto")
MESSAGES: list[m.AnyMessage] = [
    m.RequestVote(5, 7, 4),
    m.RequestVote(5, 7, 4, True),
    m.RequestVoteReply(5, True),
    m.PreVote(5, 7, 4),
    m.PreVoteReply(5, False),
    m.AppendEntries(3, 3, 2, (ENTRY, Entry(5, 3)), 2),
    m.AppendEntriesReply(3, True, 5),
    m.InstallSnapshot(3, 9, 2),
    m.InstallSnapshot(3, 9, 2, 0, "abcd", False),
    m.InstallSnapshot(3, 9, 2, 400, "abcd", False),
    m.InstallSnapshot(3, 9, 2, 800, "abcd", True, Config(("n1", "n2"))),
    m.InstallSnapshotReply(3, 9),
    m.InstallSnapshotReply(3, 0, 400),
    m.InstallSnapshotReply(3),
    m.TimeoutNow(3),
    m.Heartbeat(3, 2),
    m.HeartbeatReply(3),
    m.ReadIndex(3),
    m.ReadIndexReply(3, 7),
    m.ReadIndexReply(3),
    m.Proposal(3, (ENTRY,)),
    m.Proposal(3),
    m.AppendEntries(3, 3, 2, (CONFIG_ENTRY,), 2),
    m.OtherMessage(3, "MsgFortify"),
]
COMMANDS: list[c.AnyCommand] = [
    c.Propose("x=1"),
    c.Propose("x=1", "n2", "c1", 500_000),
    c.Read("x"),
    c.Read("x", "n2", "serializable", "c1"),
    c.Crash("n1"),
    c.Crash("n1", 2),
    c.Restart("n1"),
    c.Pause("n1"),
    c.Resume("n1"),
    c.Partition((("n1",), ("n2", "n3"))),
    c.Heal(),
    c.SetLink("n1", "n2", cut=True, latency_us=40_000, loss_ppm=50_000, reorder=True),
    c.DropMessage(7),
    c.DuplicateMessage(7),
    c.SetTimer("n1", 20_000),
    c.SetLink("n1", "n2", both=True, distribution="pareto", bandwidth=1_000_000),
    c.SetParameter("heartbeat_interval_us", 10_000),
    c.SetParameter("pre_vote", True),
    c.SetParameter("clock_drift_ppm", 10_000),
    c.TransferLeadership("n2"),
    c.ChangeMembers(("n1", "n2"), ("n3",)),
    c.ChangeMembers(("n1", "n2"), (), "single", "explicit"),
    c.LeaveJoint(),
    c.Remove("n3"),
    c.SetClock("n1", 1_020_000),
    c.SetClock("n1", 3_000_000),
    c.SetDisk("n1"),
    c.SetDisk("n1", 10, 1_000, 500),
    c.StallDisk("n1", 3_000_000),
    c.Watch("x"),
    c.Watch("jobs/*", "n2", "c1"),
    c.KeepAlive("L1"),
    c.TakeSnapshot("n1"),
]
_FIELDS: dict[type[e.Event], dict[str, Any]] = {
    e.ClusterCreated: {"nodes": ("n1", "n2", "n3")},
    e.CommandGiven: {"command": c.Heal()},
    e.CommandLeftOut: {"command": c.Heal()},
    e.ParameterSet: {"name": "heartbeat_interval_us", "value": 10_000},
    e.TermAdvanced: {"term": 3},
    e.LeaderLearned: {"leader": "n2"},
    e.VoteGranted: {"candidate": "n2"},
    e.VoteRefused: {"candidate": "n2", "reason": "log"},
    e.VoteCounted: {"voter": "n2", "granted": True},
    e.EntryAppended: {"entry": ENTRY},
    e.EntriesAppended: {"entries": (ENTRY, CONFIG_ENTRY)},
    e.EntriesApplied: {"first": 4, "results": (Result("ok", None, (Change("x", "9"),), 2), Result("nothing"))},
    e.PeerForgotten: {"peer": "n2"},
    e.LeadConfirmed: {"peer": "n2", "sent_us": 30},
    e.ConfigRefused: {"config": Config(("n1", "n2")), "reason": "pending"},
    e.CatchUpStarted: {"target": Config(("n1", "n2")), "servers": ("n2",), "up_to": 4},
    e.CatchUpRound: {"server": "n2", "round": 2, "up_to": 4},
    e.CatchUpEnded: {"outcome": "done"},
    e.SnapshotChunkStored: {"index": 4, "term": 3, "offset": 0, "data": "abcd"},
    e.RetryDue: {"client": "c1"},
    e.TurnSkipped: {"client": "c1", "next_due_us": 90},
    e.ReadConfirmed: {"context": "r1", "read_index": 4},
    e.ReadForwarded: {"context": "r1"},
    e.ReadAbandoned: {"context": "r1"},
    e.WatchStarted: {"watch": "c1/x", "key": "x", "client": "c1"},
    e.WatchNotified: {"watch": "c1/x", "client": "c1", "key": "x", "value": None, "revision": 7},
    e.LeaseRenewed: {"lease": "L1", "due_us": 90},
    e.ClockChanged: {"rate_ppm": 1_020_000},
    e.MessageHeld: {"to": "n2", "message": MESSAGES[2]},
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


RESULTS = (
    Result("ok", None, (Change("x", "9"), Change("y", None)), 2),
    Result("ok", "7"),
    Result("ok", "x=3; y missing"),
    Result("ok", None, lease=LeaseChange("L1", 10_000_000)),
    Result("ok", "2", (Change("x", None), Change("y", None)), 3, lease=LeaseChange("L1", None)),
    Result("ok", None, compacted=5),
    Result("ok"),
    Result("else", None, (Change("z", "1"),), 3),
    Result("else"),
    Result("repeated", "7"),
    Result("nothing"),
    Result("error", "x holds no integer"),
)
"""One of each kind of outcome."""


def every_event() -> list[e.Event]:
    """Each kind bare, and variants with more fields: every reason and every outcome."""
    return [bare(kind) for kind in get_args(e.AnyEvent)] + [
        *_elections(), *_logs(), *_members(), *_clients(), *_machines(),
        *(e.MessageSent(40, "n1", None, None, "n2", message, 50) for message in MESSAGES),
        *(e.MessageReceived(40, "n2", None, None, "n1", message) for message in MESSAGES),
        *(e.MessageHeld(40, "n2", None, None, "n1", message, True) for message in MESSAGES),
        *(e.MessageDropped(40, "n2", None, None, "n1", why) for why in ("lose", "cut", "down", "command", "unseen")),
        *(e.CommandGiven(40, None, None, None, command) for command in COMMANDS),
    ]  # fmt: skip


def _elections() -> list[e.Event]:
    refusals = ("voted", "log", "term", "lease", "learner", "unknown")
    return [
        e.BecameFollower(40, "n1", None, "adopt_term", 3, "n2", "n2 is in term 3"),
        e.BecameFollower(40, "n1", None, "check_quorum", 3, None, "no quorum has answered for an election timeout"),
        e.BecameFollower(40, "n1", None, "leave_cluster", 3, None, "it is no voter any more"),
        e.BecamePreCandidate(40, "n1", None, "ask_first", 3),
        e.BecameCandidate(40, "n1", None, "start_election", 3),
        e.BecameCandidate(40, "n1", None, "take_over", 3),
        e.BecameLeader(40, "n1", None, "become_leader", 3),
        e.LeaderLearned(40, "n1", None, None, None, 3),
        e.TermAdvanced(40, "n1", None, "take_over", 3),
        e.VoteGranted(40, "n1", None, "grant_vote", "n2", 3),
        e.VoteGranted(40, "n1", None, "grant_vote", "n1", 3),
        e.VoteGranted(40, "n1", None, None, "n2", 3, True),
        *(e.VoteRefused(40, "n1", None, None, "n2", reason, 3) for reason in refusals),
        *(e.VoteRefused(40, "n1", None, None, "n2", reason, 3, True) for reason in refusals),
        e.VoteCounted(40, "n1", None, "count_vote", "n2", False, 3),
        e.VoteCounted(40, "n1", None, None, "n1", True, 3, True),
        e.TransferStarted(40, "n1", None, "give_up_transfer", None),
    ]


def _logs() -> list[e.Event]:
    return [
        e.EntryAppended(40, "n1", None, None, CONFIG_ENTRY),
        e.EntryAppended(40, "n1", None, None, Entry(6, 3, "noop")),
        e.EntriesAppended(40, "n1", None, None, tuple(Entry(index, 3, "normal", "x=1") for index in range(1, 9))),
        e.LogTruncated(40, "n1", None, "append_entries", 4, 5),
        e.LogTruncated(40, "n1", None, "append_entries", 4, 4),
        e.AppendRefused(40, "n1", None, None, "n2", 4, "term"),
        e.CommitAdvanced(40, "n1", None, "follow_commit", 4),
        *(e.EntryApplied(40, "n1", None, None, 4, result) for result in RESULTS),
        e.EntriesApplied(40, "n1", None, None, 4, RESULTS),
        e.EntriesApplied(40, "n1", None, None, 4, (Result("nothing"), Result("nothing"))),
        e.ProgressChanged(40, "n1", None, None, "n2", 4, 5, 8, "replicate", (7, 8)),
        e.ProgressChanged(40, "n1", None, None, "n2", 4, 13, 0, "snapshot", (30,), 12),
        e.SnapshotTaken(40, "n1", None, "take_snapshot", 12, 3, Config(("n1", "n2")), 8, 2),
        e.SnapshotTaken(40, "n1", None, "take_snapshot", 12, 3, Config(("n1", "n2")), 12, 3),
        e.SnapshotChunkStored(40, "n1", None, "install_snapshot", 12, 3, 400, "abcd"),
    ]


def _members() -> list[e.Event]:
    wanted = Config(("n1", "n2", "n4"))
    joint = Config(("n1", "n4"), ("n1", "n2"), ("n5",), ("n2",), True)
    refusals = ("pending", "leader", "own term", "several", "joint", "same", "empty")
    return [
        e.ConfigChanged(40, "n1", None, "see_config", joint, 6),
        *(e.ConfigRefused(40, "n1", None, "change_members", wanted, reason, "n2") for reason in refusals),
        *(e.ConfigRefused(40, "n1", None, "leave_joint", wanted, why) for why in ("pending", "leader", "same")),
        e.CatchUpStarted(40, "n1", None, "catch_up", wanted, ("n2", "n4"), 8),
        e.CatchUpRound(40, "n1", None, "catch_up", "n4", 0, 8),
        e.CatchUpEnded(40, "n1", None, "catch_up", "slow", "n4"),
        e.ClusterCreated(40, None, None, None, ("n1", "n2"), 0, ("commit_any_term",), learners=("n2",)),
    ]


def _clients() -> list[e.Event]:
    reads = ("linearizable", "serializable")
    return [
        e.ClientAsked(40, "n1", None, None, "you", 1, "x=1"),
        e.ClientAsked(40, None, None, None, "c1", 1, "x=1", None, None, 500_000),
        *(e.ClientAsked(40, "n1", None, None, "c1", 1, "x", None, consistency) for consistency in reads),
        e.ClientAnswered(40, "n1", None, None, "c1", 1, "ok", 4, None, "7"),
        e.ClientAnswered(40, "n1", None, None, "c1", 1, "refused", 0, "n2"),
        e.ClientAnswered(40, "n1", None, None, "c1", 1, "refused"),
        e.ClientAnswered(40, "n1", None, None, "c1", 1, "unknown"),
        e.ClientAnswered(40, None, None, None, "c1", 1, "nobody"),
        e.ClientAnswered(40, "n1", None, None, "you", 1, "nobody"),
        e.ClientAnswered(40, "n1", None, None, "c1", 1, "too large"),
        e.ClientAnswered(40, "n1", None, None, "c1", 1, "transferring"),
        e.ReadStarted(40, "n1", None, "read_index", "c1/3@n1", "x", "c1", 3, 7),
        e.ReadStarted(40, "n1", None, "read_index", "you/3@n2", "", "", 0, UNKNOWN, 30, "n2"),
        e.ReadStarted(40, "n2", None, "follower_read", "you/3@n2", "x", "you", 3),
        e.ReadConfirmed(40, "n2", None, "follower_read", "you/3@n2", 7),
        *(e.ReadAnswered(40, "n1", None, None, "c1/3@n1", "x", "7", "c1", 3, kind, 5) for kind in reads),
        e.ReadAnswered(40, "n1", None, None, "c1/3@n1", "x", None, "", 0, "serializable", 5),
        e.WatchStarted(40, "n1", None, None, "you/jobs/*", "jobs/*", "you"),
        e.WatchNotified(40, "n1", None, None, "you/x", "you", "x", "9", 7),
        e.LeaseRenewed(40, "n1", None, None, "L1", None),
    ]


def _machines() -> list[e.Event]:
    return [
        e.NodeCrashed(40, "n1", None, None, 3),
        e.NodeCrashed(40, "n1", None, None, UNKNOWN, 2, "n1"),
        e.NodeCrashed(40, "n1", None, None, 3, 2, None),
        e.NodeCrashed(40, "n1", None, None, 3, torn=True),
        e.ParameterSet(40, None, None, None, "pre_vote", True),
        e.ClockChanged(40, "n1", None, None, 1_000_000),
        e.DiskChanged(40, "n1", None, None, DiskModel(10, 1_000, 500)),
        e.DiskChanged(40, "n1", None, None, None, 3_000_040),
        e.FsyncStarted(40, "n1", None, None, 90, 4, 3, "n2"),
        e.FsyncDone(40, "n1", None, None, 0, 3, "n1"),
        e.LinkChanged(40, None, None, None, "n1", "n2", False, LinkModel(loss_ppm=10_000, bandwidth=9_000)),
        e.NodeObserved(40, "n1", None, None, role=Role.LEADER, status=Status.UP, term=3, vote=None, leader="n1"),
    ]


__all__ = ["COMMANDS", "CONFIG_ENTRY", "ENTRY", "MESSAGES", "RESULTS", "UNKNOWN", "bare", "every_event"]
