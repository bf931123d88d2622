"""The band of terms: whoever led, and when nobody did."""

from __future__ import annotations

from raftlab.core import events as e
from raftlab.core.commands import Heal, Partition
from raftlab.core.model import CRASHED, FOLLOWER, LEADER
from raftlab.view.tape import Span, TermTape

NODES = ("n1", "n2", "n3")


def story() -> list[e.Event]:
    """n1 leads term 1, is cut off; n2 leads term 2 meanwhile, and crashes after the healing."""
    return [
        e.ClusterCreated(0, None, None, None, NODES),
        e.TermAdvanced(100, "n1", None, None, 1),
        e.BecameCandidate(100, "n1", None, None, 1),
        e.BecameLeader(120, "n1", None, None, 1),
        e.CommitAdvanced(150, "n1", None, "advance_commit", 1),
        e.CommitAdvanced(160, "n2", None, "follow_commit", 1),
        e.CommandGiven(200, None, None, None, Partition((("n1",), ("n2", "n3")))),
        e.LinkChanged(200, None, None, None, "n1", "n2", True),
        e.TermAdvanced(300, "n2", None, None, 2),
        e.BecameCandidate(300, "n2", None, None, 2),
        e.BecameLeader(320, "n2", None, None, 2),
        e.CommandGiven(400, None, None, None, Heal()),
        e.TermAdvanced(410, "n1", None, None, 2),
        e.BecameFollower(410, "n1", None, None, 2, "n2"),
        e.NodeCrashed(500, "n2", None, None),
        e.TimerFired(600, "n1", None, None, "election"),
    ]


def test_spans_say_who_led() -> None:
    tape = TermTape()
    tape.extend(story())
    assert tape.spans == [
        Span(0, 120, None),
        Span(120, 320, 1, "n1"),
        Span(320, 500, 2, "n2"),
        Span(500, 600, None),
    ]
    assert tape.leader_at(319) == Span(120, 320, 1, "n1")


def test_marks_say_what_befell_the_cluster() -> None:
    tape = TermTape()
    tape.extend(story())
    assert [mark.kind for mark in tape.marks] == ["election", "partition", "election", "heal", "crash"]


def test_slices_give_the_same_tape() -> None:
    whole, sliced = TermTape(), TermTape()
    whole.extend(story())
    for event in story():
        sliced.extend([event])
    assert whole.spans == sliced.spans
    assert whole.marks == sliced.marks


def test_the_clicker_skips_what_is_no_turn() -> None:
    tape = TermTape()
    tape.extend(story())
    turns, position = [], -1
    while (found := tape.next_important(position)) is not None:
        turns.append(found)
        position = found
    assert turns == [0, 2, 3, 4, 6, 9, 10, 11, 12, 14]
    assert tape.previous_important(14) == 12
    assert tape.previous_important(0) is None


def test_a_source_that_tells_of_no_roles_tells_of_no_leaders() -> None:
    tape = TermTape()
    tape.extend([e.NodeObserved(0, "a", None, None, term=4), e.SourceNoted(9, "a", None, None, "slow")])
    assert not tape.telling
    tape.extend([e.NodeObserved(10, "a", None, None, role=FOLLOWER)])
    assert tape.telling


def test_an_imported_source_tells_roles_without_causes() -> None:
    tape = TermTape()
    tape.extend(
        [
            e.NodeObserved(0, "a", None, None, role=LEADER, term=4),
            e.NodeObserved(10, "a", None, None, term=5),
            e.NodeObserved(20, "a", None, None, role=FOLLOWER),
            e.NodeObserved(30, "b", None, None, role=LEADER, term=6),
            e.NodeObserved(40, "b", None, None, status=CRASHED),
            e.SourceNoted(50, "b", None, None, "gone"),
        ]
    )
    assert [(span.from_us, span.term) for span in tape.spans] == [
        (0, 4),
        (10, 5),
        (20, None),
        (30, 6),
        (40, None),
    ]
