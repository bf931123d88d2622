"""Broken variants of the rules in core.rulebook.members."""

from __future__ import annotations

from raftlab.engine.rules import Variants

MEMBERS: Variants = {}
"""By the variant's identifier."""
