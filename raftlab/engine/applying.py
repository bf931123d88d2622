"""Applying committed entries to the state machine, and telling those who wait (5.3; dissertation 6.3).

The state machine (core.machine) is deterministic: what an entry does follows from the entries before it, so all servers
come to the same. Leases run out on the leader's clock alone, and end by an entry like any other (etcd).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import (
    ClientAnswered,
    EntriesApplied,
    EntryApplied,
    LeaseRenewed,
    TimerCancelled,
    WatchNotified,
)
from raftlab.core.model import LEADER

if TYPE_CHECKING:
    from raftlab.core.machine import Result
    from raftlab.core.model import Entry
    from raftlab.engine.step import Step


def apply_committed(step: Step) -> None:
    """5.3: hand committed entries to the state machine, in order; a leader then answers its clients."""
    node, parameters = step.node, step.cluster.parameters
    first = node.last_applied + 1
    entries = node.log.between(first, node.commit_index)
    assert len(entries) == node.commit_index - first + 1, f"{node.name} has committed what it doesn't hold"
    results = step.rules.execute(step, entries)
    if len(results) == 1:
        step.emit(EntryApplied(step.now_us, step.node.name, step.cause, "apply_committed", first, results[0]))
    else:
        step.emit(EntriesApplied(step.now_us, step.node.name, step.cause, "apply_committed", first, results))
    if node.waiting:
        for entry, result in zip(entries, results, strict=True):
            request = node.waiting.get(entry.index)
            if request is not None:
                client, sequence = request
                answered = ClientAnswered(
                    *step.stamp, "apply_committed", client, sequence, "ok", entry.index, None, result.answer
                )
                step.emit(answered)
    if node.watches:
        notify_watches(step, results)
    if parameters.snapshot_count or parameters.config_on == "apply" or node.reads or node.role is LEADER:
        follow_up(step, entries)


def execute(step: Step, entries: tuple[Entry, ...]) -> tuple[Result, ...]:
    """Dissertation 6.3: what the entries come to; a request that its session made before is not done again."""
    return step.node.machine.plan(entries)


def follow_up(step: Step, entries: tuple[Entry, ...]) -> None:
    """What follows from what was applied: etcd's configurations, leases, reads that waited, a snapshot."""
    node, parameters = step.node, step.cluster.parameters
    if parameters.config_on == "apply":
        for entry in entries:
            if entry.kind == "config" and entry.index > node.config_index:
                step.rules.use_config(step, entry)
    if node.role is LEADER and (node.leases or node.machine.has_leases):
        step.rules.look_after_leases(step)
    if node.reads:
        if node.role is LEADER:
            step.rules.confirm_reads(step)
        step.rules.answer_reads(step)
    if parameters.snapshot_count:
        step.rules.snapshot_if_due(step)


def notify_watches(step: Step, results: tuple[Result, ...]) -> None:
    """etcd's watch: whoever watches a key hears of each change, in order."""
    for result in results:
        for change in result.changes:
            for name, watch in step.node.watches.items():
                if change.key == watch.key or (watch.key.endswith("*") and change.key.startswith(watch.key[:-1])):
                    step.emit(
                        WatchNotified(
                            *step.stamp, "notify_watches", name, watch.client, change.key, change.value, result.revision
                        )
                    )


def look_after_leases(step: Step) -> None:
    """etcd's lease: the leader alone counts its time; a new leader begins anew, so a lease never ends early."""
    node = step.node
    alive = node.machine.leases()
    clock_us = step.clock_us
    for name in [name for name in node.leases if name not in alive]:
        step.emit(LeaseRenewed(*step.stamp, "expire_leases", name, None))
    for name, lease in alive.items():
        if name not in node.leases:
            step.emit(LeaseRenewed(*step.stamp, "expire_leases", name, clock_us + lease.ttl_us))
    if node.leases:
        after_us = max(1, min(node.leases.values()) - clock_us)
        step.timer(step, "lease", after_us, "expire_leases", False)
    elif "lease" in node.timers:
        step.emit(TimerCancelled(*step.stamp, "expire_leases", "lease"))


def renew_lease(step: Step, lease: str) -> None:
    """etcd's keep-alive: the leader counts a lease's time anew. It doesn't go through the log."""
    node = step.node
    alive = node.machine.leases()
    if node.role is LEADER and lease in alive:
        step.emit(LeaseRenewed(*step.stamp, "expire_leases", lease, step.clock_us + alive[lease].ttl_us))
        step.rules.look_after_leases(step)


def expire_leases(step: Step) -> None:
    """etcd's lease: its time is over: propose its end; its keys go when that entry is applied, everywhere."""
    node = step.node
    clock_us = step.clock_us
    for name in [name for name, due_us in node.leases.items() if due_us <= clock_us]:
        # It is not due again before the entry had its time.
        timeout_us = step.cluster.parameters.election_timeout_max_us
        step.emit(LeaseRenewed(*step.stamp, "expire_leases", name, clock_us + timeout_us))
        step.rules.accept_batch(step, [f"lease revoke {name}"])
    if node.role is LEADER:
        step.rules.look_after_leases(step)
