"""`raftlab why`: the events that led to one, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from raftlab.cli.output import format_option, kind_option, print_json, shown_time, traces_argument, warn_of_source
from raftlab.core.errors import RaftlabError

if TYPE_CHECKING:
    from raftlab.trace import Timeline
    from raftlab.trace.chain import Reason


@click.command(epilog="Example: raftlab why n1.log n2.log n3.log --event 129")
@traces_argument
@click.option("--event", "position", type=int, required=True, metavar="N", help="The number of the event to explain.")
@kind_option
@format_option
def command(traces: tuple[str, ...], position: int, kind: str | None, form: str) -> None:
    """Say why an event happened: the chain of causes that led to it, oldest first.

    Where an event follows from what its node knew (a refused vote, a commit, an election after silence), the events
    that gave it this knowledge stand there too, with a word on how they bear on it.
    """
    from raftlab.session import open_traces
    from raftlab.trace.chain import MOST, explain

    timeline = open_traces(traces, kind).timeline
    if not 0 <= position < len(timeline):
        there = f"the events are 0 to {len(timeline) - 1}" if len(timeline) else "there are no events at all"
        raise RaftlabError(f"there is no event {position}; {there}")
    warn_of_source(timeline, form)
    chain = explain(timeline, position)
    if form == "json":
        print_json([_document(timeline, reason.position) for reason in chain])
        return
    if len(chain) == MOST:
        click.echo(f"(The {MOST} nearest ones; ask for event {chain[0].position} to see what led there.)")
    for reason in chain:
        click.echo(_line(timeline, reason))
    if len(chain) == 1:
        click.echo("No earlier event is known to have led to this one.")


def _document(timeline: Timeline, position: int) -> dict[str, Any]:
    from raftlab.cli.events import document
    from raftlab.view.describe import describe

    event = timeline.event(position)
    return document(timeline, position, event, describe(event))


def _line(timeline: Timeline, reason: Reason) -> str:
    """Number, time, node, sentence; then the rule and its section, and how it bears on what follows."""
    from raftlab.view.describe import describe, section

    event = timeline.event(reason.position)
    when = shown_time(event.at_us, timeline.header.unit)
    rule = " ".join(filter(None, (event.rule, section(event))))
    more = "".join((f"  [{rule}]" if rule else "", f"  ({reason.words})" if reason.words else ""))
    return f"{reason.position:>7}  {when:>12}  {event.node or '':<6}  {describe(event)}{more}"
