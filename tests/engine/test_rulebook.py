"""The rulebook and the engine name the same rules."""

from __future__ import annotations

from raftlab.core.rulebook import BY_ID, RULES
from raftlab.engine import Rules
from tests.runs import faulted, record

NO_FUNCTION_OF_ITS_OWN = {
    "catch_up", "follower_read", "leave_cluster", "notify_watches", "read_index", "send_snapshot", "serializable_read",
}  # fmt: skip
"""Parts of other functions."""


def test_every_rule_of_the_book_is_bound() -> None:
    assert {rule.id for rule in RULES if not hasattr(Rules, rule.id)} == NO_FUNCTION_OF_ITS_OWN


def test_every_event_names_a_rule_of_the_book_or_none() -> None:
    named = {event.rule for seed in range(12) for event in record(faulted(seed))[0]}
    assert named - {None} <= set(BY_ID)
    assert len(named) > 12
