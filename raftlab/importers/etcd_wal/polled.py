"""When a member can't have written a record yet: a poll shows its commit index, or a leader's log, without it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from raftlab.importers.etcd_status.poll import Poll

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.importers.fact import Fact


class Polled:
    """The polls of one member, as moments before which something can't have been written (0: they don't tell)."""

    def __init__(self, told: Iterable[Sequence[Fact]], node: str) -> None:
        self._commits: dict[int, int] = {}
        self._ends: dict[int, dict[int, int]] = {}
        for facts in told:
            for fact in facts:
                if fact.form == "poll" and fact.node == node:
                    self._take(fact, node)
        self._steps = sorted(self._commits)
        # The latest poll that shows a commit index, or a lower one.
        latest = 0
        for commit in self._steps:
            latest = self._commits[commit] = max(latest, self._commits[commit])

    def _take(self, fact: Fact, node: str) -> None:
        poll: Poll = fact.payload
        commit = poll.raft.commit if poll.raft is not None else poll.index
        if commit is not None:
            self._commits[commit] = max(fact.at_us, self._commits.get(commit, 0))
        if poll.raft is not None and poll.raft.progress and node in poll.raft.progress:
            ends = self._ends.setdefault(poll.raft.term, {})
            end = poll.raft.progress[node].match
            ends[end] = max(fact.at_us, ends.get(end, 0))

    def __bool__(self) -> bool:
        """Whether anything was asked."""
        return bool(self._commits)

    def commit_us(self, commit: int) -> int:
        """Just after the last poll at which less than this was committed."""
        place = bisect_left(self._steps, commit)
        return self._commits[self._steps[place - 1]] + 1 if place else 0

    def entry_us(self, term: int, index: int) -> int:
        """Just after the last poll at which this leader's log ended before its entry of that index."""
        return max((at_us + 1 for end, at_us in self._ends.get(term, {}).items() if end < index), default=0)
