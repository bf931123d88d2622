"""What the checker knows of one server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.log import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection

    from raftlab.core.invariants.branches import Branch, Forest
    from raftlab.core.model import Config, DiskModel


class Mirror:
    """One server, as its events tell.

    Its log is the beginning of `branch`, up to `last`. `durable` is up to where that is on disk, None where a write is
    durable at once; `syncing` what the fsync under way will make durable, `saved` the term and the vote on disk. `torn`
    is the log that a disk lost although it had said it was durable.

    `votes` are by term, `lost` those that a crash took from the disk before anybody was told, `counted_by` the
    candidates that have counted a vote of this server. `granted` are the votes that it counts itself, as a candidate.
    `halves` are the voters of the configuration in force: one group, or the two of a joint one; None: not known.
    `match` is what it believes of its peers, as the leader of its term.
    """

    __slots__ = (
        "applied", "branch", "commit", "counted_by", "disk_model", "durable", "granted", "halves", "last", "leads",
        "lost", "match", "name", "saved", "snapshot", "syncing", "term", "torn", "votes",
    )  # fmt: skip

    def __init__(self, name: str, branch: Branch) -> None:
        self.name = name
        self.term = 0
        self.leads = False
        self.branch = branch
        self.last = 0
        self.commit = self.applied = self.snapshot = 0
        self.disk_model: DiskModel | None = None
        self.durable: int | None = None
        self.syncing = 0
        self.saved: tuple[int, str | None] = (0, None)
        self.torn: tuple[Branch, int] | None = None
        self.votes: dict[int, str] = {}
        self.lost: dict[int, str] = {}
        self.counted_by: dict[int, str] = {}
        self.granted: set[str] = set()
        self.halves: tuple[tuple[str, ...], ...] | None = None
        self.match: dict[str, int] = {}

    def use(self, config: Config) -> None:
        """Another configuration is in force here."""
        if config is UNKNOWN:
            self.halves = None
        else:
            self.halves = (config.voters, config.outgoing) if config.outgoing else (config.voters,)

    def has_on_disk(self, index: int, branch: Branch) -> bool:
        """Whether what stands on a branch up to an index is durable here; what can't be known counts as durable."""
        if self.torn is not None and agree(*self.torn, index, branch):
            return True  # the disk broke its word: the server had reason to count on it
        return (self.durable is None or self.durable >= index) and agree(self.branch, self.last, index, branch)


class Mirrors(dict[str | None, Mirror]):
    """The servers by name. One that nobody has spoken of yet is new."""

    def __init__(self, forest: Forest) -> None:
        super().__init__()
        self._forest = forest

    def __missing__(self, name: str | None) -> Mirror:
        assert name is not None
        found = self[name] = Mirror(name, self._forest.root)
        return found


def agree(branch: Branch, last: int, index: int, other: Branch) -> bool:
    """Whether a log (a branch up to `last`) holds what stands on another branch up to an index.

    What can't be known counts as held.
    """
    if branch.base or other.base:
        return True
    return index <= last and (branch is other or branch.numbers[index] == other.numbers[index])


def is_majority(votes: Collection[str], half: tuple[str, ...]) -> bool:
    """Whether these are more than half of a group; who doesn't belong to it doesn't count."""
    return 2 * sum(voter in votes for voter in half) > len(half)


def listed(names: Collection[str]) -> str:
    """Names as a sentence has them: n1, n2 and n3."""
    ordered = sorted(names)
    if len(ordered) < 2:
        return ordered[0] if ordered else "nobody"
    return f"{', '.join(ordered[:-1])} and {ordered[-1]}"
