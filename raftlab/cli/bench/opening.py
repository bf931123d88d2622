"""What the figures of a timeline are measured by: a process that opens a trace, and prints what it found.

Opening and loading are told in seconds of the clock (somebody waits); what is done again and again in processor time,
which other work on the machine disturbs less.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from raftlab.trace import Timeline
    from raftlab.trace.search import Matcher

_SEEKS = 2_000
_STEPS = 200
_NEXTS = 100
_KEYS = {"kind": "BecameLeader", "node": "node:n3", "term": "term:1", "message": "message:RequestVote"}
_NEVER = "a text that no sentence has"
_SCREEN = (140, 45)
_PRESSES = 60
_SEARCHED = 1_000_000
"""So many events are searched, also of more: a rate doesn't change with them."""


def measure(path: str, size: str) -> dict[str, float]:
    """Figures of a trace of "one" or "ten" million events, by their names' last parts."""
    from raftlab.trace import Timeline

    begin = time.perf_counter()
    timeline = Timeline.open(path)
    timeline.state(len(timeline) - 1)
    first = time.perf_counter() - begin
    timeline.load()
    found = {"open_first_s": first, "open_whole_s": time.perf_counter() - begin}
    found["open_rss_mb" if size == "one" else "rss_mb"] = _rss_mb()
    seeks = sorted(_ms(timeline.state, place) for place in _places(timeline, _SEEKS))
    found |= {"seek_ms.median": seeks[_SEEKS // 2], "seek_ms.p99": seeks[_SEEKS * 99 // 100]}
    found |= _nexts(timeline)
    if size == "one":
        found |= _text_searches(timeline) | _predicate_searches(timeline) | _pages(timeline)
        found["searched_rss_mb"] = _rss_mb()
    else:
        found["step_ms"] = _step_ms(timeline)
        found |= _text_searches(timeline)
    return found


def _places(timeline: Timeline, count: int) -> list[int]:
    dice = random.Random(1)
    return [dice.randrange(len(timeline)) for _ in range(count)]


def _ms(work: Callable[..., object], *arguments: object) -> float:
    """The processor time that something takes."""
    begin = time.process_time()
    work(*arguments)
    return (time.process_time() - begin) * 1000


def _rss_mb() -> float:
    """The most memory that this process has had in use."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)


def _nexts(timeline: Timeline) -> dict[str, float]:
    """The slowest of some jumps to the next and the previous one, also where there is none."""
    places = [-1, len(timeline) - 1, *_places(timeline, _NEXTS)]
    return {
        f"next_ms.{name}": max(_ms(jump, key, place) for place in places for jump in (timeline.next, timeline.prev))
        for name, key in _KEYS.items()
    }


def _step_ms(timeline: Timeline) -> float:
    """The state one event on, deep in the trace, and then one event back: what each step of a debugger asks for."""
    work = []
    for place in _places(timeline, _STEPS):
        timeline.state(place)
        work.append((_ms(timeline.state, place + 1) + _ms(timeline.state, place)) / 2)
    return sorted(work)[_STEPS // 2]


def _text_searches(timeline: Timeline) -> dict[str, float]:
    """Events looked through in a second for a text that nowhere stands; and again for another one."""
    from raftlab.trace.search import TextMatcher
    from raftlab.view.describe import describe

    sentences = timeline.sentences(describe)
    return {
        "text_search_events_per_s": _rate(timeline, TextMatcher(_NEVER, sentences)),
        "text_again_search_events_per_s": _rate(timeline, TextMatcher(f"{_NEVER} either", sentences)),
    }


def _predicate_searches(timeline: Timeline) -> dict[str, float]:
    """The same for predicates that never hold: about the state, forward and backward, and about the event alone."""
    from raftlab.trace.query import Query
    from raftlab.trace.search import QueryMatcher

    about_state = QueryMatcher(Query("n2.term > 99"), rising=True)
    return {
        "predicate_search_events_per_s": _rate(timeline, about_state),
        "predicate_back_search_events_per_s": _rate(timeline, about_state, -1),
        "event_search_events_per_s": _rate(timeline, QueryMatcher(Query('rule == "no such rule"'))),
    }


def _rate(timeline: Timeline, matcher: Matcher, way: int = 1) -> float:
    from raftlab.trace.search import nearest

    count = min(_SEARCHED, len(timeline))
    begin = time.process_time()
    found = nearest(timeline, matcher, 0, count, way)
    rate = count / (time.process_time() - begin)
    assert found is None
    return rate


def _pages(timeline: Timeline) -> dict[str, float]:
    """What PageDown takes in the debugger, the key and all panes, as a median; and the list's own part of it.

    Before that, looking through the whole trace once for the list's filters and the tape (`index_s`).
    """
    import asyncio

    return asyncio.run(_press_pages(timeline))


async def _press_pages(timeline: Timeline) -> dict[str, float]:
    from raftlab.session import Lane, Session
    from raftlab.tui.app import RaftlabApp
    from raftlab.tui.debug import DebugScreen
    from raftlab.tui.events import EventList

    screen = DebugScreen(Session([Lane(timeline)]))
    found: dict[str, float] = {}
    async with RaftlabApp(lambda: screen).run_test(size=_SCREEN) as pilot:
        await pilot.pause()
        found["index_s"] = _ms(screen.scan.catch_up, 3600) / 1000
        listed = screen.query_one("#events", EventList)
        for name, level in (("plain", 0), ("filtered", 2)):
            listed.filter(level)
            screen.seek(len(timeline) // 2)
            await pilot.pause()
            whole, own = [], []
            for _ in range(_PRESSES):
                begin = time.process_time()
                await pilot.press("pagedown")
                whole.append((time.process_time() - begin) * 1000)
                own.append(_ms(listed.redraw))
            found[f"page_down_ms.{name}"] = sorted(whole)[_PRESSES // 2]
            found[f"page_down_list_ms.{name}"] = sorted(own)[_PRESSES // 2]
    return found


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(measure(sys.argv[2], sys.argv[1])))
