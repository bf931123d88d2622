"""The picture of a cluster, and the grid that it is painted on."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from raftlab.core.commands import Crash, Pause
from raftlab.core.model import Cluster
from raftlab.session import Lane, open_scenario
from raftlab.tui.cluster_art import paint_cluster
from raftlab.tui.grid import BOLD, Grid, braille_line, fit, wrap
from raftlab.tui.places import places_for
from raftlab.view.palette import CONTRAST, DARK, LIGHT
from raftlab.view.stations import stations
from tests.tui.screens import text_of


def at(name: str, time_us: int) -> tuple[Lane, Cluster]:
    lane = Lane.begin(open_scenario(name))
    lane.move_to(time_us)
    return lane, lane.state()


def picture(name: str, time_us: int, width: int = 90, height: int = 34, *, mono: bool = False) -> str:
    lane, cluster = at(name, time_us)
    names = stations(cluster, lane.timeline.header.nodes)
    return text_of(paint_cluster(cluster, names, time_us, width, height, DARK, mono=mono))


def test_text_that_doesnt_fit_is_cut_with_a_mark() -> None:
    assert fit("a follower", 20) == "a follower"
    assert fit("a follower", 6) == "a fol…"
    assert cell_len(fit("日本語のテキスト", 7)) <= 7


def test_wrapping_breaks_at_spaces_and_inside_words_only_when_it_must() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_a_row_joins_neighbours_that_look_alike() -> None:
    grid = Grid(10, 1, "#000000")
    grid.text(2, 0, "raft", "#FFFFFF", None, BOLD)

    strip = grid.strip(0)

    assert strip.text == "  raft    "
    assert strip.cell_length == 10
    assert len(list(strip)) == 3


def test_two_pixels_make_a_half_block() -> None:
    grid = Grid(1, 1, "#000000")
    grid.pixel(0, 0, "#FF0000")

    (segment,) = grid.strip(0)

    assert segment.text == "▀"
    assert segment.style is not None
    assert segment.style.color is not None
    assert segment.style.color.name == "#ff0000"


def test_what_falls_outside_is_left_out() -> None:
    grid = Grid(4, 2, "#000000")

    grid.text(-2, 0, "abcdefgh", "#FFFFFF")
    grid.text(0, 9, "gone", "#FFFFFF")
    grid.pixel(99, 99, "#FFFFFF")

    assert text_of(grid) == "cdef\n    "


def test_a_level_line_of_braille_has_one_level() -> None:
    assert {row for _, row in braille_line((0.5, 1.5), (9.5, 1.5))} == {1}


def test_every_role_has_its_word_and_its_term() -> None:
    shown = picture("leader-crash", 2_716_000)

    assert shown.count("candidate") == 2
    assert "crashed" in shown
    assert "✕ n4" in shown
    assert "term 2" in shown
    assert "? ? ? ? +" in shown


def test_a_side_of_a_partition_says_what_it_can_do() -> None:
    shown = picture("symmetric-partition", 3_000_000)

    assert "3 of 5: can commit" in shown
    assert "2 of 5: can’t commit" in shown
    assert "old leader" in shown


def test_a_message_stands_further_on_as_time_passes() -> None:
    lane, _ = at("leader-crash", 1_302_000)
    names = lane.timeline.header.nodes
    cluster = lane.state()
    (sent,) = [flight for flight in cluster.flights.values() if flight.to == "n2"]
    assert sent.due_us is not None

    def column(now_us: int) -> tuple[int, int]:
        rows = text_of(paint_cluster(cluster, names, now_us, 90, 34, DARK)).splitlines()
        return next((y, row.index("AE 2")) for y, row in enumerate(rows) if "AE 2" in row)

    places = [column(sent.at_us + (sent.due_us - sent.at_us) * part // 4) for part in range(4)]

    assert len(set(places)) == 4


def test_a_reply_is_outlined_and_a_lost_message_crossed() -> None:
    assert "(vote yes)" in picture("leader-crash", 185_000)
    assert "✕ vote? 2" in picture("symmetric-partition", 2_205_000)


@pytest.mark.parametrize("size", [(90, 34), (78, 22), (60, 13), (40, 9), (24, 6), (12, 3), (3, 1)])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 9])
def test_it_is_drawn_at_every_size(size: tuple[int, int], count: int) -> None:
    lane = Lane.begin(open_scenario("healthy-cluster").with_nodes(count))
    lane.move_to(1_300_000)
    cluster = lane.state()

    for mono in (False, True):
        grid = paint_cluster(cluster, tuple(cluster.nodes), 1_300_000, *size, DARK, mono=mono)

        assert all(grid.strip(y).cell_length == size[0] for y in range(size[1]))


@pytest.mark.parametrize("count", range(1, 10))
@pytest.mark.parametrize("size", [(78, 26), (94, 24), (60, 13), (140, 60)])
def test_nodes_never_overlap(size: tuple[int, int], count: int) -> None:
    boxes = places_for(count, 2, *size).boxes()

    for place, (left, top, right, foot) in enumerate(boxes):
        for other in boxes[place + 1 :]:
            assert right <= other[0] or other[2] <= left or foot <= other[1] or other[3] <= top


def test_without_colours_shapes_and_words_say_all() -> None:
    lane, _ = at("leader-crash", 1_500_000)
    lane.do(Pause("n1"), 1_500_000)
    lane.do(Crash("n2"), 1_500_000)
    cluster = lane.state()

    shown = text_of(paint_cluster(cluster, tuple(cluster.nodes), 1_500_000, 90, 30, DARK, mono=True))

    assert "♛ n4 term 1" in shown
    assert "‖ n1" in shown
    assert "paused" in shown
    assert "✕ n2" in shown
    assert "crashed" in shown


def test_little_room_makes_a_list() -> None:
    shown = picture("leader-crash", 2_716_000, 40, 5)

    assert shown.splitlines()[0].startswith(" ◆ n1 2")
    assert "crashed" in shown


def test_a_cut_list_says_how_many_are_missing() -> None:
    assert "… 3 more" in picture("leader-crash", 2_716_000, 40, 3)


def test_every_theme_draws_the_same_shapes() -> None:
    lane, cluster = at("symmetric-partition", 3_000_000)
    names = lane.timeline.header.nodes

    drawings = {text_of(paint_cluster(cluster, names, 3_000_000, 90, 30, it)) for it in (DARK, LIGHT, CONTRAST)}

    assert len(drawings) == 1
