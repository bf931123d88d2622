"""Where an imported event came from."""

from __future__ import annotations

from msgspec import Struct


class Origin(Struct, frozen=True, gc=False):
    """A place in a foreign file: its name as given, the line (from 1), and the stamp that stands there, as it is."""

    file: str
    line: int
    stamp: str = ""
