"""The rules' way to what etcd remembers of each node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.engine import Rules

if TYPE_CHECKING:
    from raftlab.dialect.member import Member
    from raftlab.engine import Step


class BoundRules(Rules):
    """Rules that know the members of a script."""

    def __init__(self, members: dict[str, Member]) -> None:
        super().__init__()
        self.members = members


def member_of(step: Step) -> Member:
    """What etcd remembers of the step's node."""
    rules = step.rules
    assert isinstance(rules, BoundRules)
    return rules.members[step.node.name]
