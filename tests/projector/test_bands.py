"""What lies across a frame: captions that tell a story, the clock, the badge of modified Raft."""

from __future__ import annotations

from raftlab.core import events as e
from raftlab.core.model import LEADER
from raftlab.projector.scene import Options, frame
from raftlab.projector.shapes import Text
from raftlab.view.palette import THEMES
from tests.projector.runs import view_by_hand, view_of
from tests.projector.test_scene import overwritten, words


def test_modified_raft_says_so_on_every_picture() -> None:
    view = view_by_hand(overwritten(), modified=("commit_any_term",))
    for theme in THEMES:
        assert "modified Raft: commit_any_term" in words(frame([view], 900_000, Options(theme=theme)))


def test_the_caption_names_what_happened_and_its_rule() -> None:
    view = view_of("symmetric-partition")
    shown = words(frame([view], 2_005_000, Options()))
    assert any(text.startswith("The network is split: n1, n2 | n3, n4, n5.") for text in shown)
    assert any("§5.2" in text for text in shown)


def test_in_a_quiet_cluster_the_caption_keeps_the_last_turn() -> None:
    events: list[e.Event] = [
        e.ClusterCreated(0, None, None, None, ("n1",)),
        e.BecameLeader(10, "n1", None, "become_leader", 1),
    ]
    events += [e.TimerSet(20 + number, "n1", None, None, "heartbeat", 9_000) for number in range(1_000)]
    shown = words(frame([view_by_hand(events)], 1_020, Options(speed=1e-5)))
    assert "n1 becomes the leader of term 1." in shown


def test_the_caption_tells_a_story_and_never_goes_back() -> None:
    """A leader takes an entry, others store it, it is committed: each after the other, none twice."""
    view, said = view_of("symmetric-partition"), []
    for time_us in range(999_000, 1_400_000, 1_000):
        shown = frame([view], time_us, Options())
        sentence = next(shape.text for shape in shown.moving if isinstance(shape, Text) and shape.x == 96)
        if sentence not in said[-1:]:
            said.append(sentence)
    assert said[1] == "n1 takes entry 1 (x=1) into its own log, and sends it to all."
    assert said[-1] == "Entry 1 (x=1) is on 3 of 5 nodes: n1 commits it."
    assert len(said) == len(set(said)) >= 4


def test_a_clock_and_a_source_without_one() -> None:
    stamp = 1_795_463_436_070_000
    clocked = view_by_hand([e.NodeObserved(stamp, "a", None, None, role=LEADER)], source="etcd", unit="clock")
    assert "2026-11-23 19:50:36.070" in words(frame([clocked], stamp, Options()))
    steps = view_by_hand([e.NodeObserved(0, "a", None, None, role=LEADER)], source="script", unit="step")
    assert "event 0" in words(frame([steps], 0, Options()))
