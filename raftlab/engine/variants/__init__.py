"""Broken variants: named replacements for rules, each with the property that it breaks (see the rulebook).

A variant is a function (or several) with a rule's name and signature that does the rule wrongly, as somebody once did.
`Rules(off=("vote-twice",))` puts it in the true one's place; nothing else changes, so what breaks is the rule's doing.
"""

from __future__ import annotations

from raftlab.engine.rules import Variants
from raftlab.engine.variants.durability import DURABILITY
from raftlab.engine.variants.elections import ELECTIONS
from raftlab.engine.variants.liveness import LIVENESS
from raftlab.engine.variants.logs import LOGS
from raftlab.engine.variants.members import MEMBERS
from raftlab.engine.variants.reading import READING

VARIANTS: Variants = {**ELECTIONS, **LOGS, **MEMBERS, **READING, **DURABILITY, **LIVENESS}
"""The variants that ship: by identifier, the functions that replace rules, by the rules' names."""
