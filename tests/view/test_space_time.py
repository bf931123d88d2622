"""The layout of space-time diagrams: moments, arrows, what happened before what, what is left out as noise."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

from raftlab.core import events as e
from raftlab.core.log import Entry
from raftlab.core.messages import AppendEntries, AppendEntriesReply, RequestVote, RequestVoteReply
from raftlab.core.model import Cluster
from raftlab.session import open_scenario
from raftlab.session.lane import header_of
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION
from raftlab.view.looks import Look
from raftlab.view.space_time import (
    Fate,
    Relation,
    Window,
    lanes_that_fit,
    moment_sign,
    moment_words,
    relation_of,
    relations,
    taking_part,
    window_at,
    window_between,
)
from raftlab.view.space_time.moments import lane_of
from raftlab.view.space_time.window import EVERYTHING, REACH
from tests.runs import faulted, record

NODES = ("n1", "n2", "n3")
VOTE = RequestVote(1, 0, 0)
YES = RequestVoteReply(1, True)


def timeline_of(*events: e.Event) -> Timeline:
    """A recording of these events, after the one that says who is there."""
    timeline = Timeline(TraceHeader(VERSION, nodes=NODES))
    timeline.append(e.ClusterCreated(0, None, None, None, NODES))
    for event in events:
        timeline.append(event)
    return timeline


@cache
def run(name: str = "leader-crash") -> Timeline:
    scenario = open_scenario(name)
    timeline = Timeline(header_of(scenario))
    for event in record(scenario)[0]:
        timeline.append(event)
    return timeline


def lanes(window: Window) -> list[tuple[str | None, int]]:
    """Lane and number of events of each moment, without the one that begins it all."""
    return [(row.moment.lane, len(row.moment.events)) for row in window.moments[1:]]


# --- moments ---------------------------------------------------------------------------------------------------------


def test_what_a_node_does_at_one_instant_is_one_moment() -> None:
    timeline = timeline_of(
        e.TimerFired(5, "n1", None, None, "election"),
        e.TermAdvanced(5, "n1", 1, None, 1),
        e.BecameCandidate(5, "n1", 1, None, 1),
        e.MessageSent(5, "n1", 3, None, "n2", VOTE),
        e.MessageReceived(7, "n2", 4, None, "n1", VOTE),
        e.VoteGranted(7, "n2", 5, None, "n1", 1),
    )

    assert lanes(window_between(timeline, 0, len(timeline))) == [("n1", 4), ("n2", 2)]


def test_two_receipts_of_one_instant_are_two_moments() -> None:
    timeline = timeline_of(
        e.MessageSent(5, "n1", None, None, "n2", VOTE),
        e.MessageSent(5, "n3", None, None, "n2", VOTE),
        e.MessageReceived(7, "n2", 1, None, "n1", VOTE),
        e.MessageReceived(7, "n2", 2, None, "n3", VOTE),
    )

    assert lanes(window_between(timeline, 0, 5, EVERYTHING)) == [("n1", 1), ("n3", 1), ("n2", 1), ("n2", 1)]


def test_two_timers_of_one_instant_are_two_moments() -> None:
    timeline = timeline_of(
        e.TimerFired(5, "n1", None, None, "heartbeat"),
        e.TimerSet(5, "n1", 1, None, "heartbeat", 9),
        e.TimerFired(5, "n1", None, None, "quorum"),
    )

    assert lanes(window_between(timeline, 0, 4)) == [("n1", 2), ("n1", 1)]


def test_what_another_node_brought_about_begins_a_moment_though_no_message_is_told() -> None:
    timeline = timeline_of(
        e.BecameLeader(5, "n1", None, None, 1),
        e.TermAdvanced(5, "n2", None, None, 1),
        e.LeaderLearned(5, "n2", 1, None, "n1", 1),
    )

    assert lanes(window_between(timeline, 0, 4)) == [("n1", 1), ("n2", 1), ("n2", 1)]


def test_a_loss_stands_on_no_lane() -> None:
    timeline = timeline_of(
        e.MessageSent(5, "n1", None, None, "n2", VOTE), e.MessageDropped(7, "n2", 1, None, "n1", "lose")
    )
    window = window_between(timeline, 0, 3, EVERYTHING)

    assert lanes(window) == [("n1", 1), (None, 1)]
    assert taking_part(window.rows()[2:], window.arrows()) == ["n1", "n2"]


def test_a_moment_says_what_matters_most_in_it() -> None:
    timeline = run()
    leads = timeline.postings("BecameLeader")[0]
    window = window_between(timeline, leads - 2, leads + 10)
    moment = next(row.moment for row in window.moments if leads in row.moment)

    assert moment.main == leads
    assert moment_sign(moment) == "♛"
    assert moment_words(moment)[:2] == ["leads", "vote yes"]


# --- arrows ----------------------------------------------------------------------------------------------------------


def test_every_end_that_a_message_may_have_is_told_apart() -> None:
    timeline = timeline_of(
        e.MessageSent(1, "n1", None, None, "n2", VOTE),
        e.MessageSent(1, "n1", None, None, "n3", VOTE),
        e.MessageSent(1, "n3", None, None, "n1", VOTE),
        e.MessageSent(1, "n3", None, None, "n2", VOTE),
        e.MessageReceived(2, "n2", 1, None, "n1", VOTE),
        e.MessageDropped(2, "n3", 2, None, "n1", "lose"),
        e.MessageDropped(2, "n1", 3, None, "n3", "unseen"),
        e.MessageReceived(3, "n1", None, None, "n2", YES),
    )

    found = {(it.source, it.target): (it.fate, it.sent, it.ends) for it in window_between(timeline, 0, 9).messages}

    assert found == {
        ("n1", "n2"): (Fate.ARRIVES, 1, 5),
        ("n1", "n3"): (Fate.LOST, 2, 6),
        ("n3", "n1"): (Fate.UNSEEN, 3, 7),
        ("n3", "n2"): (Fate.UNDER_WAY, 4, None),
        ("n2", "n1"): (Fate.UNSENT, None, 8),
    }


def test_a_message_sent_before_the_window_is_known_by_what_was_under_way() -> None:
    timeline = timeline_of(
        e.MessageSent(1, "n1", None, None, "n2", VOTE),
        e.MessageSent(1, "n1", None, None, "n3", VOTE),
        e.TermAdvanced(2, "n3", None, None, 1),
        e.MessageReceived(3, "n2", 1, None, "n1"),
    )

    window = window_between(timeline, 3, 5)

    assert [(it.fate, it.sent, it.message) for it in window.messages] == [(Fate.ARRIVES, 1, VOTE)]
    assert window.passing == 1


# --- noise -----------------------------------------------------------------------------------------------------------


def replicated() -> Timeline:
    """A heartbeat and its answer that change nothing, an entry and its answer that commits it, a refusal."""
    beat, entry = AppendEntries(1, 0, 0), AppendEntries(1, 0, 0, (Entry(1, 1),))
    return timeline_of(
        e.MessageSent(1, "n1", None, None, "n2", beat),
        e.MessageReceived(2, "n2", 1, None, "n1", beat),
        e.MessageSent(2, "n2", 2, None, "n1", AppendEntriesReply(1, True)),
        e.MessageReceived(3, "n1", 3, None, "n2", AppendEntriesReply(1, True)),
        e.MessageSent(4, "n1", None, None, "n2", entry),
        e.MessageReceived(5, "n2", 5, None, "n1", entry),
        e.MessageSent(5, "n2", 6, None, "n1", AppendEntriesReply(1, True, 1)),
        e.MessageReceived(6, "n1", 7, None, "n2", AppendEntriesReply(1, True, 1)),
        e.ProgressChanged(6, "n1", 8, None, "n2", 1),
        e.CommitAdvanced(6, "n1", 8, None, 1),
        e.MessageSent(7, "n2", None, None, "n1", AppendEntriesReply(1, False)),
        e.MessageReceived(8, "n1", 11, None, "n2", AppendEntriesReply(1, False)),
        e.ProgressChanged(9, "n1", None, None, "n2", 1),
    )


def test_noise_is_left_out_but_for_what_led_to_something() -> None:
    timeline = replicated()
    window = window_between(timeline, 1, len(timeline))

    assert [row.moment.first for row in window.rows()] == [5, 6, 8, 11, 12]
    assert [(it.sent, it.ends) for it in window.arrows()] == [(5, 6), (7, 8), (11, 12)]


def test_nothing_is_left_out_when_everything_is_asked_for() -> None:
    timeline = replicated()
    window = window_between(timeline, 0, len(timeline), EVERYTHING)

    assert sum(len(row.moment.events) for row in window.rows()) == len(timeline)
    assert len(window.arrows()) == 5


def test_the_cursors_own_event_is_shown_though_it_is_noise() -> None:
    timeline = replicated()
    window = window_between(timeline, 1, len(timeline))

    assert [row.moment.first for row in window.rows(2)] == [2, 5, 6, 8, 11, 12]
    assert (1, 2) in [(it.sent, it.ends) for it in window.arrows(2)]


def test_a_lost_heartbeat_is_noise_and_a_lost_vote_is_not() -> None:
    timeline = timeline_of(
        e.MessageSent(1, "n1", None, None, "n2", AppendEntries(1, 0, 0)),
        e.MessageSent(1, "n1", None, None, "n3", VOTE),
        e.MessageDropped(2, "n2", 1, None, "n1", "lose"),
        e.MessageDropped(2, "n3", 2, None, "n1", "lose"),
    )

    assert [it.target for it in window_between(timeline, 1, 5).arrows()] == ["n3"]
    assert [it.target for it in window_between(timeline, 3, 5).arrows()] == ["n3"], "sent before the window"


# --- the window ------------------------------------------------------------------------------------------------------


def test_a_window_holds_the_rows_that_were_asked_for() -> None:
    timeline = run()
    position = timeline.postings("BecameCandidate")[1]

    window = window_at(timeline, position, 12, 15)
    above = [row for row in window.rows(position) if row.moment.last < position]

    assert len(above) >= 12
    assert len(window.rows(position)) - len(above) > 15


def test_a_window_looks_at_no_more_events_than_it_may() -> None:
    timeline = run()
    window = window_at(timeline, 2_200, 10_000, 10_000)

    assert window.first >= 2_200 - REACH - 64
    assert window.last <= 2_200 + REACH
    assert len(window.events) >= 2 * REACH


@pytest.mark.parametrize("position", [45, 700, 1_337, 1_405])
def test_a_window_never_begins_within_a_moment(position: int) -> None:
    timeline = run()
    window = window_at(timeline, position, 3, 3)
    whole = window_between(timeline, 0, len(timeline))

    assert window.first in {row.moment.first for row in whole.moments}


def test_lanes_are_what_the_fold_says_after_each_moment() -> None:
    timeline = run()
    window = window_between(timeline, 1_300, 1_440)

    for row in window.moments:
        cluster = timeline.state(row.moment.last)
        assert {name: state.term for name, state in row.states.items()} == {
            name: node.current_term for name, node in cluster.nodes.items()
        }
    assert window.before["n4"].look is Look.LEADER
    assert window.moments[-1].states["n4"].look is Look.CRASHED
    assert window.moments[-1].states["n5"].look is Look.LEADER


def test_an_unknown_term_is_none() -> None:
    timeline = Timeline(TraceHeader(VERSION))
    timeline.append(e.SourceNoted(1, "n1", None, None, "it starts"))
    timeline.append(e.NodeObserved(2, "n2", None, None))

    states = window_between(timeline, 0, 2).moments[-1].states

    assert states["n2"].term is None
    assert states["n2"].look is Look.UNKNOWN


def test_lanes_that_take_part_are_shown_first_and_in_their_order() -> None:
    names = ("n1", "n2", "n3", "n4", "n5")

    assert lanes_that_fit(names, 5, ["n5"]) == (list(names), [])
    assert lanes_that_fit(names, 2, ["n5", "n2", "n1"]) == (["n2", "n5"], ["n1", "n3", "n4"])
    assert lanes_that_fit(names, 3, ["n4", "stranger"]) == (["n1", "n2", "n4"], ["n3", "n5"])


# --- happened before -------------------------------------------------------------------------------------------------


def influences(events: list[e.Event], first: int) -> list[set[int]]:
    """For each event all that happened before it, by the definition, without a graph."""
    before: list[set[int]] = []
    for place, event in enumerate(events):
        found: set[int] = set()
        own = [at for at in range(place) if lane_of(event) is not None and lane_of(events[at]) == lane_of(event)]
        causes = [] if event.cause is None or event.cause < first else [event.cause - first]
        for at in (*own[-1:], *causes):
            found |= {at, *before[at]}
        before.append(found)
    return before


@pytest.mark.parametrize("seed", [3, 11, 20])
def test_before_after_and_concurrent_are_lamports(seed: int) -> None:
    timeline = Timeline(TraceHeader(VERSION, nodes=NODES))
    for event in record(faulted(seed))[0][:700]:
        timeline.append(event)
    window = window_between(timeline, 150, 520)
    moments = [row.moment for row in window.moments]
    before = influences(window.events, window.first)
    possible = {
        Relation.BEFORE: "before", Relation.CAUSE: "before", Relation.AFTER: "after", Relation.CONSEQUENCE: "after",
        Relation.HERE: "here", Relation.CONCURRENT: "neither",
    }  # fmt: skip

    for position in range(window.first, window.last + 1, 7):
        found = relations(moments, position)
        for moment in moments:
            at, here = moment.first - window.first, position - window.first
            right = "before" if at in before[here] else "after" if here in before[at] else "neither"
            if position in moment:
                right = "here"
            assert possible[relation_of(found, moment)] == right, (position, moment)


def test_causes_and_consequences_are_those_that_the_trace_tells() -> None:
    timeline = timeline_of(
        e.BecameCandidate(1, "n1", None, None, 1),
        e.MessageSent(1, "n1", 1, None, "n2", VOTE),
        e.TermAdvanced(2, "n2", None, None, 1),
        e.MessageReceived(3, "n2", 2, None, "n1", VOTE),
        e.MessageSent(3, "n2", 4, None, "n1", YES),
        e.CommandGiven(4, "n3", None, None, command=_crash()),
        e.MessageReceived(5, "n1", 5, None, "n2", YES),
        e.TermAdvanced(6, "n1", None, None, 2),
    )
    moments = [row.moment for row in window_between(timeline, 1, 9, EVERYTHING).moments]

    found = relations(moments, 4)

    assert {moment.first: relation_of(found, moment).value for moment in moments} == {
        1: "cause", 3: "before", 4: "here", 6: "concurrent", 7: "consequence", 8: "after",
    }  # fmt: skip


def test_what_is_sent_before_an_event_of_the_same_moment_does_not_come_after_it() -> None:
    timeline = timeline_of(
        e.MessageSent(1, "n1", None, None, "n2", VOTE),
        e.TermAdvanced(1, "n1", None, None, 1),
        e.MessageReceived(2, "n2", 1, None, "n1", VOTE),
    )
    moments = [row.moment for row in window_between(timeline, 1, 4).moments]

    assert relation_of(relations(moments, 1), moments[-1]) is Relation.CONSEQUENCE
    assert relation_of(relations(moments, 2), moments[-1]) is Relation.CONCURRENT


def test_a_heartbeat_long_after_an_election_is_not_told_as_its_consequence() -> None:
    timeline = run()
    leads = timeline.postings("BecameLeader")[0]
    moments = [row.moment for row in window_between(timeline, leads - 5, leads + 60).moments]
    found = relations(moments, leads)
    beats = [moment for moment in moments if isinstance(moment.events[0], e.TimerFired)]

    assert relation_of(found, beats[0]) is Relation.CONSEQUENCE, "the timer itself was set by the election"
    assert relation_of(found, beats[1]) is Relation.AFTER


def test_of_an_event_outside_nothing_is_told() -> None:
    moments = [row.moment for row in window_between(run(), 0, 40).moments]

    assert relations(moments, 99) == {}


def test_it_loads_neither_textual_nor_networkx_until_it_is_asked_what_came_first() -> None:
    script = (
        "import sys, raftlab.view.space_time\n"
        "print(*(name for name in ('textual', 'networkx', 'numpy', 'raftlab.trace') if name in sys.modules), sep=',')"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == ""


def test_the_state_before_a_window_stays_the_timelines_own() -> None:
    timeline = run()
    before: Cluster = timeline.state(99)

    window_between(timeline, 100, 400)

    assert timeline.state(99) == before


def _crash() -> object:
    from raftlab.core.commands import Crash

    return Crash("n3")
