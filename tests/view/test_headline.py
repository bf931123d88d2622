"""The caption: what an event means for the cluster, and what it takes to decide there."""

from __future__ import annotations

from raftlab.core import commands as c
from raftlab.core import events as e
from raftlab.core.log import Entry
from raftlab.core.machine import Change, Result
from raftlab.core.model import Config, DiskModel
from raftlab.view.headline import headline
from raftlab.view.importance import DETAIL, TURN, importance
from raftlab.view.regions import side_name
from tests.view.test_describe import cluster_of

JOINT = Config(("n1", "n2", "n6"), ("n1", "n2", "n3"))


def leading(*more: e.Event) -> list[e.Event]:
    """n1 leads term 3 of a cluster of five, then this."""
    return [e.TermAdvanced(0, "n1", None, None, 3), e.BecameLeader(0, "n1", None, None, 3), *more]


def last_of(story: list[e.Event]) -> tuple[str, str]:
    """The caption of the last event of a story."""
    return headline(story[-1], cluster_of(*story))


def test_a_joint_configuration_needs_both_halves() -> None:
    said, rule = last_of(leading(e.ConfigChanged(1, "n1", None, "see_config", JOINT, 4)))
    assert said == (
        "n1 uses a joint configuration: n1, n2, n6 jointly with n1, n2, n3. It takes 2 of 3 new and 2 of 3 old."
    )
    assert rule.endswith("majorities: 2 of 3 new and 2 of 3 old")


def test_a_follower_that_uses_the_same_configuration_is_counted() -> None:
    story = leading(
        e.ConfigChanged(1, "n1", None, "see_config", JOINT, 4), e.ConfigChanged(2, "n2", None, "see_config", JOINT, 4)
    )
    assert last_of(story)[0] == "n2 uses the joint configuration too: 2 of 5 servers do."


def test_an_entry_on_one_majority_only_of_a_joint_configuration_may_not_be_committed() -> None:
    story = leading(
        e.EntryAppended(1, "n1", None, None, Entry(1, 3)),
        e.ConfigChanged(1, "n1", None, "see_config", JOINT, 1),
        e.ProgressChanged(2, "n1", None, None, "n6", 1, 2),
    )
    assert last_of(story)[0] == "n1 has entry 1 on 2 of 3 new and 1 of 3 old nodes. It may not commit it yet."
    story.append(e.ProgressChanged(2, "n1", None, None, "n3", 1, 2))
    assert last_of(story)[0] == "n1 has entry 1 on 2 of 3 new and 2 of 3 old nodes. That is a majority."


def test_a_learner_counts_for_nothing() -> None:
    config = Config(("n1", "n2"), (), ("n3",))
    story = leading(
        e.EntryAppended(1, "n1", None, None, Entry(1, 3)),
        e.ConfigChanged(1, "n1", None, "see_config", config, 0),
        e.EntryAppended(2, "n3", None, None, Entry(1, 3)),
    )
    assert last_of(story)[0] == "n3 stores entry 1; it has no vote, so that doesn't count."
    story.append(e.ProgressChanged(2, "n1", None, None, "n3", 1, 2))
    assert "believes" in last_of(story)[0]


def test_what_is_not_on_disk_is_not_said_to_be_held() -> None:
    story = leading(
        e.EntryAppended(1, "n1", None, None, Entry(1, 3)),
        e.DiskChanged(1, "n2", None, None, DiskModel(0, 1_000)),
        e.EntryAppended(2, "n2", None, None, Entry(1, 3)),
    )
    assert last_of(story)[0] == "n2 stores entry 1, and says so once that is on its disk."


def test_a_leader_counts_itself_only_once_its_own_disk_has_the_entry() -> None:
    story = leading(
        e.DiskChanged(1, "n1", None, None, DiskModel(0, 1_000)),
        e.EntryAppended(1, "n1", None, None, Entry(1, 3)),
        e.ProgressChanged(2, "n1", None, None, "n2", 1, 2),
        e.ProgressChanged(2, "n1", None, None, "n3", 1, 2),
    )
    assert last_of(story)[0] == "n1 has entry 1 on 2 of 5 nodes. It may not commit it yet."
    story += [e.FsyncDone(3, "n1", None, None, 1, 3), e.CommitAdvanced(3, "n1", None, None, 1)]
    assert last_of(story)[0] == "Entry 1 is on 3 of 5 nodes: n1 commits it."


def test_a_batch_is_counted_by_its_last_entry() -> None:
    entries = (Entry(1, 3), Entry(2, 3))
    story = leading(
        e.EntriesAppended(1, "n1", None, None, entries), e.EntriesAppended(2, "n2", None, "append_entries", entries)
    )
    assert last_of(story)[0] == "n2 stores entries 1 to 2: 2 of 5 nodes hold it. Not enough to commit it."


def test_a_leader_that_nobody_answers_steps_down() -> None:
    down = e.BecameFollower(9, "n1", None, "check_quorum", 3, None, "no quorum has answered for an election timeout")
    said, rule = headline(down, cluster_of(down))
    assert said == "n1 steps down: no majority has answered it for an election timeout."
    assert "dissertation §6.2" in rule
    assert importance(down) == TURN
    assert importance(e.BecameFollower(9, "n1", None, "adopt_term", 3)) == DETAIL


def test_handing_over_says_what_the_successor_lacks() -> None:
    story = leading(
        e.EntriesAppended(1, "n1", None, None, (Entry(1, 3), Entry(2, 3))),
        e.ProgressChanged(1, "n1", None, None, "n2", 0, 1),
        e.TransferStarted(2, "n1", None, "transfer_leadership", "n2"),
    )
    assert last_of(story)[0] == "n1 hands over to n2, and takes no requests meanwhile. n2 lacks 2 entries."
    story.append(e.TransferStarted(3, "n1", None, "give_up_transfer", None))
    assert last_of(story)[0] == "n1 takes requests again: nobody has taken over in time."


def test_a_serializable_read_may_be_old_and_the_caption_says_so() -> None:
    applied = Result("ok", None, (Change("x", "4"),), 2)
    story = [
        e.EntryApplied(1, "n2", None, None, 1, applied),
        e.ReadAnswered(2, "n1", None, "serializable_read", "c1/1@n1", "x", None, "c1", 1, "serializable", 1),
    ]
    assert last_of(story)[0] == "n1 answers: x is not there. It has asked nobody. That is old: at n2 it is 4 already."
    fresh = e.ReadAnswered(2, "n2", None, "read_index", "c1/1@n2", "x", "4", "c1", 1, "linearizable", 2)
    assert last_of([story[0], fresh])[0] == (
        "n2 answers: x is 4. Its leader led when the question came, so nobody knows better."
    )
    led = e.BecameLeader(0, "n2", None, None, 3)
    assert "It led when the question came" in last_of([led, story[0], fresh])[0]


def test_a_snapshot_replaces_the_entries() -> None:
    config = Config(("n1", "n2", "n3"))
    entries = tuple(Entry(index, 3) for index in range(1, 6))
    story = leading(
        e.EntriesAppended(1, "n1", None, None, entries),
        e.EntriesApplied(2, "n1", None, None, 1, (Result("nothing"),) * 5),
        e.SnapshotTaken(3, "n1", None, "take_snapshot", 5, 3, config, 4, 3),
    )
    assert last_of(story)[0] == "n1 writes down its state up to entry 5 as a snapshot: 1 entry stays in its log."
    machine = cluster_of(*story).nodes["n1"].machine.dump()
    story.append(e.SnapshotInstalled(4, "n4", None, "install_snapshot", 5, 3, config, machine))
    assert "0 keys at revision 1, without a single entry" in last_of(story)[0]


def test_a_removed_voter_is_missed_and_one_that_has_left_is_not() -> None:
    gone = e.NodeRemoved(1, "n3", None, None)
    assert "is a voter still. 4 of 5 nodes are left" in last_of(leading(gone))[0]
    left = [e.ConfigChanged(0, f"n{number}", None, None, Config(("n1", "n2", "n4", "n5")), 1) for number in range(1, 6)]
    assert last_of(leading(*left, gone))[0].endswith("so nobody misses it.")


def test_a_new_server_waits_to_be_known() -> None:
    joined = e.NodeJoined(1, "n6", None, None)
    assert last_of([joined])[0] == "n6 is set up with an empty log, and waits for a leader that knows it."


def test_a_side_must_be_a_majority_of_both_halves() -> None:
    story = leading(e.ConfigChanged(1, "n1", None, "see_config", JOINT, 4), e.NodeJoined(1, "n6", None, None))
    cluster = cluster_of(*story)
    assert side_name(cluster, ("n1", "n6")) == "2 of 3 new and 1 of 3 old: can’t commit"
    assert side_name(cluster, ("n1", "n2")) == "2 of 3 new and 2 of 3 old: can commit"


def test_a_command_that_splits_the_network_is_judged_by_both_halves() -> None:
    story = leading(e.ConfigChanged(1, "n1", None, "see_config", JOINT, 4), e.NodeJoined(1, "n6", None, None))
    story.append(e.CommandGiven(2, None, None, None, c.Partition((("n1", "n6"), ("n2", "n3")))))
    assert "No side has a majority." in last_of(story)[0]
