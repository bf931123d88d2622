"""The tour: election, replication, partition and recovery, narrated as plain text from a live run.

What `raftlab` says where no terminal is there to draw on. Every sentence about the cluster is that of an event which
really happened in the run: the tour chooses, it doesn't tell tales.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from raftlab.session import Lane


class Chapter(Struct, frozen=True):
    """A part of the run: until when, what to say first, and which kinds of event to tell (each so often)."""

    title: str
    words: str
    until_us: int
    tell: dict[str, int]


SCENARIO = "symmetric-partition"
CHAPTERS = (
    Chapter(
        "1. Election",
        "Five servers start as followers. Each waits for a random time; the first whose time runs out asks the others\n"
        "for their votes. More than half of all five must say yes: three.",
        900_000,
        {"TimerFired": 1, "BecameCandidate": 1, "VoteGranted": 3, "BecameLeader": 1, "LeaderLearned": 2},
    ),
    Chapter(
        "2. Replication",
        "A client writes. The leader stores the entry and sends it to all; once a majority holds it, it is committed:\n"
        "it will never be undone. The others learn so from the next message.",
        1_700_000,
        {"ClientAsked": 1, "EntryAppended": 3, "CommitAdvanced": 2, "ClientAnswered": 1},
    ),
    Chapter(
        "3. Partition",
        "The leader and one follower are cut off. They still take what a client writes, and can't commit it: two are\n"
        "no majority of five, however the network is cut. The other three elect a leader of a higher term, and go on.",
        5_900_000,
        {"CommandGiven": 3, "EntryAppended": 4, "BecameCandidate": 1, "BecameLeader": 1, "CommitAdvanced": 2},
    ),
    Chapter(
        "4. Recovery",
        "The network heals. The old leader hears of the higher term and steps down. What it had stored and never\n"
        "committed is overwritten by the new leader's entries. No client was lied to: nothing of it was acknowledged.",
        10_000_000,
        {"CommandGiven": 1, "TermAdvanced": 1, "BecameFollower": 1, "LogTruncated": 2, "EntriesAppended": 2,
         "EntryAppended": 1, "CommitAdvanced": 2},
    ),
)  # fmt: skip


def tour() -> Iterator[str]:
    """The tour's lines."""
    from raftlab.session import Lane, open_scenario

    lane = Lane.begin(open_scenario(SCENARIO))
    yield "raftlab: learn, teach and debug Raft. A tour of a cluster that lives as you read."
    for chapter in CHAPTERS:
        yield ""
        yield chapter.title
        yield chapter.words
        yield from _told(lane, chapter)
    yield ""
    yield from _logs(lane)
    yield ""
    yield "Go on in a terminal: `raftlab` opens the home screen, `raftlab learn quorum-math` the first lesson,"
    yield "`raftlab show symmetric-partition` projects this very run, `raftlab --help` lists all commands."
    yield "With a real cluster's logs at hand: `raftlab diagnose LOGS` says what went wrong, `raftlab debug LOGS` steps"
    yield "through it. (Not on your PATH? In a checkout it is .venv/bin/raftlab.)"


def _told(lane: Lane, chapter: Chapter) -> Iterator[str]:
    """The chapter's events, in words."""
    from raftlab.core.times import format_us
    from raftlab.view.describe import describe, section

    first = lane.position + 1
    lane.move_to(chapter.until_us)
    left = dict(chapter.tell)
    for event in lane.timeline.events(first, lane.position + 1):
        kind = type(event).__name__
        if left.get(kind, 0) > 0:
            left[kind] -= 1
            mark = section(event)
            yield f"  {format_us(event.at_us):>11}  {describe(event)}{f'  {mark}' if mark else ''}"


def _logs(lane: Lane) -> Iterator[str]:
    """How the logs stand at the end."""
    yield "At the end all five logs are the same (each entry as term:text, committed before the bar):"
    for node in lane.state().nodes.values():
        entries = [f"{entry.term}:{entry.text}" for entry in node.log]
        entries.insert(node.commit_index, "|")
        yield f"  {node.name}  {node.role.value:<8}  term {node.current_term}  {' '.join(entries)}"
