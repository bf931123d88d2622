"""How far the states that an import reconstructs agree with what the live members said.

A line of status.jsonl is one read of one member: `t` is when the read ENDED (seconds since the epoch), `dt` how long it
took. (That `t` is the end shows in the first reads of each recording: those that ran into their timeout of 1.005 s have
a `t` that much later, and the next round begins 0.15 s after it.) What a read returned was true at some moment of it,
so a sample agrees if any state of that node from t - dt - 10 ms to t + 10 ms does; where raft's lines have whole
seconds only (capnslog), from t - dt - 1 s to t + 1 s.
"""

from __future__ import annotations

import gzip
import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

from raftlab.core.model import UNKNOWN, UP, Cluster
from raftlab.importers.stamps import micros

if TYPE_CHECKING:
    from pathlib import Path

    from raftlab.importers import Imported

MARGIN_US = 10_000
MARGIN_OF_WHOLE_SECONDS_US = 1_000_000


class State(NamedTuple):
    """What of a node is compared; role None: no process runs."""

    role: str | None
    term: Any
    leader: Any
    vote: Any


class Agreement(NamedTuple):
    """How many samples there were, in how many role, term and leader agree; and the vote, where ours is known."""

    samples: int
    agreeing: int
    votes: int
    agreeing_votes: int
    differences: list[str]


def agreement(imported: Imported, recording: Path) -> Agreement:
    """Compare an import with the recording's status.jsonl, up to STATUS (end)."""
    history = _history(imported)
    names = {node.id: name for name, node in _final(imported).nodes.items()}
    end_us = _end_us(recording)
    margin_us = MARGIN_OF_WHOLE_SECONDS_US if "-capns" in recording.name else MARGIN_US
    samples = agreeing = votes = agreeing_votes = 0
    differences = []
    for number, line in enumerate(_status(recording).splitlines(), 1):
        read = json.loads(line)
        at_us = round(read["t"] * 1_000_000)
        if "raft" not in read or at_us > end_us:
            continue
        samples += 1
        raft = read["raft"]
        asked = (_role(raft["raftState"]), int(raft["term"]), _nobody(raft["lead"], names))
        vote = _nobody(raft["vote"], names)
        times, states = history.get(read["n"], ([], []))
        seen = states[
            max(0, bisect_right(times, at_us - round(read["dt"] * 1_000_000) - margin_us) - 1) : bisect_right(
                times, at_us + margin_us
            )
        ]
        matching = [state for state in seen if state[:3] == asked]
        if matching:
            agreeing += 1
        else:
            differences.append(f"status.jsonl:{number}: {read['n']} said {asked}, we say {seen}")
        known = [state.vote for state in seen if state.vote is not UNKNOWN]
        if len(known) == len(seen) and seen:
            votes += 1
            agreeing_votes += vote in known
            if vote not in known:
                differences.append(f"status.jsonl:{number}: {read['n']} voted for {vote}, we say {known}")
    return Agreement(samples, agreeing, votes, agreeing_votes, differences)


def _history(imported: Imported) -> dict[str, tuple[list[int], list[State]]]:
    """Each node's states with the times from which they held, in order."""
    history: dict[str, tuple[list[int], list[State]]] = {}
    cluster = Cluster.empty()
    for event in imported.events:
        cluster.fold([event])
        if event.node is None:
            continue
        node = cluster.nodes[event.node]
        role = node.role.value if node.status is UP and node.role is not UNKNOWN else None
        state = State(role, node.current_term, node.leader, node.voted_for)
        times, states = history.setdefault(event.node, ([], []))
        if not states or states[-1] != state:
            times.append(event.at_us)
            states.append(state)
    return history


def _status(recording: Path) -> str:
    packed = recording / "status.jsonl.gz"
    return gzip.decompress(packed.read_bytes()).decode() if packed.exists() else packed.with_suffix("").read_text()


def _final(imported: Imported) -> Cluster:
    cluster = Cluster.empty()
    cluster.fold(imported.events)
    return cluster


def _end_us(recording: Path) -> int:
    found = re.search(r"^\| (\S+) \| STATUS \(end\)", (recording / "TRUTH.md").read_text(), re.MULTILINE)
    assert found is not None
    end = micros(found[1])
    assert end is not None
    return end


def _role(text: str) -> str:
    return {"PreCandidate": "pre_candidate"}.get(text.removeprefix("State"), text.removeprefix("State").lower())


def _nobody(identifier: Any, names: dict[str | None, str]) -> str | None:
    return None if identifier in (0, "0", "") else names.get(identifier, identifier)
