"""`raftlab run`: a scenario, without a face."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from raftlab.cli.output import format_option, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.cli.judging import Judging
    from raftlab.cli.summary import Summary
    from raftlab.core.events import Event
    from raftlab.trace.writer import TraceWriter

_DEFAULT_END_US = 10_000_000


@click.command(epilog="Example: raftlab run leader-crash -o crash.trace --seed 7")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO")
@click.option("-o", "--output", "trace", metavar="TRACE", help="Write the trace there (.gz packs it).")
@click.option("--seed", type=click.IntRange(0), help="Another seed than the scenario's.")
@click.option("--until", metavar="TIME", help="Run until then (12.5s, 250ms).")
@click.option("--off", "off", multiple=True, metavar="VARIANT", help="Take a rule out too (see raftlab rules).")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a setting (nodes=5, latency=40ms, preset=etcd).",
)
@click.option(
    "--dialect",
    type=click.Choice(["etcd"]),
    help="Carry out interaction scripts of another system (FILE... instead of SCENARIO) and compare what they show.",
)
@format_option
def command(
    scenarios: tuple[str, ...],
    trace: str | None,
    seed: int | None,
    until: str | None,
    off: tuple[str, ...],
    settings: tuple[str, ...],
    dialect: str | None,
    form: str,
) -> None:
    """Run SCENARIO (a name or a YAML file) as fast as the machine can.

    The paper's invariants are checked all along, what clients were told when it is over.
    """
    if dialect is not None:
        from raftlab.cli.run_dialect import run_scripts

        if seed is not None or until is not None or off or settings:
            raise click.UsageError(
                "a script says itself how all is set: --seed, --until, --off and --set don't go with it"
            )
        run_scripts(scenarios, trace, form)
        return
    if len(scenarios) > 1:
        raise click.UsageError(f"one scenario at a time, not {len(scenarios)}")
    from msgspec.structs import replace

    from raftlab.cli.judging import Judging
    from raftlab.cli.summary import Summary, print_summary
    from raftlab.core.invariants import Checker
    from raftlab.core.times import parse_duration
    from raftlab.documents.settings import apply_settings, wrong_variant
    from raftlab.session import open_scenario
    from raftlab.session.lane import header_of
    from raftlab.sim import Simulation
    from raftlab.trace.writer import TraceWriter

    what = apply_settings(open_scenario(scenarios[0]), settings)
    if seed is not None:
        what = replace(what, seed=seed)
    for variant in off:
        if wrong := wrong_variant(variant):
            raise click.UsageError(wrong)
    what = replace(what, off=tuple(dict.fromkeys((*what.off, *off))))
    try:
        end_us = parse_duration(until) if until is not None else (what.end_us or _DEFAULT_END_US)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    what = replace(what, end_us=end_us)
    header = header_of(what)
    summary, judging = Summary(), Judging(what)
    writer = TraceWriter(trace, header) if trace else None
    try:
        simulation = Simulation.begin(what, _all_of(summary, judging, writer), checker=Checker())
        simulation.run(end_us)
    finally:
        if writer is not None:
            writer.close()
    summary.broken += judging.broken()
    document = summary.document(
        trace, seed=what.seed, modified=list(what.off), knows=list(header.knows), files=[], unparsed=0
    )
    if form == "json":
        print_json(document)
        for doubt in judging.doubts():
            click.echo(doubt, err=True)  # The document has no place for what isn't known.
    else:
        print_summary(document, judging.lines())
    if summary.broken:
        sys.exit(1)


def _all_of(summary: Summary, judging: Judging, writer: TraceWriter | None) -> Callable[[Event], object]:
    """Hands each event to the summary and to the judges, and to the file if there is one."""
    observe, judge = summary.observe, judging.observe
    if writer is None:

        def look(event: Event) -> None:
            observe(event)
            judge(event)

        return look
    append = writer.append

    def take(event: Event) -> None:
        append(event)
        observe(event)
        judge(event)

    return take
