"""Words that all answers share: times, spans, lists, numbers and plurals, the end of a log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from raftlab.core import messages as m
from raftlab.core.times import format_span, format_us

if TYPE_CHECKING:
    from raftlab.core.messages import AnyMessage
    from raftlab.trace import Timeline

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_MESSAGES: Final[dict[type, str]] = {
    m.RequestVote: "a vote request",
    m.RequestVoteReply: "an answer to a vote request",
    m.PreVote: "a pre-vote request",
    m.PreVoteReply: "an answer to a pre-vote",
    m.AppendEntries: "an append message",
    m.AppendEntriesReply: "an append answer",
    m.InstallSnapshot: "a snapshot",
    m.InstallSnapshotReply: "an answer to a snapshot",
    m.TimeoutNow: "an order to stand at once",
    m.Heartbeat: "a heartbeat",
    m.HeartbeatReply: "an answer to a heartbeat",
    m.ReadIndex: "a read request",
    m.ReadIndexReply: "an answer to a read request",
    m.Proposal: "a forwarded proposal",
}


class Times:
    """How a timeline's times are written: the day is left out where the whole trace is of one day."""

    def __init__(self, unit: str, first_us: int, last_us: int) -> None:
        self.unit = unit
        self._one_day = unit == "clock" and _moment(first_us).date() == _moment(last_us).date()

    def at(self, time_us: int) -> str:
        """A moment."""
        if self.unit == "us":
            return format_us(time_us)
        if self.unit != "clock":
            return f"step {time_us}"
        moment = _moment(time_us)
        clock = f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"
        return clock if self._one_day else f"{moment:%Y-%m-%d} {clock}"

    def span(self, from_us: int, to_us: int) -> str:
        """How long."""
        length = max(0, to_us - from_us)
        if self.unit == "step":
            return plural(length, "step")
        if length < 100_000_000:
            return f"{length / 1e6:.2f} s" if length >= 1_000_000 else format_span(length)
        minutes, seconds = divmod(length // 1_000_000, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"

    def between(self, from_us: int, to_us: int) -> str:
        """From when to when."""
        return f"at {self.at(from_us)}" if from_us == to_us else f"between {self.at(from_us)} and {self.at(to_us)}"


def times_of(timeline: Timeline) -> Times:
    """How a timeline's times are written."""
    return Times(timeline.header.unit, timeline.time_of(0), timeline.end_us)


def _moment(time_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=time_us)


def message_words(message: AnyMessage | None) -> str:
    """What kind of message it is."""
    if isinstance(message, m.OtherMessage):
        return f"a {message.name} message"
    return "a message" if message is None else _MESSAGES.get(type(message), "a message")


def listed(names: Iterable[str]) -> str:
    """n1, n2 and n3."""
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nobody"


def plural(count: int, noun: str, many: str = "") -> str:
    """3 terms, 1 term."""
    return f"{count} {noun if count == 1 else many or noun + 's'}"


def terms(numbers: Iterable[int]) -> str:
    """term 3, terms 3 to 7, terms 3, 5 and 9."""
    found = sorted(set(numbers))
    if len(found) == 1:
        return f"term {found[0]}"
    return f"terms {ranges(found)}"


def ranges(numbers: Sequence[int]) -> str:
    """3 to 7; 3, 5 and 9; with more than six pieces the first and last of them."""
    pieces: list[tuple[int, int]] = []
    for number in numbers:
        if pieces and number == pieces[-1][1] + 1:
            pieces[-1] = (pieces[-1][0], number)
        else:
            pieces.append((number, number))
    if len(pieces) > 6:
        return f"{numbers[0]} to {numbers[-1]} ({len(numbers)} of them)"
    texts: list[str] = []
    for first, last in pieces:
        if last > first + 1:
            texts.append(f"{first} to {last}")
        else:
            texts += [str(number) for number in range(first, last + 1)]
    return listed(texts)


def log_end(index: int, term: int) -> str:
    """Where a log ends."""
    return "is empty" if index == 0 else f"ends at entry {index} of term {term}"
