"""Members that come and go, snapshots, disks and modified Raft: what the terminal draws of them, and says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from raftlab.core import events as e
from raftlab.core.machine import Change, Result
from raftlab.core.model import REMOVED, Cluster
from raftlab.session import Lane, Session
from raftlab.trace import Timeline
from raftlab.tui.choosing import node_options, present
from raftlab.tui.cluster_art import paint_cluster
from raftlab.tui.debug import DebugScreen
from raftlab.tui.learn import LearnScreen
from raftlab.tui.logs_art import paint_logs
from raftlab.tui.node_words import changes, log_words, machine_text, node_facts
from raftlab.tui.watch import WatchScreen
from raftlab.view.looks import Look, look_of, word_for
from raftlab.view.palette import DARK
from raftlab.view.stations import stations
from raftlab.view.tape import TermTape
from tests.stories import NODES, happenings, state, timeline, told
from tests.tui.screens import SMALL, WIDE, showing, text_of, words_in
from tests.tutor.small import play


def picture(cluster: Cluster, named: tuple[str, ...] = NODES) -> str:
    return text_of(paint_cluster(cluster, stations(cluster, named), cluster.now_us, 90, 34, DARK))


def table(cluster: Cluster, width: int = 100) -> list[str]:
    return text_of(paint_logs(cluster, tuple(cluster.nodes), width, 14, DARK)).splitlines()


def row(cluster: Cluster, name: str) -> str:
    return next(line for line in table(cluster) if line[2:].startswith(f"{name} "))


# -- the picture -----------------------------------------------------------------------------------------------------


def test_a_server_that_joins_is_a_newcomer_then_a_learner_then_a_voter() -> None:
    words = {part: word_for(state(part), state(part).nodes["n4"]) for part in ("joins", "installs", "votes", "left")}

    assert words == {"joins": "learner", "installs": "learner", "votes": "follower", "left": "follower"}
    alone = state("writes")
    alone.fold([e.NodeJoined(9_000_000, "n4", None, None)])
    assert word_for(alone, alone.nodes["n4"]) == "newcomer"
    assert look_of(alone, alone.nodes["n4"]) is Look.LEARNER


def test_a_server_that_isnt_in_the_configuration_any_more_is_an_outsider() -> None:
    cluster = state("left")

    assert word_for(cluster, cluster.nodes["n3"]) == "outsider"
    assert "outsider" in picture(cluster)


def test_a_source_that_calls_members_otherwise_than_nodes_makes_nobody_an_outsider() -> None:
    cluster = Cluster.empty()
    cluster.fold([e.NodeObserved(0, "a", None, None, role=state().nodes["n2"].role, config=state().nodes["n2"].config)])

    assert look_of(cluster, cluster.nodes["a"]) is Look.FOLLOWER


def test_a_node_that_will_join_has_its_place_from_the_start() -> None:
    tape = TermTape()
    tape.extend(told())
    named = (*NODES, *tape.nodes)

    assert tuple(tape.nodes) == (*NODES, "n4")
    before, after = state("writes"), state("joins")
    assert stations(before, named) == stations(after, named) == (*NODES, "n4")
    assert "n4" not in picture(before, named)
    assert "not seen yet" not in picture(before, named)
    assert "n4" in picture(after, named)


def test_who_has_left_is_gone_and_leaves_a_gap() -> None:
    cluster = state("goes")

    assert cluster.nodes["n3"].status is REMOVED
    assert "n3" not in picture(cluster)
    assert stations(cluster, NODES) == (*NODES, "n4")
    assert not [line for line in table(cluster) if "n3" in line]


def test_a_leader_that_hands_over_says_to_whom() -> None:
    assert "leader → n4" in picture(state("transfers"))


def test_a_pre_candidate_counts_promises() -> None:
    shown = picture(state("begins"))

    assert "pre-candidate" in shown
    assert "? + ?" in shown


def test_in_a_joint_configuration_voters_of_both_halves_answer() -> None:
    cluster = state("votes")
    cluster.fold([e.BecameCandidate(99_000_000, "n4", None, None, 2)])

    assert "? ? ? ?" in picture(cluster)


def test_who_has_left_cant_be_chosen() -> None:
    cluster = state("goes")

    assert list(present(cluster)) == ["n1", "n2", "n4"]
    assert [option.value for option in node_options(cluster, lambda name: True)] == ["n1", "n2", "n4"]


# -- the logs --------------------------------------------------------------------------------------------------------


def test_what_is_compacted_is_one_block() -> None:
    shown = row(state("compacts"), "n2")

    assert "snapshot up to 4" in shown
    assert "x=4" not in shown
    assert "x=5" in shown


def test_a_narrow_block_says_it_in_short() -> None:
    cluster = state("compacts")
    shown = text_of(paint_logs(cluster, tuple(cluster.nodes), 30, 8, DARK))

    assert "4" in next(line for line in shown.splitlines() if "n2" in line)


def test_the_disk_is_a_quiet_mark() -> None:
    cluster = state("writes")

    assert "□1 x=6  ┊□1 x=7" in row(cluster, "n3")
    assert "┊" not in row(cluster, "n1")
    assert "┊ on disk" in "\n".join(table(cluster))
    assert "┊" not in "\n".join(table(state("leads")))


# -- the words -------------------------------------------------------------------------------------------------------


def test_a_nodes_words_say_all_of_it() -> None:
    cluster = state("transfers")
    facts = node_facts(cluster.nodes["n1"], cluster.now_us)

    assert facts["hands over to"] == "n4"
    assert facts["peer n4"] == "match 0, is sent the snapshot up to 4"
    assert facts["state machine"] == "revision 6: x=5"
    assert node_facts(state("compacts").nodes["n2"])["snapshot up to"] == "4"
    assert node_facts(state("writes").nodes["n3"])["on disk"] == "log up to 6, term 0"
    assert node_facts(state("installs").nodes["n4"])["role"] == "follower (a learner: no vote)"


def test_both_halves_of_a_joint_configuration_are_shown_and_what_they_need() -> None:
    facts = node_facts(state("votes").nodes["n1"])

    assert facts["configuration"] == "n1, n2, n4 jointly with n1, n2, n3"
    assert facts["majority"] == "2 of 3 new and 2 of 3 old"
    assert "majority" not in node_facts(state("left").nodes["n1"])


def test_reads_watches_and_leases_are_shown() -> None:
    cluster = state("leads")
    at_us = cluster.now_us
    cluster.fold(
        [
            e.ReadStarted(at_us, "n1", None, "read_index", "c1/3@n1", "x", "c1", 3, 5),
            e.WatchStarted(at_us, "n1", None, None, "you/x", "x", "you"),
            e.LeaseRenewed(at_us, "n1", None, None, "L1", at_us + 3_000_000),
        ]
    )
    facts = node_facts(cluster.nodes["n1"], at_us)

    assert facts["reads waiting"] == "read 3 of client c1 (from entry 5)"
    assert facts["watches"] == "you on x"
    assert facts["lease L1"] == "3.0 s left"


def test_a_diff_names_the_keys_that_an_entry_changed() -> None:
    before, after = state("leads"), state("leads")
    after.fold([e.EntryApplied(after.now_us, "n1", None, None, 6, Result("ok", None, (Change("y", "1"),), 7))])

    assert changes(before, after) == [
        ("n1", "last applied", "5", "6"), ("n1", "revision", "6", "7"), ("n1", "key y", "", "1"),
    ]  # fmt: skip


def test_compacting_takes_no_entry_away_in_a_diff() -> None:
    found = changes(state("leads"), state("compacts"))

    assert found == [("n2", "snapshot up to", "", "4")]
    assert log_words(state("compacts").nodes["n2"])[-1].strip() == "4  and all before it: in the snapshot"


def test_a_large_store_is_counted_not_listed() -> None:
    cluster = state("leads")
    changed = tuple(Change(f"k{number:04}", "1") for number in range(3_000))
    cluster.fold([e.EntryApplied(cluster.now_us, "n1", None, None, 6, Result("ok", None, changed, 7))])

    assert machine_text(cluster.nodes["n1"].machine) == "revision 7, 3,001 keys"
    assert machine_text(cluster.nodes["n2"].machine) == "revision 6: x=5"


# -- modified Raft ---------------------------------------------------------------------------------------------------

LABEL = "modified Raft: commit_any_term"


@dataclass(frozen=True)
class Case:
    """A screen and a size of the terminal."""

    name: str
    size: tuple[int, int]


def screen_of(name: str, recording: Timeline) -> DebugScreen | WatchScreen:
    session = Session([Lane(recording)], speed=1.0)
    return DebugScreen(session, None, "a recording with a long title") if name == "debug" else WatchScreen(session)


@pytest.mark.parametrize(
    "case", [Case(name, size) for name in ("debug", "watch") for size in (WIDE, SMALL, (60, 20))], ids=str
)
async def test_a_run_of_modified_raft_is_labelled_in_the_title(case: Case) -> None:
    recording = timeline(modified=("commit_any_term",))
    async with showing(lambda: screen_of(case.name, recording), case.size) as (app, pilot):
        assert LABEL in words_in(app, "#title")
        await pilot.press("end")
        await pilot.pause()
        assert LABEL in words_in(app, "#title")
        (title,) = list(app.screen.query_one("#title")._strips)  # type: ignore[attr-defined]
        (label,) = [segment for segment in title if LABEL in segment.text]
        assert label.style.bgcolor.name.upper() == DARK.pill, "not red: red means broken or lost"


async def test_raft_as_it_is_has_no_label() -> None:
    async with showing(lambda: screen_of("debug", timeline())) as (app, _):
        assert "modified" not in words_in(app, "#title")


async def test_a_lesson_about_a_broken_rule_is_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = play(at="crash-one")
    monkeypatch.setattr("raftlab.tui.learn.variants_of", lambda recording, cluster: ("commit_any_term",))
    async with showing(lambda: LearnScreen(lesson), SMALL) as (app, _):
        assert LABEL in words_in(app, "#title")


def test_every_part_of_the_story_is_drawn_at_every_size() -> None:
    for part in happenings():
        cluster = state(part)
        for width, height in ((90, 34), (60, 13), (40, 6), (12, 3)):
            for mono in (False, True):
                grid = paint_cluster(cluster, stations(cluster, NODES), cluster.now_us, width, height, DARK, mono=mono)
                assert all(grid.strip(y).cell_length == width for y in range(height))
                logs = paint_logs(cluster, stations(cluster, NODES), width, height, DARK, mono=mono)
                assert all(logs.strip(y).cell_length == width for y in range(height))
