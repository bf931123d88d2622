"""The sentences themselves: what the reader of a list of events is told of each thing that Raft does."""

from __future__ import annotations

import pytest

from raftlab.core import commands as c
from raftlab.core import events as e
from raftlab.core import messages as m
from raftlab.core.log import UNKNOWN, Entry
from raftlab.core.machine import Change, Result
from raftlab.core.model import Config, DiskModel
from raftlab.view.describe import describe, section
from raftlab.view.message_words import entry_text, message_label
from raftlab.view.rule_words import mark_section, rule_of
from tests.view.samples import CONFIG_ENTRY
from tests.view.test_describe import cluster_of


def at(kind: type[e.Event], *fields: object, node: str | None = "n1", rule: str | None = None, **more: object) -> str:
    """The sentence of an event of n1 at 40 us."""
    return describe(kind(40, node, None, rule, *fields, **more))  # type: ignore[arg-type]


def test_a_batch_of_entries_is_told_with_its_terms_and_what_the_first_ones_carry() -> None:
    entries = tuple(Entry(index, 2 + (index > 6), "normal", f"x={index}") for index in range(5, 11))
    assert at(e.EntriesAppended, entries[:2]) == "n1 stores entries 5 to 6 of term 2: x=5, x=6."
    assert at(e.EntriesAppended, entries) == "n1 stores entries 5 to 10 of terms 2 and 3: x=5, x=6, x=7, x=8, …."


def test_a_configuration_is_told_whole_in_a_sentence_and_in_a_word_in_a_slot() -> None:
    said = at(e.EntryAppended, CONFIG_ENTRY)
    assert said == (
        "n1 stores entry 6 of term 3: configuration n1, n2, n4 jointly with n1, n2, n3 with the learners n5."
    )
    assert entry_text(CONFIG_ENTRY) == "joint"
    assert entry_text(Entry(7, 3, "config", "voters n1,n2")) == "config"
    assert "configuration v1 v2" in at(e.EntryAppended, Entry(7, 3, "config", "v1 v2"))


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (Result("ok", None, (Change("x", "3"), Change("y", None))), ": x is now 3, y is deleted."),
        (Result("else", None, (Change("z", "1"),)), ": its condition doesn't hold, so z is now 1."),
        (Result("else"), ": its condition doesn't hold, so nothing changes."),
        (Result("repeated", "7"), ": its client has asked this before, so nothing changes."),
        (Result("error", "x holds no integer"), ": it can't be done: x holds no integer."),
        (Result("ok", "7"), ": the answer is 7."),
        (Result("nothing"), ", which changes nothing."),
        (UNKNOWN, "."),
    ],
)
def test_what_applying_came_to(result: Result, told: str) -> None:
    assert at(e.EntryApplied, 4, result) == f"n1 applies entry 4{told}"


def test_a_batch_is_applied() -> None:
    results = (Result("nothing"), Result("ok", None, (Change("x", "3"),), 2))
    assert at(e.EntriesApplied, 4, results) == "n1 applies entries 4 to 5: x is now 3."
    assert at(e.EntriesApplied, 4, results[:1]) == "n1 applies entry 4, which changes nothing."


def test_a_refused_change_of_members_names_its_rule() -> None:
    rules = {
        "pending": "one_change_pending", "several": "one_at_a_time", "own term": "commit_before_change",
        "joint": "leave_joint", "same": "change_members",
    }  # fmt: skip
    for reason, name in rules.items():
        refused = e.ConfigRefused(0, "n1", None, "change_members", Config(("n1",)), reason)
        rule = rule_of(refused)
        assert rule is not None
        assert rule.id == name


def test_a_voter_that_hears_its_leader_keeps_to_it() -> None:
    refused = e.VoteRefused(40, "n1", None, None, "n2", "lease", 3)
    rule = rule_of(refused)
    assert rule is not None
    assert rule.id == "keep_to_leader"
    assert section(refused) == "dissertation §4.2.3"
    assert describe(refused, cluster_of()).endswith("it has heard of a leader lately.")
    assert describe(refused, cluster_of(e.BecameLeader(0, "n1", None, None, 3))).endswith("it leads itself.")


def test_an_answer_to_a_prevote_follows_its_own_rule() -> None:
    rule = rule_of(e.VoteGranted(40, "n1", None, None, "n2", 3, True))
    assert rule is not None
    assert rule.id == "grant_pre_vote"


def test_sections_of_other_books() -> None:
    assert mark_section("6") == "§6"
    assert mark_section("dissertation 6.4.1") == "dissertation §6.4.1"
    assert mark_section("etcd") == "etcd"
    assert mark_section("") == ""
    assert section(e.WatchNotified(0, "n1", None, None, "w", "c1", "x", "1", 2)) == "etcd"


def test_a_round_of_catching_up() -> None:
    assert at(e.CatchUpRound, "n4", 0, 9).startswith("n4 has caught up with n1")
    assert at(e.CatchUpRound, "n4", 2, 9) == "n4 needs round 2 to catch up with n1, up to entry 9."
    assert at(e.CatchUpEnded, "slow", "n4") == "n1 gives the change of members up: n4 is too slow to catch up."


def test_a_snapshot_says_what_stays_in_the_log() -> None:
    config = Config(("n1",))
    assert at(e.SnapshotTaken, 12, 3, config, 8, 2) == (
        "n1 takes a snapshot up to entry 12, and keeps its log from entry 9 on."
    )
    assert at(e.SnapshotTaken, 12, 3) == "n1 compacts its log up to entry 12 into a snapshot."
    whole, piece, last = (
        m.InstallSnapshot(3, 12, 2), m.InstallSnapshot(3, 12, 2, 400, "abcd", False),
        m.InstallSnapshot(3, 12, 2, 800, "abcd"),
    )  # fmt: skip
    assert [message_label(message) for message in (whole, piece, last)] == ["snap 12", "snap 12+400", "snap 12+800"]
    assert (
        at(e.MessageSent, "n2", piece) == "n1 sends a piece of its snapshot up to 12:2 (characters 401 to 404) to n2."
    )


def test_a_read_goes_from_the_follower_to_its_leader_and_back() -> None:
    context = "c1/3@n2"
    assert at(e.ReadStarted, context, "x", "c1", 3, node="n2", rule="follower_read") == (
        "n2 takes read 3 of client c1, of x: its leader must say from which entry on it may answer."
    )
    assert at(e.ReadStarted, context, "", "", 0, 7, 30, "n2", rule="read_index") == (
        "n1 takes read 3 of client c1 at n2, which n2 has passed on, to be answered from entry 7 on."
    )
    assert at(e.ReadConfirmed, context, 7, node="n2", rule="follower_read") == (
        "n2 may answer read 3 of client c1, once entry 7 is applied: its leader led when it was asked."
    )
    assert at(e.ReadAnswered, context, "x", None, "c1", 3, "linearizable", 5, node="n2") == (
        "n2 answers read 3 of client c1: x is not there (revision 5)."
    )
    assert at(e.ReadStarted, "0x7f", "x") == "n1 takes the read 0x7f, of x."


def test_what_a_crash_takes_along() -> None:
    assert at(e.NodeCrashed) == "n1 crashes; its term, vote and log stay on disk."
    assert at(e.NodeCrashed, 3) == "n1 crashes; its entries after 3 were not on disk yet, and are lost."
    assert at(e.NodeCrashed, UNKNOWN, 2) == "n1 crashes; its latest term or vote was not on disk yet, and is lost."
    assert "what it had said was durable" in at(e.NodeCrashed, 3, torn=True)


def test_disks_and_clocks() -> None:
    held = e.MessageHeld(40, "n1", None, None, "n2", m.AppendEntriesReply(3, True, 5))
    assert describe(held) == "n1 waits for its disk before it answers n2: ok, our logs agree up to entry 5."
    assert at(e.FsyncDone, 4, 3, "n1") == "n1 has on its disk: its log up to entry 4, term 3, its own vote."
    assert at(e.DiskChanged, None, 3_000_040) == "The disk of n1 does nothing for 3.0 s."
    assert at(e.DiskChanged, DiskModel(10, 1_000)).endswith("10 us to write an entry, 1 ms for an fsync.")
    assert at(e.ClockChanged, 980_000) == "The clock of n1 runs 2 % slow from now on."


def test_a_lease_counts_on_its_leaders_clock() -> None:
    """A clock that runs twice as fast shows 80 us at 40 us; the lease ends when it shows 90 us."""
    cluster = cluster_of(e.ClockChanged(0, "n1", None, None, 2_000_000))
    renewed = e.LeaseRenewed(40, "n1", None, None, "L1", 90)
    assert describe(renewed, cluster) == "n1 lets the lease L1 live for 10 us from now on."
    assert describe(renewed) == "n1 lets the lease L1 live until its own clock shows 0.000090 s."


def test_commands_begin_with_a_capital_or_a_nodes_own_name() -> None:
    assert at(e.CommandGiven, c.Crash("n2"), node=None) == "n2 is made to crash."
    assert at(e.CommandGiven, c.SetParameter("pre_vote", True), node=None) == "PreVote is set to on."
    assert at(e.CommandGiven, c.SetParameter("election_timeout_min_us", 150_000), node=None) == (
        "Election timeout min is set to 150 ms."
    )
    assert at(e.CommandGiven, c.KeepAlive("L1"), node=None) == "The leader is asked to keep the lease L1 alive."


def test_a_run_of_modified_raft_says_so_when_it_begins() -> None:
    assert at(e.ClusterCreated, ("n1", "n2"), 0, ("commit_any_term",), node=None).endswith(
        "it runs modified Raft: commit_any_term."
    )
