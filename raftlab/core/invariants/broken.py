"""What the checker finds."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class Broken(Struct, frozen=True):
    """A property that no longer holds, from the event at `position` on."""

    invariant: str
    position: int
    text: str


Report = Callable[[str, str], None]
"""Say that an invariant (first) doesn't hold, and why (second: one sentence)."""
