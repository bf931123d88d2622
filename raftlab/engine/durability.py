"""What must be on disk before others hear of it (Figure 2: "updated on stable storage before responding").

A vote, or an acknowledgement, is a promise that must outlive a crash. So whatever vouches for what a server has written
waits for the fsync; what is written meanwhile shares the next one (group commit). A leader needn't wait before it
*sends* entries: it only may not count itself before they are on its own disk (dissertation 10.2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import HeldReleased, MessageHeld
from raftlab.core.model import CANDIDATE, LEADER

if TYPE_CHECKING:
    from raftlab.core.messages import Message
    from raftlab.core.model import Node
    from raftlab.engine.step import Step


def is_durable(node: Node) -> bool:
    """Whether all that a node has written is on its disk."""
    disk = node.disk
    if disk is None:
        return True
    return disk.index >= node.log.last_index and disk.term == node.current_term and disk.vote == node.voted_for


def wait_for_disk(step: Step, to: str, message: Message, rule: str) -> None:
    """Figure 2: a promise is sent at once if it is durable, else with the fsync that makes it so."""
    node = step.node
    if is_durable(node):
        step.send(to, message, rule)
        return
    pending = node.disk.pending if node.disk is not None else None
    covers = pending is not None and (pending.up_to, pending.term, pending.vote) == (
        node.log.last_index, node.current_term, node.voted_for,
    )  # fmt: skip
    step.emit(MessageHeld(*step.stamp, rule, to, message, pending is not None and not covers))  # type: ignore[arg-type]


def persist(step: Step) -> None:
    """Figure 2: what a step has written begins its way to the disk; one fsync at a time."""
    node = step.node
    if node.disk is not None and node.disk.pending is None and not is_durable(node):
        step.fsync(step)


def refuse_torn_disk(node: Node) -> bool:
    """A server whose disk lost what it had said was durable doesn't start: it may have voted, or acknowledged entries,
    on the strength of what is gone."""
    return node.torn


def recover(step: Step) -> None:
    """5.1, 5.2: a process that starts has its term, vote and log from its disk, and waits for a leader first.

    What it knows to be committed, it applies again (nothing, in the paper, where the commit index isn't kept).
    """
    step.rules.randomize_timeout(step)
    if step.node.commit_index > step.node.last_applied:
        step.rules.apply_committed(step)


def fsync_done(step: Step) -> None:
    """What waited for the disk goes out; a leader, or a candidate, counts itself now."""
    node, rules = step.node, step.rules
    if node.held:
        ready = [held for held in node.held if not held.next]
        step.emit(HeldReleased(*step.stamp, "persist"))
        for held in ready:
            if held.message.term == node.current_term:  # an older term's promise interests nobody any more
                step.send(held.to, held.message, held.rule)
    if node.role is LEADER:
        if node.durable_index > node.commit_index:
            rules.advance_commit(step)
    elif node.role is CANDIDATE:
        rules.count_votes(step)
    step.finish()
