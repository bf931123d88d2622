"""Logs of Kafka's brokers and controllers, of one cluster: a file for each node, or all in one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.kafka_kraft.lines import KraftLine, QuorumState, state_of, taken_apart
from raftlab.importers.kafka_kraft.telling import STATES, Telling
from raftlab.importers.saying import Said, tell_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.source import Progress, Source

KIND: Final = "kafka-kraft"
TITLE: Final = "a log of Kafka in KRaft mode"

KNOWS: Final = ("roles", "terms", "votes", "leaders", "config")
"""What the lines tell at every moment; the high watermark they tell now and then only."""

_SIGN: Final = re.compile(rb"\[RaftManager (?:nodeId|id)=\d+\] ")
_DONE: Final = "Completed transition to "
_MAY_MATTER: Final = b"[RaftManager "
_NOT_RAFT: Final = "not about raft"


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    return _SIGN.search(head) is not None


def read(sources: Sequence[Source], progress: Progress | None = None) -> Imported:
    """The trace of one cluster's quorum.

    Raises:
        TraceError: a file breaks off, or none holds a line of raft's.
    """
    reports = [FileReport(source.name, KIND, skipped={}) for source in sources]
    said: list[Said] = []
    states: dict[tuple[int, int], tuple[QuorumState, QuorumState | None, bool]] = {}
    for number, (source, report) in enumerate(zip(sources, reports, strict=True)):
        for count, raw in source.lines(progress):
            report.lines = count
            line = taken_apart(raw.decode("utf-8", "replace").rstrip("\r\n")) if _MAY_MATTER in raw else None
            if line is None:
                report.skip(_NOT_RAFT)
            elif line.at_us is None:
                report.skip("no time that can be read in it")
            else:
                one = Said(number, count, line.at_us, line.stamp, line.node, "", "", {}, line.text)
                reason = _sort(one, line, states)
                if reason is None:
                    said.append(one)
                else:
                    report.skip(reason)
    telling = Telling()
    tell_all(said, reports, telling.story, lambda one: _tell(telling, one, states))
    story = telling.story
    if not story.events:
        raise TraceError(
            "no line in it is raft's; a log of Kafka in KRaft mode has lines such as "
            "`[RaftManager id=1] Completed transition to Unattached(epoch=0, voters=[1], electionTimeoutMs=1500)`",
            file=reports[0].file,
        )
    return Imported(story.events, story.origins, KNOWS, tuple(story.nodes), "clock", reports)


def _sort(
    one: Said, line: KraftLine, states: dict[tuple[int, int], tuple[QuorumState, QuorumState | None, bool]]
) -> str | None:
    """Say which form a line is of; the reason comes back if it tells nothing."""
    if line.text.startswith(_DONE):
        found = state_of(line.text.removeprefix(_DONE))
        if found is None or found[0].name not in STATES:
            return "a quorum state that can't be read"
        state, rest = found
        former = state_of(rest.removeprefix("from "))
        one.form = "transition"
        states[one.source, one.line] = state, former[0] if former else None, rest.startswith("from null")
        _relate(one, state)
        return None
    if line.text.startswith("Attempting durable transition to "):
        return "announces a quorum state that a line below says is entered"
    if line.text.startswith("High watermark set to "):
        one.form = "watermark"
        return None
    if line.logger == "KafkaRaftClient":
        one.form = "note"
        return None
    return _NOT_RAFT


def _relate(one: Said, state: QuorumState) -> None:
    """What this shows to other nodes, and what must have happened before."""
    epoch, leader, vote = state.epoch() or 0, state.leader(), state.vote()
    if state.name in ("Leader", "Candidate"):
        one.shows = (state.name, one.node, epoch)
    elif leader is not None and leader != one.node:
        one.awaits = ("Leader", leader, epoch)
    elif vote is not None and vote != one.node:
        one.awaits = ("Candidate", vote, epoch)


def _tell(
    telling: Telling, one: Said, states: dict[tuple[int, int], tuple[QuorumState, QuorumState | None, bool]]
) -> str | None:
    if one.form == "transition":
        state, former, first = states[one.source, one.line]
        return telling.transition(one.node, state, former, first=first)
    if one.form == "watermark":
        return telling.watermark(one.node, one.text)
    telling.note(one.node, one.text)
    return None
