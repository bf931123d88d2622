"""What a live cluster offers to whoever watches it: small protocols, so that the session need not know what lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from raftlab.core.commands import AnyCommand


class Live(Protocol):
    """Something that makes events: a simulation now, a real cluster later. It appends them to its timeline itself."""

    def can(self, command: AnyCommand) -> bool:
        """Whether a command can be carried out now."""

    def do(self, command: AnyCommand, at_us: int) -> None:
        """Carry out a command at a time that isn't past.

        Raises:
            CommandError: it can't be.
        """

    def run(self, until_us: int) -> None:
        """Let everything happen that is due up to a time."""

    def next_due_us(self) -> int | None:
        """When something happens next, if nobody does anything; None: never again."""
