"""What a file of patterns says: how a line of a foreign log looks, and which event each kind of line is."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from raftlab.core.events import Event
from raftlab.core.messages import Message

GENERAL: Final = frozenset({"time", "node", "text", "clock", "id"})
"""Groups that any line may have: when, who, the rest that the events' patterns look at, a vector clock (JSON), and what
tells one message from another."""

CLOCKS: Final = ("iso", "seconds", "milliseconds", "microseconds", "none")


class Rule(Struct, frozen=True):
    """One kind of line. Either `event` (with `message`, if the event carries one) or the reason to `skip` it.

    `given` are fields with fixed values, or with `{group}` in them.
    """

    match: re.Pattern[str]
    event: type[Event] | None = None
    message: type[Message] | None = None
    given: dict[str, str] = {}
    skip: str = ""


class Patterns(Struct, frozen=True):
    """A whole file. `line` is None when the rules look at whole lines. `time`: one of CLOCKS, or strptime's format."""

    name: str
    rules: tuple[Rule, ...]
    line: re.Pattern[str] | None = None
    time: str = "iso"
    names: dict[str, str] = {}
