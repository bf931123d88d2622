"""Broken variants: named replacements for rules (see the rulebook)."""

from __future__ import annotations

from raftlab.engine.rules import Variants

VARIANTS: Variants = {}
"""The variants that ship."""
