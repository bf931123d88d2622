"""Files of patterns: read, and every mistake told with its line and column.

    patterns: my-raft
    line: '^(?<time>\\S+) \\[(?<node>\\w+)\\] (?<text>.*)$'
    time: iso
    names: {10.0.0.1: n1}
    events:
      - match: 'became leader at term (?<term>\\d+)'
        event: BecameLeader
      - match: 'sent (?<id>\\d+) append to (?<to>\\w+) term (?<term>\\d+)'
        event: MessageSent
        message: AppendEntries
      - match: 'vote for (?<candidate>\\w+) refused'
        event: VoteRefused
        with: {reason: log}
      - match: 'http'
        skip: requests of clients

A group's name is a field of the event (or of its message); docs/patterns.md tells the rest.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.core.events import AnyEvent, Event, MessageSent
from raftlab.core.messages import AnyMessage, Message
from raftlab.documents.located import Document
from raftlab.importers.patterns.patterns import CLOCKS, GENERAL, Patterns, Rule
from raftlab.importers.patterns.shape import Shape
from raftlab.importers.regexes import python_spelling

if TYPE_CHECKING:
    from raftlab.documents.located import Reader

_NOT_FROM_LINES: Final = frozenset(
    {"ClusterCreated", "CommandGiven", "CommandLeftOut", "InvariantBroken", "MessageDuplicated"}
)
"""Events that no line of a server's can tell."""

EVENTS: Final[dict[str, type[Event]]] = {
    kind.__name__: kind for kind in AnyEvent.__args__ if kind.__name__ not in _NOT_FROM_LINES
}
MESSAGES: Final[dict[str, type[Message]]] = {kind.__name__: kind for kind in AnyMessage.__args__}


def read_patterns(path: Path | str) -> Patterns:
    """A file of patterns.

    Raises:
        TraceError: it can't be read, or says something that can't be; all mistakes are named.
    """
    file = str(path)
    try:
        text = Path(path).read_text("utf-8")
    except UnicodeDecodeError:
        raise TraceError("this isn't text; a file of patterns is YAML", file=file) from None
    except FileNotFoundError:
        message = "there is no such file; --kind takes the name of a kind, or a YAML file of patterns"
        raise TraceError(message, file=file) from None
    except OSError as error:
        raise TraceError(f"this file can't be read: {error.strerror or error}", file=file) from None
    document = Document(text, file, TraceError)
    fields = document.reader().fields(("events",), ("patterns", "line", "time", "names"))
    line = _regex(fields["line"]) if "line" in fields else None
    if line is not None and "text" not in line.groupindex:
        fields["line"].wrong("the pattern of a line needs a group (?<text>...): what the events' patterns look at")
    shared = frozenset(line.groupindex) if line is not None else frozenset()
    rules = tuple(_rule(item, shared) for item in (fields["events"].items() if "events" in fields else ()))
    if "events" in fields and not rules:
        fields["events"].wrong("there is no event to look for")
    found = Patterns(
        fields["patterns"].text() if "patterns" in fields else Path(file).stem,
        rules,
        line,
        _time(fields["time"]) if "time" in fields else "iso",
        {name: value.text() for name, value in fields["names"].pairs().items()} if "names" in fields else {},
    )
    document.finish()
    return found


def _time(reader: Reader) -> str:
    text = reader.text()
    if "%" not in text:
        return reader.choice(CLOCKS)
    return text


def _regex(reader: Reader) -> re.Pattern[str]:
    text = reader.text()
    try:
        return re.compile(python_spelling(text))
    except (re.error, RecursionError, OverflowError) as error:
        reader.wrong(f"{text!r} is no regular expression: {error}")
        return re.compile("")


def _rule(reader: Reader, shared: frozenset[str]) -> Rule:
    fields = reader.fields(("match",), ("event", "message", "with", "skip"))
    match = _regex(fields["match"]) if "match" in fields else re.compile("")
    given = {name: value.text() for name, value in fields["with"].pairs().items()} if "with" in fields else {}
    if "skip" in fields:
        if "event" in fields:
            fields["skip"].wrong("a line is an event or is skipped, not both")
        return Rule(match, skip=fields["skip"].text() or "skipped by the patterns")
    if "event" not in fields:
        reader.wrong("this needs the key 'event' (what such a line is) or 'skip' (why it is none)")
        return Rule(match, skip="-")
    event = EVENTS[fields["event"].choice(EVENTS)]
    message = MESSAGES[fields["message"].choice(MESSAGES)] if "message" in fields else None
    shape = Shape(event, message)
    if message is not None and not shape.carries:
        fields["message"].wrong(f"{event.__name__} carries no message")
    elif message is None and event is MessageSent:
        fields["event"].wrong("a MessageSent needs the key 'message': which one is sent")
    _check_fields(reader, fields, shape, frozenset(match.groupindex) | shared, given)
    return Rule(match, event, message, given)


def _check_fields(
    reader: Reader, fields: dict[str, Reader], shape: Shape, groups: frozenset[str], given: dict[str, str]
) -> None:
    """Every group and every given field must mean something, and what the event needs must come from somewhere."""
    for name in sorted(groups - GENERAL - shape.fields):
        if fields["match"].text().find(f"<{name}>") >= 0:
            fields["match"].wrong(_no_field(shape, name))
    places = fields["with"].pairs() if "with" in fields else {}
    for name, text in given.items():
        if name not in shape.fields:
            places[name].wrong(_no_field(shape, name))
        for group in re.findall(r"\{(\w+)\}", text):
            if group not in groups:
                places[name].wrong(f"{{{group}}} names no group of the pattern")
    missing = sorted(shape.needed - groups - given.keys())
    if missing:
        reader.wrong(
            f"{shape.event.__name__} needs {', '.join(missing)}: as a group (?<{missing[0]}>...), or under 'with'"
        )


def _no_field(shape: Shape, name: str) -> str:
    close = get_close_matches(name, shape.fields, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(sorted(shape.fields)) or 'none'}"
    return f"{shape.words} has no field {name!r}; {hint}"
