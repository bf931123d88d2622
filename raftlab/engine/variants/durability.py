"""Broken variants of the rules of what lasts: disks, sessions, what a snapshot holds (see core.rulebook.logs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from raftlab.core.messages import RequestVoteReply
from raftlab.engine import durability, replication

if TYPE_CHECKING:
    from raftlab.core.history import Result
    from raftlab.core.messages import Message
    from raftlab.core.model import Entry, Node
    from raftlab.engine.rules import Variants
    from raftlab.engine.step import Step


def promise_at_once(step: Step, to: str, message: Message, rule: str) -> None:
    """Wrong: what vouches for entries or votes is sent while they are still on their way to the disk."""
    step.send(to, message, rule)


def vote_at_once(step: Step, to: str, message: Message, rule: str) -> None:
    """Wrong for votes alone: a crash then takes back a vote that was counted."""
    if isinstance(message, RequestVoteReply):
        step.send(to, message, rule)
    else:
        durability.wait_for_disk(step, to, message, rule)


def start_from_any_disk(node: Node) -> bool:
    """Wrong: a log that lost its end is taken for a short log."""
    return False


def execute_without_sessions(step: Step, entries: tuple[Entry, ...]) -> tuple[Result, ...]:
    """Wrong: every entry is carried out, though a client may have asked for the same thing before."""
    return step.node.machine.plan_blindly(entries)


def append_compacted_again(step: Step, entries: tuple[Entry, ...]) -> None:
    """Wrong: an entry that the log holds no longer, since a snapshot does, is taken for a new one.

    Where this happened, entries didn't carry their own indices: whatever was appended got the next one.
    """
    log = step.node.log
    if entries[0].index > log.snapshot_index:
        replication.append_entries(step, entries)
        return
    following = range(log.last_index + 1, log.last_index + 1 + len(entries))
    again = tuple([replace(entry, index=index) for entry, index in zip(entries, following, strict=True)])
    replication.store_entries(step, again)


DURABILITY: Variants = {
    "acknowledge-before-fsync": {"wait_for_disk": promise_at_once},
    "vote-before-fsync": {"wait_for_disk": vote_at_once},
    "start-from-torn-disk": {"refuse_torn_disk": start_from_any_disk},
    "no-sessions": {"execute": execute_without_sessions},
    "append-compacted-again": {"append_entries": append_compacted_again},
}
"""By the variant's identifier."""
