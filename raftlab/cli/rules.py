"""`raftlab rules`: the rulebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from raftlab.cli.output import format_option, print_json

if TYPE_CHECKING:
    from raftlab.core.rulebook import Variant


@click.command(epilog="Example: raftlab rules")
@format_option
def command(form: str) -> None:
    """List the rules: section, sentence, the property that each defends, its broken variants.

    Each variant says with which scenario to see it (raftlab run SCENARIO --off VARIANT), what breaks there, and where
    somebody got it wrong.
    """
    from raftlab.core.rulebook import RULES
    from raftlab.view.rule_words import mark_section

    if form == "json":
        print_json(
            [
                {
                    "id": rule.id,
                    "section": rule.section,
                    "sentence": rule.sentence,
                    "property": rule.property,
                    "variants": [
                        {
                            "id": it.id,
                            "sentence": it.sentence,
                            "scenario": it.scenario,
                            "breaks": list(it.breaks),
                            "known_from": it.known_from,
                        }
                        for it in rule.variants
                    ],
                }
                for rule in RULES
            ]
        )
        return
    width = max(len(rule.id) for rule in RULES)
    for rule in RULES:
        click.echo(f"{rule.id:<{width}}  {mark_section(rule.section):<7} {rule.sentence} [{rule.property}]")
        for variant in rule.variants:
            _print_variant(variant, " " * (width + 2))


def _print_variant(variant: Variant, indent: str) -> None:
    known = f" ({variant.known_from})" if variant.known_from else ""
    click.echo(f"{indent}broken by {variant.id}: {variant.sentence}{known}")
    click.echo(f"{indent}  raftlab run {variant.scenario} --off {variant.id}  breaks {', '.join(variant.breaks)}")
