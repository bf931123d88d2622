"""Writes captures and polls that these tests read, and compares what an import claims with what members said."""

from __future__ import annotations

import gzip
import json
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Any

from raftlab.core.events import MessageReceived, MessageSent
from raftlab.core.invariants import Broken, Checker
from raftlab.core.model import UNKNOWN, Cluster, Node
from raftlab.importers.stamps import micros
from tests.importers.recordings import logs

if TYPE_CHECKING:
    from pathlib import Path

    from raftlab.importers import Imported

IDS = {"n1": "cfef663973881f92", "n2": "e1a65d5b2738bb67", "n3": "7580081b5360633"}
START_S = 1795463430.0

MARGIN_US = 10_000
TAP_LATE_US = 250_000
"""So late the tap was at worst while the machine was busy (snapshot-zap, part_leader3-capnslog)."""


def message(millis: float, way: str, kind: str, term: int, **fields: Any) -> str:
    """A line of a capture; `way` is "n1 n2"."""
    src, dst = way.split()
    head = {"t": START_S + millis / 1000, "src": src, "dst": dst, "chan": "message", "type": kind}
    return json.dumps({**head, "from": IDS[src], "to": IDS[dst], "term": term, **fields}) + "\n"


def poll(millis: float, name: str, role: str, term: int, **raft: Any) -> str:
    """A line of polls."""
    status = {"raftState": role, "term": term, "vote": "0", "lead": "0", "commit": 0, "applied": 0, **raft}
    return json.dumps({"t": START_S + millis / 1000, "dt": 0.004, "n": name, "id": IDS[name], "raft": status}) + "\n"


def files(recording: Path, *, with_logs: bool = False, wire: bool = False, polls: bool = False) -> list[Path]:
    """What of a recording is read."""
    found = logs(recording) if with_logs else []
    if wire:
        found += recording.glob("msgs.jsonl*")
    if polls:
        found += recording.glob("status.jsonl*")
    return found


def lines_of(path: Path) -> list[str]:
    """A file's lines, unpacked."""
    data = path.read_bytes()
    return (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode().splitlines(keepends=True)


def broken(imported: Imported) -> list[Broken]:
    """What the checker finds."""
    checker = Checker()
    for position, event in enumerate(imported.events):
        checker.observe(position, event)
    return checker.broken


def paired(imported: Imported) -> int:
    """How many receipts have their sending: before them, of the same message, and no other receipt's."""
    causes = Counter(
        event.cause for event in imported.events if isinstance(event, MessageReceived) and event.cause is not None
    )
    for position, event in enumerate(imported.events):
        if isinstance(event, MessageReceived) and event.cause is not None:
            sent = imported.events[event.cause]
            assert isinstance(sent, MessageSent)
            assert event.cause < position
            assert sent.at_us <= event.at_us
            assert (sent.node, sent.to, sent.message) == (event.sender, event.node, event.message)
    assert set(causes.values()) <= {1}
    return len(causes)


def contradictions(imported: Imported, recording: Path, end_us: int) -> tuple[Counter[str], list[str]]:
    """How many claims of each kind were compared, and those that no moment of the answer bears out.

    What isn't known is no claim. Commit indices and a leader's last index may be as late as the tap was.
    """
    whole_seconds = 1_000_000 if "-capns" in recording.name and len(imported.files) > 2 else 0
    history = _history(imported)
    names = {node.id or name: name for name, node in _end(imported).nodes.items()}
    compared: Counter[str] = Counter()
    wrong = []
    for number, line in enumerate(lines_of(next(recording.glob("status.jsonl*"))), 1):
        answer = json.loads(line)
        at_us = round(answer["t"] * 1_000_000)
        if "raft" not in answer or at_us > end_us:
            continue
        times, states = history.get(answer["n"], ([], []))
        for what, truth in _truth(answer, names).items():
            late_us = TAP_LATE_US if what in ("commit", "applied", "last") else 0
            first_us = at_us - round(answer["dt"] * 1_000_000) - MARGIN_US - whole_seconds
            first = bisect_right(times, first_us) - 1
            seen = states[max(0, first) : bisect_right(times, at_us + MARGIN_US + late_us + whole_seconds)]
            claims = [state[what] for state in seen]
            if first < 0 or any(claim is UNKNOWN for claim in claims):
                continue
            compared[what] += 1
            if not any(_bears_out(claim, truth) for claim in claims):
                wrong.append(f"status.jsonl:{number}: {answer['n']} said {what} {truth}, we say {claims[:3]}")
    return compared, wrong


def _bears_out(claim: Any, truth: Any) -> bool:
    if isinstance(truth, dict):
        return all(truth.get(peer, match) == match for peer, match in claim.items())
    return bool(claim == truth)


def _truth(answer: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    raft = answer["raft"]
    role = {"PreCandidate": "pre_candidate"}.get(raft["raftState"], raft["raftState"].lower())
    found = {"role": role, "term": raft["term"], "commit": raft["commit"], "applied": raft["applied"]}
    found["leader"] = None if raft["lead"] == "0" else names[raft["lead"]]
    found["vote"] = None if raft["vote"] == "0" else names[raft["vote"]]
    if raft["progress"]:
        found["last"] = raft["progress"][answer["id"]]["match"]
        found["match"] = {names.get(peer, peer): it["match"] for peer, it in raft["progress"].items()}
    return found


def _history(imported: Imported) -> dict[str, tuple[list[int], list[dict[str, Any]]]]:
    history: dict[str, tuple[list[int], list[dict[str, Any]]]] = {}
    cluster = Cluster.empty()
    for event in imported.events:
        cluster.fold([event])
        if event.node is not None and not isinstance(event, MessageSent | MessageReceived):
            times, states = history.setdefault(event.node, ([], []))
            times.append(event.at_us)
            states.append(_claims(cluster.nodes[event.node]))
    return history


def _claims(node: Node) -> dict[str, Any]:
    leads = node.role is not UNKNOWN and node.role.value == "leader"
    return {
        "role": node.role if node.role is UNKNOWN else node.role.value, "term": node.current_term,
        "leader": node.leader, "vote": node.voted_for, "commit": node.commit_index, "applied": node.last_applied,
        "last": node.log.last_index if leads else UNKNOWN,
        "match": {peer: it.match_index for peer, it in node.progress.items()} if leads else UNKNOWN,
    }  # fmt: skip


def _end(imported: Imported) -> Cluster:
    cluster = Cluster.empty()
    cluster.fold(imported.events)
    return cluster


def end_of(recording: Path) -> int:
    """When STATUS (end) was written, microseconds since the epoch."""
    for line in (recording / "TRUTH.md").read_text().splitlines():
        if "| STATUS (end)" in line:
            found = micros(line.split("|")[1].strip())
            assert found is not None
            return found
    raise AssertionError("the recording tells no end")
