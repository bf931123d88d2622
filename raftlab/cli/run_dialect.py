"""`raftlab run --dialect etcd`: etcd-raft's interaction scripts on our engine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from raftlab.cli.output import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.dialect import Outcome


def run_scripts(files: Sequence[str], trace: str | None, form: str) -> None:
    """Carry out the scripts, print a verdict for each, and end with 1 if one doesn't agree.

    Raises:
        TraceError: a file is no script.
        OSError: a file can't be read, or the trace can't be written.
    """
    from raftlab.dialect import AGREES, run_script

    if trace is not None and len(files) > 1:
        raise click.UsageError(f"a trace holds one script's run; with -o name one file, not {len(files)}")
    outcomes = [run_script(_text(file), file) for file in files]
    if trace is not None:
        _write(outcomes[0], trace)
    if form == "json":
        print_json([{"file": it.file, "verdict": it.verdict, "line": it.line, "text": it.text} for it in outcomes])
    else:
        for outcome in outcomes:
            place = outcome.file if outcome.line is None else f"{outcome.file}:{outcome.line}"
            click.echo(f"{place}: {_words(outcome)}")
    if any(it.verdict != AGREES for it in outcomes):
        sys.exit(1)


def _words(outcome: Outcome) -> str:
    from raftlab.dialect import AGREES, DIFFERS

    if outcome.verdict == AGREES:
        return f"agrees ({outcome.compared} states compared)"
    return f"differs: {outcome.text}" if outcome.verdict == DIFFERS else outcome.text


def _text(file: str) -> str:
    from raftlab.core.errors import TraceError

    try:
        return Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise TraceError("this is no text, so it is no script", file=file) from None


def _write(outcome: Outcome, trace: str) -> None:
    """Our own run as a trace: no clock, and each event says which line of the script led to it."""
    from raftlab.core.origin import Origin
    from raftlab.trace.codec import VERSION, TraceHeader
    from raftlab.trace.writer import TraceWriter

    header = TraceHeader(VERSION, nodes=outcome.nodes, unit="step", scenario=Path(outcome.file).stem)
    with TraceWriter(trace, header) as writer:
        for event, line in zip(outcome.events, outcome.lines, strict=True):
            writer.append(event, Origin(outcome.file, line))
