"""Broken variants of the rules in core.rulebook.reading."""

from __future__ import annotations

from raftlab.engine.rules import Variants

READING: Variants = {}
"""By the variant's identifier."""
