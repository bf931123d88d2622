"""The sentences of a timeline's events, for searches: made block by block when a text is first looked for, then kept.

Kept packed, in lower case, they take some 6 bytes an event, and a second search costs a tenth of the first. Which words
an event has is handed in (`describe`): this floor knows none.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from raftlab.trace.codec import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from raftlab.core.events import Event

_MOST_BYTES: Final = 64 << 20
"""So much is kept; the sentences of further blocks are made anew for every search."""


class Sentences:
    """What the events of one timeline say.

    Args:
        describe: turns an event into its sentence.
    """

    def __init__(self, describe: Callable[[Event], str]) -> None:
        self._describe = describe
        self._packed: dict[int, bytes] = {}
        self._bytes = 0

    def places(self, needle: str, number: int, block: Callable[[int], Sequence[Event]]) -> list[int]:
        """Which events of a block have a sentence with this text, counted from its first.

        Args:
            needle: in lower case.
            number: which block.
            block: hands out its events, where the sentences aren't kept.
        """
        packed = self._packed.get(number)
        if packed is None:
            text, count = self._make(number, block(number))
        else:
            text, count = zlib.decompress(packed).decode("utf-8", _SURROGATES), BLOCK
        if needle not in text:
            return []
        lines = text.split("\n")
        if len(lines) != count:
            # Some sentence goes over several lines (a foreign entry's text may): they can't be told apart any more.
            lines = [self._describe(event).lower() for event in block(number)]
        return [place for place, line in enumerate(lines) if needle in line]

    def _make(self, number: int, events: Sequence[Event]) -> tuple[str, int]:
        """All sentences of a block, and how many they are."""
        lines = list(map(self._describe, events))
        text = "\n".join(lines).lower()
        if len(lines) == BLOCK and self._bytes < _MOST_BYTES:
            packed = zlib.compress(text.encode("utf-8", _SURROGATES), 1)
            self._packed[number] = packed
            self._bytes += len(packed)
        return text, len(lines)


_SURROGATES: Final = "surrogatepass"
"""Text from a foreign file may hold half characters; they are kept as they are."""
