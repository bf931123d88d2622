"""Broken variants: the rulebook tells of the same ones that the engine has, and each takes a rule's place exactly."""

from __future__ import annotations

from inspect import signature

import pytest

from raftlab.core.rulebook import BY_ID, RULES, VARIANT_IDS, Rule, Variant
from raftlab.engine import Rules
from raftlab.engine.variants import VARIANTS
from raftlab.session.opening import scenario_names

TOLD = [(rule, variant) for rule in RULES for variant in rule.variants]
REPLACED = [(name, rule) for name, functions in VARIANTS.items() for rule in functions]


def test_the_rulebook_and_the_engine_know_the_same_variants() -> None:
    assert sorted(VARIANT_IDS) == sorted(VARIANTS)
    assert len(set(VARIANT_IDS)) == len(VARIANT_IDS)
    assert not set(VARIANT_IDS) & set(BY_ID)


@pytest.mark.parametrize(("name", "rule"), REPLACED)
def test_a_variant_takes_what_its_rule_takes(name: str, rule: str) -> None:
    true, broken = getattr(Rules, rule), VARIANTS[name][rule]

    assert list(signature(broken).parameters.values()) == list(signature(true).parameters.values())
    assert signature(broken).return_annotation == signature(true).return_annotation
    assert getattr(Rules((name,)), rule) is broken
    assert broken is not true


@pytest.mark.parametrize(("rule", "variant"), TOLD, ids=[variant.id for _, variant in TOLD])
def test_a_variant_says_what_it_breaks_and_where_to_see_it(rule: Rule, variant: Variant) -> None:
    assert variant.scenario in scenario_names()
    assert variant.sentence.endswith(".")
    assert variant.breaks[0] in (rule.property, "Liveness"), "a rule of safety may cost life, done wrongly"
    assert len(set(variant.breaks)) == len(variant.breaks)
    assert variant.known_from
