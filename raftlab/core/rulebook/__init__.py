"""The rulebook: every rule that the algorithm follows, by name.

A rule has an identifier (a verb; events name it), the paper's section, one sentence in our own words, and the property
that it defends; where the dissertation or etcd does otherwise, the sentence says so. The engine binds a function to
each. A *broken variant* is a named replacement for one rule: it is how a rule is taken out, never an `if` in the true
one.
"""

from __future__ import annotations

from raftlab.core.rulebook.elections import ELECTIONS
from raftlab.core.rulebook.logs import LOGS
from raftlab.core.rulebook.members import MEMBERS
from raftlab.core.rulebook.reading import READING
from raftlab.core.rulebook.rule import Rule, Variant
from raftlab.core.rulebook.snapshots import SNAPSHOTS

__all__ = ["BY_ID", "RULES", "VARIANT_IDS", "Rule", "Variant"]

RULES: tuple[Rule, ...] = ELECTIONS + LOGS + MEMBERS + SNAPSHOTS + READING

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
"""The rules by their identifiers."""

VARIANT_IDS: tuple[str, ...] = tuple(variant.id for rule in RULES for variant in rule.variants)
"""The broken variants that ship."""
