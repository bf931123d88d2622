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
    from collections.abc import Sequence

    from raftlab.core.events import Event
    from raftlab.trace import Timeline
    from raftlab.trace.search import Matcher


@click.command(epilog="Example: raftlab events crash.trace --kind BecameLeader")
@traces_argument
@click.option("--kind", "kinds", multiple=True, metavar="K", help="Events of this kind (may be repeated).")
@click.option("--node", "nodes", multiple=True, metavar="N", help="Events of this node (may be repeated).")
@click.option("--term", type=int, metavar="T", help="Events that name this term.")
@click.option("--grep", metavar="TEXT", help="Events whose sentence has this text (upper or lower case).")
@click.option("--from", "first", metavar="AT", help="From this event number or time on.")
@click.option("--to", "last", metavar="AT", help="Up to this event number or time.")
@click.option(
    "--import-kind",
    "import_kind",
    metavar="KIND",
    help="The kind of foreign file, or a YAML file of patterns (--kind of other commands).",
)
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
    from raftlab.trace.search import sweep
    from raftlab.view.describe import describe

    timeline = open_traces(traces, import_kind).timeline
    warn_of_source(timeline, form)
    start = 0 if first is None else _first_of(first, timeline)
    stop = len(timeline) if last is None else parse_position(last, timeline) + 1
    matcher = _matcher(timeline, [_kind(name) for name in kinds], nodes, term, grep)
    for _, found in sweep(timeline, matcher, start, stop, 1):
        for position in found:
            event = timeline.event(position)
            if form == "json":
                print_json(document(timeline, position, event, describe(event)))
            else:
                when = shown_time(event.at_us, timeline.header.unit)
                click.echo(f"{position:>7}  {when:>12}  {event.node or '':<6}  {describe(event)}")


def _matcher(
    timeline: Timeline, kinds: Sequence[str], nodes: Sequence[str], term: int | None, grep: str | None
) -> Matcher:
    """The events that are wanted."""
    from raftlab.trace.search import KeyMatcher, TextMatcher
    from raftlab.view.describe import describe

    wanted = (tuple(kinds), tuple(f"node:{node}" for node in nodes), () if term is None else (f"term:{term}",))
    required = [keys for keys in wanted if keys]
    return KeyMatcher(*required) if grep is None else TextMatcher(grep, timeline.sentences(describe), *required)


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
    from raftlab.trace.terms import event_terms

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
