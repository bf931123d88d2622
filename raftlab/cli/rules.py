"""`raftlab rules`: the rulebook."""

from __future__ import annotations

import click

from raftlab.cli.output import format_option, print_json


@click.command(epilog="Example: raftlab rules")
@format_option
def command(form: str) -> None:
    """List the rules: section, sentence, the property that each defends, its broken variants."""
    from raftlab.core.rulebook import RULES

    if form == "json":
        print_json(
            [
                {
                    "id": rule.id,
                    "section": rule.section,
                    "sentence": rule.sentence,
                    "property": rule.property,
                    "variants": [
                        {"id": it.id, "sentence": it.sentence, "scenario": it.scenario} for it in rule.variants
                    ],
                }
                for rule in RULES
            ]
        )
        return
    width = max(len(rule.id) for rule in RULES)
    for rule in RULES:
        click.echo(f"{rule.id:<{width}}  §{rule.section:<6} {rule.sentence} [{rule.property}]")
