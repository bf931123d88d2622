"""What the faces ask of a recorded run, whoever recorded it.

`raftlab.trace.Timeline` is one; tests fold a few events by hand. Positions count from 0, times are in the
unit that the header names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.model import Cluster


class HeaderLike(Protocol):
    """What a run is. `unit` is "us" (since the start), "clock" (since the epoch) or "step" (no clock)."""

    @property
    def source(self) -> str: ...
    @property
    def nodes(self) -> tuple[str, ...]: ...
    @property
    def unit(self) -> str: ...
    @property
    def scenario(self) -> str: ...
    @property
    def modified(self) -> tuple[str, ...]: ...
    @property
    def knows(self) -> tuple[str, ...]: ...


class TimelineLike(Protocol):
    """Events by position, the state after each, and positions by time."""

    @property
    def header(self) -> HeaderLike: ...

    def __len__(self) -> int: ...

    def event(self, position: int) -> Event:
        """The event at a position."""
        ...

    def events(self, start: int = 0, stop: int | None = None) -> list[Event]:
        """The events start .. stop - 1."""
        ...

    def state(self, position: int) -> Cluster:
        """The cluster after the event at `position` (-1: before any); the caller's own."""
        ...

    def index_at(self, time_us: int) -> int:
        """The last position at or before a time; -1 when there is none."""
        ...

    def time_of(self, position: int) -> int:
        """The time of an event."""
        ...

    def origin(self, position: int) -> Any:
        """Where an event came from, if it was imported."""
        ...
