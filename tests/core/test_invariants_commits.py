"""Commits: Own Term, Quorum Commit, Joint Quorum of logs, disks, Monotonic Commit, Monotonic Match."""

from __future__ import annotations

from raftlab.core.events import (
    BecameFollower,
    ClusterCreated,
    DiskChanged,
    Event,
    FsyncDone,
    FsyncStarted,
    LogTruncated,
    NodeCrashed,
    NodeJoined,
    NodeRestarted,
    ParameterSet,
    PeerForgotten,
    SnapshotInstalled,
    SnapshotTaken,
)
from raftlab.core.model import DiskModel
from tests.core.invariant_histories import (
    CREATED,
    IMPORTED,
    SLOW_DISKS,
    acknowledges,
    appends,
    broken,
    check,
    commits,
    configures,
    crashes,
    fsyncs,
    leads,
)


def stored(*nodes: str, term: int = 1) -> list[Event]:
    """The nodes store entry 1."""
    return [appends(node, 1, term) for node in nodes]


def test_own_term() -> None:
    old = [*stored("n1", "n2"), *leads("n1", 2)]

    assert broken(*old, commits("n1", 1)) == ["Own Term"]
    found = check(*old, commits("n1", 1))[0]
    assert found.text == "n1 leads term 2 and commits up to entry 1, which is of term 1"
    # With an entry of its own term, what stands before it is committed too.
    assert broken(*old, appends("n1", 2, 2), appends("n2", 2, 2), commits("n1", 2)) == []
    # A follower repeats what a leader has committed.
    assert broken(*old, commits("n2", 1)) == []
    assert broken(IMPORTED, *old, commits("n1", 1)) == []


def test_quorum_commit_wants_a_majority_of_logs() -> None:
    assert broken(leads("n1", 1), stored("n1", "n2"), commits("n1", 1)) == []
    assert broken(leads("n1", 1), stored("n1"), commits("n1", 1)) == ["Quorum Commit"]
    assert broken(IMPORTED, leads("n1", 1), stored("n1"), commits("n1", 1)) == []
    found = check(leads("n1", 1), stored("n1"), commits("n1", 1))[0]
    assert found.text == "n1 commits entry 1 in term 1, which is durable on n1: no majority of n1, n2 and n3"


def test_quorum_commit_wants_the_leaders_own_log() -> None:
    # Another entry at the same index doesn't count.
    other = [appends("n2", 1, 2, "other"), *leads("n1", 3, "n3"), appends("n1", 1, 3)]

    assert broken(*other, commits("n1", 1)) == ["Quorum Commit"]
    assert broken(*other, appends("n3", 1, 3), commits("n1", 1)) == []


def test_quorum_commit_wants_it_acknowledged() -> None:
    held = [*leads("n1", 1), *stored("n1", "n2", "n3")]

    assert broken(*held, acknowledges("n2", 1), commits("n1", 1)) == []
    both = [acknowledges("n2", 1), acknowledges("n3", 1), appends("n1", 2, 1), appends("n2", 2, 1)]
    assert broken(*held, *both, commits("n1", 2)) == ["Quorum Commit"]
    assert broken(*held, *both, acknowledges("n2", 2), commits("n1", 2)) == []
    # What was acknowledged to the leader of another term doesn't count.
    again = [BecameFollower(0, "n1", None, None, 2), *leads("n1", 3), appends("n1", 2, 3), appends("n2", 2, 3)]
    assert broken(*held, acknowledges("n2", 5), *again, acknowledges("n3", 1), commits("n1", 2)) == ["Quorum Commit"]


def test_quorum_commit_counts_what_is_on_disk() -> None:
    held = [SLOW_DISKS, *leads("n1", 1), *stored("n1", "n2", "n3")]

    assert broken(*held, fsyncs("n1", 1), commits("n1", 1)) == ["Quorum Commit"]
    assert broken(*held, fsyncs("n1", 1), fsyncs("n2", 1), commits("n1", 1)) == []
    # The leader's own disk may be the slow one; then it doesn't count itself.
    others = [*held, *fsyncs("n3", 1), *fsyncs("n2", 1)]
    assert broken(*others, commits("n1", 1)) == []
    assert broken(*others, acknowledges("n2", 1), acknowledges("n3", 1), commits("n1", 1)) == []
    assert broken(*others, acknowledges("n2", 1), commits("n1", 1)) == ["Quorum Commit"]


def test_an_fsync_makes_durable_what_was_written_when_it_began_and_still_stands() -> None:
    held = [SLOW_DISKS, *leads("n1", 1), *stored("n1"), *fsyncs("n1", 1)]
    starts, done = FsyncStarted(0, "n2", None, None, 1, 1), FsyncDone(0, "n2", None, None, 1)

    assert broken(*held, *stored("n2"), starts, done, commits("n1", 1)) == []
    assert broken(*held, starts, *stored("n2"), done, commits("n1", 1)) == ["Quorum Commit"]
    overwritten = [appends("n2", 1, 2, "other"), starts, LogTruncated(0, "n2", None, None, 1), *stored("n2"), done]
    assert broken(*held, *overwritten, commits("n1", 1)) == ["Quorum Commit"]
    was_durable = [appends("n2", 1, 2, "other"), starts, done, LogTruncated(0, "n2", None, None, 1), *stored("n2")]
    assert broken(*held, *was_durable, commits("n1", 1)) == ["Quorum Commit"]


def test_disks_may_come_to_matter_later() -> None:
    slow = ParameterSet(0, None, None, None, "disk_fsync_us", 1000)
    one_slow = DiskChanged(0, "n2", None, None, DiskModel(0, 1000))
    led = [CREATED, *leads("n1", 1)]

    assert broken(*led, slow, *stored("n1", "n2"), commits("n1", 1)) == ["Quorum Commit"]
    assert broken(*led, *stored("n1", "n2"), slow, commits("n1", 1)) == []
    assert broken(*led, one_slow, *stored("n1", "n2"), commits("n1", 1)) == ["Quorum Commit"]
    assert broken(*led, one_slow, *stored("n1", "n3"), commits("n1", 1)) == []
    begun = ClusterCreated(0, None, None, None, ("n1", "n2", "n3"), disks={"n2": DiskModel(0, 1000)})
    assert broken(begun, *led[1:], *stored("n1", "n2"), commits("n1", 1)) == ["Quorum Commit"]
    joined = [NodeJoined(0, "n4", None, None), configures("n1", "n1", "n4")]
    assert broken(*led, slow, *joined, *stored("n1", "n4"), *fsyncs("n1", 1), commits("n1", 1)) == ["Quorum Commit"]
    fast = ParameterSet(0, None, None, None, "disk_fsync_us", 0)
    assert broken(*led, slow, fast, *stored("n1", "n2"), commits("n1", 1)) == []


def test_what_survives_a_crash_is_durable() -> None:
    held = [SLOW_DISKS, *leads("n1", 1), *stored("n1"), *fsyncs("n1", 1), *stored("n2")]

    assert broken(*held, crashes("n2", last_index=0), commits("n1", 1)) == ["Quorum Commit"]
    assert broken(*held, crashes("n2"), commits("n1", 1)) == []
    down = NodeCrashed(0, "n2", None, None)
    assert broken(*held, fsyncs("n2", 1), down, commits("n1", 1)) == []
    assert broken(*held, down, commits("n1", 1)) == []
    # What is written after a restart waits for the disk again.
    again = [SLOW_DISKS, *leads("n1", 1), *stored("n1"), *fsyncs("n1", 1), *crashes("n2"), *stored("n2")]
    assert broken(*again, commits("n1", 1)) == ["Quorum Commit"]


def test_a_disk_that_breaks_its_word_is_nobodys_error() -> None:
    held = [SLOW_DISKS, *leads("n1", 1), *stored("n1"), *fsyncs("n1", 1), *stored("n2")]
    torn = NodeCrashed(0, "n2", None, None, 0, torn=True)

    assert broken(*held, fsyncs("n2", 1), torn, commits("n1", 1)) == []
    assert broken(*held, torn, commits("n1", 1)) == ["Quorum Commit"]
    # Who starts again without what it had promised, promises anew.
    back = NodeRestarted(0, "n2", None, None)
    assert broken(*held, fsyncs("n2", 1), torn, back, commits("n1", 1)) == ["Quorum Commit"]


def test_a_snapshot_is_durable() -> None:
    held = [SLOW_DISKS, *leads("n1", 1), *stored("n1", "n2"), *fsyncs("n1", 1), *fsyncs("n2", 1), commits("n1", 1)]
    installed = SnapshotInstalled(0, "n3", None, None, 1, 1)
    both = [configures("n1", "n1", "n3"), commits("n1", 1)]
    more = [appends("n1", 2, 1), appends("n3", 2, 1), *fsyncs("n1", 2)]

    assert broken(*held, stored("n3"), *both) == ["Quorum Commit"]
    assert broken(*held, installed, *both) == []
    assert broken(*held, installed, *more, commits("n1", 2)) == ["Quorum Commit"]
    assert broken(*held, installed, *more, fsyncs("n3", 2), commits("n1", 2)) == []


def test_what_fits_behind_a_snapshot_stays() -> None:
    held = [*leads("n1", 1), *stored("n1", "n2", "n3"), commits("n1", 1), appends("n1", 2, 1), appends("n3", 2, 1)]
    installed = SnapshotInstalled(0, "n3", None, None, 1, 1)

    assert broken(*held, installed, commits("n1", 2)) == []
    other = [*leads("n1", 2), *stored("n1", "n2", term=2), commits("n1", 1), appends("n1", 2, 2)]
    replaced = SnapshotInstalled(0, "n3", None, None, 1, 2)
    assert broken(appends("n3", 1, 1), *other, replaced, appends("n3", 2, 2), commits("n1", 2)) == []
    assert broken(appends("n3", 1, 1), appends("n3", 2, 1), *other, replaced, commits("n1", 2)) == ["Quorum Commit"]


def test_an_fsync_doesnt_make_durable_what_a_snapshot_has_replaced() -> None:
    held = [SLOW_DISKS, *leads("n1", 3), *stored("n1", "n2", term=3), *fsyncs("n1", 1), *fsyncs("n2", 1)]
    stale = [appends("n3", 1, 2), appends("n3", 2, 2), FsyncStarted(0, "n3", None, None, 1, 2)]
    replaced = [SnapshotInstalled(0, "n3", None, None, 1, 3), appends("n3", 2, 3)]
    second = [commits("n1", 1), appends("n1", 2, 3), *fsyncs("n1", 2)]
    done = FsyncDone(0, "n3", None, None, 2)

    assert broken(*held, *second, *stale, *replaced, done, commits("n1", 2)) == ["Quorum Commit"]
    assert broken(*held, *second, *stale, *replaced, done, fsyncs("n3", 2), commits("n1", 2)) == []


def test_quorum_commit_goes_by_the_leaders_own_configuration() -> None:
    led = [*leads("n1", 1), configures("n1", "n1", "n2", "n3", learners=("n4",))]

    assert broken(*led, stored("n1", "n4"), commits("n1", 1)) == ["Quorum Commit"]
    assert broken(*led, stored("n1", "n2"), commits("n1", 1)) == []
    assert broken(leads("n1", 1), configures("n1", "n1"), stored("n1"), commits("n1", 1)) == []
    # A leader that has left doesn't count itself.
    assert broken(leads("n1", 1), configures("n1", "n2", "n3"), stored("n1", "n2"), commits("n1", 1)) == [
        "Quorum Commit"
    ]


def test_joint_quorum_of_logs() -> None:
    led = [*leads("n1", 1), configures("n1", "n3", "n4", "n5", outgoing=("n1", "n2", "n3"))]

    assert broken(*led, stored("n1", "n4", "n5"), commits("n1", 1)) == ["Joint Quorum"]
    assert broken(*led, stored("n1", "n2", "n3"), commits("n1", 1)) == ["Joint Quorum"]
    assert broken(*led, stored("n1", "n3", "n4"), commits("n1", 1)) == []
    # All hold it, and one half has not said so.
    told = [*led, *stored("n1", "n2", "n3", "n4", "n5"), acknowledges("n4", 1), acknowledges("n5", 1)]
    assert broken(*told, commits("n1", 1)) == ["Joint Quorum"]
    assert broken(*told, acknowledges("n2", 1), commits("n1", 1)) == []


def test_monotonic_commit() -> None:
    assert broken(commits("n2", 2), commits("n2", 3)) == []
    assert broken(commits("n2", 2), commits("n2", 1)) == ["Monotonic Commit"]
    assert broken(commits("n2", 2), SnapshotInstalled(0, "n2", None, None, 1, 1)) == ["Monotonic Commit"]
    assert broken(commits("n2", 2), SnapshotInstalled(0, "n2", None, None, 3, 1)) == []


def test_monotonic_commit_begins_again_at_a_restart() -> None:
    snapshot = SnapshotTaken(0, "n2", None, None, 2)

    assert broken(commits("n2", 3), crashes("n2"), commits("n2", 1)) == []
    assert broken(commits("n2", 3), snapshot, crashes("n2"), commits("n2", 1)) == ["Monotonic Commit"]
    assert broken(commits("n2", 3), snapshot, crashes("n2"), commits("n2", 2)) == []
    installed = SnapshotInstalled(0, "n2", None, None, 2, 1)
    assert broken(installed, crashes("n2"), commits("n2", 1)) == ["Monotonic Commit"]


def test_monotonic_match() -> None:
    led = [*leads("n1", 1), acknowledges("n2", 2)]

    assert broken(*led, acknowledges("n2", 3)) == []
    assert broken(*led, acknowledges("n3", 1)) == []
    assert broken(*led, acknowledges("n2", 1)) == ["Monotonic Match"]
    assert broken(*led, PeerForgotten(0, "n1", None, None, "n2"), acknowledges("n2", 0)) == []
    assert broken(*led, BecameFollower(0, "n1", None, None, 2), *leads("n1", 3), acknowledges("n2", 0)) == []
    assert broken(*led, crashes("n1"), leads("n1", 2), acknowledges("n2", 0)) == []
