"""`raftlab export`: a range of a trace as a file for others, its form chosen by the file's ending."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from raftlab.cli.output import kind_option, parse_position, traces_argument, warn_of_source
from raftlab.core.errors import RaftlabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from raftlab.exports.range import Range
    from raftlab.session import Opened

FORMS: Final = {
    ".mmd": "a Mermaid sequence diagram",
    ".svg": "a space-time picture",
    ".shiviz": "a log for ShiViz",
    ".json": "states and events",
    ".html": "a page that steps in any browser",
}


@click.command(epilog="Example: raftlab export n1.log n2.log n3.log -o story.html --from 60 --to 210")
@traces_argument
@click.option("-o", "--output", "output", required=True, metavar="FILE", help="Where to: .mmd .svg .shiviz .json .html")
@click.option("--from", "first", metavar="AT", help="From this event number or time on.")
@click.option("--to", "last", metavar="AT", help="Up to this event number or time.")
@kind_option
def command(traces: tuple[str, ...], output: str, first: str | None, last: str | None, kind: str | None) -> None:
    """Write a range of a trace as a file for others; its ending says what it becomes.

    \b
    .mmd     a Mermaid sequence diagram
    .svg     a space-time picture
    .shiviz  a log for ShiViz
    .json    the state before the range, and its events
    .html    one page that steps through the range in any browser, without a network
    """
    from raftlab.cli.events import _first_of
    from raftlab.exports.range import check_size, chosen
    from raftlab.session import open_traces

    path = Path(output)
    ending = path.suffix.lower()
    if ending not in FORMS:
        there = ", ".join(f"{it} ({words})" for it, words in FORMS.items())
        what = f"{ending} is unknown" if ending else "it has none"
        raise RaftlabError(f"{output}: the ending says what to write, and {what}; there are {there}")
    _refuse_input(path, traces)
    opened = open_traces(traces, kind)
    timeline = opened.timeline
    warn_of_source(timeline, "json")
    start = 0 if first is None else _first_of(first, timeline)
    stop = len(timeline) if last is None else parse_position(last, timeline) + 1
    asked = chosen(start, stop, len(timeline))
    check_size(ending, asked)
    with whole_file(path) as file:
        for piece in _pieces(ending, opened, asked):
            file.write(piece)
    click.echo(f"events {asked.start} to {asked.stop - 1} written to {output}")


def _pieces(ending: str, opened: Opened, asked: Range) -> Iterable[str]:
    """The text of a form, in one piece or many."""
    timeline = opened.timeline
    if ending == ".mmd":
        from raftlab.exports.mermaid import mermaid

        return [mermaid(timeline, asked)]
    if ending == ".svg":
        from raftlab.exports.svg import space_time_svg

        return [space_time_svg(timeline, asked.start, asked.stop)]
    if ending == ".shiviz":
        from raftlab.exports.shiviz import shiviz

        return shiviz(timeline, asked)
    if ending == ".html":
        from raftlab.cli.output import shown_time
        from raftlab.exports.html import page

        broken = opened.broken_until(asked.stop - 1)
        return [page(timeline, asked, broken, lambda at_us: shown_time(at_us, timeline.header.unit))]
    return _json(opened, asked)


def _json(opened: Opened, asked: Range) -> Iterable[str]:
    from raftlab.cli import events, state
    from raftlab.exports.json_ import json_pieces
    from raftlab.view.describe import describe

    timeline = opened.timeline

    def document(position: int) -> dict[str, Any]:
        event = timeline.event(position)
        return events.document(timeline, position, event, describe(event))

    before = state.document(opened, asked.start - 1, None)
    return json_pieces(timeline, asked, before, document, opened.broken_until(asked.stop - 1))


def _refuse_input(path: Path, traces: tuple[str, ...]) -> None:
    """A file that is read is never written over."""
    for trace in traces:
        with suppress(OSError):  # a trace that isn't there is told of when it is opened
            source = Path(trace)
            if os.path.samefile(source, path) or (source.is_dir() and path.parent.samefile(source) and path.exists()):
                raise RaftlabError(f"{path}: this is what is read; write to another file")


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A file that is there whole or not at all: it is written beside its place, and moved there at the end.

    Raises:
        RaftlabError: the place is no file.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise RaftlabError(f"{path}: this is no file; name one to write to")
    if not target.parent.is_dir():
        raise RaftlabError(f"{path}: there is no directory {target.parent}")
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            yield file
        os.chmod(name, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
