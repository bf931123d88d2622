"""Every event and every message has its words, whatever the source could tell."""

from __future__ import annotations

from typing import get_args

import pytest

from raftlab.core import events as e
from raftlab.core import messages as m
from raftlab.core.commands import AnyCommand
from raftlab.core.log import Entry
from raftlab.core.model import Cluster, Role
from raftlab.view.command_words import describe_command
from raftlab.view.describe import describe, section
from raftlab.view.headline import headline
from raftlab.view.importance import ALARM, NOISE, STEP, TURN, importance
from raftlab.view.message_words import message_label, message_name
from raftlab.view.rule_words import rule_text
from tests.view.samples import COMMANDS, MESSAGES, bare, every_event

KINDS = get_args(e.AnyEvent)


def cluster_of(*events: e.Event, size: int = 5) -> Cluster:
    """The fold of a cluster of n1 .. n5 and what happens to it."""
    cluster = Cluster.empty()
    cluster.fold([e.ClusterCreated(0, None, None, None, tuple(f"n{i + 1}" for i in range(size))), *events])
    return cluster


@pytest.mark.parametrize("event", every_event(), ids=lambda event: type(event).__name__)
def test_every_event_is_one_sentence(event: e.Event) -> None:
    unseen = Cluster.empty()
    unseen.node("n1")
    for cluster in (None, unseen, cluster_of()):
        sentence = describe(event, cluster)
        assert sentence.endswith((".", "?"))
        assert type(event).__name__ not in sentence
        assert "UNSET" not in sentence
        assert "UNKNOWN" not in sentence
        assert "None" not in sentence


@pytest.mark.parametrize("event", every_event(), ids=lambda event: type(event).__name__)
def test_every_event_has_a_headline(event: e.Event) -> None:
    unseen = Cluster.empty()
    unseen.node("n1")
    for cluster in (unseen, cluster_of()):
        sentence, rule = headline(event, cluster)
        assert sentence
        for text in (sentence, rule):
            assert "UNSET" not in text
            assert "None" not in text


def test_samples_hold_every_kind() -> None:
    assert {type(event) for event in every_event()} == set(KINDS)
    assert {type(message) for message in MESSAGES} == set(get_args(m.AnyMessage))
    assert {type(command) for command in COMMANDS} == set(get_args(AnyCommand))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_every_message_has_a_short_label(message: m.Message) -> None:
    label = message_label(message)
    assert 0 < len(label) <= 14
    assert type(message).__name__ != label
    assert message_name(message)
    assert "UNSET" not in label + message_name(message)


def test_labels() -> None:
    one = Entry(7, 4, "normal", "x=9")
    assert message_label(m.RequestVote(5)) == "vote? 5"
    assert message_label(m.AppendEntries(4, 6, 4, (one,))) == "AE 7:x=9"
    assert message_label(m.AppendEntries(4, 6, 4)) == "AE \u2665"
    assert message_label(m.AppendEntriesReply(4, True, 7)) == "ok 7"
    assert message_label(m.AppendEntriesReply(4, False, 0, 5)) == "no 5"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_every_command_has_words(command: AnyCommand) -> None:
    words = describe_command(command)
    assert type(command).__name__ not in words
    assert "UNSET" not in words


def test_sentences() -> None:
    granted = e.VoteGranted(0, "n2", None, "grant_vote", "n1", 3)
    entries = (Entry(4, 3), Entry(5, 3))
    sent = e.MessageSent(0, "n1", None, None, "n2", m.AppendEntries(3, 3, 2, entries), 10)
    assert describe(granted) == "n2 grants its vote of term 3 to n1."
    assert describe(sent) == "n1 sends AppendEntries to n2: entries 4 to 5 after 3:2."
    assert section(granted) == "§5.2"
    assert section(bare(e.LogTruncated)) == "§5.3"
    assert section(bare(e.TransferStarted)) == "dissertation §3.10"
    assert section(bare(e.LinkChanged)) == ""


@pytest.mark.parametrize("event", every_event(), ids=lambda event: type(event).__name__)
def test_a_rule_is_told_in_whole_sentences(event: e.Event) -> None:
    text = rule_text(event)
    assert not text or (text[0].isupper() and text.endswith("."))


def test_a_refusal_names_the_rule_of_its_reason() -> None:
    for reason, place in (("term", "§5.1"), ("log", "§5.4.1"), ("voted", "§5.2")):
        refused = e.VoteRefused(0, "n2", None, None, "n1", reason, 3)
        assert section(refused) == place
        assert rule_text(refused)


def test_the_caption_knows_what_a_leader_may_not_commit() -> None:
    """Figure 8: an entry of an older term on a majority isn't committed by counting."""
    story = [
        e.EntryAppended(0, "n1", None, None, Entry(1, 2)),
        e.TermAdvanced(0, "n1", None, None, 4),
        e.BecameLeader(0, "n1", None, None, 4),
        e.ProgressChanged(0, "n1", None, None, "n2", 1, 2),
    ]
    two = headline(story[-1], cluster_of(*story))
    assert two[0] == "n1 has entry 1 on 2 of 5 nodes. It may not commit it yet."
    assert two[1].endswith("(§5.3, §5.4.2) · majority of 5 = 3")
    story.append(e.ProgressChanged(0, "n1", None, None, "n3", 1, 2))
    assert "of term 2" in headline(story[-1], cluster_of(*story))[0]


def test_the_caption_guesses_nothing() -> None:
    """A source that doesn't tell of commits or of the others' logs gets no sentence about them."""
    cluster = Cluster.empty()
    story = [
        e.NodeObserved(0, "a", None, None, leader="b", last_index=5, last_term=1),
        e.NodeObserved(0, "b", None, None, role=Role.LEADER, term=2),
        e.LogTruncated(1, "a", None, None, 4, 5),
        e.EntryAppended(2, "a", None, None, Entry(4, 2)),
        e.NodeCrashed(3, "b", None, None),
    ]
    said = []
    for event in story:
        cluster.fold([event])
        said.append(headline(event, cluster)[0])
    assert said[2] == "a drops entries 4 to 5, which conflict with the log of b."
    assert said[3] == "a stores entry 4 of term 2."
    assert said[4] == "b crashes."


def test_the_caption_names_the_rule_that_a_source_leaves_out() -> None:
    assert "raises its term" in headline(bare(e.BecameCandidate), cluster_of())[1]


def test_the_caption_knows_which_side_can_commit() -> None:
    from raftlab.core.commands import Partition

    split = e.CommandGiven(0, None, None, None, Partition((("n1", "n2"), ("n3", "n4", "n5"))))
    assert headline(split, cluster_of(split))[0] == (
        "The network is split: n1, n2 | n3, n4, n5. Only the side of n3 has a majority."
    )


def test_importance() -> None:
    heartbeat = e.MessageSent(0, "n1", None, None, "n2", m.AppendEntries(3, 3, 2), 10)
    assert importance(heartbeat) == importance(bare(e.TimerSet)) == NOISE
    assert importance(bare(e.EntryAppended)) == STEP
    assert importance(bare(e.BecameLeader)) == TURN
    assert importance(bare(e.InvariantBroken)) == ALARM
    assert all(NOISE <= importance(event) <= ALARM for event in every_event())
