"""`raftlab events`: what happened, a line an event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from raftlab.cli.output import (
    format_option,
    json_time,
    parse_position,
    parse_time,
    print_json,
    shown_time,
    traces_argument,
    warn_of_source,
)
from raftlab.core.errors import RaftlabError

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.trace import Timeline


@click.command(epilog="Example: raftlab events crash.trace --kind BecameLeader")
@traces_argument
@click.option("--kind", "kinds", multiple=True, metavar="K", help="Events of this kind (may be repeated).")
@click.option("--node", "nodes", multiple=True, metavar="N", help="Events of this node (may be repeated).")
@click.option("--term", type=int, metavar="T", help="Events that name this term.")
@click.option("--grep", metavar="TEXT", help="Events whose sentence has this text (upper or lower case).")
@click.option("--from", "first", metavar="AT", help="From this event number or time on.")
@click.option("--to", "last", metavar="AT", help="Up to this event number or time.")
@click.option("--import-kind", "import_kind", metavar="KIND", help="The kind of foreign file, when detection errs.")
@format_option
def command(
    traces: tuple[str, ...],
    kinds: tuple[str, ...],
    nodes: tuple[str, ...],
    term: int | None,
    grep: str | None,
    first: str | None,
    last: str | None,
    import_kind: str | None,
    form: str,
) -> None:
    """List events, one a line, in words."""
    from raftlab.session import open_traces
    from raftlab.view.describe import describe

    timeline = open_traces(traces, import_kind).timeline
    warn_of_source(timeline, form)
    wanted = {_kind(name) for name in kinds}
    start = 0 if first is None else _first_of(first, timeline)
    stop = len(timeline) if last is None else parse_position(last, timeline) + 1
    needle = grep.lower() if grep is not None else None
    for position in range(max(0, start), min(stop, len(timeline))):
        event = timeline.event(position)
        if wanted and type(event).__name__ not in wanted:
            continue
        if nodes and event.node not in nodes:
            continue
        if term is not None and term not in event_terms(event):
            continue
        text = describe(event)
        if needle is not None and needle not in text.lower():
            continue
        if form == "json":
            print_json(document(timeline, position, event, text))
        else:
            when = shown_time(event.at_us, timeline.header.unit)
            click.echo(f"{position:>7}  {when:>12}  {event.node or '':<6}  {text}")


def _first_of(text: str, timeline: Timeline) -> int:
    """`--from`: an event's number, or the first event at or after a time."""
    if text.lstrip("-").isdigit():
        return int(text)
    position = parse_position(text, timeline)
    time_us = parse_time(text, timeline)
    while position >= 0 and timeline.time_of(position) == time_us:
        position -= 1
    return position + 1


def document(timeline: Timeline, position: int, event: Event, text: str) -> dict[str, Any]:
    """An event as the contract wants it."""
    found: dict[str, Any] = {"event": position}
    time = json_time(event.at_us, timeline.header.unit)
    if time is not None:
        found["time"] = time
    found["node"] = event.node
    found["kind"] = type(event).__name__
    terms = event_terms(event)
    if terms:
        found["term"] = terms[0]
    if event.cause is not None:
        found["cause"] = event.cause
    if event.rule is not None:
        found["rule"] = event.rule
    found["text"] = text
    origin = timeline.origin(position)
    if origin is not None:
        found["origin"] = {"file": origin.file, "line": origin.line, "stamp": origin.stamp}
    return found


def event_terms(event: Event) -> tuple[int, ...]:
    """The terms that an event names: its own, its message's or its entry's; of several entries each, newest first."""
    from raftlab.core.log import UNKNOWN

    entries = getattr(event, "entries", ())
    holders = (event, getattr(event, "message", None), getattr(event, "entry", None), *reversed(entries))
    found = (getattr(holder, "term", None) for holder in holders)
    return tuple(dict.fromkeys(int(term) for term in found if term is not None and term is not UNKNOWN))


def _kind(name: str) -> str:
    """A kind as people may type it: BecameLeader, became-leader, became_leader."""
    from raftlab.core.events import Event

    kinds = {kind.__name__.lower(): kind.__name__ for kind in Event.__subclasses__()}
    found = kinds.get(re.sub(r"[-_ ]", "", name).lower())
    if found is None:
        from difflib import get_close_matches

        close = get_close_matches(name, list(kinds.values()), 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(kinds.values()))}"
        raise RaftlabError(f"there is no kind of event {name!r}; {hint}")
    return found
