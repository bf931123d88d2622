"""The Ready cycle: what a node hands out to be stored, sent and applied, and what comes back once that is done.

Without storage threads it is all done at once, and then the node is told. With them a Ready only puts work into their
queues: the append thread's answers, and the apply thread's, are messages like others, and may come late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from raftlab.core.events import ClientAnswered, EntryApplied
from raftlab.dialect import facts
from raftlab.dialect.member import AppendWork, Applied, ApplyWork, Envelope, Stored

if TYPE_CHECKING:
    from raftlab.core.log import Entry
    from raftlab.core.model import Config, Node, Role
    from raftlab.dialect.member import Member
    from raftlab.dialect.world import World


@dataclass(frozen=True)
class Ready:
    """What a node wants done; None and () where there is nothing. `hard` is (term, vote, commit index)."""

    soft: tuple[str | None, Role] | None
    hard: tuple[int, str | None, int] | None
    entries: tuple[Entry, ...]
    snapshot: tuple[int, int, Config] | None
    committed: tuple[Entry, ...]
    sends: tuple[Envelope, ...]
    promises: tuple[Envelope, ...]

    def __bool__(self) -> bool:
        parts = (self.soft, self.hard, self.entries, self.snapshot, self.committed, self.sends, self.promises)
        return any(parts)


def next_ready(world: World, name: str) -> Ready:
    """What a node wants done now; nothing changes."""
    node, member = world.cluster.nodes[name], world.members[name]
    soft, hard = (node.leader, node.role), (node.current_term, node.voted_for, node.commit_index)
    return Ready(
        soft if soft != member.soft else None,
        hard if hard != member.hard else None,
        node.log.between(member.handed + 1, node.log.last_index),
        member.restored if member.restored is not None and not member.restored_handed else None,
        _committed(node, member),
        tuple(member.sends),
        tuple(member.promises),
    )


def process_ready(world: World, name: str) -> None:
    """A node's Ready is handled."""
    node, member = world.cluster.nodes[name], world.members[name]
    ready = next_ready(world, name)
    unstable = node.log.last_index > member.stable
    _show(world, name, ready)
    _accept(node, member, ready)
    snapshot = 0 if ready.snapshot is None else ready.snapshot[0]
    own = []
    if unstable or ready.snapshot is not None:
        index, term = (node.log.last_index, node.log.last_term) if unstable else (0, 0)
        own.append(Envelope(name, name, Stored(node.current_term, index, term, snapshot)))
    work = AppendWork(ready.hard, ready.entries, snapshot, (*ready.promises, *own))
    applied = (
        Envelope(name, name, Applied(ready.committed[-1].index, _size(ready.committed))) if ready.committed else None
    )
    if member.options.asynchronous:
        for envelope in ready.sends:
            world.release(envelope)
        if ready.hard or ready.entries or snapshot or ready.promises:
            member.append_work.append(work)
        if applied is not None:
            member.apply_work.append(ApplyWork(ready.committed, applied))
        return
    _write(member, work)
    apply_entries(world, name, ready.committed)
    for envelope in (*ready.sends, *(it for it in ready.promises if it.to != name)):
        world.release(envelope)
    for envelope in (*(it for it in ready.promises if it.to == name), *own, *([applied] if applied else [])):
        world.tell(envelope)


def process_append(world: World, name: str) -> None:
    """The append thread does its next piece of work, if there is one."""
    member = world.members[name]
    if member.append_work:
        work = member.append_work.pop(0)
        _write(member, work)
        for envelope in work.responses:
            world.release(envelope)


def process_apply(world: World, name: str) -> None:
    """The apply thread does its next piece of work, if there is one."""
    member = world.members[name]
    if member.apply_work:
        work = member.apply_work.pop(0)
        apply_entries(world, name, work.entries)
        world.release(work.response)


def apply_entries(world: World, name: str, entries: tuple[Entry, ...]) -> None:
    """5.3: committed entries reach the state machine, and configurations count from then on."""
    node, rules = world.cluster.nodes[name], world.rules
    for entry in entries:
        if entry.index <= node.last_applied:
            continue
        step = world.enter(name, None)
        (result,) = rules.execute(step, (entry,))
        step.because(world.emit(EntryApplied(*step.stamp, "apply_committed", entry.index, result)))
        request = node.waiting.get(entry.index)
        if request is not None:
            answered = ClientAnswered(*step.stamp, "apply_committed", *request, "ok", entry.index, None, result.answer)
            world.emit(answered)
        if entry.kind == "config":
            rules.use_config(step, entry)


def _show(world: World, name: str, ready: Ready) -> None:
    if ready.soft is not None:
        world.facts.add(facts.soft(name, *ready.soft))
    if ready.hard is not None:
        world.facts.add(facts.hard(name, *ready.hard))
    for entry in ready.entries:
        world.facts.add(facts.stores(name, entry))
    if ready.snapshot is not None:
        world.facts.add(facts.restores(name, *ready.snapshot))
    for entry in ready.committed:
        world.facts.add(facts.applies(name, entry))


def _accept(node: Node, member: Member, ready: Ready) -> None:
    """From now on it counts as handed out."""
    member.soft = ready.soft or member.soft
    member.hard = ready.hard or member.hard
    member.sends, member.promises = [], []
    member.handed = node.log.last_index
    if ready.snapshot is not None:
        member.restored_handed = True
    if ready.committed:
        limit = member.options.committed_bytes
        member.applying = ready.committed[-1].index
        member.applying_bytes += _size(ready.committed)
        most = node.commit_index if not member.options.asynchronous else min(node.commit_index, member.stable)
        member.applying_paused = limit > 0 and (member.applying_bytes >= limit or member.applying < most)


def _committed(node: Node, member: Member) -> tuple[Entry, ...]:
    """The committed entries that may be applied next: with storage threads only what is known to be on disk."""
    if member.applying_paused or member.restored is not None:
        return ()
    last = min(node.commit_index, member.stable) if member.options.asynchronous else node.commit_index
    entries = node.log.between(member.applying + 1, last)
    limit = member.options.committed_bytes
    if not limit:
        return entries
    room, count = limit - member.applying_bytes, 0
    while count < len(entries) and (count == 0 or _size(entries[: count + 1]) <= room):
        count += 1
    return entries[:count]


def _size(entries: tuple[Entry, ...]) -> int:
    """About as many bytes as etcd's encoding has: tags, varints, the text."""
    return sum(2 + _varint(it.term) + _varint(it.index) + 3 + len(it.text.encode()) for it in entries)


def _varint(number: int) -> int:
    return 1 + max(1, (number.bit_length() + 6) // 7)


def _write(member: Member, work: AppendWork) -> None:
    storage = member.storage
    if work.hard is not None:
        storage.term, storage.vote, _ = work.hard
    if work.snapshot:
        storage.install(work.snapshot)
    storage.append(work.entries)
