"""`raftlab bench`: the figures on this machine, each measured here and now, with what makes it repeatable."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from raftlab.cli.output import format_option

MODULES = {
    "limit": "raftlab.cli.bench.limits",
    "engine": "raftlab.cli.bench.engine",
    "soak": "raftlab.cli.bench.soaking",
    "timeline": "raftlab.cli.bench.timeline",
    "import": "raftlab.cli.bench.importing",
    "projector": "raftlab.cli.bench.projecting",
    "tui": "raftlab.cli.bench.terminal",
}
"""The first word of a figure's name -> the module whose `measure()` gives (name, value, unit, params) of all of that
word."""


@click.command(epilog="Example: raftlab bench engine timeline.seek_ms.p99")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@format_option
def command(names: tuple[str, ...], form: str) -> None:
    """Measure raftlab: all of it, or the figures whose names begin with NAME."""
    from raftlab.cli.output import print_json

    words = {name.partition(".")[0] for name in names} or set(MODULES)
    unknown = sorted(words - set(MODULES))
    if unknown:
        raise click.UsageError(f"there is no figure {unknown[0]!r}; they begin with {', '.join(MODULES)}")
    figures = []
    for word, module in MODULES.items():
        if word not in words:
            continue
        if sys.stderr.isatty():
            click.echo(f"measuring {word} ...", err=True)
        for name, value, unit, params in import_module(module).measure():
            if names and not any(name == wanted or name.startswith(f"{wanted}.") for wanted in names):
                continue
            figures.append({"name": name, "value": value, "unit": unit, "params": params})
            if form == "text":
                shown = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
                click.echo(f"{name:<46} {shown:>12} {unit:<10} {_brief(params)}")
    if form == "json":
        print_json(figures)


def _brief(params: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in params.items() if not isinstance(value, dict))
