"""What commands print: times and documents in the words of the contract, JSON or text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
import msgspec

from raftlab.core.errors import RaftlabError
from raftlab.core.times import format_us, parse_duration

if TYPE_CHECKING:
    from raftlab.trace import Timeline

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to print.", show_default=True
)
kind_option = click.option(
    "--kind",
    "--import-kind",
    "kind",
    default=None,
    metavar="KIND",
    help="The kind of foreign file, when detection errs; or a YAML file of patterns, for a log of another kind.",
)
traces_argument = click.argument("traces", nargs=-1, required=True, metavar="TRACE...")


def print_json(document: Any) -> None:
    """One document on one line."""
    click.echo(msgspec.json.encode(document).decode())


def json_time(time_us: int, unit: str) -> int | str | None:
    """A time as JSON shows it: microseconds of ours, ISO 8601 of a clock, nothing where there is none."""
    if unit == "us":
        return time_us
    return iso(time_us) if unit == "clock" else None


def shown_time(time_us: int, unit: str) -> str:
    """A time as people read it."""
    if unit == "us":
        return format_us(time_us)
    return iso(time_us) if unit == "clock" else f"step {time_us}"


def iso(time_us: int) -> str:
    """ISO 8601 in UTC, in milliseconds, or microseconds where the source has them."""
    moment = _EPOCH + timedelta(microseconds=time_us)
    return moment.isoformat(timespec="microseconds" if time_us % 1000 else "milliseconds").replace("+00:00", "Z")


def parse_time(text: str, timeline: Timeline) -> int:
    """A time that a person typed, in the timeline's own unit.

    Raises:
        RaftlabError: it isn't a time, or this timeline has no clock.
    """
    from raftlab.session.moments import moment_us

    unit = timeline.header.unit
    if unit == "step":
        raise RaftlabError("this source has no clock: its events are in order, and have no times. Use --event N")
    try:
        if unit == "us":
            return parse_duration(text)
        try:
            return timeline.time_of(0) + parse_duration(text)
        except ValueError:
            return moment_us(text, timeline)
    except ValueError:
        wanted = "12.345s, 250ms or microseconds"
        if unit == "clock":
            wanted = "19:50:36.070 (UTC), 2026-11-23T19:50:36.070Z, or a time since the first event (2.5s)"
        raise RaftlabError(f"{text!r} is no time; write {wanted}") from None


def parse_position(text: str, timeline: Timeline) -> int:
    """An event's number, or a time: the position of the last event at or before it. (A bare number is an event.)"""
    if text.lstrip("-").isdigit():
        return int(text)
    return timeline.index_at(parse_time(text, timeline))


def warn_of_source(timeline: Timeline, form: str) -> None:
    """Say what a person must know of a trace: on standard error that it was cut short; modified Raft above the text
    itself, so that the label stays with it wherever it goes (with JSON, whose form is fixed, on standard error)."""
    from raftlab.view.modified import modified_label, variants_of

    if timeline.cut_short:
        click.echo(f"note: {timeline.cut_short}", err=True)
    label = modified_label(variants_of(timeline))
    if label:
        click.echo(label, err=form == "json")
