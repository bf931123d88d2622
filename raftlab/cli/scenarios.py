"""`raftlab scenarios`: what ships."""

from __future__ import annotations

import click

from raftlab.cli.output import format_option, print_json


@click.command(epilog="Example: raftlab scenarios; raftlab run figure-7")
@format_option
def command(form: str) -> None:
    """List the scenarios that ship."""
    from raftlab.session.opening import open_scenario, scenario_names

    found = [open_scenario(name) for name in scenario_names()]
    if form == "json":
        print_json(
            [{"name": it.name, "title": it.title, "nodes": len(it.nodes), "teaches": it.teaches} for it in found]
        )
        return
    width = max(len(it.name) for it in found)
    for it in found:
        click.echo(f"{it.name:<{width}}  {len(it.nodes)} nodes  {it.teaches}")
