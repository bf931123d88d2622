"""Members that come and go, snapshots, disks and modified Raft: what the projector shows of them."""

from __future__ import annotations

from functools import lru_cache

import pytest

from raftlab.core import events as e
from raftlab.core.log import Entry
from raftlab.projector.moment import LaneView
from raftlab.projector.scene import Options, frame
from raftlab.projector.shapes import Box, Disc, Line, Text
from raftlab.session import Lane, open_scenario
from raftlab.view.palette import DARK, THEMES
from tests.projector.runs import caught_up, view_by_hand
from tests.projector.test_scene import collisions, moments_of, texts, words
from tests.stories import STEP_US, happenings, timeline, told

END_US = (len(told()) - 1) * STEP_US
PACE = 1 / 16


@lru_cache(maxsize=4)
def story(until: str = "goes", modified: tuple[str, ...] = ()) -> LaneView:
    """The story up to the end of a part."""
    return caught_up(LaneView(timeline(until, modified), "A story"))


def at_end_of(part: str) -> float:
    """A moment at which what a part has done is done, and nothing of the next one has happened."""
    return (len(told(part)) - 0.5) * STEP_US


def discs(time_us: float, view: LaneView | None = None, options: Options | None = None) -> list[Disc]:
    shown = frame([view or story()], time_us, options or Options(speed=PACE))
    return [shape for shape in shown.shapes if isinstance(shape, Disc) and shape.radius > 40]


def shown_at(part: str) -> list[Text]:
    return texts(frame([story()], at_end_of(part), Options(speed=PACE)))


# -- who is there ----------------------------------------------------------------------------------------------------


def test_whoever_joins_has_a_place_from_the_start_and_nobody_moves() -> None:
    before, after = discs(at_end_of("writes")), discs(at_end_of("joins"))

    assert len(before) == 3
    assert len(after) == 4
    places = {(disc.x, disc.y) for disc in after}
    assert {(disc.x, disc.y) for disc in before} < places


def test_a_node_appears_when_it_joins() -> None:
    joined_us = next(event.at_us for event in told() if isinstance(event, e.NodeJoined))
    alphas = [discs(joined_us + age * PACE)[-1].alpha for age in (0, 200_000, 500_000)]

    assert alphas[0] < alphas[1] < alphas[2] == 1


def test_who_has_left_fades_and_is_gone() -> None:
    def n3(age_us: float) -> list[float]:
        shown = frame([story()], END_US + age_us * PACE, Options(speed=PACE))
        return [shape.alpha for shape in shown.shapes if isinstance(shape, Text) and shape.text == "n3"]

    young, old = n3(100_000), n3(600_000)
    assert len(young) == len(old) == 2, "its disc, and its row among the logs"
    assert 1 > young[0] > old[0] > 0
    assert n3(1_000_000) == []


def test_links_fade_with_their_node() -> None:
    def colours(age_us: float) -> set[str]:
        shown = frame([story()], END_US + age_us * PACE, Options(speed=PACE))
        return {shape.colour for shape in shown.still if isinstance(shape, Line) and shape.width == 3.0}

    assert len(colours(400_000)) == 2
    assert len(colours(1_000_000)) == 1


def test_who_has_left_is_not_shown_as_broken() -> None:
    shown = frame([story()], END_US + 100_000 * PACE, Options(speed=PACE))

    assert not [shape for shape in shown.moving if isinstance(shape, Line) and shape.colour == DARK.bad]


def test_standing_on_the_event_shows_who_leaves_and_after_it_nobody() -> None:
    last = len(told()) - 1
    more = [*told(), e.TimerCancelled(END_US + 1, "n1", None, None, "lease")]

    assert len(discs(END_US, options=Options(positions=(last,), exact=True))) == 4
    assert len(discs(END_US, view_by_hand(more), Options(positions=(last + 1,), exact=True))) == 3


def test_a_learner_has_a_dashed_rim_and_its_word() -> None:
    (learner,) = [disc for disc in discs(at_end_of("installs")) if disc.dashes]

    assert "learner" in {text.text for text in shown_at("installs")}
    assert learner.alpha == 1
    assert not [disc for disc in discs(at_end_of("votes")) if disc.dashes]


def test_links_of_a_node_that_isnt_there_are_not_drawn() -> None:
    def links(part: str) -> int:
        return sum(isinstance(shape, Line) for shape in frame([story()], at_end_of(part), Options(speed=PACE)).still)

    marks = links("begins") - 3
    assert links("writes") == marks + 3
    assert links("joins") == marks + 6


def test_a_leader_that_hands_over_says_to_whom() -> None:
    assert "leader → n4" in {text.text for text in shown_at("transfers")}


def test_both_halves_of_a_joint_configuration_stand_in_the_caption() -> None:
    position = next(i for i, it in enumerate(told()) if isinstance(it, e.ConfigChanged) and it.config.outgoing)
    shown = words(frame([story()], position * STEP_US, Options(positions=(position,), exact=True)))

    assert (
        "n1 uses a joint configuration: n1, n2, n4 jointly with n1, n2, n3. It takes 2 of 3 new and 2 of 3 old."
        in shown
    )


def test_that_followers_hear_of_a_configuration_takes_no_caption_from_the_leaders() -> None:
    events = told("left")
    leaders = [i for i, it in enumerate(events) if isinstance(it, e.ConfigChanged) and it.node == "n1"][-1]
    shown = words(frame([story("left")], events[-1].at_us, Options(speed=1.0)))

    assert any(text.startswith("n1 uses the configuration n1, n2, n4 from now on") for text in shown)
    assert leaders < len(events) - 1


# -- logs ------------------------------------------------------------------------------------------------------------


def test_what_is_compacted_is_one_block() -> None:
    shown = frame([story()], at_end_of("compacts"), Options(speed=PACE))
    (block,) = [text for text in texts(shown) if text.text == "snapshot up to 4"]
    boxes = [s for s in shown.moving if isinstance(s, Box) and s.x <= block.x <= s.x + s.width and s.height == 66.0]

    assert [box.width for box in boxes if abs(box.y + box.height / 2 - block.y) < 1] == [4 * 88 - 8]
    assert sum(text.text == "x=4" for text in texts(shown)) == 2, "n2 no longer has it"


def test_a_narrow_block_says_it_in_short() -> None:
    entries = tuple(Entry(index, 1, "normal", "x") for index in range(2, 9))
    events = [
        e.ClusterCreated(0, None, None, None, ("n1",)),
        e.EntriesAppended(1, "n1", None, None, (Entry(1, 1, "normal", "x"), *entries)),
        e.SnapshotTaken(2, "n1", None, None, 2, 1),
        e.TimerCancelled(90_000_000, "n1", None, None, "lease"),
    ]

    assert "…2" in words(frame([view_by_hand(events)], 80_000_000, Options(speed=PACE)))


def test_the_disk_is_a_quiet_line_with_its_word() -> None:
    def marks(part: str) -> int:
        shown = frame([story(part)], at_end_of(part), Options(speed=PACE))
        lines = [shape for shape in shown.moving if isinstance(shape, Line)]
        return sum(line.colour == DARK.muted and line.x == line.to_x for line in lines)

    assert marks("compacts") == 0
    assert marks("writes") == 2, "behind the last durable entry, and in the legend"
    assert "on disk" in {text.text for text in shown_at("writes")}
    assert "on disk" not in words(frame([story("compacts")], at_end_of("compacts"), Options(speed=PACE)))


def test_a_batch_of_entries_appears_and_the_window_slides_by_all_of_it() -> None:
    first = tuple(Entry(index, 1, "normal", f"a{index}") for index in range(1, 8))
    more = tuple(Entry(index, 1, "normal", f"a{index}") for index in range(8, 11))
    events = [
        e.ClusterCreated(0, None, None, None, ("n1",)),
        e.EntriesAppended(16, "n1", None, None, first),
        e.EntriesAppended(1_000_000, "n1", None, None, more),
        e.TimerCancelled(9_000_000, "n1", None, None, "lease"),
    ]
    view = view_by_hand(events)

    def slot(text: str, since_us: int, age_us: float) -> Text:
        shown = frame([view], since_us + age_us * PACE, Options(speed=PACE))
        return next(it for it in shown.shapes if isinstance(it, Text) and it.text == text and it.face == "mono")

    alphas = [slot("a2", 16, age_us).alpha for age_us in (60_000, 120_000, 400_000)]
    assert alphas[0] < alphas[1] < alphas[2] == 1
    xs = [slot("a7", 1_000_000, age_us).x for age_us in (0, 100_000, 200_000, 400_000)]
    assert xs == sorted(xs, reverse=True)
    assert xs[0] - xs[-1] == pytest.approx(3 * 88)


# -- modified Raft ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES)
def test_modified_raft_has_a_band_along_the_whole_edge(theme: str) -> None:
    view = story(modified=("commit_any_term",))
    for time_us in (0, END_US / 2, END_US):
        shown = frame([view], time_us, Options(theme=theme))
        (band,) = [shape for shape in shown.shapes if isinstance(shape, Box) and shape.pattern == "stripes"]
        (label,) = [text for text in texts(shown) if text.text == "modified Raft: commit_any_term"]
        assert (band.x, band.y, band.width) == (0, 0, shown.width)
        assert label.colour not in (THEMES[theme].bad_text, THEMES[theme].gold_text)


def test_a_trace_whose_first_event_alone_names_the_variant_is_labelled() -> None:
    events = [e.ClusterCreated(0, None, None, None, ("n1",), 0, ("commit_any_term",))]

    assert "modified Raft: commit_any_term" in words(frame([view_by_hand(events)], 0, Options()))


def test_of_two_lanes_only_the_modified_one_is_labelled() -> None:
    shown = frame([story(), story(modified=("commit_any_term",))], END_US / 2, Options())
    (band,) = [shape for shape in shown.shapes if isinstance(shape, Box) and shape.pattern == "stripes"]

    assert band.x > shown.width / 2
    assert collisions(shown) == []


# -- room ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768)], ids=str)
def test_no_text_of_the_story_lies_over_another(size: tuple[int, int]) -> None:
    view = story(modified=("commit_any_term",))
    for part in happenings():
        for shift in (0.1, 0.6):
            assert collisions(frame([view], (len(told(part)) - 1 + shift) * STEP_US, Options(size=size))) == [], part


@pytest.mark.parametrize("name", ["joint-consensus", "snapshot-in-chunks", "slow-disk", "leadership-transfer"])
def test_no_text_of_a_scenario_lies_over_another(name: str) -> None:
    lane = Lane.begin(open_scenario(name))
    lane.move_to(4_000_000)
    view = caught_up(LaneView(lane.timeline, name))
    for time_us in moments_of(view, 12):
        assert collisions(frame([view], time_us, Options())) == [], time_us
