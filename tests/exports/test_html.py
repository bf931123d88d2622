"""The page that steps in a browser: what it shows is what the trace says, whoever steps and however."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from raftlab.cli.output import shown_time
from raftlab.core.invariants import Broken
from raftlab.core.log import UNKNOWN
from raftlab.core.model import CRASHED, REMOVED
from raftlab.exports.frames import SHOWN_ENTRIES, same
from raftlab.exports.html import page
from raftlab.exports.range import Range
from raftlab.trace import Timeline
from raftlab.view.describe import describe
from raftlab.view.looks import word_for
from raftlab.view.tape import TermTape
from tests.exports.browser import CHROMIUM, NO_BROWSER, Browser
from tests.exports.ranges import real, run, told

DOWN = (CRASHED, REMOVED)
MODIFIED = ("stand-without-raising-term",)


def crash() -> Timeline:
    return run("leader-crash", 3_500_000)


@cache
def text_of(timeline: Timeline, start: int = 0, broken: tuple[Broken, ...] = ()) -> str:
    return page(timeline, Range(start, len(timeline)), broken, lambda at_us: shown_time(at_us, timeline.header.unit))


def data_of(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="trace">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def states(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes after each event, patch by patch; each snapshot is what the patches before it give."""
    nodes = json.loads(json.dumps(data["snapshots"][0].get("nodes", {})))
    for place, patch in enumerate(data["patches"], 1):
        for name, fields in patch.get("nodes", {}).items():
            if fields is None:
                del nodes[name]
            else:
                nodes[name] = {**nodes.get(name, {}), **fields}
        if place % data["each"] == 0:
            assert data["snapshots"][place // data["each"]]["nodes"] == nodes
        yield nodes


def flights(data: dict[str, Any]) -> Iterator[set[int]]:
    found = set(data["snapshots"][0].get("flights", []))
    for patch in data["patches"]:
        found = (found | set(patch.get("sent", []))) - set(patch.get("gone", []))
        yield found


@pytest.mark.parametrize(
    ("recorded", "start"),
    [(crash, 0), (crash, 700), (lambda: real().timeline, 0), (lambda: run("joint-consensus"), 0)],
)
def test_its_states_are_the_timelines(recorded: Callable[[], Timeline], start: int) -> None:
    timeline = recorded()
    data = data_of(text_of(timeline, start))
    names = data["nodes"]

    for place, (nodes, under_way) in enumerate(zip(states(data), flights(data), strict=True), start):
        if place % 31 and place != len(timeline) - 1:
            continue
        cluster = timeline.state(place)
        assert {names[int(number)] for number in nodes} == set(cluster.nodes)
        assert under_way == set(cluster.flights)
        for number, shown in nodes.items():
            node = cluster.nodes[names[int(number)]]
            assert shown["w"] == word_for(cluster, node)
            assert same(shown["t"], False if node.current_term is UNKNOWN else node.current_term)
            vote = shown["v"] if shown["v"] is None or shown["v"] is False else names[shown["v"]]
            assert same(vote, False if node.voted_for is UNKNOWN else node.voted_for)
            commit = False if node.commit_index is UNKNOWN or node.status in DOWN else node.commit_index
            assert same(shown["c"], commit)
            log = [tuple(data["entries"][it][:3]) for it in shown["g"]]
            assert log == [(it.index, it.term, it.kind) for it in node.log.tail(SHOWN_ENTRIES)]


def test_what_is_not_told_is_not_nought() -> None:
    data = data_of(text_of(real().timeline))

    commits = [fields["c"] for patch in data["patches"] for fields in patch.get("nodes", {}).values() if "c" in fields]
    assert 0 in [it for it in commits if it is not False]
    assert any(it is False for it in commits)


def test_its_turns_are_those_of_the_term_tape() -> None:
    timeline = crash()
    tape = TermTape()
    tape.extend(timeline.events())
    turns = []
    at: int | None = -1
    while (at := tape.next_important(at)) is not None:
        turns.append(at)

    shown = data_of(text_of(timeline))["turns"]

    assert [it for it in turns if it != 0] == shown  # how the story begins isn't a place to go to: Home is


def test_a_page_says_that_its_raft_is_modified() -> None:
    data = data_of(text_of(run("second-election", off=MODIFIED)))

    assert data["modified"] == "modified Raft: stand-without-raising-term"
    assert data_of(text_of(crash()))["modified"] == ""


def test_no_text_can_end_the_document_it_stands_in() -> None:
    from raftlab.core import events as e

    evil = "</script><script>alert(1)</script><!--"
    timeline = told(e.SourceNoted(0, "n1", None, None, evil))

    text = text_of(timeline)

    assert evil not in text
    assert evil in data_of(text)["events"][0][3]


def test_a_page_needs_nothing_from_anywhere() -> None:
    text = text_of(crash())
    own = text.replace("http://www.w3.org/2000/svg", "")

    assert "http:" not in own
    assert "https:" not in own
    assert "default-src 'none'" in own
    assert len(text) < len(crash()) * 400


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(NO_BROWSER)
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of pages."""
    folder = tmp_path_factory.mktemp("pages")
    texts = {
        "crash": text_of(crash()),
        "late": text_of(crash(), 700),
        "real": text_of(real().timeline),
        "modified": text_of(run("second-election", off=MODIFIED), 0, (Broken("Election Safety", 166, "two lead"),)),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, "utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


def caption(browser: Browser) -> str:
    return str(browser.value("document.getElementById('caption').textContent"))


def shown(browser: Browser) -> dict[str, list[str]]:
    """Each node of the picture: its look, and the words in it."""
    script = """Object.fromEntries([...document.querySelectorAll('#cluster [data-node]')].map((it) =>
        [it.dataset.node, [it.dataset.look, ...[...it.querySelectorAll('text')].map((text) => text.textContent)]]))"""
    return dict(browser.value(script))


def test_a_link_to_an_event_shows_it(browser: Browser, pages: dict[str, str]) -> None:
    timeline = crash()
    chance = random.Random(5)
    browser.open(pages["crash"])
    for position in [0, len(timeline) - 1, 255, 256, 257, *chance.sample(range(len(timeline)), 12)]:
        browser.value(f"new Promise((done) => {{ location.hash = 'event={position}'; setTimeout(done, 30); }})")
        cluster = timeline.state(position)
        assert caption(browser) == describe(timeline.event(position))
        for name, node in cluster.nodes.items():
            words = shown(browser)[name]
            assert words[1:] == [name, f"T {node.current_term}", word_for(cluster, node)]
    assert browser.complaints() == []


def test_keys_step_and_jump(browser: Browser, pages: dict[str, str]) -> None:
    timeline = crash()
    turns = data_of(text_of(timeline))["turns"]
    browser.open(pages["crash"] + "#event=300")

    def after(*keys: str) -> int:
        for key in keys:
            browser.press(key)
        position = int(str(browser.value("location.hash")).removeprefix("#event="))
        assert caption(browser) == describe(timeline.event(position))
        return position

    assert after("ArrowRight", "ArrowRight", "ArrowLeft") == 301
    assert after("Home") == 0
    assert after("ArrowLeft") == 0
    assert after("n") == turns[0]
    assert after("n", "n") == turns[2]
    assert after("P") == turns[1]
    assert after("End") == len(timeline) - 1
    assert after("ArrowRight") == len(timeline) - 1
    assert browser.complaints() == []


def test_space_plays_and_stops(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["crash"] + "#event=300")
    browser.value("window.setInterval = (work) => { window.tick = work; return 1; }")
    browser.press(" ")
    browser.value("tick()")
    after = int(str(browser.value("location.hash")).removeprefix("#event="))
    assert after > 300
    assert browser.value("document.getElementById('play').textContent") == "❚❚ stop"
    browser.press(" ")
    assert browser.value("document.getElementById('play').textContent") == "▶ play"


def test_rows_of_the_list_are_those_around_the_event_and_go_there(browser: Browser, pages: dict[str, str]) -> None:
    browser.resize(1280, 800)
    browser.open(pages["crash"] + "#event=900")

    assert browser.value("document.querySelector('[aria-selected=true]').dataset.position") == "900"
    assert browser.value("document.querySelectorAll('.row').length") < 60
    browser.value("document.getElementById('row-903').click()")
    assert caption(browser) == describe(crash().event(903))


def test_a_range_keeps_the_traces_numbers(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["late"])
    assert caption(browser) == describe(crash().event(700))
    browser.open(pages["late"] + "#event=12")
    assert caption(browser) == describe(crash().event(700)), "the nearest there is"


def test_imported_events_show_file_and_line_and_what_is_not_told(browser: Browser, pages: dict[str, str]) -> None:
    timeline = real().timeline
    browser.open(pages["real"] + "#event=129")

    origin = timeline.origin(129)
    assert origin is not None
    assert f"{origin.file}:{origin.line}" in browser.value("document.getElementById('facts').textContent")
    assert "doesn't tell" in browser.value("document.getElementById('log-key').textContent")
    browser.open(pages["real"] + "#event=1")
    assert "n2" in shown(browser)
    assert shown(browser)["n2"] == ["", "n2"], "nobody has spoken of it yet"
    assert browser.complaints() == []


def test_modified_raft_and_what_broke_are_said_at_the_top(browser: Browser, pages: dict[str, str]) -> None:
    def badge(name: str) -> Any:
        return browser.value(f"(it => it.hidden ? null : it.textContent)(document.getElementById('{name}'))")

    browser.open(pages["modified"] + "#event=100")
    assert badge("modified") == "modified Raft: stand-without-raising-term"
    assert badge("broken") is None
    browser.open(pages["modified"] + "#event=166")
    assert badge("broken") == "✕ Election Safety is broken: two lead event 166"
    browser.open(pages["crash"])
    assert badge("modified") is None


@pytest.mark.parametrize(("width", "height"), [(360, 640), (1280, 720), (3840, 2160)])
def test_nothing_is_wider_than_the_window(browser: Browser, pages: dict[str, str], width: int, height: int) -> None:
    browser.resize(width, height)
    browser.open(pages["crash"] + "#event=900")

    assert browser.value("document.documentElement.scrollWidth") <= width
    tall = browser.value("document.getElementById('cluster').getBoundingClientRect().height")
    assert tall > 180
    visible = browser.value("document.getElementById('step').getBoundingClientRect().bottom <= innerHeight")
    assert visible


def test_colours_follow_what_the_reader_prefers(browser: Browser, pages: dict[str, str]) -> None:
    grounds = []
    for dark in (False, True):
        browser.resize(1280, 720, dark=dark)
        browser.open(pages["crash"])
        grounds.append(browser.value("getComputedStyle(document.body).backgroundColor"))

    assert grounds == ["rgb(250, 251, 248)", "rgb(16, 18, 24)"]
