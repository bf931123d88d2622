"""Frames: pure, readable, and true to what happened."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import hypot

import pytest

from raftlab.core import events as e
from raftlab.core.log import Entry
from raftlab.core.messages import AppendEntries, RequestVote
from raftlab.core.model import LEADER
from raftlab.projector.moment import LaneView
from raftlab.projector.scene import Options, frame
from raftlab.projector.shapes import (
    Box,
    Crown,
    Disc,
    Frame,
    Line,
    Region,
    Ring,
    Text,
    overlap,
    text_box,
)
from raftlab.view.palette import DARK
from tests.projector.runs import SCENARIOS, view_by_hand, view_of

SIZES = ((1920, 1080), (1280, 720), (1024, 768), (3840, 2160))
READABLE = 0.35
"""What is fainter than this is on its way out."""


def texts(shown: Frame) -> list[Text]:
    """The texts that one can read."""
    return [shape for shape in shown.shapes if isinstance(shape, Text) and shape.alpha >= READABLE]


def words(shown: Frame) -> set[str]:
    """What stands there."""
    return {text.text for text in texts(shown)}


def collisions(shown: Frame) -> list[tuple[str, str]]:
    """Texts that lie over one another."""
    found = []
    for one, other in combinations(texts(shown), 2):
        across, down = overlap(text_box(one), text_box(other))
        if across > 1 and down > 1:
            found.append((one.text, other.text))
    return found


def moments_of(view: LaneView, count: int) -> list[int]:
    """Times all over a run, most of them where something happens."""
    turns, position = [], -1
    while (found := view.tape.next_important(position)) is not None:
        turns.append(view.timeline.time_of(found) + 4_000)
        position = found
    step = max(1, len(turns) // count)
    return turns[::step][:count] + [view.tape.end_us * part // 7 for part in range(1, 7)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_frame_twice(name: str) -> None:
    view = view_of(name)
    for time_us in moments_of(view, 6):
        one = frame([view], time_us, Options())
        frame([view], time_us + 70_000, Options(theme="light"))  # what is drawn between must not matter
        assert frame([view], time_us, Options()) == one


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_text_lies_over_another(name: str, size: tuple[int, int]) -> None:
    view = view_of(name)
    for time_us in moments_of(view, 25):
        shown = frame([view], time_us, Options(size=size))
        assert collisions(shown) == [], time_us


@pytest.mark.parametrize("count", range(1, 10))
def test_one_to_nine_nodes_have_room(count: int) -> None:
    view = view_of("healthy-cluster", count)
    for time_us in moments_of(view, 10):
        for size in ((1920, 1080), (1024, 768)):
            shown = frame([view], time_us, Options(size=size))
            assert collisions(shown) == [], time_us
            discs = [shape for shape in shown.shapes if isinstance(shape, Disc) and shape.radius > 40]
            assert len(discs) == count
            for one, other in combinations(discs, 2):
                assert hypot(one.x - other.x, one.y - other.y) > 2.4 * one.radius


@pytest.mark.parametrize("counts", [(3, 5), (3, 4), (5, 7), (9, 9)])
def test_two_lanes_stand_side_by_side(counts: tuple[int, int]) -> None:
    views = [view_of("healthy-cluster", count) for count in counts]
    for time_us in (200_000, 1_012_000, 2_000_000, 5_000_000):
        shown = frame(views, time_us, Options())
        assert collisions(shown) == [], time_us
        discs = [shape for shape in shown.shapes if isinstance(shape, Disc) and shape.radius > 40]
        assert len(discs) == sum(counts)
        for one, other in combinations(discs, 2):
            assert hypot(one.x - other.x, one.y - other.y) > 2.4 * one.radius


@pytest.mark.parametrize("name", SCENARIOS)
def test_type_is_never_too_small_and_never_outside(name: str) -> None:
    view = view_of(name)
    for size in SIZES:
        for time_us in moments_of(view, 8):
            shown = frame([view], time_us, Options(size=size, help=True, notice="speed ×1/8"))
            for text in texts(shown):
                left, top, width, height = text_box(text)
                assert text.size >= 0.022 * 1080
                assert left >= 0
                assert left + width <= shown.width + 0.5
                assert top >= 0
                assert top + height <= 1080


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_label_lies_on_a_node(name: str) -> None:
    view = view_of(name)
    for time_us in moments_of(view, 25):
        shown = frame([view], time_us, Options())
        discs = [shape for shape in shown.shapes if isinstance(shape, Disc) and shape.radius > 40]
        labels = [
            shape
            for shape in shown.moving
            if isinstance(shape, Box) and shape.height == 38 and shape.radius == 10 and shape.alpha >= READABLE
        ]
        for label in labels:
            for disc in discs:
                near_x = min(max(disc.x, label.x), label.x + label.width)
                near_y = min(max(disc.y, label.y), label.y + label.height)
                assert hypot(near_x - disc.x, near_y - disc.y) >= disc.radius, time_us


@pytest.mark.parametrize(("count", "readable"), [(3, 2), (5, 4), (7, 5), (9, 6)])
def test_a_broadcast_can_be_read_half_way(count: int, readable: int) -> None:
    """Labels give way to nodes and to one another where that is possible, before any of them fades."""
    view = view_of("healthy-cluster", count)
    sent = next(
        i
        for i in range(len(view.timeline))
        if isinstance(event := view.timeline.event(i), e.MessageSent)
        and isinstance(event.message, AppendEntries)
        and event.message.entries
    )
    shown = frame([view], view.timeline.time_of(sent) + 4_000, Options())
    assert sum(text.text == "AE 1:x=1" and text.alpha > 0.9 for text in texts(shown)) >= readable


def test_the_title_never_touches_the_ring() -> None:
    view = view_of("symmetric-partition")
    title = LaneView(view.timeline, "A very long title, " * 5, "and a very long subtitle, " * 8)
    shown = frame([title], 2_409_000, Options())
    lowest = max(text_box(text)[1] + text_box(text)[3] for text in texts(shown)[:2])
    crowns = [shape.y - 1.0 * shape.width for shape in shown.shapes if isinstance(shape, Crown)]
    assert lowest < min([*crowns, 140.0])


def test_a_leader_has_a_crown_and_an_old_one_a_dotted_ring() -> None:
    view = view_of("symmetric-partition")
    shown = frame([view], 3_000_000, Options())
    assert sum(isinstance(shape, Crown) for shape in shown.shapes) == 1
    assert sum(isinstance(shape, Ring) and shape.dots > 0 for shape in shown.shapes) == 1
    assert {"leader", "old leader", "3 of 5: can commit", "2 of 5: can’t commit"} <= words(shown)
    assert sum(isinstance(shape, Region) for shape in shown.shapes) == 2


def test_without_a_partition_there_are_no_regions() -> None:
    shown = frame([view_of("healthy-cluster")], 3_000_000, Options())
    assert not any(isinstance(shape, Region) for shape in shown.shapes)


def test_crowns_and_leaders_agree_all_along() -> None:
    view = view_of("leader-crash")
    for time_us in range(0, 7_000_000, 333_000):
        cluster = view.timeline.state(view.timeline.index_at(time_us))
        leading = cluster.leader() is not None and cluster.leader().role is LEADER  # type: ignore[union-attr]
        shown = frame([view], time_us, Options())
        assert any(isinstance(shape, Crown) for shape in shown.shapes) == leading


def test_a_candidate_shows_a_dot_for_each_voter() -> None:
    view = view_of("split-vote")
    position = next(i for i in range(len(view.timeline)) if isinstance(view.timeline.event(i), e.BecameCandidate))
    shown = frame([view], view.timeline.time_of(position), Options(positions=(position,), exact=True))
    assert sum(isinstance(shape, Disc) and shape.radius == 13 for shape in shown.shapes) == 4
    assert "candidate" in words(shown)


def test_a_timer_turns_gold_in_its_last_quarter() -> None:
    view = view_by_hand(
        [
            e.ClusterCreated(0, None, None, None, ("n1",)),
            e.TimerSet(0, "n1", None, None, "election", 200_000),
        ]
    )
    for time_us, colour in ((100_000, DARK.ink), (160_000, DARK.gold)):
        rings = [shape for shape in frame([view], time_us, Options()).shapes if isinstance(shape, Ring)]
        assert rings[-1].colour == colour
        assert rings[-1].part == pytest.approx(1 - time_us / 200_000)


# -- messages --------------------------------------------------------------------------------------------------------


def sent(fate: str = "deliver", due_us: int | None = 40_000, arrives_us: int | None = None) -> list[e.Event]:
    """Two nodes, a message from one to the other, and perhaps its arrival."""
    message = RequestVote(1, 0, 0)
    events: list[e.Event] = [
        e.ClusterCreated(0, None, None, None, ("n1", "n2")),
        e.MessageSent(0, "n1", None, None, "n2", message, due_us, fate),
    ]
    if arrives_us is not None:
        events.append(e.MessageReceived(arrives_us, "n2", 1, None, "n1", message))
    return [*events, e.TimerFired(2_000_000, "n1", None, None, "election")]


def bullet_at(view: LaneView, time_us: float) -> Disc | None:
    """Where the message is."""
    discs = [shape for shape in frame([view], time_us, Options()).shapes if isinstance(shape, Disc)]
    return next((disc for disc in discs if disc.radius == 8 and disc.alpha > 0.05), None)


def test_a_message_goes_from_rim_to_rim_in_its_time() -> None:
    view = view_by_hand(sent())
    places = [bullet_at(view, time_us) for time_us in (1_000, 10_000, 20_000, 30_000, 39_000)]
    assert all(place is not None for place in places)
    xs = [place.x for place in places if place is not None]
    assert xs == sorted(xs)
    steps = [b - a for a, b in pairwise(xs[1:])]
    assert steps == sorted(steps, reverse=True), "it eases out"


def test_a_lost_message_stops_half_way_cracks_and_fades() -> None:
    view = view_by_hand(sent("lose"))
    nodes = [s.x for s in frame([view], 0, Options()).shapes if isinstance(s, Disc) and s.radius > 40]
    middle = sum(nodes) / 2
    later = [bullet_at(view, time_us) for time_us in (20_500, 24_000, 27_000)]
    assert all(place is not None and abs(place.x - middle) < 20 for place in later)
    cracked = frame([view], 27_000, Options())
    reds = [shape for shape in cracked.moving if isinstance(shape, Line) and shape.colour == DARK.bad]
    assert reds
    assert bullet_at(view, 39_900) is None


def test_a_foreign_message_without_a_due_time_is_paired_with_its_arrival() -> None:
    paired = view_by_hand(sent(due_us=None, arrives_us=40_000), source="etcd")
    known = view_by_hand(sent(due_us=40_000, arrives_us=40_000), source="etcd")
    one, other = bullet_at(paired, 20_000), bullet_at(known, 20_000)
    assert one is not None
    assert one == other


def test_a_foreign_message_that_never_arrives_fades() -> None:
    view = view_by_hand(sent(due_us=None), source="etcd")
    assert bullet_at(view, 5_000) is not None
    assert bullet_at(view, 1_900_000) is None


def test_what_would_only_flash_is_left_out() -> None:
    view = view_by_hand(sent())
    shown = frame([view], 20_000, Options(speed=16.0))
    assert "vote? 1" not in words(shown)


# -- logs ------------------------------------------------------------------------------------------------------------


def overwritten() -> list[e.Event]:
    """n2 holds an entry of term 1, and has it overwritten by one of term 2."""
    return [
        e.ClusterCreated(0, None, None, None, ("n1", "n2")),
        e.EntryAppended(10, "n2", None, None, Entry(1, 1, "normal", "old")),
        e.LogTruncated(1_000_000, "n2", None, "append_entries", 1, 1),
        e.EntryAppended(1_000_000, "n2", None, "append_entries", Entry(1, 2, "normal", "new")),
    ]


def test_an_overwritten_entry_is_struck_falls_and_is_gone() -> None:
    view = view_by_hand(overwritten())
    pace = 1 / 16
    heights = []
    for age_us in (0, 300_000, 500_000):
        shown = frame([view], 1_000_000 + age_us * pace, Options(speed=pace))
        heights += [shape.y for shape in shown.shapes if isinstance(shape, Text) and shape.text == "old"]
        assert any(isinstance(shape, Line) and shape.colour == DARK.bad for shape in shown.moving)
    assert heights == sorted(heights)
    assert len(set(heights)) > 1
    after = words(frame([view], 1_000_000 + 900_000 * pace, Options(speed=pace)))
    assert "new" in after
    assert "old" not in after


def test_committed_is_filled_and_waiting_is_dashed() -> None:
    events = overwritten()[:2]
    for commit in (False, True):
        more: list[e.Event] = [e.CommitAdvanced(20, "n2", None, None, 1)] if commit else []
        view = view_by_hand([*events, *more])
        shown = frame([view], 900_000, Options())
        slots = [shape for shape in shown.moving if isinstance(shape, Box) and shape.width == 80]
        assert [slot.dashed for slot in slots] == [not commit]


def test_a_long_log_scrolls() -> None:
    shown = frame([view_of("healthy-cluster")], 6_900_000, Options())
    indices = sorted(int(text) for text in words(shown) if text.isdigit())
    assert max(indices) >= 14
    assert "x=1" not in words(shown)


def test_figure_7_is_seen_whole() -> None:
    """Twelve entries, and the one that is proposed later, side by side."""
    view = view_of("figure-7")
    for time_us in (100_000, 3_000_000):
        shown = words(frame([view], time_us, Options()))
        assert {str(index) for index in range(1, 13)} <= shown
    assert "x=8" in shown


def test_a_log_that_ends_before_the_window_says_where() -> None:
    assert "← ends at 7" in words(frame([view_of("lagging-follower")], 3_900_000, Options()))


def test_what_a_source_cannot_tell_is_left_out() -> None:
    view = view_by_hand(
        [
            e.NodeObserved(0, "a", None, None, role=LEADER),
            e.NodeObserved(1, "b", None, None, last_index=9, last_term=2),
            e.SourceNoted(2, "c", None, None, "here"),
        ],
        source="etcd-zap",
    )
    shown = frame([view], 100, Options())
    assert {"a", "b", "leader", "not told by the source", "recorded: etcd-zap"} <= words(shown)
    assert not any("UNSET" in text or "None" in text for text in words(shown))


def test_standing_on_an_event_shows_it_done() -> None:
    """Whoever steps to an event sees its effect, not the first instant of a fade."""
    view = view_by_hand(overwritten())
    for position, word in ((1, "old"), (3, "new")):
        shown = frame([view], view.timeline.time_of(position), Options(positions=(position,), exact=True))
        assert word in words(shown)
    struck = frame([view], 1_000_000, Options(positions=(2,), exact=True))
    assert any(isinstance(shape, Line) and shape.colour == DARK.bad for shape in struck.moving)


def test_an_empty_timeline_has_a_picture() -> None:
    shown = frame([view_by_hand([])], 0, Options())
    assert "By hand" in words(shown)


def test_a_heavy_message_load_stays_readable() -> None:
    events: list[e.Event] = [e.ClusterCreated(0, None, None, None, tuple(f"n{i}" for i in range(1, 8)))]
    for number in range(50):
        message = AppendEntries(1, number, 1, (Entry(number + 1, 1, "normal", f"x={number}"),), 0)
        events.append(e.MessageSent(number * 500, "n1", None, None, f"n{2 + number % 6}", message, 60_000 + number))
    view = view_by_hand(events)
    for time_us in (10_000, 25_000, 40_000, 55_000):
        shown = frame([view], time_us, Options())
        assert collisions(shown) == []
