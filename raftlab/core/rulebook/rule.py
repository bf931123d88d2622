"""What a rule is, and what a broken variant of it is."""

from __future__ import annotations

from msgspec import Struct


class Variant(Struct, frozen=True):
    """A broken replacement for a rule, the property that it breaks, and the scenario that shows it.

    `breaks` are the invariants that the checker reports in that scenario, the first one first, and no others
    ("Liveness": the cluster stops working, and no safety property is broken). `known_from`: where somebody got it
    wrong.
    """

    id: str
    sentence: str
    scenario: str
    breaks: tuple[str, ...] = ()
    known_from: str = ""


class Rule(Struct, frozen=True):
    """One rule. Sections are the paper's (extended version) unless they say "dissertation" or "etcd"."""

    id: str
    section: str
    sentence: str
    property: str
    variants: tuple[Variant, ...] = ()
