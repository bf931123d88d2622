"""Times of day as the screen shows them, found again on the days of a trace."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from raftlab.core.errors import RaftlabError
from raftlab.core.events import TermAdvanced
from raftlab.session.moments import moment_us
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION


def us(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)


def timeline(*moments: str) -> Timeline:
    found = Timeline(TraceHeader(VERSION, source="etcd-log", nodes=("n1",), unit="clock"))
    for moment in moments:
        found.append(TermAdvanced(us(moment), "n1", None, None, 1))
    return found


ONE_DAY = ("2026-11-24T19:24:30.026500", "2026-11-24T19:24:41")
MIDNIGHT = ("2026-11-24T23:59:58", "2026-11-25T00:00:03")
TWO_DAYS = ("2026-11-24T19:00:00", "2026-11-25T19:30:00")
THREE_DAYS = ("2026-11-24T19:00:00", "2026-11-26T19:30:00")


@pytest.mark.parametrize(
    ("moments", "text", "means"),
    [
        (ONE_DAY, "19:24:40.050", "2026-11-24T19:24:40.050"),
        (ONE_DAY, "19:24:40.05Z", "2026-11-24T19:24:40.050"),
        (ONE_DAY, "19:24", "2026-11-24T19:24:00"),
        (ONE_DAY, "20:00", "2026-11-24T20:00:00"),
        (MIDNIGHT, "23:59:59", "2026-11-24T23:59:59"),
        (MIDNIGHT, "0:00:01", "2026-11-25T00:00:01"),
        (MIDNIGHT, "12:00", "2026-11-25T12:00:00"),
        (TWO_DAYS, "18:59", "2026-11-25T18:59:00"),
        (ONE_DAY, "2026-11-24T20:24:40+01:00", "2026-11-24T19:24:40"),
    ],
)
def test_a_time_of_day_is_on_the_day_of_the_trace(moments: tuple[str, ...], text: str, means: str) -> None:
    assert moment_us(text, timeline(*moments)) == us(means)


def test_one_that_was_on_several_days_asks_for_the_day() -> None:
    with pytest.raises(RaftlabError, match=r"on 3 days.*2026-11-24T19:10:00Z or 2026-11-25T19:10:00Z"):
        moment_us("19:10:00", timeline(*THREE_DAYS))


def test_the_first_event_is_found_by_its_shown_time() -> None:
    moments = ("2026-11-24T19:24:30.026500", "2026-11-25T10:00:00")
    assert moment_us("19:24:30.026", timeline(*moments)) == us("2026-11-24T19:24:30.026")


@pytest.mark.parametrize("text", ["25:00", "12:61", "12:00:60", "soon"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|Invalid"):
        moment_us(text, timeline(*ONE_DAY))


def test_a_day_without_a_zone_is_told() -> None:
    with pytest.raises(RaftlabError, match="no zone"):
        moment_us("2026-11-24T19:24:40", timeline(*ONE_DAY))
