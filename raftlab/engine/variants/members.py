"""Broken variants of the rules in core.rulebook.members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import ConfigChanged
from raftlab.engine import applying, durability
from raftlab.engine.configuration import config_at

if TYPE_CHECKING:
    from collections.abc import Collection

    from raftlab.core.model import Entry
    from raftlab.engine.rules import Variants
    from raftlab.engine.step import Step


def quorum_of_the_union(step: Step, names: Collection[str]) -> bool:
    """Wrong: the two halves are thrown together, and a majority of all may hold hardly any of one half."""
    config = step.node.config
    union = {*config.voters, *config.outgoing}
    return 2 * len(union.intersection(names)) > len(union)


def overlook_config(step: Step, entry: Entry) -> None:
    """Wrong: a configuration in the log is an entry like any other, as long as it isn't known to be committed."""


def use_committed_configs(step: Step) -> None:
    """Wrong: a configuration counts from its commit on."""
    node = step.node
    first = node.last_applied + 1
    applying.apply_committed(step)
    for entry in node.log.between(max(first, node.config_index + 1), node.last_applied):
        if entry.kind == "config":
            step.rules.use_config(step, entry)


def recover_committed_config(step: Step) -> None:
    """What follows from it: the commit index isn't on disk, so a restart brings an old configuration back."""
    node = step.node
    config, index = config_at(node, node.commit_index)
    if index != node.config_index:
        step.emit(ConfigChanged(*step.stamp, "see_config", config, index))
    durability.recover(step)


def change_without_own_commit(step: Step) -> bool:
    """Wrong: a leader changes members before it has committed anything in its own term."""
    return True


def change_several(step: Step, changed: set[str]) -> bool:
    """Wrong: any number of voters is exchanged by one entry, without a joint configuration."""
    return True


def change_while_pending(step: Step) -> bool:
    """Wrong: a change begins although the one before it isn't committed: together they exchange several voters."""
    return True


MEMBERS: Variants = {
    "quorum-of-the-union": {"is_joint_quorum": quorum_of_the_union},
    "config-from-commit": {
        "see_config": overlook_config,
        "apply_committed": use_committed_configs,
        "recover": recover_committed_config,
    },
    "change-before-own-commit": {"commit_before_change": change_without_own_commit},
    "several-at-once": {"one_at_a_time": change_several},
    "change-while-pending": {"one_change_pending": change_while_pending},
}
"""By the variant's identifier."""
