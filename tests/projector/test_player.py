"""What keys do, and how time passes."""

from __future__ import annotations

from msgspec.structs import replace

from raftlab.core.commands import Crash
from raftlab.core.events import BecameCandidate, BecameLeader
from raftlab.projector.keys import ACTIONS, KEYS
from raftlab.projector.player import Player
from raftlab.projector.scene import Options
from raftlab.projector.shapes import Text
from raftlab.session import Lane, open_scenario
from tests.projector.runs import recorded


def player_of(name: str = "symmetric-partition", speed: float = 1 / 16) -> Player:
    """A player on a recorded run."""
    return Player([Lane(recorded(name), title=name)], Options(speed=speed))


def said(player: Player) -> set[str]:
    """What stands on the frame."""
    return {shape.text for shape in player.frame().shapes if isinstance(shape, Text)}


def test_every_action_of_a_key_exists() -> None:
    elsewhere = {"quit", "fullscreen"}
    for action in set(ACTIONS.values()) - elsewhere:
        assert player_of().act(action), action
    assert not player_of().act("quit")
    assert all(keys and words for keys, words in KEYS)


def test_playing_takes_time_along() -> None:
    player = player_of(speed=1 / 4)
    player.act("play")
    for _ in range(20):
        player.advance(50_000)
    assert 100_000 < player.time_us <= 250_000
    assert player.session.position == player.session.timeline.index_at(int(player.time_us))


def test_time_passes_the_same_whatever_the_frame_rate() -> None:
    """A frame depends on time, never on the frame rate: only the slowing is eased, and that is a hair."""
    ends = []
    for frames in (30, 120):
        player = player_of(speed=1 / 16)
        player.act("slowing")
        player.act("play")
        for _ in range(frames):
            player.advance(1_000_000 / frames)
        ends.append(player.time_us)
    assert abs(ends[0] - ends[1]) < 10


def test_time_slows_where_votes_travel() -> None:
    player = player_of("leader-crash")
    stands = player.session.timeline.next("BecameCandidate", -1)
    assert stands is not None
    player.seek(player.session.timeline.time_of(stands) - 2_000)
    player.act("play")
    slowest = 1.0
    for _ in range(60):
        player.advance(16_000)
        slowest = min(slowest, player.slowed)
    assert slowest < 0.5
    assert "slowed" in said(player)


def test_stepping_goes_event_by_event_and_says_each() -> None:
    player = player_of()
    player.act("step")
    first = player.session.position
    player.act("step")
    assert player.session.position == first + 1
    player.act("step_back")
    assert player.session.position == first
    assert player.exact
    assert not player.session.playing


def test_a_clicker_walks_from_turn_to_turn() -> None:
    player = player_of()
    kinds = []
    for _ in range(3):
        player.act("next_turn")
        kinds.append(type(player.session.event()))
    assert BecameCandidate in kinds
    assert BecameLeader in kinds
    position = player.session.position
    player.act("next_turn")
    player.act("previous_turn")
    assert player.session.position == position


def test_a_clicker_takes_a_live_cluster_on() -> None:
    player = Player([Lane.begin(open_scenario("healthy-cluster"))])
    player.act("next_turn")
    assert isinstance(player.session.event(), BecameCandidate)


def test_a_lane_that_was_forked_is_shown_anew() -> None:
    player = Player([Lane.begin(open_scenario("healthy-cluster"))])
    player.seek(2_000_000)
    player.seek(1_000_000)
    player.session.do(Crash("n1"))
    assert "crashed" in said(player)
    assert player.views[0].timeline is player.session.lane.timeline


def test_the_end_stops_and_play_begins_again() -> None:
    player = player_of()
    player.act("end")
    stopped = player.session.playing
    player.act("play")
    assert (stopped, player.session.playing) == (False, True)
    assert player.time_us < 1_000


def test_speed_theme_and_help() -> None:
    player = player_of()
    player.act("faster")
    assert player.session.speed == 1 / 8
    assert "speed ×1/8" in said(player)
    player.advance(2_000_000)
    assert "speed ×1/8" not in said(player)
    player.act("theme")
    assert player.options.theme == "light"
    player.act("help")
    assert {keys for keys, _ in KEYS} <= said(player)


def test_a_source_without_a_clock_plays_an_event_a_second() -> None:
    timeline = recorded("split-vote").fork(60)
    timeline.header = replace(timeline.header, unit="step")
    player = Player([Lane(timeline)], Options(speed=1.0))
    player.act("slowing")
    player.act("play")
    start = player.time_us
    for _ in range(120):
        player.advance(16_667)
    assert 1.9 < player.time_us - start < 2.1
