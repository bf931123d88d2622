"""`raftlab rules`: the rulebook with its broken variants."""

from __future__ import annotations

import json

from click.testing import CliRunner

from raftlab.cli import main
from raftlab.core.rulebook import RULES, VARIANT_IDS


def test_the_list_says_how_to_see_each_variant() -> None:
    text = CliRunner().invoke(main, ["rules"]).stdout

    assert all(rule.sentence in text for rule in RULES)
    assert all(f"--off {variant}  breaks " in text for variant in VARIANT_IDS)
    assert "raftlab run figure-8 --off commit-old-term-by-counting  breaks Own Term, Leader Completeness" in text
    assert "(hashicorp/raft #113" in text
    assert "dissertation §9.6" in text


def test_json_has_the_same() -> None:
    found = json.loads(CliRunner().invoke(main, ["rules", "--format", "json"]).stdout)

    assert [rule["id"] for rule in found] == [rule.id for rule in RULES]
    variants = [variant for rule in found for variant in rule["variants"]]
    assert [variant["id"] for variant in variants] == list(VARIANT_IDS)
    assert set(variants[0]) == {"id", "sentence", "scenario", "breaks", "known_from"}
    assert all(isinstance(variant["breaks"], list) and variant["breaks"] for variant in variants)
