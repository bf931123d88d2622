"""Broken variants of the rules in core.rulebook.reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raftlab.engine.rules import Variants
    from raftlab.engine.step import Step


def believe_in_leading(step: Step) -> bool:
    """Wrong: whoever has become the leader of a term takes it for granted that it leads still."""
    return True


def read_before_own_commit(step: Step) -> bool:
    """Wrong: a new leader takes its commit index, which it has from hearsay, for all that is committed."""
    return True


def whole_timeout_us(step: Step) -> int:
    """Wrong: a lease as long as the shortest timeout, as if all clocks ran at the same rate."""
    return step.cluster.parameters.election_timeout_min_us


READING: Variants = {
    "read-at-once": {"lease_holds": believe_in_leading},
    "read-before-own-commit": {"read_after_own_commit": read_before_own_commit},
    "lease-without-drift": {"lease_us": whole_timeout_us},
}
"""By the variant's identifier."""
