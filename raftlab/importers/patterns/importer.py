"""Reading a log with a file of patterns: lines become events, sendings find their arrivals, all is woven into one."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from raftlab.core.errors import TraceError
from raftlab.core.events import (
    BecameCandidate,
    Event,
    MessageReceived,
    MessageSent,
    NodeCrashed,
    NodeObserved,
    NodeRestarted,
    TermAdvanced,
    VoteGranted,
)
from raftlab.core.model import UP
from raftlab.core.origin import Origin
from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.patterns.knows import knows
from raftlab.importers.patterns.shape import Shape
from raftlab.importers.stamps import micros
from raftlab.importers.story import Story
from raftlab.importers.weave import weave

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from raftlab.importers.patterns.patterns import Patterns, Rule
    from raftlab.importers.source import Progress, Source

_NO_MATCH: Final = "matches no pattern"
_UNITS: Final = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}
_clock: Final = msgspec.json.Decoder(dict[str, int]).decode


class _Line(Struct, eq=False):
    """One line that is an event. `key` pairs a sending with its arrival; `clock` is its vector clock, if it has one."""

    source: int
    line: int
    at_us: int
    stamp: str
    node: str
    event: type[Event]
    fields: dict[str, Any]
    key: tuple[str, ...] | None = None
    clock: dict[str, int] = {}
    needs: tuple[_Line, ...] = ()
    sending: _Line | None = None
    arrives: bool = False
    told: bool = False
    position: int | None = None


def read_with(patterns: Patterns, sources: Sequence[Source], progress: Progress | None = None) -> Imported:
    """The trace of one cluster, from its nodes' files (or one of all).

    Raises:
        TraceError: a file breaks off, or no line matches.
    """
    reports = [FileReport(source.name, patterns.name, skipped={}) for source in sources]
    shapes = {id(rule): Shape(rule.event, rule.message) for rule in patterns.rules if rule.event is not None}
    streams: dict[tuple[int, str], list[_Line]] = {}
    for number, (source, report) in enumerate(zip(sources, reports, strict=True)):
        for line in _Reader(patterns, shapes, number, report).lines(source, progress):
            streams.setdefault((number, line.node), []).append(line)
    lines = [line for stream in streams.values() for line in stream]
    _pair(lines)
    _order_by_clocks(streams)
    clocked = patterns.time != "none"
    story = _tell(weave(list(streams.values())), reports, clocked)
    if not story.events:
        seen = ", ".join(f"{count} {reason}" for reason, count in reports[0].skipped.items())
        raise TraceError(f"no line is an event by these patterns (of {reports[0].lines}: {seen})", file=reports[0].file)
    unit = "clock" if clocked else "step"
    return Imported(story.events, story.origins, knows(story.events), tuple(story.nodes), unit, reports)


class _Reader:
    """One file while it is read."""

    def __init__(self, patterns: Patterns, shapes: dict[int, Shape], number: int, report: FileReport) -> None:
        self.patterns, self.shapes, self.number, self.report = patterns, shapes, number, report
        self.latest_us: dict[str, int] = {}

    def lines(self, source: Source, progress: Progress | None) -> Iterator[_Line]:
        """The lines that are events; the others are counted."""
        for count, raw in source.lines(progress):
            self.report.lines = count
            found = self._line(count, raw.decode("utf-8", "replace").rstrip("\r\n"))
            if isinstance(found, str):
                self.report.skip(found)
            else:
                yield found

    def _line(self, count: int, text: str) -> _Line | str:
        told: dict[str, str] = {}
        if self.patterns.line is not None:
            whole = self.patterns.line.search(text)
            if whole is None:
                return "doesn't look like the pattern of a line"
            told = _groups(whole)
            text = told.get("text", "")
        for rule in self.patterns.rules:
            found = rule.match.search(text)
            if found is not None:
                return rule.skip if rule.event is None else self._event(rule, count, {**told, **_groups(found)})
        return _NO_MATCH

    def _event(self, rule: Rule, count: int, told: dict[str, str]) -> _Line | str:
        assert rule.event is not None
        for field, text in rule.given.items():
            told[field] = re.sub(r"\{(\w+)\}", lambda group: told.get(group[1], ""), text)
        names = self.patterns.names
        node = told.get("node", "")
        if not node:
            return "doesn't tell whose it is (no group 'node')"
        node = names.get(node, node)
        at_us = self._time(told.get("time"), count)
        if at_us is None:
            return "no time that can be read in it"
        try:
            fields = self.shapes[id(rule)].build(told, names)
            clock = _clock(told["clock"].encode()) if "clock" in told else {}
        except ValueError as error:
            return f"a value that doesn't fit its field ({error})"[:200]
        at_us = self.latest_us[node] = max(at_us, self.latest_us.get(node, at_us))
        line = _Line(self.number, count, at_us, told.get("time", ""), node, rule.event, fields, clock=clock)
        line.key = _key(line, told.get("id"))
        return line

    def _time(self, text: str | None, count: int) -> int | None:
        how = self.patterns.time
        if how == "none":
            return count
        if text is None:
            return None
        try:
            if how in _UNITS:
                return round(float(text) * _UNITS[how])
            if how == "iso":
                return micros(text)
            moment = datetime.strptime(text, how)
        except (ValueError, OverflowError):
            return None
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1_000_000)


def _groups(found: re.Match[str]) -> dict[str, str]:
    return {name: text for name, text in found.groupdict().items() if text is not None}


def _key(line: _Line, identifier: str | None) -> tuple[str, ...] | None:
    """What a sending and its arrival have in common."""
    if line.event is MessageSent:
        way = (line.node, str(line.fields.get("to")))
    elif line.event is MessageReceived:
        way = (str(line.fields.get("sender")), line.node)
    else:
        return None
    if identifier is not None:
        return (*way, identifier)
    message = line.fields.get("message")
    return (*way, "" if message is None else repr(message))


def _pair(lines: Sequence[_Line]) -> None:
    """Give each arrival its sending. From the last arrival backwards, each takes the latest sending that is left."""
    sendings: dict[tuple[str, ...], list[_Line]] = {}
    arrivals: dict[tuple[str, ...], list[_Line]] = {}
    for line in sorted(lines, key=lambda line: line.at_us):
        if line.key is not None:
            (sendings if line.event is MessageSent else arrivals).setdefault(line.key, []).append(line)
    for key, arrived in arrivals.items():
        sent = sendings.get(key, [])
        for arrival in reversed(arrived):
            alone = len(sent) == len(arrived) == 1  # then clocks that disagree don't matter
            while sent and sent[-1].at_us > arrival.at_us and not alone:
                sent.pop()
            if not sent:
                break
            sending = sent.pop()
            sending.arrives, arrival.sending = True, sending
            arrival.needs = (sending,)


def _order_by_clocks(streams: dict[tuple[int, str], list[_Line]]) -> None:
    """Vector clocks, where lines have them: a line needs what it knows of."""
    at = {
        (line.node, line.clock.get(line.node, 0)): line for stream in streams.values() for line in stream if line.clock
    }
    for stream in streams.values():
        known: dict[str, int] = {}
        for line in stream:
            news = [(node, count) for node, count in line.clock.items() if count > known.get(node, 0)]
            needs = (at.get(each) for each in news if each[0] != line.node)
            line.needs = (*line.needs, *(need for need in needs if need is not None))
            known.update(news)


def _tell(lines: Iterator[_Line], reports: Sequence[FileReport], clocked: bool) -> Story:
    story = Story()
    terms: dict[str, int] = {}
    for step, line in enumerate(lines):
        report = reports[line.source]
        story.turn_to(line.at_us if clocked else step, Origin(report.file, line.line, line.stamp))
        before = story.told()
        if line.node not in story.nodes and line.event not in (NodeCrashed, NodeRestarted):
            story.emit(NodeObserved, line.node, status=UP)
        _tell_one(story, line, terms)
        report.told += 1
        report.events += story.told() - before
    return story


def _tell_one(story: Story, line: _Line, terms: dict[str, int]) -> None:
    node, fields = line.node, dict(line.fields)
    term = fields.get("term")
    if isinstance(term, int) and _shows_term(line) and term > terms.get(node, -1):
        terms[node] = term
        if line.event is not TermAdvanced:
            story.emit(TermAdvanced, node, None, term=term)
    if line.event is MessageSent:
        line.position = story.send(node, fields["to"], fields["message"], None, arrives=line.arrives)
        return
    if line.event is MessageReceived and line.sending is not None:
        message = line.sending.fields["message"]
        line.position = story.arrive(node, fields["sender"], message, line.sending.position)
        return
    cause = max((need.position for need in line.needs if need.position is not None), default=None)
    line.position = story.emit(line.event, node, cause, **fields)
    if line.event is BecameCandidate and isinstance(term, int):
        story.emit(VoteGranted, node, line.position, candidate=node, term=term)  # a candidate votes for itself (5.2)


def _shows_term(line: _Line) -> bool:
    """Whether the event's term is its node's current one."""
    if line.event.__name__ in ("LeaderLearned", "TermAdvanced", "NodeObserved"):
        return line.event is not NodeObserved
    return line.event.__name__.startswith("Became") or (line.event is VoteGranted and not line.fields.get("pre"))
