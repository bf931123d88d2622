"""Times as the narrow columns of a screen show them, in a timeline's own unit; and as a person types them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from raftlab.core.errors import RaftlabError
from raftlab.core.times import format_us, parse_duration
from raftlab.session.moments import moment_us

if TYPE_CHECKING:
    from raftlab.trace import Timeline

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def short_time(time_us: int, unit: str) -> str:
    """A time in at most 12 letters: 12.430 s, 19:50:36.070, step 412."""
    if unit == "clock":
        return (_EPOCH + timedelta(microseconds=time_us)).strftime("%H:%M:%S.%f")[:-3]
    if unit == "step":
        return f"step {time_us}"
    seconds, rest = divmod(time_us, 1_000_000)
    return f"{seconds}.{rest // 1000:03d} s"


def full_time(time_us: int, unit: str) -> str:
    """The same, whole."""
    if unit == "clock":
        return (_EPOCH + timedelta(microseconds=time_us)).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    return f"step {time_us}" if unit == "step" else format_us(time_us)


def parse_place(text: str, timeline: Timeline) -> int:
    """The position that a person names: an event's number, or a time (of the last event at or before it).

    Raises:
        RaftlabError: it is neither, it is ambiguous, or this source has no clock.
    """
    text = text.strip()
    if text.lstrip("-").isdigit():
        return max(-1, min(int(text), len(timeline) - 1))
    unit = timeline.header.unit
    if unit == "step":
        raise RaftlabError("this source has no clock; type the number of an event")
    try:
        time_us = parse_duration(text)
        return timeline.index_at(time_us + (timeline.time_of(0) if unit == "clock" else 0))
    except ValueError:
        pass
    try:
        return timeline.index_at(moment_us(text, timeline) if unit == "clock" else int(text))
    except ValueError:
        wanted = "19:50:36.070, or 2.5s since the first event" if unit == "clock" else "a time such as 2.5s or 250ms"
        raise RaftlabError(f"{text!r} is no place: type the number of an event, or {wanted}") from None
