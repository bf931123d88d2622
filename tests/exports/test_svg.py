"""The space-time diagram as SVG: what it shows, that it is XML whatever a trace says, and when it refuses."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from raftlab.core import events as e
from raftlab.core.errors import TraceError
from raftlab.core.messages import RequestVote
from raftlab.exports import svg
from raftlab.exports.svg import space_time_svg
from raftlab.session import open_traces
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION
from raftlab.view.palette import LIGHT, mix, term_colour
from tests.exports.ranges import LOGS, run

NAMESPACE = "{http://www.w3.org/2000/svg}"


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture.encode("utf-8"))


def texts(picture: str) -> list[str]:
    return [it.text or "" for it in parsed(picture).iter(f"{NAMESPACE}text")]


def story(*events: e.Event, nodes: tuple[str, ...] = ("n1", "n2", "n3"), unit: str = "us") -> Timeline:
    timeline = Timeline(TraceHeader(VERSION, nodes=nodes, unit=unit))
    timeline.append(e.ClusterCreated(events[0].at_us, None, None, None, nodes))
    for event in events:
        timeline.append(event)
    return timeline


def crash_and_election() -> str:
    timeline = run("leader-crash")
    crash = timeline.postings("NodeCrashed")[0]
    leads = timeline.postings("BecameLeader")[1]
    return space_time_svg(timeline, crash - 12, leads + 40)


def test_a_crash_and_the_election_that_follows() -> None:
    said = texts(crash_and_election())

    assert {"leader-crash", "n1", "n5", "crashes", "stands", "leads", "vote? 2", "vote yes"} <= set(said)
    assert "n5 becomes the leader of term 2." in said
    assert "2.500 s" in said
    assert any(text.startswith("events ") and "of noise left out" in text for text in said)


def test_it_needs_nothing_else() -> None:
    picture = crash_and_election()

    assert picture.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg ')
    assert not [word for word in ("href", "url(http", "@import", "<script", "<image") if word in picture]
    assert picture == crash_and_election()


def test_lanes_stand_in_order_and_bands_tell_terms_and_leaders() -> None:
    root = parsed(crash_and_election())
    names = [
        (float(it.attrib["x"]), it.text) for it in root.iter(f"{NAMESPACE}text") if it.attrib.get("class") == "name"
    ]
    bands = [it.attrib for it in root.iter(f"{NAMESPACE}rect") if it.attrib.get("width") in ("16.0", "7.0")]
    first, second = (mix(term_colour(term), LIGHT.ground, 0.25) for term in (1, 2))

    assert [name for _, name in sorted(names)[::2]] == ["n1", "n2", "n3", "n4", "n5"]
    leading = [(it["fill"], round(float(it["x"]) + 8)) for it in bands if it["width"] == "16.0"]
    columns = dict(sorted((name, round(x)) for x, name in names))
    assert leading == [(first, columns["n4"]), (second, columns["n5"])]
    assert sum(it["fill"] == "url(#standing)" for it in bands) == 2, "two stood for election"


def test_a_lost_message_has_a_cross_and_an_arrow_a_head() -> None:
    vote = RequestVote(1, 0, 0)
    timeline = story(
        e.MessageSent(1, "n1", None, None, "n2", vote),
        e.MessageSent(1, "n1", None, None, "n3", vote),
        e.MessageReceived(2, "n2", 1, None, "n1", vote),
        e.MessageDropped(3, "n3", 2, None, "n1", "lose"),
    )
    arrived = space_time_svg(timeline, 1, 4)
    both = space_time_svg(timeline, 1, 5)
    cross = 'class="cross" d="M'

    assert arrived.count("M0 0 L-9 -4") == both.count("M0 0 L-9 -4") == 1
    assert (arrived.count(cross), both.count(cross)) == (0, 1)


def test_what_real_logs_do_not_tell_is_marked() -> None:
    timeline = open_traces(LOGS).timeline
    said = texts(space_time_svg(timeline, 0, len(timeline)))

    assert "? vote? 3" in said or "vote? 3 ?" in said
    assert "19:50:32.903" in said
    assert any("2026-11-23 UTC" in text for text in said)


def test_modified_raft_is_labelled() -> None:
    plain = space_time_svg(run("rival-candidates"), 0, 60)
    modified = Timeline(TraceHeader(VERSION, nodes=("n1",), modified=("commit_any_term",)))
    modified.append(e.ClusterCreated(0, None, None, None, ("n1",)))

    assert "modified Raft" not in plain
    assert "modified Raft: commit_any_term" in texts(space_time_svg(modified, 0, 1))


def test_whatever_a_trace_says_it_is_xml() -> None:
    names = ('<n&1">', "n\x00\x1b2", "n\ud8003")
    timeline = story(
        e.SourceNoted(1, names[0], None, None, "]]> & <b> \x07 \uffff"),
        e.MessageSent(2, names[1], None, None, names[0], RequestVote(1, 0, 0)),
        e.BecameLeader(3, names[2], None, None, 1),
        nodes=names,
    )

    said = texts(space_time_svg(timeline, 0, 4, title="a < b & c\x0b"))

    assert '<n&1">' in said
    assert "a < b & c�" in said
    assert "n��2" in said


def test_a_source_without_a_clock_has_steps_of_one_height() -> None:
    timeline = story(
        *(e.BecameCandidate(at, f"n{1 + at % 3}", None, None, 1) for at in (1, 2, 900_000_000)), unit="step"
    )
    root = parsed(space_time_svg(timeline, 1, 4))
    stamps = [it for it in root.iter(f"{NAMESPACE}text") if it.attrib.get("class") == "stamp muted"]
    heights = [float(it.attrib["y"]) for it in stamps]

    assert [it.text for it in stamps] == ["step 1", "step 2", "step 900000000"]
    assert heights[1] - heights[0] == heights[2] - heights[1]


def test_a_longer_time_has_a_wider_gap_but_not_for_ever() -> None:
    times = (0, 1_000, 1_000_000, 3_600_000_000, 360_000_000_000)
    timeline = story(*(e.BecameCandidate(at, f"n{1 + place % 3}", None, None, 1) for place, at in enumerate(times)))
    root = parsed(space_time_svg(timeline, 1, 6))
    heights = [float(it.attrib["y"]) for it in root.iter(f"{NAMESPACE}text") if it.attrib.get("class") == "stamp muted"]
    gaps = [later - earlier for earlier, later in pairwise(heights)]

    assert gaps[0] < gaps[1] < gaps[2]
    assert max(gaps) <= 70


def test_too_much_is_refused_with_what_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = run("leader-crash")

    monkeypatch.setattr(svg, "MOST_ROWS", 30)
    with pytest.raises(
        TraceError, match=r"rows, more than .* \(the most is 30\); narrow .* --from 0 --to \d+$"
    ) as found:
        space_time_svg(timeline, 0, 1_500)
    last = int(str(found.value).rpartition(" ")[2])
    assert space_time_svg(timeline, 0, last + 1), "what it advises can be drawn"
    monkeypatch.setattr(svg, "MOST_EVENTS", 100)
    with pytest.raises(TraceError, match=r"1,500 events are too many .* \(the most is 100\); narrow it with --from"):
        space_time_svg(timeline, 0, 1_500)
    with pytest.raises(TraceError, match="nothing to draw"):
        space_time_svg(timeline, 70, 70)


def test_noise_is_drawn_when_everything_is_asked_for() -> None:
    timeline = run("leader-crash")
    few, all_of_it = (space_time_svg(timeline, 0, 120, everything=it) for it in (False, True))

    assert "ok 0" not in texts(few)
    assert "ok 0" in texts(all_of_it)
    assert not any("of noise" in text for text in texts(all_of_it))
