"""etcd-raft's own transcripts, if they lie beside the repository: whatever they print, the trace says there too.

What is printed is read here once more, by a few patterns of this file's own.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from raftlab.core.events import MessageDropped, MessageReceived, MessageSent
from raftlab.core.invariants import Checker
from raftlab.core.model import UNKNOWN, Cluster
from raftlab.importers import Imported, detect, read
from raftlab.importers.etcd_script.script import Block, parse_script
from raftlab.trace.codec import decode_block, encode_block
from tests.importers.recordings import NO_SHARED, SHARED

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted((SHARED / "third-party" / "etcd-raft").glob("*.txt"))
pytestmark = pytest.mark.skipif(not FILES, reason=NO_SHARED)
suite = pytest.mark.parametrize("path", FILES or [None], ids=lambda path: "none" if path is None else path.stem)

STATE = re.compile(r"(\d+): State(\w+) \((Voter|Non-Voter)\) Term:(\d+) Lead:(\d+)")
ROW = re.compile(r"(\d+): State(\w+) match=(\d+) next=(\d+)")
ENTRY = re.compile(r'(\d+)/(\d+) (EntryNormal|EntryConfChangeV2|EntryConfChange) ?"?(.*?)"?')
SWITCHED = re.compile(r"INFO (\d+) switched to configuration voters=\(([\d ]*)\)(?:&&\(([\d ]*)\))?(.*)")
MESSAGE = re.compile(r"(?:dropped: )?\d+->\d+ Msg\w+ .*")


@pytest.fixture(scope="module")
def imports() -> dict[Path, Imported]:
    return {path: read([path]) for path in FILES}


def after_each_block(told: Imported, blocks: tuple[Block, ...]) -> list[Cluster]:
    """The state after each block: after the last event that one of its lines, or of those before, tells."""
    states, cluster, position = [], Cluster.empty(), 0
    for block in blocks:
        while position < len(told.events):
            origin = told.origins[position]
            if origin is not None and origin.line > block.end_line:
                break
            cluster.fold([told.events[position]])
            position += 1
        states.append(cluster.copy())
    assert position == len(told.events)
    return states


@suite
def test_every_line_is_accounted_for(path: Path, imports: dict[Path, Imported]) -> None:
    told = imports[path]
    (report,) = told.files

    assert detect(path) == "etcd-raft-script" == report.kind
    assert report.lines == len(path.read_text().splitlines()) == report.told + sum(report.skipped.values())
    assert "a line of an unknown form" not in report.skipped
    assert told.unit == "step"


@suite
def test_the_state_is_what_is_printed(path: Path, imports: dict[Path, Imported]) -> None:
    """raft-state, raft-log, status: each time they are printed, and so the last time, too."""
    blocks = parse_script(path.read_text(), str(path))
    compared = 0
    for block, cluster in zip(blocks, after_each_block(imports[path], blocks), strict=True):
        rows = [row for row in map(STATE.fullmatch, block.expected) if row is not None]
        for name, role, voter, term, leader in (row.groups() for row in rows):
            node = cluster.nodes[name]
            assert (node.role.value.title(), node.current_term) == (role, int(term)), (block.line, name)
            assert node.leader == (None if leader == "0" else leader), (block.line, name)
            if node.config is not UNKNOWN:
                assert (name in node.config.voters + node.config.outgoing) == (voter == "Voter"), (block.line, name)
            compared += 1
        if block.command == "status":
            progress = cluster.nodes[block.words[0]].progress
            for name, state, match, following in (
                row.groups() for row in map(ROW.match, block.expected) if row is not None
            ):
                found = progress[name]
                assert (found.state, found.match_index, found.next_index) == (
                    state.lower(), int(match), int(following),
                ), (block.line, name)  # fmt: skip
                compared += 1
        if block.command in ("raft-log", "compact") and block.expected != ("ok",):
            log = cluster.nodes[block.words[0]].log
            printed = [row.groups() for row in map(ENTRY.fullmatch, block.expected) if row is not None]
            assert [(str(it.term), str(it.index), it.text) for it in log] == [(t, i, x) for t, i, _, x in printed]
            assert log.last_index == int(printed[-1][1])
            compared += len(printed)
    assert compared > 0 or not any(block.command in ("raft-state", "raft-log", "status") for block in blocks)


@suite
def test_configurations_are_the_last_that_were_switched_to(path: Path, imports: dict[Path, Imported]) -> None:
    blocks = parse_script(path.read_text(), str(path))
    for block, cluster in zip(blocks, after_each_block(imports[path], blocks), strict=True):
        last: dict[str, Any] = {}
        for found in (row for row in map(SWITCHED.fullmatch, map(str.strip, block.expected)) if row is not None):
            last[found[1]] = found
        for name, found in last.items():
            config = cluster.nodes[name].config
            assert (" ".join(config.voters), " ".join(config.outgoing)) == (found[2], found[3] or ""), block.line
            assert config.auto_leave == ("autoleave" in found[4])


@suite
def test_hard_states_hold_at_the_end(path: Path, imports: dict[Path, Imported]) -> None:
    """The last commit index that a node's Ready prints is its commit index, unless the rest of the script is quiet."""
    blocks = parse_script(path.read_text(), str(path))
    cluster = after_each_block(imports[path], blocks)[-1]
    last: dict[str, tuple[int, int]] = {}
    for block in blocks:
        current = block.words[0] if block.command == "process-ready" else ""
        for line in block.expected:
            heading = re.match(r"> (\d+) handling Ready", line)
            current = current if heading is None else heading[1]
            hard = re.match(r"\s*HardState Term:(\d+) .*Commit:(\d+)", line)
            if hard is not None:
                last[current] = int(hard[1]), int(hard[2])
    for name, (term, commit) in last.items():
        node = cluster.nodes[name]
        assert node.current_term is UNKNOWN or node.current_term >= term
        assert node.commit_index in (commit, UNKNOWN)
    assert last or "log-level none" in path.read_text()


@suite
def test_every_printed_message_is_told_and_paired(path: Path, imports: dict[Path, Imported]) -> None:
    """Between nodes: as many leave, arrive and are dropped as are printed; an arrival has no sending if none shows it.

    A message is printed where it leaves (in a Ready, or below Responses:) and where it is handled; asynchronous storage
    prints it once more, within what the thread is asked to do, as part of a line that begins elsewhere.
    """
    told = imports[path]
    sent, handled = Counter[str](), Counter[str]()
    for block in parse_script(path.read_text(), str(path)):
        leaving = promised = False
        for line in map(str.strip, block.expected):
            if line in ("Messages:", "Responses:"):
                leaving = True
            elif line.startswith(">") or line in ("Processing:",) or re.match(r"(DEBUG|INFO|WARN) ", line):
                leaving = False
            if MESSAGE.fullmatch(line) and not promised:
                (sent if leaving else handled)[line.removeprefix("dropped: ")] += 1
            promised = (promised or line.endswith("Responses:[")) and line != "]"

    assert sum(isinstance(event, MessageSent) for event in told.events) == sum(sent.values())
    ends = [event for event in told.events if isinstance(event, MessageReceived | MessageDropped)]
    assert len(ends) >= sum(handled.values())
    assert sum(event.cause is None for event in ends) == sum((handled - sent).values())
    for event in ends:
        if event.cause is not None:
            sending = told.events[event.cause]
            assert isinstance(sending, MessageSent)
            assert (sending.to, sending.node) == (event.node, event.sender)
            assert isinstance(event, MessageDropped) or sending.message == event.message


@suite
def test_no_invariant_breaks(path: Path, imports: dict[Path, Imported]) -> None:
    checker = Checker()
    for position, event in enumerate(imports[path].events):
        checker.observe(position, event)

    assert checker.broken == []


@suite
def test_events_survive_a_trace_file(path: Path, imports: dict[Path, Imported]) -> None:
    events = imports[path].events

    assert decode_block(encode_block(events)) == events
