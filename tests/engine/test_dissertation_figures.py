"""The dissertation's examples, played: what each of its figures shows, in our own words."""

from __future__ import annotations

from typing import Any

from raftlab.core.events import NodeJoined
from raftlab.core.messages import RequestVoteReply
from raftlab.core.model import LEADER, Config
from raftlab.engine import Rules
from tests.engine.arena import Arena, configured
from tests.engine.guarding import Guards

guards = Guards()

OLD, NEW = Config(("n1", "n2", "n3")), Config(("n1", "n2", "n3", "n4", "n5"))


def _stands(arena: Arena, name: str, *voters: str) -> bool:
    """Whether a server that stands in its next term leads with these votes beside its own."""
    arena.timeout(name)
    for voter in voters:
        arena.receive(name, voter, RequestVoteReply(arena[name].current_term, True))
    return arena[name].role is LEADER


def _quorum_of_the_new_half(step: Any, names: Any) -> bool:
    voters = step.node.config.voters
    return 2 * len([voter for voter in voters if voter in names]) > len(voters)


@guards("is_joint_quorum", _quorum_of_the_new_half)
def test_figure_4_2_three_to_five_directly_has_two_majorities_and_jointly_hasnt(rules: Rules) -> None:
    """Some servers know of the five already, some of the three only. Each side finds a majority of its own, without a
    voter in common: two leaders of one term. In the joint configuration the new side needs two of the old three too.
    """
    joint = Config(NEW.voters, OLD.voters)
    for config, both_win in [(NEW, True), (joint, False)]:
        arena = Arena(rules, 3)
        for name in ("n4", "n5"):
            arena.emit(NodeJoined(0, name, None, None, None, Config()))
        for name in ("n3", "n4", "n5"):
            arena.receive(name, "n9", configured(1, (0, 0), config))
        arena.set_term("n1", 1)
        old_side = _stands(arena, "n1", "n2")
        new_side = _stands(arena, "n3", "n4", "n5")
        assert arena["n1"].current_term == arena["n3"].current_term
        assert old_side
        assert new_side is both_win


test_seen_red = guards.seen_red()
