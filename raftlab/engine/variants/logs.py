"""Broken variants of the rules in core.rulebook.logs."""

from __future__ import annotations

from raftlab.engine.rules import Variants

LOGS: Variants = {}
"""By the variant's identifier."""
