"""Taking a line of Kafka's Raft apart: stamp, node, text, and the quorum state that a transition prints.

    [2024-05-01 10:00:00,123] INFO [RaftManager id=1] Completed transition to STATE from STATE (org...QuorumState)
    2024-05-01T10:00:00.123Z  INFO 99 --- [thread] org.apache.kafka.raft.QuorumState : [RaftManager id=1] Completed ...

A state is a name and fields in parentheses, `Voted(epoch=4, votedId=2, voters=[1, 2, 3], electionTimeoutMs=9)`.
Versions differ in names and fields (leaderId or leader, votedId or votedKey); the older don't print the former state.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from raftlab.importers.stamps import micros

_LINE: Final = re.compile(r"\[RaftManager (?:nodeId|id)=(\d{1,18})\] (.*)$", re.DOTALL | re.ASCII)
_STAMP: Final = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_NAME: Final = re.compile(r"(\w+)\(")
_NUMBER: Final = re.compile(r"(?:OptionalInt\[)?(\d{1,18})\]?", re.ASCII)
_NODE: Final = re.compile(r".*\(id: (\d{1,18})\b.*", re.ASCII)
_KEY: Final = re.compile(r"(?:Optional\[)?ReplicaKey\(id=(\d{1,18})\b.*", re.ASCII)
_OPEN: Final = "([{"
_CLOSE: Final = ")]}"


class KraftLine(Struct):
    """A line that a node's Raft client writes. `logger` is the class that wrote it, as far as the line tells."""

    stamp: str
    at_us: int | None
    node: str
    text: str
    logger: str


class QuorumState(Struct):
    """A state as printed. `name` is without "State" at its end; `answers` are a candidate's, by voter."""

    name: str
    fields: dict[str, str]
    answers: dict[str, str]

    def epoch(self) -> int | None:
        """The term."""
        text = self.fields.get("epoch", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None

    def leader(self) -> str | None:
        """Who leads, if the state says so."""
        return _identifier(self.fields.get("leaderId", self.fields.get("leader", "")))

    def prints_vote(self) -> bool:
        """Whether the state has a field for its vote."""
        return "votedId" in self.fields or "votedKey" in self.fields

    def vote(self) -> str | None:
        """For whom the node has voted in this epoch, if the state says so."""
        return _identifier(self.fields.get("votedId", self.fields.get("votedKey", "")))

    def voters(self) -> tuple[str, ...]:
        """The voters; none where the state doesn't list them."""
        listed = self.fields.get("voters", "")
        if listed.startswith("["):
            return tuple(re.findall(r"\d+", listed))
        return tuple(self.answers)


def taken_apart(line: str) -> KraftLine | None:
    """A line of the Raft client's; None for another."""
    found = _LINE.search(line)
    if found is None:
        return None
    head, text = line[: found.start()], found[2].rstrip()
    stamps = _STAMP.findall(head)
    stamp = stamps[-1] if stamps else ""
    written = re.search(r" \(([\w.$]+)\)(?: \[[^\]]*\])?$", text)
    before = re.search(r"([\w.$]{1,200})\s{1,60}: $", head[-300:])
    logger = written[1] if written else before[1] if before else ""
    if written:
        text = text[: written.start()]
    return KraftLine(stamp, micros(stamp), found[1], text, logger.rpartition(".")[2])


def state_of(text: str) -> tuple[QuorumState, str] | None:
    """The state with which a text begins, and what follows it; None if none is there, or it is cut off."""
    found = _NAME.match(text)
    end = _end(text, found.end() - 1) if found is not None else None
    if found is None or end is None:
        return None
    fields = {}
    for part in _parts(text[found.end() : end]):
        name, _, value = part.partition("=")
        fields[name.strip()] = value.strip()
    answers = _answers(fields)
    return QuorumState(found[1].removesuffix("State"), fields, answers), text[end + 1 :].strip()


def _answers(fields: dict[str, str]) -> dict[str, str]:
    """GRANTED, REJECTED ... by voter, or just the voters where a leader lists what it knows of them."""
    text = fields.get("voteStates") or fields.get("voterStates") or fields.get("epochElection", "")
    start = text.find("{")
    end = _end(text, start) if start >= 0 else None
    if end is None:
        return {}
    answers = {}
    for part in _parts(text[start + 1 : end]):
        voter, _, said = part.strip().partition("=")
        if voter.isascii() and voter.isdigit():
            answers[voter] = said.rpartition("state=")[2].rstrip(")")
    return answers


def _identifier(text: str) -> str | None:
    found = _NUMBER.fullmatch(text) or _KEY.fullmatch(text) or _NODE.fullmatch(text)
    return found[1] if found is not None else None


def _end(text: str, start: int) -> int | None:
    """Where the bracket that opens at `start` closes."""
    depth = 0
    for place in range(start, len(text)):
        if text[place] in _OPEN:
            depth += 1
        elif text[place] in _CLOSE:
            depth -= 1
            if depth == 0:
                return place
    return None


def _parts(text: str) -> list[str]:
    """What stands between the commas that are in no bracket."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        if letter in _OPEN:
            depth += 1
        elif letter in _CLOSE:
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]] if text[start:].strip() else parts
