"""A trace being told: events get their positions, times that never fall, and their origins.

Messages are sent and arrive here. One that the source shows arriving knows at its sending when that will be; one that
it doesn't is closed by a MessageDropped ("unseen") a second later: nobody can tell whether it was lost or merely not
logged.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from raftlab.core.events import ClusterCreated, Event, MessageDropped, MessageReceived, MessageSent
from raftlab.importers.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from raftlab.core.messages import AnyMessage
    from raftlab.core.origin import Origin
    from raftlab.importers.fact import Fact

UNSEEN_AFTER_US: Final = 1_000_000


class Story:
    """Events and origins as they grow; `now_us` and `origin` are those of the line that is being told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.origins: list[Origin | None] = []
        self.nodes: dict[str, None] = {}
        self.now_us = 0
        self.origin: Origin | None = None
        self._unseen: deque[tuple[int, str, str, int]] = deque()

    def turn_to(self, at_us: int, origin: Origin | None) -> None:
        """What follows is said by this line. A stamp before the last one counts as that one."""
        at_us = max(at_us, self.now_us)
        self.origin = None
        while self._unseen and self._unseen[0][0] <= at_us:
            self.now_us, sender, to, position = self._unseen.popleft()
            self.emit(MessageDropped, to, position, sender=sender, reason="unseen")
        self.now_us, self.origin = at_us, origin

    def emit(self, kind: type[Event], node: str | None, cause: int | None = None, **fields: Any) -> int:
        """Let an event happen now; its position comes back. The first one finds the cluster created."""
        if not self.events:
            self.events.append(ClusterCreated(self.now_us, None, None, None))
            self.origins.append(None)
        for name, value in fields.items():
            clean = printable(value)
            if clean is not value:
                fields[name] = clean
        if node is not None:
            node = printable(node)
            self.nodes[node] = None
        self.events.append(kind(self.now_us, node, cause, None, **fields))
        self.origins.append(self.origin)
        return len(self.events) - 1

    def steps(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """Facts without any clock, each at a time that counts the events before it."""
        for fact in facts:
            fact.at_us = len(self.events)
            yield fact

    def told(self) -> int:
        """How many events there are beside the cluster's creation, which no line tells."""
        return max(0, len(self.events) - 1)

    def send(self, node: str, to: str, message: AnyMessage, cause: int | None, *, arrives: bool) -> int:
        """A message leaves; `arrives`: the source shows its arrival, which `arrive` will tell."""
        position = self.emit(MessageSent, node, cause, to=to, message=message)
        if not arrives:
            self._unseen.append((self.now_us + UNSEEN_AFTER_US, node, to, position))
        return position

    def arrive(self, node: str, sender: str, message: AnyMessage | None, sending: int | None) -> int:
        """A message arrives; `sending` is the position of the event that sent it, if that is known."""
        if sending is not None:
            sent = self.events[sending]
            assert isinstance(sent, MessageSent)
            self.events[sending] = replace(sent, due_us=self.now_us)
            message = sent.message
        return self.emit(MessageReceived, node, sending, sender=sender, message=message)
