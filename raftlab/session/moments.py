"""Moments of a clock as a person types them: whole, or only the time of day that the screen shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from raftlab.core.errors import RaftlabError

if TYPE_CHECKING:
    from raftlab.trace import Timeline

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US: Final = 86_400_000_000
_OF_DAY: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?\s*(?:Z|UTC)?", re.IGNORECASE)


def moment_us(text: str, timeline: Timeline) -> int:
    """Microseconds since the epoch: of ISO 8601 with a zone, or of a time of day (UTC) on a day of the timeline.

    Raises:
        ValueError: it is neither.
        RaftlabError: it has no zone, or the trace saw this time of day on more than one day.
    """
    found = _OF_DAY.fullmatch(text.strip())
    if found is not None:
        return _on_its_day(text.strip(), _of_day(found), timeline)
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        raise RaftlabError(f"{text!r} has no zone; add Z for UTC, or an offset such as +01:00")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _of_day(found: re.Match[str]) -> int:
    """Microseconds since midnight."""
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"{found[0]!r} is no time of day")
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + int((found[4] or "0").ljust(6, "0"))


def _on_its_day(text: str, of_day_us: int, timeline: Timeline) -> int:
    """On the one day of a trace; of several days on the one that has it, else the first time after the beginning."""
    first, last = (timeline.time_of(0), timeline.time_of(len(timeline) - 1)) if len(timeline) else (0, 0)
    days = range(first // _DAY_US, last // _DAY_US + 1)
    moments = [day * _DAY_US + of_day_us for day in days]
    if len(moments) == 1:
        return moments[0]
    # What is shown is cut to milliseconds, so the first event's own time may lie a little before it.
    within = [moment for moment in moments if first - first % 1000 <= moment <= last]
    if len(within) > 1:
        whole = " or ".join(f"{_EPOCH + timedelta(microseconds=it):%Y-%m-%dT}{text.rstrip('Zz')}Z" for it in within[:2])
        raise RaftlabError(f"{text} is in this trace on {len(within)} days; write the day too, as in {whole}")
    return within[0] if within else next(moment for moment in [*moments, moments[-1] + _DAY_US] if moment >= first)
