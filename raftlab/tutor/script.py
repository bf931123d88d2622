"""A list of actions, handed out one by one when it is their time. Passive: who holds it carries them out."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from raftlab.tutor.expect import Expectation
from raftlab.tutor.lesson import Answer, Give, Until, Wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.tutor.lesson import Action


class Script:
    """What is still to be done."""

    def __init__(self, actions: Iterable[Action] = ()) -> None:
        self._left = deque(actions)
        self._wait_until_us: int | None = None
        self._expected: Expectation | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing is left."""
        return not self._left

    def next_action(self, clusters: Mapping[str, Cluster], now_us: int) -> Give | Answer | None:
        """What is to be carried out now; None: it is waiting, or finished."""
        while self._left:
            action = self._left[0]
            if isinstance(action, Give | Answer):
                self._left.popleft()
                return action
            if not self._is_over(action, clusters, now_us):
                return None
            self._left.popleft()
            self._wait_until_us = self._expected = None
        return None

    def see(self, name: str, event: Event, cluster: Cluster) -> None:
        """An event has happened."""
        if self._expected is not None:
            self._expected.see(name, event, cluster)

    def due_us(self) -> int | None:
        """When its waiting ends, if nothing happens."""
        return self._expected.due_us() if self._expected is not None else self._wait_until_us

    def _is_over(self, action: Wait | Until, clusters: Mapping[str, Cluster], now_us: int) -> bool:
        if isinstance(action, Wait):
            if self._wait_until_us is None:
                self._wait_until_us = now_us + action.for_us
            return now_us >= self._wait_until_us
        if self._expected is None:
            self._expected = Expectation(action.goal, clusters, now_us)
        self._expected.pass_time(now_us)
        return self._expected.met or self._expected.is_over(now_us)
