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


class _WithKinds(click.Command):
    """Its help lists all kinds of events, by what they are about."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from raftlab.core.events import Event

        groups: dict[str, list[str]] = {}
        for kind in Event.__subclasses__():
            groups.setdefault(kind.__module__.rpartition(".")[2], []).append(kind.__name__)
        with formatter.section("Kinds"):
            formatter.write_dl([(group, ", ".join(names)) for group, names in sorted(groups.items())])
        super().format_epilog(ctx, formatter)


@click.command(cls=_WithKinds, epilog="Example: raftlab events crash.trace --kind BecameLeader")
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
    for node in nodes:
        _check_node(node, timeline)
    start = 0 if first is None else _first_of(first, timeline)
    stop = len(timeline) if last is None else parse_position(last, timeline) + 1
    if first is not None or last is not None:
        _check_range(start, stop, len(timeline))
    matcher = _matcher(timeline, [_kind(name) for name in kinds], nodes, term, grep)
    nothing = True
    for _, found in sweep(timeline, matcher, start, stop, 1):
        nothing = nothing and not found
        for position in found:
            event = timeline.event(position)
            if form == "json":
                print_json(document(timeline, position, event, describe(event)))
            else:
                when = shown_time(event.at_us, timeline.header.unit)
                click.echo(f"{position:>7}  {when:>12}  {event.node or '':<6}  {describe(event)}")
    if nothing:
        click.echo("no event matches" if len(timeline) else "the trace has no events", err=True)


def _check_node(node: str, timeline: Timeline) -> None:
    """A node that nobody ever named is a slip of the keyboard, not an empty answer."""
    known = dict.fromkeys([*timeline.header.nodes, *(timeline.state(len(timeline) - 1).nodes if len(timeline) else ())])
    if node in known or timeline.postings(f"node:{node}"):
        return
    from difflib import get_close_matches

    close = get_close_matches(node, known, 1, 0.5)
    hint = f"; did you mean {close[0]}?" if close and len(known) > 4 else ""
    there = f"there are {', '.join(known)}" if known else "the trace names none"
    raise RaftlabError(f"there is no node {node!r} in this trace; {there}{hint}")


def _check_range(start: int, stop: int, length: int) -> None:
    """A range that can hold nothing is a mistake too."""
    if max(0, start) >= min(stop, length):
        there = f"the events are 0 to {length - 1}" if length else "the trace has no events"
        raise RaftlabError(f"there is nothing from event {start} to {stop - 1}; {there}")


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

        close = [kinds[it] for it in get_close_matches(re.sub(r"[-_ ]", "", name).lower(), kinds, 3)]
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        raise RaftlabError(f"there is no kind of event {name!r}; {hint}raftlab events --help lists them all")
    return found
