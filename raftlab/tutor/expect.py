"""Goals that are watched: whether a query holds now, since when, and whether that is long enough.

Passive: somebody tells what happened and how far time is. With several clusters each query is asked of its own, after
each of that cluster's events; the goal holds while all of them do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.tutor.lesson import Goal


class Expectation:
    """One goal from the moment it was set.

    Args:
        goal: what should come to hold.
        clusters: the states as they are now, by name.
        now_us: the time of that; `within` counts from here.
    """

    def __init__(self, goal: Goal, clusters: Mapping[str, Cluster], now_us: int) -> None:
        self.goal = goal
        self.began_us = now_us
        self.met = False
        self._since_us: int | None = None
        self._holding: dict[str, bool] = {}
        self.rewind(clusters, now_us)

    def rewind(self, clusters: Mapping[str, Cluster], now_us: int) -> None:
        """Time has been turned back to here: look at the states anew. What was met stays met."""
        self._holding = {name: query.holds(clusters[name]) for name, query in self.goal.queries}
        self._since_us = None
        self._weigh(now_us)

    def see(self, name: str, event: Event, cluster: Cluster) -> None:
        """An event has happened to a cluster; `cluster` is its state after it."""
        self.pass_time(event.at_us)
        for wanted, query in self.goal.queries:
            if wanted == name:
                self._holding[name] = query.holds(cluster, event)
        self._weigh(event.at_us)

    def pass_time(self, now_us: int) -> None:
        """It is that late, and nothing else has happened until now."""
        if self._since_us is not None and now_us - self._since_us >= self.goal.holds_for_us:
            self.met = True

    @property
    def deadline_us(self) -> int | None:
        """When the time for it is over; None: never."""
        return None if self.goal.within_us is None else self.began_us + self.goal.within_us

    def is_over(self, now_us: int) -> bool:
        """Whether the time for it is over, and it hasn't been met."""
        return not self.met and self.deadline_us is not None and now_us >= self.deadline_us

    def due_us(self) -> int | None:
        """When something is decided, if nothing happens: the goal is met, or its time is over."""
        if self.met:
            return None
        if self._since_us is not None:
            return self._since_us + self.goal.holds_for_us
        return self.deadline_us

    def _weigh(self, now_us: int) -> None:
        if not all(self._holding.values()):
            self._since_us = None
        elif self._since_us is None:
            self._since_us = now_us
        self.pass_time(now_us)
