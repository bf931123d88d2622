"""What a diagnosis is made of: findings, each an answer to a question that operators ask, with what proves it.

`exact` means that the lines say so; `inferred` that we conclude it from several of them, or from what is missing.
Times are those of the timeline (its own unit), positions are those of its events.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from msgspec import Struct

EXACT: Final = "exact"
INFERRED: Final = "inferred"

STEPPED_DOWN: Final = "why did the leader step down?"
ELECTION: Final = "who started the election, and could its log win?"
REFUSED: Final = "why was the vote refused?"
UNANSWERED: Final = "which peer never answered?"
SLOW: Final = "which node is slow?"
DISRUPTIVE: Final = "which node is disruptive?"
TWO_LEADERS: Final = "were there two leaders?"
LEADERLESS: Final = "how long was there no leader?"
SKEWED: Final = "whose clock is skewed?"
QUORUM: Final = "was the quorum lost?"
ENDED: Final = "which process ended?"
LINKS: Final = "which links failed?"
OVERWRITTEN: Final = "were entries overwritten?"
SNAPSHOT: Final = "did a node need a snapshot?"
MEMBERS: Final = "how did the members change?"
BROKEN: Final = "is a rule of Raft broken?"
UNTOLD: Final = "what can these logs not tell?"


class Weight(IntEnum):
    """How much a finding matters; an ANSWER explains, and is no trouble by itself."""

    BROKEN = 0
    TROUBLE = 1
    ANSWER = 2


class Evidence(Struct, frozen=True):
    """A place that proves something: a file's line (from 1), and what stands there.

    For a trace of ours, `line` is the event's line in the trace file (event + 2: the header is line 1), and `text`
    names the event and says it in words. `at_us` is the event's time.
    """

    file: str
    line: int
    text: str
    at_us: int


class Finding(Struct):
    """One answer. `headline` is its few words in the verdict ("" says nothing there); `at` are the positions of the
    events that prove it, most telling first; `evidence` is the same for people, filled in at the end. `nodes`: the
    culprit first."""

    question: str
    answer: str
    confidence: str
    nodes: tuple[str, ...]
    from_us: int
    to_us: int
    at: tuple[int, ...]
    weight: Weight = Weight.TROUBLE
    headline: str = ""
    advice: str = ""
    evidence: tuple[Evidence, ...] = ()


class Diagnosis(Struct, frozen=True):
    """The whole. A healthy one has no findings, and its verdict is a line. `ids` are the source's own identifiers of
    the nodes, where it prints those and not the names."""

    healthy: bool
    verdict: str
    findings: tuple[Finding, ...]
    ids: dict[str, str] = {}

    @property
    def is_broken(self) -> bool:
        """Whether a rule of Raft is broken: a bug, not an outage."""
        return any(it.weight is Weight.BROKEN for it in self.findings)
