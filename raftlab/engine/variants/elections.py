"""Broken variants of the rules in core.rulebook.elections."""

from __future__ import annotations

from raftlab.engine.rules import Variants

ELECTIONS: Variants = {}
"""By the variant's identifier."""
