"""`raftlab import`: foreign logs into a trace."""

from __future__ import annotations

import sys

import click

from raftlab.cli.output import format_option, kind_option, print_json


@click.command(name="import", epilog="Example: raftlab import n1.log n2.log n3.log -o cluster.trace")
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@click.option("-o", "--output", "trace", required=True, metavar="TRACE", help="Write the trace there (.gz packs it).")
@kind_option
@format_option
def command(files: tuple[str, ...], trace: str, kind: str | None, form: str) -> None:
    """Turn the logs of one cluster's nodes into a trace."""
    from raftlab.cli.progress import progress_bar
    from raftlab.cli.summary import Summary, print_summary
    from raftlab.session import open_traces
    from raftlab.trace.writer import TraceWriter
    from raftlab.view.clock_words import clock_sentences

    with progress_bar("reading") as progress:
        opened = open_traces(files, kind, progress)
    timeline = opened.timeline
    summary = Summary()
    with TraceWriter(trace, timeline.header) as writer:
        for position, event in enumerate(timeline):
            writer.append(event, timeline.origin(position))
            summary.observe(event)
    summary.add_broken(opened.broken)
    reports = [
        {"file": it.file, "kind": it.kind, "lines": it.lines, "events": it.events, "skipped": it.skipped}
        for it in opened.files
    ]
    document = summary.document(
        trace,
        seed=None,
        modified=list(timeline.header.modified),
        knows=list(timeline.header.knows),
        files=reports,
        unparsed=sum(sum(report.skipped.values()) for report in opened.files),
    )
    clocks = clock_sentences(timeline.header.clocks)
    print_json(document) if form == "json" else print_summary(document, clocks)
    if summary.broken:
        sys.exit(1)
