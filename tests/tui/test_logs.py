"""The table of logs."""

from __future__ import annotations

from raftlab.core.model import Cluster
from raftlab.session import Lane, open_scenario
from raftlab.tui.logs_art import paint_logs
from raftlab.view.palette import DARK
from tests.tui.screens import recorded, text_of


def table(cluster: Cluster, width: int = 90, height: int = 14, before: Cluster | None = None) -> list[str]:
    return text_of(paint_logs(cluster, tuple(cluster.nodes), width, height, DARK, before=before)).splitlines()


def state_at(name: str, time_us: int) -> Cluster:
    lane = Lane.begin(open_scenario(name))
    lane.move_to(time_us)
    return lane.state()


def test_committed_and_waiting_entries_have_their_own_squares_and_terms() -> None:
    rows = table(state_at("symmetric-partition", 3_000_000))

    old_leader = next(row for row in rows if "n1" in row)
    assert "■1 x=1" in old_leader
    assert "┃□1 x=7" in old_leader
    assert old_leader.rstrip().endswith("commit 2")


def test_a_leaders_ticks_stand_under_its_peers() -> None:
    rows = table(state_at("leader-crash", 2_000_000))
    peer = next(place for place, row in enumerate(rows) if row.strip().startswith("n1 "))

    assert "▲" in rows[peer + 1]
    assert rows[peer + 1].index("▲") < rows[peer + 1].index("△")


def test_rows_keep_their_place_when_nobody_leads() -> None:
    led = [row[2:4] for row in table(state_at("leader-crash", 2_000_000))]
    leaderless = [row[2:4] for row in table(state_at("leader-crash", 2_600_000))]

    assert led == leaderless


def test_only_the_newest_entries_are_shown_and_the_rest_is_marked() -> None:
    rows = table(state_at("lagging-follower", 3_900_000), 60)

    assert "…" in rows[0]
    assert any("crashed" in row and "■" not in row for row in rows)


def test_what_the_last_event_took_away_is_struck() -> None:
    timeline = recorded("symmetric-partition", 7_000_000)
    position = timeline.postings("LogTruncated")[0]

    rows = table(timeline.state(position), before=timeline.state(position - 1))

    assert any("✕1 x=7" in row for row in rows)


def test_more_nodes_than_rows_are_counted() -> None:
    assert table(state_at("healthy-cluster", 500_000), 60, 4)[-1].startswith("… ")


def test_an_unknown_log_is_left_out() -> None:
    cluster = Cluster.empty()
    cluster.node("n1")

    assert "log not known" in "\n".join(table(cluster))
