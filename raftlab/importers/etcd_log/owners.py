"""Whose each line of a log is: raft's own begin with their node's id, the server's don't.

A writer (a container, a host, a file) with one id says all its lines for that node. Where several ids come one after
the other (logs put together, a member that was replaced) a line without an id is that of the ids around it, and between
two ids that of the process which the line's start of a process belongs to. Where ids alternate, nobody can tell.
A process that ends before raft starts says no id: it is that of the others under the same host and program.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.etcd_log.envelopes import Key
    from raftlab.importers.fact import Fact
    from raftlab.importers.names import Names


_PROCESS: Final = re.compile(r"\[\d+\]$| \d+$")


def settle_owners(said: Sequence[tuple[Key, Fact]], names: Names) -> None:
    """Fill in the node of the facts that lack it, as far as that is certain."""
    by_writer: dict[Key, list[Fact]] = {}
    for key, fact in said:
        by_writer.setdefault(key, []).append(fact)
    known: dict[Key, set[str]] = {}
    for key, facts in by_writer.items():
        known.setdefault(_program(key), set()).update(fact.node for fact in facts if fact.node)
    for key, facts in by_writer.items():
        runs = _runs(facts)
        if not runs:
            owners = known[_program(key)] or set(filter(None, (_bearer(fact, names) for fact in facts)))
            if len(owners) == 1:
                _give(facts, *owners)
        elif len(runs) == 1:
            _give(facts, runs[0])
        elif len(runs) == len(set(runs)):
            _fill_gaps(facts)
        else:
            for fact in facts:
                fact.node = fact.node or _bearer(fact, names)


def _bearer(fact: Fact, names: Names) -> str:
    """The id of the member whose name a process says when it starts or ends."""
    return names.bearer(fact.args[0]) if fact.args and fact.form in ("process_started", "process_ended") else ""


def _program(key: Key) -> Key:
    """A writer without the number of its process, which changes when it starts anew."""
    return tuple(_PROCESS.sub("", part) for part in key)


def _runs(facts: Sequence[Fact]) -> list[str]:
    """The ids in their order, each once where it follows itself."""
    runs: list[str] = []
    for fact in facts:
        if fact.node and (not runs or runs[-1] != fact.node):
            runs.append(fact.node)
    return runs


def _fill_gaps(facts: Sequence[Fact]) -> None:
    gap: list[Fact] = []
    before = ""
    for fact in facts:
        if not fact.node:
            gap.append(fact)
            continue
        started = next((place for place, each in enumerate(gap) if each.form == "process_started"), None)
        if not before or before == fact.node:
            _give(gap, fact.node)
        elif started is not None:
            _give(gap[:started], before)
            _give(gap[started:], fact.node)
        gap, before = [], fact.node
    _give(gap, before)


def _give(facts: Sequence[Fact], node: str) -> None:
    for fact in facts:
        fact.node = node
