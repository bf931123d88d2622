"""What a trace says that a diagnosis needs: reigns, campaigns, processes that ended, votes refused, notes, links.

All of it is gathered in one pass (`reading.read`); the answers look at nothing else, but for a state here and there.
Positions are those of the timeline's events, times are its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.log import UNKNOWN
from raftlab.core.model import REMOVED
from raftlab.diagnose.words import Times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.core.model import Cluster
    from raftlab.trace import Timeline

PLANNED: Final = frozenset({"transfer", "removed", "stopped"})
"""How a reign ends when somebody asked for it."""

LOST_PEER: Final = re.compile(r"became inactive \(message send to peer failed\).*?peer-id: ([^\s,)]+)", re.DOTALL)


class Reign(Struct, eq=False):
    """One leader of one term, from when to when it believed to lead.

    `told` is False where only followers speak of it. `how` it ended: "quorum", "term" (it met a higher one),
    "transfer", "removed", "stopped" (asked to), "ended" (its process did), "silent" (nothing more is heard of it),
    "seen" (a source shows it no longer leading) or "" (it leads to the end). `by` is who brought the higher term,
    `started_by` who began that term's election, `message` what brought it, `met` the higher term. `asked_at` is where
    its process was asked to stop, `down` how it ended.
    """

    node: str
    term: int
    from_us: int
    from_at: int
    told: bool = True
    booted: bool = False
    to_us: int = -1
    to_at: int = -1
    how: str = ""
    by: str = ""
    started_by: str = ""
    message: str = ""
    met: int = 0
    transfers: list[tuple[int, str]] = []
    followers: set[str] = set()
    asked_at: int = -1
    down: Down | None = None

    @property
    def where(self) -> str:
        """Its term in words; 0 is one that began before the source did."""
        return f"term {self.term}" if self.term else "an earlier term"

    @property
    def is_over(self) -> bool:
        """Whether it has ended within the trace."""
        return self.to_us >= 0


Gap = tuple[int, int, Reign | None, Reign | None]
"""A time without a leader: from, to, who led before, and who after."""


class Campaign(Struct, eq=False):
    """One node asking for votes (or, `pre`, whether it would get them) in one term.

    By peer, with a position: `asked`, `arrived` (the peer's own account shows the request), `heard` (the candidate's
    own account shows anything of the peer's), `counted` (it shows the answer itself), `granted`, `refused`. `end` is
    where its log ended, (index, term). `stopping`: its process had been asked to stop, and only went on for a while.
    Of the refusals, `ignored` are the voters that kept to a leader's lease, `shorter` what may tell of its log's end.
    `outcome`: "won", "timed out" (it tried again), "lost", "ended", or "" (it is open at the end).
    """

    node: str
    term: int
    pre: bool
    from_us: int
    from_at: int
    transfer: bool = False
    stopping: bool = False
    end: tuple[int, int] | None = None
    to_us: int = -1
    outcome: str = ""
    asked: dict[str, int] = {}
    arrived: dict[str, int] = {}
    heard: dict[str, int] = {}
    counted: dict[str, int] = {}
    granted: dict[str, int] = {}
    refused: dict[str, int] = {}
    ignored: set[str] = set()
    shorter: list[Refusal] = []


class Refusal(Struct, frozen=True):
    """A vote refused, by the voter's own account."""

    at: int
    at_us: int
    voter: str
    candidate: str
    reason: str
    term: int
    pre: bool
    campaign: Campaign | None


class Down(Struct, eq=False):
    """A process that didn't run, from when to when; `since_us` is when that began, as well as anybody can tell.

    Its end is known at `from_us` (of a process that was killed: when the next one starts), it was last seen alive at
    `sign_us`. `how`: "stopped" (it was asked to), "fatal" (it said why), "silent" (no word), "command" (a
    simulation's crash), "paused". `to_us` is -1 while it never comes back.
    """

    node: str
    from_us: int
    at: int
    how: str
    sign_us: int
    sign_at: int
    note_at: int = -1
    since_us: int = -1
    to_us: int = -1
    to_at: int = -1


class Note(Struct, frozen=True):
    """Something that a source says beside the story."""

    at: int
    at_us: int
    node: str
    text: str


class Way(Struct):
    """One direction of a link, by the messages whose sending is shown. Delays in microseconds."""

    sent: int = 0
    lost: int = 0
    timed: int = 0
    delay_us: int = 0
    lost_at: int = -1


class Drop(Struct, frozen=True):
    """Entries that a node dropped; `last` is UNKNOWN where the source doesn't tell how many."""

    at: int
    at_us: int
    node: str
    first: int
    last: int


class Record:
    """What one pass over a timeline has gathered. `stop` is the position at which the cluster begins to be shut down
    for good (else its length): what comes after is no trouble."""

    def __init__(self, timeline: Timeline, stop: int) -> None:
        self.timeline, self.stop = timeline, stop
        self.start_us = timeline.time_of(0)
        self.end_us = timeline.time_of(max(0, stop - 1))
        self.times = Times(timeline.header.unit, self.start_us, timeline.end_us)
        self.shut_down = stop < len(timeline)
        self.reigns: list[Reign] = []
        self.campaigns: list[Campaign] = []
        self.refusals: list[Refusal] = []
        self.downs: list[Down] = []
        self.notes: list[Note] = []
        self.lost: dict[str, list[Note]] = {}  # by peer: where others have lost their connection to it
        self.drops: list[Drop] = []
        self.snapshots: list[tuple[int, int, str, int]] = []  # position, time, node, index
        self.configs: list[tuple[int, int, str]] = []  # position, time, node
        self.removed: dict[str, tuple[int, int]] = {}  # position, time
        self.cuts: list[tuple[int, int, str, str, bool]] = []  # position, time, from, to, cut
        self.clocks: list[tuple[int, int, str, int]] = []  # position, time, node, rate in parts per million
        self.broken: list[tuple[int, int, str, str]] = []  # position, time, invariant, text
        self.slow_syncs: list[tuple[int, int, str, int]] = []  # position, time, node, how long
        self.ways: dict[tuple[str, str], Way] = {}
        self.speaking: dict[str, int] = {}  # last sign of each node that speaks for itself
        self.boots = False  # whether the trace shows the cluster start
        self._starts: list[int] = []
        self._ends: list[int] = []  # of each reign and those before it, the last to end

    @property
    def first_leader_us(self) -> int:
        """When the first leader that is known led, at the latest; the end if there is none."""
        return self.reigns[0].from_us if self.reigns else self.end_us

    @property
    def whole_seconds(self) -> bool:
        """Whether elections are stamped with whole seconds only, so that shorter times can't be told."""
        stamps = [it.from_us for it in self.campaigns] + [it.to_us for it in self.reigns if it.is_over]
        return self.times.unit == "clock" and sum(1 for it in stamps if not it % 1_000_000) > len(stamps) // 3

    def lost_by(self, name: str, from_us: int, to_us: int) -> list[Note]:
        """Where others say, in that time, that they have lost their connection to a node."""
        notes = self.lost.get(name, [])
        first = bisect_left(notes, from_us, key=lambda it: it.at_us)
        return [
            note for note in notes[first : bisect_right(notes, to_us, key=lambda it: it.at_us)] if note.node != name
        ]

    def voters(self, position: int) -> tuple[str, ...]:
        """Who votes at a position: by the leader's configuration, else by the one that most nodes use, else all."""
        return voters_of(self.timeline.state(max(0, min(position, len(self.timeline) - 1))))

    def working(self, at_us: int, but: Iterable[str] = ()) -> Reign | None:
        """The reign of the highest term at a time, of somebody else than `but`."""
        place = bisect_right(self._starts, at_us) - 1
        best: Reign | None = None
        while place >= 0 and self._ends[place] > at_us:
            it = self.reigns[place]
            if it.node not in but and (not it.is_over or it.to_us > at_us) and (best is None or it.term > best.term):
                best = it
            place -= 1
        return best

    def successor(self, reign: Reign) -> Reign | None:
        """The first reign of a newer term that began before this one was over: then this one was stale."""
        place = bisect_left(self._starts, reign.from_us)
        while place < len(self.reigns) and (not reign.is_over or self._starts[place] < reign.to_us):
            if self.reigns[place].term > reign.term:
                return self.reigns[place]
            place += 1
        return None

    def settle(self) -> None:
        """All is read: put the reigns in order of their beginnings, so that they can be looked up.

        A source without the line that raft starts with may show a start all the same: its first election is of term 1,
        or 2 (etcd's members begin with their first configuration in term 1).
        """
        first = next((it for it in self.campaigns if not it.pre), None)
        self.boots = self.boots or (first is not None and first.term <= 2)
        self.reigns.sort(key=lambda it: it.from_us)
        self._starts = [it.from_us for it in self.reigns]
        latest = -1
        for it in self.reigns:
            latest = max(latest, it.to_us if it.is_over else self.end_us + 1)
            self._ends.append(latest)

    def missing(self) -> list[str]:
        """The voters that say nothing themselves: their files aren't among these."""
        if self.timeline.header.source == "raftlab":
            return []
        return [name for name in self.voters(self.stop - 1) if name not in self.speaking]

    def down_at(self, name: str, at_us: int) -> Down | None:
        """Whether a node was down at a time."""
        for down in self.downs:
            if down.node == name and down.since_us <= at_us and (down.to_us < 0 or at_us < down.to_us):
                return down
        return None


def voters_of(cluster: Cluster) -> tuple[str, ...]:
    """Who votes, as far as the nodes' configurations tell."""
    leader = cluster.leader()
    if leader is not None and leader.config is not UNKNOWN and leader.config.voters:
        return tuple(leader.config.voters)
    known: dict[tuple[str, ...], int] = {}
    for node in cluster.nodes.values():
        if node.config is not UNKNOWN and node.config.voters and node.status is not REMOVED:
            known[node.config.voters] = known.get(node.config.voters, 0) + 1
    if known:
        return max(known, key=lambda it: (known[it], len(it)))
    return tuple(name for name, node in cluster.nodes.items() if node.status is not REMOVED)


def gaps(record: Record) -> list[Gap]:
    """When nobody led, after the first leader: from, to, who led before, and who after (None: to the end)."""
    found: list[Gap] = []
    last: Reign | None = None
    until = -1
    for reign in record.reigns:
        if last is not None and reign.from_us > until:
            found.append((until, reign.from_us, last, reign))
        end = reign.to_us if reign.is_over else record.end_us + 1
        if end > until:
            until, last = end, reign
    if last is not None and until < record.end_us:
        found.append((until, record.end_us, last, None))
    return found
