"""`raftlab diagnose`: what went wrong, who did it, and the lines that prove it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from raftlab.cli.output import json_time, kind_option, print_json, traces_argument, warn_of_source

if TYPE_CHECKING:
    from raftlab.diagnose import Diagnosis, Finding


@click.command(epilog="Example: raftlab diagnose n1.log n2.log n3.log --format markdown > postmortem.md")
@traces_argument
@kind_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="What to print.",
    show_default=True,
)  # fmt: skip
def command(traces: tuple[str, ...], kind: str | None, form: str) -> None:
    """Say what is wrong with a cluster, from its logs: who disrupted it, why leaders stepped down, how long nobody
    led, who never answered, what was slow, what was lost. Each answer comes with the lines that prove it.

    A healthy log gets one line. The lines of a trace of raftlab's own are those of its file (event 0 is line 2).
    Exit code 1 means that a rule of Raft is broken; trouble alone is an answer, and 0.
    """
    from raftlab.diagnose import as_markdown, as_text, diagnose, times_of
    from raftlab.session import open_traces

    opened = open_traces(traces, kind)
    timeline = opened.timeline
    warn_of_source(timeline, form)
    found = diagnose(timeline, traces[0], opened.files, opened.broken)
    if form == "json":
        print_json(document(found, timeline.header.unit))
    else:
        render = as_markdown if form == "markdown" else as_text
        click.echo(render(found, times_of(timeline)))
    if found.is_broken:
        sys.exit(1)


def document(found: Diagnosis, unit: str) -> dict[str, Any]:
    """A diagnosis as the contract wants it."""
    return {"healthy": found.healthy, "findings": [_finding(it, unit) for it in found.findings]}


def _finding(finding: Finding, unit: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "question": finding.question,
        "answer": finding.answer,
        "confidence": finding.confidence,
        "nodes": list(finding.nodes),
        "from": json_time(finding.from_us, unit),
        "to": json_time(finding.to_us, unit),
        "evidence": [{"file": it.file, "line": it.line, "text": it.text} for it in finding.evidence],
    }
    if finding.advice:
        shown["advice"] = finding.advice
    return shown
