"""The small values that a node's state is made of. None of them ever changes; a node holds another one instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from raftlab.core.log import UNKNOWN
from raftlab.core.machine import Machine
from raftlab.core.settings import LinkModel

if TYPE_CHECKING:
    from raftlab.core.messages import AnyMessage


class Link(Struct, frozen=True):
    """One direction of a link: its model, and whether it is cut."""

    model: LinkModel
    cut: bool = False


class Config(Struct, frozen=True, gc=False):
    """Who belongs to the cluster (section 6). `outgoing` is the old half of a joint configuration.

    `learners` are sent entries and don't vote. `learners_next` still vote in the old half, and will be learners once
    the joint configuration is left; `auto_leave`: the leader leaves it by itself (both: etcd's).
    """

    voters: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    learners: tuple[str, ...] = ()
    learners_next: tuple[str, ...] = ()
    auto_leave: bool = False

    def members(self) -> tuple[str, ...]:
        """Everybody who is sent entries, each once, voters first."""
        return tuple(dict.fromkeys(self.voters + self.outgoing + self.learners + self.learners_next))

    def text(self) -> str:
        """As the text of its log entry: "voters n1,n2 outgoing n1,n3 learners n4 auto"."""
        parts = [f"{field} {','.join(names)}" for field in _FIELDS if (names := getattr(self, field))]
        return " ".join([*parts, "auto"] if self.auto_leave else parts)

    @classmethod
    def parse(cls, text: str) -> Config:
        """The configuration that an entry's text says; what the text doesn't say is empty."""
        words = text.split()
        auto = "auto" in words
        pairs = dict(zip(words[0::2], words[1::2], strict=False))
        names = {field: tuple(pairs[field].split(",")) for field in _FIELDS if field in pairs}
        return cls(**names, auto_leave=auto)


_FIELDS = ("voters", "outgoing", "learners", "learners_next")


class Progress(Struct, frozen=True, gc=False):
    """What a leader believes of one peer: nextIndex and matchIndex of Figure 2, and how far it has sent.

    `state` is "probe" (one message at a time), "replicate" (as fast as the window allows) or "snapshot" (it waits for
    the snapshot up to `pending_snapshot`); `inflight` the last indices of the messages that are unanswered.
    """

    match_index: int = 0
    next_index: int = 1
    sent_index: int = 0
    state: str = "probe"
    inflight: tuple[int, ...] = ()
    pending_snapshot: int = 0


class Timer(Struct, frozen=True, gc=False):
    """A running timer: when it is due, the position of the event that set it, and when that was."""

    due_us: int
    position: int
    since_us: int


class Snapshot(Struct, frozen=True, gc=False):
    """A node's newest snapshot: what stands in for the log up to `index` (section 7)."""

    index: int
    term: int
    config: Config
    machine: Machine


class Receiving(Struct, frozen=True, gc=False):
    """A snapshot that arrives in chunks: up to which entry it reaches, and its text so far (section 7)."""

    index: int
    term: int
    text: str = ""


class Fsync(Struct, frozen=True, gc=False):
    """An fsync under way: when it is due, the position of its event, and what will be durable then."""

    due_us: int
    position: int
    up_to: int
    term: int
    vote: str | None


class Disk(Struct, frozen=True, gc=False):
    """What is durable: the term, the vote, the log up to an index; and the fsync under way, if there is one."""

    term: int = 0
    vote: str | None = None
    index: int = 0
    pending: Fsync | None = None

    def without(self, from_index: int) -> Disk:
        """The same after the log's entries from an index on are gone."""
        pending = self.pending
        if pending is not None and pending.up_to >= from_index:
            pending = Fsync(pending.due_us, pending.position, from_index - 1, pending.term, pending.vote)
        return Disk(self.term, self.vote, min(self.index, from_index - 1), pending)


class Held(Struct, frozen=True, gc=False):
    """A message that waits until what it promises is on disk: after the fsync that is under way, or the `next` one."""

    to: str
    message: AnyMessage
    rule: str
    next: bool


class PendingRead(Struct, frozen=True, gc=False):
    """A read that waits: for proof that we still lead (since_us, our own clock), for `index` to be applied.

    `origin` is the follower that asked for the index on its client's behalf; None: the client asked this node.
    """

    key: str
    client: str
    sequence: int
    index: int = UNKNOWN
    since_us: int = 0
    origin: str | None = None


class CatchUp(Struct, frozen=True, gc=False):
    """New servers that a leader brings up to date before they may vote (dissertation 4.2.1).

    `target` is the configuration to propose then; `rounds` holds for each server: (round, last index of it, when it
    began).
    """

    target: Config
    rounds: dict[str, tuple[int, int, int]]


class Watch(Struct, frozen=True, gc=False):
    """Somebody who wants to hear of every change of a key (or of all keys with a prefix that ends in *)."""

    key: str
    client: str
