"""`raftlab scenarios`: what ships."""

from __future__ import annotations

import click

from raftlab.cli.output import format_option, print_json


@click.command(epilog="Example: raftlab scenarios; raftlab run figure-7")
@format_option
def command(form: str) -> None:
    """List the scenarios that ship, topic by topic, in the order in which one would teach them."""
    from raftlab.session.opening import shipped_scenarios

    found = shipped_scenarios()
    if form == "json":
        print_json(
            [{"name": it.name, "title": it.title, "nodes": len(it.nodes), "teaches": it.teaches} for it in found]
        )
        return
    width = max(len(it.name) for it in found)
    for place, it in enumerate(found):
        if place == 0 or it.topic != found[place - 1].topic:
            click.echo(f"\n{it.topic}" if place else it.topic)
        click.echo(f"  {it.name:<{width}}  {len(it.nodes)} nodes  {it.teaches}")
