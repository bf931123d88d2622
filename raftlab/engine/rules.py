"""The table of rules: each name of the rulebook bound to the function that carries it out.

Rules call one another through this table (`step.rules.grant_vote(...)`), so that a variant can replace one of them and
leave all others as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from raftlab.engine import election, replication

Variants = dict[str, tuple[str, Callable[..., Any]]]
"""Broken variants: the variant's identifier -> (the rule that it replaces, its function)."""

VARIANTS: Variants = {}
"""The variants that ship."""


class Rules:
    """The rules in force.

    Args:
        off: identifiers of variants that replace their rules.
        variants: where to look them up.

    Raises:
        KeyError: no variant of that name.
    """

    randomize_timeout = staticmethod(election.randomize_timeout)
    adopt_term = staticmethod(election.adopt_term)
    reject_stale_term = staticmethod(election.reject_stale_term)
    start_election = staticmethod(election.start_election)
    grant_vote = staticmethod(election.grant_vote)
    vote_once = staticmethod(election.vote_once)
    compare_logs = staticmethod(election.compare_logs)
    count_vote = staticmethod(election.count_vote)
    is_quorum = staticmethod(election.is_quorum)
    become_leader = staticmethod(election.become_leader)
    fall_back = staticmethod(election.fall_back)
    send_heartbeat = staticmethod(replication.send_heartbeat)
    accept_proposal = staticmethod(replication.accept_proposal)
    replicate = staticmethod(replication.replicate)
    handle_append_entries = staticmethod(replication.handle_append_entries)
    check_consistency = staticmethod(replication.check_consistency)
    append_entries = staticmethod(replication.append_entries)
    follow_commit = staticmethod(replication.follow_commit)
    handle_append_entries_reply = staticmethod(replication.handle_append_entries_reply)
    record_progress = staticmethod(replication.record_progress)
    back_off = staticmethod(replication.back_off)
    advance_commit = staticmethod(replication.advance_commit)
    commit_own_term = staticmethod(replication.commit_own_term)
    apply_committed = staticmethod(replication.apply_committed)

    def __init__(self, off: tuple[str, ...] = (), variants: Variants = VARIANTS) -> None:
        for name in off:
            rule, function = variants[name]
            setattr(self, rule, function)
