"""What one line of a foreign log says, before anybody's name is known and before the files are put in order."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Fact(Struct, eq=False):
    """One line: who says it, when, and what, in the source's own identifiers.

    `form` is the name of the line's form (raft_forms.py), `args` are the pieces that the form picks out, `payload` what
    isn't text (a message from the wire, a record of a WAL, a poll). `needs` are facts that must have been told before
    (the sending before the arrival), `told` says whether this one has been, and `position` is where the event stands
    that others call their cause; a sending knows its `arrival`, an arrival its `sending`.
    """

    source: int
    line: int
    at_us: int
    stamp: str
    node: str
    form: str
    args: tuple[str, ...] = ()
    needs: tuple[Fact, ...] = ()
    sending: Fact | None = None
    arrival: Fact | None = None
    told: bool = False
    position: int | None = None
    payload: Any = None
