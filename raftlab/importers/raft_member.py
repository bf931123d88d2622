"""What the lines of one raft node have said so far, as far as the telling of the next ones depends on it."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from raftlab.core.model import Config, Role
from raftlab.importers.fact import Fact

SAME_STEP_US: Final = 10_000
"""Lines of one node within this time belong to one step of its (if nothing else speaks against it)."""


class Member(Struct):
    """One node. `None` is: not said yet. Roles, terms and leaders here follow the events that were told.

    `wal`: its write-ahead log is read too, so that the log's end (`last`) is known at every moment, and so are its
    votes (`saved`: the last term and vote that the WAL told); `logged`: its server's log is read; `timed`: it is known
    when its WAL's commit index rose. `voted` is the vote that was told last, if `vote_known`. `led_at` is the term
    whose leader this node heard of since its log's end was last printed: under a leader the log grows unseen. `trigger`
    is the event that the node's next lines follow from (a timer, a message, a counted vote).
    """

    name: str
    id: str
    up: bool = False
    introduced: bool = False
    booting: bool = False
    removed: bool = False
    term: int | None = None
    role: Role | None = None
    leader: str | None = None
    vote_known: bool = False
    voted: str | None = None
    wal: bool = False
    logged: bool = False
    timed: bool = True
    last: int | None = None
    saved: tuple[int, str | None] | None = None
    config: Config | None = None
    end: tuple[int, int] | None = None
    led_at: int | None = None
    tail_told: bool = False
    commit: int = 0
    snapshot: int = 0
    handed_over: bool = False
    progress: dict[str, tuple[int, int, str]] = {}
    trigger: int | None = None
    trigger_fact: Fact | None = None
    previous: Fact | None = None

    def because(self, fact: Fact) -> int | None:
        """The event that led to this line, if it was a moment ago."""
        trigger = self.trigger_fact
        if trigger is None or fact.at_us - trigger.at_us > SAME_STEP_US:
            return None
        return self.trigger

    def triggered(self, position: int, fact: Fact) -> None:
        """What this node says next follows from the event at `position`."""
        self.trigger, self.trigger_fact = position, fact
